"""What the two clients offer: the same types, every operation of the mirrored client, every parameter explained, typed results."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import agentkit
import agentkit.aio
import agentkit.aio.operations
import agentkit.operations
from facts import CALLS

SYNC, ASYNC = agentkit.operations.AgentsOperations, agentkit.aio.operations.AgentsOperations
OPERATIONS = sorted(name for name in dir(SYNC) if not name.startswith("_"))


def _parameters(owner: type, name: str) -> dict[str, inspect.Parameter]:
    return {p.name: p for p in inspect.signature(getattr(owner, name)).parameters.values() if p.name != "self"}


def _types(owner: type, name: str) -> tuple[dict[str, Any], str]:
    """The annotations of the parameters and of the result, as they are written."""
    signature = inspect.signature(getattr(owner, name))
    return {p.name: p.annotation for p in signature.parameters.values()}, str(signature.return_annotation)


@pytest.mark.parametrize("name", OPERATIONS)
def test_types_are_the_same_but_for_what_is_awaited(name: str) -> None:
    parameters, result = _types(ASYNC, name)
    assert _types(SYNC, name) == (parameters, result.replace("AsyncIterator", "Iterator"))
    assert result not in ("None", "Any", "<class 'inspect._empty'>")
    assert all(annotation is not inspect.Parameter.empty for key, annotation in parameters.items() if key != "self")


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_the_async_operations_are_awaited(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(ASYNC, name))
    assert not inspect.iscoroutinefunction(getattr(SYNC, name))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_takes_the_keywords_of_every_call(name: str) -> None:
    parameters = list(_parameters(SYNC, name).values())
    assert parameters[-1].kind is inspect.Parameter.VAR_KEYWORD
    assert parameters[-1].annotation == "Unpack[CallOptions]"


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
    assert {":return:", ":rtype:"} <= {line.split(" ")[0] for line in rest}
    assert ":raises ~azure.core.exceptions.HttpResponseError:" in text


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


@pytest.mark.parametrize(
    "name", [name for name in OPERATIONS if name.endswith("_and_poll") or name == "create_and_process_run"]
)
def test_every_wait_takes_the_same_keywords(name: str) -> None:
    parameters = _parameters(SYNC, name)
    assert {"sleep_interval", "timeout", "on_update"} <= set(parameters)
    assert parameters["sleep_interval"].default == 1
    assert parameters["timeout"].default == (15 * 60 if name == "create_and_process_run" else 30 * 60)


USAGE = """
import io
from pathlib import Path
import agentkit
import agentkit.aio
from agentkit.models import CodeInterpreterTool, MessageInputTextBlock, OpenAIPageableListOfThreadMessage
from pydantic import BaseModel

class Answer(BaseModel):
    value: int

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

async def asynchronous(client: agentkit.aio.AIProjectClient) -> None:
    agents = client.agents
    async for store in (await agents.list_vector_stores()).auto_paging_iter():
        reveal_type(store.failed_files)
    reveal_type(await agents.create_vector_store_file_batch_and_poll("v", {"file_ids": ["f"]}))
    reveal_type(await agents.save_file("f", "a.txt", overwrite=False, progress=True))
    async for chunk in await agents.get_file_content("f"):
        reveal_type(chunk)
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
    "list[VectorStoreFile]",
    "VectorStoreFileBatch",
    "Path",
    "bytes",
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
