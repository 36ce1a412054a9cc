"""Builds runs, steps and messages as they stand on the wire. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agentkit.local import ids
from agentkit.local.models.base import ToolCall
from agentkit.local.runs.states import LIFETIME

__all__ = [
    "answer",
    "call_of",
    "call_without_found_text",
    "ended_message",
    "image_content",
    "message",
    "required_action",
    "run",
    "step",
    "text_content",
    "thread",
    "tool_call",
    "without_found_text",
]


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
        "instructions": instructions or "",
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


def thread(
    now: int, tool_resources: Mapping[str, Any] | None = None, metadata: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A thread without messages."""
    return {
        "id": ids.new_id(ids.THREAD),
        "object": "thread",
        "created_at": now,
        "tool_resources": dict(tool_resources or {}),
        "metadata": dict(metadata or {}),
    }


def message(
    thread_id: str,
    role: str,
    content: Sequence[Mapping[str, Any]],
    now: int,
    *,
    attachments: Sequence[Mapping[str, Any]] = (),
    metadata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A whole message of a thread, which somebody wrote into it."""
    begun = _message(thread_id, role, now)
    return ended_message({**begun, "attachments": list(attachments), "metadata": dict(metadata or {})}, content, now)


def answer(run: Mapping[str, Any], now: int) -> dict[str, Any]:
    """A message that a run begins to write."""
    return {**_message(run["thread_id"], "assistant", now), "assistant_id": run["assistant_id"], "run_id": run["id"]}


def ended_message(
    begun: Mapping[str, Any], content: Sequence[Mapping[str, Any]], now: int, reason: str | None = None
) -> dict[str, Any]:
    """A message with its content, complete or, where there is a reason for that, incomplete."""
    return {
        **begun,
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "completed_at": None if reason else now,
        "incomplete_at": now if reason else None,
        "content": list(content),
    }


def _message(thread_id: str, role: str, now: int) -> dict[str, Any]:
    return {
        "id": ids.new_id(ids.MESSAGE),
        "object": "thread.message",
        "created_at": now,
        "thread_id": thread_id,
        "status": "in_progress",
        "incomplete_details": None,
        "completed_at": None,
        "incomplete_at": None,
        "role": role,
        "content": [],
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {},
    }


def image_content(file_id: str) -> dict[str, Any]:
    """An image block of a message."""
    return {"type": "image_file", "image_file": {"file_id": file_id}}


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
    if call.kind == "code_interpreter":
        return {"id": call_id, "type": "code_interpreter", "code_interpreter": {"input": call.input, "outputs": []}}
    return {"id": call_id, "type": call.kind, call.kind: _outside_call(call)}


def call_of(made: Mapping[str, Any]) -> ToolCall:
    """The call that an entry of a step stands for; what was searched for in files is not kept there."""
    kind, details = made["type"], made[made["type"]]
    if kind == "connected_agent":
        return ToolCall(kind, name=details["name"], input=json.loads(details["arguments"]))
    if "name" in details:
        return ToolCall(kind, name=details["name"], arguments=details["arguments"])
    return ToolCall(kind, input=details.get("input", ""))


def _outside_call(call: ToolCall) -> dict[str, str]:
    """What stands in the entry of a call that is carried out outside of its run: texts only, ``output`` once it is known."""
    if call.kind == "connected_agent":
        # Arguments are JSON, and what an agent is told is a text.
        return {"name": call.name, "arguments": json.dumps(call.input, ensure_ascii=False)}
    return {"name": call.name, "arguments": call.arguments} if call.name else {"input": call.input}


def without_found_text(step: Mapping[str, Any]) -> dict[str, Any]:
    """The step without the text that file search found, which readers get only where they ask for it."""
    details = step["step_details"]
    if details["type"] != "tool_calls":
        return dict(step)
    return {
        **step,
        "step_details": {**details, "tool_calls": [call_without_found_text(call) for call in details["tool_calls"]]},
    }


def call_without_found_text(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entry of a step without the text that file search found."""
    found = call.get("file_search") or {}
    if "results" not in found:
        return call
    results = [{name: value for name, value in result.items() if name != "content"} for result in found["results"]]
    return {**call, "file_search": {**found, "results": results}}


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
