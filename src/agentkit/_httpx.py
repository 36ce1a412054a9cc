"""What the connections of httpx are made of, and where the body of an answer over one of them ends.

Only :mod:`agentkit._http` imports this.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.request import getproxies

import httpx

from ._core.masking import LibraryRecords, masked
from ._core.unpacking import ACCEPTED

if TYPE_CHECKING:
    from ._http import HttpRequest, Timeouts

__all__ = ["ConnectionSettings", "Headers", "abandon", "bounded", "kept_cookies", "outgoing_request"]

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

# The library would also take codings of which it cannot tell whether a body is whole.
_OWN_HEADERS = {"Accept-Encoding": ACCEPTED}

# Where the libraries log the headers of answers, and addresses, as they are.
for _logger in ("httpcore.http11", "httpcore.http2", "httpx"):
    logging.getLogger(_logger).addFilter(LibraryRecords())


@dataclass(frozen=True)
class ConnectionSettings:
    """What a connection pool is made of.

    ``trust_environment`` is about proxies and logins. The certificates that the environment names are trusted in any case.
    """

    proxies: Mapping[str, str] | None = field(default=None, repr=False)
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
            return client(transport=own, verify=False, trust_env=self.trust_environment, headers=_OWN_HEADERS), own
        proxies = (self.proxies or {}).items()
        mounts = {f"{scheme}://": transport(proxy=url, verify=verify, limits=limits) for scheme, url in proxies}
        mounted = client(
            verify=verify, trust_env=self.trust_environment, mounts=mounts or None, limits=limits, headers=_OWN_HEADERS
        )
        return mounted, None

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


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer over a connection of the library's own, which is not used again where more came than that.

    The library leaves what came after the answer in its buffer, and takes it for the answer to the next request.

    :param stream: The library's body.
    :param protocol: The state of its connection, as h11 keeps it.
    """

    def __init__(self, stream: Any, protocol: Any) -> None:
        self._stream = stream
        self._protocol = protocol

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    def close(self) -> None:
        self._give_up_surplus()
        self._stream.close()

    async def aclose(self) -> None:
        self._give_up_surplus()
        await self._stream.aclose()

    def _give_up_surplus(self) -> None:
        if self._protocol.trailing_data[0]:
            self._protocol.send_failed()  # what h11 calls a connection over which nothing can be sent any more


class Headers(httpx.Headers):
    """Headers that show no secret where they are printed, and take none that could not be sent, of which later errors would show it."""

    def __setitem__(self, name: str, value: str) -> None:
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name!r} was given a line break, a control character or a character beyond ASCII")
        super().__setitem__(name, value)

    def update(self, headers: Any = None) -> None:  # type: ignore[override]
        for name, value in dict(headers or {}).items():
            self[name] = value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({masked(self)})"


def abandon(client: Any) -> None:
    """Close this process's ends of a blocking client's connections, without a word to the other side and past the client's locks."""
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        for connection in () if pool is None else pool.connections:
            connection.close()


def bounded(response: httpx.Response) -> httpx.Response:
    """The answer with a body that knows its end. Connections of other kinds than the library's own see to that themselves."""
    protocol: Any = getattr(response.stream, "_stream", response.stream)  # the client, too, puts one of its own around it
    for inside in ("_httpcore_stream", "_stream", "_connection", "_h11_state"):
        protocol = getattr(protocol, inside, None)
    if protocol is not None:
        response.stream = _Body(response.stream, protocol)
    return response


def outgoing_request(client: httpx.Client | httpx.AsyncClient, request: HttpRequest, timeouts: Timeouts) -> httpx.Request:
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


def kept_cookies(client: httpx.Client | httpx.AsyncClient, request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """An answer that came past the client, whose cookies the client keeps."""
    response.request = request
    if "set-cookie" in response.headers:
        client.cookies.extract_cookies(response)
    return response
