"""The one place that knows the HTTP library.

Everything else sees :class:`HttpRequest`, :class:`HttpResponse` and :class:`TransportError`, so the library can be replaced here. An
error of the library never leaves this module.
"""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import httpx

from ._core.kept_body import MOST_BYTES, KeptBody
from ._core.masking import masked, masked_url, without
from ._core.retry import Failure
from ._core.unpacking import Unpacker, UnpackingError
from ._forking import renewed_in_children
from ._httpx import ConnectionSettings, Headers, abandon, bounded, kept_cookies, outgoing_request

if TYPE_CHECKING:
    import asyncio

# Whether the async client takes the connections of aiohttp where httpx-aiohttp is installed, by the extra "aio".
USE_AIOHTTP = True

__all__ = [
    "USE_AIOHTTP",
    "AsyncHttp",
    "AsyncHttpResponse",
    "ConnectionSettings",
    "HttpRequest",
    "HttpResponse",
    "PipelineRequest",
    "PipelineResponse",
    "SyncHttp",
    "SyncHttpResponse",
    "Timeouts",
    "TransportError",
]


class TransportError(Exception):
    """A request that got no usable answer.

    :ivar failure: How far it came.
    :ivar timed_out: Whether time ran out.
    :ivar answer: The answer whose body broke off; None where not even its head came.
    """

    def __init__(self, message: str, failure: Failure, *, timed_out: bool, answer: HttpResponse | None = None) -> None:
        super().__init__(message)
        self.failure = failure
        self.timed_out = timed_out
        self.answer = answer


class Timeouts(NamedTuple):
    """Seconds to connect, and between two bytes of the answer; None waits for ever."""

    connect: float | None
    read: float | None


class HttpRequest:
    """A request on its way out; hooks may change its headers, url and content."""

    def __init__(self, method: str, url: str, headers: Mapping[str, str], content: Any = None) -> None:
        self.method = method
        self.url = url
        self.headers: Any = Headers(headers)
        self.content = content

    @property
    def body(self) -> Any:
        """The content, under the name that older hooks use."""
        return self.content

    def __repr__(self) -> str:
        return f"<HttpRequest [{self.method}], url: '{masked_url(self.url)}'>"

    def __str__(self) -> str:
        return f"{self.method} {masked_url(self.url)}"

    def __getstate__(self) -> dict[str, Any]:
        """What pickle keeps: nothing of what was sent, and nothing that proves who sent it."""
        headers = Headers(masked(self.headers))
        return {**vars(self), "url": masked_url(self.url), "headers": headers, "content": None}


class HttpResponse:
    """An answer: its status and headers, and its body once that was read.

    :ivar is_whole: False where the body was longer than what is kept of it, which is its beginning.
    """

    def __init__(self, request: HttpRequest, raw: httpx.Response) -> None:
        self.request = request
        self._raw = raw
        self.status_code: int = raw.status_code
        self.reason: str = raw.reason_phrase
        self.headers: Any = raw.headers
        self._content: bytes | None = None
        self.is_whole: bool = True

    @property
    def content_type(self) -> str:
        """The Content-Type header, or an empty string."""
        return str(self.headers.get("content-type", ""))

    @property
    def url(self) -> str:
        """Where the answer came from."""
        return self.request.url

    @property
    def content(self) -> bytes:
        """The body's bytes; raises RuntimeError for a streamed body that was not read."""
        if self._content is None:
            raise RuntimeError("this response is streamed: iterate over it, its body is not kept")
        return self._content

    def body(self) -> bytes:
        """The body's bytes."""
        return self.content

    def text(self, encoding: str | None = None) -> str:
        """The body as text, by the encoding given, else the response's."""
        coding = encoding or self._raw.encoding or "utf-8"
        # A mark of the byte order is no part of the text.
        return self.content.decode("utf-8-sig" if coding.lower() in ("utf-8", "utf8") else coding, "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.content)

    def _keep(self, body: KeptBody) -> bytes:
        self._content, self.is_whole = body.content(), body.is_whole
        return self._content

    def _unpacker(self) -> Unpacker | None:
        """What unpacks the body; None for one that is not packed, or in a way that is left to the library."""
        coding = Unpacker.named(self.headers.get("content-encoding", ""))
        return None if coding is None else Unpacker(coding)

    def hide(self, secret: str | None) -> None:
        """Take a secret out of what the service said, where it repeats it: a reason, a header, the body if that was read."""
        self.reason = without(self.reason.encode(), secret).decode()
        self.headers = httpx.Headers([(name, without(value, secret)) for name, value in self.headers.raw])
        if self._content is not None:
            self._content = without(self._content, secret)

    def __repr__(self) -> str:
        return f"<HttpResponse: {self.status_code} {self.reason}, Content-Type: {self.content_type}>"

    def __getstate__(self) -> dict[str, Any]:
        """What pickle keeps: what the service said, without its cookies and the way that it came; of what was asked for, nothing."""
        raw = httpx.Response(self.status_code, headers=masked(self.headers))
        content = self._content if self.status_code >= 300 else None
        return {**vars(self), "_raw": raw, "headers": raw.headers, "_content": content}


class SyncHttpResponse(HttpResponse):
    """An answer whose body is read by blocking."""

    def read(self, most: int = MOST_BYTES) -> bytes:
        """The body, which is kept. Of one of more than ``most`` bytes the beginning is, and the rest is not read."""
        if self._content is None:
            body, pieces = KeptBody(most), self.iter_bytes()
            try:
                for piece in pieces:
                    if not body.takes(piece):
                        break
            finally:
                pieces.close()
                self._raw.close()
            return self._keep(body)
        return self._content

    def iter_bytes(self) -> Generator[bytes, None, None]:
        if self._content is not None:
            yield self._content
            return
        unpacker = self._unpacker()
        with _translated(self):
            if unpacker is None:
                yield from self._raw.iter_bytes()
                return
            for chunk in self._raw.iter_raw():
                yield from unpacker.feed(chunk)
            unpacker.end()

    def close(self) -> None:
        self._raw.close()


class AsyncHttpResponse(HttpResponse):
    """An answer whose body is awaited."""

    async def aread(self, most: int = MOST_BYTES) -> bytes:
        """The body, which is kept. Of one of more than ``most`` bytes the beginning is, and the rest is not read."""
        if self._content is None:
            body, pieces = KeptBody(most), self.aiter_bytes()
            try:
                async for piece in pieces:
                    if not body.takes(piece):
                        break
            finally:
                await pieces.aclose()
                await self._raw.aclose()
            return self._keep(body)
        return self._content

    async def aiter_bytes(self) -> AsyncGenerator[bytes, None]:
        if self._content is not None:
            yield self._content
            return
        unpacker = self._unpacker()
        with _translated(self):
            if unpacker is None:
                async for chunk in self._raw.aiter_bytes():
                    yield chunk
                return
            async for chunk in self._raw.aiter_raw():
                for piece in unpacker.feed(chunk):
                    yield piece
            unpacker.end()

    async def aclose(self) -> None:
        await self._raw.aclose()


@dataclass
class PipelineRequest:
    """What a raw request hook is given."""

    http_request: HttpRequest
    context: dict[str, Any] = field(default_factory=dict)


@dataclass
class PipelineResponse:
    """What a raw response hook and a ``cls`` callback are given."""

    http_request: HttpRequest
    http_response: HttpResponse
    context: dict[str, Any] = field(default_factory=dict)


class SyncHttp:
    """A pool of connections that blocks; made when it is first needed, whichever thread comes first."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._pool: tuple[httpx.Client, httpx.HTTPTransport | None] | None = None
        self._lock = threading.Lock()
        renewed_in_children(self)

    def send(self, request: HttpRequest, timeouts: Timeouts) -> SyncHttpResponse:
        """Send, and return when the headers of the answer are here. Raises TransportError."""
        client, transport = self._pool or self._opened()
        with _translated():
            outgoing = outgoing_request(client, request, timeouts)
            if transport is None:
                return SyncHttpResponse(request, bounded(client.send(outgoing, stream=True)))
            return SyncHttpResponse(request, bounded(kept_cookies(client, outgoing, transport.handle_request(outgoing))))

    def _opened(self) -> tuple[httpx.Client, httpx.HTTPTransport | None]:
        with self._lock:
            if self._pool is None:
                self._pool = self._settings.opened(httpx.Client, httpx.HTTPTransport, httpx.HTTPTransport)
            return self._pool

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool[0].close()

    def _forked(self) -> None:
        """Begin anew in a child process: what goes over the parent's connections is the parent's."""
        pool, self._pool, self._lock = self._pool, None, threading.Lock()
        if pool is not None:
            abandon(pool[0])


def _loop() -> asyncio.AbstractEventLoop:
    import asyncio  # which programs that block need not load

    return asyncio.get_running_loop()


class AsyncHttp:
    """A pool of connections for each event loop, since a connection is bound to the loop that opened it."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()

    async def send(self, request: HttpRequest, timeouts: Timeouts) -> AsyncHttpResponse:
        """Send, and return when the headers of the answer are here. Raises TransportError."""
        loop = _loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = await _Pool.opened(self._settings)
        client, transport = pool.client, pool.transport
        with _translated():
            outgoing = outgoing_request(client, request, timeouts)
            if transport is None:
                return AsyncHttpResponse(request, bounded(await client.send(outgoing, stream=True)))
            answer = kept_cookies(client, outgoing, await transport.handle_async_request(outgoing))
            return AsyncHttpResponse(request, bounded(answer))

    async def aclose(self) -> None:
        pool = self._pools.pop(_loop(), None)
        # Other loops, if they still run, close theirs when the last reference goes.
        self._pools.clear()
        if pool is not None:
            await pool.lifetime.aclose()


@dataclass(frozen=True)
class _Pool:
    """The connections of one event loop.

    They live as long as an asynchronous generator does: a loop that ends, as ``asyncio.run`` does it, closes those that were left
    open in it, so that a client which outlives the loop leaves no connection behind there.
    """

    client: httpx.AsyncClient
    transport: httpx.AsyncBaseTransport | None
    lifetime: AsyncGenerator[None, None]

    @classmethod
    async def opened(cls, settings: ConnectionSettings) -> _Pool:
        from ._cancellation import Client, Transport  # need asyncio

        client, transport = settings.opened(Client, Transport, _async_transport())
        lifetime = _lifetime(client)
        await lifetime.__anext__()
        return cls(client, transport, lifetime)


async def _lifetime(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    async with client:
        yield


def _async_transport() -> type[Any]:
    """What makes the connections that go to the service itself; through proxies they are httpx's own."""
    from ._cancellation import Transport

    return (_aiohttp_transport() if USE_AIOHTTP else None) or Transport


@cache
def _aiohttp_transport() -> type[Any] | None:
    try:
        from ._aiohttp import Transport
    except ImportError:  # the extra is not installed
        return None
    return Transport


_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_BROKE_IN_SENDING = (httpx.WriteError, httpx.WriteTimeout, httpx.LocalProtocolError)


@contextmanager
def _translated(answer: HttpResponse | None = None) -> Iterator[None]:
    """Errors of the library as a :class:`TransportError`.

    :param answer: The answer that is being read.
    """
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnpackingError) as error:
        if isinstance(error, _NEVER_SENT):
            failure = Failure.CONNECT
        else:
            failure = Failure.SEND if isinstance(error, _BROKE_IN_SENDING) else Failure.READ
        text = str(error) or type(error).__name__
        raise TransportError(text, failure, timed_out=isinstance(error, httpx.TimeoutException), answer=answer) from error
