"""Cuts a message into phrases, each of which may name one label and one amount."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .quantities import find_amounts, read_unit

__all__ = ["Phrase", "clean", "phrases"]

_ABBREVIATIONS = frozenset(
    [
        "st",
        "dr",
        "mr",
        "mrs",
        "ms",
        "inc",
        "ltd",
        "co",
        "corp",
        "vs",
        "approx",
        "ca",
        "no",
        "nr",
        "dept",
        "est",
        "jr",
        "sr",
        "mt",
        "ft",
        "u.s",
        "e.g",
        "i.e",
    ]
)
_BREAK = re.compile(r"\n+|;|,|[.?!](?=\s|$)|\s(?:and|while|whereas|but|versus|vs\.?|plus)(?=\s)|\s&(?=\s)", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t]*(?:[-*•·‣▪+–—]\s+|\d{1,3}[.)]\s+(?=\D)|\([a-z0-9]\)\s+)", re.MULTILINE)
_COMMA_PAIR = re.compile(
    r"(?P<label>[^\W\d][^,;:\n(=]{0,40}),[ \t]+(?P<number>[-−+]?[$€£]?\d[\d.,]*[ \t]*[%\w°]*)[ \t]*(?=[;)\n]|$)"
)
_MARKED = re.compile(r"[:=]\s*\(?[-−+]?$")
_LABELS = re.compile(r"\s*[:=]")  # behind a number that is a label itself: "2019: 12"
_LINK = re.compile(r"\b(?:for|in|of|at|to|and|by|is|with|from|on|the)\b", re.IGNORECASE)
_STATE = re.compile(r"\s*[A-Z]{2}\b")


@dataclass(frozen=True)
class Phrase:
    """A stretch of the message between two breaks; phrases of one ``sentence`` stand in one sentence or list."""

    text: str
    sentence: int


def clean(text: str) -> str:
    """The message without emphasis, bullets and code fences, and with plain spaces and one kind of line break."""
    text = re.sub(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    text = re.sub(r"[\x00-\x08\x0e-\x1b\x1f]", " ", text.replace("\u200b", "").replace("\u00a0", " "))
    text = re.sub(r"\*\*|__|`+(?:\w+\n)?|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)", "", text)
    text = re.sub(r"[{}\[\]]", " ", _BULLET.sub("", text))
    if len(_COMMA_PAIR.findall(text)) > 1:  # Monday, 12; Tuesday, 15
        text = _COMMA_PAIR.sub(r"\g<label>: \g<number>", text)
    return text


def phrases(text: str) -> Iterator[Phrase]:
    """Cut a cleaned message at line ends, commas, sentence ends and words such as "and".

    A break inside a number is none, nor is one inside brackets that hold a single number; "and" is one only between two amounts,
    because labels have it too.
    """
    amounts = [(found.start, found.end) for found in find_amounts(text)]
    brackets = [span for span in _brackets(text) if _count(amounts, *span) < 2]
    begin, sentence = 0, 0
    for match in [*_BREAK.finditer(text), None]:
        start, end = (len(text), len(text)) if match is None else match.span()
        if start < begin or _is_inside(amounts, start) or _is_inside(brackets, start):
            continue
        mark = "" if match is None else match[0].strip().lower()
        if (mark.isalpha() or mark in ("&", "vs.")) and not _joins(text, amounts, begin, start, end):
            continue
        if mark == "." and _abbreviates(text[begin:start]):
            continue
        if (
            mark == ","
            and not _count(amounts, begin, start)
            and _STATE.match(text, end)
            and len(text[begin:start].split()) <= 3
        ):
            continue  # Portland, OR: 12
        yield from (Phrase(piece, sentence) for piece in _pieces(text[begin:start].strip()))
        begin = end
        sentence += mark in (".", "?", "!")


def _pieces(text: str) -> list[str]:
    """Cut "A=1 B=2 C=3" and "A 1 B 2 C 3" after each amount, with the unit that stands behind the last one."""
    amounts = [amount for amount in find_amounts(text) if not _LABELS.match(text, amount.end)]
    gaps = [text[left.end : right.start] for left, right in pairwise(amounts)]
    marked = all(_MARKED.search(text[: amount.start]) for amount in amounts)
    spaced = len(amounts) > 2 and all(1 <= len(gap.split()) <= 3 and gap[0].isspace() and not _LINK.search(gap) for gap in gaps)
    if len(amounts) < 2 or not (marked or spaced):
        return [text]
    unit = read_unit(text[amounts[-1].end :])[0]
    pieces, begin = [], 0
    for amount in amounts:
        end = amount.end
        if unit and text[end:].lstrip().startswith(unit):
            end = text.index(unit, end) + len(unit)
        pieces.append(text[begin:end].strip())
        begin = end
    return pieces


def _joins(text: str, amounts: list[tuple[int, int]], begin: int, start: int, end: int) -> bool:
    """Whether a joining word stands between two amounts, with nothing but its own phrase on either side."""
    if not _count(amounts, begin, start):
        return False
    following = re.compile(r"[;\n]|,(?!\d)|[.?!](?=\s|$)").search(text, end)
    return bool(_count(amounts, end, following.start() if following else len(text)))


def _abbreviates(text: str) -> bool:
    words = text.split()
    return bool(words) and words[-1].lower().lstrip("(") in _ABBREVIATIONS


def _brackets(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\([^()\n]*\)", text)]


def _is_inside(spans: list[tuple[int, int]], at: int) -> bool:
    """Whether a place is in one of the spans, which are in order and do not overlap."""
    before = bisect_right(spans, at, key=lambda span: span[0])
    return bool(before) and at < spans[before - 1][1]


def _count(spans: list[tuple[int, int]], start: int, end: int) -> int:
    """How many of the spans, which are in order and do not overlap, stand between two places."""
    first = bisect_left(spans, start, key=lambda span: span[0])
    return max(0, bisect_right(spans, end, key=lambda span: span[1]) - first)
