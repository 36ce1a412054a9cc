"""A proxy on loopback between a client and a service, which breaks their connections at a chosen place."""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

__all__ = ["DOWN", "UP", "Proxy"]

UP, DOWN = "up", "down"
"""The directions: from the client to the service, and back."""

_AT_ONCE = struct.pack("ii", 1, 0)


class Proxy:
    """Hands bytes on in both directions, and can be told to break the connection that comes to a place in them.

    The place is told once; the connections that come after it are whole again, unless the service is to be gone.

    :param url: The service that stands behind it.

    :ivar counts: The bytes that were handed on, by direction, since the place was told.
    :ivar cuts: So many connections were broken.
    """

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (str(target.hostname), int(target.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopping = False
        self._silenced = threading.Event()
        self.cuts = 0
        self.whole()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def whole(self) -> None:
        """Hand on everything."""
        self._direction, self._how = "", ""
        self._place: int | bytes = 0
        self._flow = {UP: bytearray(), DOWN: bytearray()}

    def cut(self, direction: str, place: int | bytes, how: str = "close") -> None:
        """Break the connection on which the flow of a direction, from now on, comes to a place.

        :param place: So many bytes are handed on; or those up to the end of the first match of a regular expression.
        :param how: ``close``; ``reset``; ``silence``: the connection stays, and no more comes; ``end``: the answer ends there as if
            that were all of it; ``gone``: every connection closes, and no new one is accepted.
        """
        with self._lock:
            self.whole()
            self._direction, self._how, self._place = direction, how, place

    @property
    def counts(self) -> dict[str, int]:
        with self._lock:
            return {direction: len(flow) for direction, flow in self._flow.items()}

    @property
    def flow(self) -> bytes:
        """What came from the service."""
        with self._lock:
            return bytes(self._flow[DOWN])

    def __enter__(self) -> Proxy:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._vanish()
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._carry, client)

    def _vanish(self) -> None:
        """Close the door and every connection."""
        with self._lock:
            self._stopping = True
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._silenced.set()

    def _carry(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._target) as service:
            for end in (client, service):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._stopping:
                    return
                self._sockets |= {client, service}
            try:
                self._exchange(client, service)
            finally:
                with self._lock:
                    self._sockets -= {client, service}

    def _exchange(self, client: socket.socket, service: socket.socket) -> None:
        while True:
            for end in select.select([client, service], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                direction, other = (UP, service) if end is client else (DOWN, client)
                data, how = self._kept(direction, data)
                other.sendall(data)
                if how:
                    self._break(how, client)
                    return

    def _kept(self, direction: str, data: bytes) -> tuple[bytes, str]:
        """What is handed on of some bytes, and how the connection breaks after them, if it does."""
        with self._lock:
            if direction == UP and self._how == "end":
                # An answer of HTTP 1.0 has no other end than that of its connection.
                data = data.replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1)
            flow = self._flow[direction]
            before = len(flow)
            flow += data
            if direction != self._direction:
                return data, ""
            place = self._place if isinstance(self._place, int) else _end_of_match(self._place, flow)
            if place is None or place > len(flow):
                return data, ""
            how, self._direction = self._how, ""
            self.cuts += 1
            del flow[place:]
            return data[: max(0, place - before)], how

    def _break(self, how: str, client: socket.socket) -> None:
        if how == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        elif how == "gone":
            self._vanish()
        elif how == "silence":
            self._silenced.wait()


def _end_of_match(pattern: bytes, flow: bytearray) -> int | None:
    match = re.search(pattern, flow, re.DOTALL)
    return match.end() if match else None
