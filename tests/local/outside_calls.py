"""Turns that call other agents, APIs and tools of a cloud, the definitions of those, and what became of the calls."""

from __future__ import annotations

import json
from typing import Any

from service_wire import Wire

from agentkit.local.models.base import ModelTurn, ToolCall


def hands(name: str, text: str) -> ModelTurn:
    """A turn that hands a text to a connected agent."""
    return ModelTurn(tool_calls=[ToolCall("connected_agent", name=name, input=text)])


def calls(operation: str, **arguments: Any) -> ModelTurn:
    """A turn that calls an operation of an API."""
    return ModelTurn(tool_calls=[ToolCall("openapi", name=operation, arguments=json.dumps(arguments))])


def connected(agent: Any, name: str) -> dict[str, Any]:
    """The definition of a connected agent."""
    agent_id = agent if isinstance(agent, str) else agent["id"]
    return {"type": "connected_agent", "connected_agent": {"id": agent_id, "name": name, "description": f"Knows {name}."}}


def api(spec: Any, name: str = "things", auth: Any = None, **settings: Any) -> dict[str, Any]:
    """The definition of an API."""
    return {
        "type": "openapi",
        "openapi": {"name": name, "description": "Things.", "spec": spec, "auth": auth or {"type": "anonymous"}, **settings},
    }


def entries(wire: Wire, run: Any) -> list[dict[str, Any]]:
    """The calls of all steps of a run, as their entries say."""
    return [call[call["type"]] for step in wire.steps(run) for call in step["step_details"].get("tool_calls", ())]
