"""What azure-ai-agents is put through by its own names: everything but its lists, its streams, and its rounds of functions."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from azure.ai.agents import models as m
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.rest import HttpRequest
from event_streams import told
from listening import ANSWER, BEGINNING, collected, data, each, names
from rounds import BY_NAME, TOLD_AFTER_TWO, TWO_ROUNDS, Fragile
from scenarios import CSV, PNG, PROMPT, finished, refused, taken_in
from scenarios import collected as whole
from turns import OUTPUTS, call, calls

if TYPE_CHECKING:
    from clients import Api, Report

WAIT = {"polling_interval": 0.05, "timeout": 30}


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
    with report.check("runs.create_and_process"):
        thread = await api.threads.create()
        await api.messages.create(thread_id=thread.id, role="user", content=PROMPT)
        run = await api.runs.create_and_process(thread_id=thread.id, agent_id=agent.id, polling_interval=0.1)
        assert run.status == "completed", run.last_error
        assert run.usage.total_tokens == run.usage.prompt_tokens + run.usage.completion_tokens > 0
    with report.check("messages.get_last_message_by_role"):
        message = await api.messages.get_last_message_by_role(thread.id, m.MessageRole.AGENT)
        assert (message.run_id, message.agent_id) == (run.id, agent.id)
        (annotation,), (image,) = message.file_path_annotations, message.image_contents
        asked = await api.messages.get_last_message_by_role(thread.id, m.MessageRole.USER, limit=1)
        assert asked.text_messages[0].text.value == PROMPT
    with report.check("messages.get_last_message_text_by_role"):
        text = await api.messages.get_last_message_text_by_role(thread.id, m.MessageRole.AGENT)
        assert text == message.text_messages[-1]
        assert annotation.text in text.text.value
    with report.check("run_steps.list"):
        steps = [step async for step in each(await api.run_steps.list(thread.id, run.id, order="asc", limit=1))]
        assert [step.type for step in steps] == ["tool_calls", "message_creation"]
        details = steps[0].step_details.tool_calls[0].code_interpreter
        assert "Company D: 1.8" in "".join(output.logs for output in details.outputs if output.type == "logs")
    with report.check("run_steps.get"):
        step = await api.run_steps.get(thread.id, run.id, steps[0].id, include=[m.RunAdditionalFieldList.FILE_SEARCH_CONTENTS])
        assert step == steps[0]
    with report.check("files.save"), tempfile.TemporaryDirectory() as folder:
        for file_id, name in ((annotation.file_path.file_id, "chart.png"), (image.image_file.file_id, "image.png")):
            await api.files.save(file_id=file_id, file_name=name, target_dir=folder)
            assert (Path(folder) / name).read_bytes().startswith(PNG)
    with report.check("delete_agent"):
        assert await api.delete_agent(agent.id) is None
        await refused(api.get_agent(agent.id), ResourceNotFoundError)


async def agents(api: Api, report: Report) -> None:
    agent = await api.create_agent({"model": "m", "name": "from a body", "metadata": {"n": "1"}})
    with report.check("get_agent"):
        assert await api.get_agent(agent.id) == agent
    with report.check("update_agent"):
        shape = m.ResponseFormatJsonSchema(name="answer", schema={"type": "object"})
        changed = await api.update_agent(
            agent.id, name="renamed", temperature=0.5, response_format=m.ResponseFormatJsonSchemaType(json_schema=shape)
        )
        assert (changed.id, changed.name, changed.temperature, changed.metadata) == (agent.id, "renamed", 0.5, {"n": "1"})
        assert changed.response_format["json_schema"]["name"] == "answer"
        assert (await api.update_agent(agent.id, {"description": "Changed by a body."})).description == "Changed by a body."
    with report.check("send_request"):
        request = HttpRequest("GET", f"{{endpoint}}/assistants/{agent.id}", params={"api-version": "v1"})
        answer = await api.send_request(request)
        assert (answer.status_code, answer.json()["name"]) == (200, "renamed")
    with report.check("the definitions of tools are kept"):
        queue = m.AzureFunctionStorageQueue(storage_service_endpoint="https://storage.invalid", queue_name="q")
        tools = [
            *m.BingGroundingTool(connection_id="c", market="en-us").definitions,
            *m.AzureAISearchTool("c", "index").definitions,
            *m.AzureFunctionTool("lookup", "Looks up.", {"type": "object"}, queue, queue).definitions,
            *m.FileSearchTool().definitions,
            *m.FunctionTool(set(BY_NAME.values())).definitions,
        ]
        resources = m.AzureAISearchTool("c", "index", query_type=m.AzureAISearchQueryType.SIMPLE, top_k=3).resources
        kept = await api.create_agent(model="m", tools=tools, tool_resources=resources)
        assert kept.tools == tools
        assert kept.tool_resources.azure_ai_search.index_list[0].index_name == "index"


async def threads(api: Api, report: Report) -> None:
    with report.check("threads.create"):
        options = m.ThreadMessageOptions(role="user", content=[m.MessageInputTextBlock(text="Hello")])
        thread = await api.threads.create(messages=[options], metadata={"kind": "test"})
        assert (thread.metadata, thread.created_at.tzinfo is not None) == ({"kind": "test"}, True)
    with report.check("threads.get"):
        assert await api.threads.get(thread.id) == thread
    with report.check("threads.update"):
        assert (await api.threads.update(thread.id, metadata={"kind": "other"})).metadata == {"kind": "other"}
    with report.check("messages.create"):
        file = await api.files.upload(file=("data.csv", CSV), purpose=m.FilePurpose.AGENTS)
        attachment = m.MessageAttachment(file_id=file.id, tools=m.CodeInterpreterTool().definitions)
        message = await api.messages.create(thread.id, role=m.MessageRole.USER, content="Again", attachments=[attachment])
        assert (message.role, message.attachments[0].file_id) == (m.MessageRole.USER, file.id)
        blocks = [
            m.MessageInputTextBlock(text="A chart."),
            m.MessageInputImageUrlBlock(image_url=m.MessageImageUrlParam(url=LINK)),
        ]
        shown = await api.messages.create(thread.id, role="user", content=blocks)
        assert [block.type for block in shown.content] == ["text", "image_url"]
    with report.check("messages.get"):
        assert await api.messages.get(thread.id, message.id) == message
    with report.check("messages.update"):
        assert (await api.messages.update(thread.id, message.id, metadata={"n": "2"})).metadata == {"n": "2"}
    with report.check("threads.delete"):
        assert await api.threads.delete(thread.id) is None
        await refused(api.threads.get(thread.id), ResourceNotFoundError)


async def runs(api: Api, report: Report) -> None:
    agent = await api.create_agent(model="m", name="runner", tools=m.CodeInterpreterTool().definitions)
    file = await api.files.upload(file=("cities.csv", CSV), purpose="assistants")
    with report.check("runs.create"):
        question = m.ThreadMessageOptions(role="user", content="Hello")
        thread = await api.threads.create(messages=[question])
        run = await api.runs.create(
            thread.id,
            agent_id=agent.id,
            instructions="Be brief.",
            additional_instructions="Be polite.",
            additional_messages=[question],
            tool_resources=m.CodeInterpreterTool(file_ids=[file.id]).resources,
            truncation_strategy=m.TruncationObject(type="last_messages", last_messages=3),
            tool_choice=m.AgentsToolChoiceOptionMode.AUTO,
            metadata={"n": "1"},
            include=[m.RunAdditionalFieldList.FILE_SEARCH_CONTENTS],
        )
        assert (run.status, run.agent_id, run.thread_id, run.metadata) == ("queued", agent.id, thread.id, {"n": "1"})
        assert run.truncation_strategy.last_messages == 3
    with report.check("runs.get"):
        run = await finished(api, run)
        assert run.status == "completed", run.last_error
        assert await api.runs.get(thread.id, run.id) == run
    with report.check("runs.update"):
        assert (await api.runs.update(thread.id, run.id, metadata={"n": "2"})).metadata == {"n": "2"}
    with report.check("create_thread_and_run"):
        options = m.AgentThreadCreationOptions(messages=[question])
        other = await finished(api, await api.create_thread_and_run(agent_id=agent.id, thread=options))
        assert (other.status, other.thread_id != thread.id) == ("completed", True)
    with report.check("create_thread_and_process_run"):
        options = m.AgentThreadCreationOptions(messages=[m.ThreadMessageOptions(role="user", content=PROMPT)])
        other = await api.create_thread_and_process_run(agent_id=agent.id, thread=options, polling_interval=0.05)
        assert other.status == "completed", other.last_error
        message = await api.messages.get_last_message_by_role(other.thread_id, "assistant")
        assert message.image_contents


async def files(api: Api, report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cities.csv"
        path.write_bytes(CSV)
        with report.check("files.upload"):
            file = await api.files.upload(file_path=str(path), purpose=m.FilePurpose.AGENTS)
            assert (file.filename, file.bytes, file.purpose) == ("cities.csv", len(CSV), "assistants")
            with path.open("rb") as content:
                named = await api.files.upload(file=content, purpose="assistants", filename="named.csv")
            assert named.filename == "named.csv"
        with report.check("files.upload_and_poll"):
            polled = await api.files.upload_and_poll(file=("Übersicht 東京.csv", CSV), purpose="assistants", **WAIT)
            assert (polled.status, polled.filename) == ("processed", "Übersicht 東京.csv")
        with report.check("files.save"):
            await api.files.save(file.id, "../copy.csv", target_dir=Path(folder) / "new" / "folder")
            assert (Path(folder) / "new" / "folder" / "copy.csv").read_bytes() == CSV
    with report.check("files.get"):
        assert await api.files.get(file.id) == file
    with report.check("files.get_content"):
        assert await whole(await api.files.get_content(file.id)) == CSV
    with report.check("files.list"):
        listed = await api.files.list(purpose=m.FilePurpose.AGENTS)
        assert {file.id, named.id, polled.id} <= {entry.id for entry in listed.data}
    with report.check("files.delete"):
        assert await api.files.delete(file.id) is None
        await refused(api.files.get(file.id), ResourceNotFoundError)


async def vector_stores(api: Api, report: Report) -> None:
    one, two, three = [(await api.files.upload(file=(f"{n}.csv", CSV), purpose="assistants")).id for n in range(3)]
    with report.check("vector_stores.create"):
        policy = m.VectorStoreExpirationPolicy(anchor="last_active_at", days=2)
        store = await api.vector_stores.create(name="store", file_ids=[one], expires_after=policy, metadata={"n": "1"})
        assert (store.name, store.expires_after.days, store.metadata) == ("store", 2, {"n": "1"})
    with report.check("vector_stores.get"):
        store = await taken_in(store, lambda: api.vector_stores.get(store.id))
        assert (store.status, store.file_counts.completed, store.usage_bytes > 0) == ("completed", 1, True)
    with report.check("vector_stores.modify"):
        assert (await api.vector_stores.modify(store.id, name="renamed")).name == "renamed"
    with report.check("vector_store_files.create"):
        static = m.VectorStoreStaticChunkingStrategyOptions(max_chunk_size_tokens=400, chunk_overlap_tokens=100)
        strategy = m.VectorStoreStaticChunkingStrategyRequest(static=static)
        entry = await api.vector_store_files.create(store.id, file_id=two, chunking_strategy=strategy)
        assert (entry.id, entry.vector_store_id) == (two, store.id)
    with report.check("vector_store_files.get"):
        entry = await taken_in(entry, lambda: api.vector_store_files.get(store.id, two))
        assert (entry.status, entry.chunking_strategy.static.max_chunk_size_tokens) == ("completed", 400)
    with report.check("vector_store_file_batches.create"):
        batch = await api.vector_store_file_batches.create(store.id, file_ids=[three])
        assert (batch.vector_store_id, batch.file_counts.total) == (store.id, 1)
    with report.check("vector_store_file_batches.get"):
        batch = await taken_in(batch, lambda: api.vector_store_file_batches.get(store.id, batch.id))
        assert batch.status == "completed"
    with report.check("vector_store_file_batches.cancel"):
        assert (await api.vector_store_file_batches.cancel(store.id, batch.id)).id == batch.id
    with report.check("vector_stores.create_and_poll"):
        other = await api.vector_stores.create_and_poll(file_ids=[one], name="polled", **WAIT)
        assert (other.status, other.file_counts.completed) == ("completed", 1)
    with report.check("vector_store_files.create_and_poll"):
        entry = await api.vector_store_files.create_and_poll(other.id, file_id=two, **WAIT)
        assert (entry.id, entry.status) == (two, "completed")
    with report.check("vector_store_file_batches.create_and_poll"):
        batch = await api.vector_store_file_batches.create_and_poll(other.id, file_ids=[three], **WAIT)
        assert (batch.status, batch.file_counts.completed) == ("completed", 1)
    with report.check("vector_store_files.delete"):
        assert await api.vector_store_files.delete(store.id, two) is None
        listed = await api.vector_store_files.list(store.id, order="asc")
        assert [entry.id async for entry in each(listed)] == [one, three]
    with report.check("vector_stores.delete"):
        assert await api.vector_stores.delete(store.id) is None
        await refused(api.vector_stores.get(store.id), ResourceNotFoundError)


async def refusals(api: Api, report: Report) -> None:
    with report.check("a missing object is a ResourceNotFoundError"):
        error = await refused(api.get_agent("asst_nobody"), ResourceNotFoundError)
        assert (error.status_code, "asst_nobody" in error.message) == (404, True)
    with report.check("a bad request is a HttpResponseError with a model of the error"):
        error = await refused(api.threads.create(metadata={str(number): "" for number in range(17)}), HttpResponseError)
        assert (error.status_code, isinstance(error.model, m.AgentV1Error)) == (400, True)
        assert "metadata" in error.model.error.message
        assert error.response.headers["x-ms-request-id"]


async def functions(api: Api, report: Report) -> None:
    toolset = api.face.tool_set()
    toolset.add(api.face.function_tool(set(BY_NAME.values())))
    with report.check("enable_auto_function_calls"):
        await api.enable_auto_function_calls(toolset=toolset)
    agent, _ = await told(api, *TWO_ROUNDS)
    options = m.AgentThreadCreationOptions(messages=[m.ThreadMessageOptions(role="user", content="Begin.")])
    with report.check("create_thread_and_process_run makes calls"):
        run = await api.create_thread_and_process_run(agent_id=agent.id, thread=options, toolset=toolset, polling_interval=0.05)
        assert run.status == "completed", run.last_error
        text = await api.messages.get_last_message_text_by_role(run.thread_id, "assistant")
        assert text.text.value == TOLD_AFTER_TWO
    with report.check("a body that asks for a stream gets one"):
        agent, thread = await told(api, "All is well.")
        events = await collected(await api.runs.stream(thread.id, {"assistant_id": agent.id, "stream": True}, stream=True))
        assert names(events) == [*BEGINNING, *ANSWER], names(events)


async def failing(api: Api, report: Report) -> None:
    """A function that fails too often has its run cancelled, and the client adds an event that says so to the stream."""
    again = calls(call("look_up", name="Oslo"))
    agent, thread = await told(api, again, again, again, OUTPUTS, tools=m.FunctionTool({Fragile(0).look_up}).definitions)
    with report.check("runs.create_and_process cancels a run whose function fails too often"):
        fragile = Fragile(4)
        await api.enable_auto_function_calls(functions={fragile.look_up}, max_retry=1)
        run = await api.runs.create_and_process(thread.id, agent_id=agent.id, polling_interval=0.1)
        assert fragile.made == 2, fragile.made
        assert (await finished(api, run)).status == "cancelled"
    with report.check("runs.stream cancels a run whose function fails too often"):
        fragile = Fragile(4)
        await api.enable_auto_function_calls(functions={fragile.look_up}, max_retry=1)
        events = await collected(await api.runs.stream(thread.id, agent_id=agent.id))
        (told_of,) = data(events, "thread.run.cancelled")
        assert fragile.made == 2, fragile.made
        assert (await finished(api, told_of)).status == "cancelled"


LINK = "https://pictures.invalid/chart.png"

OFFLINE = (quickstart, agents, threads, runs, files, vector_stores, refusals)
"""What runs on a service with the offline model."""

TOLD = (functions, failing)
"""What needs a model that does what it is told."""
