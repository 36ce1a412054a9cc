"""Every public module of the mirrored client has one of the same name here, with every name that it exports."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path

import pytest

MODULES: dict[str, list[str]] = json.loads((Path(__file__).parent / "facts" / "modules.json").read_text(encoding="utf-8"))
ROOT = "azure.ai.projects"

AGENTS_MODULES: dict[str, list[str]] = {
    "": ["AgentsClient"],
    "aio": ["AgentsClient"],
    "telemetry": ["AIAgentsInstrumentor", "trace_function"],
    **{
        module: [
            "FilesOperations",
            "MessagesOperations",
            "RunStepsOperations",
            "RunsOperations",
            "ThreadsOperations",
            "VectorStoreFileBatchesOperations",
            "VectorStoreFilesOperations",
            "VectorStoresOperations",
        ]
        for module in ("operations", "aio.operations")
    },
}
"""What the modules of azure-ai-agents 1.1.0 export, beside its models."""

LATER_MODULES: dict[str, list[str]] = {
    "": ["AIProjectClient"],
    "aio": ["AIProjectClient"],
    "operations": ["AgentsOperations", "ConnectionsOperations"],
    "aio.operations": ["AgentsOperations", "ConnectionsOperations"],
    "telemetry": ["AIProjectInstrumentor", "trace_function"],
}
"""What scripts for agents with versions import of azure-ai-projects 2.0.0b3, beside its models."""


def imported(module: str, name: str) -> object:
    """What ``from module import name`` gives."""
    names: dict[str, object] = {}
    exec(f"from {module} import {name} as found", names)
    return names["found"]


def here(module: str) -> str:
    return f"agentkit.{module}" if module else "agentkit"


def test_the_facts_are_whole() -> None:
    assert {name: len(names) for name, names in MODULES.items()} == {
        "": 1,
        "aio": 1,
        "models": 248,
        "operations": 5,
        "aio.operations": 5,
        "telemetry": 1,
        "telemetry.agents": 1,
        "prompts": 1,
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: f"{ROOT}.{module}".rstrip("."))
def test_a_script_finds_what_it_imports(module: str) -> None:
    for name in MODULES[module]:
        found = imported(here(module), name)
        assert getattr(found, "__name__", name) == name


@pytest.mark.parametrize("module", LATER_MODULES, ids=lambda module: f"{ROOT}.{module}".rstrip("."))
def test_a_script_for_agents_with_versions_finds_what_it_imports(module: str) -> None:
    for name in LATER_MODULES[module]:
        assert getattr(imported(here(module), name), "__name__", name) == name
        assert name in importlib.import_module(here(module)).__all__


@pytest.mark.parametrize("module", AGENTS_MODULES, ids=lambda module: f"azure.ai.agents.{module}".rstrip("."))
def test_a_script_for_azure_ai_agents_finds_what_it_imports(module: str) -> None:
    for name in AGENTS_MODULES[module]:
        assert getattr(imported(here(module), name), "__name__", name) == name
        assert name in importlib.import_module(here(module)).__all__


@pytest.mark.parametrize("module", MODULES, ids=lambda module: f"{ROOT}.{module}".rstrip("."))
def test_a_module_exports_what_it_has(module: str) -> None:
    found = importlib.import_module(here(module))
    assert set(MODULES[module]) <= set(found.__all__)
    assert set(found.__all__) <= set(dir(found))


@pytest.mark.parametrize("name", MODULES["operations"])
def test_the_operations_are_those_of_their_client(name: str) -> None:
    sync, awaited = imported("agentkit.operations", name), imported("agentkit.aio.operations", name)
    assert sync is not awaited
    assert not [method for method, found in vars(sync).items() if inspect.iscoroutinefunction(found)]
