"""Which function a call means, where several places may have one."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from agentkit._core.functions import ArgumentsError, UnknownFunctionError
from agentkit.tools import AsyncFunctionTool, AsyncToolSet, CodeInterpreterTool, FunctionTool, Tool, ToolSet
from agentkit.tools._lookup import Functions, function_tool_of, functions_from

from .calls import Run, both, call
from .plain_functions import add, doubled, shout

kinds = pytest.mark.parametrize("kind", [FunctionTool, AsyncFunctionTool])


def _named(name: str, value: Any) -> Callable[[], Any]:
    """A function of a name, which returns a value by which it is told from others of that name."""

    def function() -> Any:
        return value

    function.__name__ = name
    return function


def _set(*tools: Tool[Any], kind: Any = ToolSet) -> Any:
    toolset = kind()
    for tool in tools:
        toolset.add(tool)
    return toolset


def test_the_nearest_level_that_has_the_name_is_asked() -> None:
    near, far = FunctionTool([_named("f", "near")]), FunctionTool([_named("f", "far"), _named("g", "far")])
    functions = Functions([None, _set(CodeInterpreterTool(), near), far])
    assert functions.plan(call("f")).call() == "near"
    assert functions.plan(call("g")).call() == "far", "each name is looked up by itself"
    assert [functions.has(name) for name in ("f", "g", "h", "", "F")] == [True, True, False, False, False]


@kinds
def test_a_function_that_is_added_later_is_found(kind: Any) -> None:
    tool = kind([add])
    functions = Functions([tool])
    assert not functions.has("shout")
    tool.add_functions([shout])
    assert functions.has("shout")


def test_a_level_without_functions_is_passed_over() -> None:
    empty = [None, CodeInterpreterTool(), ToolSet(), AsyncToolSet(), SimpleNamespace(definitions=[], resources={}), object()]
    assert not any(Functions([level]).has("f") for level in empty)
    assert Functions([*empty, FunctionTool([add])]).plan(call("add", {"a": 1})).call() == 2


@both
def test_a_call_that_nobody_serves_fails_by_name_and_tells_all_levels(run: Run) -> None:
    functions = Functions([FunctionTool([add, shout]), None, FunctionTool([_named("add", 0), _named("weather", 0)])])
    plan = functions.plan(call("wether", {"city": "Oslo"}, "call_7"))
    (outcome,) = run([plan])
    assert isinstance(outcome.error, UnknownFunctionError)
    text = "there is no function 'wether' here; the functions are: add, shout, weather. Did you mean 'weather'?"
    assert outcome.as_tool_output() == {"tool_call_id": "call_7", "output": json.dumps({"error": text})}
    assert outcome.arguments == {"city": "Oslo"}


def test_without_any_function_no_names_are_told() -> None:
    plan = Functions([]).plan(call("f"))
    assert str(plan.error) == "there is no function 'f' here."


@pytest.mark.parametrize(
    "tool_call",
    [None, object(), SimpleNamespace(id="c", function=None), SimpleNamespace(id="c", function=SimpleNamespace(name=5)), {}],
)
def test_what_is_no_call_is_a_plan_that_cannot_be_run(tool_call: Any) -> None:
    functions = Functions([FunctionTool([add])])
    plan = functions.plan(tool_call)
    assert plan.error is not None
    with pytest.raises(type(plan.error)):
        plan.call()


def test_wrong_arguments_are_told_by_the_level_that_has_the_function() -> None:
    plan = Functions([FunctionTool([shout]), FunctionTool([add])]).plan(call("add", {"a": "many"}))
    assert isinstance(plan.error, ArgumentsError)


class _Double(FunctionTool):
    """Runs calls in a way of its own."""

    def execute(self, tool_call: Any) -> Any:
        return f"executed {tool_call.function.name}"


def test_a_tool_that_runs_calls_itself_is_asked_for_the_names_that_it_defines() -> None:
    functions = Functions([_Double([add]), FunctionTool([add, shout])])
    assert functions.plan(call("add", {"a": "no number"})).call() == "executed add"
    assert functions.plan(call("shout", {"text": "a"})).call() == "A!"


# --- what a caller means --------------------------------------------------------------------------------------------------


@kinds
def test_a_function_tool_is_found_in_what_holds_it(kind: Any) -> None:
    tool = kind([add])
    holder = _set(CodeInterpreterTool(), tool, kind=ToolSet if kind is FunctionTool else AsyncToolSet)
    for source in (tool, holder):
        assert function_tool_of(source) is tool
        assert functions_from("op", source, kind) is tool


@pytest.mark.parametrize("source", [None, [], [add], add, CodeInterpreterTool(), ToolSet(), "add"])
def test_elsewhere_there_is_none(source: Any) -> None:
    assert function_tool_of(source) is None


@kinds
@pytest.mark.parametrize("make", [list, tuple, iter, set, lambda functions: (function for function in functions)])
def test_functions_of_any_iterable_become_a_tool(make: Callable[[Any], Any], kind: Any) -> None:
    tool = functions_from("op", make([add, doubled]), kind)
    assert type(tool) is kind
    assert {definition.function.name for definition in tool.definitions} == {"add", "doubled"}


@pytest.mark.parametrize(
    ("source", "error", "text"),
    [
        (ToolSet(), ValueError, r"op\(\) was given .*ToolSet.*, which holds no FunctionTool: add one to it"),
        (_set(CodeInterpreterTool()), ValueError, "which holds no FunctionTool"),
        (
            CodeInterpreterTool(),
            TypeError,
            r"op\(\) takes functions, a FunctionTool or a set of tools, not CodeInterpreterTool",
        ),
        (5, TypeError, "int"),
        ([5], TypeError, "int"),
        ([add, _named("add", 0)], ValueError, "add"),
    ],
)
def test_what_means_no_functions_is_refused(source: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        functions_from("op", source, FunctionTool)
