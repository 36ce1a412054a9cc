"""What spans say, apart from who makes them: from requests, answers and events to attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit._core.endpoint import from_url
from agentkit._request import Request
from agentkit.telemetry import _facts

ENDPOINT = from_url("https://res.services.ai.azure.com/api/projects/p")


def told(path: str, operation: str = "get", body: Any = None) -> dict[str, Any]:
    """The attributes of a request."""
    request: Request[Any] = Request(operation, "GET", path, body=body)
    return _facts.request_facts(ENDPOINT, request, operation, content=False).attributes


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/assistants/a", {"gen_ai.agent.id": "a"}),
        ("/threads/t/messages/m", {"gen_ai.thread.id": "t", "gen_ai.message.id": "m"}),
        (
            "/threads/t/runs/r/steps/s",
            {"gen_ai.thread.id": "t", "gen_ai.thread.run.id": "r", "gen_ai.run_step.id": "s"},
        ),
        ("/files/f/content", {"agentkit.file.id": "f"}),
        ("/vector_stores/v/files/f", {"agentkit.vector_store.id": "v", "agentkit.file.id": "f"}),
        ("/agents/Ada%20L/versions/3", {"gen_ai.agent.name": "Ada L", "gen_ai.agent.version": "3"}),
        ("/agents:import", {}),
    ],
)
def test_the_ids_in_a_path(path: str, expected: dict[str, str]) -> None:
    attributes = told(path)
    assert attributes.pop("gen_ai.system") == attributes.pop("gen_ai.provider.name") == "az.ai.agents"
    assert attributes == {"gen_ai.operation.name": "get", "server.address": "res.services.ai.azure.com", **expected}


@pytest.mark.parametrize("path", ["/", "/connections/c", "/evaluations/runs/e"])
def test_what_is_no_matter_of_agents_has_no_system(path: str) -> None:
    assert told(path) == {"gen_ai.operation.name": "get", "server.address": "res.services.ai.azure.com"}


@pytest.mark.parametrize("form", ["auto", {"type": "auto"}])
def test_a_form_of_answers_is_told_by_its_type(form: Any) -> None:
    assert told("/assistants", "create_agent", {"response_format": form})["gen_ai.request.response_format"] == "auto"


@pytest.mark.parametrize("content", [False, True])
def test_half_a_surrogate_pair_becomes_something_that_can_be_exported(content: bool) -> None:
    part = {"type": "text", "text": {"value": "\ud83d"}}
    message = {"object": "thread.message", "id": "\ude00", "role": "user", "content": [part]}
    facts = _facts.event_facts("thread.message.completed", message, content=content)
    ((name, attributes),) = facts.events
    assert name == "gen_ai.user.message"
    assert json.dumps(attributes, ensure_ascii=False).encode()
    assert attributes["gen_ai.message.id"] == "?"


@pytest.mark.parametrize(
    ("data", "error", "description"),
    [
        ({"error": {"code": "server_error", "message": "words"}}, "server_error", "words"),
        ({"code": "server_error", "message": "words"}, "server_error", "words"),
        ({"message": "words"}, "failed", "words"),
        ("words", "error", "words"),
    ],
)
def test_an_error_event_is_an_error(data: Any, error: str, description: str) -> None:
    with_words = _facts.event_facts("error", data, content=True)
    without = _facts.event_facts("error", data, content=False)
    assert (with_words.error, with_words.description) == (error, description)
    assert without.error == error
    assert "words" not in str(without.description)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("code_interpreter", {"input": "1 + 1", "outputs": []}),
        ("file_search", {"results": []}),
        ("bing_grounding", {"requesturl": "x"}),
        ("a_kind_of_tomorrow", {"field": 1}),
    ],
)
def test_calls_of_every_kind_of_tool_are_told(kind: str, details: dict[str, Any]) -> None:
    call = {"id": "call_1", "type": kind, kind: details}
    step = {
        "object": "thread.run.step",
        "type": "tool_calls",
        "status": "completed",
        "step_details": {"type": "tool_calls", "tool_calls": [call]},
    }
    for content, expected in ((False, {"id": "call_1", "type": kind}), (True, call)):
        ((name, attributes),) = _facts.event_facts("thread.run.step.completed", step, content=content).events
        assert name == "gen_ai.assistant.message"
        assert json.loads(attributes["gen_ai.event.content"]) == {"tool_calls": [expected]}


def test_a_step_that_failed_says_why() -> None:
    step = {
        "object": "thread.run.step",
        "type": "tool_calls",
        "status": "failed",
        "failed_at": 1,
        "last_error": {"code": "server_error", "message": "words"},
        "step_details": {"type": "tool_calls", "tool_calls": []},
    }
    for content, words in ((False, {}), (True, {"error.message": "words"})):
        ((_, told),) = _facts.result_facts({"object": "list", "data": [step]}, content=content).events
        assert {name: value for name, value in told.items() if name.startswith("error.")} == {
            "error.type": "server_error",
            **words,
        }


def test_every_part_of_a_message_is_told() -> None:
    texts: list[dict[str, Any]] = [{"value": value, "annotations": []} for value in ("one", "two")]
    image = {"file_id": "f"}
    parts = [{"type": "text", "text": text} for text in texts]
    for content, told in (
        (parts[:1], {"text": texts[0]}),
        ([*parts, {"type": "image_file", "image_file": image}], {"text": texts, "image_file": image}),
    ):
        message = {"object": "thread.message", "role": "assistant", "content": content}
        ((_, event),) = _facts.event_facts("thread.message.completed", message, content=True).events
        assert json.loads(event["gen_ai.event.content"])["content"] == told


def test_a_message_that_was_cut_off_says_why() -> None:
    message = {"object": "thread.message", "role": "assistant", "incomplete_details": {"reason": "max_tokens"}}
    for content in (False, True):
        ((_, told),) = _facts.event_facts("thread.message.incomplete", message, content=content).events
        assert json.loads(told["gen_ai.event.content"])["incomplete_details"] == {"reason": "max_tokens"}


@pytest.mark.parametrize(
    "data", [None, [], "text", 3, {}, {"object": "thread.run"}, {"object": 7}, {"object": "list", "data": 3}]
)
def test_what_cannot_be_read_says_nothing(data: Any) -> None:
    for name in ("thread.run.completed", "thread.created", "thread.run.step.completed", "done", "of tomorrow"):
        assert _facts.event_facts(name, data, content=True).error is None
    assert _facts.result_facts(data, content=True).attributes == {}
