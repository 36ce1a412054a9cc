"""What a request has to pass before it is looked at: it is meant for this service, it shows the key, its body comes in time.

The key alone would do against strangers. It does not do against a page in the user's browser: by making its own name lead to
this machine it could speak to the service as if it were part of it. A browser says under which name it speaks (``Host``) and
for which page (``Origin``), so names that are not the service's own are refused before anything else.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import re
import socket

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from agentkit.local.errors import ApiError, unauthorized

__all__ = ["MAX_HEAD_BYTES", "Body", "Guards", "Names", "allowance", "is_loopback_host"]

MAX_HEAD_BYTES = 64 * 1024
"""The most that the headers of a request may come to, in bytes; tokens of a cloud have up to ten thousand."""

_MIN_RATE = 1000.0
_DEFAULT_PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\s:/@?#\[\]]+)(?::(?P<port>\d{1,5}))?", re.IGNORECASE)
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/]+)", re.IGNORECASE)
_SHOWN = 100


def is_loopback_host(host: str) -> bool:
    """Whether a name or an address can only mean this machine: localhost, a name below it, 127.0.0.0/8 or ::1."""
    address = _address(host)
    return _is_localhost(host) if address is None else address.is_loopback


class Names:
    """The names under which a service may be spoken to.

    :param host: The address or name that it listens on. Where that is every address of the machine, any address will do, and
        the machine's own name.
    """

    def __init__(self, host: str) -> None:
        bound = _address(host)
        self._every_address = bound is not None and bound.is_unspecified
        self._host = socket.gethostname().lower() if self._every_address else _plain(host)
        self._bound = bound

    def __contains__(self, name: str) -> bool:
        address = _address(name)
        if address is None:
            return _is_localhost(name) or _plain(name) == self._host
        return address.is_loopback or self._every_address or address == self._bound

    def __str__(self) -> str:
        others = [] if is_loopback_host(self._host) else [self._host]
        return ", ".join(["localhost", "127.0.0.1", "[::1]", *others])


class Guards:
    """Checks every request of a service.

    :param key: What requests have to show.
    :param host: The address or name that the service listens on.
    :param client_timeout: How long a client may leave the service waiting for the next piece of a body, in seconds.
    """

    def __init__(self, key: str, host: str, client_timeout: float) -> None:
        self._key = key.encode()
        self._names = Names(host)
        self._client_timeout = client_timeout

    def check_source(self, headers: Headers) -> None:
        """Refuse what was not sent for this service.

        :raises ApiError: 421, the Host header has another name; 403, a page of another origin sent it; 431, too many headers.
        """
        self._check_size(headers)
        port = self._check_host(headers.get("host"))
        for origin in headers.getlist("origin"):
            self._check_origin(origin, port)

    def check_key(self, headers: Headers) -> None:
        """Refuse what does not show the key.

        :raises ApiError: 401, none was sent, or another.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        shown = [headers["api-key"]] if "api-key" in headers else []
        if scheme.lower() == "bearer":
            shown.append(token.strip())
        if not shown:
            raise unauthorized(
                "No key was sent. Send the service's key as the header 'api-key: KEY' or 'Authorization: Bearer KEY'."
            )
        if not any(hmac.compare_digest(one.encode("latin-1"), self._key) for one in shown):
            raise unauthorized(
                "The key that was sent is not the one of this service. Send the key that it was started with as the header "
                "'api-key: KEY' or 'Authorization: Bearer KEY'."
            )

    def body(self, receive: Receive) -> Body:
        """The body of a request, to be read in place of ``receive``."""
        return Body(receive, self._client_timeout)

    def _check_size(self, headers: Headers) -> None:
        size = sum(len(name) + len(value) + 4 for name, value in headers.raw)
        if size > MAX_HEAD_BYTES:
            raise ApiError(
                431,
                f"The request's headers have {size} bytes, and {MAX_HEAD_BYTES} are the most that is taken; send fewer or shorter ones.",
                code="RequestHeaderFieldsTooLarge",
            )

    def _check_host(self, sent: str | None) -> int | None:
        """The port of a Host header. Only HTTP/1.0 goes without the header, and no browser speaks that."""
        if sent is None:
            return None
        found = _AUTHORITY.fullmatch(sent.strip())
        if found is None or found["host"] not in self._names:
            raise ApiError(
                421,
                f"The Host header '{_shown(sent)}' does not name this service. Reach it under one of its own names ({self._names}), or "
                "start it with --host NAME to give it another.",
                code="MisdirectedRequest",
            )
        return int(found["port"]) if found["port"] else None

    def _check_origin(self, sent: str, port: int | None) -> None:
        if (found := _ORIGIN.fullmatch(sent.strip())) and (where := _AUTHORITY.fullmatch(found["authority"])):
            default = _DEFAULT_PORTS[found["scheme"].lower()]
            own = (int(where["port"]) if where["port"] else default) == (port or default)
            if own and where["host"] in self._names:
                return
        raise ApiError(
            403,
            f"The request comes from a page of '{_shown(sent)}' (its Origin header), and pages of other origins may not use this service. "
            "Call it from a program rather than from a browser.",
            code="ForbiddenOrigin",
        )


class Body:
    """The body of one request as it arrives; one that comes too slowly is refused.

    A sender may be silent for ``patience`` seconds, and has to send 1,000 bytes a second on average to keep that credit; the time
    that the service itself takes does not count.

    :param receive: Where the body comes from.
    :param patience: Seconds.
    """

    def __init__(self, receive: Receive, patience: float) -> None:
        self._receive = receive
        self._patience = self._left = patience
        self.ended: bool = False
        self.late: bool = False

    async def __call__(self) -> Message:
        """The next message; after the end of the body, that the client has gone, whenever that happens.

        :raises ApiError: 408, it did not come in time.
        """
        if self.ended:
            return await self._receive()
        clock = asyncio.get_running_loop().time
        before = clock()
        try:
            message = await asyncio.wait_for(self._receive(), max(self._left, 0))
        except asyncio.TimeoutError:
            self.late = True
            raise ApiError(
                408,
                f"The request's body came too slowly: a pause of {self._patience:g} seconds is the longest, and {_MIN_RATE:g} bytes a "
                "second the least. Send the request again.",
                code="RequestTimeout",
            ) from None
        self._left = allowance(self._left, clock() - before, len(message.get("body", b"")), self._patience)
        self.ended = not message.get("more_body", False)
        return message

    async def drain(self, limit: int) -> None:
        """Read and drop what is still to come, as long as it comes in time.

        :param limit: The most bytes to read.
        """
        drained = 0
        while not self.ended and not self.late and drained < limit:
            try:
                drained += len((await self()).get("body", b""))
            except ApiError:
                return


def allowance(left: float, waited: float, received: int, most: float) -> float:
    """The seconds that a sender may still be silent.

    :param left: What it was before, in seconds.
    :param waited: How long it was waited for, in seconds.
    :param received: What came then, in bytes.
    :param most: What no sender gets beyond, in seconds.
    """
    return min(most, left - waited + received / _MIN_RATE)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _plain(host: str) -> str:
    return host.strip("[]").lower().rstrip(".")


def _is_localhost(name: str) -> bool:
    return _plain(name) == "localhost" or _plain(name).endswith(".localhost")


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
