"""Calls the tool that a run forces, also where no rule would have called it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..base import ModelRequest, ModelTurn, ToolCall
from . import functions
from .source import program
from .voice import say

__all__ = ["answer_with_output", "forced_turn", "is_forced"]


def is_forced(request: ModelRequest) -> bool:
    """Whether the run has still to call a tool: any (``required``), or a named one."""
    return request.tool_choice == "required" or (
        isinstance(request.tool_choice, Mapping) and request.tool_choice.get("type") not in (None, "none", "auto")
    )


def forced_turn(request: ModelRequest, turn: ModelTurn) -> ModelTurn:
    """The turn, or the call that the run forces where the turn does not make it."""
    if not is_forced(request):
        return turn
    tool = _wanted(request)
    if tool is None:
        return turn
    kind, name = tool
    fits = any(request.tool_choice == "required" or (call.kind == kind and name in ("", call.name)) for call in turn.tool_calls)
    return turn if fits else ModelTurn(tool_calls=[_call(request, kind, name)])


def answer_with_output(request: ModelRequest) -> ModelTurn | None:
    """What the tools have answered that no rule tells of by itself; None where there is no such answer."""
    told = functions.answer_with_outputs(request)
    result = request.results[-1] if request.results else None
    if told is not None or result is None or result.call.input != program("look_around"):
        return told
    return say("I looked which files the code interpreter has, and it printed:", result.output.strip() or "(nothing)")


def _wanted(request: ModelRequest) -> tuple[str, str] | None:
    """Kind and name of the tool to call: the one that is named, the one that fits best, or the first that can be called."""
    choice = request.tool_choice
    if isinstance(choice, Mapping):
        kind, name = str(choice["type"]), str((choice.get("function") or {}).get("name") or "")
        offered = replace(request, tools=[tool for tool in request.tools if tool.get("type") == kind])
        callable_ones = [one for one in functions.callable_tools(offered) if name in ("", one[1])]
        best = None if name else functions.best_tool(offered)
        return best or next(iter(callable_ones), None)
    every = functions.callable_tools(request)
    order = {"function": 0, "file_search": 1, "code_interpreter": 2}
    return functions.best_tool(request) or min(every, key=lambda one: order.get(one[0], 3), default=None)


def _call(request: ModelRequest, kind: str, name: str) -> ToolCall:
    if kind == "code_interpreter":
        return ToolCall(kind, input=program("look_around"))
    if kind == "file_search":
        return ToolCall(kind, input=request.last_user_text)
    return functions.arguments_for(request, kind, name)
