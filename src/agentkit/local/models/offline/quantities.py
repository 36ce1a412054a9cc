"""Reads amounts as people write them: ``$1.2 million``, ``1,234.5 km``, ``(3)``, ``−4 %``, ``EUR 900k``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["SCALES", "Amount", "Quantity", "find_amounts", "read_unit", "with_plain_thousands"]

SCALES = {"": 0, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
"""The scales and the power of ten that each stands for."""

_SCALE_NAMES = {
    "thousand": ("thousand", "thousands", "k"),
    "million": ("million", "millions", "mio", "mln", "mn", "m"),
    "billion": ("billion", "billions", "bln", "bn", "b"),
    "trillion": ("trillion", "trillions", "tn"),
}
_SCALE_OF = {name: scale for scale, names in _SCALE_NAMES.items() for name in names}
_CODES = "USD|EUR|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CAD|AUD|NZD|BRL|MXN|ZAR|KRW|SGD|HKD|TRY"
_CURRENCY = rf"(?:(?:US|CA|AU|A|C|NZ|HK|S)?\$|[€£¥₹₩]|(?:{_CODES})\b)"
_DIGITS = r"""(?:
    \d{1,3}(?:,\d{3})+(?:\.\d+)?                     # 1,234.5
  | \d{1,3}(?:['’\u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?    # 1'234,5
  | \d{1,3}(?:\.\d{3})+,\d+ | \d{1,3}(?:\.\d{3}){2,} # 1.234,5
  | \d+,\d{1,2}(?![\d,])                             # 1,5
  | \d+(?:\.\d+)?(?:[eE][+-]?\d+)? | \.\d+           # 1.5
)"""
_AMOUNT = re.compile(
    rf"""
    (?<![\w.])                           # not inside a word or a number: Q3, v1.2
    (?P<sign>[-+−–](?=\S))?
    (?:(?P<currency>{_CURRENCY})\s?(?P<inner_sign>[-+−](?=\d))?)?
    (?P<digits>{_DIGITS})
    (?![-/:–]\d|\.\d)                      # not the first part of a date, a time, a range or a version
    (?P<attached>[A-Za-z]+(?![\w]))?(?!\w)
    (?:\s?(?P<scale>(?i:thousands?|millions?|billions?|trillions?|mio|mln|mn|bn|bln|tn)|[kKmMbB](?=[\s).,;]|$))\b(?:\.(?=\s?{_CURRENCY}))?(?!\w))?
    """,
    re.VERBOSE,
)
_PART_OF_SOMETHING = re.compile(r"(?:\d[-/–,.]|(?<!\w)\d{1,2}:|\w-|#)$")
_ORDINAL = {"st", "nd", "rd", "th", "d", "am", "pm", "x"}
_NAMED_UNITS = (
    (re.compile(r"(?:%|percent\b|per\s+cent\b|pct\b)", re.IGNORECASE), "%"),
    (re.compile(r"(?:us\s+)?dollars?\b|bucks\b", re.IGNORECASE), "$"),
    (re.compile(r"euros?\b", re.IGNORECASE), "EUR"),
    (re.compile(_CURRENCY), ""),
)
_UNIT_WORD = re.compile(r"\s*([^\W\d_][\w°²³µΩ·/%€$£-]*|°[CFK]?|[µΩ℃℉]\w*)")
_EURO = r"(?:€|EUR\b|euros?\b)"
_DOTTED = r"(?<![\w.,'’])[1-9]\d{0,2}\.\d{3}(?![.,]?\d)"
_DOTTED_EUROS = re.compile(rf"{_EURO}[ \t]?{_DOTTED}|{_DOTTED}[ \t]?{_EURO}", re.IGNORECASE)
_DOTTED_NUMBER = re.compile(rf"{_DOTTED}(?=[ \t]?{_EURO}|(?![ \t]?[^\W\d_]))", re.IGNORECASE)
_DECIMAL_POINT = re.compile(r"(?<![\d.])\d+\.(?:\d{1,2}|\d{4,})(?!\.?\d)|(?<![\d.])0\.\d|\d,\d{3}(?!\d)")
_MOST_UNIT_WORDS = 3
_NO_UNIT = frozenset(
    [
        "a",
        "about",
        "across",
        "after",
        "all",
        "also",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "before",
        "but",
        "by",
        "can",
        "could",
        "did",
        "each",
        "else",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "his",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "last",
        "let",
        "like",
        "me",
        "more",
        "my",
        "next",
        "no",
        "not",
        "of",
        "on",
        "only",
        "or",
        "our",
        "over",
        "please",
        "respectively",
        "she",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "those",
        "to",
        "today",
        "total",
        "under",
        "until",
        "up",
        "us",
        "use",
        "using",
        "was",
        "we",
        "were",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whose",
        "will",
        "with",
        "would",
        "yesterday",
        "you",
        "your",
        "make",
        "create",
        "draw",
        "plot",
        "show",
        "save",
        "thanks",
        "thank",
        "now",
    ]
)


@dataclass(frozen=True)
class Quantity:
    """An amount as it was written: ``literal`` in Python's notation, ``scale`` a key of :data:`SCALES`, ``unit`` ``$``, ``km``, …"""

    literal: str
    scale: str = ""
    unit: str = ""

    @property
    def value(self) -> Decimal:
        """The number in front of the scale."""
        return Decimal(self.literal)

    def negated(self) -> Quantity:
        """The same amount below zero; one that is there already stays as it is."""
        return self if self.literal.startswith("-") else Quantity(f"-{self.literal}", self.scale, self.unit)


@dataclass(frozen=True)
class Amount:
    """A quantity and where it stands in the text; its unit is known so far as it stands before or at the number."""

    quantity: Quantity
    start: int
    end: int


def with_plain_thousands(text: str) -> tuple[str, tuple[str, ...]]:
    """Read "1.200 EUR" as 1200 where no other number of the text has a decimal point or a comma between thousands.

    :param text: A message.
    :return: The text without those marks, and a note that tells of them.
    """
    if not _DOTTED_EUROS.search(text) or _DECIMAL_POINT.search(text):
        return text, ()
    plain = _DOTTED_NUMBER.sub(lambda match: match[0].replace(".", ""), text)
    first = next(_DOTTED_NUMBER.finditer(text))[0]
    return plain, (
        f'"{first}" is read as {first.replace(".", "")}: with euros a dot before three digits is taken to mark thousands.',
    )


def find_amounts(text: str) -> Iterator[Amount]:
    """Every number in ``text`` that stands for itself, and not for part of a word, a date, a time or a version."""
    for match in _AMOUNT.finditer(text):
        if _PART_OF_SOMETHING.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        amount = _read(match)
        if amount is not None:
            yield amount


def _read(match: re.Match[str]) -> Amount | None:
    attached, scale = match["attached"] or "", (match["scale"] or "").lower()
    currency, end = match["currency"] or "", match.end()
    if attached.lower() in _ORDINAL:
        return None
    unit = currency
    if attached.lower() in _SCALE_OF and not (attached in ("m", "b") and not currency):  # 12m may well be metres
        scale, end = attached.lower(), match.end("attached")
    elif attached:
        scale, end, unit = "", match.start("attached"), currency
    elif scale in ("k", "m", "b") and not currency:  # 12 m are metres; $12 m are millions
        scale, end = "", match.end("digits")
    negative = "-" in _plain_minus(match["sign"]) or "-" in _plain_minus(match["inner_sign"])
    literal = ("-" if negative else "") + _plain_digits(match["digits"])
    return Amount(Quantity(literal, _SCALE_OF.get(scale, ""), unit), match.start(), end)


def _plain_minus(sign: str | None) -> str:
    return (sign or "").replace("−", "-").replace("–", "-")


def _plain_digits(digits: str) -> str:
    """The digits without group marks, with a point before the decimals, as Python reads and writes them."""
    digits = re.sub(r"['’\u00a0\u202f\u2009]", "", digits)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif "," in digits:
        digits = digits.replace(".", "").replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    if "e" in digits.lower():
        digits = format(Decimal(digits), "f")
    whole, point, decimals = digits.partition(".")
    return (whole.lstrip("0") or "0") + point + decimals


def read_unit(text: str) -> tuple[str, str]:
    """Read the unit that ``text``, which follows a number, begins with.

    Returns:
        the unit (empty when there is none) and the rest of the text.
    """
    rest = text.lstrip()
    for pattern, name in _NAMED_UNITS:
        match = pattern.match(rest)
        if match:
            return name or match[0], rest[match.end() :]
    words: list[str] = []
    position = 0
    while match := _UNIT_WORD.match(rest, position):
        if match[1].lower() in _NO_UNIT and not (words and match[1].lower() == "per"):
            break
        words.append(match[1])
        position = match.end()
    if len(words) > _MOST_UNIT_WORDS:
        return "", text
    return " ".join(words), rest[position:]
