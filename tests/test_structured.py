"""Structured answers: a model class as the form that is asked for, and the answer as a value of it."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Literal, Optional

import jsonschema
import pytest
from azure.core.exceptions import HttpResponseError
from pydantic import BaseModel, Field, ValidationError

from agentkit import models
from agentkit._structured import as_response_format
from agentkit.local import LocalService
from client.faces import Connect, done
from client.fixtures import *  # noqa: F403
from client.servers import AGENT, Answer, RawServer

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "created_at": 1, "status": "completed"}


class Color(str, Enum):
    """What it is painted in."""

    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    name: str
    color: Color = Color.RED


class Machine(BaseModel):
    """A machine.

    It has parts.
    """

    title: str = Field("none", description="What it is called.")
    main: Part = Field(description="The part that moves.")
    spare: Optional[Part] = None  # noqa: UP045
    parts: list[Part] = []
    default: int | None = None
    properties: dict[str, int] = {}
    kind: Literal["big", "small"] = "big"


class Node(BaseModel):
    """A model that refers to itself, with and without a description of the field."""

    value: int
    before: Optional[Node] = None  # noqa: UP045
    after: Node | None = Field(None, description="The next one.")
    same: Node = Field(None, description="Itself.")  # type: ignore[assignment]


class Empty(BaseModel):
    pass


GOOD = {
    "title": "Mill",
    "main": {"name": "wheel", "color": "blue"},
    "spare": None,
    "parts": [{"name": "stone", "color": "red"}],
    "default": 3,
    "properties": {"a": 1},
    "kind": "small",
}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    sent = as_response_format(model)
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["strict"] is True
    schema: dict[str, Any] = sent["json_schema"]["schema"]
    return schema


def _objects(schema: Any) -> list[dict[str, Any]]:
    """Every description of an object with fields of its own, at any depth."""
    if isinstance(schema, list):
        return [found for item in schema for found in _objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" and "properties" in schema else []
    return own + [found for value in schema.values() for found in _objects(value)]


def test_a_model_class_becomes_its_schema() -> None:
    sent = as_response_format(Machine)["json_schema"]
    assert (sent["name"], sent["description"]) == ("Machine", "A machine.\n\nIt has parts.")
    schema = sent["schema"]
    assert list(schema["properties"]) == list(GOOD)
    assert schema["properties"]["title"]["description"] == "What it is called."
    assert schema["properties"]["main"]["description"] == "The part that moves."
    assert schema["properties"]["parts"]["items"] == {"$ref": "#/$defs/Part"}
    assert schema["properties"]["spare"] == {"anyOf": [{"$ref": "#/$defs/Part"}, {"type": "null"}]}
    assert schema["$defs"]["Color"]["enum"] == ["red", "blue"]
    assert schema["properties"]["properties"]["additionalProperties"] == {"type": "integer"}


@pytest.mark.parametrize("model", [Machine, Node, Part, Empty])
def test_the_schema_is_closed(model: type[BaseModel]) -> None:
    schema = _schema(model)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = _objects(schema)
    assert found
    for described in found:
        assert described["additionalProperties"] is False
        assert described["required"] == list(described["properties"])
    text = json.dumps(schema)
    assert '"default": "none"' not in text
    assert all(list(part) == ["$ref"] for part in _references(schema)), "nothing stands beside a reference"


def _references(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, dict):
        own = [schema] if isinstance(schema.get("$ref"), str) else []
        return own + [found for value in schema.values() for found in _references(value)]
    return [found for item in schema for found in _references(item)] if isinstance(schema, list) else []


@pytest.mark.parametrize(
    ("changed", "valid"),
    [
        ({}, True),
        ({"spare": {"name": "x", "color": "red"}, "default": None}, True),
        ({"more": 1}, False),
        ({"main": {"name": "x"}}, False),
        ({"main": {"name": "x", "color": "green"}}, False),
        ({"parts": [{"name": "x", "color": "red", "more": 1}]}, False),
        ({"default": "3"}, False),
        ({"kind": "medium"}, False),
    ],
)
def test_what_the_schema_takes(changed: dict[str, Any], valid: bool) -> None:
    assert jsonschema.Draft202012Validator(_schema(Machine)).is_valid({**GOOD, **changed}) is valid


def test_a_name_has_only_what_a_service_takes() -> None:
    odd = type("Größe der Dinge " * 8, (BaseModel,), {"__annotations__": {"a": int}, "__module__": __name__})
    name = as_response_format(odd)["json_schema"]["name"]
    assert name.startswith("Gr__e_der_Dinge_")
    assert len(name) == 64


CALLS: dict[str, dict[str, Any]] = {
    "create_agent": {"model": "m"},
    "update_agent": {"agent_id": "a"},
    "create_run": {"thread_id": "t", "agent_id": "a"},
    "create_thread_and_run": {"agent_id": "a"},
    "create_and_process_run": {"thread_id": "t", "agent_id": "a"},
}


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_that_has_a_format_takes_a_class(name: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=RUN if "run" in name else AGENT)]
    await done(getattr(connect(raw).agents, name)(**CALLS[name], response_format=Machine))
    assert raw.last.json()["response_format"] == as_response_format(Machine)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("auto", "auto"),
        (models.AgentsApiResponseFormatMode.NONE, "none"),
        (models.AgentsApiResponseFormat(type="json_object"), {"type": "json_object"}),
        ({"type": "json_object"}, {"type": "json_object"}),
        (
            models.ResponseFormatJsonSchemaType(json_schema=models.ResponseFormatJsonSchema(name="n", schema={"default": 1})),
            {"type": "json_schema", "json_schema": {"name": "n", "schema": {"default": 1}}},
        ),
        ({"type": "json_schema", "json_schema": {"name": "n", "schema": {"default": 1}}},) * 2,
    ],
)
async def test_other_formats_are_sent_as_they_are(given: Any, sent: Any, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=RUN)]
    await done(connect(raw).agents.create_run("t", agent_id="a", response_format=given))
    assert raw.last.json()["response_format"] == sent


class Plain:
    """A class that is none of pydantic's."""


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", [Plain, dict, int, Color])
async def test_another_class_is_refused_before_anything_is_sent(
    kind: type, name: str, raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(TypeError, match=rf"response_format takes a pydantic model class, not the class {kind.__name__}"):
        await done(getattr(connect(raw).agents, name)(**CALLS[name], response_format=kind))
    assert not raw.seen


# --- the answer -----------------------------------------------------------------------------------------------------------


def _page(*texts: tuple[str, Any]) -> models.OpenAIPageableListOfThreadMessage:
    """A page of messages, the newest first."""
    data = [{"role": role, "content": [{"type": "text", "text": {"value": value, "annotations": []}}]} for role, value in texts]
    return models.OpenAIPageableListOfThreadMessage({"object": "list", "data": data})


WRITTEN = json.dumps(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"  {WRITTEN}\n",
        json.dumps(GOOD, indent=2),
        f"```json\n{WRITTEN}\n```",
        f"\n```JSON\n{json.dumps(GOOD, indent=2)}\n```\n",
        f"```\n{WRITTEN}```",
        f"```json  \r\n{WRITTEN}\r\n```",
    ],
)
def test_the_last_answer_is_read(text: str) -> None:
    page = _page(("user", "newer question"), ("assistant", text), ("assistant", '{"older": 1}'))
    read = page.parse_last(Machine)
    assert type(read) is Machine
    assert read.main == Part(name="wheel", color=Color.BLUE)
    assert read.model_dump(mode="json") == GOOD
    assert page.parse_last(dict) == GOOD


def test_any_type_can_be_read() -> None:
    assert _page(("assistant", "[1, 2]")).parse_last(list[int]) == [1, 2]
    assert _page(("assistant", '"red"')).parse_last(Color) is Color.RED
    assert _page(("assistant", '{"text": "```json\\n1\\n```"}')).parse_last(dict[str, str]) == {"text": "```json\n1\n```"}


@pytest.mark.parametrize("text", ["Here it is.", "", '{"title": "x"}', f"Here: ```json\n{WRITTEN}\n```", WRITTEN[:-1], "null"])
def test_an_answer_of_another_form_is_an_error(text: str) -> None:
    with pytest.raises(ValidationError, match="Machine"):
        _page(("assistant", text)).parse_last(Machine)
    assert issubclass(ValidationError, ValueError)


@pytest.mark.parametrize(
    "page", [_page(), _page(("user", WRITTEN)), _page(("assistant", 5)), models.OpenAIPageableListOfThreadMessage()]
)
def test_no_answer_is_an_error(page: models.OpenAIPageableListOfThreadMessage) -> None:
    with pytest.raises(ValueError, match="no message of the assistant has text") as caught:
        page.parse_last(Machine)
    assert not isinstance(caught.value, ValidationError)


async def test_an_answer_of_the_local_service_is_read(serve: Any, connect: Connect) -> None:
    asked: list[Any] = []

    def answer(request: Any) -> str:
        asked.append(request.response_format)
        return WRITTEN

    service: LocalService = serve(model=answer)
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m", response_format=Machine))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "Which machine?"}]))
    run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
    assert run.status == "completed", run.last_error
    assert (await done(agents.list_messages(thread.id))).parse_last(Machine) == Machine.model_validate(GOOD)
    assert asked == [as_response_format(Machine)]
    with pytest.raises(HttpResponseError, match="response_format"):
        await done(agents.create_run(thread.id, agent_id=agent.id, response_format={"type": "no_such_type"}))
