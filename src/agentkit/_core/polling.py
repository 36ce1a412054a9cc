"""When to look again, when to stop: the rules of every wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ACTIVE", "FIRST_DELAY", "Wait", "check_callback", "check_interval", "is_active", "seconds_text"]

ACTIVE: Mapping[str, frozenset[str]] = {
    "run": frozenset({"queued", "in_progress", "requires_action", "cancelling"}),
    "file": frozenset({"uploaded", "pending", "running"}),
    "vector_store": frozenset({"in_progress"}),
    "vector_store_file": frozenset({"in_progress"}),
    "vector_store_file_batch": frozenset({"in_progress"}),
    "agent_version": frozenset({"creating"}),
}
"""The states in which work goes on, by kind of object. Every other state ends a wait, unknown and missing ones included."""

FIRST_DELAY = 0.1
GROWTH = 1.5


def is_active(kind: str, status: Any) -> bool:
    """Whether an object of the kind is still being worked on."""
    return str(getattr(status, "value", status)) in ACTIVE[kind]


def check_interval(name: str, value: Any) -> float:
    """A number of seconds that is not negative. Raises TypeError or ValueError that name the keyword."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is a number of seconds, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} is a number of seconds from 0 up, not {value}")
    return float(value)


def check_callback(name: str, value: Any, takes: str = "a function of one object") -> None:
    """Refuse, with a TypeError that names the keyword, what is neither None nor can be called."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} is {takes}, not {type(value).__name__}")


def seconds_text(seconds: float) -> str:
    """A time for an error text: in tenths of a second, or finer where it would come to none."""
    return f"{seconds:.3f} s" if 0 < seconds < 0.05 else f"{seconds:.1f} s"


@dataclass
class Wait:
    """One wait: how long to sleep before the next look, and whether there is time for it.

    The first look comes at once; the sleeps start short, so that quick work is seen quickly, and grow to ``interval``.
    """

    interval: float
    timeout: float | None
    started: float
    _delay: float | None = None

    def next_delay(self, now: float) -> float | None:
        """Seconds to sleep before looking again, or None when the time is over."""
        if self._delay is None:
            self._delay = min(FIRST_DELAY, self.interval)
            return 0.0
        remaining = None if self.timeout is None else self.started + self.timeout - now
        if remaining is not None and remaining <= 0:
            return None
        delay = self._delay
        self._delay = min(delay * GROWTH, self.interval)
        return delay if remaining is None else min(delay, remaining)

    def waited(self, now: float) -> float:
        """Seconds since the wait began."""
        return now - self.started

    def left(self, now: float) -> float | None:
        """Seconds until the time is over, negative when it is; None where it never is."""
        return None if self.timeout is None else self.timeout - self.waited(now)

    def anew(self) -> Wait:
        """The same wait, with the same end, for another piece of work: the first looks at that come quickly again."""
        return Wait(self.interval, self.timeout, self.started)
