"""Where somebody may watch what a client does: its requests, its runs, and the functions that it calls.

Nobody does until :func:`observe` is told of an observer, and the clients ask no more than whether there is one. An observer is never in
the way: what it raises is logged and goes no further.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._request import Request

__all__ = ["NOTHING", "Observer", "Span", "Watched", "failures", "function", "helper", "observe", "observer", "request", "run"]

_log = logging.getLogger("agentkit")

T = TypeVar("T")


class Span(Protocol):
    """What an observer makes of one piece of work."""

    def enter(self) -> Any:
        """The work goes on in this context. What is returned is given to :meth:`leave`."""

    def leave(self, token: Any) -> None:
        """The work stops, for now or for good."""

    def saw(self, value: Any) -> None:
        """Something has come of the work: a result, an event, an outcome."""

    def end(self, error: BaseException | None) -> None:
        """The work has ended. It is called once."""


class Observer(Protocol):
    """Is told when work begins, and answers with what is told of the rest; None where it does not care."""

    def request(self, endpoint: Any, request: Request[Any], settings: Any) -> Span | None:
        """A request is about to be sent, with its retries."""

    def run(self, endpoint: Any, request: Request[Any]) -> Span | None:
        """A run is about to be led to its end, beginning with this request."""

    def helper(self, endpoint: Any, operation: str, path: str) -> Span | None:
        """A call is about to be made that takes several requests, the first one to this path."""

    def function(self, plan: Any) -> Span | None:
        """A function of this program is about to be called."""


observer: Observer | None = None
"""Who watches. Read it to know whether anybody does; :func:`observe` sets it."""

_told: set[str] = set()


def observe(new: Observer | None) -> None:
    """Let somebody watch from now on, in place of whoever did; None lets nobody.

    :param new: who is to watch. What is under way is told to the former one until it ends.
    """
    global observer
    _told.clear()
    observer = new


def failures() -> list[str]:
    """Where the observer has failed, by the names of what it was told."""
    return sorted(_told)


class Watched:
    """One piece of work that is watched, whose end is told exactly once: by the end of its ``with`` block, or by :meth:`end`."""

    __slots__ = ("__weakref__", "_left", "_span", "_token")

    def __init__(self, span: Span) -> None:
        self._span = span
        # Whoever takes the one entry out tells of the end: that no two threads can.
        self._left = [span]
        self._token: Any = None

    def __enter__(self) -> Self:
        self._token = _safely(self._span, "enter")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _safely(self._span, "leave", self._token)
        self.end(error)

    @property
    def has_ended(self) -> bool:
        """Whether the end was told."""
        return not self._left

    @contextmanager
    def part(self) -> Iterator[Self]:
        """A block in which some of the work is done. It goes on after the block, unless an error leaves it."""
        token = _safely(self._span, "enter")
        error: BaseException | None = None
        try:
            yield self
        except BaseException as left_by:
            error = left_by
            raise
        finally:
            _safely(self._span, "leave", token)
            if error is not None:
                self.end(error)

    def saw(self, value: T) -> T:
        """Tell what has come of the work, and return it."""
        _safely(self._span, "saw", value)
        return value

    def end(self, error: BaseException | None = None) -> None:
        """Tell that the work has ended; nothing where that was told.

        :param error: why, where it did not end well.
        """
        try:
            span = self._left.pop()
        except IndexError:
            return
        _safely(span, "end", error)

    def __del__(self) -> None:
        # A stream that nobody reads any more, and nobody has left.
        self.end()


class _Nothing(Watched):
    """Work that nobody watches."""

    __slots__ = ()

    def __init__(self) -> None:
        """There is no span."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    @property
    def has_ended(self) -> bool:
        return True

    @contextmanager
    def part(self) -> Iterator[Self]:
        yield self

    def saw(self, value: T) -> T:
        return value

    def end(self, error: BaseException | None = None) -> None:
        pass

    def __del__(self) -> None:
        pass


NOTHING: Watched = _Nothing()


def request(endpoint: Any, request: Request[Any], settings: Any) -> Watched:
    """Tell of a request that is about to be sent.

    :param endpoint: where to.
    :param request: what is sent.
    :param settings: how.
    """
    return _begun("request", endpoint, request, settings)


def run(endpoint: Any, request: Request[Any]) -> Watched:
    """Tell of a run that is about to be led to its end.

    :param endpoint: where it runs.
    :param request: what starts it, or goes on with it.
    """
    return _begun("run", endpoint, request)


def helper(endpoint: Any, operation: str, path: str) -> Watched:
    """Tell of a call that takes several requests: one that begins something, and those by which its end is waited for.

    :param endpoint: where it is done.
    :param operation: the name of the call.
    :param path: the path of the first request.
    """
    return _begun("helper", endpoint, operation, path)


def function(plan: Any) -> Watched:
    """Tell of a function that is about to be called.

    :param plan: the call.
    """
    return _begun("function", plan)


def _begun(kind: str, *facts: Any) -> Watched:
    watching = observer
    span = None if watching is None else _safely(watching, kind, *facts)
    return NOTHING if span is None else Watched(span)


def _safely(told: Any, what: str, *facts: Any) -> Any:
    """What an observer or its span answers; None where it raises, which is a warning the first time and a mere note after that."""
    try:
        return getattr(told, what)(*facts)
    except Exception as error:  # noqa: BLE001  (whatever it is: those who are watched have nothing to do with it)
        name = f"{type(told).__name__}.{what}"
        level = logging.DEBUG if name in _told else logging.WARNING
        _told.add(name)
        _log.log(level, "the instrumentation failed in %s, and the client goes on without: %r", name, error, exc_info=True)
        return None
