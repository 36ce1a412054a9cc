"""What importing agentkit costs and shows: nothing is loaded before it is used, and both clients have the same surface."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import agentkit
import agentkit.aio
import agentkit.aio.operations
import agentkit.operations

CLIENT_PACKAGES = {"azure", "httpcore", "httpx", "msal", "pydantic", "pydantic_core", "typing_extensions"}
LOCAL_PACKAGES = {"jsonschema", "matplotlib", "multipart", "numpy", "python_multipart", "starlette", "uvicorn"}


def in_a_new_process(program: str, *options: str) -> str:
    """What the program prints; a warning is an error in it."""
    done = subprocess.run([sys.executable, "-W", "error", *options, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that are there after the statement in a new process."""
    program = f"import sys, json\n{statement}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    return set(json.loads(in_a_new_process(program)))


def test_importing_the_package_loads_only_the_standard_library() -> None:
    loaded = loaded_by("import agentkit")
    assert loaded & (CLIENT_PACKAGES | LOCAL_PACKAGES) == set()
    assert "asyncio" not in loaded


@pytest.mark.parametrize(
    ("statement", "wanted", "unwanted"),
    [
        ("from agentkit import AIProjectClient", {"httpx"}, {"azure", *LOCAL_PACKAGES}),
        ("from agentkit.aio import AIProjectClient", {"httpx"}, {"azure", *LOCAL_PACKAGES}),
        ("from agentkit.models import MessageRole", set(), {"azure", "httpx", *LOCAL_PACKAGES}),
        ("from agentkit.exceptions import HttpResponseError", {"azure"}, {"httpx", "pydantic", *LOCAL_PACKAGES}),
        ("import agentkit.local", set(), CLIENT_PACKAGES | LOCAL_PACKAGES),
        ("import agentkit.aio", set(), CLIENT_PACKAGES | LOCAL_PACKAGES),
        ("import agentkit.models", set(), CLIENT_PACKAGES | LOCAL_PACKAGES),
        ("import agentkit.operations", set(), CLIENT_PACKAGES | LOCAL_PACKAGES),
    ],
)
def test_a_name_loads_what_it_needs_and_no_more(statement: str, wanted: set[str], unwanted: set[str]) -> None:
    loaded = loaded_by(statement)
    assert wanted <= loaded
    assert loaded & unwanted == set()


def test_a_client_is_constructed_without_azure_core() -> None:
    program = (
        'from agentkit import AIProjectClient\nAIProjectClient("https://r.services.ai.azure.com/api/projects/p", "key").close()'
    )
    assert "azure" not in loaded_by(program)


# What a program that only asks for a run does not use.
OTHER_WORK = {
    "difflib",
    "subprocess",
    "agentkit._assets",
    "agentkit._citations",
    "agentkit._connections",
    "agentkit._core.accumulate",
    "agentkit._core.definitions",
    "agentkit._core.events",
    "agentkit._core.function_schema",
    "agentkit._core.inference",
    "agentkit._core.purge",
    "agentkit._core.recovery",
    "agentkit._core.sse",
    "agentkit._files",
    "agentkit._generated.models.messages",
    "agentkit._generated.models.run_steps",
    "agentkit._generated.models.streams",
    "agentkit._history",
    "agentkit._inference",
    "agentkit._sync._driver",
    "agentkit._sync._openai",
    "agentkit._sync._streams",
    "agentkit._sync.operations._connections",
    "agentkit._sync.operations._evaluations",
    "agentkit._sync.operations._inference",
    "agentkit._sync.operations._telemetry",
    "agentkit.aio",
    "agentkit.exceptions",
    "agentkit.models",
    "agentkit.tools",
}
A_FIRST_CALL = """
import json, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx, pydantic  # what they load is not looked at

class Runs(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"id": "run_1", "object": "thread.run", "status": "completed", "tools": [{"type": "file_search"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

with HTTPServer(("127.0.0.1", 0), Runs) as server:
    threading.Thread(target=server.handle_request, daemon=True).start()
    before = set(sys.modules)
    from agentkit import AIProjectClient
    with AIProjectClient(f"http://127.0.0.1:{server.server_port}", "a-key") as client:
        run = client.agents.get_run("thread_1", "run_1")
    assert run.status == "completed" and type(run.tools[0]).__name__ == "FileSearchToolDefinition", run
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_a_first_call_loads_nothing_of_other_work() -> None:
    loaded = set(json.loads(in_a_new_process(A_FIRST_CALL)))
    assert {"agentkit._sync._client", "agentkit._generated.models.runs"} <= loaded
    assert loaded & OTHER_WORK == set()


def test_what_a_first_call_does_not_load_is_there() -> None:
    assert {name for name in OTHER_WORK if name.startswith("agentkit")} <= set(modules())


def modules() -> list[str]:
    """Every module of the package by its full name."""
    source = Path(agentkit.__file__).parent.parent
    names = [path.relative_to(source).with_suffix("") for path in Path(agentkit.__file__).parent.rglob("*.py")]
    return sorted(".".join(name.parts[:-1] if name.name == "__init__" else name.parts) for name in names)


def test_every_module_can_be_imported_first_and_alone() -> None:
    """A module that works only when another one of the package was loaded before it fails here."""
    program = """
import importlib, sys, warnings
warnings.filterwarnings("ignore", module="matplotlib")  # what an older release of it says of its own dependencies
before = set(sys.modules)
for name in sys.stdin.read().split():
    for loaded in set(sys.modules) - before:
        if loaded == "agentkit" or loaded.startswith("agentkit."):
            del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException as error:
        print(f"{name}: {type(error).__name__}: {error}")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], input="\n".join(modules()), capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert len(modules()) > 80


@pytest.mark.parametrize(
    "module", ["agentkit", "agentkit.aio", "agentkit.models", "agentkit.operations", "agentkit.aio.operations"]
)
def test_the_public_names_are_listed_and_there(module: str) -> None:
    program = f"import {module} as module\nprint(set(module.__all__) <= set(dir(module)))\n[getattr(module, n) for n in module.__all__]"
    assert in_a_new_process(program).strip() == "True"


@pytest.mark.parametrize(
    ("module", "misspelt", "meant"),
    [
        (agentkit, "AIProjectsClient", "AIProjectClient"),
        (agentkit, "model", "models"),
        (agentkit.aio, "AIProjectClients", "AIProjectClient"),
        (agentkit.models, "ThreadRuns", "ThreadRun"),
        (agentkit, "AgentClient", "AgentsClient"),
        (agentkit.operations, "AgentOperations", "AgentsOperations"),
        (agentkit.aio.operations, "ThreadOperations", "ThreadsOperations"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_right_one(module: Any, misspelt: str, meant: str) -> None:
    with pytest.raises(AttributeError, match=f"Did you mean '{meant}'"):
        getattr(module, misspelt)
    assert not hasattr(module, misspelt)
    with pytest.raises(ImportError, match=misspelt):
        exec(f"from {module.__name__} import {misspelt}")


def public_members(owner: type) -> dict[str, Any]:
    """The public methods and properties of a class, inherited ones included."""
    return {name: inspect.getattr_static(owner, name) for name in dir(owner) if not name.startswith("_")}


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """Name, kind and default of each parameter."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


PAIRS = [
    (agentkit.AIProjectClient, agentkit.aio.AIProjectClient),
    (agentkit.AgentsClient, agentkit.aio.AgentsClient),
    (agentkit.operations.AgentsOperations, agentkit.aio.operations.AgentsOperations),
    (agentkit.operations.RunsOperations, agentkit.aio.operations.RunsOperations),
]


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_both_clients_have_the_same_names_parameters_and_docstrings(sync: type, asynchronous: type) -> None:
    ours, theirs = public_members(sync), public_members(asynchronous)
    assert ours.keys() == theirs.keys()
    assert sync.__doc__ == asynchronous.__doc__
    for name in ours:
        one, other = getattr(sync, name), getattr(asynchronous, name)
        assert one.__doc__ == other.__doc__, name
        if callable(one):
            assert parameters(one) == parameters(other), name


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_every_public_name_is_documented(sync: type, asynchronous: type) -> None:
    assert [name for name, value in public_members(sync).items() if not inspect.getdoc(getattr(sync, name, value))] == []
    assert all(inspect.getdoc(owner) for owner in (sync, asynchronous))


def test_the_methods_of_the_sync_client_do_not_wait_for_a_loop() -> None:
    sync, asynchronous = PAIRS[1]
    assert not any(inspect.iscoroutinefunction(getattr(sync, name)) for name in public_members(sync))
    assert inspect.iscoroutinefunction(inspect.getattr_static(asynchronous, "create_agent"))
