"""Waiting for work that may not end: in a thread that can be left behind, or as a task that can be cancelled."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import NoReturn, TypeVar

from .._core.functions import CallError, CallTimeoutError

__all__ = ["bounded", "run_awaitable", "wait_in_thread", "wait_in_thread_async"]

T = TypeVar("T")

GRACE = 1.0
"""Seconds that a cancelled coroutine has for its own cleaning up."""


def wait_in_thread(work: Callable[[], T], timeout: float | None) -> T:
    """Run blocking work in a thread of its own, with the caller's context variables.

    A thread cannot be stopped: when the time is over it is left behind, and does not keep the program from ending.

    :param work: the work.
    :param timeout: seconds to wait for it; None waits until it ends.
    :raises CallTimeoutError: the time is over.
    """
    future = _started(work)
    wait([future], timeout)
    if not future.done():
        raise _out_of_time(timeout)
    return future.result()()


async def wait_in_thread_async(work: Callable[[], T], timeout: float | None) -> Callable[[], T]:
    """As :func:`wait_in_thread`, without holding the event loop.

    :return: a function that returns the work's value or raises its error: a coroutine could not raise a StopIteration.
    """
    import asyncio

    future = asyncio.wrap_future(_started(work))
    await asyncio.wait({future}, timeout=timeout)
    if not future.done():
        future.cancel()
        raise _out_of_time(timeout)
    return future.result()


def _started(work: Callable[[], T]) -> Future[Callable[[], T]]:
    """The work, under way in a daemon thread. What it comes to is a function that returns the value or raises the error.

    The error is not given to the future itself: asyncio's would not take a StopIteration, and never end.
    """
    future: Future[Callable[[], T]] = Future()
    future.set_running_or_notify_cancel()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            value = context.run(work)
        except BaseException as error:  # noqa: BLE001  (raised again where it is waited for)
            future.set_result(partial(_raise, error))
        else:
            future.set_result(lambda: value)

    threading.Thread(target=run, name="agentkit-function", daemon=True).start()
    return future


def _raise(error: BaseException) -> NoReturn:
    raise error


def _out_of_time(timeout: float | None) -> CallTimeoutError:
    return CallTimeoutError(f"it did not end within {timeout:g} s")


def run_awaitable(awaitable: Awaitable[T], timeout: float | None) -> T:
    """Run an awaitable to its end from sync code, on an event loop of its own; where a loop is running, in another thread.

    :param awaitable: a coroutine, or what else can be awaited on any loop.
    :param timeout: seconds to wait for it; None waits until it ends.
    :raises CallTimeoutError: the time is over; the awaitable has been cancelled.
    """
    import asyncio

    def run() -> T:
        return asyncio.run(bounded(awaitable, timeout))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run()
    return wait_in_thread(run, None)


async def bounded(awaitable: Awaitable[T], timeout: float | None) -> T:
    """Await something in a task of its own, and cancel it when the time is over or the caller is cancelled.

    :raises CallTimeoutError: the time is over.
    :raises CallError: it was cancelled from within.
    """
    import asyncio

    task: asyncio.Future[T] = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({task}, timeout=timeout)
        in_time = task.done()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE)
    if not in_time:
        raise _out_of_time(timeout)
    if task.cancelled():
        raise CallError("it was cancelled before it ended")
    return task.result()
