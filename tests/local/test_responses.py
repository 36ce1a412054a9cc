"""Responses, asked for with the openai package: what is read, what is kept, what goes on with what, what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pydantic
import pytest
from asked_responses import PATIENCE, WEATHER, Asking, asking, refused
from openai import OpenAI
from service_wire import Wire

from agentkit.local import LocalService, ScriptedModel
from agentkit.local.models.base import ChatMessage, Failure, ImageRef, ModelRequest, ModelTurn, ToolCall, Usage
from agentkit.local.models.scripted import Delay, call

__all__ = ["asking"]

Serve = Callable[..., Wire]


@pytest.fixture(scope="module")
def client(shared: Wire) -> Iterator[OpenAI]:
    """A client of the service of the module, which repeats what it is told."""
    with OpenAI(base_url=f"{shared.service.url}/openai", api_key=shared.service.key, max_retries=0) as made:
        yield made


def heard(request: ModelRequest) -> str:
    """A model that says what it was told."""
    return json.dumps([(message.role, message.text) for message in request.messages])


class TestPlain:
    @pytest.mark.parametrize("base", ["/openai", "/openai/v1", "/v1", "/api/projects/p/openai", "/api/projects/p/openai/v1"])
    def test_the_model_answers_under_every_base(self, shared: Wire, base: str) -> None:
        with OpenAI(base_url=shared.service.url + base, api_key=shared.service.key) as client:
            response: Any = client.responses.create(model="some/model", input="hello there")
        assert (response.output_text, response.model, response.status) == ("You said: hello there", "some/model", "completed")
        assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (4, 7, 11)

    def test_a_response_says_how_it_was_asked_for(self, client: OpenAI) -> None:
        asked: Any = {
            "instructions": "Be brief.",
            "max_output_tokens": 100,
            "metadata": {"a": "b"},
            "parallel_tool_calls": False,
            "temperature": 0.5,
            "tool_choice": "none",
            "tools": [WEATHER],
            "top_p": 0.25,
            "truncation": "auto",
            "user": "me",
        }
        response: Any = client.responses.create(model="m", input="hello", **asked)
        told = response.to_dict()
        assert {name: told[name] for name in asked} == asked
        assert told["text"] == {"format": {"type": "text"}}
        assert (told["previous_response_id"], told["error"], told["incomplete_details"]) == (None, None, None)
        assert told["completed_at"] >= told["created_at"]

    def test_what_is_not_known_is_left_out_with_a_warning(self, client: OpenAI, caplog: pytest.LogCaptureFixture) -> None:
        response: Any = client.responses.create(model="m", input="hello", extra_body={"instruction": "Be brief."})
        assert response.instructions is None
        assert "did you mean 'instructions'" in caplog.text

    def test_what_the_model_counts_counts(self, asking: Asking) -> None:
        used: Any = asking(ModelTurn("hi", usage=Usage(100, 20))).responses.create(model="m", input="x").usage
        assert used is not None
        assert (used.input_tokens, used.output_tokens, used.total_tokens) == (100, 20, 120)
        assert (used.input_tokens_details.cached_tokens, used.output_tokens_details.reasoning_tokens) == (0, 0)

    def test_an_answer_ends_at_its_limit(self, asking: Asking) -> None:
        response: Any = asking("one two three four").responses.create(model="m", input="x", max_output_tokens=2)
        assert (response.status, response.output_text) == ("incomplete", "one two")
        assert response.incomplete_details is not None
        assert response.incomplete_details.reason == "max_output_tokens"
        assert response.output[0].status == "incomplete"

    @pytest.mark.parametrize(
        ("raised", "status", "code"),
        [
            (Failure("Slow down.", "rate_limit_exceeded"), 429, "rate_limit_exceeded"),
            (Failure("Not about that.", "content_filter"), 400, "content_filter"),
            (Failure("The line is dead."), 500, "server_error"),
            (ZeroDivisionError("a fault"), 500, "server_error"),
        ],
    )
    def test_a_model_that_fails_gives_a_status(self, asking: Asking, raised: Exception, status: int, code: str) -> None:
        error = refused(asking(raised), status)
        assert (error["code"], str(raised) in error["message"]) == (code, True)


class TestInput:
    def test_items_are_what_a_model_is_told(self, serve: Serve) -> None:
        model = ScriptedModel(["fine"])
        wire = serve(model=model)
        items = [
            {"role": "developer", "content": "Be kind."},
            {
                "role": "user",
                "content": [{"type": "input_text", "text": "What is it?"}, {"type": "input_image", "image_url": "data:x"}],
            },
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city": "Oslo"}'},
            {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "rainy"}]},
            {"type": "reasoning", "summary": []},
            {"role": "assistant", "content": [{"type": "output_text", "text": "Rain.", "annotations": [], "logprobs": []}]},
            {"type": "message", "role": "user", "content": "And in Rome?"},
            {"type": "function_call", "call_id": "c2", "name": "weather", "arguments": '{"city": "Rome"}'},
            {"type": "function_call_output", "call_id": "c2", "output": "sunny"},
        ]
        wire.post("/responses", model="m", instructions="Be brief.", input=items)
        (request,) = model.requests
        assert request.instructions == "Be brief.\nBe kind."
        assert request.messages == (
            ChatMessage("user", "What is it?", images=(ImageRef(url="data:x"),)),
            ChatMessage("assistant", "Rain."),
            ChatMessage("user", "And in Rome?"),
        )
        assert [called.arguments for called in request.earlier_calls] == ['{"city": "Oslo"}']
        assert [(result.call.arguments, result.output) for result in request.results] == [('{"city": "Rome"}', "sunny")]

    def test_items_can_be_listed(self, client: OpenAI) -> None:
        given: Any = [{"role": "user", "content": text} for text in ("one", "two", "three")]
        response: Any = client.responses.create(model="m", input=given)
        listed: list[Any] = list(client.responses.input_items.list(response.id, order="asc", limit=2))
        assert [item.content[0].text for item in listed] == ["one", "two", "three"]
        assert listed[0].to_dict()["type"] == "message"
        newest = client.responses.input_items.list(response.id).data
        assert [item.id for item in newest] == [item.id for item in listed][::-1]

    @pytest.mark.parametrize(
        ("asked", "param", "said"),
        [
            ({"input": ""}, "input", "required"),
            ({"input": []}, "input", "required"),
            ({"input": 3}, "input", "a text, a list"),
            ({"model": None}, "model", "agent_reference"),
            ({"input": [{"type": "computer_call"}]}, "input[0]", "'computer_call'"),
            ({"input": [{"role": "robot", "content": "x"}]}, "input[0]", "'user'"),
            ({"input": [{"content": "x"}]}, "input[0]", "needs a role"),
            ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]", "'input_file'"),
            ({"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]}, "input[0].content[0].image_url", "data URL"),
            ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "input", "no such call"),
            ({"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]}, "input", "have no output"),
            ({"input": [{"type": "function_call", "call_id": "c", "name": "f"}]}, "input[0].arguments", "required"),
            ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools[0].name", "without a 'function' around it"),
            ({"tool_choice": "required"}, "tool_choice", "no tools"),
            ({"tool_choice": {"type": "function"}}, "tool_choice", "has to name a function"),
            ({"tools": [WEATHER], "tool_choice": {"type": "function", "name": "other"}}, "tool_choice", "'other'"),
            ({"text": {"format": {"type": "json_schema", "name": "x"}}}, "text.format.schema", "required"),
            ({"text": {"format": {"type": "json_schema", "name": "x", "schema": {"type": 3}}}}, "text.format.schema", "JSON Schema"),
            ({"text": {"format": {"type": "poem"}}}, "text.format.type", "'json_schema'"),
            ({"prompt": {"id": "p"}}, "prompt", "keeps no prompt templates"),
            ({"background": True, "stream": True}, "stream", "not streamed"),
            ({"background": True, "store": False}, "store", "has to be stored"),
            ({"temperature": 3}, "temperature", "at most 2"),
            ({"conversation": {"id": ""}}, "conversation", "the id of a conversation"),
            ({"conversation": "conv_1", "previous_response_id": "resp_1"}, "conversation", "one of them"),
            ({"extra_body": {"agent": {"name": "a", "type": "agent"}}}, "agent.type", "'agent_reference'"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_had_is_refused(self, client: OpenAI, asked: Any, param: str, said: str) -> None:
        error = refused(client, **asked)
        assert (error["param"], said in error["message"]) == (param, True), error


class TestKept:
    def test_a_response_is_kept_until_it_is_deleted(self, client: OpenAI) -> None:
        response: Any = client.responses.create(model="m", input="hello")
        assert client.responses.retrieve(response.id).to_dict() == response.to_dict()
        client.responses.delete(response.id)
        for gone in (
            client.responses.retrieve,
            client.responses.delete,
            client.responses.cancel,
            client.responses.input_items.list,
        ):
            with pytest.raises(openai.NotFoundError, match=response.id):
                gone(response.id)

    def test_one_that_is_not_to_be_kept_is_not(self, client: OpenAI) -> None:
        response: Any = client.responses.create(model="m", input="hello", store=False)
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(response.id)
        assert refused(client, previous_response_id=response.id)["code"] == "previous_response_not_found"

    def test_a_response_goes_on_with_those_before_it(self, asking: Asking) -> None:
        client = asking(model=heard)
        first: Any = client.responses.create(model="m", input="one", instructions="Only now.")
        second: Any = client.responses.create(model="m", input="two", previous_response_id=first.id)
        third: Any = client.responses.create(model="m", input="three", previous_response_id=second.id)
        assert third.previous_response_id == second.id
        assert third.instructions is None
        texts = [text for _, text in json.loads(third.output_text)]
        assert texts == ["one", first.output_text, "two", second.output_text, "three"]
        client.responses.delete(first.id)
        assert first.id in refused(client, previous_response_id=third.id)["message"]

    def test_responses_outlive_the_service(self, asking: Asking, tmp_path: Any) -> None:
        with (
            LocalService(tmp_path, model=heard) as service,
            OpenAI(base_url=f"{service.url}/v1", api_key=service.key) as client,
        ):
            first: Any = client.responses.create(model="m", input="one")
        client = asking(model=heard, path=tmp_path)
        assert client.responses.retrieve(first.id).output_text == first.output_text
        assert "one" in client.responses.create(model="m", input="two", previous_response_id=first.id).output_text


class TestFunctions:
    def test_calls_are_made_by_the_client_and_answered(self, asking: Asking) -> None:
        calls = [call("weather", city="Oslo"), call("weather", city="Rome")]
        client = asking(calls, lambda request: " and ".join(result.output for result in request.results))
        first: Any = client.responses.create(model="m", input="The weather?", tools=[WEATHER])
        assert [item.type for item in first.output] == ["function_call"] * 2
        made: Any = first.output
        assert [json.loads(item.arguments)["city"] for item in made] == ["Oslo", "Rome"]
        outputs: Any = [
            {"type": "function_call_output", "call_id": item.call_id, "output": f"fine {n}"} for n, item in enumerate(made)
        ]
        assert "have no output" in refused(client, previous_response_id=first.id, input=outputs[:1])["message"]
        last: Any = client.responses.create(model="m", previous_response_id=first.id, input=outputs, tools=[WEATHER])
        assert last.output_text == "fine 0 and fine 1"

    def test_what_came_back_can_be_sent_back(self, asking: Asking) -> None:
        client = asking(ModelTurn("I look.", tool_calls=[call("weather")]), "Rain.")
        first: Any = client.responses.create(model="m", input="The weather?", tools=[WEATHER], store=False)
        assert [item.type for item in first.output] == ["message", "function_call"]
        output = {"type": "function_call_output", "call_id": first.output[1].call_id, "output": "rainy"}
        items: Any = [{"role": "user", "content": "The weather?"}, *first.output, output]
        assert client.responses.create(model="m", input=items, tools=[WEATHER]).output_text == "Rain."

    @pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "weather"}])
    def test_a_call_that_is_forced_is_asked_for_twice(self, asking: Asking, choice: Any) -> None:
        client = asking("No.", call("weather"), "No.", "No.")
        response: Any = client.responses.create(model="m", input="x", tools=[WEATHER], tool_choice=choice)
        assert ([item.type for item in response.output], response.tool_choice) != ([], "auto")
        assert "was asked twice" in refused(client, 500, tools=[WEATHER], tool_choice=choice)["message"]

    def test_one_call_at_a_time_where_that_is_asked_for(self, asking: Asking) -> None:
        client = asking([call("weather", n=1), call("weather", n=2)])
        made: Any = client.responses.create(model="m", input="x", tools=[WEATHER], parallel_tool_calls=False).output
        assert [item.arguments for item in made] == ['{"n": 1}']

    def test_a_call_of_what_is_not_offered_is_a_failure(self, asking: Asking) -> None:
        for wrong in (call("other"), ToolCall("code_interpreter", input="1")):
            assert "The model called" in refused(asking(wrong), 500, tools=[WEATHER])["message"]


class Person(pydantic.BaseModel):
    name: str
    age: int


class TestFormats:
    def test_an_answer_is_parsed(self, asking: Asking) -> None:
        client = asking('{"name": "Ada", "age": 36}', '{"name": "Ada"}')
        assert client.responses.parse(model="m", input="Who?", text_format=Person).output_parsed == Person(name="Ada", age=36)
        with pytest.raises(openai.InternalServerError, match=r"is not of the text\.format: it does not fit the schema"):
            client.responses.parse(model="m", input="Who?", text_format=Person)

    def test_the_model_is_told_the_schema(self, serve: Serve) -> None:
        model = ScriptedModel(["{}", "{}"])
        wire, schema = serve(model=model), {"type": "object"}
        wire.post("/responses", model="m", input="x", text={"format": {"type": "json_schema", "name": "n", "schema": schema}})
        wire.post("/responses", model="m", input="x", text={"format": {"type": "json_object"}})
        assert [request.response_format for request in model.requests] == [
            {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
            {"type": "json_object"},
        ]


class TestBackground:
    def test_a_response_is_got_when_it_is_there(self, asking: Asking) -> None:
        client = asking(Delay(0.05, "done"), Failure("The line is dead."))
        response: Any = client.responses.create(model="m", input="x", background=True)
        assert (response.status, response.output) == ("in_progress", [])
        assert "still worked on" in refused(client, previous_response_id=response.id)["message"]
        assert (settled(client, response.id).status, settled(client, response.id).output_text) == ("completed", "done")
        assert client.responses.cancel(response.id).status == "completed", "it has come to its end"
        failed: Any = settled(client, client.responses.create(model="m", input="x", background=True).id)
        assert failed.error is not None
        assert (failed.status, failed.error.code, failed.error.message) == ("failed", "server_error", "The line is dead.")

    def test_a_response_is_cancelled(self, asking: Asking) -> None:
        client = asking(Delay(PATIENCE, "never"), "now")
        response: Any = client.responses.create(model="m", input="x", background=True)
        assert client.responses.cancel(response.id).status == "cancelled"
        assert client.responses.retrieve(response.id).status == "cancelled"
        other: Any = client.responses.create(model="m", input="x")
        with pytest.raises(openai.BadRequestError, match="background=true"):
            client.responses.cancel(other.id)

    def test_what_a_service_left_over_has_failed(self, asking: Asking, tmp_path: Any) -> None:
        model = ScriptedModel([Delay(PATIENCE, "never")])
        with (
            LocalService(tmp_path, model=model) as service,
            OpenAI(base_url=f"{service.url}/v1", api_key=service.key) as client,
        ):
            begun: Any = client.responses.create(model="m", input="x", background=True)
        left: Any = asking("x", path=tmp_path).responses.retrieve(begun.id)
        assert left.error is not None
        assert (left.status, "was stopped" in left.error.message) == ("failed", True)


def settled(client: OpenAI, response_id: str) -> Any:
    """A response once it is worked on no more."""
    deadline = time.monotonic() + PATIENCE
    while (response := client.responses.retrieve(response_id)).status == "in_progress":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return response
