"""Answers in JSON: always valid, filled from the message, empty where it says nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from offline_talk import request

from agentkit.local.models.base import ToolCall, ToolResult
from agentkit.local.models.offline import OfflineModel

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": "string"}, "married": {"type": "boolean"}},
    "required": ["name", "age", "city", "married"],
    "additionalProperties": False,
}  # fmt: skip
INVOICE: dict[str, Any] = {
    "type": "object",
    "$defs": {
        "Line": {"type": "object", "properties": {"item": {"type": "string"}, "amount": {"type": "number"}}, "required": ["item", "amount"]}
    },
    "properties": {
        "customer": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "total": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "email": {"type": ["string", "null"]},
    },
    "required": ["customer", "date", "lines", "total", "email"],
}  # fmt: skip


def answer(schema: dict[str, Any], text: str) -> Any:
    form = {"type": "json_schema", "json_schema": {"name": "form", "schema": schema}}
    turn = OfflineModel().respond(request(text, response_format=form))
    assert turn.tool_calls == ()
    return json.loads(turn.text)


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        (PERSON, "Extract the data: Anna Smith is 34 years old, lives in Oslo and is not married.",
         {"name": "Anna Smith", "age": 34, "city": "Oslo", "married": False}),
        (PERSON, "name: Bo\nage: 7\ncity: Rome\nmarried: yes", {"name": "Bo", "age": 7, "city": "Rome", "married": True}),
        (PERSON, "What is the weather?", {"name": "", "age": 0, "city": "", "married": False}),
        ({"type": "object", "properties": {"people": {"type": "array", "items": PERSON}}, "required": ["people"]},
         "Anna is 34 and lives in Oslo.\nBob is 28, lives in Rome and is married.",
         {"people": [{"name": "Anna", "age": 34, "city": "Oslo", "married": False},
                     {"name": "Bob", "age": 28, "city": "Rome", "married": True}]}),
        (INVOICE, "Invoice for Contoso Ltd of 5 March 2024. Paper: 12.50, Ink: 30. Mail to billing@contoso.example",
         {"customer": "Contoso Ltd", "date": "2024-03-05", "lines": [{"item": "Paper", "amount": 12.5}, {"item": "Ink", "amount": 30}],
          "total": None, "email": "billing@contoso.example"}),
        ({"type": "object", "properties": {"mood": {"enum": ["positive", "negative"]}, "stars": {"type": "integer", "maximum": 5}},
          "required": ["mood", "stars"]}, "A negative review: 2 stars of 5", {"mood": "negative", "stars": 2}),
        ({"type": "array", "items": {"type": "string"}}, 'I like "red" and "blue"', ["red", "blue"]),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "A: 3, B: 4.5", {"A": 3, "B": 4.5}),
        ({"$ref": "#/$defs/N", "$defs": {"N": {"type": "object", "required": ["value", "next"], "properties": {
            "value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/N"}, {"type": "null"}]}}}}},
         "the value is 3", {"value": 3, "next": None}),
        ({"type": "object", "properties": {"code": {"type": "string", "pattern": "^[A-Z]{2}\\d{4}$"}}, "required": ["code"]},
         "The part AB1234 broke", {"code": "AB1234"}),
        ({"const": 5}, "anything", 5),
        ({"type": "integer", "minimum": 10}, "nothing", 10),
    ],
)  # fmt: skip
def test_a_schema_is_filled(schema: dict[str, Any], text: str, expected: Any) -> None:
    value = answer(schema, text)
    assert value == expected
    assert Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Return JSON with the keys name and age. Anna is 30.", {"name": "Anna", "age": 30}),
        ("A: 3, B: 4", {"A": 3, "B": 4}),
        ("name: Bob\ncity: Rome", {"name": "Bob", "city": "Rome"}),
        ('Say "hi" to Paris', {"text": 'Say "hi" to Paris', "names": ["Paris"], "numbers": [], "quoted": ["hi"]}),
    ],
)
def test_any_object(text: str, expected: dict[str, Any]) -> None:
    turn = OfflineModel().respond(request(text, response_format={"type": "json_object"}))
    assert json.loads(turn.text) == expected


def test_a_chart_is_not_drawn_where_json_is_asked_for_unless_it_is_forced() -> None:
    model, form = OfflineModel(), {"type": "json_object"}
    assert model.respond(request("Bar chart of A: 1, B: 2", response_format=form)).tool_calls == ()
    (call,) = model.respond(request("Bar chart of A: 1, B: 2", response_format=form, tool_choice="required")).tool_calls
    turn = model.respond(request("Bar chart of A: 1, B: 2", response_format=form, results=[ToolResult(call, "A: 1\nB: 2")]))
    assert json.loads(turn.text) == {"A": 1, "B": 2}


def test_what_a_search_found_is_read_too() -> None:
    form = {"type": "json_schema", "json_schema": {"schema": PERSON}}
    result = ToolResult(ToolCall("file_search", input="?"), "Anna Smith is 34 years old.")
    turn = OfflineModel().respond(request("Who is it?", tools=("file_search",), response_format=form, results=[result]))
    assert json.loads(turn.text)["age"] == 34


@pytest.mark.parametrize("schema", [{"$ref": "https://nowhere.example/x"}, {"type": "thing"}, {"$ref": "#/$defs/none"}, {}])
def test_a_schema_that_says_nothing_useful_still_gets_json(schema: dict[str, Any]) -> None:
    assert answer(schema, "Anna is 30") is None


leaves = st.one_of(
    st.sampled_from([{"type": "string"}, {"type": "boolean"}, {"type": "null"}, {"type": ["number", "null"]}, {"type": "string", "minLength": 3}]),
    st.builds(lambda low: {"type": "integer", "minimum": low, "maximum": low + 20}, st.integers(-50, 50)),
    st.builds(lambda values: {"enum": values}, st.lists(st.text(max_size=8), min_size=1, max_size=4)),
)  # fmt: skip
names = st.text(alphabet="abcdefghij_", min_size=1, max_size=8)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3)),
        st.builds(
            lambda fields, strict: {
                "type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": not strict,
            },
            st.dictionaries(names, inner, max_size=4),
            st.booleans(),
        ),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(schemas, st.text(max_size=80))
def test_whatever_is_asked_the_answer_is_valid(schema: dict[str, Any], text: str) -> None:
    assert Draft202012Validator(schema).is_valid(answer(schema, text))
