"""Fills JSON schemas from the facts of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from .facts import Facts, Figure, name_words, names_a_figure
from .programs.describe_csv import words
from .quantities import find_amounts
from .schemas import MOST_HOPS, resolved

__all__ = ["fill", "plain_number", "within"]

_PATTERNS = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
    "uri": re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]"),
    "uuid": re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE),
    "time": re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b"),
    "phone": re.compile(r"(?<![\w.])\+?\(?\d[\d\s()/-]{5,}\d\b"),
}
_KINDS_OF_NAMES = (
    ("email", {"email", "mail"}),
    ("uri", {"url", "uri", "link", "website", "homepage"}),
    ("phone", {"phone", "telephone", "mobile", "tel"}),
    ("date", {"date", "day", "deadline", "birthday", "when", "due"}),
    ("time", {"time"}),
)
_PLACES = {"city", "country", "place", "location", "destination", "origin", "town", "region", "venue", "state"}
_WHOLE = {"text", "message", "content", "question", "query", "input", "prompt", "original"}
_OWN_WORDS = {"summary", "description", "answer", "explanation", "reason", "reasoning", "response", "comment", "note", "notes", "output", "advice"}  # fmt: skip
_NAMES = {
    "name",
    "person",
    "customer",
    "client",
    "author",
    "company",
    "organization",
    "user",
    "sender",
    "recipient",
    "who",
    "title",
    "product",
    "item",
}
_IN_PLACE = re.compile(r"\b(?:in|at|from|to|near)\s+(?:the\s+)?$")
_OF_PLACE = re.compile(r"\b(?:for|of)\s+(?:the\s+)?$")


def plain_number(value: Decimal) -> int | float:
    """A number as JSON writes it: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def fill(schema: Mapping[str, Any] | bool, facts: Facts, name: str = "") -> Any:
    """A value for a schema.

    :param schema: A JSON schema.
    :param facts: What it is filled from.
    :param name: What the value is called where it is a property.
    :return: The value; null, empty, zero or false where the facts say nothing.
    """
    root = schema if isinstance(schema, Mapping) else {}
    return _Filler(root, facts).value(root, name, 0)[0]


class _Filler:
    """Walks a schema; every method gives a value and whether it was found in the facts."""

    def __init__(self, root: Mapping[str, Any], facts: Facts) -> None:
        self._root = root
        self._facts = facts
        self._names_used: set[str] = set()
        self._may_be_null = False

    def value(self, schema: Any, name: str, depth: int) -> tuple[Any, bool]:
        schema = self._resolved(schema)
        if depth > MOST_HOPS:
            return None, False
        if "const" in schema:
            return schema["const"], True
        if "enum" in schema:
            return self._enum(schema["enum"], name, schema)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                common = {
                    known: value for known, value in schema.items() if known not in (key, "title", "description", "default")
                }
                return self._first_found([{**common, **self._resolved(one)} for one in schema[key]], name, depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._first_found([{**schema, "type": one} for one in kind], name, depth)
        if kind is None:
            kind = (
                "object"
                if "properties" in schema
                else "array"
                if "items" in schema
                else "string"
                if "pattern" in schema
                else None
            )
        fillers: dict[Any, Callable[[Mapping[str, Any], str, int], tuple[Any, bool]]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "number": self._number,
            "integer": self._number,
            "boolean": self._boolean,
        }
        made, found = fillers[kind](schema, name, depth) if kind in fillers else (None, False)
        return (schema["default"], False) if not found and "default" in schema else (made, found)

    def _resolved(self, schema: Any) -> dict[str, Any]:
        return resolved(self._root, schema)

    def _first_found(self, schemas: Sequence[Mapping[str, Any]], name: str, depth: int) -> tuple[Any, bool]:
        """The first of several schemas that something is found for; where null is one of them, only what is surely meant."""
        null, before = any(schema.get("type") == "null" for schema in schemas), self._may_be_null
        self._may_be_null = null
        try:
            for schema in schemas:
                if schema.get("type") != "null":
                    made, found = self.value(schema, name, depth + 1)
                    if found:
                        return made, True
        finally:
            self._may_be_null = before
        return (None, False) if null else self.value(schemas[0], name, depth + 1)

    def _enum(self, values: Sequence[Any], name: str, schema: Mapping[str, Any]) -> tuple[Any, bool]:
        given = self._facts.value_of(name) if name else None
        for text in filter(None, (given, self._facts.text)):
            said = words(text)
            named = [value for value in values if isinstance(value, str) and words(value).strip() and words(value) in said]
            if named:
                return min(named, key=lambda value: (-len(value), said.index(words(value)))), True
        numbers = {plain_number(figure.value) for figure in self._facts.figures}
        for value in values:
            if not isinstance(value, (bool, str)) and value in numbers:
                return value, True
        return schema.get("default", None if None in values else values[0] if values else None), False

    def _object(self, schema: Mapping[str, Any], name: str, depth: int) -> tuple[Any, bool]:
        properties: Mapping[str, Any] = schema.get("properties") or {}
        required = set(schema.get("required") or ())
        if not properties:
            inner = self._resolved(schema.get("additionalProperties"))
            pairs = self._facts.pairs if inner.get("type") in (None, "number", "integer") else []
            entries = (
                {label: plain_number(number) for label, number in pairs}
                if schema.get("additionalProperties") is not False
                else {}
            )
            return entries, bool(entries)
        # Numbers that stand beside the name of a property are its own, so those properties come first.
        order = sorted(
            properties, key=lambda one: (not self._stands_beside(one, properties[one]), not name_words(one) & _PLACES)
        )
        made = {one: self.value(properties[one], one, depth + 1) for one in order}
        kept = {one: made[one][0] for one in properties if one in required or made[one][1]}
        return kept, any(found for _, found in made.values())

    def _stands_beside(self, name: str, schema: Any) -> bool:
        kinds = str(self._resolved(schema))
        return ("number" in kinds or "integer" in kinds) and any(
            name_words(name) & figure.near for figure in self._facts.figures
        )

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> tuple[Any, bool]:
        items = self._resolved(schema.get("items"))
        most = schema.get("maxItems", 100)
        found = self._items(items, name, depth)[:most]
        if schema.get("uniqueItems"):
            found = [item for at, item in enumerate(found) if item not in found[:at]]
        missing = max(0, min(schema.get("minItems", 0), 100) - len(found))
        return [*found, *(_Filler(self._root, Facts("")).value(items, "", depth + 1)[0] for _ in range(missing))], bool(found)

    def _items(self, items: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        kind = items.get("type")
        if items.get("enum"):
            return [value for value in items["enum"] if isinstance(value, str) and words(value) in words(self._facts.text)]
        if kind in ("number", "integer"):
            numbers = [plain_number(figure.value) for figure in self._facts.figures]
            return [number for number in numbers if kind == "number" or isinstance(number, int)]
        if kind == "string":
            given = self._facts.value_of(name) if name else None
            if given:
                start = self._facts.text.find(given)
                line = self._facts.text[start:].split("\n")[0]
                return [part.strip(" .\"'") for part in re.split(r",\s*(?:and\s+)?|;|\s+and\s+", line) if part.strip(" .\"'")]
            return self._facts.quoted or [said for _, said in self._facts.names]
        if kind == "object" or "properties" in items:
            made = [_Filler(self._root, Facts(part)).value(items, "", depth + 1) for part in self._parts()]
            return [item for item, found in made if found]
        return []

    def _parts(self) -> list[str]:
        """The stretches of the text that may each tell of one thing."""
        parts = re.split(r"\n|;|(?<=[.!?])\s+|,\s+and\s+|,\s+(?=[A-Z])", self._facts.text)
        parts = [part for part in parts if re.search(r"\d|[A-Z]", part)]
        pairs = self._facts.pairs
        return parts if len(pairs) < 2 or len(parts) == len(pairs) else [f'"{label}": {number:f}' for label, number in pairs]

    def _number(self, schema: Mapping[str, Any], name: str, depth: int) -> tuple[Any, bool]:
        given = self._facts.value_of(name) if name else None
        amount = next(find_amounts(given), None) if given else None
        figure = self._figure(name) if amount is None else None
        value = amount.quantity.value if amount is not None else figure.value if figure is not None else None
        if value is not None:
            number = plain_number(value)
            whole = isinstance(number, int) or schema.get("type") != "integer"
            if whole and within(number, schema):
                return number, True
        return _least(schema), False

    def _figure(self, name: str) -> Figure | None:
        """The number near the words of a name, or else the next one, which may be meant where there has to be one."""
        near = self._facts.figure_for(name) if name else None
        surely = not self._may_be_null or (names_a_figure(name) and len(self._facts.figures) == 1)
        return near or (self._facts.next_figure() if surely else None)

    def _boolean(self, schema: Mapping[str, Any], name: str, depth: int) -> tuple[Any, bool]:
        given = (self._facts.value_of(name) or "").lower()
        if given in ("yes", "true", "no", "false"):
            return given in ("yes", "true"), True
        said = self._facts.says(name) if name else None
        return bool(said), said is not None

    def _string(self, schema: Mapping[str, Any], name: str, depth: int) -> tuple[Any, bool]:
        found = self._text_for(schema, name)
        longest = schema.get("maxLength")
        if found and len(found) >= schema.get("minLength", 0):
            return found[:longest], True
        return "".ljust(schema.get("minLength", 0), "-"), False

    def _text_for(self, schema: Mapping[str, Any], name: str) -> str:
        facts, called = self._facts, name_words(name)
        if "pattern" in schema:
            match = re.search(re.sub(r"^\^|\$$", "", schema["pattern"]), facts.text)
            return match[0] if match is not None else ""
        form = schema.get("format") or next((kind for kind, hints in _KINDS_OF_NAMES if hints & called), "")
        if form in ("date", "date-time"):
            return facts.dates[0] + ("T00:00:00Z" if form == "date-time" else "") if facts.dates else ""
        if form in _PATTERNS:
            match = _PATTERNS[form].search(facts.text)
            return match[0] if match is not None else ""
        given = facts.value_of(name) if name else None
        if given:
            return given
        if called & _WHOLE:
            return facts.text.strip()
        if called & _OWN_WORDS:
            return ""
        placed = [said for start, said in facts.names if _IN_PLACE.search(facts.text[:start])]
        if called & _PLACES:
            return self._take(placed) or self._take([said for at, said in facts.names if _OF_PLACE.search(facts.text[:at])])
        if self._may_be_null and not called & _NAMES:
            return ""
        others = [said for _, said in facts.names if said not in placed]
        return self._take(facts.quoted) or self._take(others) or self._take(placed)

    def _take(self, names: Sequence[str]) -> str:
        """The first name that was not given yet."""
        name = next((name for name in names if name not in self._names_used), "")
        self._names_used.add(name)
        return name


def within(number: float, schema: Mapping[str, Any]) -> bool:
    """Whether a number keeps the bounds of a schema; a bound that is no number, as older dialects have them, is none."""
    bounds = {key: value for key, value in schema.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
    over = number >= bounds.get("minimum", number) and number > bounds.get("exclusiveMinimum", number - 1)
    under = number <= bounds.get("maximum", number) and number < bounds.get("exclusiveMaximum", number + 1)
    step = bounds.get("multipleOf")
    return over and under and (not step or Decimal(str(number)) % Decimal(str(step)) == 0)


def _least(schema: Mapping[str, Any]) -> int | float:
    """Zero, or the number nearest to it that the bounds allow."""
    candidates = [0, *(schema[key] for key in ("minimum", "maximum") if key in schema)]
    candidates += [schema["exclusiveMinimum"] + 1] if "exclusiveMinimum" in schema else []
    candidates += [schema["exclusiveMaximum"] - 1] if "exclusiveMaximum" in schema else []
    candidates += [schema["multipleOf"]] if "multipleOf" in schema else []
    return next((number for number in candidates if within(number, schema)), 0)
