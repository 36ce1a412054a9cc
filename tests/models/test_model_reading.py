"""Reading responses: lenient with everything that a newer or a faulty service may send."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from wire_samples import GENERATED, MODELS, model, public_names, sample

from agentkit._model import Model
from agentkit.models import (
    Agent,
    CodeInterpreterToolDefinition,
    EvaluationSchedule,
    FunctionToolDefinition,
    MessageAttachment,
    MessageContent,
    MessageRole,
    MessageTextContent,
    RunStatus,
    ThreadMessage,
    ThreadRun,
    ToolDefinition,
    VectorStoreFile,
)


def test_a_value_of_an_enum_becomes_its_member() -> None:
    run = ThreadRun.model_validate_json('{"status": "completed"}')
    assert run.status is RunStatus.COMPLETED
    assert type(run["status"]) is str
    assert ThreadMessage({"role": "assistant"}).role is MessageRole.AGENT


@pytest.mark.parametrize("status", ["of_tomorrow", "Completed", "", 5, None, True, ["completed"], {"completed": 1}])
def test_any_other_value_stays_as_it_came(status: Any) -> None:
    run = ThreadRun.model_validate_json(json.dumps({"status": status}))
    assert run.status == status
    assert type(run.status) is type(status)
    assert run["status"] == status


def test_an_unknown_kind_becomes_the_base_class_with_its_data() -> None:
    agent = Agent.model_validate_json('{"tools": [{"type": "of_tomorrow", "of_tomorrow": {"x": 1}}, {"no": "type"}]}')
    assert [type(tool) for tool in agent.tools] == [ToolDefinition, ToolDefinition]
    assert agent.tools[0].type == "of_tomorrow"
    assert agent.tools[0]["of_tomorrow"] == {"x": 1}
    assert agent.tools[1].type is None
    assert agent.tools[1] == {"no": "type"}


@pytest.mark.parametrize("kind", [5, None, ["function"], {"function": 1}, True, 1.5])
def test_a_kind_of_the_wrong_type_is_unknown(kind: Any) -> None:
    agent = Agent.model_validate_json(json.dumps({"tools": [{"type": kind}]}))
    assert type(agent.tools[0]) is ToolDefinition
    assert agent.tools[0].type == kind


@pytest.mark.parametrize("body", ["text", 5, None, [1], True])
def test_a_known_kind_with_a_wrong_body_keeps_it_raw(body: Any) -> None:
    agent = Agent.model_validate_json(json.dumps({"tools": [{"type": "function", "function": body}]}))
    assert isinstance(agent.tools[0], FunctionToolDefinition)
    assert agent.tools[0].function == body


@pytest.mark.parametrize("tools", ["text", 5, None, {"type": "function"}, True])
def test_a_list_that_is_none_stays_raw(tools: Any) -> None:
    agent = Agent.model_validate_json(json.dumps({"tools": tools}))
    assert agent.tools == agent["tools"] == tools


def test_one_odd_item_leaves_the_others_alone() -> None:
    message = ThreadMessage({"content": [5, {"type": "text", "text": {"value": "hi"}}, None, "x", {"type": "new"}]})
    kinds = [type(part) for part in message.content]
    assert kinds == [int, MessageTextContent, type(None), str, MessageContent]
    assert message.as_dict()["content"][1] == {"type": "text", "text": {"value": "hi"}}


def test_the_kinds_of_a_union_are_told_apart() -> None:
    attachment = MessageAttachment({"tools": [{"type": "code_interpreter"}, {"type": "file_search"}, {"type": "new"}]})
    kinds = [type(tool).__name__ for tool in attachment.tools]
    assert kinds == ["CodeInterpreterToolDefinition", "FileSearchToolDefinition", "dict"]
    assert isinstance(attachment.tools[0], CodeInterpreterToolDefinition)


def test_nested_values_of_a_mapping_are_read_too() -> None:
    schedule = EvaluationSchedule(
        {"evaluators": {"f1": {"id": "x"}, "odd": 5}, "trigger": {"type": "Cron", "expression": "* *"}}
    )
    assert schedule.evaluators["f1"].id == "x"
    assert schedule.evaluators["odd"] == 5
    assert schedule.trigger.expression == "* *"
    file = VectorStoreFile({"chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 800}}})
    assert file.chunking_strategy.static.max_chunk_size_tokens == 800


def test_names_that_python_or_pydantic_use_are_data_like_others() -> None:
    data = {"__class__": 1, "__dict__": {}, "model_fields": 2, "as_dict": 3, "_x": 4, "agent_id": 5, "": 6, "model_config_": 7}
    run = ThreadRun.model_validate_json(json.dumps(data))
    assert {key: run[key] for key in data} == data
    assert run.as_dict() == data | {"object": "thread.run"}
    assert type(run) is ThreadRun


@pytest.mark.parametrize("text", ["[]", "5", "null", '"text"', "true"])
def test_what_is_no_object_is_no_model(text: str) -> None:
    with pytest.raises(ValidationError):
        ThreadRun.model_validate_json(text)


# --- whatever comes -------------------------------------------------------------------------------------------------------

_TELLING = st.sampled_from(
    [
        *("text", "function", "code_interpreter", "file_search", "completed", "agent", "AOAI", "Cron", "static"),
        *(0, 1, -1, 0.25, 1_700_000_000, 1_700_000_000.5, 10**18, -(10**18), 1e300),
        *({"type": "text"}, {"type": "text", "text": "x"}, {"object": "x"}, [{"type": "function"}], "2024-05-01T12:00:00Z"),
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | _TELLING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a JSON value with every key in it."""
    if not isinstance(value, (dict, list)):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[type[Model], dict[str, Any]]:
    """A class, and a wire form of it with up to three values dropped, replaced or added at any depth."""
    name = draw(st.sampled_from(GENERATED))
    data = sample(name)
    for _ in range(draw(st.integers(1, 3))):
        found = places(data)
        if not found:
            break
        container, key = draw(st.sampled_from(found))
        change = draw(st.sampled_from(["drop", "replace", "add"]))
        if change == "drop":
            del container[key]
        elif change == "replace":
            container[key] = copy.deepcopy(draw(_JSON))
        elif isinstance(container, dict):
            container[draw(st.text(max_size=5))] = copy.deepcopy(draw(_JSON))
        else:
            container.insert(key, copy.deepcopy(draw(_JSON)))
    return model(name), data


def alike(one: Any, other: Any) -> bool:
    """Equal JSON values; numbers to the microsecond, finer than which no moment is kept."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(alike(a, b) for a, b in zip(one, other, strict=True))
    if (
        isinstance(one, bool)
        or isinstance(other, bool)
        or not isinstance(one, (int, float))
        or not isinstance(other, (int, float))
    ):
        return type(one) is type(other) and bool(one == other)
    return one == other or abs(one - other) <= 1e-6


def expected(read: Any, data: Any) -> Any:
    """The JSON value with the constants that the models made of it set over whatever it said."""
    if isinstance(read, Model):
        fields = MODELS[type(read).__name__]["fields"].items()
        read_by_wire_name = {fact.get("wire", python): getattr(read, python) for python, fact in fields}
        forced = {fact.get("wire", python): fact["constant"] for python, fact in fields if "always" in fact}
        return {key: expected(read_by_wire_name.get(key), value) for key, value in data.items()} | forced
    if isinstance(read, list):
        return [expected(item, value) for item, value in zip(read, data, strict=True)]
    return {key: expected(read[key], value) for key, value in data.items()} if isinstance(read, dict) else data


def read_all(value: Any) -> None:
    """Read every attribute and every item of what was made of a response, to every depth."""
    if isinstance(value, Model):
        for name in MODELS[type(value).__name__].get("members", ()):
            getattr(value, name)
        for name in public_names(type(value).__name__):
            read_all(getattr(value, name))
        assert dict(value) == value.as_dict() == value
        assert f"{value}" == str(value.as_dict())
        assert repr(value).startswith(type(value).__name__)
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            read_all(item)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated())
def test_no_response_can_break_a_model(case: tuple[type[Model], dict[str, Any]]) -> None:
    cls, data = case
    for read in (cls.model_validate_json(json.dumps(data)), cls(data), cls.model_validate(data)):
        assert type(read) is cls
        assert alike(read.as_dict(), expected(read, data))
        assert alike(json.loads(read.model_dump_json()), read.as_dict())
        read_all(read)
