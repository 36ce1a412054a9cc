"""The tools of a definition in the form that agents with names take.

Tools that were written for classic agents have another form there: a function is flat, and what was a tool resource stands in the tool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._wire import to_wire

__all__ = ["wire_tools"]

Tool = dict[str, Any]


def wire_tools(tools: Any) -> Any:
    """The tools as they are sent.

    :param tools: definitions, models or mappings, of this or of the classic form; tools and sets of tools among them, or one alone.
    :return: a list of wire objects; what is no list of tools stays as it is, for the service to judge.
    """
    if hasattr(tools, "definitions"):
        tools = [tools]
    if not isinstance(tools, (list, tuple)):
        return tools
    return [tool for given in tools for tool in _of(given)]


def _of(given: Any) -> list[Any]:
    if not hasattr(given, "definitions"):
        return [_converted(to_wire(given), {})]
    resources = to_wire(given.resources) or {}
    return [_converted(to_wire(tool), resources) for tool in given.definitions]


def _converted(tool: Any, resources: Mapping[str, Any]) -> Any:
    convert = _FORMS.get(tool.get("type")) if isinstance(tool, Mapping) else None
    return tool if convert is None else convert(dict(tool), resources)


def _function(tool: Tool, _resources: Mapping[str, Any]) -> Tool:
    inner = tool.get("function")
    if not isinstance(inner, Mapping):
        return tool
    del tool["function"]
    return {"strict": False, **tool, **inner}


def _code_interpreter(tool: Tool, resources: Mapping[str, Any]) -> Tool:
    file_ids = (resources.get("code_interpreter") or {}).get("file_ids")
    return {**tool, "container": {"type": "auto", "file_ids": file_ids}} if file_ids and "container" not in tool else tool


def _file_search(tool: Tool, resources: Mapping[str, Any]) -> Tool:
    details = tool.pop("file_search", None) or {}
    stores = (resources.get("file_search") or {}).get("vector_store_ids")
    return {**tool, **details, **({"vector_store_ids": stores} if stores and "vector_store_ids" not in tool else {})}


def _ai_search(tool: Tool, resources: Mapping[str, Any]) -> Tool:
    indexes = (resources.get("azure_ai_search") or {}).get("indexes")
    if indexes is None or "azure_ai_search" in tool:
        return tool
    return {**tool, "azure_ai_search": {"indexes": [_renamed(index, "index_connection_id") for index in indexes]}}


def _connected(old: str, new: str, listed: str) -> Callable[[Tool, Mapping[str, Any]], Tool]:
    """A tool that names connections: its kind, and the field of its name, were called ``old`` and are called ``new``."""

    def convert(tool: Tool, _resources: Mapping[str, Any]) -> Tool:
        inner = tool.get(old)
        found = (inner.get("connections") or inner.get("search_configurations")) if isinstance(inner, Mapping) else None
        if not found:
            return tool
        del tool[old]
        return {**tool, "type": new, new: {listed: [_renamed(one, "connection_id") for one in found]}}

    return convert


def _renamed(one: Any, old: str) -> Any:
    """The same with the name of the connection as it is called here."""
    if not isinstance(one, Mapping):
        return one
    return {"project_connection_id" if name == old else name: value for name, value in one.items()}


_FORMS: Mapping[Any, Callable[[Tool, Mapping[str, Any]], Tool]] = {
    "function": _function,
    "code_interpreter": _code_interpreter,
    "file_search": _file_search,
    "azure_ai_search": _ai_search,
    "bing_grounding": _connected("bing_grounding", "bing_grounding", "search_configurations"),
    "bing_custom_search": _connected("bing_custom_search", "bing_custom_search_preview", "search_configurations"),
    "fabric_dataagent": _connected("fabric_dataagent", "fabric_dataagent_preview", "project_connections"),
    "sharepoint_grounding": _connected("sharepoint_grounding", "sharepoint_grounding_preview", "project_connections"),
}
