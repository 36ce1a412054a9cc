"""Reads label-and-number pairs from a message, in the many forms that people write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .phrases import Phrase, clean, phrases
from .quantities import Amount, Quantity, find_amounts, read_unit, with_plain_thousands
from .tables import Table, lists_problem, read_table
from .words import is_request, label_after_request

__all__ = ["Pair", "Reading", "read_pairs"]

_SIGN = re.compile(
    r"(?:\b(?:loss|deficit|shortfall)\s+of\b|\b(?:lost|minus|negative|down|fell|dropped|decreased|declined|shrank)\b|[:=]\s*[-−])",
    re.IGNORECASE,
)
_FILLER = (
    r"(?:about|around|approx(?:imately)?\.?|roughly|nearly|almost|exactly|only|just|over|under|up|down|minus|negative|(?-i:an?)|the|net|"
    r"total|(?:loss|deficit|shortfall|profit|surplus|gain|value|total|share|score)\s+of|[~≈±+]|[-−](?=\s))"
)
_STRONG = re.compile(
    rf"^(?P<label>.*?\S)\s*(?P<mark>:|=|→|->|=>|\t|\s[-–—|]|(?<=\S)\s*\()\s*(?:{_FILLER}\s*)*(?P<open>\(?)$",
    re.IGNORECASE | re.DOTALL,
)
_TAIL = re.compile(
    rf"(?:^|\s)(?:{_FILLER}|has|have|had|is|are|was|were|be|being|with|at|of|got|gets|lost|scored|scores|sold|sells|earned|earns|made|"
    r"makes|grew|rose|increased|gained|fell|dropped|decreased|declined|shrank|by|spent|raised|won|received|costs|weighs|employs|produced|"
    r"generated|reported|posted|recorded|reached|achieved|equals?|totals|totall?ed|it|came|comes|stands|stood|counts?|for|to|"
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
_LETTER = re.compile(
    r"(?:^|[:;(]\s*|\b(?:charts?|graphs?|plots?|diagrams?|pie|bars?|lines?)\s+(?:of|for|with|showing|from)?\s*)(?P<letter>a)\s+$",
    re.IGNORECASE,
)
_NOUN = re.compile(r"[^\W\d_]{2}")
_PERIOD = re.compile(r"^(?:19|20|21)\d\d$")
_PERIOD_BEFORE = re.compile(r"\b(?:in|for|of|since|from|until|by|year)\s+$", re.IGNORECASE)
_ASIDE = re.compile(r"\b(?:in|on|from|over|within|since|than|per|until)\s+$", re.IGNORECASE)
_QUOTED = re.compile(r"""^["'“”‘’](.*)["'“”‘’]$""", re.DOTALL)
_POSSESSIVE = re.compile(r"(?P<label>.+?)['’]s\s+(?P<quantity>.+)")
_UNREAD = re.compile(r"^[^:=]{1,40}[:=]\s*\S")
_MOST_LABEL_WORDS, _MOST_AMOUNTS = 8, 30
_WORD_BEFORE = 20  # characters in which the word before a number and the blanks between are looked for


@dataclass(frozen=True)
class Pair:
    """One label with its quantity; ``strong`` pairs have a mark between the two, as in ``Oslo: 3`` and ``Oslo (3)``."""

    label: str
    quantity: Quantity
    strong: bool = True
    sentence: int = 0


@dataclass(frozen=True)
class Reading:
    """All that was read: the pairs, the headings over them where they stood in a table, and what a reader should know.

    ``problem`` says why data that stands there cannot be read as pairs.
    """

    pairs: tuple[Pair, ...]
    label_heading: str = ""
    value_heading: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""


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
    text, assumed = with_plain_thousands(clean(text))
    problem = lists_problem(text)
    if problem:
        return Reading((), problem=problem)
    table = read_table(text)
    if table is not None:
        return _from_table(table, assumed)
    said = list(phrases(text))
    pairs = _choose([found for phrase in said if (found := _read_phrase(phrase)) is not None])
    pairs, heading = _without_possessive(pairs)
    return Reading(_distinct(pairs), value_heading=heading, notes=(*assumed, *_unread(said, pairs)))


def _unread(said: Iterable[Phrase], pairs: Sequence[Pair]) -> Iterator[str]:
    """A note for each phrase among the pairs that has their form but no number that can be read."""
    sentences = {pair.sentence for pair in pairs if pair.strong and len(pairs) > 1}
    for phrase in said:
        numberless = _UNREAD.match(phrase.text) and not list(find_amounts(phrase.text))
        if phrase.sentence in sentences and numberless and not is_request(phrase.text):
            yield f'No number could be read from "{phrase.text}", so it is left out.'


def _without_possessive(pairs: list[Pair]) -> tuple[list[Pair], str]:
    """Take "profit" out of "A's profit", "B's profit" where all the labels have it."""
    matches = [_POSSESSIVE.fullmatch(pair.label) for pair in pairs]
    quantities = {match["quantity"] if match else "" for match in matches}
    if len(pairs) < 2 or len(quantities) > 1 or "" in quantities:
        return pairs, ""
    return [replace(pair, label=match["label"]) for pair, match in zip(pairs, matches, strict=True) if match], quantities.pop()


def _from_table(table: Table, notes: tuple[str, ...]) -> Reading:
    pairs = (Pair(label, quantity) for label, quantity in table.rows)
    return Reading(_distinct(pairs), table.label_heading, table.value_heading, (*notes, *table.notes))


def _read_phrase(phrase: Phrase) -> _Candidate | None:
    text = phrase.text
    amounts = list(find_amounts(text))
    if not 0 < len(amounts) <= _MOST_AMOUNTS:
        return None
    marked = [(amount, match) for amount in amounts if (match := _STRONG.match(text[: amount.start]))]
    colons = [found for found in marked if found[1]["mark"].strip() != "("]
    if marked:
        amount, match = (colons or marked)[-1]
        pair = _strong_pair(text, amount, match, phrase.sentence)
        if pair is not None:
            return _Candidate(
                phrase.sentence, forward=pair, backward=_pair_behind(text, amount, pair.quantity, phrase.sentence)
            )
    leading = _weak_candidate(text, amounts[0], phrase.sentence)
    if leading is not None and leading.backward is not None and leading.forward is None:
        return leading
    candidates = [_weak_candidate(text, amount, phrase.sentence) for amount in _values_among(text, amounts)]
    return next((found for found in candidates if found is not None and (found.forward or found.backward)), candidates[0])


def _values_among(text: str, amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts that may be the value, the likeliest first: the last one, unless it only tells where or when."""
    apart = [amount for amount in amounts if not _ASIDE.search(text[: amount.start][-_WORD_BEFORE:])]
    if is_request(text):
        apart = [amount for amount in apart if not _PERIOD.match(text[amount.start : amount.end])] or apart
    return (apart or list(amounts))[::-1]


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
    if not head or is_request(head):
        # "a 1, b 2": an article has a noun behind its number, or stands behind a verb or another word that goes on.
        letter = _LETTER.search(before)
        head = letter["letter"] if letter is not None and not rest.strip(" ).!?") and not _NOUN.match(unit) else head
    if _SIGN.search(tail):
        quantity = quantity.negated()
    label = _label(head)
    backward = _pair_behind(text, amount, quantity, sentence)
    names_a_year = _PERIOD_BEFORE.search(before[-_WORD_BEFORE:]) or (is_request(text) and backward is None)
    if (_PERIOD.match(quantity.literal) and not unit and names_a_year) or (is_request(text) and _STYLE.match(after)):
        return None
    forward = Pair(label, quantity, False, sentence) if label else None
    counted = (
        Pair(unit, amount.quantity, False, sentence) if unit not in ("", "%") and not label and not rest.strip(" )") else None
    )
    return _Candidate(sentence, forward, backward, counted)


def _pair_behind(text: str, amount: Amount, quantity: Quantity, sentence: int) -> Pair | None:
    """The pair of an amount with the label behind it: "12 apples for Oslo"."""
    match = _REVERSED.match(read_unit(text[amount.end :])[1].strip())
    label = _label(match["label"]) if match is not None else ""
    return Pair(label, quantity, False, sentence) if label else None


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
        text = text.lstrip("(").split("(")[0]
    text = _QUOTED.sub(r"\1", text.strip().strip("*_»«,;|").strip()).strip()
    if text.count('"') % 2:
        text = text.replace('"', "")
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
