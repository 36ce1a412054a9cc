"""Functions run, in sync and in async code: values, failures, order, threads, time limits."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import logging
import re
import threading
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator

from agentkit._core.functions import (
    ArgumentsError,
    CallError,
    FunctionOutcome,
    OutputError,
    PlannedCall,
    UnknownFunctionError,
    plan_call,
)
from agentkit.tools import AsyncFunctionTool, FunctionTool
from agentkit.tools._runner import run_calls, run_calls_async

from . import later_functions as later
from .calls import Run, both, call, plan_of, run_async
from .plain_functions import add, doubled, shout

place: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")


def fail(text: str) -> None:
    """Fails."""
    raise ValueError(text)


async def fail_later() -> None:
    """Fails after a while."""
    await asyncio.sleep(0)
    raise LookupError("later")


def picture() -> bytes:
    """Returns bytes."""
    return b"\x89PNG"


def thread_name() -> str:
    """Names its thread."""
    return threading.current_thread().name


def where() -> str:
    """Reads a context variable."""
    return place.get()


def sync_for_async(number: int) -> Awaitable[int]:
    """Returns a coroutine without being a coroutine function."""
    return doubled(number)


class Doubler:
    async def __call__(self, number: int) -> int:
        """Doubles."""
        return number * 2


FUNCTIONS: list[Callable[..., Any]] = [
    add,
    fail,
    fail_later,
    picture,
    thread_name,
    where,
    sync_for_async,
    doubled,
    shout,
    Doubler(),
    later.paint,
]


def plans(*calls: Any) -> list[PlannedCall]:
    return [FunctionTool(FUNCTIONS).plan(one) for one in calls]


# --- what comes of a call -------------------------------------------------------------------------------------------------

VALUES: list[tuple[str, Any, Any, str]] = [
    ("add", {"a": "1"}, 2, "2"),
    ("shout", {"text": "hey", "times": 2}, "HEY!HEY!", "HEY!HEY!"),
    ("doubled", {"number": 4}, 8, "8"),
    ("Doubler", {"number": 4}, 8, "8"),
    ("sync_for_async", {"number": 4}, 8, "8"),
    ("paint", {"colour": "red"}, (later.Colour.RED, None, "fast"), '["red",null,"fast"]'),
]


@both
@pytest.mark.parametrize("timeout", [None, 60])
@pytest.mark.parametrize(("name", "arguments", "value", "output"), VALUES, ids=[row[0] for row in VALUES])
def test_a_value(run: Run, timeout: float | None, name: str, arguments: Any, value: Any, output: str) -> None:
    (outcome,) = run(plans(call(name, arguments, "call_7")), timeout=timeout)
    assert outcome == FunctionOutcome(name, "call_7", arguments, output, value)
    assert outcome.ok
    assert outcome.as_tool_output() == {"tool_call_id": "call_7", "output": output}


FAILURES: list[tuple[str, Any, type[Exception], str]] = [
    (
        "ad",
        {"a": 1},
        UnknownFunctionError,
        "there is no function 'ad' here; the functions are: add, fail, .*Did you mean 'add'",
    ),
    ("add", "{", ArgumentsError, r"the arguments of add\(\) are no JSON"),
    ("add", [1], ArgumentsError, "must be a JSON object"),
    ("add", {"a": "x"}, ArgumentsError, r"the arguments do not fit add\(\): a: Input should be a valid integer"),
    ("fail", {"text": "no"}, ValueError, r"^fail\(\) failed: ValueError: no$"),
    ("fail_later", {}, LookupError, r"^fail_later\(\) failed: LookupError: later$"),
    ("picture", {}, OutputError, r"^picture\(\) returned what cannot be sent: bytes, which are no text"),
]


@both
@pytest.mark.parametrize(
    ("name", "arguments", "kind", "text"), FAILURES, ids=[f"{row[0]}-{row[2].__name__}" for row in FAILURES]
)
def test_a_failure(run: Run, name: str, arguments: Any, kind: type[Exception], text: str) -> None:
    (outcome,) = run(plans(call(name, arguments)))
    assert not outcome.ok
    assert isinstance(outcome.error, kind)
    assert outcome.value is None
    answer = json.loads(outcome.output)
    assert answer.keys() == {"error"}
    assert re.search(text, answer["error"])


@both
def test_a_failing_function_is_logged_with_its_traceback(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    run(plans(call("fail", {"text": "no"}, "call_9")))
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("agentkit", logging.ERROR)
    assert record.getMessage() == "function fail failed in call call_9"
    assert "in fail" in caplog.text
    assert "raise ValueError(text)" in caplog.text


@both
def test_a_wrong_call_is_logged_without_one(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    run(plans(call("nothing", {}, "call_9")))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "call call_9 of function 'nothing' failed: there is no function 'nothing' here" in record.getMessage()
    assert record.exc_info is None


@both
@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_is_not_held_back(run: Run, stop: type[BaseException]) -> None:
    def leave() -> None:
        raise stop

    with pytest.raises(stop):
        run([plan_of(leave)])


@both
@pytest.mark.parametrize("options", [{}, {"timeout": 60}, {"max_parallel": 2}])
def test_a_stop_iteration_is_a_failure_as_any(run: Run, options: dict[str, Any]) -> None:
    def first() -> Any:
        return next(iter([]))

    outcomes = run([plan_of(first), plan_of(first)], **options)
    assert [type(outcome.error) for outcome in outcomes] == [StopIteration, StopIteration]


@both
def test_a_coroutine_that_is_cancelled_from_within_is_a_failure(run: Run) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    (outcome,) = run([plan_of(cancelled)])
    assert isinstance(outcome.error, CallError)
    assert "cancelled() failed: it was cancelled before it ended" in outcome.output


def test_a_plan_without_a_function_cannot_be_run() -> None:
    (outcome,) = run_calls([PlannedCall("c", "f")])
    assert isinstance(outcome.error, UnknownFunctionError)
    assert plan_call(call("f"), lambda name: None).error is not None


# --- order, threads, context ----------------------------------------------------------------------------------------------


@both
def test_calls_run_in_their_order_in_the_callers_thread(run: Run) -> None:
    seen: list[tuple[int, str]] = []

    def note(number: int) -> int:
        seen.append((number, threading.current_thread().name))
        return number

    outcomes = run([plan_of(note, number=number) for number in range(5)])
    assert seen == [(number, threading.current_thread().name) for number in range(5)]
    assert [outcome.value for outcome in outcomes] == list(range(5))


@both
def test_several_calls_run_at_once_and_keep_their_order(run: Run) -> None:
    # Each waits for the other two, so that they end only when all three run at once.
    together = threading.Barrier(3, timeout=30)
    release = threading.Event()

    def meet(number: int) -> int:
        together.wait()
        if number == 0:
            release.wait(30)
        elif number == 2:
            release.set()
        return number

    outcomes = run([plan_of(meet, number=number) for number in range(3)], max_parallel=3)
    assert [outcome.value for outcome in outcomes] == [0, 1, 2]


@both
def test_no_more_calls_run_at_once_than_said(run: Run) -> None:
    lock, running, most = threading.Lock(), [0], [0]
    pair = threading.Barrier(2, timeout=30)

    def count() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        pair.wait()
        with lock:
            running[0] -= 1

    assert all(outcome.ok for outcome in run([plan_of(count)] * 6, max_parallel=2))
    assert most == [2]


def test_coroutines_run_at_once() -> None:
    async def both_ways() -> list[FunctionOutcome]:
        ready = asyncio.Event()

        async def waits() -> str:
            await ready.wait()
            return "waited"

        async def sets() -> str:
            ready.set()
            return "set"

        return await run_calls_async([plan_of(waits), plan_of(sets)], max_parallel=2)

    assert [outcome.value for outcome in asyncio.run(both_ways())] == ["waited", "set"]


@both
@pytest.mark.parametrize("options", [{}, {"max_parallel": 2}, {"timeout": 60}])
def test_context_variables_are_those_of_the_caller(run: Run, options: dict[str, Any]) -> None:
    async def where_later() -> str:
        return place.get()

    token = place.set("here")
    try:
        outcomes = run([plan_of(where), plan_of(where_later)], **options)
    finally:
        place.reset(token)
    assert [outcome.value for outcome in outcomes] == ["here", "here"]


def test_sync_functions_leave_the_event_loop_when_told() -> None:
    own = threading.current_thread().name
    ways: list[tuple[dict[str, Any], bool]] = [
        ({}, True),
        ({"in_thread": True}, False),
        ({"timeout": 60}, False),
        ({"max_parallel": 2}, False),
    ]
    for options, inside in ways:
        outcomes = run_async([plan_of(thread_name)] * 2, **options)
        assert [outcome.value == own for outcome in outcomes] == [inside, inside]


def test_an_async_function_runs_in_the_sync_tool_while_a_loop_is_running() -> None:
    tool = FunctionTool([doubled, thread_name])

    async def main() -> Any:
        return tool.execute(call("doubled", {"number": 2})), tool.execute(call("thread_name"))

    assert asyncio.run(main()) == (4, threading.current_thread().name)


# --- the tools ------------------------------------------------------------------------------------------------------------


def execute(tool: FunctionTool | AsyncFunctionTool, tool_call: Any) -> Any:
    """What the tool's execute returns."""
    result = tool.execute(tool_call)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


@pytest.mark.parametrize("make", [FunctionTool, AsyncFunctionTool])
def test_execute_gives_the_value_or_the_error_as_json(make: Any) -> None:
    tool = make(FUNCTIONS)
    assert execute(tool, call("add", {"a": 41})) == 42
    assert execute(tool, call("paint", {"colour": "red"})) == (later.Colour.RED, None, "fast")
    assert execute(tool, call("doubled", {"number": 2})) == 4
    assert json.loads(execute(tool, call("fail", {"text": "é"}))) == {"error": "fail() failed: ValueError: é"}
    wrong: Any
    for wrong in (call("nothing"), call("add", "{"), call("add"), call("picture"), None, 5, {}):
        assert json.loads(execute(tool, wrong)).keys() == {"error"}


def test_a_validator_that_fails_in_its_own_way_is_no_exception_of_execute() -> None:
    def strange(value: int) -> int:
        raise LookupError(value)

    def f(x: int) -> None: ...

    f.__annotations__["x"] = Annotated[int, AfterValidator(strange)]
    assert json.loads(FunctionTool([f]).execute(call("f", {"x": 1}))) == {"error": "f() failed: LookupError: 1"}


def test_partials_are_run_with_what_they_hold() -> None:
    assert FunctionTool([functools.partial(add, b=10)]).execute(call("add", {"a": 1})) == 11
    assert FunctionTool([functools.partial(add, 10)]).execute(call("add", {"b": 2})) == 12
    assert FunctionTool([functools.partial(doubled, 10)]).execute(call("doubled")) == 20
