"""Function tools with a way of their own to run a call."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from agentkit._core.functions import FailureText, succeeded
from agentkit.models import FunctionToolDefinition
from agentkit.tools import FunctionTool
from agentkit.tools._lookup import Functions

from .calls import Run, both, call
from .plain_functions import add


def fail() -> None:
    """Fails."""
    raise LookupError("no")


class Watched(FunctionTool):
    """Looks at each call, and then makes it as ever."""

    def execute(self, tool_call: Any) -> Any:
        return super().execute(tool_call)


class Elsewhere(FunctionTool):
    """Offers a function that is somewhere else, and one that it has."""

    @property
    def definitions(self) -> list[FunctionToolDefinition]:
        other = FunctionToolDefinition({"type": "function", "function": {"name": "elsewhere", "parameters": {}}})
        return [*super().definitions, other]


class Served(Elsewhere):
    def execute(self, tool_call: Any) -> Any:
        return f"from {tool_call.function.name}"


@both
def test_a_failure_that_is_handed_through_stays_one_and_is_logged_once(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    tool = Watched([add, fail])
    calls = [call("add", {"a": 1}, "call_1"), call("fail", {}, "call_2"), call("nothing", {}, "call_3")]
    outcomes = run([tool.plan(one) for one in calls])
    assert [outcome.ok for outcome in outcomes] == [True, False, False]
    assert [outcome.call_id for outcome in outcomes] == ["call_1", "call_2", "call_3"]
    assert isinstance(outcomes[1].error, LookupError)
    assert json.loads(outcomes[1].output) == {"error": "fail() failed: LookupError: no"}
    assert type(outcomes[1].output) is str
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 2


@both
def test_what_is_made_of_a_failure_is_a_value(run: Run) -> None:
    class Wrapping(FunctionTool):
        def execute(self, tool_call: Any) -> Any:
            return {"told": super().execute(tool_call)}

    (outcome,) = run([Wrapping([fail]).plan(call("fail"))])
    assert outcome.ok
    assert json.loads(outcome.output) == {"told": '{"error": "fail() failed: LookupError: no"}'}


def test_the_text_of_a_failure_is_text_that_keeps_the_error() -> None:
    text = FunctionTool([fail]).execute(call("fail"))
    assert isinstance(text, FailureText)
    assert json.dumps(text) == json.dumps('{"error": "fail() failed: LookupError: no"}')
    assert isinstance(text.error, LookupError)
    assert succeeded(FunctionTool([fail]).plan(call("fail")), text).error is text.error


def test_a_tool_with_its_own_way_serves_what_it_offers() -> None:
    own, plain = Served([add]), Elsewhere([add])
    assert [tool.serves(name) for tool in (own, plain) for name in ("add", "elsewhere", "nothing")] == [
        True,
        True,
        False,
        True,
        False,
        False,
    ]
    functions = Functions([plain, own])
    assert functions.has("elsewhere")
    assert functions.plan(call("elsewhere", {"x": 1})).call() == "from elsewhere"
    assert functions.plan(call("add", {"a": 1})).call() == 2
