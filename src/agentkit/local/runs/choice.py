"""Which tools a run must call, may call, or must leave alone: its ``tool_choice`` and its tools. Pure.

A forced choice (``required``, or a tool by name) asks for one fitting call, in whichever turn; once it was made, the model is free
to answer, or it could never come to an end. A model that answers without it is asked once more, with the forced tools alone and a
sentence that says so. If that does not help either, the run fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentkit.local.models.base import ModelRequest, ToolCall
from agentkit.local.openapi.reading import callable_operations

__all__ = ["Demand", "call_problem", "choice_problem", "demand_of", "selected", "urged"]

_NAMED = {"connected_agent": "agent", "function": "function", "openapi": "operation"}
_WORDS = ("none", "auto", "required")


@dataclass(frozen=True)
class Demand:
    """A call that a run is to make: of any tool, of the tools of one kind, or of one function."""

    kind: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.name:
            return f"the function '{self.name}'"
        return self.kind or "a tool"

    def is_met(self, calls: Iterable[ToolCall]) -> bool:
        """Whether one of these calls is what is demanded."""
        return any(self._fits(call.kind, call.name) for call in calls)

    def fitting(self, calls: Iterable[ToolCall]) -> list[ToolCall]:
        """Those of the calls that are what is demanded."""
        return [call for call in calls if self._fits(call.kind, call.name)]

    def tools(self, offered: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of the definitions that can meet it."""
        return [tool for tool in offered if self._fits(tool["type"], (tool.get("function") or {}).get("name", ""))]

    def _fits(self, kind: str, name: str) -> bool:
        return self.kind in ("", kind) and self.name in ("", name)


def demand_of(choice: Any) -> Demand | None:
    """What a ``tool_choice`` forces; None where it forces nothing."""
    if choice == "required":
        return Demand()
    if isinstance(choice, Mapping):
        return Demand(choice["type"], (choice.get("function") or {}).get("name") or "")
    return None


def choice_problem(choice: Any, tools: Sequence[Mapping[str, Any]]) -> str | None:
    """Why a ``tool_choice`` cannot be kept with these tools, in words; None where it can."""
    if choice is None or choice in ("none", "auto"):
        return None
    if isinstance(choice, str) and choice not in _WORDS:
        return f"'{choice}' was sent, allowed are {', '.join(map(repr, _WORDS))} and an object that names a tool."
    demand = demand_of(choice)
    if demand is None or demand.tools(tools):
        return None
    names = [(tool.get("function") or {}).get("name") or tool["type"] for tool in tools]
    return f"it forces a call of {demand}, which this run does not offer; it offers: {', '.join(names) or 'no tools'}."


def urged(request: ModelRequest, demand: Demand) -> ModelRequest:
    """The request once more, for a model that did not make the call that is demanded."""
    urge = f"Call {demand} now, before you answer."
    instructions = "\n".join(part for part in (request.instructions, urge) if part)
    return replace(request, tools=tuple(demand.tools(request.tools)), instructions=instructions)


def selected(calls: Sequence[ToolCall], demand: Demand | None, *, parallel: bool) -> list[ToolCall]:
    """The calls of a turn that are made: all, or, where calls are not to be made in parallel, one that is demanded or the first."""
    if parallel:
        return list(calls)
    return ((demand.fitting(calls) if demand else []) or list(calls))[:1]


def call_problem(call: ToolCall, request: ModelRequest) -> str | None:
    """Why a call of a model cannot be carried out, in words; None where it can."""
    noun = _NAMED.get(call.kind)
    if noun is None:
        return None if request.offers(call.kind) else f"The model called {call.kind}, which is not among the tools of this run."
    offered = _names(call.kind, request.tools)
    if call.name in offered:
        return None
    return (
        f"The model called the {noun} '{call.name}', which this run does not offer; it offers: {', '.join(offered) or 'none'}."
    )


def _names(kind: str, tools: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names by which the tools of one kind are called."""
    if kind == "openapi":
        return list(callable_operations(tools))
    return [tool[kind]["name"] for tool in tools if tool["type"] == kind]
