"""What faults do to a request: nothing, or one of the things that bad networks and services do."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import cache

from .gate import Act, Exchange, Reply

__all__ = [
    "HUGE",
    "PACKED",
    "TOLD",
    "answer_in_drops",
    "answer_lost",
    "answers",
    "broken_off",
    "changed",
    "dropped",
    "early_hints",
    "ends_with",
    "gzip_of_much",
    "half_a_gzip",
    "huge_body",
    "huge_head",
    "lying_gzip",
    "not_utf_8",
    "passed",
    "redirected",
    "reset",
    "told",
    "unfinished_chunks",
]

HUGE = 100 * 1024 * 1024
PACKED = 20 * 1024 * 1024
TOLD = "told so by the gate"


def passed(exchange: Exchange) -> None:
    """Nothing goes wrong."""
    exchange.send(exchange.forward().raw())


def reset(exchange: Exchange) -> None:
    """The connection breaks before the service has the request."""
    exchange.reset()


def dropped(exchange: Exchange) -> None:
    """The connection ends in good order, before the service has the request."""
    exchange.close()


def answer_lost(exchange: Exchange) -> None:
    """The service does its work, and nothing of its answer comes."""
    exchange.forward()
    exchange.reset()


def broken_off(how: Callable[[Exchange], None], part: Callable[[bytes, int], int]) -> Act:
    """A part of the answer comes.

    :param how: What happens then.
    :param part: How many bytes come, by the answer and the length of its head.
    """

    def act(exchange: Exchange) -> None:
        reply = exchange.forward()
        raw = reply.raw()
        exchange.send(raw[: part(raw, len(raw) - len(reply.body))])
        how(exchange)

    return act


def answers(times: float) -> Act:
    """More comes than one answer: so many times what is due."""

    def act(exchange: Exchange) -> None:
        raw = exchange.forward().raw()
        exchange.send((raw + raw)[: int(len(raw) * times)])

    return act


def answer_in_drops(exchange: Exchange) -> None:
    """The answer comes in small pieces."""
    raw = exchange.forward().raw()
    for start in range(0, len(raw), 7):
        exchange.send(raw[start : start + 7])


def early_hints(exchange: Exchange) -> None:
    """Informational answers come before the real one."""
    exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    passed(exchange)


def told(status: int, *headers: bytes) -> Act:
    """The service is not asked; the gate answers in its place."""
    body = b'{"error": {"code": "Told", "message": "%b"}}' % TOLD.encode()
    lines = [b"Content-Type: application/json", b"x-request-id: req_gate", *headers]

    def act(exchange: Exchange) -> None:
        exchange.send(Reply(status, lines, body).raw())

    return act


def redirected(status: int, origin: bytes = b"") -> Act:
    """The gate sends the client on: to the same path, on a host of this origin, or on its own."""

    def act(exchange: Exchange) -> None:
        lines = [b"Location: " + origin + exchange.target, b"x-request-id: req_gate"]
        exchange.send(Reply(status, lines, b"").raw())

    return act


# --- answers that are changed -----------------------------------------------------------------------------------------


def changed(change: Callable[[Reply], bytes]) -> Act:
    """The service answers, and the answer is changed."""

    def act(exchange: Exchange) -> None:
        exchange.send(change(exchange.forward()))

    return act


def ends_with(body: Callable[[bytes], bytes]) -> Act:
    """The service answers, and another body comes."""
    return changed(lambda reply: reply.raw(body=body(reply.body)))


def not_utf_8(body: bytes) -> bytes:
    """A byte that stands in no text, within the first string."""
    return body.replace(b'"', b'"\xff', 1)


def lying_gzip(reply: Reply) -> bytes:
    """A body that says of itself that it is packed."""
    return reply.raw(add=(b"Content-Encoding: gzip",))


def half_a_gzip(reply: Reply) -> bytes:
    """A packed body that ends in its middle, in an answer whose length fits."""
    packed = gzip.compress(reply.body)
    return reply.raw(body=packed[: len(packed) // 2], add=(b"Content-Encoding: gzip",))


def unfinished_chunks(exchange: Exchange) -> None:
    """A body in chunks whose last one does not come."""
    reply = exchange.forward()
    chunk = b"%x\r\n%b\r\n" % (len(reply.body), reply.body)
    head = reply.raw(drop=(b"content-length",), add=(b"Transfer-Encoding: chunked",), body=b"")
    exchange.send(head + (chunk if reply.body else b""))
    exchange.close()


def gzip_of_much(reply: Reply) -> bytes:
    """A small packed body that unpacks to a thousand times as much."""
    return reply.raw(body=_much(), add=(b"Content-Encoding: gzip",))


@cache
def _much() -> bytes:
    return gzip.compress(bytes(PACKED))


def huge_head(exchange: Exchange) -> None:
    """A head without end."""
    exchange.forward()
    exchange.send(b"HTTP/1.1 200 OK\r\nx-huge: ")
    _flood(exchange)


def huge_body(exchange: Exchange) -> None:
    """A body of which nothing can be made."""
    status = exchange.forward().status
    head = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nx-request-id: req_gate\r\nContent-Length: %d\r\n\r\n"
    exchange.send(head % (200 if status == 204 else status, HUGE))
    _flood(exchange)


def _flood(exchange: Exchange) -> None:
    piece = b"x" * (1 << 20)
    for _ in range(HUGE // len(piece)):
        exchange.send(piece)
