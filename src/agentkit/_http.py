"""The one place that knows the HTTP library.

Everything else sees :class:`HttpRequest`, :class:`HttpResponse` and :class:`TransportError`, so the library can be replaced here. An
error of the library never leaves this module.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import httpx

from ._core.retry import Failure

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

C = TypeVar("C", httpx.Client, httpx.AsyncClient)


class TransportError(Exception):
    """A request that got no usable answer: ``failure`` says how far it came, ``timed_out`` whether time ran out."""

    def __init__(self, message: str, failure: Failure, *, timed_out: bool) -> None:
        super().__init__(message)
        self.failure = failure
        self.timed_out = timed_out


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, and between two bytes of the answer; None waits for ever."""

    connect: float | None
    read: float | None


@dataclass(frozen=True)
class ConnectionSettings:
    """What a connection pool is made of.

    ``trust_environment`` is about proxies and logins. The certificates that the environment names are trusted in any case.
    """

    proxies: Mapping[str, str] | None = None
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    trust_environment: bool = True

    def opened(self, client: type[C], transport: type[Any], direct: type[Any]) -> tuple[C, Any]:
        """A client of the library, and its transport where that can be used without the client's looking for a proxy.

        :param transport: makes connections, also through proxies.
        :param direct: makes those that go to the service itself.
        :raises ValueError: a file of certificates cannot be used.
        """
        verify, limits = self._verification(), httpx.Limits(max_connections=None, max_keepalive_connections=20)
        if not self.proxies and not (self.trust_environment and getproxies()):
            own = direct(verify=verify, trust_env=self.trust_environment, limits=limits)
            # The certificates are the transport's affair; the client is not to read any.
            return client(transport=own, verify=False, trust_env=self.trust_environment), own
        proxies = (self.proxies or {}).items()
        mounts = {f"{scheme}://": transport(proxy=url, verify=verify, limits=limits) for scheme, url in proxies}
        return client(verify=verify, trust_env=self.trust_environment, mounts=mounts or None, limits=limits), None

    def _verification(self) -> ssl.SSLContext | bool:
        """What certificates are checked against, and shown.

        :raises ValueError: one of the files cannot be used.
        """
        named = self.trust_environment or _certificates_named()
        library_does = self.trust_environment or not named or not self.verify
        if isinstance(self.verify, bool) and self.cert is None and library_does:
            return self.verify
        try:
            if isinstance(self.verify, str):
                folder = os.path.isdir(self.verify)
                context = ssl.create_default_context(
                    cafile=None if folder else self.verify, capath=self.verify if folder else None
                )
            else:
                context = httpx.create_ssl_context(verify=self.verify, trust_env=named)
            if self.cert is not None:
                context.load_cert_chain(*((self.cert,) if isinstance(self.cert, str) else self.cert))
        except OSError as error:
            raise ValueError(
                f"connection_verify={self.verify!r}, connection_cert={self.cert!r}: a file is missing or holds no certificate ({error})"
            ) from error
        return context


def _certificates_named() -> bool:
    """Whether the environment names certificates that are there; those of a local service go with it, and the variable stays."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    return os.path.isfile(file) if file else bool(folder) and os.path.isdir(str(folder))


class HttpRequest:
    """A request on its way out; hooks may change its headers, url and content."""

    def __init__(self, method: str, url: str, headers: Mapping[str, str], content: Any = None) -> None:
        self.method = method
        self.url = url
        self.headers: Any = httpx.Headers(headers)
        self.content = content

    @property
    def body(self) -> Any:
        """The content, under the name that older hooks use."""
        return self.content

    def __repr__(self) -> str:
        return f"<HttpRequest [{self.method}], url: '{self.url}'>"


class HttpResponse:
    """An answer: its status and headers, and its body once that was read."""

    def __init__(self, request: HttpRequest, raw: httpx.Response) -> None:
        self.request = request
        self._raw = raw
        self.status_code = raw.status_code
        self.reason = raw.reason_phrase
        self.headers: Any = raw.headers

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
        try:
            return self._raw.content
        except httpx.ResponseNotRead as error:
            raise RuntimeError("this response is streamed: iterate over it, its body is not kept") from error

    def body(self) -> bytes:
        """The body's bytes."""
        return self.content

    def text(self, encoding: str | None = None) -> str:
        """The body as text, by the encoding given, else the response's."""
        return self.content.decode(encoding or self._raw.encoding or "utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.content)

    def __repr__(self) -> str:
        return f"<HttpResponse: {self.status_code} {self.reason}, Content-Type: {self.content_type}>"


class SyncHttpResponse(HttpResponse):
    """An answer whose body is read by blocking."""

    def read(self) -> bytes:
        try:
            with _translated():
                return self._raw.read()
        finally:
            self._raw.close()

    def iter_bytes(self) -> Generator[bytes, None, None]:
        with _translated():
            yield from self._raw.iter_bytes()

    def close(self) -> None:
        self._raw.close()


class AsyncHttpResponse(HttpResponse):
    """An answer whose body is awaited."""

    async def aread(self) -> bytes:
        try:
            with _translated():
                return await self._raw.aread()
        finally:
            await self._raw.aclose()

    async def aiter_bytes(self) -> AsyncGenerator[bytes, None]:
        with _translated():
            async for chunk in self._raw.aiter_bytes():
                yield chunk

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

    def send(self, request: HttpRequest, timeouts: Timeouts) -> SyncHttpResponse:
        """Send, and return when the headers of the answer are here. Raises TransportError."""
        client, transport = self._pool or self._opened()
        with _translated():
            outgoing = _outgoing(client, request, timeouts)
            if transport is None:
                return SyncHttpResponse(request, client.send(outgoing, stream=True))
            return SyncHttpResponse(request, _answer(client, outgoing, transport.handle_request(outgoing)))

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


class AsyncHttp:
    """A pool of connections for each event loop, since a connection is bound to the loop that opened it."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()

    async def send(self, request: HttpRequest, timeouts: Timeouts) -> AsyncHttpResponse:
        """Send, and return when the headers of the answer are here. Raises TransportError."""
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = await _Pool.opened(self._settings)
        client, transport = pool.client, pool.transport
        with _translated():
            outgoing = _outgoing(client, request, timeouts)
            if transport is None:
                return AsyncHttpResponse(request, await client.send(outgoing, stream=True))
            return AsyncHttpResponse(request, _answer(client, outgoing, await transport.handle_async_request(outgoing)))

    async def aclose(self) -> None:
        pool = self._pools.pop(asyncio.get_running_loop(), None)
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
        client, transport = settings.opened(httpx.AsyncClient, httpx.AsyncHTTPTransport, _async_transport())
        lifetime = _lifetime(client)
        await lifetime.__anext__()
        return cls(client, transport, lifetime)


async def _lifetime(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    async with client:
        yield


def _async_transport() -> type[Any]:
    """What makes the connections that go to the service itself; through proxies they are httpx's own."""
    return (_aiohttp_transport() if USE_AIOHTTP else None) or httpx.AsyncHTTPTransport


@cache
def _aiohttp_transport() -> type[Any] | None:
    try:
        from ._aiohttp import Transport
    except ImportError:  # the extra is not installed
        return None
    return Transport


def _outgoing(client: httpx.Client | httpx.AsyncClient, request: HttpRequest, timeouts: Timeouts) -> httpx.Request:
    """The request as the library takes it: as the client would build it, without what the client does for calls of other kinds."""
    given = request.headers.raw
    named = {name.lower() for name, _ in given}
    return httpx.Request(
        request.method,
        request.url,
        headers=[*(default for default in client.headers.raw if default[0].lower() not in named), *given],
        cookies=client.cookies or None,
        content=request.content,
        extensions={
            "timeout": {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": timeouts.connect}
        },
    )


def _answer(client: httpx.Client | httpx.AsyncClient, request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """An answer that came past the client, which keeps the cookies."""
    response.request = request
    if "set-cookie" in response.headers:
        client.cookies.extract_cookies(response)
    return response


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
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        if isinstance(error, _NEVER_SENT):
            failure = Failure.CONNECT
        else:
            failure = Failure.SEND if isinstance(error, _BROKE_IN_SENDING) else Failure.READ
        text = str(error) or type(error).__name__
        raise TransportError(text, failure, timed_out=isinstance(error, httpx.TimeoutException)) from error
