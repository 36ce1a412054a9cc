"""Responses whose tools are the service's own to use: code, files, and what is not there; and agents that have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asked_responses import WEATHER, Asking, asking, refused
from openai import OpenAI
from service_wire import Wire

from agentkit.local import LocalService, ScriptedModel
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from agentkit.local.models.scripted import call, code

__all__ = ["asking"]

INTERPRETER: Any = {"type": "code_interpreter", "container": {"type": "auto"}}


@pytest.fixture(scope="module")
def offline() -> Iterator[OpenAI]:
    """A client of a service with the offline model."""
    with LocalService() as service, OpenAI(base_url=f"{service.url}/openai", api_key=service.key) as client:
        yield client


def search(query: str) -> ToolCall:
    return ToolCall("file_search", input=query)


class TestCode:
    def test_a_chart_is_drawn(self, offline: OpenAI) -> None:
        asked = "Draw a bar chart of A: 1, B: 2, C: 3"
        response: Any = offline.responses.create(model="m", input=asked, tools=[INTERPRETER])
        ran, message = response.output
        assert (ran.type, ran.status, message.type) == ("code_interpreter_call", "completed", "message")
        link, figure = message.content[0].annotations
        assert (link.type, link.container_id) == ("container_file_citation", ran.container_id)
        start, end = link.start_index, link.end_index
        assert response.output_text[start:end].endswith(link.filename)
        for file in (link, figure):
            assert offline.files.content(file.file_id).content.startswith(b"\x89PNG")

    def test_a_container_keeps_what_code_has_left(self, asking: Asking) -> None:
        model = ScriptedModel([code("x = 6"), "first", code("print(x * 7)"), lambda request: request.results[-1].output])
        client = asking(model=model)
        first: Any = client.responses.create(model="m", input="one", tools=[INTERPRETER])
        second: Any = client.responses.create(model="m", input="two", tools=[INTERPRETER], previous_response_id=first.id)
        assert second.output_text == "42"
        assert [call.input for call in model.requests[2].earlier_calls] == ["x = 6"]
        ids = {item.container_id for item in (first.output[0], second.output[0])}
        assert len(ids) == 1

    def test_files_are_in_the_container(self, asking: Asking) -> None:
        client = asking(code("print(open('/mnt/data/a.csv').read())"), lambda request: request.results[-1].output)
        file = client.files.create(file=("a.csv", b"x,y\n1,2\n"), purpose="assistants")
        container: Any = {"type": "auto", "file_ids": [file.id]}
        response: Any = client.responses.create(
            model="m", input="x", tools=[{"type": "code_interpreter", "container": container}]
        )
        assert response.output_text.strip() == "x,y\n1,2"
        container["file_ids"] = ["file-none"]
        error = refused(client, tools=[{"type": "code_interpreter", "container": container}])
        assert error["param"] == "tools[0].container.file_ids"

    def test_the_code_of_a_model_that_is_not_trusted_is_not_run(self, asking: Asking) -> None:
        def model(request: ModelRequest) -> ModelTurn:
            return ModelTurn(request.results[0].output) if request.results else ModelTurn(tool_calls=[code("print(1)")])

        response: Any = asking(model=model).responses.create(model="m", input="x", tools=[INTERPRETER])
        assert "turned off" in response.output_text

    def test_its_events_come_in_order(self, asking: Asking) -> None:
        client = asking(code("print(6 * 7)"), "done")
        with client.responses.stream(model="m", input="x", tools=[INTERPRETER]) as stream:
            events = list(stream)
            final: Any = stream.get_final_response()
        kinds = [event.type.removeprefix("response.") for event in events if "code_interpreter" in event.type]
        deltas = kinds.count("code_interpreter_call_code.delta")
        states = ["code.done", "interpreting", "completed"]
        assert kinds == [
            "code_interpreter_call.in_progress",
            *["code_interpreter_call_code.delta"] * deltas,
            *(f"code_interpreter_call{'_' if state == 'code.done' else '.'}{state}" for state in states),
        ]
        ran: Any = final.output[0]
        assert (ran.code, ran.outputs[0].logs) == ("print(6 * 7)", "42")


class TestFiles:
    def test_an_answer_cites_what_was_found(self, offline: OpenAI) -> None:
        file = offline.files.create(file=("guide.txt", b"The harbour opens at six."), purpose="assistants")
        store = offline.vector_stores.create(file_ids=[file.id])
        tool: Any = {"type": "file_search", "vector_store_ids": [store.id]}
        response: Any = offline.responses.create(model="m", input="When does the harbour open?", tools=[tool])
        searched, message = response.output
        assert (searched.type, searched.queries) == ("file_search_call", ["When does the harbour open?"])
        assert searched.results[0].text == "The harbour opens at six."
        (citation,) = message.content[0].annotations
        assert (citation.type, citation.file_id, citation.filename) == ("file_citation", file.id, "guide.txt")
        assert response.output_text[citation.index :].startswith("【")

    def test_a_search_is_narrowed_by_attributes(self, asking: Asking) -> None:
        client = asking(search("harbour"), lambda request: request.results[0].output)
        store = client.vector_stores.create()
        for name, year in (("old.txt", 1999), ("new.txt", 2024)):
            file = client.files.create(file=(name, f"The harbour of {year}.".encode()), purpose="assistants")
            client.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id, attributes={"year": year})
        tool: Any = {
            "type": "file_search",
            "vector_store_ids": [store.id],
            "filters": {"type": "gt", "key": "year", "value": 2000},
            "max_num_results": 5,
        }
        text: Any = client.responses.create(model="m", input="x", tools=[tool]).output_text
        assert ("2024" in text, "1999" in text) == (True, False)

    def test_a_vector_store_has_to_be_there(self, asking: Asking) -> None:
        error = refused(asking(), 404, tools=[{"type": "file_search", "vector_store_ids": ["vs_none"]}])
        assert "vs_none" in error["message"]


class TestOthers:
    def test_a_tool_that_works_elsewhere_says_so(self, asking: Asking) -> None:
        client = asking(ToolCall("web_search", input="news"), lambda request: request.results[0].output)
        response: Any = client.responses.create(model="m", input="x", tools=[{"type": "web_search"}])
        assert "'web_search' is not available offline" in response.output_text

    def test_an_api_on_this_machine_is_called(self, asking: Asking) -> None:
        client = asking(ToolCall("openapi", name="health"), lambda request: request.results[0].output)
        answers = {"200": {"description": "What the service says of itself."}}
        spec = {
            "openapi": "3.0.0",
            "info": {"title": "health", "version": "1"},
            "servers": [{"url": f"http://127.0.0.1:{client.base_url.port}"}],
            "paths": {"/health": {"get": {"operationId": "health", "responses": answers}}},
        }
        tool: Any = {"type": "openapi", "openapi": {"name": "health", "spec": spec, "auth": {"type": "anonymous"}}}
        response: Any = client.responses.create(model="m", input="x", tools=[tool])
        assert '"status": "ok"' in response.output_text
        spec["paths"] = {}
        assert refused(client, tools=[tool])["param"] == "tools[0].openapi.spec"
        tool["openapi"]["auth"] = {}
        assert refused(client, tools=[tool])["param"] == "tools[0].openapi.auth.type"

    def test_a_connected_agent_is_no_tool_of_responses(self, asking: Asking) -> None:
        tool = {"type": "connected_agent", "connected_agent": {"id": "asst_1", "name": "a"}}
        assert "work on threads" in refused(asking(), tools=[tool])["message"]

    def test_code_runs_before_a_function_is_handed_out(self, asking: Asking) -> None:
        client = asking(
            [code("print(1)"), call("weather")], lambda request: "+".join(result.output for result in request.results)
        )
        first: Any = client.responses.create(model="m", input="x", tools=[INTERPRETER, WEATHER])
        assert [item.type for item in first.output] == ["code_interpreter_call", "function_call"]
        output: Any = [{"type": "function_call_output", "call_id": first.output[1].call_id, "output": "rainy"}]
        second: Any = client.responses.create(
            model="m", input=output, previous_response_id=first.id, tools=[INTERPRETER, WEATHER]
        )
        assert second.output_text == "1+rainy"

    def test_calls_are_limited(self, asking: Asking) -> None:
        client = asking(code("1"), code("2"), *[code("3")] * 25)
        assert "max_tool_calls" in refused(client, 500, tools=[INTERPRETER], max_tool_calls=1)["message"]
        assert "was asked 20 times" in refused(client, 500, tools=[INTERPRETER])["message"]


class TestConversations:
    def test_responses_add_to_a_conversation(self, asking: Asking) -> None:
        client = asking(model=lambda request: " / ".join(message.text for message in request.messages))
        conversation = client.conversations.create(metadata={"a": "b"}, items=[{"role": "user", "content": "zero"}])
        assert client.responses.create(model="m", input="one", conversation=conversation.id).output_text == "zero / one"
        client.conversations.items.create(conversation.id, items=[{"role": "user", "content": "two"}])
        response: Any = client.responses.create(model="m", input="", conversation={"id": conversation.id})
        assert response.output_text == "zero / one / zero / one / two"
        assert response.conversation is not None
        assert response.conversation.id == conversation.id
        items: list[Any] = list(client.conversations.items.list(conversation.id, order="asc", limit=2))
        assert [item.role for item in items] == ["user", "user", "assistant", "user", "assistant"]
        assert client.conversations.items.retrieve(items[0].id or "", conversation_id=conversation.id) == items[0]
        client.conversations.items.delete(items[0].id or "", conversation_id=conversation.id)
        assert len(list(client.conversations.items.list(conversation.id))) == 4

    def test_a_response_that_fails_adds_nothing(self, asking: Asking) -> None:
        client = asking(ValueError("a fault"))
        conversation = client.conversations.create()
        refused(client, 500, conversation=conversation.id)
        assert client.conversations.items.list(conversation.id).data == []

    def test_a_conversation_is_changed_and_deleted(self, offline: OpenAI) -> None:
        conversation = offline.conversations.create()
        changed = offline.conversations.update(conversation.id, metadata={"x": "y"})
        assert offline.conversations.retrieve(conversation.id) == changed
        assert changed.metadata == {"x": "y"}
        assert offline.conversations.delete(conversation.id).deleted
        assert conversation.id in refused(offline, 404, conversation=conversation.id)["message"]


AGENT = {"agent": {"name": "helper", "type": "agent_reference"}}


def made(wire: Wire, **definition: Any) -> Any:
    response = wire.http.post(
        "/agents/helper/versions", json={"definition": {"kind": "prompt", "model": "theirs", **definition}}
    )
    assert response.status_code == 200, response.text
    return response.json()


class TestAgents:
    def test_an_agent_brings_model_instructions_and_tools(self, serve: Any, asking: Asking) -> None:
        model = ScriptedModel([call("weather"), "fine"])
        wire = serve(model=model)
        schema = {"type": "json_schema", "name": "n", "schema": {}}
        made(wire, instructions="Be brief.", tools=[WEATHER], temperature=0.5, text={"format": schema})
        client = asking.of(wire.service)
        response: Any = client.responses.create(input="x", instructions="In Norwegian.", extra_body=AGENT)
        assert response.model == "theirs"
        assert response.to_dict()["agent"] == {"type": "agent_id", "name": "helper", "version": "1"}
        (request,) = model.requests
        assert (request.model, request.instructions, request.temperature) == ("theirs", "Be brief.\nIn Norwegian.", 0.5)
        assert [tool["function"]["name"] for tool in request.tools] == ["weather"]
        assert request.response_format["type"] == "json_schema"

    def test_the_inputs_of_an_agent_are_filled_in(self, serve: Any, asking: Asking) -> None:
        wire = serve(model=lambda request: request.instructions)
        inputs = {"who": {"required": True}, "tone": {"default_value": "kind"}, "limits": {}}
        made(wire, instructions="Help {{who}}, be {{ tone }}. {{limits}}", structured_inputs=inputs)
        client = asking.of(wire.service)
        given = {"who": r"\1 Ada", "limits": [1, 2]}
        response = client.responses.create(input="x", extra_body={**AGENT, "structured_inputs": given})
        assert response.output_text == r"Help \1 Ada, be kind. [1, 2]"
        assert refused(client, extra_body=AGENT)["param"] == "structured_inputs.who"

    def test_the_latest_version_answers_unless_one_is_named(self, serve: Any, asking: Asking) -> None:
        wire = serve(model=lambda request: request.instructions)
        for text in ("first", "second"):
            made(wire, instructions=text)
        client = asking.of(wire.service)
        said = {}
        for version in (None, "1", "2"):
            agent = {**AGENT["agent"], "version": version}
            said[version] = client.responses.create(input="x", model="any", extra_body={"agent_reference": agent}).output_text
        assert said == {None: "second", "1": "first", "2": "second"}
        error = refused(client, 404, extra_body={"agent": {**AGENT["agent"], "version": "3"}})
        assert "no version '3'; it has '1', '2'" in error["message"]

    def test_an_agent_has_to_be_there(self, serve: Any, asking: Asking) -> None:
        wire = serve()
        client = asking.of(wire.service)
        assert "create_version" in refused(client, 404, extra_body=AGENT)["message"]
        classic = {"name": wire.agent()["id"], "type": "agent_reference"}
        assert "works on threads" in refused(client, 404, extra_body={"agent": classic})["message"]

    def test_containers_do_not_run_here(self, serve: Any, asking: Asking) -> None:
        wire = serve()
        protocols = [{"protocol": "responses", "version": "v1"}]
        made(wire, kind="hosted", image="r.example/a:1", cpu="1", memory="2Gi", container_protocol_versions=protocols)
        error = refused(asking.of(wire.service), extra_body=AGENT)
        assert (error["code"], "containers do not run" in error["message"]) == ("AgentNotRunnable", True)
