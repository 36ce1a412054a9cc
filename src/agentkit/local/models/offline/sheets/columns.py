"""Finds the columns and the values that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..programs.describe_csv import is_named, words
from .description import Column, Sheet

__all__ = ["COMMON_WORDS", "Mention", "Words", "find_mentions", "partial_matches", "stands_after_by"]

_LONGEST_HEADER = 8
_BY = frozenset(["by", "per", "each", "every", "across", "versus", "against", "over"])
COMMON_WORDS = frozenset(
    [
        "a", "an", "and", "are", "as", "at", "average", "bar", "be", "below", "bottom", "by", "can", "chart",
        "column", "columns", "could", "count", "create", "csv", "data", "display", "do", "draw", "each", "file",
        "find", "for", "from", "generate", "give", "graph", "have", "highest", "how", "i", "in", "is", "it",
        "largest", "line", "lowest", "make", "many", "maximum", "me", "mean", "median", "minimum", "most", "name",
        "names", "number", "of", "on", "or", "our", "per", "pie", "please", "plot", "provide", "row", "rows",
        "show", "smallest", "sum", "table", "tell", "the", "their", "them", "this", "to", "top", "total", "upload",
        "uploaded", "use", "using", "value", "values", "visualize", "want", "was", "were", "what", "which", "whole",
        "with", "would", "you", "your", "all", "average", "best", "biggest", "calculate", "compare", "following",
        "get", "horizontal", "least", "much", "need", "per", "scatter", "worst", "per", "cent", "percent", "list",
        "number", "numbers", "plus", "by", "title", "titled",
    ]
)  # fmt: skip
"""Words of requests, which are parts of no name."""


@dataclass(frozen=True)
class Words:
    """A question as single words in one spelling, each also without the ending that tells one from many."""

    text: str
    plain: tuple[str, ...]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of a text."""
        plain = tuple(words(text).split())
        return cls(text, plain, tuple(map(_stem, plain)))


@dataclass(frozen=True)
class Mention:
    """Where a question names a column, or (with ``value``) a value of a column: its words from ``start`` to ``end``."""

    start: int
    end: int
    column: Column
    value: str = ""


def _stem(word: str) -> str:
    """A word without its plural ending: companies and company, taxes and tax, profits and profit are the same."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ses", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def find_mentions(sheet: Sheet, question: Words) -> list[Mention]:
    """The columns and values that a question names, in its order; of two on the same words the longer one counts.

    A value that several columns have is given to the column that stands beside it, otherwise to the first of them.
    """
    headers = [mention for column in sheet.columns for mention in _header_mentions(column, question)]
    values = [mention for column in sheet.columns for mention in _value_mentions(column, question)]
    beside = {(m.end, m.column.at) for m in headers} | {(m.start, m.column.at) for m in headers}

    def rank(mention: Mention) -> tuple[int, bool, bool, int]:
        near = (mention.start, mention.column.at) in beside or (mention.end, mention.column.at) in beside
        return mention.start - mention.end, bool(mention.value), not near, mention.column.at

    chosen: list[Mention] = []
    for mention in sorted([*headers, *values], key=rank):
        if all(mention.end <= other.start or other.end <= mention.start for other in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda mention: mention.start)


def _header_mentions(column: Column, question: Words) -> Iterator[Mention]:
    bare = re.sub(r"\s*[(\[].*[)\]]\s*$", "", column.header)  # the unit in brackets need not be said
    wanted = {_compact(column.header), _compact(column.words), _compact(bare)} - {""}
    for start in range(len(question.stems)):
        for end in range(start + 1, min(start + _LONGEST_HEADER, len(question.stems)) + 1):
            if "".join(question.stems[start:end]) in wanted:
                yield Mention(start, end, column)


def _compact(header: str) -> str:
    return "".join(Words.of(header).stems)


def _value_mentions(column: Column, question: Words) -> Iterator[Mention]:
    for value in column.named:
        if not is_named(value, question.text):
            continue
        needle = tuple(words(value).split())
        if COMMON_WORDS.issuperset(needle) and not re.search(rf"(?<=\S )[\"'“]?{re.escape(value)}\b", question.text):
            continue  # a venue of the kind "Bar" is not meant by "bar chart"
        for start in range(len(question.plain) - len(needle) + 1):
            if question.plain[start : start + len(needle)] == needle:
                yield Mention(start, start + len(needle), column, value)


def partial_matches(columns: Sequence[Column], question: Words, taken: Iterable[Mention]) -> list[Column]:
    """The columns with the most words of their headers in a question, where no header stands there in full."""
    claimed = {at for mention in taken for at in range(mention.start, mention.end)}
    said = {
        stem for at, stem in enumerate(question.stems) if at not in claimed and stem not in COMMON_WORDS and not stem.isdigit()
    }
    scores = {column: len(said & set(Words.of(column.words).stems)) for column in columns}
    best = max(scores.values(), default=0)
    return [column for column, score in scores.items() if score == best] if best else []


def stands_after_by(question: Words, mention: Mention) -> bool:
    """Whether a mention stands behind "by", "per" or "for each"."""
    before = [
        word for word in question.plain[max(0, mention.start - 3) : mention.start] if word not in ("the", "of", "different")
    ]
    return bool(before) and before[-1] in _BY
