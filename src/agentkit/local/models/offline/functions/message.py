"""The values that stand in a message, each with its place: numbers, dates, names, quoted text, addresses, JSON."""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..facts import QUOTED, Facts
from .lexicon import stem

__all__ = ["Found", "Message"]

_PATTERNS = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
    "uri": re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]"),
    "uuid": re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE),
    "timezone": re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_/]+\b|\b(?:UTC|GMT)(?:[+-]\d{1,2}(?::\d\d)?)?\b|\b[A-Z]{2,4}T\b"),
    "channel": re.compile(r"(?<!\w)#[^\W\d][\w-]*"),
    "phone": re.compile(r"(?<![\w.])\+?\(?\d[\d\s()/-]{5,}\d\b"),
    "file": re.compile(r"(?<![\w@/.-])(?:[\w-]+/|\.{0,2}/)*[\w-]+(?:\.[\w-]+)*\.[A-Za-z][A-Za-z0-9]{0,4}\b(?!@)"),
    "code": re.compile(
        r"(?<![\w.@/-])(?=[\w-]*(?:\d|[A-Z]{2}))(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?![\w@/]|\.\w)"
    ),
}
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\w)")
_TIME = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3])(?::(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?)?\s*(?P<half>[ap]\.?m\b)?", re.I
)
_TRUTH = re.compile(
    r"\b(?P<yes>true|enabled?|activated?|(?<=turn )on|(?<=switch )on|on(?=\s*(?:[.,!?;)]|$))|yes(?=\W*$))\b"
    r"|\b(?:false|disabled?|deactivated?|(?<=turn )off|(?<=switch )off|off(?=\s*(?:[.,!?;)]|$))|no(?=\W*$))\b",
    re.IGNORECASE,
)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b", re.IGNORECASE)
_LOWER_PLACE = re.compile(
    r"\b(?:in|at|near|around|for)\s+(?:the\s+city\s+of\s+)?(?P<words>(?:(?-i:[a-zß-öø-ÿ])[^\W\d_]*(?:,?[ -])?){1,12})",
    re.IGNORECASE,
)
_STATE = re.compile(r",\s*(?:[A-Z]{2}\b|[A-Z]\.[A-Z]\.)")
_NO_PLACE = frozenset(
    [
        "today", "tomorrow", "tonight", "now", "right", "this", "next", "please", "with", "using", "celsius", "fahrenheit", "kelvin",
        "degrees", "time", "general", "the", "a", "an", "my", "your", "our", "me", "us", "it", "them", "that", "these", "those",
        "what", "which", "how", "case", "order", "total", "order", "detail", "details", "short", "json", "text", "words", "all",
        "then", "also", "is", "are", "like", "currently", "each", "every", "any", "some", "one", "fact", "addition", "about",
        "tell", "give", "send", "get", "fetch", "call", "and", "or", "to", "of", "on", "as", "if", "so", "because", "but", "by",
        "from", "there", "here", "user", "units", "unit", "weather", "metric", "imperial", "example", "least", "once", "home",
        "work", "lunch", "dinner", "free", "sure", "good", "best", "show", "find", "convert", "calculate", "add", "mail", "email",
        "write", "save", "create", "set", "turn", "make", "let", "do", "use", "moment", "minute", "morning", "evening", "afternoon",
        "week", "weekend", "month", "year", "day", "days", "hours", "minutes", "future", "past",
    ]
)  # fmt: skip
_NO_NAME = frozenset(
    [
        "celsius", "fahrenheit", "kelvin", "centigrade", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "sunday", "january", "february", "march", "april", "june", "july", "august", "september", "october", "november",
        "december", "today", "tomorrow", "tonight", "json", "api", "url", "pdf", "csv", "html", "ok", "okay", "hey", "also", "true",
        "false", "null", "none", "id", "am", "pm", "utc", "gmt", "good", "morning", "sir", "madam", "first", "second", "next",
        "finally", "after", "afterwards", "before", "using", "toggle", "merge", "add", "sum", "remind", "schedule", "book", "call",
        "search", "look", "fetch", "delete", "remove", "update", "set", "turn", "play", "save", "start", "stop", "open", "close",
        "will", "need", "want", "may", "must", "have", "has", "had", "be", "let's", "process", "multiply", "divide", "subtract",
        "cancel", "buy", "sell", "transfer", "pay", "mail", "e-mail", "forward", "notify", "longest", "run", "log", "submit",
        "translate", "summarise", "mark", "assign", "lock", "unlock", "enable", "disable", "once", "whose",
    ]
)  # fmt: skip
_OPENING, _CLOSING = "{[", {"}": "{", "]": "["}
_LONGEST_LITERAL, _DEEPEST, _MOST_PLACE_WORDS, _REACH = 20_000, 40, 3, 60


@dataclass(frozen=True)
class Found:
    """A value and where it stands in the message."""

    value: Any
    start: int
    end: int


class Message:
    """A text, and what can be read in it; every list is in the order of the text.

    :param text: The text.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def literals(self) -> list[Found]:
        """Objects and lists that are written as JSON or Python writes them."""
        return list(_literals(self.text))

    @cached_property
    def quoted(self) -> list[Found]:
        """What stands in quotation marks, outside of objects and lists."""
        text = _blanked(self.text, self.literals)
        found = []
        for match in QUOTED.finditer(text):
            group = "double" if match["double"] else "single"
            found.append(Found(match[group].strip(), *match.span()))
        return found

    @cached_property
    def plain(self) -> str:
        """The text, as long as it is, with blanks in place of quotations, objects, lists and addresses."""
        text = _blanked(self.text, [*self.literals, *self.quoted])
        text = _blanked(text, [*_matches("email", text), *_matches("uri", text), *_matches("uuid", text)])
        return re.sub(r"#(?=\d)", " ", text)

    @cached_property
    def stems(self) -> list[tuple[tuple[int, int], str]]:
        """Where words stand, and their stems."""
        return [(match.span(), stem(match[0])) for match in re.finditer(r"[^\W\d_]+", self.plain)]

    @cached_property
    def emails(self) -> list[Found]:
        """E-mail addresses."""
        return list(_matches("email", _blanked(self.text, self.literals)))

    @cached_property
    def dates(self) -> list[Found]:
        """Dates, as ISO writes them."""
        return [Found(iso, start, end) for start, end, iso in self._facts.dated]

    @cached_property
    def times(self) -> list[Found]:
        """Times of day, as ``HH:MM:SS``."""
        text, found = _blanked(self.plain, self.dates), []
        for match in _TIME.finditer(text):
            if match["minute"] is None and match["half"] is None:
                continue
            hour, half = int(match["hour"]), (match["half"] or "").lower()
            hour = hour % 12 + 12 if half.startswith("p") else hour % 12 if half else hour
            found.append(Found(f"{hour:02}:{match['minute'] or '00'}:{match['second'] or '00'}", *match.span()))
        return found

    @cached_property
    def instants(self) -> list[Found]:
        """Dates with times of day, as RFC 3339 writes them; a time without a zone is taken for UTC."""
        written = [Found(_with_zone(match[0]), *match.span()) for match in _INSTANT.finditer(self.text)]
        if written or not (self.dates and self.times):
            return written
        date, time = self.dates[0], self.times[0]
        return [Found(f"{date.value}T{time.value}Z", min(date.start, time.start), max(date.end, time.end))]

    @cached_property
    def numbers(self) -> list[Found]:
        """Numbers, as exact decimals, that are no part of a date or a time."""
        taken = [*self.dates, *(time for time in self.times if time.value)]
        figures = [Found(figure.value, figure.start, figure.end) for figure in self._facts.figures]
        return [one for one in figures if not any(other.start <= one.start < other.end for other in taken)]

    @cached_property
    def number_words(self) -> list[Found]:
        """The numbers from two to twelve, in words."""
        return [Found(_NUMBERS.index(match[0].lower()) + 2, *match.span()) for match in _NUMBER_WORD.finditer(self.plain)]

    @cached_property
    def truths(self) -> list[Found]:
        """Words for true and false."""
        return [Found(match["yes"] is not None, *match.span()) for match in _TRUTH.finditer(self.plain)]

    @cached_property
    def names(self) -> list[Found]:
        """Capitalised names, a town with its state or country being one."""
        found: list[Found] = []
        for start, name in self._facts.names:
            words = name.split()
            while words and words[0].lower().strip("'’") in _NO_NAME:
                start = self.plain.find(words[1], start + len(words[0])) if len(words) > 1 else start
                words = words[1:]
            while words and words[-1].lower() in _NO_NAME:
                words = words[:-1]
            if words:
                end = self.plain.find(words[-1], start) + len(words[-1])
                found.append(Found(" ".join(words), start, end))
        return self._with_regions(found)

    @cached_property
    def lower_places(self) -> list[Found]:
        """Places written small behind "in", "at", "near" or "for"."""
        return [place for match in _LOWER_PLACE.finditer(self.plain) for place in self._listed_places(match)]

    def is_behind(self, pattern: re.Pattern[str], found: Found) -> bool:
        """Whether the words right before a value are what a pattern that ends there wants."""
        return pattern.search(self.plain, max(0, found.start - _REACH), found.start) is not None

    def of_pattern(self, kind: str) -> list[Found]:
        """Values of a form: ``uri``, ``uuid``, ``phone``, ``file``, ``code``, ``timezone`` or ``channel``."""
        text = self.plain if kind not in ("uri", "uuid") else _blanked(self.text, self.literals)
        return list(_matches(kind, text))

    def _listed_places(self, match: re.Match[str]) -> Iterator[Found]:
        """The places at the beginning of some words: "new york and rome today" has two."""
        start = match.start("words")
        for part in re.split(r"(,\s*|\s+(?:and|or)\s+)", match["words"]):
            words = list(itertools.takewhile(lambda word: word[0].lower() not in _NO_PLACE, re.finditer(r"[^\W_]+", part)))
            if words and len(words) <= _MOST_PLACE_WORDS:
                yield Found(part[words[0].start() : words[-1].end()], start + words[0].start(), start + words[-1].end())
            is_separator = not re.search(r"[^\W_]", re.sub(r"\b(?:and|or)\b", "", part))
            if not is_separator and (not words or words[-1].end() < len(part.rstrip())):
                return  # what follows is no place
            start += len(part)

    @cached_property
    def _facts(self) -> Facts:
        return Facts(self.plain)

    def _with_regions(self, names: list[Found]) -> list[Found]:
        """The names, with "Austin" and "TX" made one, and so with "Paris" and "France" where they are no list."""
        joined: list[Found] = []
        at = 0
        while at < len(names):
            name, after = names[at], names[at + 1] if at + 1 < len(names) else None
            if after is not None and self.plain[name.end : after.start].strip(" ") == ",":
                is_state = bool(_STATE.match(self.plain, name.end))
                before = joined and re.fullmatch(r"\s*(?:,|and|or|&)\s*", self.plain[joined[-1].end : name.start])
                behind = re.match(r"\s*(?:,\s*)?(?:and|or|&|,)\s*[^\W\d_a-z]", self.plain[after.end :])
                if is_state or not (before or behind):
                    name = Found(f"{name.value}, {after.value}", name.start, after.end)
                    at += 1
            joined.append(name)
            at += 1
        return joined


def _matches(kind: str, text: str) -> Iterator[Found]:
    return (Found(match[0], *match.span()) for match in _PATTERNS[kind].finditer(text))


def _blanked(text: str, spans: Iterable[Found]) -> str:
    """The text with blanks in place of some stretches."""
    pieces, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        pieces += [text[at : span.start], " " * (span.end - max(at, span.start))]
        at = max(at, span.end)
    return "".join([*pieces, text[at:]])


def _with_zone(instant: str) -> str:
    instant = instant.replace(" ", "T")
    return instant if re.search(r"(?:Z|[+-]\d\d:?\d\d)$", instant) else f"{instant}Z"


def _literals(text: str) -> Iterator[Found]:
    """The outermost brackets that hold an object or a list; found in one pass, whatever the brackets are."""
    start, open_marks, quote, at = 0, "", "", 0
    while at < len(text):
        mark = text[at]
        if quote:
            at += mark == "\\"
            quote = "" if mark == quote else quote
        elif open_marks and mark in "\"'":
            quote = mark
        elif mark in _OPENING:
            start = start if open_marks else at
            open_marks += mark
        elif open_marks and mark in _CLOSING:
            if open_marks[-1] != _CLOSING[mark]:
                open_marks = ""
            else:
                open_marks = open_marks[:-1]
                if not open_marks:
                    value = _literal(text[start : at + 1])
                    if value is not None:
                        yield Found(value, start, at + 1)
        if len(open_marks) > _DEEPEST:
            open_marks = ""
        at += 1


def _literal(source: str) -> Any:
    """The object or list that a text writes; None where it writes none that JSON could."""
    if len(source) > _LONGEST_LITERAL:
        return None
    try:
        return json.loads(source)
    except ValueError:
        try:
            value = ast.literal_eval(source)
            return json.loads(json.dumps(value)) if isinstance(value, (dict, list)) else None
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None  # brackets around something else
