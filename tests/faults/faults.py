"""The faults: what each does to a request, and what the caller is to get for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate

from . import acts
from .acts import HUGE, PACKED, changed, ends_with, redirected, told
from .expected import (
    BROKEN,
    TIMEOUT,
    Expect,
    beyond_cap,
    broken_body,
    broken_end,
    broken_events,
    broken_gzip,
    elsewhere,
    endless,
    fine,
    lost,
    never,
    no_json,
    not_repeated,
    packed,
    status,
)
from .gate import Act, Exchange

__all__ = ["FAULTS", "OTHER_HOST", "Fault", "faults_named"]

OTHER_HOST = "redirect, other host"


def _same(content: bytes) -> bytes:
    return content


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    :param name: What it is called in the table.
    :param act: What is done to the request.
    :param expect: What that comes to for an operation.
    :param times: How many requests it is done to; None means all.
    :param target: ``gate``; ``closed``: a port where nobody listens; ``idle``: the gate, after it closed the connection that the client
        keeps for its next request.
    :param gives: What becomes of the bytes of a file, where the answer is whole all the same.
    :param stalls: Whether the service falls silent.
    """

    name: str
    act: Act
    expect: Expect
    times: int | None = 1
    target: str = "gate"
    gives: Callable[[bytes], bytes] = _same
    stalls: bool = False


def _connections() -> Iterable[Fault]:
    yield Fault("no fault", acts.passed, fine)
    yield Fault("refused", acts.passed, never("ServiceRequestError"), target="closed")
    yield Fault("closed while idle", acts.passed, fine, times=0, target="idle")
    yield Fault("reset before, once", acts.reset, lost(BROKEN, processed=False))
    yield Fault("reset before, always", acts.reset, never(BROKEN), times=None)
    yield Fault("closed before, once", acts.dropped, lost(BROKEN, processed=False))
    yield Fault("reset after", acts.answer_lost, lost(BROKEN, processed=True))
    for name, place, expect in (
        ("at byte 1", lambda raw, head: 1, lost(BROKEN, processed=True)),
        ("at byte 20", lambda raw, head: 20, lost(BROKEN, processed=True)),
        ("after the head", lambda raw, head: head, broken_body(BROKEN)),
        ("in the body", lambda raw, head: (head + len(raw)) // 2, broken_body(BROKEN)),
        ("at the last byte", lambda raw, head: len(raw) - 1, broken_end(BROKEN)),
    ):
        yield Fault(f"reset {name}", acts.broken_off(Exchange.reset, place), expect)
        yield Fault(f"truncated {name}", acts.broken_off(Exchange.close, place), expect)
    yield Fault("truncated chunks", acts.unfinished_chunks, broken_body(BROKEN))
    for name, place, expect in (
        ("before the answer", lambda raw, head: 0, lost(TIMEOUT, processed=True)),
        ("in the head", lambda raw, head: 20, lost(TIMEOUT, processed=True)),
        ("in the body", lambda raw, head: (head + len(raw)) // 2, broken_body(TIMEOUT)),
    ):
        yield Fault(f"stall {name}", acts.broken_off(Exchange.stall, place), expect, stalls=True)
    yield Fault("answer twice", acts.answers(2), fine)
    yield Fault("answer one and a half times", acts.answers(1.5), fine)
    yield Fault("answer in drops", acts.answer_in_drops, fine)
    yield Fault("early hints", acts.early_hints, fine)


def _statuses() -> Iterable[Fault]:
    for code in (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 501, 502, 503, 504, 505, 507, 520):
        yield Fault(f"{code} once", told(code), status(code, once=True))
        if code >= 408:
            yield Fault(f"{code} always", told(code), status(code, once=False), times=None)


def _retry_hints() -> Iterable[Fault]:
    past, tomorrow = formatdate(0, usegmt=True), formatdate(4_000_000_000, usegmt=True)
    dates = (past, "Thursday, 01-Jan-70 00:00:00 GMT", "Thu Jan  1 00:00:00 1970")

    def hinted(code: int, name: str, hint: str, expect: Expect) -> Fault:
        return Fault(f"{code}, {name}: {hint!r}", told(code, f"{name}: {hint}".encode()), expect)

    for hint in ("nan", "inf", "-inf", "-5", "0", "0.01", "1e9", "0x10", "soon", "", *dates):
        yield hinted(503, "Retry-After", hint, fine)
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        for hint in ("nan", "-5", "0", "10", "1e9", "soon"):
            yield hinted(429, name, hint, fine)
        yield hinted(503, name, "86400000", beyond_cap(503))
    for hint in ("86400", tomorrow):
        yield hinted(503, "Retry-After", hint, beyond_cap(503))
        yield hinted(429, "Retry-After", hint, beyond_cap(429))
    for code in (408, 500):
        yield hinted(code, "Retry-After", "0.01", status(code, once=True))
    yield hinted(409, "Retry-After", "0.01", lambda o: fine(o) if o.repeatable else status(409, once=True)(o))


def _answers() -> Iterable[Fault]:
    def bodied(name: str, body: Callable[[bytes], bytes], expect: Expect = no_json) -> Fault:
        return Fault(f"200, {name}", ends_with(body), expect, gives=body)

    page = (b"content-type",), (b"Content-Type: text/html",)
    yield Fault("200, wrong content type", changed(lambda r: r.raw(drop=page[0], add=page[1])), fine)
    yield Fault("200, no content type", changed(lambda r: r.raw(drop=page[0])), fine)
    yield bodied("a web page", lambda body: b"<html>Sign in</html>")
    yield bodied("nothing", lambda body: b"")
    yield bodied("null", lambda body: b"null")
    yield bodied("a list", lambda body: b"[1, 2]")
    yield bodied("deep JSON", lambda body: b"[" * 100_000)
    yield bodied("half the JSON", lambda body: body[: len(body) // 2])
    yield bodied("broken UTF-8", acts.not_utf_8, broken_events)
    yield Fault("200, gzip that is none", changed(acts.lying_gzip), broken_gzip)
    yield Fault("200, half a gzip", changed(acts.half_a_gzip), broken_gzip)
    yield Fault("200, gzip of 20 MB", changed(acts.gzip_of_much), packed, gives=lambda body: bytes(PACKED))
    yield Fault("100 MB of head", acts.huge_head, lost(BROKEN, processed=True))
    yield Fault("100 MB of body", acts.huge_body, endless, gives=lambda body: b"x" * HUGE)


def _redirects() -> Iterable[Fault]:
    for code in (301, 302, 303):
        yield Fault(f"redirect {code}, same host", redirected(code), not_repeated(code))
    for code in (307, 308):
        yield Fault(f"redirect {code}, same host", redirected(code), fine)
    yield Fault("redirect, same host, always", redirected(307), never("HttpResponseError"), times=None)
    yield Fault(OTHER_HOST, acts.passed, elsewhere, times=None)


FAULTS: tuple[Fault, ...] = (*_connections(), *_statuses(), *_retry_hints(), *_answers(), *_redirects())


def faults_named(*names: str) -> list[Fault]:
    """The faults of these names, in their order."""
    found = {fault.name: fault for fault in FAULTS}
    return [found[name] for name in names]
