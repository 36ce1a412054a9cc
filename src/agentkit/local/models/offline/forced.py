"""Calls the tool that a run forces, also where no rule would have called it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..base import ModelRequest, ModelTurn, ToolCall
from .facts import Facts
from .filling import fill
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
    if tool is None or (
        turn.tool_calls and (request.tool_choice == "required" or turn.tool_calls[0].kind == tool["type"] != "function")
    ):
        return turn
    return ModelTurn(tool_calls=[_call(request, tool)])


def answer_with_output(request: ModelRequest) -> ModelTurn | None:
    """What the last call came to; None where none was made that no rule had called for."""
    result = request.results[-1] if request.results else None
    if result is None or (result.call.kind == "code_interpreter" and result.call.input != program("look_around")):
        return None
    what = f"the function {result.call.name}" if result.call.kind == "function" else f"the tool {result.call.kind}"
    return say(f"This run had to call {what}, which answered:", result.output.strip() or "(nothing)")


def _wanted(request: ModelRequest) -> Mapping[str, Any] | None:
    choice = request.tool_choice
    if isinstance(choice, Mapping):
        name = (choice.get("function") or {}).get("name")
        tools = [tool for tool in request.tools if tool.get("type") == choice["type"]]
        return next((tool for tool in tools if name is None or (tool.get("function") or {}).get("name") == name), None)
    order = {"function": 0, "file_search": 1, "code_interpreter": 2}
    known = [tool for tool in request.tools if tool.get("type") in order]
    return min(known, key=lambda tool: order[tool["type"]], default=None)


def _call(request: ModelRequest, tool: Mapping[str, Any]) -> ToolCall:
    text = request.last_user_text
    if tool["type"] == "function":
        function = tool["function"]
        arguments = fill(function.get("parameters") or {"type": "object"}, Facts(text))
        return ToolCall(kind="function", name=function["name"], arguments=json.dumps(arguments, ensure_ascii=False))
    if tool["type"] == "code_interpreter":
        return ToolCall(kind="code_interpreter", input=program("look_around"))
    return ToolCall(kind=tool["type"], input=text)
