"""An HTTP server on loopback that answers by a script and keeps what it was sent; for the faults that no good service has."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

__all__ = ["AGENT", "Answer", "RawServer", "Seen", "closed_port"]

AGENT: Mapping[str, Any] = {"id": "asst_1", "object": "assistant", "created_at": 1, "model": "m", "name": "ä", "metadata": {}}
"""A body that is a good answer to ``get_agent`` and ``create_agent``."""


@dataclass(frozen=True)
class Answer:
    """What the server says to one request.

    :param cut: leave out the second half of the body, and close the connection.
    :param drop: say nothing, and close the connection.
    :param wait: seconds before anything is said.
    :param surplus: what comes after the answer; in pieces, each some time after the one before, the first with the answer.
    """

    status: int = 200
    body: Mapping[str, Any] | str | bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    cut: bool = False
    drop: bool = False
    wait: float = 0.0
    surplus: Sequence[bytes] = ()

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    @property
    def content_type(self) -> str:
        return "application/json" if isinstance(self.body, Mapping) else "text/plain"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        pairs = parse_qsl(urlsplit(self.target).query, keep_blank_values=True)
        assert len(dict(pairs)) == len(pairs), f"a query name is there twice: {self.target}"
        return dict(pairs)

    def json(self) -> Any:
        return json.loads(self.body)

    def parts(self) -> dict[str, Message]:
        """The parts of a multipart body by their names."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form: Any = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}


class _Listener(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = False


class RawServer:
    """Serves the answers in order; the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers: Sequence[Answer] = answers or (Answer(body=AGENT),)
        self.seen: list[Seen] = []
        self.hung_up = threading.Event()
        """Set when a client closed a connection before it had the whole answer."""
        self.surplus_sent = threading.Event()
        """Set when what comes after an answer was sent."""
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._http = _Listener(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="raw-server")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    @property
    def statuses_left(self) -> int:
        """How many answers of the script were not given yet."""
        return max(0, len(self.answers) - len(self.seen))

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._thread.join()
        self.hang_up()
        self._http.server_close()

    def hang_up(self) -> None:
        """Close every connection, as a service does with those that were not used for a while."""
        with self._lock:
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _take(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            return self.answers[min(len(self.seen), len(self.answers)) - 1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                with server._lock:
                    server._sockets.add(self.connection)

            def finish(self) -> None:
                with server._lock:
                    server._sockets.discard(self.connection)
                with suppress(OSError):
                    super().finish()

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    server.hung_up.set()
                    self.close_connection = True

            def answer(self) -> None:
                answer = server._take(Seen(self.command, self.path, self.headers, self._body()))
                if answer.wait:
                    server._stopping.wait(answer.wait)
                if answer.drop:
                    self.close_connection = True
                    return
                content = b"" if answer.status == 304 else answer.content  # HTTP has no body there
                self.send_response(answer.status, answer.reason)
                for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                first, *later = answer.surplus or (b"",)
                self.wfile.write((content[: len(content) // 2] if answer.cut else content) + first)
                for piece in later:
                    server._stopping.wait(0.02)
                    self.wfile.write(piece)
                if answer.surplus:
                    server.surplus_sent.set()
                if answer.cut:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", "0")))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing on stderr."""

        return Handler


def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
