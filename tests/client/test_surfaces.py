"""What the two clients offer: the same types, every operation of the mirrored client, every parameter explained, typed results."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path

import pytest
from codegen.sync import NAMES

import agentkit
import agentkit.aio
import agentkit.aio.operations
import agentkit.operations
from agentkit.models import AgentRunStream, AsyncAgentRunStream
from facts import CALLS

SYNC, ASYNC = agentkit.operations.AgentsOperations, agentkit.aio.operations.AgentsOperations
OPERATIONS = sorted(name for name in dir(SYNC) if not name.startswith("_") and inspect.isfunction(getattr(SYNC, name)))

RUNNING = {
    "create_and_process_run",
    "create_stream",
    "create_thread_and_process_run",
    "create_thread_and_run",
    "submit_tool_outputs_to_stream",
}
"""They run an agent and call its functions."""

STREAMED = {"create_run", "submit_tool_outputs_to_run"}
"""They can be asked for a stream, and give its bytes then."""

SENDS_NOTHING = {"enable_auto_function_calls"}
LAZY = {"list", "list_versions"}
"""They send nothing before their items are asked for."""

RETURNS_NOTHING = {"enable_auto_function_calls", "submit_tool_outputs_to_stream"}


def _parameters(owner: type, name: str) -> dict[str, inspect.Parameter]:
    return {p.name: p for p in inspect.signature(getattr(owner, name)).parameters.values() if p.name != "self"}


def _types(owner: type, name: str) -> tuple[dict[str, str], str]:
    """The annotations of the parameters and of the result, as they are written."""
    signature = inspect.signature(getattr(owner, name))
    annotations = {p.name: str(p.annotation) for p in signature.parameters.values() if p.name != "self"}
    return annotations, str(signature.return_annotation)


def _in_sync(annotation: str) -> str:
    """A type of the async client by the name that it has in the other one."""
    return re.sub(r"\w+", lambda found: NAMES.get(found[0], found[0]), annotation)


@pytest.mark.parametrize("name", OPERATIONS)
def test_types_are_the_same_but_for_the_derived_names(name: str) -> None:
    parameters, result = _types(ASYNC, name)
    assert _types(SYNC, name) == ({key: _in_sync(annotation) for key, annotation in parameters.items()}, _in_sync(result))
    untyped = "<class 'inspect._empty'>"
    assert untyped not in (result, *parameters.values())
    assert (result == "None") == (name in RETURNS_NOTHING)
    assert (result == "Any") == (name == "create_thread_and_run"), "it is a run or a stream; the overloads say which"


BLOCKS = {"temporary_agent", "temporary_file", "temporary_thread", "temporary_vector_store"}
"""What gives a context manager; its requests are those of the block."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_the_async_operations_are_awaited(name: str) -> None:
    """``create_stream`` of the async client is as well, but may also be entered as it is."""
    assert inspect.iscoroutinefunction(getattr(ASYNC, name)) == (name not in {"create_stream", *BLOCKS, *LAZY, *SENDS_NOTHING})
    assert not inspect.iscoroutinefunction(getattr(SYNC, name))


def test_a_run_stream_is_a_block_and_in_the_async_client_awaitable() -> None:
    assert issubclass(AsyncAgentRunStream, Awaitable)
    assert issubclass(AsyncAgentRunStream, AbstractAsyncContextManager)
    assert not issubclass(AsyncAgentRunStream, AbstractContextManager)
    assert issubclass(AgentRunStream, AbstractContextManager)
    assert not issubclass(AgentRunStream, (Awaitable, AbstractAsyncContextManager))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_takes_the_keywords_of_every_call(name: str) -> None:
    last = list(_parameters(SYNC, name).values())[-1]
    if name in SENDS_NOTHING:
        assert last.kind is inspect.Parameter.KEYWORD_ONLY
        return
    assert last.kind is inspect.Parameter.VAR_KEYWORD
    options = "RunOptions" if name in RUNNING else "StreamedOptions" if name in STREAMED else "CallOptions"
    # It names content_type itself, as the mirrored client does.
    options = "StreamOptions" if name == "create_stream" else options
    assert last.annotation == f"Unpack[{options}]"


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_docstring_explains_each_parameter_once(name: str) -> None:
    """Those that may be given by position as ``param``, the others as ``keyword``; what is returned and raised as well."""
    text = inspect.getdoc(getattr(SYNC, name)) or ""
    explained = re.findall(r"^:(param|keyword) (\w+):", text, re.MULTILINE)
    kinds = {
        parameter.name: "param" if parameter.kind is parameter.POSITIONAL_OR_KEYWORD else "keyword"
        for parameter in _parameters(SYNC, name).values()
    }
    # An id that was renamed may come under its old name, and stands beside its new one.
    assert sorted(explained) == sorted((kind, parameter) for parameter, kind in kinds.items())
    first, blank, *rest = text.splitlines()
    assert (first.endswith("."), blank) == (True, "")
    assert ({":return:", ":rtype:"} <= {line.split(" ")[0] for line in rest}) == (name not in RETURNS_NOTHING)
    assert (":raises ~azure.core.exceptions.HttpResponseError:" in text) == (name not in SENDS_NOTHING)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_of_the_mirrored_client_takes_what_it_takes_there(name: str) -> None:
    fact, parameters = CALLS[name], _parameters(SYNC, name)
    ids = list(fact["ids"].values())
    body = [value.get("python", wire) for wire, value in fact.get("body", {}).items() if "fixed" not in value]
    query = [value["python"] for value in fact.get("query", {}).values()]
    assert {*ids, *body, *query} <= set(parameters)
    by_position = [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert by_position[: len(ids)] == ids
    if "body" in fact and name != "upload_file":
        assert by_position == [*ids, "body"]
    if "agent_id" in parameters:
        assert "assistant_id" in parameters


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.endswith(("_and_poll", "_and_process_run"))])
def test_every_wait_takes_the_same_keywords(name: str) -> None:
    parameters = _parameters(SYNC, name)
    assert {"sleep_interval", "timeout", "on_update"} <= set(parameters)
    assert parameters["sleep_interval"].default == 1
    assert parameters["timeout"].default == (15 * 60 if name.endswith("_and_process_run") else 30 * 60)


USAGE = """
import io
from pathlib import Path
import agentkit
import agentkit.aio
from agentkit.models import (
    AgentEventHandler,
    AsyncAgentEventHandler,
    BaseAgentEventHandler,
    BaseAsyncAgentEventHandler,
    CodeInterpreterTool,
    MessageInputTextBlock,
    OpenAIPageableListOfThreadMessage,
)
from pydantic import BaseModel

class Answer(BaseModel):
    value: int

class Mine(AgentEventHandler[str]):
    def on_message_delta(self, delta: object) -> str:
        return str(delta)

class Lines(BaseAgentEventHandler[str]):
    def _process_event(self, event_data_str: str) -> str:
        return event_data_str

class AsyncMine(AsyncAgentEventHandler[str]):
    async def on_message_delta(self, delta: object) -> str:
        return str(delta)

class AsyncLines(BaseAsyncAgentEventHandler[str]):
    async def _process_event(self, event_data_str: str) -> str:
        return event_data_str

def sync(client: agentkit.AIProjectClient) -> None:
    agents = client.agents
    reveal_type(agents.create_agent(model="m", response_format=Answer))
    reveal_type(agents.create_agent({"model": "m"}))
    reveal_type(agents.update_agent("a", body=io.BytesIO()))
    reveal_type(agents.create_and_process_run("t", agent_id="a", response_format=Answer, if_active="wait"))
    agents.create_agent(model="m", toolset=CodeInterpreterTool())
    agents.create_message("t", role="user", content=[MessageInputTextBlock(text="x")])
    for run in agents.list_runs("t").auto_paging_iter():
        reveal_type(run)
    messages: OpenAIPageableListOfThreadMessage = agents.list_messages("t")
    reveal_type(messages.parse_last(Answer))
    for message in messages.auto_paging_iter():
        reveal_type(agents.save_message_files(message, Path("x")))
        reveal_type(message.render(citations="markdown"))
    for chunk in agents.get_file_content("f"):
        reveal_type(chunk)
    with agents.create_stream("t", agent_id="a", on_missing_tool="raise", cancel_on_exit=True) as events:
        reveal_type(events)
        for name, data, returned in events:
            reveal_type(name)
    with agents.create_stream("t", {"assistant_id": "a"}, event_handler=Mine()) as mine:
        reveal_type(mine)
        for _, _, returned in mine:
            reveal_type(returned)
        agents.submit_tool_outputs_to_stream("t", "r", tool_outputs=[], event_handler=mine)
    for line in agents.create_stream("t", agent_id="a", event_handler=Lines()).event_handler:
        reveal_type(line)
    stream = agents.create_stream("t", agent_id="a")
    for text in stream.text_deltas():
        reveal_type(text)
    reveal_type(stream.get_final_run())
    reveal_type(stream.get_final_messages())
    reveal_type(stream.current_run)
    reveal_type(agents.create_thread_and_run(agent_id="a"))
    reveal_type(agents.create_thread_and_run(agent_id="a", stream_parameter=False))
    reveal_type(agents.create_thread_and_run(agent_id="a", stream_parameter=True))
    reveal_type(agents.create_thread_and_run({"assistant_id": "a"}, stream_parameter=True, event_handler=Mine()))
    agents.enable_auto_function_calls([print], max_retry=3)

async def asynchronous(client: agentkit.aio.AIProjectClient) -> None:
    agents = client.agents
    async for store in (await agents.list_vector_stores()).auto_paging_iter():
        reveal_type(store.failed_files)
    reveal_type(await agents.create_vector_store_file_batch_and_poll("v", {"file_ids": ["f"]}))
    reveal_type(await agents.save_file("f", "a.txt", overwrite=False, progress=True))
    async for chunk in await agents.get_file_content("f"):
        reveal_type(chunk)
    reveal_type(agents.create_stream("t", agent_id="a"))
    reveal_type(await agents.create_stream("t", agent_id="a", event_handler=AsyncLines()))
    async with agents.create_stream("t", agent_id="a") as events:
        reveal_type(events)
    async with await agents.create_stream("t", agent_id="a", event_handler=AsyncMine()) as mine:
        reveal_type(mine)
        async for _, _, returned in mine:
            reveal_type(returned)
        await agents.submit_tool_outputs_to_stream("t", "r", tool_outputs=[], event_handler=mine)
    stream = agents.create_stream("t", agent_id="a")
    async for text in stream.text_deltas():
        reveal_type(text)
    reveal_type(await stream.get_final_run())
    reveal_type(await agents.create_thread_and_run(agent_id="a"))
    reveal_type(await agents.create_thread_and_run(agent_id="a", stream_parameter=True))

def by_area(client: agentkit.AgentsClient) -> None:
    reveal_type(client.threads.create())
    for thread in client.threads.list(limit=2):
        reveal_type(thread)
    for page in client.messages.list("t").by_page():
        reveal_type(page)
    reveal_type(client.runs.create_and_process("t", agent_id="a", polling_interval=0.5, polling_timeout=9))
    with client.runs.stream("t", agent_id="a", event_handler=Mine()) as mine:
        reveal_type(mine)
    reveal_type(client.messages.get_last_message_text_by_role("t", "assistant"))
    client.threads.delete("t")

async def asynchronous_by_area(client: agentkit.aio.AgentsClient) -> None:
    async for agent in client.list_agents():
        reveal_type(agent)
    async with await client.runs.stream("t", agent_id="a") as events:
        reveal_type(events)
    reveal_type(await client.create_thread_and_run(agent_id="a"))
"""
REVEALED = [
    "Agent",
    "Agent",
    "Agent",
    "ThreadRun",
    "ThreadRun",
    "Answer",
    "list[Path]",
    "str",
    "bytes",
    "AgentEventHandler[Any]",
    "str",
    "Mine",
    "str | None",
    "str",
    "str",
    "ThreadRun",
    "list[ThreadMessage]",
    "ThreadRun | None",
    "ThreadRun",
    "ThreadRun",
    "AgentRunStream[AgentEventHandler[Any]]",
    "AgentRunStream[Mine]",
    "list[VectorStoreFile]",
    "VectorStoreFileBatch",
    "Path",
    "bytes",
    "AsyncAgentRunStream[AsyncAgentEventHandler[Any]]",
    "AsyncAgentRunStream[AsyncLines]",
    "AsyncAgentEventHandler[Any]",
    "AsyncMine",
    "str | None",
    "str",
    "ThreadRun",
    "ThreadRun",
    "AsyncAgentRunStream[AsyncAgentEventHandler[Any]]",
    "AgentThread",
    "AgentThread",
    "Iterator[ThreadMessage]",
    "ThreadRun",
    "Mine",
    "MessageTextContent | None",
    "Agent",
    "AsyncAgentEventHandler[Any]",
    "ThreadRun",
]
WRONG = {
    "agents.create_agent()": "call-overload",
    "agents.create_agent(model=5)": "call-overload",
    'agents.create_agent(modle="m")': "call-overload",
    'agents.create_message("t", role="user")': "call-overload",
    'agents.create_message("t", {"role": "user"}, content="x")': "call-overload",
    'agents.get_agents("a")': "attr-defined",
    'agents.get_agent("a", timeout=5)': "call-arg",
    'agents.upload_file(file=5, purpose="assistants")': "arg-type",
    'agents.list_messages("t").render()': "attr-defined",
    'agents.create_stream("t", agent_id="a", event_handler=print)': "call-overload",
    'agents.create_stream("t", agent="a")': "call-overload",
    'agents.create_thread_and_run(agent_id="a", cancel_on_exit=True)': "call-overload",
    'agents.create_run("t", agent_id="a", on_missing_tool="raise")': "call-overload",
    'agents.runs.create_and_process("t", agent_id="a", poling_interval=1)': "call-arg",
    'agents.threads.create(metdata={"a": "b"})': "call-overload",
    "agents.threads.creat()": "attr-defined",
}


def _mypy(folder: Path, cache: Path) -> dict[str, list[str]]:
    """What mypy says in its strict mode, by the file that it says it of."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--cache-dir",
        str(cache),
        "usage.py",
        "wrong.py",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert told.stderr == ""
    lines = told.stdout.splitlines()
    return {name: [line for line in lines if line.startswith(f"{name}.py:")] for name in ("usage", "wrong")}


def test_a_type_checker_knows_what_calls_take_and_give(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    head = "import agentkit.operations\ndef use(agents: agentkit.operations.AgentsOperations) -> None:\n"
    (tmp_path / "usage.py").write_text(USAGE)
    (tmp_path / "wrong.py").write_text(head + "".join(f"    {line}\n" for line in WRONG))
    # What mypy has read of the package is kept from one run of the tests to the next, where pytest keeps anything.
    kept = getattr(pytestconfig, "cache", None)
    told = _mypy(tmp_path, tmp_path / "cache" if kept is None else Path(kept.mkdir("mypy")))
    revealed = [re.sub(r"(?<![\w.])(?:\w+\.)+", "", line.split('"')[1]) for line in told["usage"] if "Revealed type" in line]
    assert revealed == REVEALED, "\n".join(told["usage"])
    assert [line for line in told["usage"] if "Revealed type" not in line] == []
    errors = {int(line.split(":")[1]): line for line in reversed(told["wrong"]) if ": error: " in line}
    for number, (line, code) in enumerate(WRONG.items(), start=3):
        assert errors.get(number, f"nothing found in {line}").endswith(f"[{code}]"), errors
