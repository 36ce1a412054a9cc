"""What is said of work that is under way, as pure text: bytes that go by, and objects that are waited for."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Meter", "fitted", "state_of"]

_ELLIPSIS = "..."


class Meter(NamedTuple):
    """How far a piece of work has got.

    :param label: what is worked on, such as a file's name.
    :param elapsed: the seconds since it was begun.
    :param done: the bytes that have gone by; None where an object is waited for.
    :param total: the bytes in all, 0 while that is not known.
    :param state: what the object that is waited for says of itself.
    """

    label: str
    elapsed: float
    done: int | None = None
    total: int = 0
    state: str = ""

    @property
    def in_words(self) -> str:
        """All of it in one line, as it is shown where nothing draws a bar."""
        if self.done is None:
            return f"{self.label}: {self.state}, {self.elapsed:.0f} s"
        return f"{self.label}: {self.amount}"

    @property
    def amount(self) -> str:
        """The bytes, of how many, and how fast they go by."""
        done = self.done or 0
        of = f"/{_megabytes(self.total)}" if self.total else ""
        speed = f", {_megabytes(done / self.elapsed)} MB/s" if self.elapsed > 0 else ""
        return f"{_megabytes(done)}{of} MB{speed}"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.1f}"


def state_of(value: Any) -> str:
    """What an object that is waited for says of itself: its status, and of a vector store how many files are done."""
    # Versions of agents have had two names for it.
    status = str(getattr(value, "status", None) or getattr(value, "state", None) or "no status")
    counts = getattr(value, "file_counts", None)
    if isinstance(counts, Mapping) and counts.get("total"):
        under_way = counts.get("in_progress") or 0
        return f"{status}, {counts['total'] - under_way} of {counts['total']} files"
    return status


def fitted(text: str, width: int) -> str:
    """Text as one line of at most so many columns; what would move the cursor or end the line is shown as a question mark."""
    clean = "".join(character if character.isprintable() else "?" for character in text)
    if _columns(clean) <= width:
        return clean
    kept = ""
    room = width - len(_ELLIPSIS)
    for character in clean:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return (kept + _ELLIPSIS)[: max(width, 0)]


def _columns(text: str) -> int:
    """The columns that a terminal gives to a text."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
