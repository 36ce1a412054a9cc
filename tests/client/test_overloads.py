"""Every operation in every form in which it can be called: the forms of one call send the same request."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentkit import models
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from agentkit.operations import AgentsOperations
from facts import HOSTED

from .faces import Connect, Face, done, pieces
from .forms import USER, WEATHER, Case, Things, binary, forms_of, recorded

NOTES = {"metadata": {"k": "v é"}}
TUNED: dict[str, Any] = {"temperature": 0, "top_p": 0.5, "response_format": "auto"}
RUN: dict[str, Any] = {
    **TUNED,
    **NOTES,
    "model": "other",
    "instructions": "Be brief.",
    "max_prompt_tokens": 1000,
    "max_completion_tokens": 1000,
    "truncation_strategy": models.TruncationObject(type="last_messages", last_messages=3),
    "tool_choice": models.AgentsApiToolChoiceOptionMode.AUTO,
    "parallel_tool_calls": False,
}
MORE = {"additional_instructions": "Very.", "additional_messages": [USER]}
PAGE = {"limit": 5, "order": models.ListSortOrder.ASCENDING}
CHUNKS = models.VectorStoreStaticChunkingStrategyRequest(
    static=models.VectorStoreStaticChunkingStrategyOptions(max_chunk_size_tokens=200, chunk_overlap_tokens=50)
)
EXPIRES = models.VectorStoreExpirationPolicy(anchor="last_active_at", days=2)
INTERPRETER = models.CodeInterpreterTool()
SEARCH = models.FileSearchTool()
OFFERED = SimpleNamespace(definitions=[WEATHER], resources=models.ToolResources())
"""Tells of a function, and has none to call."""


def _respond(request: ModelRequest) -> ModelTurn | str:
    """Asks for the function where it is offered, once."""
    if request.offers("function") and not request.results:
        return ModelTurn(tool_calls=[ToolCall(kind="function", name="weather")])
    return "done"


@pytest.fixture(scope="module")
def world() -> Iterator[LocalService]:
    with LocalService(model=_respond, allow_download=True) as running:
        yield running


T, R = ("thread_id", "<thread>"), ("run_id", "<run>")
V, A = ("vector_store_id", "<store>"), ("agent_id", "<agent>")
OLD = {"assistant_id": "<agent>"}
OUTPUTS = [{"tool_call_id": "<call>", "output": "rain é"}]

CASES = [
    Case("list_agents", named=PAGE),
    Case(
        "create_agent",
        named={"model": "m", "name": "é", "description": "d", "instructions": "i", **TUNED, **NOTES}
        | {"tools": INTERPRETER.definitions, "tool_resources": INTERPRETER.resources},
        same=[
            {"model": "m", "name": "é", "description": "d", "instructions": "i", **TUNED, **NOTES, "toolset": INTERPRETER},
            {"model": "m", "name": "é", "description": "d", "instructions": "i", **TUNED, **NOTES}
            | {"tools": [{"type": "code_interpreter"}], "tool_resources": {}},
        ],
    ),
    Case("get_agent", [A], same=[OLD]),
    Case(
        "update_agent",
        [A],
        {"name": "é", "model": "n", **TUNED, **NOTES, "tools": SEARCH.definitions, "tool_resources": SEARCH.resources},
        same=[
            {"agent_id": "<agent>", "name": "é", "model": "n", **TUNED, **NOTES, "toolset": SEARCH},
            {**OLD, "name": "é", "model": "n", **TUNED, **NOTES, "toolset": SEARCH},
        ],
    ),
    Case("delete_agent", [A], same=[OLD]),
    Case("list_threads", named=PAGE),
    Case("create_thread", named={"messages": [USER], "tool_resources": models.ToolResources(), **NOTES}),
    Case("get_thread", [T]),
    Case("update_thread", [T], {"tool_resources": models.ToolResources(), **NOTES}),
    Case("delete_thread", [T]),
    Case("list_messages", [T], {"run_id": "<run>", **PAGE}),
    Case("create_message", [T], {"role": "user", "content": "é", **NOTES}),
    Case("get_message", [T, ("message_id", "<message>")]),
    Case("update_message", [T, ("message_id", "<message>")], NOTES),
    Case("list_runs", [T], PAGE),
    Case(
        "create_run",
        [T],
        {
            "agent_id": "<agent>",
            "include": [models.RunAdditionalFieldList.FILE_SEARCH_CONTENTS],
            "tools": [WEATHER],
            **RUN,
            **MORE,
        },
        same=[
            {"thread_id": "<thread>", **OLD, "include": ["step_details.tool_calls[*].file_search.results[*].content"]}
            | {"tools": [WEATHER.as_dict()], **RUN, **MORE}
        ],
    ),
    Case(
        "create_stream",
        [T],
        {"agent_id": "<agent>", "include": [models.RunAdditionalFieldList.FILE_SEARCH_CONTENTS]}
        | {"tools": [WEATHER], "event_handler": "<handler>", **RUN, **MORE},
        same=[
            {"thread_id": "<thread>", **OLD, "include": ["step_details.tool_calls[*].file_search.results[*].content"]}
            | {"toolset": OFFERED, **RUN, **MORE}
        ],
        streams=True,
    ),
    Case("create_thread_and_run", named={"agent_id": "<agent>", "thread": {"messages": [USER]}, **RUN}, same=[]),
    Case(
        "create_thread_and_run",
        named={"agent_id": "<agent>", "thread": {"messages": [USER]}, "tools": [WEATHER], "stream_parameter": True, **RUN},
        same=[
            {**OLD, "thread": {"messages": [USER]}, "tools": [WEATHER.as_dict()], "stream_parameter": True, **RUN}
            | {"event_handler": "<handler>"}
        ],
        streams=True,
    ),
    Case("get_run", [T, R]),
    Case("update_run", [T, R], NOTES),
    Case("cancel_run", [T, R]),
    Case("submit_tool_outputs_to_run", [T, R], {"tool_outputs": OUTPUTS}),
    Case("submit_tool_outputs_to_stream", [T, R], {"tool_outputs": OUTPUTS, "event_handler": "<handler>"}, streams=True),
    Case("list_run_steps", [T, R], PAGE),
    Case("get_run_step", [T, R, ("step_id", "<step>")]),
    Case(
        "create_and_process_run",
        [T],
        {"agent_id": "<agent>", **RUN, **MORE},
        [{"thread_id": "<thread>", **OLD, **RUN, **MORE}],
        "POST",
    ),
    Case(
        "create_thread_and_process_run",
        named={"agent_id": "<agent>", "thread": {"messages": [USER]}, **RUN},
        same=[{**OLD, "thread": {"messages": [USER]}, **RUN}],
        only="POST",
    ),
    Case("list_files", named={"purpose": models.FilePurpose.AGENTS}, same=[{"purpose": "assistants"}]),
    Case("get_file", [("file_id", "<file>")]),
    Case("delete_file", [("file_id", "<file>")]),
    Case("get_file_content", [("file_id", "<file>")]),
    Case("save_file", [("file_id", "<file>"), ("file_name", "a.txt")]),
    Case("list_vector_stores", named=PAGE),
    Case(
        "create_vector_store",
        named={"file_ids": ["<file>"], "name": "é", "expires_after": EXPIRES, "chunking_strategy": CHUNKS, **NOTES},
    ),
    Case("get_vector_store", [V]),
    Case("modify_vector_store", [V], {"name": "é", "expires_after": EXPIRES, **NOTES}),
    Case("delete_vector_store", [V]),
    Case("create_vector_store_and_poll", named={"file_ids": ["<file>"], "name": "é", "chunking_strategy": CHUNKS}, only="POST"),
    Case("list_vector_store_files", [V], {"filter": models.VectorStoreFileStatusFilter.COMPLETED, **PAGE}),
    Case("create_vector_store_file", [V], {"file_id": "<file>", "chunking_strategy": CHUNKS}),
    Case("create_vector_store_file_and_poll", [V], {"file_id": "<file>", "chunking_strategy": CHUNKS}, only="POST"),
    Case("get_vector_store_file", [V, ("file_id", "<stored>")]),
    Case("delete_vector_store_file", [V, ("file_id", "<stored>")]),
    Case("create_vector_store_file_batch", [V], {"file_ids": ["<file>"], "chunking_strategy": CHUNKS}),
    Case("create_vector_store_file_batch_and_poll", [V], {"file_ids": ["<file>"], "chunking_strategy": CHUNKS}, only="POST"),
    Case("get_vector_store_file_batch", [V, ("batch_id", "<batch>")]),
    Case("cancel_vector_store_file_batch", [V, ("batch_id", "<batch>")]),
    Case("list_vector_store_file_batch_files", [V, ("batch_id", "<batch>")], {"filter": "completed", **PAGE}),
]

# Their requests have no body of JSON, or none at all; they are compared by themselves below. An earlier name hands everything on.
APART = {
    "enable_auto_function_calls",
    "get_messages",
    "render_message",
    "save_message_files",
    "upload_file",
    "upload_file_and_poll",
}
# These have one form, and tests of their own.
HOUSEKEEPING = {
    "get_or_create_agent",
    "purge",
    "temporary_agent",
    "temporary_file",
    "temporary_thread",
    "temporary_vector_store",
}


def test_no_operation_is_missing_here() -> None:
    names = {case.name for case in CASES}
    # Those about agents with versions are held by tests of their own.
    by_name = {*HOSTED["calls"], "wait_for_version"}
    operations = inspect.getmembers(AgentsOperations, inspect.isfunction)
    assert (
        names | by_name
        == {function.__name__ for name, function in operations if not name.startswith("_")} - APART - HOUSEKEEPING
    )


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_the_forms_of_a_call_send_the_same_request(
    case: Case, world: LocalService, face: Face, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    agents, wire = connect(world).agents, None
    requests, kinds = {}, set()
    for form, arguments in forms_of(case).items():
        requests[form], kind = await recorded(case, arguments, wire, Things(agents, face))
        kinds.add(kind)
        wire = wire or requests[form][2]
        if case.streams:
            assert requests[form][2]["stream"] is True
            wire = {name: value for name, value in wire.items() if name != "stream"}
    assert {form: request for form, request in requests.items() if request != requests["keywords"]} == {}
    assert len(kinds) == 1


# --- what the table leaves out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["upload_file", "upload_file_and_poll"])
async def test_the_forms_of_an_upload_store_the_same_file(
    name: str, world: LocalService, connect: Connect, tmp_path: Path
) -> None:
    agents = connect(world).agents
    path = tmp_path / "é.csv"
    path.write_bytes(b"a,b\n")
    content, purpose = path.read_bytes(), models.FilePurpose.AGENTS
    with path.open("rb") as opened:
        forms: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
            ((), {"file_path": path, "purpose": purpose}),
            ((), {"file_path": str(path), "purpose": "assistants"}),
            ((), {"file": content, "filename": "é.csv", "purpose": purpose}),
            ((), {"file": (path.name, content), "purpose": purpose}),
            ((), {"file": (path.name, io.BytesIO(content), "text/csv"), "purpose": purpose}),
            ((), {"file": opened, "purpose": purpose}),
            (({"file": content, "filename": "é.csv", "purpose": "assistants"},), {}),
            ((), {"body": {"file": ("é.csv", content), "purpose": purpose}}),
        ]
        sent: list[Any] = []
        files = [
            await done(getattr(agents, name)(*positional, **named, raw_request_hook=sent.append)) for positional, named in forms
        ]
    assert {(file.filename, file.bytes, file.purpose) for file in files} == {("é.csv", 4, "assistants")}
    assert [await pieces(await done(agents.get_file_content(file.id))) for file in files] == [[content]] * len(forms)
    posts = {(hook.http_request.method, hook.http_request.url) for hook in sent if hook.http_request.method == "POST"}
    assert len(posts) == 1


IMAGE = {"type": "image_file", "image_file": {"file_id": "<file>", "detail": "low"}}
LINK = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "auto"}}


async def test_the_content_of_a_message_may_be_text_or_blocks(world: LocalService, face: Face, connect: Connect) -> None:
    agents = connect(world).agents
    things = Things(agents, face)
    image, link = await things.filled([IMAGE, LINK])
    blocks = [
        models.MessageInputTextBlock(text="look"),
        models.MessageInputImageFileBlock(image_file=models.MessageImageFileParam(image["image_file"])),
        models.MessageInputImageUrlBlock(image_url=models.MessageImageUrlParam(link["image_url"])),
    ]
    for content in (blocks, [{"type": "text", "text": "look"}, image, link]):
        message = await done(agents.create_message(await things.id("thread"), role="user", content=content))
        text, file, url = (await done(agents.get_message(message.thread_id, message.id))).content
        assert text.text.value == "look"
        assert (file.image_file.file_id, url["image_url"]) == (image["image_file"]["file_id"], link["image_url"])
    message = await done(agents.create_message(await things.id("thread"), role=models.MessageRole.USER, content="just text"))
    assert [part.text.value for part in message.content] == ["just text"]


async def test_an_update_by_a_body_changes_the_agent(world: LocalService, connect: Connect) -> None:
    agents = connect(world).agents
    agent = await done(agents.create_agent(model="m", name="old", instructions="stay"))
    for changed in (
        await done(agents.update_agent(agent.id, {"name": "new"})),
        await done(agents.update_agent(agent.id, body=binary({"name": "new"}))),
        await done(agents.update_agent(assistant_id=agent.id, body={"name": "new"})),
    ):
        assert (changed.id, changed.name, changed.instructions) == (agent.id, "new", "stay")


async def test_a_toolset_gives_an_agent_its_tools_and_resources(world: LocalService, face: Face, connect: Connect) -> None:
    agents = connect(world).agents
    things = Things(agents, face)
    toolset = models.ToolSet()
    toolset.add(models.CodeInterpreterTool(file_ids=[await things.id("file")]))
    toolset.add(models.FileSearchTool(vector_store_ids=[await things.id("store")]))
    made = await done(agents.create_agent(model="m", toolset=toolset))
    for agent in (made, await done(agents.update_agent((await done(agents.create_agent(model="m"))).id, toolset=toolset))):
        assert [tool.type for tool in agent.tools] == ["code_interpreter", "file_search"]
        assert agent.tool_resources.code_interpreter.file_ids == [things.ids["file"]]
        assert agent.tool_resources.file_search.vector_store_ids == [things.ids["store"]]


async def test_functions_are_enabled_in_every_form(world: LocalService, face: Face, connect: Connect) -> None:
    Functions: Any = models.AsyncFunctionTool if face.waits else models.FunctionTool
    made: list[str] = []

    def weather() -> str:
        """Tells the weather."""
        made.append("rain")
        return "rain"

    def other() -> None:
        """Is never asked for."""

    tool, toolset = Functions([weather]), models.AsyncToolSet() if face.waits else models.ToolSet()
    toolset.add(tool)
    agents = connect(world).agents
    forms: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (([weather],), {}),
        ((tool,), {}),
        ((toolset,), {"max_retry": 3}),
        ((), {"functions": {weather}}),
        ((), {"functions": iter([weather]), "max_retry": 3}),
        ((), {"function_tool": tool}),
        ((), {"toolset": toolset}),
        ((), {"tools": [weather]}),
    ]
    for number, (positional, named) in enumerate(forms, start=1):
        agents.enable_auto_function_calls([other])
        assert agents.enable_auto_function_calls(*positional, **named) is None
        agent = await done(agents.create_agent(model="m", tools=tool.definitions))
        thread = await done(agents.create_thread(messages=[USER]))
        run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
        assert (run.status, len(made)) == ("completed", number)
