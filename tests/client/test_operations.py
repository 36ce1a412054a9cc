"""Every call that is one request, in its keyword form, against the local service."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit import models
from agentkit.exceptions import HttpResponseError, ResourceNotFoundError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel

from .faces import Connect, done
from .servers import AGENT, Answer, RawServer

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "status": "completed"}
MESSAGE = {"id": "msg_1", "object": "thread.message", "thread_id": "t", "role": "user", "content": []}
PAGE: dict[str, Any] = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


async def _ended(agents: Any, run: Any) -> Any:
    while run.status in ("queued", "in_progress", "cancelling"):
        run = await done(agents.get_run(run.thread_id, run.id))
    return run


async def _page_ids(page: Any) -> list[str]:
    return [item.id for item in (await done(page)).data]


async def test_agents(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    agent = await done(
        agents.create_agent(
            model="m",
            name="helper",
            description="what it is",
            instructions="You help.",
            tools=models.CodeInterpreterTool().definitions,
            tool_resources=models.ToolResources(code_interpreter=models.CodeInterpreterToolResource(file_ids=[])),
            temperature=0.5,
            top_p=0.9,
            response_format="auto",
            metadata={"k": "v"},
        )
    )
    assert isinstance(agent, models.Agent)
    assert (agent.name, agent.description, agent.instructions) == ("helper", "what it is", "You help.")
    assert (agent.temperature, agent.top_p, agent.metadata) == (0.5, 0.9, {"k": "v"})
    assert [tool.type for tool in agent.tools] == ["code_interpreter"]
    assert await done(agents.get_agent(agent.id)) == agent
    changed = await done(agents.update_agent(agent.id, name="renamed", metadata={}))
    assert (changed.id, changed.name, changed.instructions, changed.metadata) == (agent.id, "renamed", "You help.", {})
    assert agent.id in await _page_ids(agents.list_agents(limit=5, order=models.ListSortOrder.DESCENDING))
    deleted = await done(agents.delete_agent(agent.id))
    assert (deleted.id, deleted.deleted) == (agent.id, True)
    with pytest.raises(ResourceNotFoundError, match=agent.id):
        await done(agents.get_agent(agent.id))


async def test_threads(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    first = models.ThreadMessageOptions(role="user", content="hello")
    thread = await done(agents.create_thread(messages=[first], metadata={"k": "v"}))
    assert (thread.object, thread.metadata) == ("thread", {"k": "v"})
    assert await done(agents.get_thread(thread.id)) == thread
    assert (await done(agents.update_thread(thread.id, metadata={"k": "w"}))).metadata == {"k": "w"}
    assert thread.id in await _page_ids(agents.list_threads(limit=5))
    assert (await done(agents.delete_thread(thread.id))).deleted is True
    with pytest.raises(ResourceNotFoundError):
        await done(agents.get_thread(thread.id))


async def test_messages(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    thread = await done(agents.create_thread())
    file = await done(agents.upload_file(file=("a.csv", b"x"), purpose="assistants"))
    attachment = models.MessageAttachment(file_id=file.id, tools=models.CodeInterpreterTool().definitions)
    message = await done(
        agents.create_message(
            thread.id, role=models.MessageRole.USER, content="hi", attachments=[attachment], metadata={"k": "v"}
        )
    )
    assert (message.role, message.text_messages[0].text.value, message.metadata) == ("user", "hi", {"k": "v"})
    assert message.attachments[0].file_id == file.id
    assert await done(agents.get_message(thread.id, message.id)) == message
    assert (await done(agents.update_message(thread.id, message.id, metadata={"k": "w"}))).metadata == {"k": "w"}
    reply = await done(agents.create_message(thread_id=thread.id, role=models.MessageRole.AGENT, content="yes?"))
    assert await _page_ids(agents.list_messages(thread.id)) == [reply.id, message.id]
    assert await _page_ids(agents.list_messages(thread.id, order="asc", limit=1)) == [message.id]
    assert await _page_ids(agents.list_messages(thread.id, order="asc", after=message.id)) == [reply.id]
    assert await _page_ids(agents.list_messages(thread.id, order="asc", before=reply.id)) == [message.id]
    assert await _page_ids(agents.list_messages(thread.id, run_id="run_none")) == []


async def test_runs_and_steps(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread())
    more = [models.ThreadMessageOptions(role="user", content="added")]
    run = await done(
        agents.create_run(
            thread.id,
            agent_id=agent.id,
            model="other",
            instructions="Be brief.",
            additional_instructions="Very.",
            additional_messages=more,
            temperature=1,
            top_p=1,
            max_prompt_tokens=1000,
            max_completion_tokens=1000,
            truncation_strategy=models.TruncationObject(type="auto"),
            tool_choice="auto",
            response_format="auto",
            parallel_tool_calls=False,
            metadata={"k": "v"},
        )
    )
    assert (run.thread_id, run.agent_id, run.assistant_id, run.model) == (thread.id, agent.id, agent.id, "other")
    assert (run.parallel_tool_calls, run.metadata) == (False, {"k": "v"})
    run = await _ended(agents, run)
    assert run.status == models.RunStatus.COMPLETED
    assert run.usage.total_tokens == run.usage.prompt_tokens + run.usage.completion_tokens > 0
    assert (await done(agents.update_run(thread.id, run.id, metadata={"k": "w"}))).metadata == {"k": "w"}
    assert await _page_ids(agents.list_runs(thread.id)) == [run.id]
    steps = await done(agents.list_run_steps(thread.id, run.id, order="asc"))
    assert [step.type for step in steps.data] == ["message_creation"]
    step = await done(agents.get_run_step(thread.id, run.id, steps.data[0].id))
    assert (step.id, step.run_id, step.agent_id) == (steps.data[0].id, run.id, agent.id)
    last = (await done(agents.list_messages(thread.id))).get_last_text_message_by_role("assistant")
    assert last.text.value == "You said: added"
    with pytest.raises(HttpResponseError, match=run.id):
        await done(agents.cancel_run(thread.id, run.id))


async def test_create_thread_and_run(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    start = models.AgentThreadCreationOptions(messages=[models.ThreadMessageOptions(role="user", content="both")])
    run = await _ended(agents, await done(agents.create_thread_and_run(agent_id=agent.id, thread=start, metadata={"k": "v"})))
    assert (run.status, run.metadata) == ("completed", {"k": "v"})
    last = (await done(agents.list_messages(run.thread_id))).get_last_text_message_by_role(models.MessageRole.AGENT)
    assert last.text.value == "You said: both"


async def test_submitting_outputs_and_cancelling(serve: Callable[..., LocalService], connect: Connect) -> None:
    call = ToolCall(kind="function", name="weather", arguments='{"at": "Oslo"}')
    model = ScriptedModel([ModelTurn(tool_calls=[call]), "It rains.", ModelTurn(tool_calls=[call])])
    agents = connect(serve(model=model)).agents
    agent = await done(agents.create_agent(model="m", tools=[WEATHER]))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "?"}]))
    run = await _ended(agents, await done(agents.create_run(thread.id, agent_id=agent.id)))
    assert isinstance(run.required_action, models.SubmitToolOutputsAction)
    (asked,) = run.required_action.submit_tool_outputs.tool_calls
    assert isinstance(asked, models.RequiredFunctionToolCall)
    assert (asked.function.name, asked.function.arguments) == ("weather", '{"at": "Oslo"}')
    output = models.ToolOutput(tool_call_id=asked.id, output="rain")
    run = await done(agents.submit_tool_outputs_to_run(thread.id, run.id, tool_outputs=[output]))
    assert isinstance(run, models.ThreadRun)
    assert (await _ended(agents, run)).status == "completed"
    run = await _ended(agents, await done(agents.create_run(thread.id, assistant_id=agent.id)))
    assert (await done(agents.cancel_run(thread.id, run.id))).status in ("cancelling", "cancelled")
    assert (await _ended(agents, await done(agents.get_run(thread.id, run.id)))).status == "cancelled"


async def test_files(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    file = await done(agents.upload_file(file=("a.csv", b"x"), purpose=models.FilePurpose.AGENTS))
    assert await done(agents.get_file(file.id)) == file
    listed = await done(agents.list_files(purpose=models.FilePurpose.AGENTS))
    assert file.id in [one.id for one in listed.data]
    assert file.id not in [one.id for one in (await done(agents.list_files(purpose="vision"))).data]
    assert (await done(agents.delete_file(file.id))).deleted is True
    with pytest.raises(ResourceNotFoundError):
        await done(agents.get_file(file.id))


async def test_vector_stores(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    files = [await done(agents.upload_file(file=(f"{n}.txt", b"words"), purpose="assistants")) for n in range(3)]
    one, two, three = (file.id for file in files)
    store = await done(
        agents.create_vector_store(
            name="store",
            file_ids=[one],
            expires_after=models.VectorStoreExpirationPolicy(anchor="last_active_at", days=2),
            metadata={"k": "v"},
        )
    )
    assert (store.name, store.metadata, store.expires_after.days) == ("store", {"k": "v"}, 2)
    assert (await done(agents.get_vector_store(store.id))).id == store.id
    changed = await done(agents.modify_vector_store(store.id, name="renamed", metadata={"k": "w"}))
    assert (changed.name, changed.metadata) == ("renamed", {"k": "w"})
    assert store.id in await _page_ids(agents.list_vector_stores(limit=5))
    chunks = models.VectorStoreStaticChunkingStrategyRequest(
        static=models.VectorStoreStaticChunkingStrategyOptions(max_chunk_size_tokens=200, chunk_overlap_tokens=50)
    )
    entry = await done(agents.create_vector_store_file(store.id, file_id=two, chunking_strategy=chunks))
    assert (entry.id, entry.vector_store_id) == (two, store.id)
    assert (await done(agents.get_vector_store_file(store.id, two))).id == two
    assert set(await _page_ids(agents.list_vector_store_files(store.id, limit=10))) == {one, two}
    batch = await done(agents.create_vector_store_file_batch(store.id, file_ids=[three]))
    assert (await done(agents.get_vector_store_file_batch(store.id, batch.id))).vector_store_id == store.id
    assert await _page_ids(agents.list_vector_store_file_batch_files(store.id, batch.id, order="asc")) == [three]
    cancelled = await done(agents.cancel_vector_store_file_batch(store.id, batch.id))
    assert (cancelled.id, cancelled.status in ("cancelled", "completed")) == (batch.id, True)
    assert (await done(agents.delete_vector_store_file(store.id, two))).deleted is True
    assert (await done(agents.delete_vector_store(store.id))).deleted is True


@pytest.mark.parametrize(
    ("call", "ids", "named", "answer"),
    [
        ("create_agent", [], {"model": "m", "name": "é"}, AGENT),
        ("create_message", ["t"], {"role": "user", "content": "é"}, MESSAGE),
        ("create_run", ["t"], {"agent_id": "a", "metadata": {"k": "é"}}, RUN),
    ],
)
async def test_every_form_of_a_body_sends_the_same(
    call: str, ids: list[str], named: dict[str, Any], answer: Any, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(body=answer)]
    method = getattr(connect(raw).agents, call)
    await done(method(*ids, **named))
    wire = raw.last.json()
    await done(method(*ids, wire))
    await done(method(*ids, body=wire, content_type="application/json"))
    await done(method(*ids, io.BytesIO(json.dumps(wire).encode())))
    await done(method(*ids, body=io.BytesIO(json.dumps(wire).encode()), content_type="application/json"))
    assert [(seen.method, seen.target, seen.json()) for seen in raw.seen] == [("POST", raw.last.target, wire)] * 5
    assert {seen.headers["Content-Type"] for seen in raw.seen} == {"application/json"}


@pytest.mark.parametrize(
    ("call", "ids", "named", "answer"),
    [
        ("get_agent", [], {}, AGENT),
        ("update_agent", [], {"name": "n"}, AGENT),
        ("delete_agent", [], {}, {"id": "a", "object": "assistant.deleted", "deleted": True}),
        ("create_run", ["t"], {}, RUN),
        ("create_thread_and_run", [], {}, RUN),
        ("create_and_process_run", ["t"], {}, RUN),
    ],
)
async def test_agent_id_and_assistant_id_are_one(
    call: str, ids: list[str], named: dict[str, Any], answer: Any, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(body=answer)]
    method = getattr(connect(raw).agents, call)
    for names in ({"agent_id": "a"}, {"assistant_id": "a"}, {"agent_id": "a", "assistant_id": "a"}):
        await done(method(*ids, **names, **named))
    assert len({(seen.method, seen.target, seen.body) for seen in raw.seen}) == 1
    assert raw.last.path.endswith("/assistants/a") or raw.last.json()["assistant_id"] == "a"
    raw.seen.clear()
    with pytest.raises(TypeError, match="'assistant_id' is the older name of 'agent_id'"):
        await done(method(*ids, agent_id="a", assistant_id="b", **named))
    with pytest.raises(TypeError, match=rf"{call}\(\).*missing.*'agent_id'"):
        await done(method(*ids, **named))
    assert not raw.seen


@pytest.mark.parametrize(
    ("call", "ids", "path"),
    [
        ("list_agents", [], "/assistants"),
        ("list_threads", [], "/threads"),
        ("list_messages", ["t"], "/threads/t/messages"),
        ("list_runs", ["t"], "/threads/t/runs"),
        ("list_run_steps", ["t", "r"], "/threads/t/runs/r/steps"),
        ("list_vector_stores", [], "/vector_stores"),
        ("list_vector_store_files", ["v"], "/vector_stores/v/files"),
        ("list_vector_store_file_batch_files", ["v", "b"], "/vector_stores/v/file_batches/b/files"),
    ],
)
async def test_lists_take_their_paging_parameters(
    call: str, ids: list[str], path: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(body=PAGE)]
    method = getattr(connect(raw).agents, call)
    await done(method(*ids))
    assert (raw.last.path, raw.last.query) == (f"/api/projects/local{path}", {"api-version": "v1"})
    page = await done(method(*ids, limit=7, order=models.ListSortOrder.ASCENDING, after="x", before="y"))
    assert raw.last.query == {"api-version": "v1", "limit": "7", "order": "asc", "after": "x", "before": "y"}
    assert (page.data, page.has_more, page.last_id) == ([], False, None)
    assert await done(method(*ids, cls=lambda _, page, headers: (len(page.data), headers["content-type"]))) == (
        0,
        "application/json",
    )


async def test_metadata_beyond_the_limits_is_the_service_s_answer(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    for metadata in ({str(n): "" for n in range(17)}, {"k" * 65: "v"}, {"k": "v" * 513}):
        with pytest.raises(HttpResponseError, match="metadata") as caught:
            await done(agents.create_thread(metadata=metadata))
        assert caught.value.status_code == 400
        assert caught.value.request_id in str(caught.value)  # type: ignore[operator]
        assert "metadata" in caught.value.message
