"""JSON schemas as pydantic writes them, brought into the form that is sent: short, and as the mirrored client writes plain types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["inlined", "tidy"]

_DEFINITIONS = "#/$defs/"

# Where schemas stand inside a schema: in a mapping by name, in a list, or alone.
_MAPPINGS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SINGLE = frozenset({"items", "additionalProperties", "not", "contains", "propertyNames", "unevaluatedProperties"})

# Titles repeat the names; a discriminator is a word of OpenAPI, and its mapping would point at definitions that are inlined.
_NOISE = frozenset({"title", "discriminator"})

Schema = dict[str, Any]


def inlined(schemas: Mapping[str, Schema], definitions: Mapping[str, Schema]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """Put definitions in the place of references to them, since not every reader of a schema follows references.

    A definition stays one when it refers to itself, or when it refers to others and is used more than once: inlining it could
    make the schema grow without bound.

    :param schemas: the schemas of the parameters, by name.
    :param definitions: what they refer to as ``#/$defs/NAME``.
    :return: the schemas, and the definitions that are still referred to.
    """
    uses = {name: list(_references(schema)) for name, schema in definitions.items()}
    counted = Counter(name for schema in schemas.values() for name in _references(schema))
    counted.update(name for names in uses.values() for name in names)
    kept = {name for name in definitions if name in _reachable(name, uses) or (uses[name] and counted[name] > 1)}

    def put_in(schema: Schema) -> Schema:
        schema = _map(schema, put_in)
        name = _referred(schema)
        if name is None or name in kept:
            return schema
        return put_in(definitions[name]) | {key: value for key, value in schema.items() if key != "$ref"}

    results = {name: put_in(schema) for name, schema in schemas.items()}
    return results, {name: put_in(definitions[name]) for name in sorted(kept)}


def tidy(schema: Schema) -> Schema:
    """The schema without noise, with the null of an optional type among its types.

    ``anyOf`` becomes ``oneOf`` where the choices exclude each other by their types, which is how the mirrored client writes a union.
    It stays where they overlap: 3 is an integer and a number, and would fit no ``oneOf`` of the two.
    """
    schema = _map({key: value for key, value in schema.items() if key not in _NOISE}, tidy)
    if schema.get("items") == {}:
        del schema["items"]
    if schema.get("additionalProperties") in (True, {}):
        del schema["additionalProperties"]
    if len(schema.get("allOf", ())) == 1:
        (only,) = schema.pop("allOf")
        schema = only | schema
    choices = schema.get("anyOf")
    if choices is None:
        return schema
    others = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(choices) == 2 and {"type": "null"} in choices:
        (choice,) = [choice for choice in choices if choice != {"type": "null"}] or [{}]
        if isinstance(choice.get("type"), str) and not choice.keys() & {"enum", "const"}:
            return {**choice, "type": [choice["type"], "null"], **others}
    return {"oneOf": choices, **others} if _exclude_each_other(choices) else schema


def _exclude_each_other(choices: list[Schema]) -> bool:
    types = [choice.get("type") for choice in choices]
    names = {name for name in types if isinstance(name, str)}
    return len(names) == len(types) and not {"integer", "number"} <= names


def _map(schema: Schema, change: Any) -> Schema:
    """The schema with every schema that stands directly inside it changed."""
    changed: Schema = {}
    for key, value in schema.items():
        if key in _MAPPINGS and isinstance(value, dict):
            changed[key] = {name: change(inner) if isinstance(inner, dict) else inner for name, inner in value.items()}
        elif key in _LISTS and isinstance(value, list):
            changed[key] = [change(inner) if isinstance(inner, dict) else inner for inner in value]
        elif key in _SINGLE and isinstance(value, dict):
            changed[key] = change(value)
        else:
            changed[key] = value
    return changed


def _referred(schema: Schema) -> str | None:
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith(_DEFINITIONS):
        return None
    return reference.removeprefix(_DEFINITIONS)


def _references(schema: Schema) -> Iterator[str]:
    """The names of the definitions that a schema refers to, at any depth, each as often as it does."""
    found: list[str] = []

    def look(inner: Schema) -> Schema:
        name = _referred(inner)
        if name is not None:
            found.append(name)
        _map(inner, look)
        return inner

    look(schema)
    return iter(found)


def _reachable(start: str, uses: Mapping[str, list[str]]) -> set[str]:
    """The definitions that one leads to; itself among them only when it leads back."""
    reached: set[str] = set()
    waiting = list(uses[start])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(uses[name])
    return reached
