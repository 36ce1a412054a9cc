"""The one server that all clients are run against: it answers from memory, on loopback, and does as little as it can.

It prints its port. Which client asks is not looked at: of a path, only what comes after the base of the agents API counts.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from urllib.parse import parse_qs

import canned

CHUNK = 16 * 1024
"""Bytes in a chunk of an event stream: a service that streams quickly fills its network packets."""

_MESSAGES = re.compile(r"/threads/thread_(messages|pages|hundreds)_(\d+)/messages$")
_RUNS = re.compile(r"/threads/(thread_(\w+)_(\d+))/runs$")
_RUN = re.compile(r"/threads/(thread_(\w+)_(\d+))/runs/run_\w+$")
_SUBMIT = re.compile(r"/threads/(thread_\w+)/runs/run_\w+/submit_tool_outputs$")
_CONTENT = re.compile(r"/files/file-(\d+)/content$")
_FILE = re.compile(r"/files/file-(\d+)$")


class Answers:
    """What is answered to a request, and how often each run was looked at."""

    def __init__(self) -> None:
        self._looks: Counter[str] = Counter()

    def to(self, method: str, target: str) -> bytes:
        """The whole answer to a request, as it goes over the wire."""
        path, _, query = target.partition("?")
        if method == "GET":
            return self._got(path, query)
        if found := _SUBMIT.search(path):
            return plain(canned.run(found[1]))
        if found := _RUNS.search(path):
            thread, kind, count = found[1], found[2], int(found[3])
            if kind == "stream":
                return chunked(canned.events(thread, count), "text/event-stream")
            if kind == "polls":
                self._looks[thread] = 0
                return plain(canned.run(thread, "queued" if count else "completed"))
            return plain(canned.run(thread, calls=count if kind == "calls" else 0))
        if path.endswith("/files"):
            return plain(canned.file(1))
        if path.endswith("/assistants"):
            return plain(b'{"id": "asst_1", "object": "assistant", "created_at": 1, "model": "m", "tools": [], "metadata": {}}')
        return plain(b'{"error": {"message": "not in the script"}}', status="404 Not Found")

    def _got(self, path: str, query: str) -> bytes:
        if found := _RUN.search(path):
            self._looks[found[1]] += 1
            waiting = found[2] == "polls" and self._looks[found[1]] < int(found[3])
            return plain(canned.run(found[1], "in_progress" if waiting else "completed"))
        if found := _MESSAGES.search(path):
            count = int(found[2])
            after = parse_qs(query).get("after", ["msg_-1"])[0]
            number = int(after.removeprefix("msg_")) + 1
            # azure-ai-agents asks for what comes after the last page too, and stops at an empty one.
            size = min(count - number, {"pages": 1, "hundreds": 100}.get(found[1], count))
            return plain(canned.page(number, size, number + size < count))
        if found := _CONTENT.search(path):
            return plain(bytes(int(found[1])), "application/octet-stream")
        if found := _FILE.search(path):
            return plain(canned.file(int(found[1])))
        return plain(b'{"error": {"message": "not in the script"}}', status="404 Not Found")


def plain(body: bytes, kind: str = "application/json", status: str = "200 OK") -> bytes:
    """An answer with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def chunked(body: bytes, kind: str) -> bytes:
    """An answer in chunks, as streams come."""
    pieces = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + framed


class Connection(asyncio.Protocol):
    """One connection: requests with bodies of a known length, which are thrown away, and answers in turn."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._head = bytearray()
        self._body_left = 0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        while data:
            if self._body_left:
                taken = min(self._body_left, len(data))
                self._body_left -= taken
                data = data[taken:]
            else:
                self._head += data
                head, end, rest = bytes(self._head).partition(b"\r\n\r\n")
                if not end:
                    return
                self._head.clear()
                data = rest
                self._begin(head.decode("latin-1"))
            if not self._body_left and self._answer:
                answer, self._answer = self._answer, b""
                self._transport.write(answer)

    def _begin(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding"):
            raise ValueError("a body without a length is not in the script")
        if headers.get("expect"):
            raise ValueError("a body that waits to be asked for is not in the script")
        self._body_left = int(headers.get("content-length", "0"))
        self._answer = self._answers.to(method, target)


async def serve() -> None:
    """Serve on a free port, which is printed, until the process is ended."""
    answers = Answers()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(answers), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
