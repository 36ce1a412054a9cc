"""Values for JSON schemas: a hypothesis strategy for each schema that function tools write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Schema = Mapping[str, Any]

SCALARS: SearchStrategy[Any] = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)

FORMATS: dict[str, SearchStrategy[str]] = {
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": st.datetimes(timezones=st.just(timezone.utc)).map(lambda moment: moment.isoformat()),
    "time": st.times().map(lambda moment: moment.isoformat()),
    "uuid": st.uuids().map(str),
    "duration": st.integers(0, 10_000).map(lambda seconds: f"PT{seconds}S"),
}


def values_of(schema: Schema, definitions: Schema | None = None) -> SearchStrategy[Any]:
    """Values that fit a schema; ``definitions`` are what it refers to."""
    shared = schema.get("$defs", definitions or {})
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return st.deferred(lambda: values_of(shared[name], shared))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return st.one_of([values_of(choice, shared) for choice in choices])
    types = schema.get("type")
    if types is None:
        return SCALARS
    if isinstance(types, list):
        return st.one_of([values_of({**schema, "type": one}, shared) for one in types])
    make = _MAKERS[types]
    return make(schema, shared)


def _array(schema: Schema, shared: Schema) -> SearchStrategy[Any]:
    if "prefixItems" in schema:
        return st.tuples(*(values_of(item, shared) for item in schema["prefixItems"])).map(list)
    items = values_of(schema["items"], shared) if "items" in schema else SCALARS
    return st.lists(items, max_size=3, unique_by=repr if schema.get("uniqueItems") else None)


def _object(schema: Schema, shared: Schema) -> SearchStrategy[Any]:
    properties = {name: values_of(inner, shared) for name, inner in schema.get("properties", {}).items()}
    required = {name: properties[name] for name in schema.get("required", ())}
    optional = {name: inner for name, inner in properties.items() if name not in required}
    known = st.fixed_dictionaries(required, optional=optional)
    if "properties" in schema and "additionalProperties" not in schema:
        return known
    more = schema.get("additionalProperties")
    names = st.text("abc", min_size=1, max_size=3).map(lambda name: f"more_{name}")
    rest = st.dictionaries(names, values_of(more, shared) if more else SCALARS, max_size=2)
    return st.builds(lambda one, other: {**other, **one}, known, rest)


def _integer(schema: Schema, shared: Schema) -> SearchStrategy[Any]:
    return st.integers(schema.get("minimum", -(2**53)), schema.get("maximum", 2**53))


def _number(schema: Schema, shared: Schema) -> SearchStrategy[Any]:
    return st.floats(-1e15, 1e15) | st.integers(-1000, 1000)


def _string(schema: Schema, shared: Schema) -> SearchStrategy[Any]:
    if "format" in schema:
        return FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.decimals(-1000, 1000, places=3).map(str)
    return st.text(min_size=schema.get("minLength", 0), max_size=8)


_MAKERS: dict[str, Callable[[Schema, Schema], SearchStrategy[Any]]] = {
    "array": _array,
    "boolean": lambda schema, shared: st.booleans(),
    "integer": _integer,
    "null": lambda schema, shared: st.none(),
    "number": _number,
    "object": _object,
    "string": _string,
}
