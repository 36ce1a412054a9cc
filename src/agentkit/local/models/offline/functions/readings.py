"""Finds what a parameter may mean in a message, for every kind of parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..facts import SYNONYMS, Facts
from ..filling import fill, plain_number, within
from .lexicon import UNIT_NAMES, stem
from .message import Found, Message
from .parameters import Parameter
from .strings import Texts, texts_for

__all__ = ["is_shared", "named_values", "number_distances", "readings_of"]

_SHORT_WORDS = frozenset(
    [
        "am", "an", "as", "at", "be", "by", "do", "go", "he", "hi", "if", "in", "is", "it", "me", "my", "no", "of", "oh", "ok", "on",
        "or", "so", "to", "up", "us", "we",
    ]
)  # fmt: skip
_LINK = r"[\"'`]?\s*(?P<mark>[:=]|\b(?:is|are|was|of|to|as|named|called|number|no\.)(?!\w))?\s*#?\s*"
_NEXT_NAME = re.compile(r"(?:[,;]|\s+and)\s+[\"'`]?[^\W\d][\w ]{0,30}[\"'`]?\s*[:=]|\s+[^\W\d]\w*=")
_SHARED_ROLES = frozenset(
    {"email", "uri", "uuid", "phone", "file", "date", "date-time", "time", "place", "language", "currency", "title", "body"}
)
_TYPED_ROLES = frozenset(
    {"email", "uri", "uuid", "phone", "file", "date", "date-time", "time", "place", "language", "currency"}
)
_FORMED_ROLES = frozenset({"email", "uri", "uuid", "date", "date-time", "time"})
_MERE = frozenset(
    map(
        stem,
        ("is", "has", "are", "include", "with", "use", "enable", "enabled", "flag", "should", "set", "get", "the", "all", "do"),
    )
)
_NEGATED = re.compile(r"\b(?:not|no|never|without|don['’]?t|isn['’]?t|non)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)
_ITEM_BREAK = re.compile(r",\s*(?:and\s+|or\s+)?|;\s*|\s+and\s+|\s+or\s+|\n+(?:\s*[-*•]\s*)?")
_BEFORE_AN_ID = frozenset({"id", "ids", "number", "no", "with", "and", "or", "is"})
_NEAR_BEFORE, _NEAR_AFTER = 3, 3
_PHYSICAL = {"celsius": ("c", "degree"), "fahrenheit": ("f", "degree"), "kelvin": ("k",), "temperature": ("c", "f", "degree")}


def is_shared(parameter: Parameter) -> bool:
    """Whether several tools may be given the same value for it, as "the weather and time in Oslo" gives one place for two."""
    return parameter.kind == "enum" or (parameter.kind in ("string", "array", "any") and parameter.role in _SHARED_ROLES)


def named_values(parameter: Parameter, message: Message, others: Sequence[Parameter] = ()) -> list[Found]:
    """What the message gives under the parameter's own name: ``city: Oslo``, ``user id 3``, ``subject "Hello"``.

    :param others: The other parameters of the tool, whose names end a value.
    """
    if parameter.alternatives:
        return [one for schema in parameter.alternatives for one in named_values(parameter.reading(schema), message, others)]
    found = []
    for match in _name_pattern(parameter).finditer(message.text):
        value = _value_behind(parameter, message, match, others)
        if value is not None:
            found.append(value)
    return found


def readings_of(parameter: Parameter, message: Message, used: Sequence[tuple[int, int]]) -> Texts:
    """What surely is meant by a parameter, and what may be where there has to be something.

    :param used: The stretches of the message that name tools.
    """
    if parameter.alternatives:
        read = [readings_of(parameter.reading(schema), message, used) for schema in parameter.alternatives]
        return Texts([one for texts in read for one in texts.sure], [one for texts in read for one in texts.possible])
    reader = _READERS.get(parameter.kind)
    if reader is not None:
        return reader(parameter, message)
    texts = texts_for(parameter, message, used)
    texts = Texts(_fitting(texts.sure, parameter), _fitting(texts.possible, parameter))
    if parameter.is_required or parameter.role in _TYPED_ROLES:
        return texts
    return Texts((), texts.sure)


def number_distances(parameter: Parameter, message: Message) -> Iterator[tuple[int, Found]]:
    """The numbers that stand near the words of a parameter, with how far away they are."""
    wanted = set(parameter.stems)
    for word in parameter.words:
        wanted |= {stem(one) for one in SYNONYMS.get(word, "").split()} | {*_PHYSICAL.get(word, ())}
    wanted = {word for word in wanted if len(word) > 1 or word in ("c", "f", "k")} - {"number", "numb"}
    for number in _numbers(parameter, message):
        before = re.findall(r"[^\W\d_]+", message.plain[max(0, number.start - 60) : number.start])[::-1][:_NEAR_BEFORE]
        after = re.findall(r"[^\W\d_]+|\d+", message.plain[number.end : number.end + 40])[:_NEAR_AFTER]
        steps = [at for at, word in enumerate(before) if stem(word) in wanted]
        if parameter.role == "code":
            steps = [at for at in steps if at == 0 or {*before[:at]} <= _BEFORE_AN_ID]
        else:
            steps += [at for at, word in enumerate(after) if stem(word) in wanted]
        if steps:
            yield min(steps), number


def _numbers(parameter: Parameter, message: Message) -> list[Found]:
    found = []
    for one in message.numbers or message.number_words:
        value = plain_number(one.value) if not isinstance(one.value, int) else one.value
        if (isinstance(value, int) or parameter.kind != "integer") and within(value, parameter.schema):
            found.append(Found(value, one.start, one.end))
    return found


def _number_readings(parameter: Parameter, message: Message) -> Texts:
    near = [number for _, number in sorted(number_distances(parameter, message), key=lambda pair: pair[0])]
    # An id stands beside what it is the id of; any other number may be meant where nothing is said of it.
    return Texts(near, () if parameter.role == "code" else _numbers(parameter, message))


def _boolean_readings(parameter: Parameter, message: Message) -> Texts:
    if parameter.is_required and message.truths:
        return Texts(message.truths)
    telling = [word for word in parameter.words if stem(word) not in _MERE and len(word) > 2]
    for word in telling:
        match = re.search(rf"\b{re.escape(stem(word))}\w{{0,3}}\b", message.plain, re.IGNORECASE)
        if match is not None:
            said = Found(not message.is_behind(_NEGATED, Found(None, *match.span())), *match.span())
            return Texts((), [said]) if parameter.is_required else Texts([said])
    return Texts()


def _enum_readings(parameter: Parameter, message: Message) -> Texts:
    if "const" in parameter.schema:
        return Texts([Found(parameter.schema["const"], 0, 0)])
    found = []
    for value in parameter.schema.get("enum") or ():
        for pattern in _ways_to_say(value, parameter):
            found += [Found(value, *match.span()) for match in pattern.finditer(message.text)]
    longest_first = sorted(found, key=lambda one: one.start - one.end)
    kept: list[Found] = []
    for one in longest_first:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return Texts(sorted(kept, key=lambda one: one.start))


def _ways_to_say(value: Any, parameter: Parameter) -> Iterator[re.Pattern[str]]:
    if isinstance(value, bool) or value is None:
        return
    if not isinstance(value, str):
        yield re.compile(rf"(?<![\w.]){re.escape(str(value))}(?![\w]|\.\d)")
        return
    for name in UNIT_NAMES.get(value.lower(), ()):
        yield re.compile(rf"(?<!\w){name}(?!\w)|°\s?{name[0]}(?!\w)", re.IGNORECASE)
    if len(value) > 2:
        spelled = r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", value.strip("_- ")))) or re.escape(value)
        yield re.compile(rf"(?<!\w){spelled}(?!\w)", re.IGNORECASE)
    elif value.isupper() or (len(value) == 2 and value not in _SHORT_WORDS):
        yield re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")


def _array_readings(parameter: Parameter, message: Message) -> Texts:
    items = parameter.schema.get("items") or {}
    lists = [one for one in message.literals if isinstance(one.value, list) and _holds(one.value, items)]
    if lists:
        return Texts(lists)
    one_item = Parameter((*parameter.path[:-1], _singular(parameter.name)), items if isinstance(items, Mapping) else {}, True)
    if one_item.kind == "object":
        objects = [one for one in message.literals if isinstance(one.value, dict)]
        made = [one.value for one in objects] or fill({**parameter.schema, "minItems": 0}, Facts(message.text))
        span = (objects[0].start, objects[-1].end) if objects else (0, len(message.text))
        return Texts([Found(made, *span)] if made else [])
    if one_item.kind in ("number", "integer"):
        read = _numbers(one_item, message)
    elif one_item.kind == "enum":
        read = list(_enum_readings(one_item, message).sure)
    elif message.quoted and one_item.role not in ("email", "place", "uri"):
        read = message.quoted
    else:
        read = _listed(message)
        if not read or one_item.role in _TYPED_ROLES:
            texts = texts_for(one_item, message, ())
            read = list(texts.sure or (texts.possible if one_item.role == "name" else ()))
    if not read:
        return Texts()
    value = list(dict.fromkeys(one.value for one in read))[: parameter.schema.get("maxItems", 1000)]
    return Texts([Found(value, read[0].start, read[-1].end)] if len(value) >= parameter.schema.get("minItems", 0) else [])


def _listed(message: Message) -> list[Found]:
    """The items behind a colon: "Sort these words: pear, apple and fig"."""
    match = re.search(r":\s*(?P<list>[^\n.?!]+(?:\n\s*[-*•][^\n]+)*|(?:\n\s*[-*•]\s*[^\n]+)+)", message.text)
    if match is None:
        return []
    items = [item.strip(" \"'-*•.") for item in _ITEM_BREAK.split(match["list"])]
    return [Found(item, match.start("list"), match.end("list")) for item in items if item]


def _object_readings(parameter: Parameter, message: Message) -> Texts:
    literals = [one for one in message.literals if isinstance(one.value, dict)]
    if literals:
        return Texts(literals)
    made = fill(parameter.schema, Facts(message.text)) if parameter.is_required else None
    return Texts((), [Found(made, 0, len(message.text))] if made else [])


def _any_readings(parameter: Parameter, message: Message) -> Texts:
    texts = texts_for(parameter, message, ())
    return Texts(texts.sure, [*message.literals, *texts.possible, *_numbers(parameter, message)])


_READERS: Mapping[str, Callable[[Parameter, Message], Texts]] = {
    "number": _number_readings,
    "integer": _number_readings,
    "boolean": _boolean_readings,
    "enum": _enum_readings,
    "array": _array_readings,
    "object": _object_readings,
    "any": _any_readings,
}


def _fitting(found: Sequence[Found], parameter: Parameter) -> list[Found]:
    """The texts that are neither too short nor too long."""
    least, most = parameter.schema.get("minLength", 0), parameter.schema.get("maxLength", 10**9)
    return [one for one in found if least <= len(str(one.value)) <= most]


def _holds(values: Sequence[Any], items: Any) -> bool:
    """Whether a list has items of the kind that is wanted."""
    kind = items.get("type") if isinstance(items, Mapping) else None
    kinds = kind if isinstance(kind, list) else [kind]
    types: Mapping[Any, tuple[type, ...]] = {
        "string": (str,), "number": (int, float), "integer": (int,), "object": (dict,), "array": (list,), "boolean": (bool,),
        "null": (type(None),),
    }  # fmt: skip
    if not all(one in types for one in kinds):
        return True
    wanted = tuple(python for one in kinds for python in types[one])
    return all(isinstance(value, wanted) for value in values)


def _singular(name: str) -> str:
    return re.sub(r"(?:(?<=i)es|s)$", "", name) if not name.endswith("ss") else name


def _name_pattern(parameter: Parameter) -> re.Pattern[str]:
    """Where a message names a parameter, and what links the name to its value."""
    spelled = r"[\s_-]*".join(map(re.escape, parameter.words)) or re.escape(parameter.name)
    if re.search(r"\d$", parameter.name):
        spelled += r"[\s_-]*" + re.escape(re.sub(r"^.*?(\d+)$", r"\1", parameter.name))
    return re.compile(rf"(?<![\w'’]){spelled}{_LINK}", re.IGNORECASE)


def _value_behind(parameter: Parameter, message: Message, match: re.Match[str], others: Sequence[Parameter]) -> Found | None:
    at, is_marked = match.end(), (match["mark"] or "") in (":", "=") and bool(match["mark"])
    if parameter.kind in ("number", "integer", "boolean", "array", "object"):
        sources = {
            "boolean": message.truths, "array": message.literals, "object": message.literals,
        }.get(parameter.kind) or _numbers(parameter, message)  # fmt: skip
        is_telling = is_marked or len(parameter.name) > 1 or bool(match["mark"])
        near = next((one for one in sources if at <= one.start <= at + 1), None)
        return (
            near
            if is_telling and (near is None or parameter.kind not in ("array", "object") or _is_kind(near.value, parameter))
            else None
        )
    quoted = next((one for one in message.quoted if at - 1 <= one.start <= at), None)
    if quoted is not None:
        return quoted if parameter.kind != "enum" or quoted.value in parameter.schema["enum"] else None
    if parameter.kind == "enum":
        return _enum_behind(parameter, message.text[at:], at)
    if parameter.role in _FORMED_ROLES:
        formed = next((one for one in texts_for(parameter, message, ()).sure if at - 1 <= one.start <= at + 1), None)
        if formed is not None or "format" in parameter.schema:
            return formed
    if is_marked:
        return _marked_text(parameter, message.text, at)
    token = re.compile(r"(?=[^\s,;]*[\dA-Z])[\w@./+-]*\w").match(message.text, at)
    is_name = len(parameter.words) > 1 or parameter.role == "code" or bool(match["mark"] and parameter.role != "place")
    if token is None or not is_name or parameter.role in ("body", "date", "time", "date-time"):
        return None
    name = next((one for one in message.names if one.start == at), None)
    return name or Found(token[0], *token.span())


def _is_kind(value: Any, parameter: Parameter) -> bool:
    return isinstance(value, dict if parameter.kind == "object" else list)


def _enum_behind(parameter: Parameter, rest: str, at: int) -> Found | None:
    values = [value for value in parameter.schema.get("enum") or () if isinstance(value, str)]
    for value in sorted(values, key=len, reverse=True):
        if re.match(rf"{re.escape(value)}(?!\w)", rest, re.IGNORECASE):
            return Found(value, at, at + len(value))
    return None


def _marked_text(parameter: Parameter, text: str, at: int) -> Found | None:
    """The text behind "name:": a body to the end of its line, anything else to the next comma, or to the next name."""
    line = text[at:].split("\n")[0]
    following = _NEXT_NAME.search(line)
    said = line[: following.start()] if following else line
    if parameter.role not in ("body", "query", "title"):
        said = re.split(r"[,;]|[.!?](?:\s|$)", said)[0]
    said = said.strip().strip("\"'`“”")
    return Found(said, at, at + len(said)) if said else None
