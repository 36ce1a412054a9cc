"""The threads in which a run's function calls are made, the limits that they have, and the calls that take such options."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.local import LocalService
from agentkit.local.models.scripted import call

from .faces import Connect, done
from .rounds import both_ways, definitions, ran, talk
from .servers import RawServer

Serve = Callable[..., LocalService]

place: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")


@both_ways
async def test_calls_run_at_once_with_the_order_of_outputs_and_the_context_kept(
    way: str, serve: Serve, connect: Connect
) -> None:
    together = threading.Barrier(3, timeout=30)
    ended: list[int] = []
    last = threading.Event()

    def meet(number: int) -> str:
        """Ends only when all three calls run, the first of them last."""
        together.wait()
        if number == 0:
            last.wait(30)
        ended.append(number)
        if len(ended) == 2:
            last.set()
        return f"{number} {place.get()}"

    token = place.set("here")
    try:
        turns = [[call("meet", number=number) for number in range(3)]]
        spoken = await talk(serve, connect, *turns, "Done.", tools=definitions(meet), enable_auto_function_calls=[meet])
        assert (await spoken.run(way, max_parallel=3)).status == "completed"
    finally:
        place.reset(token)
    assert spoken.outputs() == ["0 here", "1 here", "2 here"]
    assert ended[-1] == 0


@both_ways
@pytest.mark.parametrize(("options", "is_here"), [({}, True), ({"in_thread": True}, False), ({"tool_timeout": 60}, False)])
async def test_functions_run_in_the_callers_thread_unless_told_otherwise(
    options: Any, is_here: bool, way: str, serve: Serve, connect: Connect
) -> None:
    threads: list[threading.Thread] = []

    def note() -> None:
        """Notes its thread."""
        threads.append(threading.current_thread())

    spoken = await talk(serve, connect, call("note"), "Done.", tools=definitions(note), enable_auto_function_calls=[note])
    assert (await spoken.run(way, **options)).status == "completed"
    (thread,) = threads
    assert (thread is threading.current_thread()) is is_here


@both_ways
async def test_a_call_that_takes_too_long_is_a_failure(way: str, serve: Serve, connect: Connect) -> None:
    gate = threading.Event()

    def wait() -> None:
        """Waits."""
        gate.wait(60)

    def quick() -> int:
        """Does not."""
        return 1

    functions = [wait, quick]
    spoken = await talk(
        serve,
        connect,
        [call("wait"), call("quick")],
        "Done.",
        tools=definitions(*functions),
        enable_auto_function_calls=functions,
    )
    assert (await spoken.run(way, tool_timeout=0.05)).status == "completed"
    gate.set()
    assert spoken.outputs() == ['{"error": "wait() failed: it did not end within 0.05 s"}', "1"]


# --- where the options belong ---------------------------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"on_tool_call": "ask"}, TypeError, r"\(on_tool_call=\) is a function of a name and its arguments, not str"),
    ({"on_tool_result": 5}, TypeError, r"\(on_tool_result=\) is a function of one object, not int"),
    ({"on_missing_tool": "ignore"}, ValueError, r"takes on_missing_tool= as 'answer' or 'raise', not 'ignore'"),
    ({"max_parallel": 0}, ValueError, "max_parallel is a number of calls from 1 up, not 0"),
    ({"max_parallel": "2"}, TypeError, "max_parallel is a number of calls, not str"),
    ({"tool_timeout": 0}, ValueError, "tool_timeout is a number of seconds above 0, not 0"),
]


@both_ways
@pytest.mark.parametrize(("options", "kind", "text"), WRONG, ids=[str(row[0]) for row in WRONG])
async def test_a_wrong_option_is_refused_before_anything_is_sent(
    options: dict[str, Any], kind: type[Exception], text: str, way: str, raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(kind, match=text):
        await ran(connect(raw).agents, way, "t", agent_id="a", **options)
    assert not raw.seen


@pytest.mark.parametrize("name", ["create_run", "create_thread_and_run"])
async def test_a_call_that_makes_no_function_calls_does_not_take_them(name: str, raw: RawServer, connect: Connect) -> None:
    ids = {"thread_id": "t"} if name == "create_run" else {}
    with pytest.raises(TypeError, match="on_tool_call"):
        await done(getattr(connect(raw).agents, name)(**ids, agent_id="a", on_tool_call=print))
    assert not raw.seen
