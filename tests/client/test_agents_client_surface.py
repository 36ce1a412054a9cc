"""Each of the 53 methods of azure-ai-agents 1.1.0 is there, takes what it takes there, and sends what its twin sends."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator, Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

import agentkit
import agentkit.aio
from agentkit import models
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from facts import AGENTS11

from .faces import Connect, Face, done, inside, pieces
from .forms import USER, WEATHER, Things
from .servers import Answer, RawServer, Seen

AREAS = {name.partition(".")[0] for name in AGENTS11 if "." in name}
OF_ITS_OWN = {
    "create_thread_and_process_run": "create_thread_and_process_run",
    "messages.get_last_message_by_role": "list_messages",
    "messages.get_last_message_text_by_role": "list_messages",
}
"""Methods that 1.0.0b10 has no twin of, and the operation of ours that does the same."""
EARLIER_NAMES = {"get_last_text_message_by_role"}
"""What earlier releases called a method, where that name is still there."""
OURS = {
    "get_or_create_agent",
    "purge",
    "temporary_agent",
    "threads.temporary",
    "files.temporary",
    "vector_stores.temporary",
}
"""What is there besides."""
NO_REQUEST = {"enable_auto_function_calls"}
SENDING = sorted(AGENTS11.keys() - NO_REQUEST)


def method_of(client: Any, name: str) -> Any:
    """A method of a client, or of a class of clients, by the name that the facts have for it."""
    area, _, method = name.rpartition(".")
    if inspect.isclass(client) and area:
        package = agentkit.aio.operations if client is agentkit.aio.AgentsClient else agentkit.operations
        return getattr(getattr(package, "".join(word.capitalize() for word in area.split("_")) + "Operations"), method)
    return getattr(getattr(client, area) if area else client, method)


def twin_of(name: str) -> str:
    return OF_ITS_OWN.get(name) or str(AGENTS11[name]["of"])


# --- what it takes --------------------------------------------------------------------------------------------------------


def test_all_areas_and_methods_are_there_and_no_others() -> None:
    assert len(AGENTS11) == 53
    known = AGENTS11.keys() | OURS
    ours = {name for name, _ in inspect.getmembers(agentkit.AgentsClient, inspect.isfunction) if not name.startswith("_")}
    assert ours - {"close"} == {name for name in known if "." not in name}
    for area in AREAS:
        class_name = "".join(word.capitalize() for word in area.split("_")) + "Operations"
        for package in (agentkit.operations, agentkit.aio.operations):
            members = inspect.getmembers(getattr(package, class_name), inspect.isfunction)
            methods = {name for name, _ in members if not name.startswith("_")}
            assert methods - EARLIER_NAMES == {name.partition(".")[2] for name in known if name.startswith(f"{area}.")}


def type_of(text: str) -> str:
    """A type of the facts in the words of the signatures here."""
    text = text.replace("FileInfo", "OpenAIFile").replace("AgentRunStream[BaseAgentEventHandlerT]", "AgentRunStream[Any]")
    return f"{text[9:-1]} | None" if text.startswith("Optional[") else text


@pytest.mark.parametrize("name", sorted(AGENTS11))
def test_a_method_takes_what_it_takes_there(name: str, face: Face) -> None:
    fact, method = AGENTS11[name], method_of(face.AgentsClient, name)
    parameters = {p.name: p for p in inspect.signature(method).parameters.values() if p.name != "self"}
    by_position = [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert by_position[: len(fact["by_position"])] == fact["by_position"]
    takes_options = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    assert takes_options or not fact["options"]
    assert set(fact["keywords"]) - {"content_type"} <= set(parameters)
    own_default = [p.name for p in parameters.values() if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    assert set(own_default) <= set(fact["needed"]), "what has a default there has one here"
    if "agent_id" in parameters:
        assert "assistant_id" in parameters
    if "polling_interval" in parameters:
        assert {"sleep_interval", "timeout", "polling_timeout"} <= set(parameters)
        assert parameters["polling_interval"].default == 1
    # A stream is made by a plain function, whose result can be awaited as there, and entered at once.
    plain = not face.waits or fact.get("plain") or name == "runs.stream"
    assert inspect.iscoroutinefunction(method) == (not plain)


@pytest.mark.parametrize("name", sorted(AGENTS11))
def test_a_method_returns_what_it_returns_there_and_explains_itself(name: str) -> None:
    method = method_of(agentkit.AgentsClient, name)
    returned = str(inspect.signature(method).return_annotation)
    wanted = {"files.save": "Path", "create_thread_and_run": "Any"}.get(name, type_of(AGENTS11[name]["returns"]))
    assert returned == wanted
    text = inspect.getdoc(method) or ""
    parameters = [p for p in inspect.signature(method).parameters if p != "self"]
    assert all(f":param {p}:" in text or f":keyword {p}:" in text for p in parameters)
    assert (":return:" in text) == (wanted != "None")
    assert "sleep_interval`" not in text
    assert inspect.getdoc(method_of(agentkit.aio.AgentsClient, name)) == text


# --- what it sends: every keyword at once, to a server that takes everything --------------------------------------------------

NOTES = {"k": "v é"}
CHUNKS = models.VectorStoreAutoChunkingStrategyRequest()
SOURCE = models.VectorStoreDataSource(asset_identifier="azureml://x", asset_type="uri_asset")
OFFERED = SimpleNamespace(definitions=[WEATHER], resources=models.ToolResources())
VALUES: dict[str, Any] = {
    "additional_instructions": "Very.",
    "additional_messages": [USER],
    "agent_id": "asst_1",
    "attachments": [models.MessageAttachment(file_id="file_1", tools=[models.CodeInterpreterToolDefinition()])],
    "batch_id": "vsfb_1",
    "before": "z",
    "chunking_strategy": CHUNKS,
    "content": "é",
    "content_type": "application/json",
    "data_source": SOURCE,
    "data_sources": [SOURCE],
    "description": "d",
    "expires_after": models.VectorStoreExpirationPolicy(anchor="last_active_at", days=2),
    "file": ("é.txt", b"words"),
    "file_id": "file_1",
    "file_ids": ["file_1"],
    "file_name": "a.txt",
    "filename": "ö.txt",
    "filter": models.VectorStoreFileStatusFilter.COMPLETED,
    "include": [models.RunAdditionalFieldList.FILE_SEARCH_CONTENTS],
    "instructions": "i",
    "limit": 5,
    "max_completion_tokens": 2000,
    "max_prompt_tokens": 1000,
    "message_id": "msg_1",
    "messages": [USER],
    "metadata": NOTES,
    "model": "m",
    "name": "é",
    "order": models.ListSortOrder.ASCENDING,
    "parallel_tool_calls": False,
    "polling_interval": 0.5,
    "purpose": models.FilePurpose.AGENTS,
    "response_format": "auto",
    "role": models.MessageRole.USER,
    "run_id": "run_1",
    "step_id": "step_1",
    "store_configuration": models.VectorStoreConfiguration(data_sources=[SOURCE]),
    "temperature": 0,
    "thread": models.AgentThreadCreationOptions(messages=[USER]),
    "thread_id": "thread_1",
    "timeout": 9,
    "tool_choice": models.AgentsApiToolChoiceOptionMode.AUTO,
    "tool_outputs": [models.ToolOutput(tool_call_id="call_1", output="rain é")],
    "tool_resources": models.ToolResources(),
    "tools": [WEATHER],
    "top_p": 0.5,
    "truncation_strategy": models.TruncationObject(type="last_messages", last_messages=3),
    "vector_store_id": "vs_1",
}
# These are given apart: one takes the place of another, or of the whole body, or it is no part of the request.
APART = {"body", "event_handler", "file_path", "target_dir", "toolset"}

READY = {
    "id": "id_1",
    "object": "x",
    "created_at": 1,
    "status": "completed",
    "thread_id": "thread_1",
    "data": [],
    "last_id": None,
    "has_more": False,
}
EVENTS = Answer(body="event: done\ndata: [DONE]\n\n", headers={"Content-Type": "text/event-stream"})


def all_of(name: str, face: Face) -> tuple[list[Any], dict[str, Any]]:
    """All arguments of a method: ids by position, the rest by keyword."""
    fact = AGENTS11[name]
    positional = [VALUES[parameter] for parameter in fact["by_position"] if parameter not in APART]
    named = {keyword: VALUES[keyword] for keyword in fact["keywords"] if keyword not in APART}
    if "event_handler" in fact["keywords"]:
        named["event_handler"] = models.AsyncAgentEventHandler() if face.waits else models.AgentEventHandler()
    return positional, named


def as_the_twin_has_it(name: str, named: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a method by the names that its twin has for them, and with what it sends of its own accord."""
    always = {"stream_parameter": False} if name == "create_thread_and_run" else {}
    return {"sleep_interval" if keyword == "polling_interval" else keyword: value for keyword, value in named.items()} | always


async def seen_of(call: Callable[..., Any], positional: list[Any], named: Mapping[str, Any], raw: RawServer) -> list[Any]:
    """What a call sends, to the end of what it gives."""
    raw.seen.clear()
    result = call(*positional, **named)
    if hasattr(result, "by_page"):
        assert await pieces(result) == []
    else:
        result = await done(result)
    if hasattr(result, "until_done"):
        async with inside(result) as handler:
            await done(handler.until_done())
    elif "event_handler" in named:
        await done(named["event_handler"].until_done())
    elif inspect.isgenerator(result) or isinstance(result, AsyncIterator) or hasattr(result, "length"):
        await pieces(result)
    return [in_short(seen) for seen in raw.seen]


def in_short(seen: Seen) -> tuple[str, str, dict[str, str], Any]:
    """Method, path, query and body of a request, the parts of a form by their names."""
    if seen.headers.get_content_maintype() == "multipart":
        parts = seen.parts()
        return seen.method, seen.path, seen.query, {k: (p.get_filename(), p.get_payload(decode=True)) for k, p in parts.items()}
    return seen.method, seen.path, seen.query, json.loads(seen.body or b"null")


def answers_for(name: str) -> Answer:
    if name.endswith("stream"):
        return EVENTS
    return Answer(body="words") if name in ("files.get_content", "files.save") else Answer(body=READY)


@pytest.mark.parametrize("name", SENDING)
async def test_it_sends_what_its_twin_sends(
    name: str, face: Face, raw: RawServer, connect: Connect, connect_agents: Connect, tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    raw.answers = [answers_for(name)]
    positional, named = all_of(name, face)
    sent = await seen_of(method_of(connect_agents(raw), name), positional, named, raw)
    assert len(sent) == 1
    positional, named = all_of(name, face)
    named = as_the_twin_has_it(name, named)
    if name in OF_ITS_OWN and twin_of(name) == "list_messages":
        positional = positional[:1]
    twin = getattr(connect(raw).agents, twin_of(name))
    assert await seen_of(twin, positional, named, raw) == sent


@pytest.mark.parametrize("name", [name for name in SENDING if "method" in AGENTS11[name]])
async def test_it_sends_what_the_facts_say(name: str, face: Face, raw: RawServer, connect_agents: Connect) -> None:
    raw.answers = [answers_for(name)]
    fact, (positional, named) = AGENTS11[name], all_of(name, face)
    ((method, path, query, body),) = await seen_of(method_of(connect_agents(raw), name), positional, named, raw)
    wanted = fact["path"]
    for wire, python in fact["ids"].items():
        wanted = wanted.replace(f"{{{wire}}}", VALUES[python])
    assert (method, path) == (fact["method"], f"/api/projects/local{wanted}")
    assert set(query) == {"api-version", *fact.get("query", {})}
    assert query["api-version"] == "v1"
    if "body" in fact:
        assert set(body) == set(fact["body"])
        assert {wire: body[wire] for wire, value in fact["body"].items() if value is False} in ({}, {"stream": False})
    elif name != "files.upload":
        assert body is None


WITH_A_BODY = [name for name in SENDING if "body" in AGENTS11[name]["by_position"] and not name.startswith("files.")]


@pytest.mark.parametrize("name", WITH_A_BODY)
async def test_a_whole_body_is_sent_as_it_is(name: str, face: Face, raw: RawServer, connect_agents: Connect) -> None:
    raw.answers = [answers_for(name)]
    positional, named = all_of(name, face)
    body = {"assistant_id": "a", "more": ["é"]}
    handler = {"event_handler": named["event_handler"]} if "event_handler" in named else {}
    ((_, _, _, sent),) = await seen_of(method_of(connect_agents(raw), name), [*positional, body], handler, raw)
    assert {key: value for key, value in sent.items() if key != "stream"} == body


TOOLSETS = ["create_agent", "update_agent", "create_thread_and_process_run", "runs.create_and_process"]


@pytest.mark.parametrize("name", TOOLSETS)
async def test_a_toolset_is_sent_with_its_resources(name: str, face: Face, raw: RawServer, connect_agents: Connect) -> None:
    assert {method for method, fact in AGENTS11.items() if "toolset" in fact["keywords"]} == set(TOOLSETS)
    raw.answers = [answers_for(name)]
    search = models.FileSearchTool(["vs_1"])
    positional, named = all_of(name, face)
    named = {key: value for key, value in named.items() if key not in ("tools", "tool_resources")}
    ((_, _, _, body),) = await seen_of(method_of(connect_agents(raw), name), positional, {**named, "toolset": search}, raw)
    assert body["tools"] == [{"type": "file_search"}]
    assert body["tool_resources"] == {"file_search": {"vector_store_ids": ["vs_1"]}}


# --- what it does: on the local service ---------------------------------------------------------------------------------------


def _respond(request: ModelRequest) -> ModelTurn | str:
    """Asks for the function where it is offered, once."""
    if request.offers("function") and not request.results:
        return ModelTurn(tool_calls=[ToolCall(kind="function", name="weather")])
    return "done"


@pytest.fixture(scope="module")
def world() -> Any:
    with LocalService(model=_respond, allow_download=True) as running:
        yield running


IDS = {
    "agent_id": "<agent>",
    "batch_id": "<batch>",
    "file_id": "<file>",
    "message_id": "<message>",
    "run_id": "<run>",
    "step_id": "<step>",
    "thread_id": "<thread>",
    "vector_store_id": "<store>",
}
# What the service refuses, or what would have it wait for what never comes; the requests above have them all.
REFUSED = {"before", "filter", "data_source", "data_sources", "store_configuration", "tool_choice", "attachments"}
SPECIAL: dict[str, dict[str, Any]] = {
    "vector_store_files.get": {"file_id": "<stored>"},
    "vector_store_files.delete": {"file_id": "<stored>"},
    "runs.list": {},
}


async def arguments_of(name: str, things: Things, face: Face) -> tuple[list[Any], dict[str, Any]]:
    """Arguments that the service takes, about things that it has."""
    fact = AGENTS11[name]
    values = {**VALUES, **IDS, **SPECIAL.get(name, {}), "file_ids": ["<file>"], "timeout": 30, "polling_interval": 0.1}
    values["tool_outputs"] = [{"tool_call_id": "<call>", "output": "rain é"}]
    if name.startswith(("runs.create_and", "create_thread_and_process")):
        values["instructions"] = "Be brief."
    positional = [await things.filled(values[p]) for p in fact["by_position"] if p not in APART]
    named = {k: await things.filled(values[k]) for k in fact["keywords"] if k not in APART | REFUSED}
    if "event_handler" in fact["keywords"]:
        named["event_handler"] = things.handler
    return positional, named


async def outcome_of(call: Callable[..., Any], positional: list[Any], named: Mapping[str, Any], things: Things) -> Any:
    """The first request of a call with the names of things for their ids, and what the call comes to."""
    sent: list[Any] = []
    result = call(*positional, **named, raw_request_hook=sent.append)
    result = await pieces(result) if hasattr(result, "by_page") else await done(result)
    if hasattr(result, "until_done"):
        async with inside(result) as handler:
            result = await done(handler.get_final_run())
    elif "event_handler" in named:
        result = await done(named["event_handler"].get_final_run())
    elif isinstance(result, AsyncIterator) or hasattr(result, "length"):
        result = await pieces(result)
    first = sent[0].http_request
    # A form of several parts is read once, as it is sent, and has another boundary each time.
    body = None if "multipart" in first.headers.get("Content-Type", "") else things.named((first.content or b"null").decode())
    return (first.method, things.named(first.url), body and json.loads(body)), result


@pytest.mark.parametrize("name", SENDING)
async def test_it_does_on_the_service_what_its_twin_does(
    name: str, face: Face, world: LocalService, connect: Connect, connect_agents: Connect, tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    project, client = connect(world), connect_agents(world)
    things, others = Things(project.agents, face), Things(project.agents, face)
    positional, named = await arguments_of(name, things, face)
    request, result = await outcome_of(method_of(client, name), positional, named, things)
    positional, named = await arguments_of(name, others, face)
    named = as_the_twin_has_it(name, named)
    asked = positional[:1] if twin_of(name) == "list_messages" else positional
    twin_request, twin_result = await outcome_of(getattr(project.agents, twin_of(name)), asked, named, others)
    assert request == twin_request
    if ".delete" in name or name == "delete_agent":
        assert result is None
        assert twin_result.deleted is True
    elif name.startswith("messages.get_last"):
        what = name.partition(".")[2].replace("message_text", "text_message")
        role = positional[1]
        assert type(result) is type(getattr(twin_result, what)(role))
        assert str(things.named(str(result))) != "None"
    elif AGENTS11[name]["returns"].startswith("ItemPaged"):
        # Others' things are in some lists; its own are there in any case.
        assert {type(item) for item in result} == {type(item) for item in twin_result.data}
        assert len(result) >= len(twin_result.data)
    else:
        assert type(result) is type(twin_result)
        if not name.startswith("vector_store_file_batches."):  # one may have come to rest meanwhile
            assert getattr(result, "status", None) == getattr(twin_result, "status", None)
