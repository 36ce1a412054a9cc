"""What a fuzz target is, how one is driven, and how what it finds is told apart."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from agentkit import __file__ as package

from .mutate import Mutator

__all__ = ["Crash", "Result", "Target", "drive", "says", "shown", "tried"]

SECONDS_FOR_ONE = 10
"""An input that takes longer counts as a crash: it hangs."""

_PACKAGE = str(Path(package).resolve().parent)


@dataclass(frozen=True)
class Target:
    """A parser under fuzz.

    :param name: what it is called.
    :param make: makes an input: a value that ``repr()`` shows whole.
    :param check: gives the input to the parser and holds what comes out against what is promised. Whatever it raises is a crash;
        errors that are documented, it takes for answers.
    """

    name: str
    make: Callable[[Mutator], Any]
    check: Callable[[Any], None]


@dataclass(frozen=True)
class Crash:
    """One way in which a parser failed.

    :param kind: the error's class and the place in the package that it came from; what differs in it is another crash.
    :param error: the error's text.
    :param given: the shortest input that did it.
    """

    kind: str
    error: str
    given: Any


@dataclass
class Result:
    """What came of driving a target."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    crashes: dict[str, Crash] = field(default_factory=dict)

    def note(self, crash: Crash) -> None:
        """Count a crash; of each kind the one with the shortest input is kept."""
        known = self.crashes.get(crash.kind)
        if known is None or len(repr(crash.given)) < len(repr(known.given)):
            self.crashes[crash.kind] = crash

    def add(self, other: Result) -> None:
        """Take in what another process has found."""
        self.inputs += other.inputs
        self.seconds += other.seconds
        for crash in other.crashes.values():
            self.note(crash)


def drive(target: Target, inputs: int, seed: int) -> Result:
    """Give a target so many inputs; the seed tells which."""
    result = Result(target.name)
    mutator = Mutator(Random(f"{target.name} {seed}"))
    for crash in tried(target, (target.make(mutator) for _ in range(inputs))):
        result.note(crash)
    result.inputs = inputs
    return result


def tried(target: Target, given: Iterable[Any]) -> Iterator[Crash]:
    """The crashes that inputs lead to."""
    with _alarm() as again:
        for one in given:
            again()
            try:
                target.check(one)
            except (Exception, _Hangs) as error:  # noqa: BLE001  (whatever it is, it was not promised)
                yield Crash(_kind(error), str(error)[:300], one)


def says(error: Exception, *parts: str) -> None:
    """Hold an error to what its text is to say: one of the parts."""
    text = str(error)
    assert text
    assert not isinstance(error, UnicodeError), "it speaks of code points"
    assert not parts or any(part in text for part in parts), text


def shown(value: Any, most: int = 400) -> str:
    """An input as the literal to keep it by, cut where it is long."""
    text = ascii(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


class _Hangs(BaseException):
    """No Exception, so that no reader takes it for an error of its own."""


@contextmanager
def _alarm() -> Iterator[Callable[[], None]]:
    """Gives a function that begins the time of the next input anew. Where there is no such clock, pytest or the caller has one."""
    if not hasattr(signal, "setitimer"):
        yield lambda: None
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _Hangs(f"no end after {SECONDS_FOR_ONE} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield lambda: signal.setitimer(signal.ITIMER_REAL, SECONDS_FOR_ONE) and None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _kind(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    within = [frame for frame in frames if frame.filename.startswith(_PACKAGE)]
    # The recursion ends anywhere in its circle; where it began tells more.
    place = (within or frames)[0 if isinstance(error, RecursionError) else -1]
    file = Path(place.filename)
    name = file.relative_to(_PACKAGE).as_posix() if within else file.name
    return f"{type(error).__name__} at {name}:{place.lineno} in {place.name}"
