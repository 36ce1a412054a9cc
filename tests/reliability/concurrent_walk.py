"""Cancelling a call at each of the places where it waits, one after the other."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import Any

__all__ = ["Outcome", "busy_connections", "busy_of", "cancelled_at"]


@dataclass(frozen=True)
class Outcome:
    """What came of a call that was to be cancelled.

    :param waits: So many times it waited.
    :param cancelled: Whether it ended by being cancelled.
    :param value: What it returned otherwise.
    """

    waits: int
    cancelled: bool
    value: Any = None


async def cancelled_at(place: int, call: Callable[[], Coroutine[Any, Any, Any]]) -> Outcome:
    """Make a call in a task of its own, and cancel it while it waits for the n-th time.

    :param place: The number of the wait, from 1; a call that waits less often comes to its end.
    :raises Exception: What the call raises, if that is not that it was cancelled.
    """
    walk = _Walk(place)
    task = asyncio.ensure_future(walk.through(call()))
    walk.cancel = task.cancel
    try:
        return Outcome(walk.waits, False, await task)
    except asyncio.CancelledError:
        return Outcome(walk.waits, True)


class _Walk:
    def __init__(self, place: int) -> None:
        self.waits = 0
        self.cancel: Callable[[], object] = lambda: None
        self._place = place

    async def through(self, call: Coroutine[Any, Any, Any]) -> Any:
        return await self._steps(call)

    @types.coroutine
    def _steps(self, call: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """The call itself, counted."""
        thrown: BaseException | None = None
        while True:
            try:
                waited_for = call.send(None) if thrown is None else call.throw(thrown)
            except StopIteration as end:
                return end.value
            self.waits += 1
            if self.waits == self._place:
                asyncio.get_running_loop().call_soon(self.cancel)
            thrown = None
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001 - it is the call's to handle
                thrown = error


def busy_connections(client: Any) -> list[str]:
    """The connections of a client that requests have, over all event loops."""
    return busy_of(client._pipeline._http)


def busy_of(http: Any) -> list[str]:
    """The same of what has the connections, those through proxies too."""
    return [
        busy
        for pool in http._pools.values()
        for transport in {pool.client._transport, *pool.client._mounts.values()} - {None}
        for busy in _busy(transport)
    ]


def _busy(transport: Any) -> list[str]:
    if hasattr(transport, "_pool"):  # httpx's own
        requests = [str(request) for request in transport._pool._requests]
        return requests + [one.info() for one in transport._pool.connections if not (one.is_idle() or one.is_closed())]
    session = transport._session
    return [] if session is None else [str(one) for one in session.connector._acquired]
