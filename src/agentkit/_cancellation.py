"""httpx's own async connections, held to their word where a task is cancelled: none is left checked out.

The library guards its clean-up by means of anyio, which does not keep out that a task is cancelled by asyncio's own means: a connection
that was about to be given back then counts as busy for ever. Only :mod:`agentkit._http` imports this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx

__all__ = ["Client", "Transport"]


class Transport(httpx.AsyncHTTPTransport):
    """Connections of one event loop."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except asyncio.CancelledError:
            await _to_its_end(self._let_go())
            raise
        response.stream = _Body(response.stream)
        return response

    async def _let_go(self) -> None:
        """Close the connections that are busy although no request has them."""
        pool: Any = self._pool
        held = [request.connection for request in pool._requests]
        left = [one for one in pool.connections if one not in held and not one.is_idle() and not one.is_closed()]
        # All are taken out before one is waited for: meanwhile another request may be given a connection that was idle just now.
        for connection in left:
            pool._connections.remove(connection)
        for connection in left:
            await connection.aclose()


class Client(httpx.AsyncClient):
    """A client all of whose connections are such, those that it makes itself too, as through the proxies that the environment names."""

    def _init_transport(self, *_: Any, transport: Any = None, **settings: Any) -> Any:
        settings.pop("app", None)  # which older releases had
        return Transport(**settings) if transport is None else transport

    def _init_proxy_transport(self, proxy: Any, *_: Any, **settings: Any) -> Any:
        return Transport(proxy=proxy, **settings)


class _Body(httpx.AsyncByteStream):
    """The body of an answer, whose connection is given back whatever happens meanwhile to who gives it back."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._httpcore_stream = getattr(stream, "_httpcore_stream", None)  # by which the state of the connection is found

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        await _to_its_end(self._stream.aclose())


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do what takes a moment; where the task is cancelled meanwhile, it is cancelled after that."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
