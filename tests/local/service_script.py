"""Turns for scripted models, and the answers to what they ask."""

from __future__ import annotations

from typing import Any

from service_wire import Wire

from agentkit.local.models.base import ModelTurn, ToolCall

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
PYTHON = {"type": "code_interpreter"}


def asks(*arguments: str) -> ModelTurn:
    """A turn that calls the function ``weather`` once for each of the arguments."""
    return ModelTurn(tool_calls=[ToolCall("function", name="weather", arguments=text) for text in arguments])


def codes(*sources: str) -> ModelTurn:
    """A turn that has code run."""
    return ModelTurn(tool_calls=[ToolCall("code_interpreter", input=source) for source in sources])


def call_ids(run: Any) -> list[str]:
    return [call["id"] for call in run["required_action"]["submit_tool_outputs"]["tool_calls"]]


def submit(wire: Wire, run: Any, *outputs: str) -> Any:
    entries = [{"tool_call_id": i, "output": text} for i, text in zip(call_ids(run), outputs, strict=True)]
    return wire.post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=entries)


def path_of(run: Any) -> str:
    return f"/threads/{run['thread_id']}/runs/{run['id']}"
