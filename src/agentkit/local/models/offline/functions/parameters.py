"""The parameters of a tool as single places to fill: what each is called, what it takes, and what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..schemas import MOST_HOPS, fields_of, resolved
from .lexicon import split_name, stem

__all__ = ["Parameter", "parameters_of"]

_ROLES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (role, frozenset(names.split()))
    for role, names in (
        ("email", "email mail recipient recipients cc bcc sender addressee"),
        ("uri", "url uri link website homepage"),
        ("phone", "phone telephone mobile tel"),
        ("file", "file filename path filepath"),
        ("timezone", "timezone tz"),
        ("channel", "channel hashtag"),
        ("date-time", "datetime timestamp instant"),
        ("date", "date day deadline birthday due"),
        ("expression", "expression formula equation"),
        ("language", "language lang locale"),
        ("currency", "currency currencies"),
        ("symbol", "symbol ticker"),
        ("code", "id ids uid code key sku isbn reference ref"),
        ("place", "city cities country location locations place places town region destination origin address area venue where airport"),
        ("time", "time hour"),
        ("title", "title subject heading"),
        ("query", "query q question search term terms keyword keywords prompt topic"),
        ("body", "body text message content contents note notes comment description details sentence phrase summary reason"),
        ("name", "name names person user username customer author employee contact assignee owner company player artist "
                 "product item room device song track movie book food dish category"),
    )
)  # fmt: skip
_DIRECTIONS = {
    **dict.fromkeys(("origin", "source", "from", "departure", "base", "sender"), "from"),
    **dict.fromkeys(("destination", "target", "to", "arrival", "quote"), "to"),
}
_DESCRIBED = (
    ("email", r"e-?mail address"),
    ("place", r"\b(?:city|cities|town|country|location|place)\b"),
    ("symbol", r"\bticker\b|\bsymbol\b"),
    ("currency", r"\bcurrency\b"),
    ("language", r"\blanguage\b"),
    ("date", r"\bdate\b"),
    ("query", r"\bsearch|\bquery\b"),
    ("expression", r"\bmathematical expression|\bexpression\b"),
)


@dataclass(frozen=True)
class Parameter:
    """One place to fill.

    :param path: The names that lead to it, from the outermost on.
    :param schema: What it takes, references followed and null left out.
    :param is_required: Whether a call must have it.
    :param is_nullable: Whether it may be null.
    :param alternatives: Where it takes one of several kinds: the schema of each.
    """

    path: tuple[str, ...]
    schema: Mapping[str, Any]
    is_required: bool
    is_nullable: bool = False
    alternatives: tuple[Mapping[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]

    @property
    def label(self) -> str:
        """Its name with those that lead to it: ``address.city``."""
        return ".".join(self.path)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its name."""
        return split_name(self.name)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words of its name."""
        return frozenset(map(stem, self.words))

    @property
    def kind(self) -> str:
        """``string``, ``number``, ``integer``, ``boolean``, ``array``, ``object``, ``enum``, ``any``."""
        if "enum" in self.schema or "const" in self.schema:
            return "enum"
        kind = self.schema.get("type")
        if isinstance(kind, str):
            return kind
        return "object" if "properties" in self.schema else "array" if "items" in self.schema else "any"

    @cached_property
    def direction(self) -> str:
        """``from`` or ``to`` where it is one end of a way; else empty."""
        return next((_DIRECTIONS[word] for word in self.words if word in _DIRECTIONS), "")

    @cached_property
    def role(self) -> str:
        """What it is for, by its format, its name or its description; empty where none of them tells."""
        form = self.schema.get("format")
        if form in ("email", "uri", "uuid", "date", "date-time", "time"):
            return str(form)
        words = {*self.words, "".join(self.words)}
        by_name = next((role for role, names in _ROLES if names & words), "")
        if by_name or words == {"to"}:
            return by_name
        description = str(self.schema.get("description") or "")
        return next((role for role, pattern in _DESCRIBED if re.search(pattern, description, re.IGNORECASE)), "")

    def reading(self, schema: Mapping[str, Any]) -> Parameter:
        """The same place, taking one of its alternatives."""
        return Parameter(self.path, {**schema, "description": self.schema.get("description", "")}, self.is_required)


def parameters_of(schema: Mapping[str, Any], text: str) -> list[Parameter]:
    """Every place to fill of a call's arguments; nested objects are taken apart.

    :param schema: The JSON schema of the arguments.
    :param text: The message, which decides between objects of several forms.
    """
    return list(_Walk(schema, text.lower()).properties(resolved(schema, schema), (), True, 0))


class _Walk:
    def __init__(self, root: Mapping[str, Any], text: str) -> None:
        self._root = root
        self._text = text

    def properties(
        self, schema: Mapping[str, Any], path: tuple[str, ...], is_required: bool, depth: int
    ) -> Iterator[Parameter]:
        properties, required = fields_of(schema)
        for name, inner in properties.items():
            yield from self._places(resolved(self._root, inner), (*path, name), is_required and name in required, depth + 1)

    def _places(self, schema: Mapping[str, Any], path: tuple[str, ...], is_required: bool, depth: int) -> Iterator[Parameter]:
        options, is_nullable = self._options(schema)
        objects = [option for option in options if fields_of(option)[0]]
        if objects and depth < MOST_HOPS:
            form = max(objects, key=self._told)
            # Where the object may be left out or null, its own required fields are only those of a call that has it.
            yield from self.properties(form, path, is_required and not is_nullable, depth)
        elif len(options) == 1:
            yield Parameter(path, options[0], is_required, is_nullable)
        else:
            yield Parameter(path, schema, is_required, is_nullable, tuple(options))

    def _options(self, schema: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """The kinds of value that a schema takes, without null, and whether it takes null."""
        options = [dict(schema)]
        for keyword in ("anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list) and schema[keyword]:
                common = {key: value for key, value in schema.items() if key not in (keyword, "title")}
                inner = [self._options(resolved(self._root, one)) for one in schema[keyword]]
                options = [{**common, **one} for many, _ in inner for one in many]
                is_nullable = any(nullable for _, nullable in inner)
                return options or [common], is_nullable
        kinds = schema.get("type")
        if isinstance(kinds, Sequence) and not isinstance(kinds, str):
            options = [{**schema, "type": kind} for kind in kinds if kind != "null"]
            return options or [dict(schema)], "null" in kinds
        if kinds == "null":
            return [], True
        values = schema.get("enum")
        if isinstance(values, list) and None in values and len(values) > 1:
            return [{**schema, "enum": [value for value in values if value is not None]}], True
        return options, False

    def _told(self, form: Mapping[str, Any]) -> int:
        """How many of a form's fields, and of the values that they must have, the message names."""
        score = 0
        for name, inner in fields_of(form)[0].items():
            field = resolved(self._root, inner)
            fixed = [field["const"]] if "const" in field else field.get("enum") or ()
            said = [" ".join(split_name(name)), *(str(value).lower() for value in fixed)]
            score += sum(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._text) is not None for word in said if word)
        return score
