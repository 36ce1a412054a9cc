"""Makes HTTP requests to this machine, and to no other."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from agentkit.local.runs.workers import call_abandonable

__all__ = ["HttpAnswer", "LoopbackError", "fetch", "is_loopback"]

MAX_BYTES = 64 * 1024
"""How much of a response is read."""

_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_REDIRECTS = {301, 302, 303, 307, 308}
_MAX_REDIRECTS = 5
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_NO_TEXT = ("audio", "font", "image", "video")
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"Accept": "application/json, text/*;q=0.9, */*;q=0.5", "Accept-Encoding": "identity", "User-Agent": "agentkit"}


class LoopbackError(Exception):
    """A request was not made, or not answered; the text says why."""


@dataclass(frozen=True)
class HttpAnswer:
    """A response: its status, its media type and charset, and its body, of which there is more where ``cut`` is set."""

    status: int
    reason: str
    media_type: str
    charset: str
    body: bytes
    cut: bool

    @property
    def text(self) -> str:
        """The body as text; where it is none, how much there is of what."""
        main, _, sub = self.media_type.partition("/")
        if b"\0" in self.body or (main in _NO_TEXT and not sub.endswith("+xml")):
            return f"({'more than ' if self.cut else ''}{len(self.body)} bytes of {self.media_type}, which is no text)"
        try:
            text = self.body.decode(self.charset, "replace")
        except LookupError:
            text = self.body.decode("utf-8", "replace")
        return f"{text}\n(cut after {len(self.body)} bytes)" if self.cut else text


def is_loopback(url: str) -> bool:
    """Whether a URL is one of HTTP that names this machine."""
    try:
        _checked(url)
    except LoopbackError:
        return False
    return True


def fetch(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, abandoned: Callable[[], bool]
) -> HttpAnswer | None:
    """Make a request, and follow where it is redirected as long as that is on this machine.

    :param abandoned: Whether the answer is no longer wanted.
    :return: The answer, or None where it was abandoned.
    :raises LoopbackError: The request leads off this machine, or is not answered in time or at all.
    """
    exchange = _Exchange()
    deadline = time.monotonic() + _SECONDS
    try:
        ended, answer = call_abandonable(
            lambda: exchange.perform(method, url, headers, body), lambda: abandoned() or time.monotonic() >= deadline
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise LoopbackError(f"{url} could not be called: {type(error).__name__}: {error}.") from error
    finally:
        exchange.end()
    if not ended and not abandoned():
        raise LoopbackError(f"{url} did not answer within {_SECONDS:g} seconds.")
    return answer if isinstance(answer, HttpAnswer) else None


class _Exchange:
    """One request with its redirects; whoever waits for it can end it from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._ended = False

    def end(self) -> None:
        """Wake the thread that waits for bytes, if there is one."""
        with self._lock:
            self._ended = True
            if self._socket is not None:
                _shut(self._socket)

    def perform(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        """Make the request."""
        headers = {**_HEADERS, **headers}
        for _ in range(_MAX_REDIRECTS + 1):
            answer, location = self._once(method, url, headers, body)
            if location is None:
                return answer
            url = urljoin(url, location)
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, body = ("HEAD" if method == "HEAD" else "GET"), None
                headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        raise LoopbackError(f"{url} redirects on and on; {_MAX_REDIRECTS} redirects were followed.")

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> tuple[HttpAnswer, str | None]:
        parts = _checked(url)
        port = parts.port or _PORTS[parts.scheme]
        connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=_SECONDS)
        connection.sock = self._connected(parts, port)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            location = response.getheader("Location") if response.status in _REDIRECTS else None
            # Of an answer that leads elsewhere nothing is wanted.
            read = b"" if location else response.read(MAX_BYTES + 1)
            media_type, charset = response.headers.get_content_type(), response.headers.get_content_charset() or "utf-8"
            body, cut = read[:MAX_BYTES], len(read) > MAX_BYTES
            return HttpAnswer(response.status, response.reason, media_type, charset, body, cut), location
        finally:
            with self._lock:
                self._socket = None
            connection.close()

    def _connected(self, parts: SplitResult, port: int) -> socket.socket:
        host = parts.hostname or ""
        connected = _connect(_addresses(host, port))
        if parts.scheme == "https":
            try:
                connected = ssl.create_default_context().wrap_socket(connected, server_hostname=host)
            except BaseException:
                connected.close()
                raise
        with self._lock:
            self._socket = connected
            if self._ended:
                _shut(connected)
        return connected


def _checked(url: str) -> SplitResult:
    """The parts of a URL that leads to this machine.

    :raises LoopbackError: It does not.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise LoopbackError(f"'{url}' is no URL ({error}).") from None
    if parts.scheme not in _PORTS or not host:
        raise LoopbackError(f"'{url}' is no address of an HTTP server.")
    if parts.username is not None:
        raise LoopbackError(f"the address of the server at '{host}' holds credentials, which are not sent.")
    if host != "localhost" and not _is_loopback_address(host):
        raise LoopbackError(
            f"'{host}' is not this machine, and this service works offline: it calls 127.0.0.1, ::1 and localhost."
        )
    return parts


def _addresses(host: str, port: int) -> Sequence[tuple[socket.AddressFamily, tuple[str, int]]]:
    """Where a host of this machine can be reached; the addresses themselves, so that nothing is looked up again later."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [(family, (str(address[0]), port)) for family, _, _, _, address in found]
    strange = next((address for _, (address, _) in addresses if not _is_loopback_address(address)), None)
    if strange is not None:
        raise LoopbackError(f"'{host}' means {strange} here, which is not this machine.")
    return addresses


def _connect(addresses: Sequence[tuple[socket.AddressFamily, tuple[str, int]]]) -> socket.socket:
    failure: OSError | None = None
    for family, address in addresses:
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            connecting.settimeout(_CONNECT_SECONDS)
            connecting.connect(address)
        except OSError as error:
            connecting.close()
            failure = error
        else:
            connecting.settimeout(_SECONDS)
            return connecting
    raise failure or OSError("the host has no address")


def _is_loopback_address(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _LOOPBACK)


def _shut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was faster; there is nothing to wake any more.
        return
