"""A gate on loopback between a client and a service, which does to chosen requests what bad networks and services do.

It reads whole requests, so that a fault can be told by what the service got: nothing, or the request, before the answer went wrong.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

__all__ = ["Act", "Exchange", "Gate", "Reply", "Told"]

_AT_ONCE = struct.pack("ii", 1, 0)
_PIECE = 1 << 16


@dataclass(frozen=True)
class Told:
    """What the head of an answer tells: its status, and the id of the request where it has one."""

    status: int
    request_id: str | None


@dataclass(frozen=True)
class Reply:
    """What the service answered: its status, the lines of its head, and its body."""

    status: int
    head: list[bytes]
    body: bytes

    def raw(self, *, body: bytes | None = None, drop: tuple[bytes, ...] = (), add: tuple[bytes, ...] = ()) -> bytes:
        """The bytes of the answer, with a length that fits its body unless ``add`` has another."""
        content = self.body if body is None else body
        if self.status == 204:
            content = b""  # HTTP has no body there
        gone = (*(name.lower() for name in drop), b"content-length", b"transfer-encoding", b"connection")
        kept = [line for line in self.head if line.partition(b":")[0].lower() not in gone]
        told = any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in add)
        length = [] if told else [b"Content-Length: %d" % len(content)]
        return b"\r\n".join([b"HTTP/1.1 %d Told" % self.status, *kept, *length, *add]) + b"\r\n\r\n" + content


class Exchange:
    """One request on its way, in the hands of a fault."""

    def __init__(self, gate: Gate, client: socket.socket, head: bytes, body: bytes) -> None:
        self._gate = gate
        self._client = client
        self._head = head
        self._body = body
        self._sent = b""

    @property
    def target(self) -> bytes:
        """The path and query that were asked for."""
        return self._head.split(b" ", 2)[1]

    @property
    def secrets(self) -> list[bytes]:
        """The lines of the head that prove who the client is."""
        return [line for line in self._head.split(b"\r\n") if line.lower().startswith((b"api-key:", b"authorization:"))]

    def forward(self) -> Reply:
        """Let the service have the request, and take its whole answer."""
        with socket.create_connection(self._gate.target) as service:
            lines = [line for line in self._head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            service.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + self._body)
            answer = b"".join(iter(lambda: service.recv(_PIECE), b""))
        self._gate.forwarded += 1
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        if any(line.lower().replace(b" ", b"") == b"transfer-encoding:chunked" for line in lines):
            body = _unchunked(body)
        return Reply(int(status.split()[1]), lines, body)

    def send(self, data: bytes) -> None:
        """Send bytes to the client."""
        if len(self._sent) < _PIECE:
            self._sent += data[:_PIECE]
            self._gate.last = _told_by(self._sent)
        self._client.sendall(data)

    def reset(self) -> None:
        """Break the connection so that the client is told of it."""
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close()

    def close(self) -> None:
        """Close the connection."""
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)
        self._client.close()

    def stall(self) -> None:
        """Say nothing more until the client has gone, or the gate closes."""
        self._gate.wait_for_end_of(self._client)


Act = Callable[[Exchange], None]


class Gate:
    """Hands requests on to a service; the requests of an armed fault get that instead.

    :param url: The service that stands behind it.

    :ivar seen: So many requests came to the gate since it was armed.
    :ivar forwarded: So many of them the service got.
    :ivar last: The status and the request id of the answer that went out last; None where not even its head did.
    """

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self.target = (str(target.hostname), int(target.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._act: Act = _pass
        self._first: int = 0
        self._times: int | None = None
        self.seen = self.forwarded = 0
        self.last: Told | None = None

    @property
    def open(self) -> int:
        """How many connections to it are open."""
        with self._lock:
            return len(self._sockets)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def arm(self, act: Act, *, first: int = 0, times: int | None = 1) -> None:
        """Let a fault act on requests.

        :param first: So many requests pass before.
        :param times: So many are hit; None means all that follow.
        """
        with self._lock:
            self.seen = self.forwarded = 0
            self.last = None
            self._act, self._first, self._times = act, first, times

    def whole(self) -> None:
        """Hand everything on."""
        self.arm(_pass, times=None)

    def close_idle(self) -> None:
        """Close every connection that is open now, as a service does after a while."""
        with self._lock:
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Gate:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_idle()
        for thread in self._threads:
            thread.join()

    def wait_for_end_of(self, client: socket.socket) -> None:
        client.settimeout(0.05)
        while not self._stopping.is_set():
            try:
                if not client.recv(_PIECE):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="gate")
        self._threads = [thread, *(one for one in self._threads if one.is_alive())]
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._sockets.add(client)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with suppress(OSError):
                kept = b""
                while (read := _read_request(client, kept)) is not None:
                    head, body, kept = read
                    self.last = None
                    self._next_act()(Exchange(self, client, head, body))
        finally:
            with self._lock:
                self._sockets.discard(client)
            client.close()

    def _next_act(self) -> Act:
        with self._lock:
            number, self.seen = self.seen, self.seen + 1
            hit = number >= self._first and (self._times is None or number < self._first + self._times)
            return self._act if hit else _pass


def _pass(exchange: Exchange) -> None:
    exchange.send(exchange.forward().raw())


def _told_by(sent: bytes) -> Told | None:
    """What the head of an answer says, once it is there; informational ones are no answers."""
    while True:
        head, end, rest = sent.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        if not end:
            return None
        if not status.startswith(b"HTTP/1.1 1"):
            break
        sent = rest
    fields = {name.lower(): value.strip().decode() for name, _, value in (line.partition(b":") for line in lines)}
    return Told(int(status.split()[1]), fields.get(b"x-ms-request-id") or fields.get(b"x-request-id"))


def _read_request(client: socket.socket, kept: bytes) -> tuple[bytes, bytes, bytes] | None:
    """The head and body of the next request, and what came after it; None where the connection ended."""
    data = kept
    while b"\r\n\r\n" not in data:
        piece = client.recv(_PIECE)
        if not piece:
            return None
        data += piece
    head, _, data = data.partition(b"\r\n\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])}
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        while not data.endswith(b"0\r\n\r\n"):
            piece = client.recv(_PIECE)
            if not piece:
                return None
            data += piece
        return head, data, b""
    length = int(fields.get(b"content-length", 0))
    while len(data) < length:
        piece = client.recv(_PIECE)
        if not piece:
            return None
        data += piece
    return head, data[:length], data[length:]


def _unchunked(body: bytes) -> bytes:
    """The content of a body in chunks."""
    content = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        count = int(size, 16)
        content += body[:count]
        body = body[count + 2 :]
        if not count:
            break
    return content
