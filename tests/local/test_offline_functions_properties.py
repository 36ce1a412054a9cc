"""Whatever is offered and said: the offline model calls what is offered, with valid arguments, and always comes to an end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from function_talk import API, USUAL, Conversation, agent, calls_for, function
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agentkit.local.models.offline.functions.message import Message

TEXTS = st.lists(
    st.sampled_from(
        [
            "weather", "in Oslo", "and Rome", "send an email", "to ann@contoso.example", "saying 'hello'", "then", "the time", "add",
            "3", "4.5", "-7", "user 3", "toggle the flag", "true", "{\"a\": 1}", "[1, 2]", "\"quoted\"", "celsius", "convert", "it",
            "2025-03-05", "at 3pm", ",", ".", "?", "\n", ":", "name: Bob", "don't", "run the probe", "run_probe(1)", "level", "=", "high",
            "get_user_info", "{", "]", "'", "the result", "what about", "forecast", "https://contoso.example", "the museum desk",
        ]
    ),
    max_size=14,
).map(" ".join)  # fmt: skip
LEAVES = st.one_of(
    st.sampled_from(
        [
            {"type": "string"}, {"type": "boolean"}, {"type": ["number", "null"]}, {"type": "string", "minLength": 3}, {}, {"const": 1},
            {"type": "string", "format": "date"}, {"type": "string", "pattern": "^[a-z]+$"}, {"$ref": "#/$defs/N"}, {"type": "object"},
            {"type": "array"}, {"type": "null"}, {"type": "string", "enum": ["low", "high"]}, {"type": "string", "maxLength": 2},
        ]
    ),
    st.builds(lambda low: {"type": "integer", "minimum": low, "maximum": low + 5}, st.integers(-9, 9)),
)  # fmt: skip
NAMES = st.sampled_from(
    ["level", "name", "city", "a", "b", "text", "user_id", "to", "date", "count", "isOn", "x1", "items", "query"]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(
            lambda fields, all_of_them: {"type": "object", "properties": fields, "required": sorted(fields) if all_of_them else []},
            st.dictionaries(NAMES, inner, max_size=3),
            st.booleans(),
        ),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, SCHEMAS, max_size=4), st.booleans(), TEXTS)
@example(fields={"level": {"type": "array", "items": {"type": ["number", "null"]}}}, must=False, text="[1, 2]")
def test_what_is_called_is_offered_and_valid(fields: dict[str, Any], must: bool, text: str) -> None:
    probe = function("run_probe", "Runs a probe on a level.", None if must else [], **fields)
    schema = probe["function"]["parameters"]
    schema["$defs"] = {"N": {"type": "integer"}}
    for name, arguments in calls_for(f"run the probe {text}", probe):
        assert name == "run_probe"
        Draft202012Validator(schema).validate(arguments)


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.booleans(), st.sampled_from(["auto", None, "none"]))
def test_every_conversation_comes_to_an_answer(texts: list[str], parallel: bool, choice: Any) -> None:
    tools = (*USUAL, agent("museum_desk", "Knows the museum."), API, {"type": "bing_grounding"})
    talk = Conversation(tools, {}, {"parallel_tool_calls": parallel, "tool_choice": choice})
    for text in texts:
        assert talk.say(text)
        assert parallel or all(len(turn) == 1 for turn in talk.turns)
        assert choice != "none" or not talk.turns
        for turn in talk.turns:
            assert all(isinstance(json.loads(call.arguments), dict) for call in turn)


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=120)))
def test_what_is_found_stands_where_it_is_said_to_stand(text: str) -> None:
    message = Message(text)
    assert len(message.plain) == len(text)
    lists = (
        message.literals,
        message.quoted,
        message.emails,
        message.dates,
        message.times,
        message.numbers,
        message.names,
        message.lower_places,
    )
    for found in lists:
        assert all(0 <= one.start < one.end <= len(text) for one in found)
        assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(one.value in text[one.start : one.end] for one in (*message.quoted, *message.emails, *message.lower_places))


@pytest.mark.parametrize(
    "parameters",
    [
        None, [], "x", {"properties": []}, {"properties": {"a": 3}}, {"type": "object", "properties": {"a": {"$ref": "#/no/where"}}, "required": ["a"]},
        {"properties": {"a": {"enum": 3}}, "required": "a"}, {"properties": {"a": {"anyOf": "x"}}}, {"properties": {"a": {"type": []}}},
        {"properties": {"a": {"pattern": "("}}, "required": ["a"]}, {"$ref": "#"}, {"properties": {"a": {"allOf": 3}}},
        {"properties": {"a": {"type": "array", "items": 3}}, "required": ["a"]}, {"properties": {"a": {"minLength": "x"}}},
        {"properties": {"a": {"type": "integer", "minimum": "x"}}, "required": ["a"]}, {"type": "object", "properties": {"": {"type": "string"}}, "required": [""]},
    ],
)  # fmt: skip
def test_a_schema_that_is_none_breaks_nothing(parameters: Any) -> None:
    probe = {"type": "function", "function": {"name": "run_probe", "parameters": parameters}}
    talk = Conversation((probe,), {})
    assert talk.say("Run the probe on a: 3, with [1] for 'Bob'")
    assert talk.say("a")


@pytest.mark.parametrize(
    "text",
    [
        "[{" * 5_000, "'a' " * 3_000, "Weather in " + "Oslo, " * 2_000, "1, " * 3_000, "in oslo and " * 1_000, "sum " + "3 + " * 3_000,
        "read the file " + "a/" * 5_000, "calculate " + "3*(" * 4_000, "weather time sum email send user " * 300, "[1]," * 3_000,
    ],
)  # fmt: skip
def test_a_long_message_makes_no_more_calls_than_a_run_can_take(text: str) -> None:
    tools = (*USUAL, function("read_file", "", path="string"), function("calculate", "", expression="string"))
    assert len(calls_for(text, *tools)) <= 50 * len(tools)
