"""Calls of functions under limits: of time, and of how many run at once."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from agentkit._core.functions import CallTimeoutError
from agentkit.tools._runner import run_calls_async

from .calls import Run, both, plan_of
from .plain_functions import add


@both
def test_a_function_that_does_not_end_is_left_behind(run: Run) -> None:
    ended = threading.Event()

    def waits() -> None:
        ended.wait(60)

    outcomes = run([plan_of(waits), plan_of(add, a=1)], timeout=0.05)
    ended.set()
    assert isinstance(outcomes[0].error, CallTimeoutError)
    assert isinstance(outcomes[0].error, TimeoutError)
    assert json.loads(outcomes[0].output) == {"error": "waits() failed: it did not end within 0.05 s"}
    assert outcomes[1].value == 2


@both
@pytest.mark.parametrize("max_parallel", [1, 2])
def test_a_coroutine_that_does_not_end_is_cancelled(run: Run, max_parallel: int) -> None:
    seen: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cleaned up")

    outcomes = run([plan_of(waits), plan_of(add, a=1)], timeout=0.05, max_parallel=max_parallel)
    assert isinstance(outcomes[0].error, CallTimeoutError)
    assert outcomes[1].value == 2
    assert seen == ["cleaned up"]


@both
def test_a_timeout_of_the_functions_own_is_told_as_such(run: Run) -> None:
    def slow_service() -> None:
        raise TimeoutError("the service is slow")

    (outcome,) = run([plan_of(slow_service)], timeout=60)
    assert type(outcome.error) is TimeoutError
    assert "slow_service() failed: TimeoutError: the service is slow" in outcome.output


async def test_cancelling_the_caller_cancels_the_function() -> None:
    started, seen = asyncio.Event(), []

    async def waits() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    running = asyncio.create_task(run_calls_async([plan_of(waits)]))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen == ["cancelled"]


@both
@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"max_parallel": 0}, ValueError, "max_parallel is a number of calls from 1 up, not 0"),
        ({"max_parallel": 1.5}, TypeError, "max_parallel is a number of calls, not float"),
        ({"max_parallel": True}, TypeError, "not bool"),
        ({"timeout": 0}, ValueError, "timeout is a number of seconds above 0, not 0"),
        ({"timeout": float("nan")}, ValueError, "not nan"),
        ({"timeout": "5"}, TypeError, "timeout is a number of seconds or None, not str"),
    ],
)
def test_limits_are_checked(run: Run, options: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        run([], **options)
