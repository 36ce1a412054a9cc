"""Holds the request builders against the facts in ``tests/facts``: what each call sends, and what it refuses."""

from __future__ import annotations

import inspect
import io
import json
import re
from typing import Any

import pytest

from agentkit._files import open_upload
from agentkit._generated import requests
from agentkit._request import Request
from agentkit._wire import to_wire
from agentkit.models import (
    CodeInterpreterTool,
    FunctionDefinition,
    FunctionToolDefinition,
    MessageRole,
    RunAdditionalFieldList,
    ThreadMessageOptions,
)
from facts import CALLS

BUILT = sorted(name for name, fact in CALLS.items() if "multipart" not in fact)
FALSE_VALUES: list[Any] = [False, 0, 0.0, "", [], {}]


def build(name: str, /, **arguments: Any) -> Request[Any]:
    request: Request[Any] = getattr(requests, name)(**arguments)
    return request


def some_ids(name: str) -> dict[str, str]:
    return {python: f"{python}/1".replace("/", "_") for python in CALLS[name]["ids"].values()}


def body_keywords(name: str) -> dict[str, str]:
    """The keywords of a call's body: Python names to wire names."""
    return {fact.get("python", wire): wire for wire, fact in CALLS[name].get("body", {}).items() if "fixed" not in fact}


def fixed_values(name: str) -> dict[str, Any]:
    return {wire: fact["fixed"] for wire, fact in CALLS[name].get("body", {}).items() if "fixed" in fact}


def required_keywords(name: str) -> dict[str, str]:
    return {python: wire for python, wire in body_keywords(name).items() if CALLS[name]["body"][wire].get("required")}


@pytest.mark.parametrize("name", BUILT)
def test_a_builder_puts_every_keyword_where_it_belongs(name: str) -> None:
    fact = CALLS[name]
    ids = some_ids(name)
    query = {stated_query["python"]: wire for wire, stated_query in fact.get("query", {}).items()}
    values = {python: f"value of {python}" for python in (*query, *body_keywords(name))}
    request = build(name, **ids, **values)
    path = fact["path"]
    for wire, python in fact["ids"].items():
        path = path.replace(f"{{{wire}}}", ids[python])
    assert (request.operation, request.method, request.path, request.accept) == (name, fact["method"], path, fact["accept"])
    assert request.returns == ("" if fact["response"] == "iterator[bytes]" else fact["response"])
    joined = {python for python, wire in query.items() if "joined_by" in fact["query"][wire]}
    assert request.params == {wire: (values[python],) if python in joined else values[python] for python, wire in query.items()}
    if "body" in fact:
        sent = {wire: values[python] for python, wire in body_keywords(name).items()}
        assert request.body == sent | fixed_values(name)
        assert request.content_type == "application/json"
    else:
        assert request.body is None


@pytest.mark.parametrize("name", BUILT)
def test_a_builder_takes_the_parameters_of_the_facts_and_no_more(name: str) -> None:
    fact = CALLS[name]
    wanted = {*fact["ids"].values(), *(q["python"] for q in fact.get("query", {}).values()), *body_keywords(name)}
    wanted |= {"body"} if "body" in fact else set()
    wanted |= {"toolset"} if fact.get("toolset") else set()
    wanted |= {"assistant_id"} if "agent_id" in wanted else set()
    parameters = inspect.signature(getattr(requests, name)).parameters
    assert set(parameters) == wanted
    positional = [p for p, found in parameters.items() if found.kind is found.POSITIONAL_OR_KEYWORD]
    assert positional == [*fact["ids"].values(), *(["body"] if "body" in fact else [])]
    with pytest.raises(TypeError, match="unexpected keyword argument 'surprise'"):
        build(name, **some_ids(name), surprise=1)


@pytest.mark.parametrize("name", [name for name in BUILT if body_keywords(name) or "query" in CALLS[name]])
def test_none_is_left_out_and_what_is_merely_false_is_sent(name: str) -> None:
    needed = dict.fromkeys(required_keywords(name), "x")
    optional = {python: wire for python, wire in body_keywords(name).items() if python not in needed}
    query = {fact["python"]: wire for wire, fact in CALLS[name].get("query", {}).items()}
    given_none = build(name, **some_ids(name), **needed, **dict.fromkeys([*optional, *query]))
    assert given_none == build(name, **some_ids(name), **needed)
    assert given_none.params == {}
    if "body" in CALLS[name]:
        assert given_none.body == dict.fromkeys(required_keywords(name).values(), "x") | fixed_values(name)
    for value in FALSE_VALUES:
        for python, wire in optional.items():
            request = build(name, **some_ids(name), **needed, **{python: value})
            assert request.body[wire] == value
            assert type(request.body[wire]) is type(value)


@pytest.mark.parametrize("name", [name for name in BUILT if "body" in CALLS[name]])
class TestBodies:
    def test_a_missing_value_is_an_error_that_names_it(self, name: str) -> None:
        needed = required_keywords(name)
        for python in needed:
            others = dict.fromkeys(needed.keys() - {python}, "x")
            with pytest.raises(TypeError, match=rf"{name}\(\) is missing the argument '{python}'"):
                build(name, **some_ids(name), **others)
            with pytest.raises(TypeError, match=f"'{python}'"):
                build(name, **some_ids(name), **others, **{python: None})
        if not needed:
            assert build(name, **some_ids(name)).body == fixed_values(name)

    def test_a_whole_body_is_sent_as_it_is(self, name: str) -> None:
        body = {"of_tomorrow": None, "metadata": {"a": "b"}, "stream": True}
        assert build(name, **some_ids(name), body=body).body == body
        positional = getattr(requests, name)(*some_ids(name).values(), body)
        assert positional.body == body

    def test_a_stream_is_passed_through(self, name: str) -> None:
        stream = io.BytesIO(b'{"raw": true}')
        assert build(name, **some_ids(name), body=stream).body is stream

    @pytest.mark.parametrize("body", ["text", b"bytes", 5, ["list"]])
    def test_any_other_body_is_refused(self, name: str, body: Any) -> None:
        with pytest.raises(TypeError, match=rf"{name}\(\) takes as body a mapping .* not {type(body).__name__}"):
            build(name, **some_ids(name), body=body)


@pytest.mark.parametrize("name", [name for name in BUILT if CALLS[name]["ids"]])
@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ("", ValueError, "empty"),
        ("  ", ValueError, "blank"),
        ("a/b", ValueError, "must not contain '/'"),
        ("..", ValueError, "is no id"),
        (5, TypeError, "must be a str, not int"),
        (None, TypeError, "must be a str, not NoneType"),
    ],
)
def test_an_id_that_cannot_stand_in_a_path_is_refused(name: str, value: Any, error: type[Exception], text: str) -> None:
    needed = dict.fromkeys(required_keywords(name), "x")
    for python in CALLS[name]["ids"].values():
        with pytest.raises(error, match=rf"{name}\(\): {python} .*{text}"):
            build(name, **(some_ids(name) | needed | {python: value}))


def test_an_id_is_encoded_for_the_path() -> None:
    assert build("get_thread", thread_id="thread ä%+").path == "/threads/thread%20%C3%A4%25%2B"


@pytest.mark.parametrize("name", [n for n in BUILT if {"agent_id"} & {*CALLS[n]["ids"].values(), *body_keywords(n)}])
def test_agent_id_and_assistant_id_are_one(name: str) -> None:
    others = {python: value for python, value in some_ids(name).items() if python != "agent_id"}
    others |= dict.fromkeys(required_keywords(name).keys() - {"agent_id"}, "x")
    assert build(name, **others, agent_id="asst_1") == build(name, **others, assistant_id="asst_1")
    assert build(name, **others, agent_id="asst_1") == build(name, **others, agent_id="asst_1", assistant_id="asst_1")
    with pytest.raises(TypeError, match="older name"):
        build(name, **others, agent_id="asst_1", assistant_id="asst_2")
    with pytest.raises(TypeError, match="'agent_id'"):
        build(name, **others)


def test_models_in_a_body_become_their_wire_form() -> None:
    function = FunctionToolDefinition(function=FunctionDefinition(name="f", parameters={"type": "object"}))
    sent = build("create_agent", model="m", tools=[function, {"type": "code_interpreter"}]).body
    assert sent["tools"] == [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"type": "code_interpreter"},
    ]
    options = ThreadMessageOptions(role=MessageRole.USER, content="hi")
    sent = build("create_run", thread_id="t", agent_id="a", additional_messages=[options]).body
    assert sent["additional_messages"] == [{"role": "user", "content": "hi"}]
    json.dumps(sent)


def test_a_toolset_gives_tools_and_resources() -> None:
    tool = CodeInterpreterTool(["file-1"])
    for name in (name for name in BUILT if CALLS[name].get("toolset")):
        arguments = some_ids(name) | dict.fromkeys(required_keywords(name), "x")
        sent = build(name, **arguments, toolset=tool, tools=[], tool_resources={}).body
        assert sent["tools"] == [{"type": "code_interpreter"}]
        assert sent["tool_resources"] == {"code_interpreter": {"file_ids": ["file-1"]}}
        assert build(name, **arguments, toolset=CodeInterpreterTool()).body["tool_resources"] == {}
        with pytest.raises(TypeError, match="definitions and resources, not list"):
            build(name, **arguments, toolset=[tool])


@pytest.mark.parametrize(
    ("include", "sent"),
    [
        (["a", "b"], ("a", "b")),
        (("a",), ("a",)),
        ("a", ("a",)),
        ([RunAdditionalFieldList.FILE_SEARCH_CONTENTS], None),
        ([], ()),
    ],
)
def test_include_is_one_query_value(include: Any, sent: tuple[str, ...] | None) -> None:
    wanted = sent if sent is not None else tuple(to_wire(item) for item in include)
    assert build("get_run_step", thread_id="t", run_id="r", step_id="s", include=include).params == {"include[]": wanted}


def test_an_upload_has_the_parts_of_the_facts() -> None:
    upload = open_upload(None, file=("a.txt", b"text"), file_path=None, purpose="assistants", filename="b.txt")
    sent = b"".join(upload)
    assert re.findall(rb'; name="(\w+)"', sent) == [part.encode() for part in CALLS["upload_file"]["multipart"]]


@pytest.mark.parametrize("name", ["create_agent", "update_agent"])
def test_a_tool_in_place_of_its_definitions_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name}\(\) takes as tools a list of definitions, not CodeInterpreterTool: pass its"):
        build(name, **some_ids(name), model="m", tools=CodeInterpreterTool())
