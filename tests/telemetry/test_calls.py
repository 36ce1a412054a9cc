"""A span for each call: what it is called, what it says, and whose child it is."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from agentkit.exceptions import ResourceNotFoundError, ServiceRequestError
from agentkit.local import LocalService
from client.faces import Connect, Face, done, iterator, pieces
from client.servers import AGENT, Answer, RawServer
from telemetry.spans import Spans, contents


async def test_each_call_has_one_span_with_what_it_was_given_and_what_came_of_it(
    spans: Spans, connect: Connect, service: LocalService
) -> None:
    agents = connect(service).agents
    agent = await done(
        agents.create_agent(model="m", name="Ada", description="Counts.", temperature=0.5, top_p=0.9, response_format="auto")
    )
    thread = await done(agents.create_thread())
    message = await done(agents.create_message(thread.id, role="user", content="Hello"))
    run = await done(agents.create_run(thread.id, agent_id=agent.id, max_prompt_tokens=500, max_completion_tokens=400))

    assert spans.tree() == ["create_agent Ada", "create_thread", "create_message", "start_thread_run"]
    told = spans.told("create_agent Ada")
    assert told == {
        "gen_ai.system": "az.ai.agents",
        "gen_ai.provider.name": "az.ai.agents",
        "gen_ai.operation.name": "create_agent",
        "server.address": "127.0.0.1",
        "server.port": int(service.url.rpartition(":")[2]),
        "gen_ai.request.model": "m",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.response_format": "auto",
        "gen_ai.agent.id": agent.id,
        "gen_ai.agent.name": "Ada",
        "gen_ai.agent.description": "Counts.",
    }
    assert spans.one("create_agent Ada").kind is SpanKind.CLIENT
    assert spans.one("create_agent Ada").status.status_code is StatusCode.UNSET
    assert spans.told("create_thread")["gen_ai.thread.id"] == thread.id
    created = spans.told("create_message")
    assert (created["gen_ai.message.id"], created["gen_ai.thread.id"]) == (message.id, thread.id)
    started = spans.told("start_thread_run")
    assert started["gen_ai.agent.id"] == agent.id
    assert started["gen_ai.thread.id"] == thread.id
    assert started["gen_ai.thread.run.id"] == run.id
    assert started["gen_ai.thread.run.status"] == "queued"
    assert started["gen_ai.request.max_input_tokens"] == 500
    assert started["gen_ai.request.max_output_tokens"] == 400
    assert started["gen_ai.response.model"] == "m"


async def test_other_calls_are_known_by_their_own_names_and_the_ids_in_their_paths(
    spans: Spans, connect: Connect, service: LocalService
) -> None:
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    await done(agents.get_agent(agent.id))
    await done(agents.update_agent(agent.id, name="Bo"))
    await done(agents.list_agents(limit=1))
    await done(agents.delete_agent(agent.id))

    assert spans.names() == ["create_agent", "get_agent", "update_agent", "list_agents", "delete_agent"]
    for name in ("get_agent", "update_agent", "delete_agent"):
        assert spans.told(name)["gen_ai.agent.id"] == agent.id
    assert spans.told("update_agent")["gen_ai.agent.name"] == "Bo"


async def test_calls_about_a_projects_other_services_are_known_by_the_service(
    spans: Spans, connect: Connect, service: LocalService
) -> None:
    client = connect(service)
    await done(client.connections.get_default(connection_type="AzureOpenAI", include_credentials=True))
    with pytest.raises(ResourceNotFoundError):
        await done(client.evaluations.get("none"))
    assert spans.tree() == [("get_default connections", ["list connections", "get connections"]), "get evaluations"]
    assert spans.told("get connections")["gen_ai.operation.name"] == "get"
    assert spans.told("get_default connections")["gen_ai.operation.name"] == "get_default"


async def test_a_lookup_that_finds_nothing_is_an_error(spans: Spans, connect: Connect, service: LocalService) -> None:
    client = connect(service)
    with pytest.raises(ResourceNotFoundError):
        await done(client.connections.get_default(connection_type="CognitiveSearch"))
    with pytest.raises(ResourceNotFoundError):
        await done(client.telemetry.get_connection_string())
    for name in ("get_default connections", "get_connection_string"):
        assert spans.one(name).status.status_code is StatusCode.ERROR
        assert spans.told(name)["error.type"] == "agentkit.exceptions.ResourceNotFoundError"
    assert spans.tree() == [("get_default connections", ["list connections"]), "get_connection_string"]


async def test_calls_about_agents_by_name_say_so(spans: Spans, connect: Connect, service: LocalService) -> None:
    agents = connect(service).agents
    with pytest.raises(ResourceNotFoundError):
        await done(agents.get("nobody"))
    with pytest.raises(ResourceNotFoundError):
        await done(agents.get_version("nobody", "1"))
    assert spans.names() == ["get agents", "get_version agents"]


async def test_listed_messages_and_steps_are_events(recorded: Spans, connect: Connect, service: LocalService) -> None:
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "Hello"}]))
    run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.01))
    recorded.clear()
    await done(agents.list_messages(thread.id, order="asc"))
    await done(agents.list_run_steps(thread.id, run.id))

    listed = recorded.one("list_messages")
    assert [event.name for event in listed.events] == ["gen_ai.user.message", "gen_ai.assistant.message"]
    (said,) = contents(listed, "gen_ai.assistant.message")
    assert (said["role"], said["content"]["text"]["value"]) == ("assistant", "You said: Hello")
    (step,) = recorded.one("list_run_steps").events
    assert step.name == "gen_ai.run_step.message_creation"
    told = dict(step.attributes or {})
    assert told["gen_ai.run_step.status"] == "completed"
    assert str(told["gen_ai.run_step.end.timestamp"]).endswith("+00:00")
    assert isinstance(told["gen_ai.usage.output_tokens"], int)


async def test_a_refused_call_says_what_kind_of_error_it_was(spans: Spans, connect: Connect, service: LocalService) -> None:
    with pytest.raises(ResourceNotFoundError):
        await done(connect(service).agents.get_agent("asst_none"))

    span = spans.one("get_agent")
    assert span.status.status_code is StatusCode.ERROR
    assert spans.told("get_agent")["error.type"] == "agentkit.exceptions.ResourceNotFoundError"
    assert spans.told("get_agent")["http.response.status_code"] == 404
    assert span.status.description == "404 NotFound"


async def test_a_call_that_reaches_nobody_says_so(spans: Spans, connect: Connect) -> None:
    with pytest.raises(ServiceRequestError):
        await done(connect("http://127.0.0.1:9", retry_total=0).agents.get_agent("asst_1"))
    assert spans.told("get_agent")["error.type"] == "azure.core.exceptions.ServiceRequestError"


async def test_the_attempts_of_a_call_are_one_span(
    spans: Spans, connect: Connect, raws: Callable[..., RawServer], naps: Any
) -> None:
    server = raws(Answer(503), Answer(429), Answer(body=AGENT))
    await done(connect(server).agents.get_agent("asst_1"))
    assert spans.names() == ["get_agent"]
    assert spans.one("get_agent").status.status_code is StatusCode.UNSET


async def test_spans_are_children_of_the_callers_own(spans: Spans, connect: Connect, face: Face, service: LocalService) -> None:
    agents = connect(service).agents
    tracer = trace.get_tracer("test")

    async def work(name: str) -> None:
        with tracer.start_as_current_span(name):
            await done(agents.create_thread())

    if face.waits:
        await asyncio.gather(work("one"), work("two"), work("three"))
    else:
        threads = [threading.Thread(target=asyncio.run, args=(work(name),)) for name in ("one", "two", "three")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(spans.tree()) == [(name, ["create_thread"]) for name in ("one", "three", "two")]


async def test_looks_at_what_is_waited_for_have_no_spans(spans: Spans, connect: Connect, service: LocalService) -> None:
    agents = connect(service).agents
    file = await done(agents.upload_file_and_poll(file=io.BytesIO(b"a,b"), filename="x.txt", purpose="assistants"))
    store = await done(agents.create_vector_store_and_poll(name="s", sleep_interval=0.01))
    await done(agents.create_vector_store_file_and_poll(store.id, file_id=file.id, sleep_interval=0.01))
    await done(agents.create_vector_store_file_batch_and_poll(store.id, file_ids=[file.id], sleep_interval=0.01))
    assert spans.tree() == [
        ("upload_file_and_poll", ["upload_file"]),
        ("create_vector_store_and_poll", ["create_vector_store"]),
        ("create_vector_store_file_and_poll", ["create_vector_store_file"]),
        ("create_vector_store_file_batch_and_poll", ["create_vector_store_file_batch"]),
    ]
    assert spans.told("upload_file_and_poll")["agentkit.file.id"] == file.id
    assert spans.told("create_vector_store_and_poll")["agentkit.vector_store.id"] == store.id
    assert spans.told("create_vector_store_file_and_poll")["agentkit.file.id"] == file.id


async def test_each_page_that_is_fetched_is_a_call(spans: Spans, connect: Connect, service: LocalService) -> None:
    agents = connect(service).agents
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": str(n)} for n in range(3)]))
    page = await done(agents.list_messages(thread.id, limit=2))
    spans.clear()
    await pieces(iterator(page.auto_paging_iter()))
    assert spans.names() == ["list_messages"]


async def test_what_a_caller_makes_of_an_answer_is_not_looked_into(
    spans: Spans, connect: Connect, service: LocalService
) -> None:
    agents = connect(service).agents
    assert await done(agents.create_thread(cls=lambda *_: "mine")) == "mine"
    assert "gen_ai.thread.id" not in spans.told("create_thread")


async def test_nothing_is_made_before_and_after(connect: Connect, spans: Spans, service: LocalService) -> None:
    from agentkit.telemetry.agents import AIAgentsInstrumentor

    AIAgentsInstrumentor().uninstrument()
    await done(connect(service).agents.create_thread())
    assert spans.names() == []
