"""What a client does for a run that asks for functions: which calls those are, by which names, how often it may fail."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agentkit._core.runloop import (
    HOW_TO_REGISTER,
    MAX_ERROR_ROUNDS,
    check_rounds,
    function_calls,
    function_names,
    names_of_calls,
)
from agentkit.models import CodeInterpreterToolDefinition, FunctionDefinition, FunctionToolDefinition, RunStatus, ThreadRun
from agentkit.operations import AgentsOperations


def _call(name: str, call_id: str = "call_1", kind: str = "function") -> dict[str, Any]:
    return {"id": call_id, "type": kind, "function": {"name": name, "arguments": "{}"}}


def _asking(*calls: Any, status: Any = "requires_action") -> ThreadRun:
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": list(calls)}}
    return ThreadRun({"id": "run_1", "status": status, "required_action": action})


def _definition(name: str) -> FunctionToolDefinition:
    return FunctionToolDefinition(function=FunctionDefinition(name=name, parameters={}))


def test_the_calls_come_in_their_order() -> None:
    calls = function_calls(_asking(_call("b", "call_2"), _call("a", "call_1"), _call("b", "call_3")))
    assert calls is not None
    assert [call.id for call in calls] == ["call_2", "call_1", "call_3"]
    assert names_of_calls(calls) == ("b", "a")


def test_the_status_may_be_an_enum() -> None:
    assert function_calls(_asking(_call("f"), status=RunStatus.REQUIRES_ACTION)) == [_call("f")]


@pytest.mark.parametrize("status", [*sorted({str(status) for status in RunStatus} - {"requires_action"}), "of tomorrow", None])
def test_a_run_in_another_state_waits_for_nothing_whatever_it_carries(status: str | None) -> None:
    assert function_calls(_asking(_call("f"), status=status)) is None


@pytest.mark.parametrize(
    "action",
    [
        None,
        {"type": "of_tomorrow", "of_tomorrow": {}},
        {"type": "submit_tool_outputs"},
        {"type": "submit_tool_outputs", "submit_tool_outputs": None},
    ],
)
def test_an_action_of_another_kind_is_none_that_a_client_could_take(action: Any) -> None:
    assert function_calls(ThreadRun({"id": "run_1", "status": "requires_action", "required_action": action})) is None


@pytest.mark.parametrize("nothing", [None, object(), "run_1", {}])
def test_what_is_no_run_waits_for_nothing(nothing: Any) -> None:
    assert function_calls(nothing) is None


def test_calls_of_another_kind_are_left_out() -> None:
    """Where none is left, the run waits for what nobody can give: that differs from waiting for nothing."""
    assert function_calls(_asking(_call("x", kind="of_tomorrow"), _call("f"))) == [_call("f")]
    assert function_calls(_asking(_call("x", kind="of_tomorrow"))) == []
    assert function_calls(_asking()) == []
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": None}}
    assert function_calls(ThreadRun({"status": "requires_action", "required_action": action})) == []


def test_names_come_once_and_what_has_none_gives_none() -> None:
    definitions = [_definition("b"), CodeInterpreterToolDefinition(), _definition("a"), _definition("b"), SimpleNamespace()]
    assert function_names(definitions) == ("b", "a")
    assert function_names(iter(definitions)) == ("b", "a")
    assert names_of_calls([SimpleNamespace(function=None), SimpleNamespace(function=SimpleNamespace(name=""))]) == ()


@pytest.mark.parametrize("tools", [None, [], (), [CodeInterpreterToolDefinition()], [{"type": "function"}]])
def test_tools_without_a_function_have_no_names(tools: Any) -> None:
    assert function_names(tools) == ()


@pytest.mark.parametrize("value", [0, 1, MAX_ERROR_ROUNDS, 10**6])
def test_a_number_of_rounds_is_taken_as_it_is(value: int) -> None:
    assert check_rounds("op", value) == value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (-1, ValueError, r"op\(max_retry=\) is a number of rounds from 0 up, not -1"),
        (1.0, TypeError, r"op\(max_retry=\) is a number of rounds, not float"),
        ("3", TypeError, "not str"),
        (True, TypeError, "not bool"),
        (None, TypeError, "not NoneType"),
    ],
)
def test_other_rounds_are_refused(value: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        check_rounds("op", value)


def test_the_ways_to_register_are_there() -> None:
    assert MAX_ERROR_ROUNDS == 10
    named = {name for name in ("enable_auto_function_calls", "create_agent") if f"{name}()" in HOW_TO_REGISTER}
    assert len(named) == 2
    assert named <= set(dir(AgentsOperations))
    assert HOW_TO_REGISTER.endswith("toolset=")
