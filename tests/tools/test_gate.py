"""The caller's own rule on a call, before it is made."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

import agentkit
from agentkit.tools import FunctionTool
from agentkit.tools._gate import Refuse, RefusedError, checked

from .calls import Run, both, call, plan_of
from .plain_functions import add


def test_none_allows_the_call_as_it_is() -> None:
    plan = plan_of(add, a=1)
    assert checked(plan, None) is plan


@both
def test_a_refused_call_is_not_made_and_the_model_reads_why(run: Run) -> None:
    made: list[str] = []

    def delete(path: str) -> None:
        made.append(path)

    def keep(path: str) -> str:
        return path

    tool = FunctionTool([delete, keep])
    plans = [tool.plan(call(name, {"path": "a"}, f"call_{name}")) for name in ("delete", "keep")]
    refused = checked(plans[0], Refuse("ask the owner of 'a' first"))
    outcomes = run([refused, plans[1]])
    assert made == []
    assert isinstance(outcomes[0].error, RefusedError)
    assert not outcomes[0].ok
    assert outcomes[0].as_tool_output() == {
        "tool_call_id": "call_delete",
        "output": json.dumps({"error": "delete() was not called: ask the owner of 'a' first"}),
    }
    assert (outcomes[0].name, outcomes[0].arguments) == ("delete", {"path": "a"})
    assert outcomes[1].value == "a", "the others of its round are made"


def test_the_plan_that_was_refused_is_left_as_it_was() -> None:
    plan = plan_of(add, a=1)
    checked(plan, Refuse())
    assert plan.error is None
    assert plan.call() == 2


def test_a_refusal_without_a_reason_says_that_it_is_one() -> None:
    refused = checked(plan_of(add, a=1), Refuse())
    assert str(refused.error) == "add() was not called: the user did not allow this call"
    with pytest.raises(RefusedError):
        refused.call()


@pytest.mark.parametrize("verdict", [True, False, "no", 0, Refuse, ()])
def test_what_may_have_been_meant_either_way_is_an_error(verdict: Any) -> None:
    text = rf"on_tool_call= returned {type(verdict).__name__} for add\(\); return None to allow the call, or Refuse\(reason\)"
    with pytest.raises(TypeError, match=text):
        checked(plan_of(add, a=1), verdict)


def test_a_refusal_is_a_value_of_the_package() -> None:
    assert agentkit.Refuse is Refuse
    assert Refuse("x") == Refuse(reason="x") != Refuse()
    assert [field.name for field in dataclasses.fields(Refuse)] == ["reason"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Refuse("x").reason = "y"  # type: ignore[misc]
