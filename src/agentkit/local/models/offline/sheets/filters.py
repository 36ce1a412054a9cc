"""Reads which rows a question means: those that have the values that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .columns import COMMON_WORDS, Mention, Words, stands_after_by
from .description import Column, Sheet, Unclear

__all__ = ["Filters", "read_filters"]

Filters = tuple[tuple[Column, tuple[str, ...]], ...]
"""Columns, and for each the values of which a row needs one."""

_GENERIC = frozenset(
    [
        "a", "all", "an", "any", "each", "every", "given", "in", "of", "other", "per", "same", "single", "some",
        "that", "the", "these", "this", "those", "what", "which", "whole", "by", "for", "and",
    ]
)  # fmt: skip


def read_filters(sheet: Sheet, question: Words, mentions: Sequence[Mention]) -> tuple[Filters, tuple[str, ...]] | Unclear:
    """The filters that a question sets, with notes on how it was understood.

    :return: Why there are none, where it wants a value that its column does not have.
    """
    filters = _named(mentions)
    filtered = {column for column, _ in filters}
    notes: tuple[str, ...] = ()
    for mention in mentions:
        column = mention.column
        if mention.value or column.type != "text" or column in filtered or stands_after_by(question, mention):
            continue
        phrase = _phrase_beside(question, mention, mentions)
        if not phrase:
            continue
        complete = column.distinct == len(column.values)
        close = [value for value in column.values if Words.of(phrase).plain[0] in " ".join(Words.of(value).plain)]
        if not complete or len(close) != 1:
            values = ", ".join(column.values) + ("" if complete else ", …")
            return Unclear(f'The column "{column.header}" of {sheet.name} has no value "{phrase}". It has: {values}.', 2)
        filters, filtered = (*filters, (column, (close[0],))), {*filtered, column}
        notes = (*notes, f'"{phrase}" is taken to be "{close[0]}", the only value like it in "{column.header}".')
    return filters, notes


def _named(mentions: Sequence[Mention]) -> Filters:
    """The named values by their columns, and with each all its spellings in the file."""
    wanted: dict[Column, dict[str, None]] = {}
    for mention in mentions:
        if mention.value:
            key = Words.of(mention.value).plain
            alike = (value for value in mention.column.named if Words.of(value).plain == key)
            wanted.setdefault(mention.column, {}).update(dict.fromkeys(alike))
    return tuple((column, tuple(values)) for column, values in wanted.items())


def _phrase_beside(question: Words, mention: Mention, mentions: Sequence[Mention]) -> str:
    """The words that stand as a value before or after a column's name."""
    header = r"[\s_]*".join(map(re.escape, re.findall(r"[^\W_]+", mention.column.words))) + r"s?"
    taken = {word for other in mentions for word in question.plain[other.start : other.end]}
    capital = r"[^\W\d_a-z][\w&-]*"
    name = rf"(?P<name>[\"'“]?{capital}(?:\s+(?:&\s+)?{capital}){{0,3}}[\"'”]?)"
    plain = r"(?P<name>[^\W\d_][\w&-]*)"
    for pattern in (
        rf"\b{name}\s+(?i:{header})\b",
        rf"\b(?:in|for|from|of|within)\s+(?:the\s+)?{plain}\s+(?i:{header})\b",
        rf"\b(?i:{header})\s*(?:is|=|:|of|named|called|equals)?\s*{name}",
    ):
        for match in re.finditer(pattern, question.text):
            said = match["name"].strip("\"'“”")
            if not {*Words.of(said).plain} & (_GENERIC | taken | COMMON_WORDS):
                return said
    return ""
