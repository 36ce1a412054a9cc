"""Several tools of one agent, at most one of each class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from .._core.functions import PlannedCall, is_function_call, plan_call
from .._generated.models.tools import ToolDefinition, ToolResources
from .._wire import to_wire
from ._base import Tool
from ._functions import AsyncFunctionTool, BaseFunctionTool, FunctionTool
from ._runner import run_calls, run_calls_async

__all__ = ["AsyncToolSet", "BaseToolSet", "ToolSet"]

ToolT = TypeVar("ToolT", bound=Tool[Any])


class BaseToolSet:
    """What the sync and the async tool set share. A new set is empty."""

    def __init__(self) -> None:
        self._tools: list[Tool[Any]] = []

    def validate_tool_type(self, tool: Tool[Any]) -> None:
        """Refuse a tool that the client of this set cannot run. :meth:`add` calls it.

        :param tool: the tool that is to be added.
        :raises ValueError: the tool is for the other client.
        """

    def add(self, tool: Tool[Any]) -> None:
        """Add a tool.

        :param tool: the tool.
        :raises TypeError: it is no tool.
        :raises ValueError: there is a tool of that class already, or the tool is for the other client.
        """
        if not isinstance(tool, Tool):
            what = f"the class {tool.__name__}" if isinstance(tool, type) else type(tool).__name__
            hint = "; wrap functions: FunctionTool([...])" if callable(tool) and not isinstance(tool, type) else ""
            raise TypeError(f"{type(self).__name__}.add() takes a tool, such as FileSearchTool(), not {what}{hint}")
        self.validate_tool_type(tool)
        if any(isinstance(other, type(tool)) for other in self._tools):
            hint = "; add functions to it with get_tool(...).add_functions()" if isinstance(tool, BaseFunctionTool) else ""
            raise ValueError(f"there is a {type(tool).__name__} in this {type(self).__name__} already{hint}")
        self._tools.append(tool)

    def remove(self, tool_type: type[Tool[Any]]) -> None:
        """Take the first tool of a class away.

        :param tool_type: the class.
        :raises ValueError: there is none.
        """
        self._tools.remove(self.get_tool(tool_type))

    def get_tool(self, tool_type: type[ToolT]) -> ToolT:
        """The first tool of a class.

        :param tool_type: the class.
        :raises ValueError: there is none.
        """
        for tool in self._tools:
            if isinstance(tool, tool_type):
                return tool
        there = ", ".join(type(tool).__name__ for tool in self._tools) or "nothing"
        wanted = getattr(tool_type, "__name__", repr(tool_type))
        raise ValueError(f"there is no {wanted} in this {type(self).__name__}, which holds {there}")

    @property
    def definitions(self) -> list[ToolDefinition]:
        """The definitions of all tools, in the order in which they were added."""
        return [definition for tool in self._tools for definition in tool.definitions]

    @property
    def resources(self) -> ToolResources:
        """The resources of all tools in one.

        :raises ValueError: two tools give different values for the same thing.
        """
        merged: dict[str, Any] = {}
        for tool in self._tools:
            merged = _merged(merged, to_wire(tool.resources), type(tool).__name__)
        return ToolResources(merged)

    def get_definitions_and_resources(self) -> dict[str, Any]:
        """What creating an agent takes.

        :return: ``tools`` and ``tool_resources``.
        """
        return {"tools": self.definitions, "tool_resources": self.resources}

    def plan(self, tool_calls: Iterable[Any]) -> list[PlannedCall]:
        """Decide on calls without running them; what is no call of a function is left out. Never raises for a call.

        :param tool_calls: the calls as a run asks for them.
        """
        tool = self.function_tool
        calls = [call for call in tool_calls if is_function_call(call)]
        return [tool.plan(call) if tool is not None else plan_call(call, _nothing) for call in calls]

    @property
    def function_tool(self) -> BaseFunctionTool | None:
        """The tool whose functions run here; None where the set holds none."""
        return next((tool for tool in self._tools if isinstance(tool, BaseFunctionTool)), None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._tools))})"


class ToolSet(BaseToolSet):
    """The tools of an agent, in the sync client."""

    def validate_tool_type(self, tool: Tool[Any]) -> None:
        """Refuse an AsyncFunctionTool. :meth:`add` calls it.

        :param tool: the tool that is to be added.
        :raises ValueError: it is an AsyncFunctionTool.
        """
        if isinstance(tool, AsyncFunctionTool):
            raise ValueError(
                "a ToolSet takes a FunctionTool, which runs async functions too; AsyncFunctionTool is for AsyncToolSet"
            )

    def execute_tool_calls(
        self, tool_calls: Iterable[Any], *, max_parallel: int = 1, timeout: float | None = None
    ) -> list[dict[str, Any]]:
        """Run the calls of functions that a run asks for; calls of other kinds are left out.

        :param tool_calls: the calls.
        :keyword max_parallel: so many calls run at once, in threads; by default one after the other in the caller's thread.
        :keyword timeout: seconds that each call has; None sets no limit.
        :return: ``tool_call_id`` and ``output`` for each call, in their order; the output of a failed one is ``{"error": ...}``.
        :raises TypeError: a limit is no number.
        :raises ValueError: a limit is not positive.
        """
        outcomes = run_calls(self.plan(tool_calls), max_parallel=max_parallel, timeout=timeout)
        return [outcome.as_tool_output() for outcome in outcomes]


class AsyncToolSet(BaseToolSet):
    """The tools of an agent, in the async client."""

    def validate_tool_type(self, tool: Tool[Any]) -> None:
        """Refuse a FunctionTool. :meth:`add` calls it.

        :param tool: the tool that is to be added.
        :raises ValueError: it is a FunctionTool.
        """
        if isinstance(tool, FunctionTool):
            raise ValueError(
                "an AsyncToolSet takes an AsyncFunctionTool, which runs sync functions too; FunctionTool is for ToolSet"
            )

    async def execute_tool_calls(
        self, tool_calls: Iterable[Any], *, max_parallel: int = 1, in_thread: bool = False, timeout: float | None = None
    ) -> list[dict[str, Any]]:
        """Run the calls of functions that a run asks for; calls of other kinds are left out.

        :param tool_calls: the calls.
        :keyword max_parallel: so many calls run at once; by default one after the other.
        :keyword in_thread: run sync functions in threads; by default they hold the event loop while they run.
        :keyword timeout: seconds that each call has; None sets no limit.
        :return: ``tool_call_id`` and ``output`` for each call, in their order; the output of a failed one is ``{"error": ...}``.
        :raises TypeError: a limit is no number.
        :raises ValueError: a limit is not positive.
        """
        outcomes = await run_calls_async(self.plan(tool_calls), max_parallel=max_parallel, in_thread=in_thread, timeout=timeout)
        return [outcome.as_tool_output() for outcome in outcomes]


def _nothing(name: str) -> None:
    """Finds no function."""


def _merged(one: Mapping[str, Any], other: Mapping[str, Any], tool: str, path: str = "") -> dict[str, Any]:
    """Two JSON objects in one: objects merged, arrays joined without repetitions."""
    merged = dict(one)
    for key, value in other.items():
        there = merged.get(key)
        if there is None or there == value:
            merged[key] = value
        elif isinstance(there, dict) and isinstance(value, dict):
            merged[key] = _merged(there, value, tool, f"{path}{key}.")
        elif isinstance(there, list) and isinstance(value, list):
            merged[key] = there + [item for item in value if item not in there]
        elif value is not None:
            raise ValueError(f"{tool} gives {value!r} as {path}{key}, and a tool before it in the set gives {there!r}")
    return merged
