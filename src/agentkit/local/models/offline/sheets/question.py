"""Reads what a question wants to know of a sheet: which column, which rows, by what, and what to make of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..request import ChartRequest, Kind, read_request
from .columns import Mention, Words, find_mentions, partial_matches, stands_after_by
from .description import Column, Sheet, Unclear
from .filters import Filters, read_filters

__all__ = ["OPERATIONS", "Question", "continued", "is_numeric_question", "read_question"]

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
_DIGITS: dict[str, str] = dict(
    zip(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), map(str, range(2, 11)), strict=True)
)
_ASCENDING = frozenset(["bottom", "lowest", "smallest", "worst", "least"])
_COMPARES = re.compile(
    r"(?:\b(?:above|below|under|over|after|before|since|until|\w+er than|more than|less than|at least|at most|exceed\w*|between)"
    r"|[<>]=?)\s*[$€£]?\d",
    re.I,
)
# Parts of time that are no column and no value of one: rows are not told apart by what dates hold.
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_TIMES = re.compile(rf"\bin (?:(?:19|20)\d\d|{_MONTHS})\b|\b(?:per|by|each|every) (?:day|week|weekday|month|quarter|year)\b")
_NEGATIONS = frozenset(["without", "except", "excluding", "excludes", "exclude", "not", "besides", "than", "minus", "apart"])
_COUNTED = re.compile(r"\b(?:many|number of) (?:different )?_")
_DRAWS = re.compile(r"\b(?:draw|plot|sketch|visuali[sz]e)\b", re.IGNORECASE)
_LABELS = ("name", "company", "title", "label", "product", "item", "country", "city", "region", "person", "team", "month", "quarter", "year", "date")  # fmt: skip
_PERIOD = re.compile(r"date|day|week|month|quarter|year|period|time|datum|monat|jahr|quartal", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is wanted of a sheet.

    ``label`` names the rows, or is None where they are numbered; with ``grouped`` the rows of one label are made into one value;
    ``filters`` are columns with the values of which a row needs one; ``top`` is how many rows are wanted, the largest first
    unless ``ascending``; ``counts_labels`` asks how many labels there are rather than how many rows; ``chart`` is the kind of
    chart, None for none.
    """

    sheet: Sheet
    value: Column | None
    label: Column | None = None
    grouped: bool = False
    filters: Filters = ()
    operations: tuple[str, ...] = ()
    chart: Kind | None = None
    top: int | None = None
    ascending: bool = False
    counts_labels: bool = False
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
    if _COMPARES.search(text):
        return Unclear("I can filter by the values of text columns, but not by comparing numbers (above, below, between).", 1)
    question = Words.of(text)
    mentions = find_mentions(sheet, question)
    refusal = _left_out(question, mentions) or _by_time(question, mentions)
    if refusal is not None:
        return refusal
    kept = read_filters(sheet, question, mentions)
    if isinstance(kept, Unclear):
        return kept
    value = _value_column(sheet, question, mentions)
    if isinstance(value, Unclear):
        return value
    column, notes = value
    if column is not None and column.units:
        return Unclear(
            f'The numbers of the column "{column.header}" of {sheet.name} are not of one kind: it has {" and ".join(column.units)}. '
            "I do not reckon with them or draw them together.",
            2,
        )
    # "total" is what to make of another column where that one is meant, also when a column has this name.
    rest = _rest(question, [m for m in mentions if m.value or m.column.type != "number" or m.column == column])
    by = _grouped_by(question, mentions)
    asked_for = _asked_for(question, mentions) if by is None else None
    label, grouped = _label_column(sheet, column, by or asked_for)
    operations, top, ascending = _operations(rest, asked_for)
    if any(m.column == column and question.plain[max(m.start - 2, 0) : m.start] == ("how", "many") for m in mentions):
        # "How many km" counts kilometres, not rows.
        operations = tuple("Sum" if name == "Count" else name for name in operations if name != "Sum")
    counts_labels = asked_for is not None and column is None and _COUNTED.search(rest) is not None
    wish = _chart_wish(text)
    if grouped and not (by or asked_for) and column and label and (wish or not operations):
        notes = (*notes, f'No column names each row, so the rows of each "{label.header}" are added up.')
    kind = (wish.kind or "bar") if wish is not None and (column is not None or grouped) else None
    if kind == "pie" and column is not None and column.negative:
        kind = "bar"
        notes = (*notes, f'"{column.header}" has negative values, which a pie chart cannot show, so this is a bar chart.')
    return Question(
        sheet=sheet,
        value=column,
        label=label,
        grouped=grouped,
        filters=kept[0],
        operations=operations,
        chart=kind,
        top=top,
        ascending=ascending,
        counts_labels=counts_labels,
        title=wish.title if wish is not None else "",
        notes=(*kept[1], *notes),
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
    wish, old = _chart_wish(newest), dict(first.filters)
    if wish is not None and wish.kind and not (wish.kind == "pie" and both.value and both.value.negative):
        both = replace(both, chart=wish.kind)
    new = {column: tuple(value for value in values if value not in old.get(column, ())) for column, values in both.filters}
    return replace(both, filters=tuple((column, new[column] or values) for column, values in both.filters))


def _left_out(question: Words, mentions: Sequence[Mention]) -> Unclear | None:
    """The refusal of a question about the rows that do not have a value; None where it is about none of these."""
    for mention in mentions:
        if mention.value and _NEGATIONS & {*question.plain[max(mention.start - 3, 0) : mention.start]}:
            return Unclear(
                f'I can keep the rows with "{mention.value}" in "{mention.column.header}", but not leave them out (without, except, not).',
                2,
            )
    return None


def _by_time(question: Words, mentions: Sequence[Mention]) -> Unclear | None:
    """The refusal of a question about a month or year that is no value of a column; None where there is none."""
    time = _TIMES.search(_rest(question, mentions))
    if time is None:
        return None
    return Unclear(f'I can filter and group by the columns and their text values, but not by parts of dates ("{time[0]}").', 2)


def _rest(question: Words, mentions: Sequence[Mention]) -> str:
    """The question without the names of columns and values, so that "minimum" in one of them asks for none."""
    claimed = {at for mention in mentions for at in range(mention.start, mention.end)}
    return " ".join("_" if at in claimed else _DIGITS.get(word, word) for at, word in enumerate(question.plain))


def _operations(rest: str, asked_for: Column | None) -> tuple[tuple[str, ...], int | None, bool]:
    """What to make of the numbers, how many rows are wanted, and whether the smallest of them."""
    operations = tuple(name for name, pattern in OPERATIONS.items() if pattern.search(rest))
    some = next((match for pattern in _SOME if (match := pattern.search(rest))), None)
    if some is not None:
        top, ascending = int(some["count"]), some["order"] in _ASCENDING
    elif asked_for is not None and {"Minimum", "Maximum"} & {*operations}:  # which sector has the highest profit
        top, ascending = asked_for.distinct, "Minimum" in operations
    else:
        return operations, None, False
    return tuple(name for name in operations if name not in ("Minimum", "Maximum")), top, ascending


def _grouped_by(question: Words, mentions: Sequence[Mention]) -> Column | None:
    """The text column that rows are put together by: "by sector", "for each sector"."""
    texts = (mention for mention in mentions if not mention.value and mention.column.type == "text")
    return next((mention.column for mention in texts if stands_after_by(question, mention)), None)


def _asked_for(question: Words, mentions: Sequence[Mention]) -> Column | None:
    """The text column that rows are to be put together by, where a question says so without "by": "which sector", "the sectors"."""
    filtered = {mention.column for mention in mentions if mention.value}
    for mention in mentions:
        column, last = mention.column, question.plain[mention.end - 1]
        if mention.value or column.type != "text" or column in filtered or column.distinct + column.empty >= column.rows:
            continue
        before = question.plain[mention.start - 1] if mention.start else ""
        if before in ("which", "what") or (
            last != question.stems[mention.end - 1] and last not in Words.of(column.words).plain
        ):
            return column
    return None


def _value_column(
    sheet: Sheet, question: Words, mentions: Sequence[Mention]
) -> tuple[Column | None, tuple[str, ...]] | Unclear:
    """The column of numbers that the question is about; None where rows are counted."""
    distinct = list(dict.fromkeys(m.column for m in mentions if not m.value and m.column.type == "number"))
    plainly = [column for column in distinct if not _is_operation(column.header)] or distinct
    if plainly:
        others = ", ".join(f'"{column.header}"' for column in plainly[1:])
        return plainly[0], (
            (f'You name more than one column; this is about "{plainly[0].header}", not {others}.',) if others else ()
        )
    if OPERATIONS["Count"].search(_rest(question, mentions)):
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
        (m.column for m in mentions if not m.value and m.column.type != "number" and not stands_after_by(question, m)), None
    )
    known = len(mentions) and 1
    if wordless is not None and not any(mention.value for mention in mentions):
        return Unclear(f'The column "{wordless.header}" of {sheet.name} holds no numbers. Its columns are: {listing}.', known)
    return Unclear(f"I found no column of {sheet.name} with numbers in your message. Its columns are: {listing}.", known)


def _is_operation(header: str) -> bool:
    return any(pattern.fullmatch(header.lower()) for pattern in OPERATIONS.values())


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
            best = max(candidates, key=lambda column: (not column.is_code, column.distinct))
            return best, best.distinct < sheet.rows
    numbers = [column for column in sheet.of_type("number") if column != value and column.distinct == sheet.rows]
    return (numbers[0], False) if numbers else (None, False)
