"""What the published client is put through: each scenario makes what it needs, makes its calls, and looks at the results.

The operations of the sync and of the async client are the same here: an :class:`Api` lets both be awaited.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from installed import models as m

if TYPE_CHECKING:
    from clients import Api, Report

PNG = b"\x89PNG\r\n\x1a\n"
CSV = b"city,people\nParis,2100000\nRome,2800000\n"
PROMPT = (
    "Could you please create a bar chart for the operating profit using the following data and provide the file to me? "
    "Company A: $1.2 million, Company B: $2.5 million, Company C: $3.0 million, Company D: $1.8 million"
)


async def collected(chunks: Any) -> bytes:
    """All bytes of an iterator, sync or async."""
    if hasattr(chunks, "__aiter__"):
        return b"".join([chunk async for chunk in chunks])
    return b"".join(chunks)


async def finished(api: Api, run: Any) -> Any:
    """The run once it is no longer active, or asks for something."""
    for _ in range(600):
        if run.status not in ("queued", "in_progress", "cancelling"):
            return run
        await asyncio.sleep(0.1)
        run = await api.get_run(run.thread_id, run.id)
    raise TimeoutError(f"run {run.id} is still {run.status} after a minute")


async def quickstart(api: Api, report: Report) -> None:
    tool = m.CodeInterpreterTool()
    with report.check("create_agent"):
        agent = await api.create_agent(
            model="gpt-4o-mini",
            name="my-agent",
            instructions="You are helpful agent",
            tools=tool.definitions,
            tool_resources=tool.resources,
        )
        assert agent.id.startswith("asst_")
        assert (agent.object, agent.name, agent.model) == ("assistant", "my-agent", "gpt-4o-mini")
        assert isinstance(agent.tools[0], m.CodeInterpreterToolDefinition)
    with report.check("create_thread"):
        thread = await api.create_thread()
        assert thread.id.startswith("thread_")
        assert thread.created_at.tzinfo is not None
    with report.check("create_message"):
        message = await api.create_message(thread_id=thread.id, role="user", content=PROMPT)
        assert (message.thread_id, message.role, message.content[0].text.value) == (thread.id, "user", PROMPT)
    with report.check("create_and_process_run"):
        run = await api.create_and_process_run(thread_id=thread.id, agent_id=agent.id, sleep_interval=0.1)
        assert run.status == "completed", run.last_error
        assert run.usage.total_tokens == run.usage.prompt_tokens + run.usage.completion_tokens > 0
    with report.check("list_messages"):
        messages = await api.list_messages(thread_id=thread.id)
        assert [message.role for message in messages.data] == ["assistant", "user"]
        assert messages.get_last_text_message_by_role("assistant").text.value
        (annotation,) = messages.file_path_annotations
        (image,) = messages.image_contents
    with report.check("list_run_steps"):
        steps = await api.list_run_steps(thread.id, run.id, order="asc")
        assert [step.type for step in steps.data] == ["tool_calls", "message_creation"]
        details = steps.data[0].step_details.tool_calls[0].code_interpreter
        assert "Company D: 1.8" in "".join(output.logs for output in details.outputs if output.type == "logs")
    with report.check("get_run_step"):
        step = await api.get_run_step(thread.id, run.id, steps.data[0].id)
        assert (step.id, step.status) == (steps.data[0].id, "completed")
    with report.check("save_file"), tempfile.TemporaryDirectory() as folder:
        for file_id, name in ((annotation.file_path.file_id, "chart.png"), (image.image_file.file_id, "image.png")):
            await api.save_file(file_id=file_id, file_name=name, target_dir=folder)
            assert (Path(folder) / name).read_bytes().startswith(PNG)
    with report.check("delete_agent"):
        gone = await api.delete_agent(agent.id)
        assert (gone.id, gone.deleted, gone.object) == (agent.id, True, "assistant.deleted")


async def agents(api: Api, report: Report) -> None:
    made = [await api.create_agent(model="m", name=f"agent {number}", metadata={"number": str(number)}) for number in range(3)]
    with report.check("list_agents"):
        page = await api.list_agents(limit=2)
        assert ([agent.id for agent in page.data], page.has_more) == ([made[2].id, made[1].id], True)
        rest = await api.list_agents(limit=1, order=m.ListSortOrder.DESCENDING, after=page.last_id)
        assert rest.data[0].id == made[0].id
    with report.check("get_agent"):
        assert (await api.get_agent(made[0].id)).metadata == {"number": "0"}
    with report.check("update_agent"):
        changed = await api.update_agent(made[0].id, name="renamed", temperature=0.5)
        assert (changed.id, changed.name, changed.temperature, changed.model) == (made[0].id, "renamed", 0.5, "m")
        assert (await api.get_agent(made[0].id)).as_dict() == changed.as_dict()
    with report.check("create_agent"):
        assert (await api.create_agent({"model": "m", "name": "from a body"})).name == "from a body"


async def threads(api: Api, report: Report) -> None:
    with report.check("create_thread"):
        options = m.ThreadMessageOptions(role="user", content="Hello")
        thread = await api.create_thread(messages=[options], metadata={"kind": "test"})
        assert thread.metadata == {"kind": "test"}
    with report.check("get_thread"):
        assert (await api.get_thread(thread.id)).as_dict() == thread.as_dict()
    with report.check("update_thread"):
        assert (await api.update_thread(thread.id, metadata={"kind": "other"})).metadata == {"kind": "other"}
    with report.check("list_threads"):
        assert (await api.list_threads(limit=1)).data[0].id == thread.id
    with report.check("create_message"):
        message = await api.create_message(thread.id, role=m.MessageRole.USER, content="Again", metadata={"n": "1"})
        assert (message.role, message.metadata) == (m.MessageRole.USER, {"n": "1"})
    with report.check("get_message"):
        assert (await api.get_message(thread.id, message.id)).text_messages[0].text.value == "Again"
    with report.check("update_message"):
        assert (await api.update_message(thread.id, message.id, metadata={"n": "2"})).metadata == {"n": "2"}
    with report.check("list_messages"):
        page = await api.list_messages(thread.id, order="asc", limit=1)
        assert (page.data[0].text_messages[0].text.value, page.has_more) == ("Hello", True)
        assert (await api.list_messages(thread.id, order="asc", after=page.last_id)).data[0].id == message.id
        assert (await api.list_messages(thread.id, before=page.last_id)).data[0].id == message.id
    with report.check("delete_thread"):
        gone = await api.delete_thread(thread.id)
        assert (gone.id, gone.deleted) == (thread.id, True)


async def runs(api: Api, report: Report) -> None:
    agent = await api.create_agent(model="m", name="runner")
    thread = await api.create_thread(messages=[m.ThreadMessageOptions(role="user", content="Hello")])
    with report.check("create_run"):
        run = await api.create_run(thread.id, agent_id=agent.id, instructions="Be brief.", metadata={"n": "1"})
        assert (run.status, run.agent_id, run.thread_id) == ("queued", agent.id, thread.id)
        assert (run.instructions, run.metadata) == ("Be brief.", {"n": "1"})
    with report.check("get_run"):
        run = await finished(api, run)
        assert (await api.get_run(thread.id, run.id)).status == "completed"
    with report.check("update_run"):
        assert (await api.update_run(thread.id, run.id, metadata={"n": "2"})).metadata == {"n": "2"}
    with report.check("list_runs"):
        assert [listed.id for listed in (await api.list_runs(thread.id)).data] == [run.id]
    with report.check("list_messages"):
        assert {answer.run_id for answer in (await api.list_messages(thread.id, run_id=run.id)).data} == {run.id}
    with report.check("create_thread_and_run"):
        options = m.AgentThreadCreationOptions(messages=[m.ThreadMessageOptions(role="user", content="Hello")])
        other = await finished(api, await api.create_thread_and_run(agent_id=agent.id, thread=options))
        assert (other.status, other.thread_id != thread.id) == ("completed", True)


async def files(api: Api, report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cities.csv"
        path.write_bytes(CSV)
        with report.check("upload_file"):
            file = await api.upload_file(file_path=str(path), purpose=m.FilePurpose.AGENTS)
            assert (file.filename, file.bytes, file.purpose) == ("cities.csv", len(CSV), "assistants")
            named = await api.upload_file(file=("named.csv", CSV), purpose="assistants")
            assert named.filename == "named.csv"
        with report.check("upload_file_and_poll"):
            polled = await api.upload_file_and_poll(file_path=str(path), purpose="assistants", sleep_interval=0.1)
            assert polled.status == "processed"
        with report.check("save_file"):
            await api.save_file(file.id, "../copy.csv", target_dir=Path(folder) / "new" / "folder")
            assert (Path(folder) / "new" / "folder" / "copy.csv").read_bytes() == CSV
    with report.check("get_file"):
        assert (await api.get_file(file.id)).as_dict() == file.as_dict()
    with report.check("get_file_content"):
        assert await collected(await api.get_file_content(file.id)) == CSV
    with report.check("list_files"):
        listed = await api.list_files(purpose=m.FilePurpose.AGENTS)
        assert {file.id, named.id, polled.id} <= {entry.id for entry in listed.data}
    with report.check("delete_file"):
        gone = await api.delete_file(file.id)
        assert (gone.id, gone.deleted) == (file.id, True)


async def vector_stores(api: Api, report: Report) -> None:
    one, two, three = [(await api.upload_file(file=(f"{n}.csv", CSV), purpose="assistants")).id for n in range(3)]
    with report.check("create_vector_store"):
        policy = m.VectorStoreExpirationPolicy(anchor="last_active_at", days=2)
        store = await api.create_vector_store(name="store", file_ids=[one], expires_after=policy, metadata={"n": "1"})
        assert (store.name, store.expires_after.days, store.metadata) == ("store", 2, {"n": "1"})
    with report.check("get_vector_store"):
        store = await taken_in(store, lambda: api.get_vector_store(store.id))
        assert (store.status, store.file_counts.completed, store.usage_bytes > 0) == ("completed", 1, True)
    with report.check("modify_vector_store"):
        assert (await api.modify_vector_store(store.id, name="renamed")).name == "renamed"
    with report.check("list_vector_stores"):
        assert (await api.list_vector_stores(limit=1)).data[0].id == store.id
    with report.check("create_vector_store_file"):
        static = m.VectorStoreStaticChunkingStrategyOptions(max_chunk_size_tokens=400, chunk_overlap_tokens=100)
        strategy = m.VectorStoreStaticChunkingStrategyRequest(static=static)
        entry = await api.create_vector_store_file(store.id, file_id=two, chunking_strategy=strategy)
        assert (entry.id, entry.vector_store_id) == (two, store.id)
    with report.check("get_vector_store_file"):
        entry = await taken_in(entry, lambda: api.get_vector_store_file(store.id, two))
        assert (entry.status, entry.chunking_strategy.static.max_chunk_size_tokens) == ("completed", 400)
    with report.check("list_vector_store_files"):
        listed = await api.list_vector_store_files(store.id, order="asc", filter=m.VectorStoreFileStatusFilter.COMPLETED)
        assert [entry.id for entry in listed.data] == [one, two]
    with report.check("create_vector_store_file_batch"):
        batch = await api.create_vector_store_file_batch(store.id, file_ids=[three])
        assert (batch.vector_store_id, batch.file_counts.total) == (store.id, 1)
    with report.check("get_vector_store_file_batch"):
        batch = await taken_in(batch, lambda: api.get_vector_store_file_batch(store.id, batch.id))
        assert batch.status == "completed"
    with report.check("list_vector_store_file_batch_files"):
        assert [entry.id for entry in (await api.list_vector_store_file_batch_files(store.id, batch.id)).data] == [three]
    with report.check("cancel_vector_store_file_batch"):
        assert (await api.cancel_vector_store_file_batch(store.id, batch.id)).id == batch.id
    with report.check("create_vector_store_and_poll"):
        other = await api.create_vector_store_and_poll(file_ids=[one], name="polled", sleep_interval=0.1)
        assert (other.status, other.file_counts.completed) == ("completed", 1)
    with report.check("create_vector_store_file_and_poll"):
        entry = await api.create_vector_store_file_and_poll(other.id, file_id=two, sleep_interval=0.1)
        assert (entry.id, entry.status) == (two, "completed")
    with report.check("create_vector_store_file_batch_and_poll"):
        batch = await api.create_vector_store_file_batch_and_poll(other.id, file_ids=[three], sleep_interval=0.1)
        assert (batch.status, batch.file_counts.completed) == ("completed", 1)
    with report.check("delete_vector_store_file"):
        assert (await api.delete_vector_store_file(store.id, two)).deleted
        assert [entry.id for entry in (await api.list_vector_store_files(store.id, order="asc")).data] == [one, three]
    with report.check("delete_vector_store"):
        gone = await api.delete_vector_store(store.id)
        assert (gone.id, gone.deleted) == (store.id, True)


async def refusals(api: Api, report: Report) -> None:
    with report.check("a missing object is a ResourceNotFoundError"):
        error = await refused(api.get_agent("asst_nobody"), ResourceNotFoundError)
        assert (error.status_code, "asst_nobody" in error.message) == (404, True)
    with report.check("a missing file leaves no file"), tempfile.TemporaryDirectory() as folder:
        await refused(api.save_file("assistant-nothing", "nothing.csv", target_dir=folder), ResourceNotFoundError)
        assert list(Path(folder).iterdir()) == []
    with report.check("too much metadata is a HttpResponseError"):
        error = await refused(api.create_thread(metadata={str(number): "" for number in range(17)}), HttpResponseError)
        assert (error.status_code, "metadata" in error.message) == (400, True)
        assert error.response.headers["x-ms-request-id"]


async def taken_in(thing: Any, again: Callable[[], Awaitable[Any]]) -> Any:
    """A vector store, a file of one or a batch, once nothing of it is in progress."""
    while thing.status == "in_progress":
        await asyncio.sleep(0.02)
        thing = await again()
    return thing


async def refused(call: Awaitable[Any], kind: type[HttpResponseError]) -> Any:
    """The error of a call that has to fail.

    :raises AssertionError: It did not fail.
    """
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"it did not raise {kind.__name__}")


OFFLINE = (quickstart, agents, threads, runs, files, vector_stores, refusals)
"""What runs on a service with the offline model."""
