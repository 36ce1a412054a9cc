"""Reads what a question wants to know of a sheet: which column, which rows, by what, and what to make of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..request import ChartRequest, Kind, read_request
from .columns import COMMON_WORDS, Mention, Words, find_mentions, partial_matches
from .description import Column, Sheet

__all__ = ["OPERATIONS", "Question", "Unclear", "continued", "is_numeric_question", "read_question"]

OPERATIONS: dict[str, re.Pattern[str]] = {
    "Sum": re.compile(r"\b(?:sum|sums|total|totals|altogether|overall|combined|add up|adds up|summed)\b"),
    "Average": re.compile(r"\b(?:average|averages|mean|avg)\b"),
    "Median": re.compile(r"\bmedian\b"),
    "Minimum": re.compile(r"\b(?:minimum|min|lowest|smallest|least|worst|cheapest|bottom)\b"),
    "Maximum": re.compile(r"\b(?:maximum|max|highest|largest|biggest|greatest|most|best|top)\b"),
    "Count": re.compile(r"\b(?:count|how many|number of)\b"),
}
"""What can be made of a column's numbers, and the words that ask for it."""

_ORDER = r"(?:top|first|best|highest|largest|biggest|greatest|most|bottom|lowest|smallest|worst|least)"
_SOME = (
    re.compile(rf"\b(?P<order>{_ORDER}) (?P<count>\d{{1,3}})\b"),
    re.compile(rf"\b(?P<count>\d{{1,3}}) (?:\w+ ){{0,4}}?(?P<order>{_ORDER})\b"),
)
_ASCENDING = frozenset(["bottom", "lowest", "smallest", "worst", "least"])
_BY = frozenset(["by", "per", "each", "every", "across", "versus", "against", "over"])
_COMPARES = re.compile(
    r"(?:\b(?:above|below|under|greater than|more than|less than|fewer than|at least|at most|exceed\w*|between)|[<>]=?)\s*[$€£]?\d",
    re.I,
)
_DRAWS = re.compile(r"\b(?:draw|plot|sketch|visuali[sz]e)\b", re.IGNORECASE)
_GENERIC = frozenset(
    [
        "a", "all", "an", "any", "each", "every", "given", "in", "of", "other", "per", "same", "single", "some",
        "that", "the", "these", "this", "those", "what", "which", "whole", "by", "for", "and",
    ]
)  # fmt: skip
_LABELS = ("name", "company", "title", "label", "product", "item", "country", "city", "region", "person", "team", "month", "quarter", "year", "date")  # fmt: skip
_Filters = tuple[tuple[Column, tuple[str, ...]], ...]
_PERIOD = re.compile(r"date|day|week|month|quarter|year|period|time|datum|monat|jahr|quartal", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is wanted of a sheet.

    ``label`` names the rows, or is None where they are numbered; with ``grouped`` the rows of one label are made into one value;
    ``filters`` are columns with the values of which a row needs one; ``top`` is how many rows are wanted, the largest first
    unless ``ascending``; ``chart`` is the kind of chart, empty for none.
    """

    sheet: Sheet
    value: Column | None
    label: Column | None = None
    grouped: bool = False
    filters: _Filters = ()
    operations: tuple[str, ...] = ()
    chart: Kind | None = None
    top: int | None = None
    ascending: bool = False
    title: str = ""
    notes: tuple[str, ...] = ()

    @property
    def group_operation(self) -> str:
        """What the rows of one label are made into; a label that only one row has is left as it is by a sum."""
        if self.value is None:
            return "Count"
        return next(iter(self.operations), "Sum") if self.grouped else "Sum"

    @property
    def in_time(self) -> bool:
        """Whether the labels follow one another in time, so that their order stays."""
        return self.label is not None and bool(_PERIOD.search(self.label.words))


@dataclass(frozen=True)
class Unclear:
    """Why a question cannot be answered from a sheet; ``known`` says how many of its words the sheet knows."""

    why: str
    known: int = 0


def is_numeric_question(text: str) -> bool:
    """Whether a message asks for something that is reckoned or drawn from rows."""
    said = " ".join(Words.of(text).plain)
    return _chart_wish(text) is not None or any(pattern.search(said) for pattern in OPERATIONS.values())


def _chart_wish(text: str) -> ChartRequest | None:
    """The chart that a message about a file asks for; "draw" and "plot" ask for one too."""
    return read_request(text, has_data=True) or (ChartRequest() if _DRAWS.search(text) else None)


def read_question(sheet: Sheet, text: str) -> Question | Unclear:
    """What a message wants to know of a sheet.

    :param text: The message.
    :return: The question, or why there is none that this sheet can answer.
    """
    question = Words.of(text)
    mentions = find_mentions(sheet, question)
    if _COMPARES.search(text):
        return Unclear("I can filter by the values of text columns, but not by comparing numbers (above, below, between).", 1)
    named = [mention.column for mention in mentions if not mention.value]
    filters = _filters(mentions)
    missed = _missed_value(sheet, question, mentions, filters)
    if isinstance(missed, Unclear):
        return missed
    filters, notes = (*filters, *missed[0]), [*missed[1]]
    rest = _rest(question, mentions)
    wish = _chart_wish(text)
    operations = tuple(name for name, pattern in OPERATIONS.items() if pattern.search(rest))
    group = next(
        (m.column for m in mentions if not m.value and m.column.type == "text" and _stands_after_by(question, m)), None
    )
    value = _value_column(sheet, question, mentions, [c for c in named if c.type == "number"], "Count" in operations)
    if isinstance(value, Unclear):
        return value
    column, value_notes = value
    # "total" is what to make of another column where that one is meant, also when a column has this name.
    rest = _rest(question, [m for m in mentions if m.value or m.column.type != "number" or m.column == column])
    operations = tuple(name for name, pattern in OPERATIONS.items() if pattern.search(rest))
    some = next((match for pattern in _SOME if (match := pattern.search(rest))), None)
    label, grouped = _label_column(sheet, column, group)
    if grouped and group is None and label is not None and column is not None and (wish is not None or not operations):
        notes.append(f'No column names each row, so the rows of each "{label.header}" are added up.')
    if some is not None:
        operations = tuple(name for name in operations if name not in ("Minimum", "Maximum"))
    kind = (wish.kind or "bar") if wish is not None and (column is not None or grouped) else None
    if kind == "pie" and column is not None and column.negative:
        kind = "bar"
        notes.append(f'"{column.header}" has negative values, which a pie chart cannot show, so this is a bar chart.')
    return Question(
        sheet,
        column,
        label,
        grouped,
        filters,
        operations,
        kind,
        int(some["count"]) if some is not None else None,
        some is not None and some["order"] in _ASCENDING,
        wish.title if wish is not None else "",
        (*notes, *value_notes),
    )


def continued(sheet: Sheet, before: str, newest: str, now: Question | Unclear) -> Question | None:
    """The question of a message that goes on from an earlier one: what it does not say is as it was.

    :param before: The earlier message.
    :param newest: The message that continues it.
    :param now: How the newest message reads by itself.
    :return: None where the two make no question together.
    """
    first = read_question(sheet, before)
    if not isinstance(first, Question) or (isinstance(now, Unclear) and now.known > 1):
        return None
    if isinstance(now, Question):
        chart = now.chart or (None if now.operations else first.chart)
        return replace(now, filters=now.filters or first.filters, chart=chart)
    both = read_question(sheet, f"{before}\n{newest}")
    if not isinstance(both, Question):
        return None
    old = dict(first.filters)
    new = {column: tuple(value for value in values if value not in old.get(column, ())) for column, values in both.filters}
    return replace(both, filters=tuple((column, new[column] or values) for column, values in both.filters))


def _filters(mentions: Sequence[Mention]) -> _Filters:
    """The named values by their columns, and with each all its spellings in the file."""
    wanted: dict[Column, dict[str, None]] = {}
    for mention in mentions:
        if mention.value:
            key = Words.of(mention.value).plain
            alike = (value for value in mention.column.named if Words.of(value).plain == key)
            wanted.setdefault(mention.column, {}).update(dict.fromkeys(alike))
    return tuple((column, tuple(values)) for column, values in wanted.items())


def _missed_value(
    sheet: Sheet,
    question: Words,
    mentions: Sequence[Mention],
    filters: _Filters,
) -> tuple[_Filters, list[str]] | Unclear:
    """A value that the question gives for a text column, but that the column does not have: "in the TRANSPORT sector"."""
    filtered = {column for column, _ in filters}
    for mention in mentions:
        column = mention.column
        if mention.value or column.type != "text" or column in filtered or _stands_after_by(question, mention):
            continue
        phrase = _phrase_beside(question, mention, mentions)
        if not phrase:
            continue
        close = [value for value in column.values if Words.of(phrase).plain[0] in " ".join(Words.of(value).plain)]
        if len(close) == 1 and column.distinct == len(column.values):
            return ((column, (close[0],)),), [
                f'"{phrase}" is taken to be "{close[0]}", the only value like it in "{column.header}".'
            ]
        complete = column.distinct == len(column.values)
        values = ", ".join(column.values) + ("" if complete else ", …")
        return Unclear(f'The column "{column.header}" of {sheet.name} has no value "{phrase}". It has: {values}.', 2)
    return (), []


def _phrase_beside(question: Words, mention: Mention, mentions: Sequence[Mention]) -> str:
    """The words that stand as a value before or after a column's name."""
    header = r"[\s_]*".join(map(re.escape, re.findall(r"[^\W_]+", mention.column.words))) + r"s?"
    taken = {word for other in mentions for word in question.plain[other.start : other.end]}
    name = r"(?P<name>[\"'“]?[A-Z][\w&-]*(?:\s+(?:&\s+)?[A-Z][\w&-]*){0,3}[\"'”]?)"
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


def _rest(question: Words, mentions: Sequence[Mention]) -> str:
    """The question without the names of columns and values, so that "minimum" in one of them asks for none."""
    claimed = {at for mention in mentions for at in range(mention.start, mention.end)}
    return " ".join("_" if at in claimed else word for at, word in enumerate(question.plain))


def _stands_after_by(question: Words, mention: Mention) -> bool:
    before = [
        word for word in question.plain[max(0, mention.start - 3) : mention.start] if word not in ("the", "of", "different")
    ]
    return bool(before) and before[-1] in _BY


def _value_column(
    sheet: Sheet, question: Words, mentions: Sequence[Mention], named: Sequence[Column], counting: bool
) -> tuple[Column | None, tuple[str, ...]] | Unclear:
    """The column of numbers that the question is about; None where rows are counted."""
    asks = set(" ".join(pattern.pattern for pattern in OPERATIONS.values()).replace("|", " ").split())
    distinct = list(dict.fromkeys(named))
    plainly = [column for column in distinct if column.header.lower() not in asks] or distinct
    if plainly:
        others = ", ".join(f'"{column.header}"' for column in plainly[1:])
        return plainly[0], (
            (f'You name more than one column; this is about "{plainly[0].header}", not {others}.',) if others else ()
        )
    if counting:
        return None, ()
    numbers = sheet.of_type("number")
    close = partial_matches([column for column in numbers if not column.is_code], question, mentions)
    if len(close) == 1:
        return close[0], (f'I took the column "{close[0].header}" for the one that you mean.',)
    listing = ", ".join(column.header for column in sheet.columns)
    if close:
        alike = ", ".join(column.header for column in close)
        return Unclear(f"Several columns of {sheet.name} fit your words: {alike}. Name one of them in full.", 2)
    mixed = next((mention.column for mention in mentions if mention.column.mixed and not mention.value), None)
    if mixed is not None:
        return Unclear(
            f'The column "{mixed.header}" writes some numbers with a decimal comma and some with a decimal point.', 2
        )
    measures = [column for column in numbers if not column.is_code]
    if len(measures) == 1:
        return measures[0], (f'You name no column of numbers; "{measures[0].header}" is the only one.',)
    wordless = next(
        (m.column for m in mentions if not m.value and m.column.type != "number" and not _stands_after_by(question, m)), None
    )
    known = len(mentions) and 1
    if wordless is not None and not any(mention.value for mention in mentions):
        return Unclear(f'The column "{wordless.header}" of {sheet.name} holds no numbers. Its columns are: {listing}.', known)
    return Unclear(f"I found no column of {sheet.name} with numbers in your message. Its columns are: {listing}.", known)


def _label_column(sheet: Sheet, value: Column | None, group: Column | None) -> tuple[Column | None, bool]:
    """The column that names the rows, and whether rows share its names."""
    if group is not None:
        return group, group.distinct + group.empty < sheet.rows or value is None
    texts = sheet.of_type("text")
    unique = [column for column in texts if column.distinct == sheet.rows]
    for candidates in (unique, texts):
        for word in _LABELS:
            found = next((column for column in candidates if word in Words.of(column.words).stems), None)
            if found is not None:
                return found, found.distinct < sheet.rows
        if candidates:
            best = max(candidates, key=lambda column: column.distinct)
            return best, best.distinct < sheet.rows
    numbers = [column for column in sheet.of_type("number") if column != value and column.distinct == sheet.rows]
    return (numbers[0], False) if numbers else (None, False)
