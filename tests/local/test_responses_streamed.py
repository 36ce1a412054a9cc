"""Responses that come event by event: the order of the events, what they add up to, failures, readers that go."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from asked_responses import PATIENCE, WEATHER, Asking, Speaker, asking
from openai import AsyncOpenAI, OpenAI
from service_wire import Wire

from agentkit.local import LocalService, ScriptedModel
from agentkit.local.models.base import Failure, ModelTurn
from agentkit.local.models.scripted import call

__all__ = ["asking"]

MESSAGE = [
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
]
CALL = [
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
]


def streamed(wire: Wire, **settings: Any) -> list[Any]:
    """The events of a response as they stand on the wire."""
    body = {"model": "m", "input": "hello", "stream": True, **settings}
    with wire.http.stream("POST", "/responses", json=body) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        text = response.read().decode()
    events = []
    for block in text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    return events


def kinds(events: list[Any]) -> list[str]:
    return [event["type"] for event in events]


@pytest.mark.parametrize("model", [ScriptedModel(["one two"]), Speaker("one", " two")])
def test_a_text_comes_in_pieces(serve: Any, model: Any) -> None:
    wire = serve(model=model)
    events = streamed(wire)
    assert kinds(events) == ["response.created", "response.in_progress", *MESSAGE, "response.completed"]
    created, _, added, part, first, second, text, part_done, item, completed = events
    assert (created["response"]["status"], created["response"]["output"]) == ("in_progress", [])
    assert (added["item"]["status"], added["item"]["content"]) == ("in_progress", [])
    assert (part["part"]["text"], part["content_index"], part["output_index"]) == ("", 0, 0)
    assert [first["delta"], second["delta"]] == ["one", " two"]
    assert (text["text"], part_done["part"]["text"]) == ("one two", "one two")
    assert {event["item_id"] for event in events[3:8]} == {added["item"]["id"]}
    assert completed["response"]["output"] == [item["item"]]
    assert completed["response"]["usage"]["output_tokens"] == 2
    assert wire.http.get(f"/responses/{created['response']['id']}").json() == completed["response"]


def test_functions_are_called_in_pieces(serve: Any) -> None:
    turn = ModelTurn("one two", tool_calls=[call("weather", city="Oslo"), call("weather", city="Rome")])
    events = streamed(serve(model=lambda _: turn), tools=[WEATHER])
    assert kinds(events) == ["response.created", "response.in_progress", *MESSAGE, *CALL, *CALL, "response.completed"]
    first = events[9:14]
    assert [event["output_index"] for event in first] == [1] * 5
    assert first[0]["item"]["arguments"] == ""
    arguments = "".join(event.get("delta", "") for event in first)
    assert arguments == first[3]["arguments"] == first[4]["item"]["arguments"] == '{"city": "Oslo"}'
    assert [item["type"] for item in events[-1]["response"]["output"]] == ["message", "function_call", "function_call"]


def test_the_helper_of_the_package_adds_them_up(asking: Asking) -> None:
    client = asking(ModelTurn("I look.", tool_calls=[call("weather", city="Oslo")]), "It rains.")
    with client.responses.stream(model="m", input="The weather?", tools=[WEATHER]) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "response.function_call_arguments.delta"]
        first: Any = stream.get_final_response()
    made: Any = first.output[1]
    assert (snapshots[-1], made.parsed_arguments) == ('{"city": "Oslo"}', None)
    output: Any = [{"type": "function_call_output", "call_id": made.call_id, "output": "rainy"}]
    with client.responses.stream(model="m", input=output, previous_response_id=first.id, tools=[WEATHER]) as stream:
        assert stream.get_final_response().output_text == "It rains."


async def test_the_awaited_client_gets_them_too(shared: Wire) -> None:
    service = shared.service
    async with AsyncOpenAI(base_url=f"{service.url}/openai", api_key=service.key) as client:
        events = [event async for event in await client.responses.create(model="m", input="hello", stream=True)]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "You said: hello"


def test_pieces_come_when_they_are_written(asking: Asking) -> None:
    model = Speaker("first ", "second", held=True)
    client = asking(model=model)
    with client.responses.create(model="m", input="x", stream=True) as events:
        created: Any = next(iter(events))
        assert any(event.type == "response.output_text.delta" and event.delta == "first " for event in events)
        assert client.responses.retrieve(created.response.id).status == "in_progress"
        model.let_go.set()
        assert [event.type for event in events][-1] == "response.completed"


def test_an_answer_ends_at_its_limit(serve: Any) -> None:
    events = streamed(serve(model=Speaker("one tw", "o three four")), max_output_tokens=2)
    assert events[-1]["type"] == "response.incomplete"
    last = events[-1]["response"]
    assert last["output"][0]["content"][0]["text"] == "one two"
    assert (last["status"], last["output"][0]["status"]) == ("incomplete", "incomplete")


@pytest.mark.parametrize("pieces", [(), ("It is ", "said. ")])
def test_a_model_that_fails_ends_the_response(serve: Any, pieces: tuple[str, ...]) -> None:
    wire = serve(model=Speaker(*pieces, error=Failure("Slow down.", "rate_limit_exceeded")))
    last = streamed(wire)[-1]
    assert (last["type"], last["response"]["status"]) == ("response.failed", "failed")
    assert last["response"]["error"] == {"code": "rate_limit_exceeded", "message": "Slow down."}
    assert [part["text"] for item in last["response"]["output"] for part in item["content"]] == ["".join(pieces)] * bool(pieces)
    assert wire.http.get(f"/responses/{last['response']['id']}").json() == last["response"]


def test_an_answer_of_another_format_ends_the_response(serve: Any) -> None:
    last = streamed(serve(model=Speaker("no", "JSON")), text={"format": {"type": "json_object"}})[-1]
    assert "is not of the text.format" in last["response"]["error"]["message"]


def test_what_is_wrong_before_it_begins_is_refused(shared: Wire) -> None:
    assert shared.refused("POST", "/responses", json={"model": "m", "stream": True})["param"] == "input"


def test_a_response_is_not_streamed_once_more(shared: Wire) -> None:
    response = shared.post("/responses", model="m", input="x")
    error = shared.refused("GET", f"/responses/{response['id']}", params={"stream": "true"})
    assert "when it is asked for" in error["message"]


def test_a_model_is_let_go_when_its_reader_goes(asking: Asking) -> None:
    model = Speaker("first ", *["more "] * 1000, held=True)
    client = asking(model=model)
    with client.responses.create(model="m", input="x", stream=True) as events:
        created: Any = next(iter(events))
    model.let_go.set()
    assert model.closed.wait(PATIENCE)
    until_cancelled(client, created.response.id)


def until_cancelled(client: OpenAI, response_id: str) -> None:
    for _ in range(2000):
        if client.responses.retrieve(response_id).status == "cancelled":
            return
    pytest.fail("the response was never cancelled")


def test_a_service_that_stops_fails_the_response() -> None:
    model = Speaker("first ", "second", held=True)
    body = {"model": "m", "input": "x", "stream": True}
    with (
        LocalService(model=model) as service,
        Wire(service) as wire,
        wire.http.stream("POST", "/responses", json=body) as response,
    ):
        lines = response.iter_lines()
        assert any("first" in line for line in lines)
        service.stop()
        *_, last = filter(None, lines)
    told = json.loads(last.removeprefix("data: "))
    assert (told["type"], told["response"]["error"]["code"]) == ("response.failed", "ServiceStopped")
    model.let_go.set()


def test_a_response_that_is_deleted_meanwhile_stays_so(asking: Asking) -> None:
    model = Speaker("first ", "second", held=True)
    client = asking(model=model)
    with client.responses.create(model="m", input="x", stream=True) as events:
        created: Any = next(iter(events))
        client.responses.delete(created.response.id)
        model.let_go.set()
        assert "response.completed" not in [event.type for event in events]
    assert model.closed.wait(PATIENCE)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(created.response.id)
