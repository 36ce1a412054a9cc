"""The table of old names is true: what it says works does, what it says is called otherwise is called so."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

import openai
import pytest
from codegen import names

import agentkit
import agentkit.models
from agentkit._history import HISTORY, Renamed, import_paths, model_aliases, of_kind
from agentkit.operations import AgentsOperations

KINDS = ("import", "class", "method", "keyword", "attribute", "openai")


def entries(kind: Any) -> list[Any]:
    return [pytest.param(entry, id=f"{entry.old} ({entry.where})") for entry in of_kind(kind)]


def operation(path: str) -> Any:
    """The operation that a name such as ``agents.runs.create`` stands for."""
    group, *inner = path.split(".")
    if group == "telemetry":
        return getattr(import_module("agentkit.operations").TelemetryOperations, inner[0])
    found: Any = AgentsOperations
    if len(inner) == 2:
        client = agentkit.AgentsClient("http://127.0.0.1:1", "key")
        with client:
            found = type(getattr(client, inner[0]))
    return getattr(found, inner[-1])


def methods_of(resource: Any) -> list[str]:
    """The public methods of a group of calls."""
    return [name for name, _ in inspect.getmembers(type(resource), inspect.isfunction) if not name.startswith("_")]


def test_the_table_says_each_thing_once() -> None:
    assert {entry.kind for entry in HISTORY} == set(KINDS)
    counted = Counter((entry.kind, entry.where, entry.old) for entry in HISTORY)
    assert [what for what, count in counted.items() if count > 1] == []
    assert all(entry.old and (entry.new or not entry.works) for entry in HISTORY)


@pytest.mark.parametrize("entry", entries("import"))
def test_a_module_stands_for_an_older_one(entry: Renamed) -> None:
    assert import_paths()[entry.old] == entry.new
    assert import_module(entry.new)


@pytest.mark.parametrize("entry", entries("class"))
def test_a_class_has_its_old_name_where_the_table_says_so(entry: Renamed) -> None:
    assert hasattr(agentkit.models, entry.old) == entry.works
    if entry.works:
        assert getattr(agentkit.models, entry.old) is getattr(agentkit.models, entry.new)
        assert entry.old in vars(agentkit.models)["__all__"]


def test_type_checkers_are_told_of_the_same_second_names() -> None:
    tree = ast.parse(Path(agentkit.models.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    told = {ast.unparse(node.targets[0]): ast.unparse(node.value) for node in block.body if isinstance(node, ast.Assign)}
    assert told == model_aliases()


@pytest.mark.parametrize("entry", entries("method"))
def test_a_method_has_its_old_name(entry: Renamed) -> None:
    if entry.old.startswith("get_last_"):
        page = agentkit.models.OpenAIPageableListOfThreadMessage
        assert getattr(page, entry.old) is getattr(page, entry.new)
        return
    assert entry.works
    old, new = operation(entry.old), operation(entry.new)
    assert callable(old)
    if entry.old.count(".") < 2 or "get_last" in entry.old:
        assert inspect.signature(old) == inspect.signature(new)


def test_every_method_of_the_areas_is_in_the_table() -> None:
    told = {entry.old for entry in of_kind("method") if entry.old.count(".") == 2}
    areas = sorted({name.split(".")[1] for name in told})
    with agentkit.AgentsClient("http://127.0.0.1:1", "key") as client:
        groups = {area: type(getattr(client, area)) for area in areas}
    there = {f"agents.{area}.{name}" for area, group in groups.items() for name in dir(group) if not name.startswith("_")}
    # Two were new with that package, three are new here.
    new = {f"agents.{area}.temporary" for area in ("files", "threads", "vector_stores")}
    assert there - told - new == {f"agents.messages.get_last_message{text}_by_role" for text in ("", "_text")}
    assert (told - there, len(areas)) == (set(), 8)


@pytest.mark.parametrize("entry", entries("openai"))
def test_a_call_of_the_openai_package_has_its_counterpart(entry: Renamed) -> None:
    assert not entry.works
    assert callable(operation(entry.new)) if entry.new else entry.note.startswith("not here")


def test_every_call_of_the_openai_package_for_agents_is_in_the_table() -> None:
    told = {entry.old for entry in of_kind("openai")}
    groups = {old.rpartition(".")[0] for old in told}
    with openai.OpenAI(api_key="key") as client:
        there = {f"{group}.{name}" for group in groups for name in methods_of(attrgetter(group)(client))}
    assert there - told == set()
    assert len(groups) == 9


def test_the_keywords_of_old_are_taken() -> None:
    create_run = inspect.signature(AgentsOperations.create_run).parameters
    assert {"agent_id", "assistant_id"} <= create_run.keys()
    enable = inspect.signature(AgentsOperations.enable_auto_function_calls).parameters
    assert {"functions", "function_tool", "toolset"} <= enable.keys()


@pytest.mark.parametrize("entry", entries("attribute"))
def test_an_attribute_has_its_old_name(entry: Renamed) -> None:
    model, _, old = entry.old.partition(".")
    made = getattr(agentkit.models, model)({"assistant_id": "asst_1"})
    assert getattr(made, old) == getattr(made, entry.new.partition(".")[2]) == "asst_1"


def test_the_page_on_migration_is_current(root: Path) -> None:
    page = (root / names.PAGE).read_text(encoding="utf-8")
    assert names.filled(root, page) == page, "run `python -m codegen.names`"


def test_a_page_without_the_marks_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="<!-- names: import -->"):
        names.filled(root, "# A page\n")
