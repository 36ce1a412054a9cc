"""What a call is to come to under a fault: the right value, or an error of a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .acts import TOLD
from .operations import Operation

__all__ = [
    "BROKEN",
    "CAP",
    "TIMEOUT",
    "VALUE",
    "Expected",
    "beyond_cap",
    "broken_body",
    "broken_end",
    "broken_events",
    "broken_gzip",
    "elsewhere",
    "endless",
    "fine",
    "lost",
    "never",
    "no_json",
    "not_repeated",
    "packed",
    "status",
]

VALUE = "value"
"""The call gives what it gives without a fault."""

CAP = "beyond the cap"
BROKEN = "ServiceResponseError"
TIMEOUT = "ServiceResponseTimeoutError"

_ERRORS = {401: "ClientAuthenticationError", 404: "ResourceNotFoundError", 409: "ResourceExistsError"}

# Answers after which a request is sent again where that does no harm; after the others the service did not begin its work.
_IN_DOUBT = frozenset({408, 500, 502, 504, 507, 520})
_TURNED_AWAY = frozenset({429, 503})


@dataclass(frozen=True)
class Expected:
    """What a call comes to.

    :param outcome: :data:`VALUE`, or the name of the error's class.
    :param received: How often the service got the first request.
    :param says: What the error's text says.
    """

    outcome: str
    received: int = 1
    says: str = ""


Expect = Callable[[Operation], Expected]


def fine(operation: Operation) -> Expected:
    """The fault does no harm."""
    return Expected(VALUE)


def lost(error: str, *, processed: bool) -> Expect:
    """No whole answer came: sent again where that does no harm, an error elsewhere.

    :param error: The error of a call that may not be repeated.
    :param processed: Whether the service had the request.
    """

    def expect(operation: Operation) -> Expected:
        if operation.method == "DELETE" and processed and not operation.keyed:
            # The first one deleted it, the second finds nothing.
            return Expected("ResourceNotFoundError", 2)
        if operation.repeatable or operation.settled:
            return Expected(VALUE, 2 if processed else 1)
        return Expected(error, int(processed))

    return expect


def broken_body(error: str) -> Expect:
    """As before, for an answer that broke in its body: bytes and events that are read as they come were given out already."""
    otherwise = lost(error, processed=True)

    def expect(operation: Operation) -> Expected:
        if operation.binary:
            return Expected(error)
        if operation.silent:
            return Expected(VALUE)
        # The run goes on: its end is asked for.
        return Expected(VALUE) if operation.events else otherwise(operation)

    return expect


def broken_end(error: str) -> Expect:
    """As before, at the last byte of all, which is the head's where there is no body."""
    return lambda operation: (lost(error, processed=True) if operation.silent else broken_body(error))(operation)


def never(error: str) -> Expect:
    """The service gets nothing, however often it is tried."""
    return lambda operation: Expected(error, 0)


def status(code: int, *, once: bool) -> Expect:
    """A status that the service, which was not asked, seems to have given."""

    def expect(operation: Operation) -> Expected:
        if code in operation.forgives:
            return Expected(VALUE, 0)
        harmless = operation.repeatable or operation.settled
        again = code in _TURNED_AWAY or (harmless and code in _IN_DOUBT) or (operation.settled and code in (501, 505))
        return Expected(VALUE) if once and again else Expected(_ERRORS.get(code, "HttpResponseError"), 0, TOLD)

    return expect


def beyond_cap(code: int) -> Expect:
    """The service asks for a wait that nobody would sit through."""
    return lambda operation: Expected(VALUE) if operation.settled and code == 503 else Expected("HttpResponseError", 0, CAP)


def not_repeated(code: int) -> Expect:
    """A redirect that has come to mean a GET: what changes something does not follow it."""

    def expect(operation: Operation) -> Expected:
        follows = operation.method == "GET" or operation.settled
        return Expected(VALUE) if follows else Expected("HttpResponseError", 0, f"({code}")

    return expect


def elsewhere(operation: Operation) -> Expected:
    """Another host is asked without the key, and refuses; nothing is sent there that changes something."""
    asks = operation.method == "GET" or operation.settled
    return Expected("ClientAuthenticationError" if asks else "HttpResponseError", 0)


def no_json(operation: Operation) -> Expected:
    """The answer says nothing. Bytes can be anything; and a stream without its end has dropped, so that the run is looked for."""
    return Expected(VALUE if operation.binary or operation.events or operation.silent else "DecodeError")


def endless(operation: Operation) -> Expected:
    """The answer says nothing, at great length: in a stream, one line of it is too much."""
    if operation.silent:  # of which the status tells that nothing comes; with another one, it is not what was asked for
        return Expected("HttpResponseError")
    return Expected("EventStreamError") if operation.events else no_json(operation)


def packed(operation: Operation) -> Expected:
    """As before, of a body that can be left out where none is due."""
    return Expected(VALUE) if operation.silent else endless(operation)


def broken_events(operation: Operation) -> Expected:
    """Text that is none is an error in JSON; in events, letters that cannot be read are replaced."""
    return no_json(operation)


def broken_gzip(operation: Operation) -> Expected:
    """Found where the answer is read: at once, or by who reads the bytes as they come; a stream without its end has dropped."""
    return broken_body(BROKEN)(operation)
