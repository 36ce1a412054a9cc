"""The faults: what each does to a request, and what the caller is to get for it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate

from .gate import Act, Exchange, Reply
from .operations import Operation

__all__ = ["CAP", "FAULTS", "HUGE", "OTHER_HOST", "VALUE", "Expected", "Fault"]

VALUE = "value"
"""The call gives what it gives without a fault."""

HUGE = 100 * 1024 * 1024
CAP = "beyond the cap"
OTHER_HOST = "the other host"

_ERRORS = {401: "ClientAuthenticationError", 404: "ResourceNotFoundError", 409: "ResourceExistsError"}


@dataclass(frozen=True)
class Expected:
    """What a call comes to.

    :param outcome: :data:`VALUE`, or the name of the error's class.
    :param received: How often the service got the first request; None where that is not counted.
    :param says: What the error's text says.
    """

    outcome: str
    received: int | None = 1
    says: str = ""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    :param name: What it is called in the table.
    :param act: What is done to the request.
    :param expect: What that comes to for an operation.
    :param times: How many requests it is done to; None means all.
    :param target: ``gate``; ``closed``: a port where nobody listens; ``idle``: the gate, after it closed the connection that the client
        keeps for its next request.
    """

    name: str
    act: Act
    expect: Callable[[Operation], Expected]
    times: int | None = 1
    target: str = "gate"


# --- what is done -----------------------------------------------------------------------------------------------------------------


def _pass(exchange: Exchange) -> None:
    exchange.send(exchange.forward().raw())


def _lost(exchange: Exchange) -> None:
    exchange.reset()


def _answer_lost(exchange: Exchange) -> None:
    exchange.forward()
    exchange.reset()


def _ends(how: Callable[[Exchange], None], part: Callable[[bytes, int], bytes]) -> Act:
    """The service answers; a part of the answer comes, then it ends somehow."""

    def act(exchange: Exchange) -> None:
        reply = exchange.forward()
        raw = reply.raw()
        exchange.send(part(raw, len(raw) - len(reply.body)))
        how(exchange)

    return act


def _in_head(raw: bytes, body: int) -> bytes:
    return raw[:20]


def _in_body(raw: bytes, body: int) -> bytes:
    return raw[: (body + len(raw)) // 2]


def _nothing(raw: bytes, body: int) -> bytes:
    return b""


def _twice(exchange: Exchange) -> None:
    raw = exchange.forward().raw()
    exchange.send(raw + raw)


def _drip(exchange: Exchange) -> None:
    raw = exchange.forward().raw()
    for start in range(0, len(raw), 7):
        exchange.send(raw[start : start + 7])


def _hints(exchange: Exchange) -> None:
    """Informational answers before the real one."""
    exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    _pass(exchange)


def _told(status: int, *headers: bytes) -> Act:
    """The service is not asked; the gate answers in its place."""
    body = b'{"error": {"code": "Told", "message": "told so by the gate"}}'
    lines = [b"Content-Type: application/json", b"x-request-id: req_gate", *headers]

    def act(exchange: Exchange) -> None:
        exchange.send(Reply(status, lines, body).raw())

    return act


def _changed(change: Callable[[Reply], bytes]) -> Act:
    """The service answers, and the answer is changed."""

    def act(exchange: Exchange) -> None:
        exchange.send(change(exchange.forward()))

    return act


def _bad_text(reply: Reply) -> bytes:
    return reply.raw(body=reply.body.replace(b'"', b'"\xff', 1))


def _lying_gzip(reply: Reply) -> bytes:
    return reply.raw(add=(b"Content-Encoding: gzip",))


def _half_gzip(reply: Reply) -> bytes:
    packed = gzip.compress(reply.body)
    return reply.raw(body=packed[: len(packed) // 2], add=(b"Content-Encoding: gzip",))


def _same_host(exchange: Exchange) -> None:
    path = exchange.target
    exchange.send(Reply(307, [b"Location: " + path], b"").raw())


def _huge_head(exchange: Exchange) -> None:
    exchange.forward()
    exchange.send(b"HTTP/1.1 200 OK\r\nx-huge: ")
    _flood(exchange)


def _huge_body(exchange: Exchange) -> None:
    exchange.forward()
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % HUGE)
    _flood(exchange)


def _flood(exchange: Exchange) -> None:
    piece = b"x" * (1 << 20)
    for _ in range(HUGE // len(piece)):
        exchange.send(piece)


# --- what is expected -------------------------------------------------------------------------------------------------------------


def _fine(operation: Operation) -> Expected:
    return Expected(VALUE)


def _retried_if_harmless(error: str, *, processed: bool) -> Callable[[Operation], Expected]:
    """An answer was lost: sent again where that does no harm, an error elsewhere.

    :param error: The error of a call that may not be repeated.
    :param processed: Whether the service had the request that was lost.
    """

    def expect(operation: Operation) -> Expected:
        if operation.method == "DELETE" and processed:
            # The first one deleted it, the second finds nothing.
            return Expected("ResourceNotFoundError", 2)
        if operation.repeatable or operation.settled:
            return Expected(VALUE, 2 if processed else 1)
        return Expected(error, int(processed))

    return expect


def _in_a_body(error: str) -> Callable[[Operation], Expected]:
    """As before, for an answer that broke in its body: bytes and events that are read as they come were given out already."""
    otherwise = _retried_if_harmless(error, processed=True)

    def expect(operation: Operation) -> Expected:
        if operation.binary:
            return Expected(error, 1)
        # The run goes on: its end is asked for.
        return Expected(VALUE, 1) if operation.events else otherwise(operation)

    return expect


def _always(error: str) -> Callable[[Operation], Expected]:
    """No answer ever: four attempts where that does no harm."""
    return lambda operation: Expected(error, 0)


def _status(code: int, *, once: bool) -> Callable[[Operation], Expected]:
    """A status that the service, which was not asked, seems to have given."""
    error = _ERRORS.get(code, "HttpResponseError")

    def expect(operation: Operation) -> Expected:
        harmless = (408, 500, 502, 504, 507, *((501,) if operation.settled else ()))
        again = code in (429, 503) or ((operation.repeatable or operation.settled) and code in harmless)
        return Expected(VALUE, 1) if once and again else Expected(error, 0, "told so by the gate")

    return expect


def _no_json(operation: Operation) -> Expected:
    """The answer says nothing. Bytes can be anything; and a stream without its end has dropped, so that the run is looked for."""
    return Expected(VALUE if operation.binary or operation.events else "DecodeError")


def _too_long(operation: Operation) -> Expected:
    return Expected(VALUE if operation.binary else "DecodeError")


def _bad_gzip(operation: Operation) -> Expected:
    """Found where the answer is read: at once, or by who reads the bytes as they come; a stream without its end has dropped."""
    if operation.events:
        return Expected(VALUE)
    return Expected("ServiceResponseError") if operation.binary else _retried_if_harmless(_BROKEN, processed=True)(operation)


def _elsewhere(operation: Operation) -> Expected:
    """Another host is asked without the key, and refuses; nothing is sent there that changes something."""
    return Expected("ClientAuthenticationError" if operation.method == "GET" else "HttpResponseError", 0)


def _bad_events(operation: Operation) -> Expected:
    """Text that is none is an error in JSON; in events, letters that cannot be read are replaced."""
    return Expected(VALUE) if operation.binary or operation.events else Expected("DecodeError")


# --- the table --------------------------------------------------------------------------------------------------------------------


def _statuses() -> Iterable[Fault]:
    for code in (400, 401, 403, 404, 408, 409, 413, 429, 500, 501, 502, 503, 504, 507):
        yield Fault(f"{code} once", _told(code), _status(code, once=True))
        if code >= 408:
            yield Fault(f"{code} always", _told(code), _status(code, once=False), times=None)


def _retry_hints() -> Iterable[Fault]:
    past, tomorrow = formatdate(0, usegmt=True), formatdate(4_000_000_000, usegmt=True)
    for hint in ("nan", "inf", "-5", "0", "0.01", "1e9", "soon", "", past):
        yield Fault(f"503, Retry-After: {hint!r}", _told(503, f"Retry-After: {hint}".encode()), _fine)
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        yield Fault(f"429, {name}: 10", _told(429, f"{name}: 10".encode()), _fine)

    def too_long(operation: Operation) -> Expected:
        return Expected(VALUE) if operation.settled else Expected("HttpResponseError", 0, CAP)

    for hint in ("86400", tomorrow):
        yield Fault(f"503, Retry-After: {hint!r}", _told(503, f"Retry-After: {hint}".encode()), too_long)


_BROKEN = "ServiceResponseError"
_TIMEOUT = "ServiceResponseTimeoutError"

FAULTS: tuple[Fault, ...] = (
    Fault("no fault", _pass, _fine),
    Fault("refused", _pass, _always("ServiceRequestError"), target="closed"),
    Fault("reset before, once", _lost, _retried_if_harmless(_BROKEN, processed=False)),
    Fault("reset before, always", _lost, _always(_BROKEN), times=None),
    Fault("reset after", _answer_lost, _retried_if_harmless(_BROKEN, processed=True)),
    Fault("reset at byte 20", _ends(Exchange.reset, _in_head), _retried_if_harmless(_BROKEN, processed=True)),
    Fault("reset in the body", _ends(Exchange.reset, _in_body), _in_a_body(_BROKEN)),
    Fault("truncated", _ends(Exchange.close, _in_body), _in_a_body(_BROKEN)),
    Fault("stall before the answer", _ends(Exchange.stall, _nothing), _retried_if_harmless(_TIMEOUT, processed=True)),
    Fault("stall in the head", _ends(Exchange.stall, _in_head), _retried_if_harmless(_TIMEOUT, processed=True)),
    Fault("stall in the body", _ends(Exchange.stall, _in_body), _in_a_body(_TIMEOUT)),
    Fault("answer twice", _twice, _fine),
    Fault("answer in drops", _drip, _fine),
    Fault("early hints", _hints, _fine),
    Fault("closed while idle", _pass, _fine, times=0, target="idle"),
    *_statuses(),
    *_retry_hints(),
    Fault(
        "200, wrong content type", _changed(lambda r: r.raw(drop=(b"content-type",), add=(b"Content-Type: text/html",))), _fine
    ),
    Fault("200, a web page", _changed(lambda r: r.raw(body=b"<html>Sign in</html>")), _no_json),
    Fault("200, nothing", _changed(lambda r: r.raw(body=b"")), _no_json),
    Fault("200, half the JSON", _changed(lambda r: r.raw(body=r.body[: len(r.body) // 2])), _no_json),
    Fault("200, broken UTF-8", _changed(_bad_text), _bad_events),
    Fault("200, gzip that is none", _changed(_lying_gzip), _bad_gzip),
    Fault("200, half a gzip", _changed(_half_gzip), _bad_gzip),
    Fault("redirect, same host", _same_host, _fine),
    Fault("redirect, same host, always", _same_host, lambda operation: Expected("HttpResponseError", 0), times=None),
    Fault(OTHER_HOST, _pass, _elsewhere, times=None),
    Fault("100 MB of head", _huge_head, _retried_if_harmless(_BROKEN, processed=True)),
    Fault("100 MB of body", _huge_body, _too_long),
)
