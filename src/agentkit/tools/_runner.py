"""Runs planned calls of functions, in sync and in async code. No failure of a function is raised: it is in the outcome."""

from __future__ import annotations

import contextvars
import inspect
import logging
from collections.abc import Sequence
from typing import Any

from .. import _hooks
from .._core.functions import CallError, FailureText, FunctionOutcome, PlannedCall, failed, succeeded
from .._core.tool_settings import check_limits
from ._gate import RefusedError
from ._waiting import bounded, run_awaitable, wait_in_thread, wait_in_thread_async

__all__ = ["run_call", "run_call_async", "run_calls", "run_calls_async"]

_log = logging.getLogger("agentkit")


def run_calls(
    plans: Sequence[PlannedCall], *, max_parallel: int = 1, in_thread: bool = False, timeout: float | None = None
) -> list[FunctionOutcome]:
    """Run calls, one after the other in the caller's thread, or several at once.

    :param plans: the calls.
    :keyword max_parallel: so many calls run at once; above 1 each runs in a thread, with the caller's context variables.
    :keyword in_thread: run each call in a thread of its own also where one runs after the other.
    :keyword timeout: seconds that each call has; None sets no limit.
    :return: the outcomes, in the order of the calls.
    :raises TypeError: a limit is no number.
    :raises ValueError: a limit is not positive.
    """
    check_limits(max_parallel, timeout)
    if max_parallel == 1 or len(plans) < 2:
        return [run_call(plan, in_thread=in_thread, timeout=timeout) for plan in plans]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(max_parallel, len(plans)), thread_name_prefix="agentkit-functions") as pool:
        running = [pool.submit(contextvars.copy_context().run, run_call, plan, timeout=timeout) for plan in plans]
        return [future.result() for future in running]


def run_call(plan: PlannedCall, *, in_thread: bool = False, timeout: float | None = None) -> FunctionOutcome:
    """Run one call. An async function is run to its end.

    :param plan: the call.
    :keyword in_thread: run a sync function in a thread of its own.
    :keyword timeout: seconds that it has; None sets no limit. A sync function then runs in a thread, which is left behind when the
        time is over, since it cannot be stopped.
    """
    with _hooks.function(plan) as watched:
        return watched.saw(_outcome(plan, in_thread, timeout))


def _outcome(plan: PlannedCall, in_thread: bool, timeout: float | None) -> FunctionOutcome:
    try:
        here = plan.is_async or not (in_thread or timeout is not None)
        value = plan.call() if here else wait_in_thread(plan.call, timeout)
        if inspect.isawaitable(value):
            value = run_awaitable(value, timeout)
    except Exception as error:  # noqa: BLE001  (whatever a function raises is its outcome)
        return _reported(failed(plan, _named(plan, error)))
    return _returned(plan, value)


async def run_calls_async(
    plans: Sequence[PlannedCall], *, max_parallel: int = 1, in_thread: bool = False, timeout: float | None = None
) -> list[FunctionOutcome]:
    """Run calls, one after the other or several at once. Coroutine functions are awaited.

    :param plans: the calls.
    :keyword max_parallel: so many calls run at once; above 1 sync functions run in threads.
    :keyword in_thread: run sync functions in threads, not on the event loop's.
    :keyword timeout: seconds that each call has; None sets no limit.
    :return: the outcomes, in the order of the calls.
    :raises TypeError: a limit is no number.
    :raises ValueError: a limit is not positive.
    """
    check_limits(max_parallel, timeout)
    if max_parallel == 1 or len(plans) < 2:
        return [await run_call_async(plan, in_thread=in_thread, timeout=timeout) for plan in plans]
    import asyncio

    places = asyncio.Semaphore(max_parallel)

    async def run(plan: PlannedCall) -> FunctionOutcome:
        async with places:
            return await run_call_async(plan, in_thread=True, timeout=timeout)

    return list(await asyncio.gather(*map(run, plans)))


async def run_call_async(plan: PlannedCall, *, in_thread: bool = False, timeout: float | None = None) -> FunctionOutcome:
    """Run one call. A coroutine function is awaited; a sync function runs on the event loop's thread, and holds the loop.

    :param plan: the call.
    :keyword in_thread: run a sync function in a thread instead.
    :keyword timeout: seconds that it has; None sets no limit. A sync function then runs in a thread.
    """
    with _hooks.function(plan) as watched:
        return watched.saw(await _outcome_async(plan, in_thread, timeout))


async def _outcome_async(plan: PlannedCall, in_thread: bool, timeout: float | None) -> FunctionOutcome:
    try:
        here = plan.is_async or not (in_thread or timeout is not None)
        value = plan.call() if here else (await wait_in_thread_async(plan.call, timeout))()
        if inspect.isawaitable(value):
            value = await bounded(value, timeout)
    except Exception as error:  # noqa: BLE001  (whatever a function raises is its outcome)
        return _reported(failed(plan, _named(plan, error)))
    return _returned(plan, value)


def _returned(plan: PlannedCall, value: Any) -> FunctionOutcome:
    """The outcome of a call that returned. A failure that a subclass's ``execute`` hands through was reported when it happened."""
    outcome = succeeded(plan, value)
    return outcome if isinstance(value, FailureText) else _reported(outcome)


def _named(plan: PlannedCall, error: Exception) -> Exception:
    """The error with the function's name in its text, where this module made it."""
    if plan.error is None and isinstance(error, CallError):
        return type(error)(f"{plan.name}() failed: {error}")
    return error


def _reported(outcome: FunctionOutcome) -> FunctionOutcome:
    """The outcome, after a failure was logged: with its traceback where the function raised it."""
    if outcome.error is None:
        _log.debug("function %s answered call %s", outcome.name, outcome.call_id)
    elif isinstance(outcome.error, RefusedError):  # as the caller wanted it
        _log.info("call %s of function %r was refused: %s", outcome.call_id, outcome.name, outcome.error)
    elif isinstance(outcome.error, CallError):
        _log.warning("call %s of function %r failed: %s", outcome.call_id, outcome.name, outcome.error)
    else:
        _log.error("function %s failed in call %s", outcome.name, outcome.call_id, exc_info=outcome.error)
    return outcome
