"""A stream in the order in which the service sends one: two functions, a third one, an answer; and what its events are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from agentkit._core.accumulate import Accumulator
from agentkit._core.events import StreamEvent, parse_event


def run(status: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "run_1",
        "object": "thread.run",
        "created_at": 1_700_000_000,
        "assistant_id": "asst_1",
        "thread_id": "thread_1",
        "status": status,
        "started_at": None,
        "expires_at": 1_700_000_600,
        "required_action": None,
        "last_error": None,
        "incomplete_details": None,
        "usage": None,
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": {}}}],
        "tool_resources": {},
        "metadata": {},
        **fields,
    }


def step(identity: str, status: str, details: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "object": "thread.run.step",
        "created_at": 1_700_000_001,
        "assistant_id": "asst_1",
        "thread_id": "thread_1",
        "run_id": "run_1",
        "type": details["type"],
        "status": status,
        "step_details": details,
        "expires_at": 1_700_000_600,
        "last_error": None,
        "usage": None,
        "metadata": None,
        **fields,
    }


def message(status: str, content: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "object": "thread.message",
        "created_at": 1_700_000_002,
        "thread_id": "thread_1",
        "assistant_id": "asst_1",
        "run_id": "run_1",
        "role": "assistant",
        "status": status,
        "content": content,
        "attachments": [],
        "metadata": {},
        **fields,
    }


def function(identity: str, name: str, arguments: str, output: str | None) -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments, "output": output}}


def step_delta(identity: str, *calls: dict[str, Any]) -> dict[str, Any]:
    details = {"type": "tool_calls", "tool_calls": list(calls)}
    return {"id": identity, "object": "thread.run.step.delta", "delta": {"step_details": details}}


def message_delta(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "msg_1", "object": "thread.message.delta", "delta": {**fields, "content": list(parts)}}


def text_piece(value: str | None, index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"index": index, "type": "text", "text": {"value": value, **fields}}


def text_part(value: str, annotations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": annotations or []}}


def pieces(text: str, size: int = 3) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def call_deltas(identity: str, calls: list[dict[str, Any]]) -> Iterable[tuple[str, Any]]:
    for index, call in enumerate(calls):
        named = {**call["function"], "arguments": "", "output": None}
        yield "thread.run.step.delta", step_delta(identity, {**call, "index": index, "function": named})
        for piece in pieces(call["function"]["arguments"]):
            added = {"index": index, "type": "function", "function": {"arguments": piece}}
            yield "thread.run.step.delta", step_delta(identity, added)


def tool_round(identity: str, calls: list[dict[str, Any]]) -> Iterable[tuple[str, Any]]:
    """From the start of a step to the end of the response that asks for its outputs."""
    empty = {"type": "tool_calls", "tool_calls": []}
    yield "thread.run.step.created", step(identity, "in_progress", empty)
    yield "thread.run.step.in_progress", step(identity, "in_progress", empty)
    yield from call_deltas(identity, calls)
    asked = [{**call, "function": {k: v for k, v in call["function"].items() if k != "output"}} for call in calls]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}
    yield "thread.run.requires_action", run("requires_action", started_at=1_700_000_001, required_action=action)
    yield "done", "[DONE]"


def after_outputs(identity: str, calls: list[dict[str, Any]]) -> Iterable[tuple[str, Any]]:
    """The start of the response to the outputs."""
    spent = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    whole = {"type": "tool_calls", "tool_calls": calls}
    yield "thread.run.step.completed", step(identity, "completed", whole, usage=spent, completed_at=1_700_000_003)
    yield "thread.run.queued", run("queued")
    yield "thread.run.in_progress", run("in_progress", started_at=1_700_000_003)


ANSWER = "It is 21 °C in Köln\u2028and 18 °C in 東京 😀."
WEATHER = [
    function("call_1", "weather", '{"place": "Köln"}', "21"),
    function("call_2", "weather", '{"place": "東京"}', "18"),
]
MAIL = [function("call_3", "send_mail", '{"to": "a@example.com"}', '{"sent": true}')]
USAGE = {"prompt_tokens": 40, "completion_tokens": 20, "total_tokens": 60}


IMAGE = {"type": "image_file", "image_file": {"file_id": "file_3"}}


def recorded() -> list[tuple[str, Any]]:
    writes = {"type": "message_creation", "message_creation": {"message_id": "msg_1"}}
    first, *rest = pieces(ANSWER)
    return [
        ("thread.run.created", run("queued")),
        ("thread.run.queued", run("queued")),
        ("thread.run.in_progress", run("in_progress", started_at=1_700_000_001)),
        *tool_round("step_1", WEATHER),
        *after_outputs("step_1", WEATHER),
        *tool_round("step_2", MAIL),
        *after_outputs("step_2", MAIL),
        ("thread.run.step.created", step("step_3", "in_progress", writes)),
        ("thread.run.step.in_progress", step("step_3", "in_progress", writes)),
        ("thread.message.created", message("in_progress", [])),
        ("thread.message.in_progress", message("in_progress", [])),
        ("thread.message.delta", message_delta(text_piece(first, annotations=[]))),
        *(("thread.message.delta", message_delta(text_piece(piece))) for piece in rest),
        ("thread.message.completed", message("completed", [text_part(ANSWER)], completed_at=1_700_000_005)),
        ("thread.run.step.completed", step("step_3", "completed", writes, usage=USAGE, completed_at=1_700_000_005)),
        ("thread.run.completed", run("completed", usage=USAGE, completed_at=1_700_000_005)),
        ("done", "[DONE]"),
    ]


RECORDED = recorded()


def delta(*parts: dict[str, Any], **fields: Any) -> tuple[str, Any]:
    return "thread.message.delta", message_delta(*parts, **fields)


def piece(*calls: dict[str, Any]) -> tuple[str, Any]:
    return "thread.run.step.delta", step_delta("step_1", *calls)


def code(index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"index": index, "type": "code_interpreter", "code_interpreter": fields}


def parsed(name: str, data: Any) -> StreamEvent:
    return parse_event(name, data if isinstance(data, str) else json.dumps(data, ensure_ascii=False))


def gathered(*events: tuple[str, Any]) -> tuple[Accumulator, list[str]]:
    """What is known after the events, and the text that each of them added."""
    accumulator = Accumulator()
    return accumulator, [accumulator.add(parsed(*event)) for event in events]


def known(accumulator: Accumulator) -> Any:
    return (accumulator.run, accumulator.messages, accumulator.steps, accumulator.usage, accumulator.last_error)
