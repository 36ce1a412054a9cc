"""What the server of the comparison answers: bodies in the wire form of agents services, made once and kept as bytes.

The id in a path says what is asked for: ``thread_messages_100`` has a hundred messages on one page, ``thread_pages_10`` has ten pages
of one message, ``thread_hundreds_1000`` has its messages on pages of a hundred, a run on ``thread_stream_5000`` is streamed in as many deltas, one on ``thread_polls_3`` has ended at the third look,
and one on ``thread_calls_100`` asks for a hundred function calls at once.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

__all__ = ["BLOCK", "events", "file", "message", "page", "run"]

BLOCK = 1 << 20
"""Bytes in the piece that a download repeats."""

WORDS = ("It ", "is ", "21 ", "°C ", "in ", "Köln", ", ", "and ", "18 ", "°C ", "in ", "東京", ". ", "\n")
TEXT = "The chart shows how the harvest of apples grew from 2019 to 2024; the year 2021 was an exception, see the file. "
BEGAN = 1_750_000_000


def message(number: int, thread: str = "thread_1") -> dict[str, Any]:
    """A message with a text, and with an image in every fourth."""
    content: list[dict[str, Any]] = [{"type": "text", "text": {"value": f"{number}: {TEXT}", "annotations": []}}]
    if number % 4 == 0:
        content.append({"type": "image_file", "image_file": {"file_id": f"assistant-image-{number}"}})
    return {
        "id": f"msg_{number}",
        "object": "thread.message",
        "created_at": BEGAN + number,
        "thread_id": thread,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": BEGAN + number,
        "incomplete_at": None,
        "role": "user" if number % 2 else "assistant",
        "content": content,
        "assistant_id": "asst_1",
        "run_id": "run_1",
        "attachments": [],
        "metadata": {},
    }


@cache
def page(first: int, count: int, has_more: bool) -> bytes:
    """A page of so many messages, the first of which has this number."""
    data = [message(number) for number in range(first, first + count)]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return _json({"object": "list", "data": data, **ends, "has_more": has_more})


@cache
def run(thread: str = "thread_1", status: str = "completed", calls: int = 0) -> bytes:
    """A run; where it asks for function calls, its state is ``requires_action``."""
    return _json(run_fields(thread, "requires_action" if calls else status, calls))


def run_fields(thread: str, status: str, calls: int = 0) -> dict[str, Any]:
    """The fields of a run."""
    asked = [
        {"id": f"call_{number}", "type": "function", "function": {"name": "look_up", "arguments": f'{{"number": {number}}}'}}
        for number in range(calls)
    ]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}} if calls else None
    return {
        "id": thread.replace("thread", "run", 1),
        "object": "thread.run",
        "thread_id": thread,
        "assistant_id": "asst_1",
        "status": status,
        "required_action": action,
        "last_error": None,
        "model": "gpt-4o-mini",
        "instructions": "Answer briefly, and draw a chart where one helps.",
        "tools": [{"type": "code_interpreter"}, {"type": "file_search"}],
        "created_at": BEGAN,
        "expires_at": BEGAN + 600,
        "started_at": BEGAN + 1,
        "completed_at": BEGAN + 4 if status == "completed" else None,
        "cancelled_at": None,
        "failed_at": None,
        "incomplete_details": None,
        "usage": {"prompt_tokens": 120, "completion_tokens": 34, "total_tokens": 154} if status == "completed" else None,
        "temperature": 1.0,
        "top_p": 1.0,
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "tool_choice": "auto",
        "response_format": "auto",
        "metadata": {},
        "tool_resources": {},
        "parallel_tool_calls": True,
    }


@cache
def events(thread: str, deltas: int) -> bytes:
    """A streamed run whose message comes in so many deltas."""
    words = [WORDS[number % len(WORDS)] for number in range(deltas)]
    began = {**message(1, thread), "role": "assistant", "status": "in_progress", "completed_at": None, "content": []}
    text = {"value": "".join(words), "annotations": []}
    ended = {**began, "status": "completed", "completed_at": BEGAN + 4, "content": [{"type": "text", "text": text}]}
    told: list[tuple[str, Any]] = [
        *((f"thread.run.{status}", run_fields(thread, status)) for status in ("queued", "in_progress")),
        ("thread.message.created", began),
        *(("thread.message.delta", _delta(word)) for word in words),
        ("thread.message.completed", ended),
        ("thread.run.completed", run_fields(thread, "completed")),
    ]
    lines = [f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in told]
    return ("".join(lines) + "event: done\ndata: [DONE]\n\n").encode()


def _delta(word: str) -> dict[str, Any]:
    piece = {"content": [{"index": 0, "type": "text", "text": {"value": word}}]}
    return {"id": "msg_1", "object": "thread.message.delta", "delta": piece}


def file(size: int) -> bytes:
    """A file that was uploaded, or is to be downloaded."""
    return _json(
        {
            "id": f"file-{size}",
            "object": "file",
            "bytes": size,
            "created_at": BEGAN,
            "filename": "numbers.bin",
            "purpose": "assistants",
            "status": "processed",
        }
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
