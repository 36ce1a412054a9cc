"""Finds the texts in a message that a parameter may mean, by what the parameter is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .message import Found, Message
from .parameters import Parameter

__all__ = ["Texts", "object_of", "sought", "texts_for"]

_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|near|around|for|of|from|to|between|and|or|via|visit|visiting)\s+(?:the\s+)?$|,\s*$", re.I
)
_FROM, _TO = re.compile(r"\b(?:from|between)\s+(?:the\s+)?$", re.I), re.compile(r"\b(?:to|into|and)\s+(?:the\s+)?$", re.I)
_TO_WHOM = re.compile(r"\b(?:to|for|notify|remind|invite|tell|e-?mail|text|message|call)\s+$", re.IGNORECASE)
_CC = re.compile(r"\b(?P<kind>b?cc)\b\W*$", re.IGNORECASE)
_LANGUAGES = (
    "Arabic|Bengali|Bulgarian|Catalan|Chinese|Croatian|Czech|Danish|Dutch|English|Estonian|Finnish|French|German|Greek|Hebrew|Hindi|"
    "Hungarian|Icelandic|Indonesian|Irish|Italian|Japanese|Korean|Latin|Latvian|Lithuanian|Malay|Mandarin|Norwegian|Persian|Polish|"
    "Portuguese|Romanian|Russian|Serbian|Slovak|Slovenian|Spanish|Swahili|Swedish|Tamil|Thai|Turkish|Ukrainian|Urdu|Vietnamese|Welsh"
)
_LANGUAGE = re.compile(rf"\b(?:{_LANGUAGES})\b", re.IGNORECASE)
_CURRENCY_WORDS = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "franc": "CHF", "rupee": "INR", "yuan": "CNY"}
_CURRENCY = re.compile(rf"\b(?P<code>[A-Z]{{3}})\b|\b(?P<word>{'|'.join(_CURRENCY_WORDS)})s?\b|(?P<sign>[$€£¥])", re.IGNORECASE)
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_NO_CODES = frozenset({"AND", "THE", "FOR", "API", "URL", "PDF", "CSV", "HOW", "WHAT", "UTC", "GMT", "JSON", "AI", "ID", "OK"})
_EXPRESSION = re.compile(r"(?<![\w.])[-(]*\d[\d.]*(?:\s*(?:\*\*|[-+*/^%×÷])\s*[-(]*\d[\d.]*\)*)+")
_SAYING = re.compile(
    r"\b(?:saying|says?|that\s+says|reading|that\s+reads|telling\s+(?:him|her|them|everyone|me)(?:\s+that)?|"
    r"with\s+(?:the\s+)?(?:text|body|message|content|words)|the\s+following|remind(?:er)?\s+(?:me\s+)?(?:to|about|that|for)|note\s+that)\b"
    r"\s*(?:that\s+)?[:,]?\s*(?P<text>\S[^\n]*?)(?=,?\s+and\s+(?:then|also)\b|\s+(?:on|at|by)\s+\d|\n|$)",
    re.IGNORECASE,
)
_BEHIND_COLON = re.compile(r":\s+(?P<text>\S.*)", re.DOTALL)
_TITLE = re.compile(
    r"\b(?:with\s+(?:the\s+|a\s+)?(?:subject|title|heading)(?:\s+line)?|titled|entitled|called|named|about|regarding|concerning|re:)\s+"
    r"(?:of\s+)?(?P<text>[^\n,.;:!?\"“]+?)(?=\s+(?:saying|that\s+says|telling|with|to|and|on|at|for)\b|[\n,.;:!?]|$)",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(r"\b(?:subject|title|titled|entitled|heading|called|named|about)\W*$", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:called|named)\s+$", re.IGNORECASE)
_SOUGHT = re.compile(
    r"\b(?:(?:search|look)(?:ing)?\b[^.?!:\n]{0,40}?\s(?:for|about)|look(?:ing)?\s+up|search|google|find(?:\s+(?:out|me|us))?(?:\s+about)?|"
    r"(?:information|news)\s+(?:on|about)|query)\s+(?:\w+:\s+)?(?P<text>[^\n.?!,;]+)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:(?:called|named|for|about|of)\s+(?:the\s+|a\s+|an\s+)?|in\s+the\s+)"
    r"(?P<text>[^\W\d_][\w'’-]*(?:\s+(?!(?:in|at|on|and|to|for|with|from|please|by|of)\b)[\w'’-]+){0,3})",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\s*(?:the\s+|an?\s+|some\s+)?(?:(?:word|phrase|sentence|text|term)s?\s+)?"
    r"(?P<text>(?!(?:to|into|in|from|with|using|for|at|on|by|and|me|us|it|that|this|them|these|those|which|who|what)\b)[^\W\d_][^\n.?!]*?)"
    r"(?=\s+(?:to|into|in|from|with|using|for|at|on|by|and|please)\b|[.?!\n]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Texts:
    """What a parameter may mean: what surely is, and what may be where there has to be something."""

    sure: Sequence[Found] = ()
    possible: Sequence[Found] = ()


def texts_for(parameter: Parameter, message: Message, used: Sequence[tuple[int, int]]) -> Texts:
    """The texts of a message that may be meant by a parameter, the likeliest first.

    :param parameter: The parameter, which takes a text.
    :param message: The message.
    :param used: The stretches of the message that name tools.
    """
    if "pattern" in parameter.schema:
        return Texts(_of_pattern(str(parameter.schema["pattern"]), message.text))
    names = [name for name in message.names if not any(start < name.end and name.start < end for start, end in used)]
    texts = _READERS.get(parameter.role, _anything)(parameter, message, names)
    quoted = [(one.start, one.end) for one in message.quoted]
    possible = [
        one
        for one in texts.possible
        if (one.start, one.end) in quoted or not any(start < one.end and one.start < end for start, end in used)
    ]
    return Texts(texts.sure, possible)


def _of_pattern(pattern: str, text: str) -> list[Found]:
    try:
        return [Found(match[0], *match.span()) for match in re.finditer(re.sub(r"^\^|\$$", "", pattern), text) if match[0]]
    except re.error:  # JSON schemas have patterns that Python does not know
        return []


def _emails(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    def kind(found: Found) -> str:
        before = message.text[max(0, found.start - 60) : found.start]
        copied = _CC.search(before)
        return copied["kind"].lower() if copied else "from" if _FROM.search(before) else ""

    wanted = next(
        (word for word in parameter.words if word in ("cc", "bcc")),
        parameter.direction if parameter.direction == "from" else "",
    )
    sure = [found for found in message.emails if kind(found) == wanted]
    if parameter.schema.get("format") == "email" or wanted:
        return Texts(sure)
    return Texts(sure, [name for name in names if message.is_behind(_TO_WHOM, name)])


def _of_form(kind: str) -> Callable[[Parameter, Message, Sequence[Found]], Texts]:
    return lambda parameter, message, names: Texts(message.of_pattern(kind))


def _dates(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    return Texts(_on_the_way(parameter, message, message.dates))


def _places(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    names = [name for name in names if not _LANGUAGE.fullmatch(str(name.value))]
    if parameter.direction:
        on_the_way = _on_the_way(parameter, message, names)
        if on_the_way:
            return Texts(on_the_way)
    placed = [name for name in names if message.is_behind(_BEFORE_PLACE, name)]
    return Texts(placed or message.lower_places or (names if parameter.is_required else ()), message.quoted)


def _on_the_way(parameter: Parameter, message: Message, found: Sequence[Found]) -> list[Found]:
    """Those behind "from" or "to", where the parameter is one end of a way."""
    pattern = {"from": _FROM, "to": _TO}.get(parameter.direction)
    if pattern is None:
        return list(found)
    return [one for one in found if message.is_behind(pattern, one)]


def _languages(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    found = [Found(match[0], *match.span()) for match in _LANGUAGE.finditer(message.plain)]
    if parameter.direction == "from":
        return Texts([one for one in found if message.is_behind(_FROM, one)])
    return Texts([one for one in found if not message.is_behind(_FROM, one)])


def _currencies(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    found = []
    for match in _CURRENCY.finditer(message.plain):
        code = match["code"]
        if code and (not code.isupper() or code in _NO_CODES):
            continue
        value = code or _SIGNS.get(match["sign"] or "") or _CURRENCY_WORDS[match["word"].lower()]
        found.append(Found(value, *match.span()))
    if parameter.direction == "from":
        return Texts(found[:1])
    return Texts(found[1:] if parameter.direction == "to" else found)


def _symbols(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    codes = [one for one in message.of_pattern("code") if str(one.value).isupper() and one.value not in _NO_CODES]
    return Texts(codes, names)


def _codes(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    codes = [one for one in message.of_pattern("code") if re.search(r"\d", str(one.value))]
    numbers = [Found(message.plain[one.start : one.end], one.start, one.end) for one in message.numbers]
    capitals = [one for one in message.of_pattern("code") if str(one.value).isupper() and one.value not in _NO_CODES]
    return Texts([*message.of_pattern("uuid"), *codes], [*numbers, *capitals, *message.quoted])


def _expressions(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    found = [Found(_balanced(match[0]), *match.span()) for match in _EXPRESSION.finditer(message.plain)]
    return Texts(found, message.quoted)


def _balanced(expression: str) -> str:
    """An expression without the brackets at its ends that have no partner."""
    surplus = expression.count("(") - expression.count(")")
    return expression[surplus:] if surplus > 0 else expression[: len(expression) + surplus]


def _titles(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    titled = _captured(_TITLE, message)
    introduced = [one for one in message.quoted if _INTRODUCES.search(message.text, max(0, one.start - 60), one.start)]
    return Texts([*introduced, *titled], message.quoted[:1])


def _bodies(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    titles = {(one.start, one.end) for one in _titles(parameter, message, names).sure}
    quoted = [one for one in message.quoted if (one.start, one.end) not in titles]
    said = _captured(_SAYING, message, message.text, is_whole=True)
    behind = [one for one in _captured(_BEHIND_COLON, message, message.text, is_whole=True) if not message.literals]
    return Texts([*quoted, *said, *behind])


def _queries(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    return Texts([*message.quoted, *_captured(_SOUGHT, message, message.text)], [*_captured(_NAMED, message), *names])


def _names(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    called = [name for name in names if message.is_behind(_CALLED, name)]
    return Texts([*message.quoted, *called, *names], _captured(_NAMED, message))


def _anything(parameter: Parameter, message: Message, names: Sequence[Found]) -> Texts:
    codes = [one for one in message.of_pattern("code") if one.value not in _NO_CODES]
    possible = sorted([*message.quoted, *names], key=lambda one: one.start)
    if parameter.direction:
        possible = _on_the_way(parameter, message, possible) or possible
    return Texts((), [*message.quoted, *possible, *codes, *_captured(_NAMED, message)])


def _captured(pattern: re.Pattern[str], message: Message, text: str = "", *, is_whole: bool = False) -> list[Found]:
    """What a pattern captures, without the marks at its end unless it is a whole text; a quotation is taken by itself."""
    found = []
    for match in pattern.finditer(text or message.plain):
        start, end = match.span("text")
        said = match["text"].rstrip()
        end = start + len(said)
        if said and said[0] not in "\"“«'‘{[":
            found.append(Found(said if is_whole else re.sub(r"[\s.!?]+$", "", said), start, end))
    return found


def object_of(verb_end: int, message: Message) -> list[Found]:
    """What a verb is done to: the words behind it, up to the next word that begins another part of the sentence."""
    match = _OBJECT.match(message.plain, verb_end)
    return [Found(match["text"], *match.span("text"))] if match is not None else []


_READERS: Mapping[str, Callable[[Parameter, Message, Sequence[Found]], Texts]] = {
    "email": _emails,
    "uri": _of_form("uri"),
    "uuid": _of_form("uuid"),
    "phone": _of_form("phone"),
    "timezone": lambda parameter, message, names: Texts(message.of_pattern("timezone"), names),
    "channel": lambda parameter, message, names: Texts(
        message.of_pattern("channel"), [*message.quoted, *_captured(_NAMED, message)]
    ),
    "file": lambda parameter, message, names: Texts(message.of_pattern("file"), message.quoted),
    "date": _dates,
    "date-time": lambda parameter, message, names: Texts(message.instants),
    "time": lambda parameter, message, names: Texts(message.times),
    "place": _places,
    "language": _languages,
    "currency": _currencies,
    "symbol": _symbols,
    "code": _codes,
    "expression": _expressions,
    "title": _titles,
    "body": _bodies,
    "query": _queries,
    "name": _names,
}


def sought(message: Message) -> str:
    """What a message wants searched for; empty where it does not say so."""
    found = [*_captured(_SOUGHT, message, message.text)]
    return str(found[0].value) if found else ""
