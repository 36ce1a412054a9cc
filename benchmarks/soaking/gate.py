"""A gate between client and service, in a process of its own, that hands requests on and lets some of them go wrong.

It prints the port that it listens on, and, once its standard input has ended, what it saw: the requests by operation and the faults
by kind, as one line of JSON. Answers are handed on as they come, so that streams stay streams.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import socket
import struct
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

TOLD = "told so by the gate"
"""Stands in the body of every answer that the gate gives in place of the service."""

_AT_ONCE = struct.pack("ii", 1, 0)
_PIECE = 1 << 16
_HEAD_LIMIT = 1 << 17
_WORDS = frozenset(
    ("threads", "messages", "runs", "steps", "assistants", "files", "content", "vector_stores", "submit_tool_outputs", "cancel")
)


@dataclass(frozen=True)
class Request:
    """A whole request, as it came."""

    head: bytes
    body: bytes

    @property
    def target(self) -> bytes:
        return self.head.split(b" ", 2)[1]

    @property
    def operation(self) -> str:
        """The method and the path with a star in place of each id, such as ``POST threads/*/runs``."""
        method, path, _ = self.head.split(b" ", 2)
        parts = urlsplit(path.decode("latin-1")).path.split("/")
        begin = next((place for place, part in enumerate(parts) if part in _WORDS), len(parts))
        return " ".join((method.decode(), "/".join(part if part in _WORDS else "*" for part in parts[begin:])))


class Exchange:
    """One request in the hands of a fault."""

    def __init__(self, request: Request, writer: asyncio.StreamWriter, service: tuple[str, int], chance: random.Random) -> None:
        self.request = request
        self.chance = chance
        self._writer = writer
        self._service = service

    async def answer(self) -> AsyncGenerator[bytes, None]:
        """What the service answers, piece by piece."""
        reader, writer = await asyncio.open_connection(*self._service, limit=_HEAD_LIMIT)
        try:
            lines = [line for line in self.request.head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            writer.write(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + self.request.body)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            # The client keeps its connection to the gate, whatever becomes of this one.
            yield re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head)
            while piece := await reader.read(_PIECE):
                yield piece
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def whole_answer(self) -> bytes:
        """What the service answers, once it has."""
        return b"".join([piece async for piece in self.answer()])

    async def send(self, data: bytes) -> None:
        """Send to the client."""
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Break the connection so that the client is told of it."""
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._writer.transport.abort()

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


# What is done to a request; the connection serves the next one if True comes back.
Act = Callable[[Exchange], Awaitable[bool]]


async def _pass(exchange: Exchange) -> bool:
    async with contextlib.aclosing(exchange.answer()) as answer:
        async for piece in answer:
            await exchange.send(piece)
    return True


async def _lost(exchange: Exchange) -> bool:
    exchange.reset()
    return False


async def _answer_lost(exchange: Exchange) -> bool:
    await exchange.whole_answer()
    exchange.reset()
    return False


async def _broken_off(exchange: Exchange) -> bool:
    """A part of the answer comes: of a stream some pieces, of anything else about half of the body."""
    left = exchange.chance.randrange(1, 20)
    async with contextlib.aclosing(exchange.answer()) as answer:
        async for piece in answer:
            left -= 1
            if left < 0 or b"text/event-stream" not in piece:
                await exchange.send(piece[: max(1, len(piece) // 2)])
                break
            await exchange.send(piece)
    exchange.close()
    return False


async def _stalled(exchange: Exchange) -> bool:
    """The service has done it, and the client hears nothing."""
    await exchange.whole_answer()
    await asyncio.sleep(30)
    return False


async def _in_drops(exchange: Exchange) -> bool:
    async with contextlib.aclosing(exchange.answer()) as answer:
        async for piece in answer:
            for start in range(0, len(piece), 61):
                await exchange.send(piece[start : start + 61])
                if start < 61 * 50:
                    await asyncio.sleep(0)
    return True


async def _closed_while_idle(exchange: Exchange) -> bool:
    await _pass(exchange)
    exchange.close()
    return False


async def _a_web_page(exchange: Exchange) -> bool:
    """What a wrongly configured proxy sends in place of the answer."""
    await exchange.whole_answer()
    await exchange.send(_reply(b"200 OK", b"text/html", b"<html>Sign in</html>"))
    return True


async def _half_the_json(exchange: Exchange) -> bool:
    answer = await exchange.whole_answer()
    await exchange.send(_reply(b"200 OK", b"application/json", answer.partition(b"\r\n\r\n")[2][:9]))
    return True


async def _redirected(exchange: Exchange) -> bool:
    await exchange.send(_reply(b"307 Told", b"text/plain", b"", b"Location: " + exchange.request.target))
    return True


def _status(code: int, *headers: bytes) -> Act:
    """The service is not asked; the gate answers in its place."""

    async def act(exchange: Exchange) -> bool:
        body = json.dumps({"error": {"code": "Told", "message": TOLD}}).encode()
        await exchange.send(_reply(b"%d Told" % code, b"application/json", body, *headers))
        return True

    return act


def _reply(status: bytes, kind: bytes, body: bytes, *headers: bytes) -> bytes:
    lines = (b"HTTP/1.1 " + status, b"Content-Type: " + kind, b"Content-Length: %d" % len(body), *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


# By how often they come beside each other.
FAULTS: dict[str, tuple[Act, int]] = {
    "reset before the service has it": (_lost, 4),
    "reset after the service has it": (_answer_lost, 4),
    "broken off in the answer": (_broken_off, 4),
    "no answer": (_stalled, 1),
    "answer in drops": (_in_drops, 4),
    "closed while idle": (_closed_while_idle, 4),
    "408": (_status(408), 2),
    "429, retry-after-ms: 50": (_status(429, b"retry-after-ms: 50"), 4),
    "429, Retry-After: 1": (_status(429, b"Retry-After: 1"), 2),
    "500": (_status(500), 4),
    "502": (_status(502), 2),
    "503, Retry-After: nan": (_status(503, b"Retry-After: nan"), 2),
    "200, a web page": (_a_web_page, 2),
    "200, broken JSON": (_half_the_json, 2),
    "307 to the same place": (_redirected, 2),
}

NO_ANSWERS = ("200, a web page", "200, broken JSON")


class Gate:
    """Hands on what clients ask of a service.

    :param service: Host and port of the service.
    :param rate: The share of the requests that go wrong, from 0 to 1.
    :param chance: What the faults are drawn from.
    """

    def __init__(self, service: tuple[str, int], rate: float, chance: random.Random) -> None:
        self.requests: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._service = service
        self._rate = rate
        self._chance = chance
        self._weights = [weight for _, weight in FAULTS.values()]
        # A loop holds what it serves weakly once the client has gone.
        self._serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until either side has enough of it."""
        task = asyncio.current_task()
        self._serving.add(task)
        try:
            while (request := await _next_request(reader)) is not None:
                self.requests[request.operation] += 1
                if not await self._draw(request)(Exchange(request, writer, self._service, self._chance)):
                    break
        except (OSError, EOFError, asyncio.CancelledError):
            return  # the client, or the service, has gone, or the gate is being ended
        finally:
            self._serving.discard(task)
            writer.close()

    def _draw(self, request: Request) -> Act:
        if self._chance.random() >= self._rate:
            return _pass
        name = self._chance.choices(list(FAULTS), self._weights)[0]
        # What a file holds can be anything, a web page as well.
        if name in NO_ANSWERS and request.operation.endswith("/content"):
            return _pass
        self.faults[name] += 1
        return FAULTS[name][0]


async def _next_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request on a connection; None where it has ended."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
    except asyncio.IncompleteReadError:
        return None
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.split(b"\r\n"))}
    if fields.get(b"transfer-encoding", b"").lower() != b"chunked":
        return Request(head, await reader.readexactly(int(fields.get(b"content-length", 0))))
    body = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size, 16) + 2)
        body += size + chunk
        if chunk == b"\r\n":
            return Request(head, body)


async def watch(service: str, rate: float, seed: int) -> None:
    """Serve until standard input ends, then print what was seen."""
    address = urlsplit(service)
    gate = Gate((str(address.hostname), int(address.port or 80)), rate, random.Random(seed))
    server = await asyncio.start_server(gate.serve, "127.0.0.1", 0, limit=_HEAD_LIMIT, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps({"requests": gate.requests, "faults": gate.faults}), flush=True)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="Hands requests on to a service, and lets some go wrong.")
    parser.add_argument("service", help="its address, such as http://127.0.0.1:8123")
    parser.add_argument("--rate", type=float, default=0.02, help="the share that goes wrong (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(watch(options.service, options.rate, options.seed))


if __name__ == "__main__":
    main()
