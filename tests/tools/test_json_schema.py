"""Schemas made short: definitions put in, noise taken out, optional and united types written as the mirrored client does."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit._core.json_schema import inlined, tidy

NULL = {"type": "null"}
INTEGER = {"type": "integer"}
STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "string", "title": "X"}, STRING),
        ({"properties": {"title": {"title": "T", "type": "string"}}}, {"properties": {"title": STRING}}),
        ({"type": "array", "items": {}}, {"type": "array"}),
        ({"type": "object", "additionalProperties": True}, {"type": "object"}),
        ({"type": "object", "additionalProperties": {}}, {"type": "object"}),
        ({"type": "object", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
        ({"allOf": [{"type": "string", "title": "T"}], "description": "d"}, {"type": "string", "description": "d"}),
        ({"anyOf": [INTEGER, NULL]}, {"type": ["integer", "null"]}),
        ({"anyOf": [NULL, INTEGER], "default": None}, {"type": ["integer", "null"], "default": None}),
        ({"anyOf": [NULL, NULL]}, {"anyOf": [NULL, NULL]}),
        ({"anyOf": [{"$ref": "#/$defs/A"}, NULL]}, {"anyOf": [{"$ref": "#/$defs/A"}, NULL]}),
        ({"anyOf": [{"enum": ["a"], "type": "string"}, NULL]}, {"oneOf": [{"enum": ["a"], "type": "string"}, NULL]}),
        ({"anyOf": [INTEGER, STRING], "description": "d"}, {"oneOf": [INTEGER, STRING], "description": "d"}),
        ({"anyOf": [INTEGER, {"type": "number"}]}, {"anyOf": [INTEGER, {"type": "number"}]}),
        ({"anyOf": [STRING, {"type": "string", "format": "date"}]}, {"anyOf": [STRING, {"type": "string", "format": "date"}]}),
        ({"anyOf": [INTEGER, {}]}, {"anyOf": [INTEGER, {}]}),
        ({"prefixItems": [{"anyOf": [INTEGER, NULL]}]}, {"prefixItems": [{"type": ["integer", "null"]}]}),
        ({"oneOf": [INTEGER], "discriminator": {"propertyName": "kind"}}, {"oneOf": [INTEGER]}),
        (
            {"enum": [{"title": "kept"}], "default": {"title": "kept"}},
            {"enum": [{"title": "kept"}], "default": {"title": "kept"}},
        ),
    ],
)
def test_a_schema_is_tidied(schema: dict[str, Any], wanted: dict[str, Any]) -> None:
    before = repr(schema)
    assert tidy(schema) == wanted
    assert repr(schema) == before


def ref(name: str, **more: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}", **more}


def test_definitions_are_put_in_and_what_stands_beside_a_reference_counts() -> None:
    schemas, kept = inlined(
        {"a": ref("One", description="mine"), "b": {"type": "array", "items": ref("One")}},
        {"One": {"type": "integer", "description": "its own"}},
    )
    assert schemas == {
        "a": {"type": "integer", "description": "mine"},
        "b": {"type": "array", "items": {"type": "integer", "description": "its own"}},
    }
    assert kept == {}


def test_what_leads_back_to_itself_stays_a_definition() -> None:
    definitions: dict[str, dict[str, Any]] = {
        "Even": {"properties": {"next": ref("Odd"), "leaf": ref("Leaf")}},
        "Odd": {"properties": {"next": ref("Even")}},
        "Leaf": STRING,
        "Holder": {"properties": {"even": ref("Even")}},
    }
    schemas, kept = inlined({"x": ref("Holder")}, definitions)
    assert schemas == {"x": {"properties": {"even": ref("Even")}}}
    assert kept == {
        "Even": {"properties": {"next": ref("Odd"), "leaf": STRING}},
        "Odd": {"properties": {"next": ref("Even")}},
    }


def test_a_reference_elsewhere_is_left_alone() -> None:
    assert inlined({"x": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}, {})[0] == {
        "x": {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    }
