"""Cuts a message into phrases, each of which may name one label and one amount."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .quantities import find_amounts

__all__ = ["Phrase", "clean", "phrases"]

_ABBREVIATIONS = frozenset("st dr mr mrs ms inc ltd co corp vs approx ca no nr dept est jr sr mt ft u.s e.g i.e".split())
_BREAK = re.compile(r"\n+|;|,|[.?!](?=\s|$)|\s(?:and|while|whereas|but|versus|vs\.?|plus)(?=\s)|\s&(?=\s)", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•·‣▪+–—]\s+|\d{1,3}[.)]\s+(?=\D)|\([a-z0-9]\)\s+)", re.MULTILINE)
_STATE = re.compile(r"\s*[A-Z]{2}\b")


@dataclass(frozen=True)
class Phrase:
    """A stretch of the message between two breaks; phrases of one ``sentence`` stand in one sentence or list."""

    text: str
    sentence: int


def clean(text: str) -> str:
    """The message without emphasis, bullets and code fences, and with plain spaces and one kind of line break."""
    text = text.replace("\r\n", "\n").replace("\u200b", "").replace("\u00a0", " ").replace("\u202f", "\u2009")
    text = re.sub(r"\*\*|__|`+(?:\w+\n)?|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)", "", text)
    return _BULLET.sub("", text)


def phrases(text: str) -> Iterator[Phrase]:
    """Cut a cleaned message at line ends, commas, sentence ends and words such as "and".

    A break inside a number is none, nor is one inside brackets that hold a single number; "and" is one only between two amounts,
    because labels have it too.
    """
    amounts = [(found.start, found.end) for found in find_amounts(text)]
    sheltered = amounts + [span for span in _brackets(text) if _count(amounts, *span) < 2]
    begin, sentence = 0, 0
    for match in [*_BREAK.finditer(text), None]:
        start, end = (len(text), len(text)) if match is None else match.span()
        if start < begin or any(left <= start < right for left, right in sheltered):
            continue
        mark = "" if match is None else match[0].strip().lower()
        if (mark.isalpha() or mark in ("&", "vs.")) and not _joins(text, amounts, begin, start, end):
            continue
        if mark == "." and _abbreviates(text[begin:start]):
            continue
        if mark == "," and not _count(amounts, begin, start) and _STATE.match(text, end) and len(text[begin:start].split()) <= 3:
            continue  # Portland, OR: 12
        yield Phrase(text[begin:start].strip(), sentence)
        begin = end
        sentence += mark in (".", "?", "!")


def _joins(text: str, amounts: list[tuple[int, int]], begin: int, start: int, end: int) -> bool:
    """Whether a joining word stands between two amounts, with nothing but its own phrase on either side."""
    following = re.compile(r"[;\n]|,(?!\d)|[.?!](?=\s|$)").search(text, end)
    return bool(_count(amounts, begin, start)) and bool(_count(amounts, end, following.start() if following else len(text)))


def _abbreviates(text: str) -> bool:
    words = text.split()
    return bool(words) and words[-1].lower().lstrip("(") in _ABBREVIATIONS


def _brackets(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\([^()\n]*\)", text)]


def _count(spans: list[tuple[int, int]], start: int, end: int) -> int:
    return sum(start <= left and right <= end for left, right in spans)
