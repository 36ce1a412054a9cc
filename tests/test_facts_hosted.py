"""Holds the calls and names of agents with versions against the facts in ``tests/facts``."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from typing import Any

import pytest
from codegen.spec import Description, Operation, load
from typing_extensions import get_overloads

import agentkit.aio.operations
import agentkit.models.hosted
import agentkit.operations
from agentkit._model import Model
from facts import HOSTED

CALLS: dict[str, dict[str, Any]] = HOSTED["calls"]
PUBLIC = {name: (CALLS[name], kind) for name in CALLS for kind in ("sync", "async")}
# Calls whose answers come page by page are described by the page.
PAGES = {"ItemPaged[AgentDetails]": "PageOfAgents", "ItemPaged[AgentVersionDetails]": "PageOfAgentVersions"}


@pytest.fixture(scope="module")
def operations() -> dict[str, Operation]:
    description: Description = load()
    (part,) = (part for part, document in description.documents.items() if "x-by-name" in document)
    return {operation.call: operation for operation in description.operations if operation.part == part}


def test_every_call_is_described_and_no_other(operations: dict[str, Operation]) -> None:
    assert sorted(operations) == sorted(CALLS)
    assert len(CALLS) == 12


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_described_as_it_is(name: str, operations: dict[str, Operation]) -> None:
    operation, fact = operations[name], CALLS[name]
    assert (operation.method, operation.path) == (fact["method"], fact["path"])
    assert {field.wire: field.python for field in operation.ids} == fact["ids"]
    assert [field.wire for field in operation.query] == list(fact.get("query", {}))
    for field in operation.query:
        assert field.type.text.removesuffix(" | AgentKind") == fact["query"][field.wire]
    assert {
        field.wire: {"type": re.sub("None", "null", re.sub("Any", "any", field.type.text)), "required": field.required}
        for field in operation.body or ()
    } == {wire: {"required": False, **stated} for wire, stated in fact.get("body", {}).items()}
    assert operation.success == tuple(fact["success"])
    assert operation.returns == PAGES.get(fact["response"], fact["response"])
    assert operation.lazy == (not fact["coroutine"])
    assert (operation.api_version, operation.version_name) == ("2025-11-15-preview", "api-version")


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", CALLS)
def test_a_method_takes_what_its_call_takes(name: str, kind: str) -> None:
    package: Any = agentkit.operations if kind == "sync" else agentkit.aio.operations
    method = getattr(package.AgentsOperations, name)
    fact = CALLS[name]
    parameters = inspect.signature(method).parameters
    wanted = {*fact["ids"].values(), *fact.get("query", {}), *fact.get("body", {}), *(["body"] if "body" in fact else [])}
    wanted |= {"version"} if "agent_version" in wanted else set()
    assert set(parameters) == {"self", "options", *wanted}
    assert inspect.iscoroutinefunction(method) == (kind == "async" and fact["coroutine"])
    if sys.version_info >= (3, 11):  # before, typing keeps no overloads
        forms = [set(inspect.signature(form).parameters) for form in get_overloads(method)]
        by_body = {"self", "options", "body", *fact["ids"].values()}
        assert forms == ([set(parameters) - {"body"}, by_body] if "body" in fact else [])


# --- names -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", sorted({here: there for there, here in HOSTED["names"].items()} | {n: n for n in HOSTED["models"]})
)
def test_a_model_has_its_own_name_in_a_module_of_its_own(name: str) -> None:
    there = {here: there for there, here in HOSTED["names"].items()}.get(name, name)
    model = getattr(agentkit.models.hosted, there)
    assert issubclass(model, Model)
    assert model is getattr(agentkit.models, name) is getattr(agentkit.models.hosted, name)


def test_the_module_has_every_name_and_says_so() -> None:
    there = {here: there for there, here in HOSTED["names"].items()}
    names = {there.get(name, name) for name in HOSTED["models"]}
    assert len(names) == 79
    assert names | set(HOSTED["enums"]) <= set(vars(agentkit.models.hosted)["__all__"])
    assert set(vars(agentkit.models.hosted)["__all__"]) <= set(dir(agentkit.models.hosted))
    for name in (*HOSTED["enums"], *HOSTED["later_enums"]):
        assert getattr(agentkit.models.hosted, name) is getattr(agentkit.models, name)


@pytest.mark.parametrize("name", HOSTED["names"])
def test_a_name_that_means_something_else_elsewhere_stays_so(name: str) -> None:
    other = getattr(agentkit.models, name, None)
    assert other is not None
    assert other is not getattr(agentkit.models.hosted, name)


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'PromptAgent'\. Did you mean 'PromptAgentDefinition'"):
        vars(agentkit.models.hosted)["__getattr__"]("PromptAgent")


def test_a_name_is_loaded_when_it_is_used() -> None:
    program = (
        "import sys, agentkit.models.hosted as m; loaded = 'agentkit._generated.models.hosted'; print(loaded in sys.modules)\n"
        "from agentkit.models.hosted import Tool; print(loaded in sys.modules, Tool.__name__)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\nTrue AgentTool\n", "")
