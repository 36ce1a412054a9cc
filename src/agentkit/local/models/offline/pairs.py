"""Reads label-and-number pairs from a message, in the many forms that people write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .phrases import Phrase, clean, phrases
from .quantities import Amount, Quantity, find_amounts, read_unit
from .tables import Table, read_table
from .words import is_request, label_after_request

__all__ = ["Pair", "Reading", "read_pairs"]

_SIGN = re.compile(r"(?:\b(?:loss|deficit|shortfall)\s+of\b|\b(?:lost|minus|negative|down)\b|[:=]\s*[-−])", re.IGNORECASE)
_FILLER = (
    r"(?:about|around|approx(?:imately)?\.?|roughly|nearly|almost|exactly|only|just|over|under|up|down|minus|negative|(?-i:an?)|the|net|"
    r"total|(?:loss|deficit|shortfall|profit|surplus|gain|value|total|share|score)\s+of|[~≈±+]|[-−](?=\s))"
)
_STRONG = re.compile(
    rf"^(?P<label>.*?\S)\s*(?P<mark>:|=|→|->|=>|\t|\s[-–—|]|(?<=\S)\s*\()\s*(?:{_FILLER}\s*)*(?P<open>\(?)$", re.IGNORECASE | re.DOTALL
)
_TAIL = re.compile(
    rf"(?:^|\s)(?:{_FILLER}|has|have|had|is|are|was|were|be|being|with|at|of|got|gets|lost|scored|scores|sold|sells|earned|earns|made|"
    r"makes|reported|posted|recorded|reached|achieved|equals?|totals|totall?ed|it|came|comes|stands|stood|counts?|for|to|"
    r"(?:loss|deficit|shortfall|profit|revenue|surplus|gain|value|total|share|score|population|budget)\s+of)$",
    re.IGNORECASE,
)
_REVERSED = re.compile(r"^(?:for|in|at|from|to|by|on)\s+(?P<label>\S.*)$", re.IGNORECASE | re.DOTALL)
_STYLE = re.compile(
    r"^\s*(?:different\s+|distinct\s+)?(?:colou?rs?|columns?|rows?|bars?|slices?|lines?|decimals?|digits?|inch(?:es)?|in\b|cm\s+wide|dpi|px|"
    r"pixels?|pt|points?\s+font|fonts?|pages?|charts?|graphs?|plots?|figures?|files?|sections?|panels?|subplots?|labels?|"
    r"categories|items|values|numbers|companies|by\s+\d)",
    re.IGNORECASE,
)
_LEADING_STRONG = re.compile(r"^(?:(?:and|then|finally|where|while|with|that)\s+)+(?=\S)")
_LEADING_WEAK = re.compile(r"^(?:(?:and|then|finally|where|while|with|that|the|in|for|at|from|on)\s+)+(?=\S)")
_BY_SOMETHING = re.compile(r"^.*\b(?:by|per)\s+[a-z]+\s+(?=[A-Z0-9])")  # "Sales by month Jan"
_PERIOD = re.compile(r"^(?:19|20|21)\d\d$")
_MOST_LABEL_WORDS = 8


@dataclass(frozen=True)
class Pair:
    """One label with its quantity; ``strong`` pairs have a mark between the two, as in ``Oslo: 3`` and ``Oslo (3)``."""

    label: str
    quantity: Quantity
    strong: bool = True
    sentence: int = 0


@dataclass(frozen=True)
class Reading:
    """All that was read: the pairs, the headings over them where they stood in a table, and what a reader should know."""

    pairs: tuple[Pair, ...]
    label_heading: str = ""
    value_heading: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    """What one phrase may say: a label before its number, a label after it, or the thing that is counted."""

    sentence: int
    forward: Pair | None = None
    backward: Pair | None = None
    counted: Pair | None = None


def read_pairs(text: str) -> Reading:
    """Read every label-and-number pair of a message, in its order, with labels made distinct.

    Numbers that are no data ("in 3 colours", "for Q3", "in 2024") are left out.
    """
    text = clean(text)
    table = read_table(text)
    if table is not None:
        return _from_table(table)
    candidates = [found for phrase in phrases(text) if (found := _read_phrase(phrase)) is not None]
    return Reading(_distinct(_choose(candidates)))


def _from_table(table: Table) -> Reading:
    pairs = (Pair(label, quantity) for label, quantity in table.rows)
    return Reading(_distinct(pairs), table.label_heading, table.value_heading, table.notes)


def _read_phrase(phrase: Phrase) -> _Candidate | None:
    text = phrase.text
    amounts = list(find_amounts(text))
    if not amounts:
        return None
    marked = [(amount, match) for amount in amounts if (match := _STRONG.match(text[: amount.start]))]
    colons = [found for found in marked if found[1]["mark"].strip() != "("]
    if marked:
        amount, match = (colons or marked)[-1]
        pair = _strong_pair(text, amount, match, phrase.sentence)
        if pair is not None:
            return _Candidate(phrase.sentence, forward=pair)
    return _weak_candidate(text, amounts[-1], phrase.sentence)


def _strong_pair(text: str, amount: Amount, match: re.Match[str], sentence: int) -> Pair | None:
    label = _label(match["label"], strong=True)
    gap = text[match.end("label") : amount.start]
    unit, rest = read_unit(text[amount.end :])
    bracketed = match["open"] == "(" and rest.lstrip().startswith(")")
    negative = bool(_SIGN.search(gap)) or (bracketed and match["mark"].strip() != "(")
    quantity = _with_unit(amount.quantity, unit)
    return Pair(label, quantity.negated() if negative else quantity, True, sentence) if label else None


def _weak_candidate(text: str, amount: Amount, sentence: int) -> _Candidate | None:
    before, after = text[: amount.start], text[amount.end :]
    unit, rest = read_unit(after)
    quantity = _with_unit(amount.quantity, unit)
    head, tail = _strip_tail(before.rstrip())
    if _SIGN.search(tail):
        quantity = quantity.negated()
    label = _label(head)
    opening = is_request(head) and not label
    if (is_request(text) and _STYLE.match(after)) or (_PERIOD.match(quantity.literal) and not unit and is_request(text)):
        return None
    backward = counted = None
    behind = _REVERSED.match(rest.strip())
    if behind is not None and (after_label := _label(behind["label"])):
        backward = Pair(after_label, quantity, False, sentence)
    if not label and unit and unit != "%" and not rest.strip(" )"):
        counted = Pair(unit, amount.quantity, False, sentence)
    forward = Pair(label, quantity, False, sentence) if label and not opening else None
    return _Candidate(sentence, forward, backward, counted)


def _strip_tail(before: str) -> tuple[str, str]:
    """Split off the linking words between a label and its number: "Oslo had about " gives "Oslo" and "had about"."""
    head = before
    while (match := _TAIL.search(head)) and head[: match.start()].strip():
        head = head[: match.start()].rstrip()
    match = _TAIL.fullmatch(head)
    return ("", before) if match else (head, before[len(head) :])


def _label(text: str, *, strong: bool = False) -> str:
    """The label that a stretch of text ends with, without the request or the subject that may stand before it."""
    text = text.strip()
    if is_request(text):
        text = label_after_request(text)
    text = re.split(r":\s+", text)[-1]
    text = (_LEADING_STRONG if strong else _LEADING_WEAK).sub("", text)
    text = _BY_SOMETHING.sub("", text)
    if text.count("(") != text.count(")"):
        text = text.split("(")[0]
    text = text.strip().strip("*_\"“”«»,;|").strip()
    if len(text) > 1 and text[0] in "'‘’" and text[-1] in "'‘’":
        text = text[1:-1].strip()
    return " ".join(text.split()) if 0 < len(text.split()) <= _MOST_LABEL_WORDS else ""


def _with_unit(quantity: Quantity, unit: str) -> Quantity:
    return replace(quantity, unit=quantity.unit or unit)


def _choose(candidates: Sequence[_Candidate]) -> list[Pair]:
    """Decide, for the whole message, which of the readings of its phrases are meant."""
    strong = [found.forward for found in candidates if found.forward is not None and found.forward.strong]
    if len(strong) >= 2:
        sentences = {pair.sentence for pair in strong}
        candidates = [found for found in candidates if found.sentence in sentences]
    surely_backward = sum(found.forward is None and found.backward is not None for found in candidates)
    surely_forward = sum(found.forward is not None and found.backward is None for found in candidates)
    prefer_backward = surely_backward > surely_forward
    pairs = []
    for found in candidates:
        either = (found.backward, found.forward) if prefer_backward else (found.forward, found.backward)
        pair = either[0] or either[1]
        if pair is not None:
            pairs.append(pair)
    if not pairs:
        pairs = [found.counted for found in candidates if found.counted is not None]
    return pairs if len(strong) >= 2 else _of_the_data_sentences(pairs)


def _of_the_data_sentences(pairs: Sequence[Pair]) -> list[Pair]:
    """Leave out a lone weak pair where another sentence has several: it is a remark, not data."""
    sizes = Counter(pair.sentence for pair in pairs)
    if max(sizes.values(), default=0) < 2:
        return list(pairs)
    return [pair for pair in pairs if sizes[pair.sentence] > 1 or pair.strong]


def _distinct(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """The pairs with a number added to a label that was there before."""
    made: list[Pair] = []
    taken: set[str] = set()
    for pair in pairs:
        label, number = pair.label, 1
        while label in taken:
            number += 1
            label = f"{pair.label} ({number})"
        taken.add(label)
        made.append(replace(pair, label=label))
    return tuple(made)
