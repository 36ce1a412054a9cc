"""Finds the function that a call names, where several places may have one: level by level, by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._core.functions import PlannedCall, plan_call
from ._base import Tool
from ._functions import BaseFunctionTool
from ._toolset import BaseToolSet

__all__ = ["Functions", "function_tool_of", "functions_from"]


class Functions:
    """The functions that one run may call here.

    :param levels: where to look, the nearest first: tools, sets of tools, or None where there is nothing.
    """

    def __init__(self, levels: Iterable[Any]) -> None:
        self._tools: Sequence[BaseFunctionTool] = [tool for tool in map(function_tool_of, levels) if tool is not None]

    def has(self, name: str) -> bool:
        """Whether there is a function of that name."""
        return self._holder(name) is not None

    def plan(self, tool_call: Any) -> PlannedCall:
        """Decide on a call without running it. Never raises: what is wrong with the call is the plan's ``error``.

        :param tool_call: the call as a run asks for it.
        """
        holder = self._holder(getattr(getattr(tool_call, "function", None), "name", None))
        if holder is not None:
            return holder.plan(tool_call)
        known = [str(d.function.name) for tool in self._tools for d in tool.definitions]
        return plan_call(tool_call, _nothing, tuple(dict.fromkeys(known)))

    def _holder(self, name: Any) -> BaseFunctionTool | None:
        return next((tool for tool in self._tools if isinstance(name, str) and tool.serves(name)), None)


def function_tool_of(source: Any) -> BaseFunctionTool | None:
    """The function tool that a tool is, or that a set of tools holds; None where there is none."""
    if isinstance(source, BaseFunctionTool):
        return source
    if isinstance(source, BaseToolSet):
        return source.function_tool
    return None


def functions_from(operation: str, source: Any, kind: type[BaseFunctionTool]) -> BaseFunctionTool:
    """The function tool that a caller means by functions, a function tool or a set of tools.

    :param operation: the method's name, for errors.
    :param source: what the caller gave.
    :param kind: the class that plain functions are put into.
    :raises TypeError: it is none of the three.
    :raises ValueError: it is a set of tools without a function tool.
    """
    tool = function_tool_of(source)
    if tool is not None:
        return tool
    if isinstance(source, BaseToolSet):
        raise ValueError(f"{operation}() was given {source!r}, which holds no {kind.__name__}: add one to it")
    if isinstance(source, Tool):  # of another kind
        raise TypeError(f"{operation}() takes functions, a {kind.__name__} or a set of tools, not {type(source).__name__}")
    return kind(source)


def _nothing(name: str) -> None:
    """Finds no function."""
