"""The async connections of aiohttp in place of httpx's own: with many requests in flight they take a fraction of the time.

It is the transport of httpx-aiohttp, held to what httpx's own transport does: an address goes out as it was written, a request is
sent once, the number of connections has no limit, cookies are left to the client, an error tells how far the request came, and an
error of what gives the body is that error. Only :mod:`agentkit._http` imports this, where the package is installed.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakSet

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from yarl import URL

__all__ = ["Transport"]

# Beside the library's own errors, a broken connection may show as the system's error.
_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError)

# So many bytes are handed on at most in one piece, as httpx's own transport does.
_PIECE = 64 * 1024

# The library's own headers, where a request has none of the name.
_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

# A time that ran out before there was a connection; older releases tell the two apart by the text alone.
_CONNECT_TIMEOUT = getattr(aiohttp, "ConnectionTimeoutError", ())


class _Connector(aiohttp.TCPConnector):
    """Gives out no connection again over which something came that no request had asked for.

    The library keeps that, and takes it for the answer to the next request.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._given: WeakSet[Any] = WeakSet()

    async def connect(self, *asked: Any, **more: Any) -> aiohttp.connector.Connection:
        while True:
            connection = await super().connect(*asked, **more)
            protocol: Any = connection.protocol
            if protocol not in self._given:
                self._given.add(protocol)
                return connection
            if not (protocol.should_close or _has_more(protocol.transport)):
                return connection
            connection.close()


def _has_more(transport: asyncio.Transport) -> bool:
    """Whether something came, or the end, that the event loop has not seen yet: it may have been kept from running."""
    number = transport.get_extra_info("socket").fileno()
    if hasattr(select, "poll"):  # of any number of connections; select() has a limit
        waiting = select.poll()
        waiting.register(number, select.POLLIN)
        return bool(waiting.poll(0))
    return bool(select.select([number], [], [], 0)[0])


class Transport(AiohttpTransport):
    """Connections of one event loop.

    :param verify: What certificates are checked against.
    :param trust_env: Whether the certificates that the environment names are trusted.
    :param limits: How long an idle connection is kept.
    """

    def __init__(self, *, verify: ssl.SSLContext | bool, trust_env: bool, limits: httpx.Limits) -> None:
        super().__init__(verify=verify, trust_env=trust_env, limits=limits)
        self._session: aiohttp.ClientSession | None = None
        self._open: WeakSet[_Incoming] = WeakSet()

    def _opened(self) -> aiohttp.ClientSession:
        """The session; it belongs to the loop in which it is made."""
        if self._session is None:
            connector = _Connector(ssl=self.ssl_context, limit=0, keepalive_timeout=self.limits.keepalive_expiry)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, skip_auto_headers=_ADDED
            )
            # Whether a request is sent again is decided elsewhere, and counted; the session would do so once by itself.
            self._session._retry_connection = False
        return self._session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeout = request.extensions["timeout"]
        body = _Outgoing(request)
        try:
            answer = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                data=body.data,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=timeout["pool"], sock_connect=timeout["connect"], sock_read=timeout["read"]
                ),
            )
        except _ERRORS as error:
            if body.failure is not None:
                raise body.failure from None
            raise _sending(error) from error
        incoming = _Incoming(answer)
        self._open.add(incoming)
        reason = {"reason_phrase": answer.reason.encode("ascii", "replace")} if answer.reason else {}
        return httpx.Response(
            answer.status,
            headers=answer.raw_headers,
            stream=incoming,
            request=request,
            extensions={"http_version": b"HTTP/1.1", **reason},
        )

    async def aclose(self) -> None:
        for incoming in list(self._open):
            await incoming.aclose()
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class _Outgoing:
    """The body of a request; keeps the error of what gives it, which aiohttp would put into one of its own.

    :ivar data: What aiohttp is given.
    """

    def __init__(self, request: httpx.Request) -> None:
        self.failure: Exception | None = None
        self.data: Any
        try:
            self.data = request.content or None
        except httpx.RequestNotRead:
            self.data = self._chunks(request.stream)
            # aiohttp cuts a body of unknown length into chunks by itself.
            request.headers.pop("Transfer-Encoding", None)

    async def _chunks(self, stream: Any) -> AsyncIterator[bytes]:
        try:
            async for chunk in stream:
                yield chunk
        except Exception as error:
            self.failure = error
            raise


class _Incoming(httpx.AsyncByteStream):
    """The body of an answer, as it arrives."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.content.iter_chunked(_PIECE):
                yield chunk
        except (*_ERRORS, RuntimeError) as error:  # a RuntimeError where the session was closed meanwhile
            kind = httpx.ReadTimeout if isinstance(error, asyncio.TimeoutError) else httpx.ReadError
            raise kind(_text(error)) from error

    async def aclose(self) -> None:
        # After the end of the body its connection is another request's; before the end it is of no more use.
        broken_off = not self._answer.content.is_eof()
        self._answer.close()
        if broken_off:
            await asyncio.sleep(0)  # the loop closes the socket in its next round

    def __del__(self) -> None:
        self._answer.close()  # nobody can read on; without this the library would warn of what was left open


def _sending(error: BaseException) -> Exception:
    """What httpx would raise for an error that came before the answer."""
    if isinstance(error, aiohttp.InvalidURL):
        return httpx.InvalidURL(_text(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx.ConnectError(_text(error))
    if isinstance(error, asyncio.TimeoutError):
        before = isinstance(error, _CONNECT_TIMEOUT) or "onnection timeout" in str(error)
        return (httpx.ConnectTimeout if before else httpx.ReadTimeout)(_text(error))
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return httpx.RemoteProtocolError("the server closed the connection without an answer")
    return (httpx.RemoteProtocolError if isinstance(error, aiohttp.ClientResponseError) else httpx.ReadError)(_text(error))


def _text(error: BaseException) -> str:
    """The error in one line, without the address."""
    text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return " ".join(text.split()) or type(error).__name__
