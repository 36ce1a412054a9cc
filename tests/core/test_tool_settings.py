"""The keywords that say how the function calls of a run are made."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit._core.tool_settings import ToolSettings, check_limits, split_tool_options
from agentkit._types import ToolOptions


def test_every_keyword_is_a_setting() -> None:
    assert list(ToolSettings._fields) == list(ToolOptions.__annotations__)


def test_without_a_keyword_calls_run_one_by_one_and_missing_functions_are_answered() -> None:
    settings, rest = split_tool_options("op", {})
    assert (settings, rest) == (ToolSettings(), {})
    assert (settings.max_parallel, settings.in_thread, settings.tool_timeout) == (1, False, None)
    assert (settings.on_tool_call, settings.on_tool_result, settings.raises_missing) == (None, None, False)


def test_the_keywords_of_every_call_are_left() -> None:
    given: dict[str, Any] = {
        "headers": {"a": "b"},
        "on_tool_call": print,
        "on_tool_result": repr,
        "on_missing_tool": "raise",
        "max_parallel": 4,
        "in_thread": True,
        "tool_timeout": 0.5,
        "tool_output": "str",
        "max_paralel": 2,
        "timeout": 3,
    }
    before = dict(given)
    settings, rest = split_tool_options("op", given)
    assert settings == ToolSettings(print, repr, "raise", 4, True, 0.5, "str")
    assert rest == {"headers": {"a": "b"}, "max_paralel": 2, "timeout": 3}, "a misspelt one is refused with those of every call"
    assert given == before


@pytest.mark.parametrize(("value", "raises"), [("answer", False), ("raise", True)])
def test_a_missing_function_is_answered_or_raised(value: str, raises: bool) -> None:
    settings, _ = split_tool_options("op", {"on_missing_tool": value})
    assert settings.raises_missing is raises


@pytest.mark.parametrize("options", [{"on_tool_call": None, "on_tool_result": None, "tool_timeout": None}, {"tool_timeout": 1}])
def test_what_may_be_none_or_a_whole_number_is_taken(options: dict[str, Any]) -> None:
    settings, _ = split_tool_options("op", options)
    assert settings == ToolSettings(**options)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"on_tool_call": "ask"}, TypeError, r"op\(on_tool_call=\) is a function of a name and its arguments, not str"),
        ({"tool_output": "xml"}, ValueError, r"op\(\) takes tool_output= as 'json' or 'str', not 'xml'"),
        ({"on_tool_result": 5}, TypeError, r"op\(on_tool_result=\) is a function of one object, not int"),
        ({"on_missing_tool": "ignore"}, ValueError, r"op\(\) takes on_missing_tool= as 'answer' or 'raise', not 'ignore'"),
        ({"on_missing_tool": None}, ValueError, "not None"),
        ({"max_parallel": 0}, ValueError, "max_parallel is a number of calls from 1 up, not 0"),
        ({"max_parallel": "2"}, TypeError, "max_parallel is a number of calls, not str"),
        ({"max_parallel": True}, TypeError, "max_parallel is a number of calls, not bool"),
        ({"max_parallel": None}, TypeError, "max_parallel is a number of calls, not NoneType"),
        ({"tool_timeout": 0}, ValueError, "tool_timeout is a number of seconds above 0, not 0"),
        ({"tool_timeout": -1.5}, ValueError, "tool_timeout is a number of seconds above 0, not -1.5"),
        ({"tool_timeout": float("nan")}, ValueError, "not nan"),
        ({"tool_timeout": "5"}, TypeError, "tool_timeout is a number of seconds or None, not str"),
        ({"tool_timeout": False}, TypeError, "tool_timeout is a number of seconds or None, not bool"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(options: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        split_tool_options("op", options)


def test_the_limits_of_a_tool_of_its_own_have_no_prefix() -> None:
    check_limits(1, None)
    check_limits(8, 0.1)
    with pytest.raises(ValueError, match=r"^timeout is a number of seconds above 0"):
        check_limits(1, 0)
