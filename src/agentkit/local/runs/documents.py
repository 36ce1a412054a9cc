"""Builds runs, steps and messages as they stand on the wire. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agentkit.local import ids
from agentkit.local.models.base import ToolCall
from agentkit.local.runs.states import LIFETIME

__all__ = ["call_of", "message", "required_action", "run", "step", "text_content", "tool_call"]


def run(agent: Mapping[str, Any], thread_id: str, body: Mapping[str, Any], now: int) -> dict[str, Any]:
    """A run that has just been asked for: the agent's settings, with those of the request over them.

    :param agent: The agent object.
    :param body: The request's fields that were sent with a value.
    :param now: Unix seconds.
    """
    instructions = body.get("instructions", agent["instructions"])
    if body.get("additional_instructions"):
        instructions = "\n".join(part for part in (instructions, body["additional_instructions"]) if part)
    return {
        "id": ids.new_id(ids.RUN),
        "object": "thread.run",
        "thread_id": thread_id,
        "assistant_id": agent["id"],
        "status": "queued",
        "required_action": None,
        "last_error": None,
        "model": body.get("model", agent["model"]),
        "instructions": instructions,
        "tools": body.get("tools", agent["tools"]),
        "created_at": now,
        "expires_at": now + LIFETIME,
        "started_at": None,
        "completed_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "incomplete_details": None,
        "usage": None,
        "temperature": body.get("temperature", agent["temperature"]),
        "top_p": body.get("top_p", agent["top_p"]),
        "max_prompt_tokens": body.get("max_prompt_tokens"),
        "max_completion_tokens": body.get("max_completion_tokens"),
        "truncation_strategy": {"type": "auto", "last_messages": None, **body.get("truncation_strategy", {})},
        "tool_choice": body.get("tool_choice", "auto"),
        "response_format": body.get("response_format", agent["response_format"]),
        "metadata": body.get("metadata", {}),
        "tool_resources": {**agent["tool_resources"], **body.get("tool_resources", {})},
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
    }


def step(run: Mapping[str, Any], details: Mapping[str, Any], now: int) -> dict[str, Any]:
    """A step in progress of a run; its type is that of its details."""
    return {
        "id": ids.new_id(ids.STEP),
        "object": "thread.run.step",
        "type": details["type"],
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "run_id": run["id"],
        "status": "in_progress",
        "step_details": details,
        "last_error": None,
        "created_at": now,
        "expires_at": run["expires_at"],
        "expired_at": None,
        "completed_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "usage": None,
        "metadata": {},
    }


def message(
    thread_id: str,
    role: str,
    content: Sequence[Mapping[str, Any]],
    now: int,
    *,
    run: Mapping[str, Any] | None = None,
    attachments: Sequence[Mapping[str, Any]] = (),
    metadata: Mapping[str, str] | None = None,
    cut_short: bool = False,
) -> dict[str, Any]:
    """A whole message of a thread; ``cut_short`` says that the answer's token limit ended it."""
    return {
        "id": ids.new_id(ids.MESSAGE),
        "object": "thread.message",
        "created_at": now,
        "thread_id": thread_id,
        "status": "incomplete" if cut_short else "completed",
        "incomplete_details": {"reason": "max_tokens"} if cut_short else None,
        "completed_at": None if cut_short else now,
        "incomplete_at": now if cut_short else None,
        "role": role,
        "content": list(content),
        "assistant_id": run["assistant_id"] if run else None,
        "run_id": run["id"] if run else None,
        "attachments": list(attachments),
        "metadata": dict(metadata or {}),
    }


def text_content(value: str, annotations: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A text block of a message."""
    return {"type": "text", "text": {"value": value, "annotations": list(annotations)}}


def tool_call(call_id: str, call: ToolCall, ranking: Mapping[str, Any]) -> dict[str, Any]:
    """A tool call of a step, before its outcome is known.

    :param ranking: How the results of file search are ranked.
    """
    if call.kind == "function":
        return {
            "id": call_id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments, "output": None},
        }
    if call.kind == "file_search":
        return {"id": call_id, "type": "file_search", "file_search": {"ranking_options": dict(ranking), "results": []}}
    return {"id": call_id, "type": "code_interpreter", "code_interpreter": {"input": call.input, "outputs": []}}


def call_of(made: Mapping[str, Any]) -> ToolCall:
    """The call that an entry of a step stands for; what was searched for in files is not kept there."""
    if made["type"] == "function":
        return ToolCall("function", name=made["function"]["name"], arguments=made["function"]["arguments"])
    return ToolCall(made["type"], input=made[made["type"]].get("input", ""))


def required_action(calls: Mapping[str, ToolCall]) -> dict[str, Any]:
    """What a run waits for: the outputs of these function calls, by their ids."""
    return {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {
            "tool_calls": [
                {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call_id, call in calls.items()
            ]
        },
    }
