"""Reads single facts from a text: numbers, names, dates, quoted words, lines such as ``city: Oslo``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from .pairs import read_pairs
from .programs.describe_csv import words
from .quantities import SCALES, find_amounts, read_unit
from .words import is_request

__all__ = ["QUOTED", "SYNONYMS", "Facts", "Figure", "name_words", "names_a_figure"]

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_DATES = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<month>{_MONTH})\.?,?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.I),
)
QUOTED = re.compile(r"[\"“«](?P<double>[^\"”»\n]+)[\"”»]|(?<!\w)['‘](?P<single>[^'’\n]+)['’](?!\w)")
_KEYED = re.compile(
    r"(?:^|[\n,;.!?])[ \t]*(?:[-*][ \t]*)?[\"']?(?P<key>[^\W\d_][\w \t-]{0,40}?)[\"']?[ \t]*[:=][ \t]*(?P<value>[^\n,;]+)"
)
_CAPITAL = r"[^\W\d_a-z][\w'’&-]*"
_NAME = re.compile(
    rf"(?<![\w@./])(?:Dr\.|Mr\.|Mrs\.|Ms\.)?\s?{_CAPITAL}(?:\s+(?:(?:of|de|la|van|von|du|and\s+the|&)\s+)?{_CAPITAL})*"
)
_STARTERS = frozenset(
    [
        "say", "show", "make", "use", "think", "note", "help", "generate", "produce", "analyse", "analyze", "summarise",
        "summarize", "translate", "output", "respond", "check", "look", "compare", "calculate", "identify", "determine",
        "a", "an", "and", "as", "at", "but", "by", "can", "dear", "each", "email", "extract", "fill", "find", "for",
        "from", "get", "give", "hello", "her", "here", "hi", "his", "how", "i", "if", "in", "is", "it", "its",
        "json", "list", "my", "no", "not", "now", "of", "on", "one", "our", "please", "read", "return", "she", "so",
        "tell", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this",
        "those", "to", "today", "use", "was", "we", "what", "when", "where", "which", "who", "why", "with", "would",
        "yes", "you", "your", "let", "parse", "convert", "put", "write", "answer", "name", "order", "send",
        "classify", "describe", "could", "should", "he", "are", "were", "did", "do", "does",
    ]
)  # fmt: skip
_CONTRACTED = re.compile(r"['’](?:s|m|d|ll|re|ve)$")  # What's, I'm, I'd
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|neither|nor|isn['’]?t|aren['’]?t|wasn['’]?t|doesn['’]?t|don['’]?t|didn['’]?t|non)\W+(?:\w+\W+){0,2}$",
    re.I,
)
SYNONYMS = {
    "age": "years old year aged",
    "price": "costs cost usd eur dollars euros paid",
    "cost": "price costs usd eur dollars euros",
    "amount": "total sum usd eur dollars euros",
    "quantity": "pieces units items times",
    "temperature": "degrees celsius fahrenheit warm cold",
    "weight": "kg grams pounds weighs",
    "height": "cm metres meters tall feet",
    "distance": "km miles metres meters",
    "duration": "hours minutes seconds days weeks",
    "year": "since founded born in",
    "count": "number many items",
    "rating": "stars out points score",
    "mass": "kg weighs grams",
    "total": "sum altogether",
    "number": "",
    "score": "points",
    "percentage": "percent",
}
_NEAR = 60  # characters around a number in which the words that tell what it is are looked for
_NOT_OF_A_NAME = re.compile(r"\s+(?:for|of|from|on|to|about|with|number|no)\b")


@dataclass(frozen=True)
class Figure:
    """A number of the text, brought to single units, the words around it, and where it stands."""

    value: Decimal
    near: frozenset[str]
    start: int = 0
    end: int = 0


def name_words(name: str) -> frozenset[str]:
    """The words of a name such as ``total_price`` or ``totalPrice``."""
    return frozenset(words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).split())


def names_a_figure(name: str) -> bool:
    """Whether a name such as ``unit_price`` is that of a number."""
    return bool(name_words(name) & SYNONYMS.keys())


@dataclass
class Facts:
    """What can be read in a text; what was given away once is not given again."""

    text: str
    used: set[int] = field(default_factory=set)

    @cached_property
    def figures(self) -> list[Figure]:
        """Every number, in order."""
        found = []
        dates = [match.span() for pattern in _DATES for match in pattern.finditer(self.text)]
        for amount in find_amounts(self.text):
            if any(start <= amount.start < end for start, end in dates):
                continue
            quantity = amount.quantity
            unit = quantity.unit or read_unit(self.text[amount.end : amount.end + _NEAR])[0]
            before = words(self.text[max(0, amount.start - _NEAR) : amount.start]).split()[-4:]
            after = words(self.text[amount.end : amount.end + _NEAR]).split()[:4]
            near = frozenset([*before, *after, *words(unit).split()])
            found.append(Figure(quantity.value.scaleb(SCALES[quantity.scale]), near, amount.start, amount.end))
        return found

    @cached_property
    def names(self) -> list[tuple[int, str]]:
        """Capitalised names and where they stand, without the words that only begin a sentence."""
        return list(self._names())

    def _names(self) -> Iterator[tuple[int, str]]:
        for match in _NAME.finditer(self.text):
            said = re.split(r"\s+", match[0].strip())
            begins = not self.text[: match.start()].strip() or self.text[: match.start()].rstrip()[-1] in ".?!:\n"
            while said and (_CONTRACTED.sub("", said[0].lower()) in _STARTERS or (begins and is_request(said[0]))):
                said = said[1:]
            name = re.sub(r"['’]s$", "", " ".join(said))
            if begins and len(said) == 1 and _NOT_OF_A_NAME.match(self.text, match.end()):
                continue  # "Invoice for Contoso"
            if name:
                yield match.start() + match[0].find(said[0]), name

    @cached_property
    def quoted(self) -> list[str]:
        """What stands in quotation marks."""
        return [(match["double"] or match["single"]).strip() for match in QUOTED.finditer(self.text)]

    @cached_property
    def keyed(self) -> dict[frozenset[str], str]:
        """Values by the words of what stands before the colon, as in ``city: Oslo``."""
        return {name_words(match["key"]): match["value"].strip(" \t\"'.") for match in _KEYED.finditer(self.text)}

    @property
    def dates(self) -> list[str]:
        """The dates, as ISO writes them."""
        return [text for _, _, text in self.dated]

    @cached_property
    def dated(self) -> list[tuple[int, int, str]]:
        """Where dates begin and end, and the dates as ISO writes them."""
        found = []
        for pattern in _DATES:
            for match in pattern.finditer(self.text):
                month = match["month"]
                number = (
                    int(month)
                    if month.isdigit()
                    else 1 + next(i for i, m in enumerate(_MONTHS) if m.startswith(month[:3].lower()))
                )
                try:
                    iso = date(int(match["year"]), number, int(match["day"])).isoformat()
                    found.append((match.start(), match.end(), iso))
                except ValueError:
                    continue  # there is no such day
        return sorted(found)

    @cached_property
    def pairs(self) -> list[tuple[str, Decimal]]:
        """Labels with their numbers."""
        return [(pair.label, pair.quantity.value.scaleb(SCALES[pair.quantity.scale])) for pair in read_pairs(self.text).pairs]

    def value_of(self, name: str) -> str | None:
        """What the text gives for a name in the form ``name: value``, or ``name is "value"``."""
        wanted = name_words(name)
        for key, value in self.keyed.items():
            if key == wanted or (wanted and wanted <= key and len(key) <= len(wanted) + 2):
                return value
        spelled = r"[\s_-]*".join(map(re.escape, words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).split()))
        match = (
            re.search(rf"\b{spelled}\s+(?:is|are|was|of|named|called|to)?\s*[\"“'](?P<value>[^\"”'\n]+)[\"”']", self.text, re.I)
            if spelled
            else None
        )
        return match["value"].strip() if match is not None else None

    def figure_for(self, name: str) -> Figure | None:
        """The number that stands nearest to the words of a name; None where none of them stands near one."""
        wanted = name_words(name)
        wanted |= {word for one in wanted for word in SYNONYMS.get(one, "").split()}
        scores = [(len(wanted & figure.near), -at) for at, figure in enumerate(self.figures) if at not in self.used]
        best = max(scores, default=(0, 0))
        return self._take(-best[1]) if best[0] else None

    def next_figure(self) -> Figure | None:
        """The first number that was not given yet."""
        at = next((at for at in range(len(self.figures)) if at not in self.used), None)
        return None if at is None else self._take(at)

    def _take(self, at: int) -> Figure:
        self.used.add(at)
        return self.figures[at]

    def says(self, name: str) -> bool | None:
        """Whether the text says that something is so; None where it does not mention it."""
        for word in sorted(name_words(name) - {"is", "has", "are", "was", "can", "should"}, key=len, reverse=True):
            match = re.search(rf"\b{re.escape(word[: max(4, len(word) - 2)])}\w*", self.text, re.IGNORECASE)
            if match is not None:
                return _NEGATION.search(self.text[: match.start()]) is None
        return None
