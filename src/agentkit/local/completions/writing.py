"""Builds chat completions as they stand on the wire, whole and piece by piece. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.local import ids
from agentkit.local.models.base import ToolCall
from agentkit.local.runs.deltas import pieces

__all__ = ["DONE", "Ending", "Heading", "data", "piece_of_text", "pieces_of_ending", "whole"]

DONE = b"data: [DONE]\n\n"
"""Comes after the last piece."""


@dataclass(frozen=True)
class Heading:
    """What a completion and all its pieces have in common.

    :param model: The name of the model, as the client gave it.
    :param created: Unix seconds.
    """

    id: str
    model: str
    created: int

    def over(self, kind: str, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """An object of this completion."""
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "choices": list(choices),
            "system_fingerprint": None,
        }


@dataclass(frozen=True)
class Ending:
    """What an answer came to: its text, its calls, whether it is a beginning only, and what it cost."""

    text: str
    calls: Sequence[ToolCall]
    cut_short: bool
    usage: Mapping[str, int]

    @property
    def reason(self) -> str:
        """Why the answer ends."""
        if self.calls:
            return "tool_calls"
        return "length" if self.cut_short else "stop"


def whole(heading: Heading, ending: Ending) -> dict[str, Any]:
    """The completion in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": ending.text or (None if ending.calls else ""), "refusal": None}
    if ending.calls:
        message["tool_calls"] = [_call(call) for call in ending.calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": ending.reason}
    return {**heading.over("chat.completion", [choice]), "usage": dict(ending.usage)}


def piece_of_text(text: str, *, first: bool = False) -> dict[str, Any]:
    """What a piece of text adds to the message; the first one also says whose it is."""
    return {"role": "assistant", "content": text, "refusal": None} if first else {"content": text}


def pieces_of_ending(heading: Heading, ending: Ending, *, with_usage: bool) -> Iterator[bytes]:
    """What follows the text: the calls, the reason why it ends, what it cost."""
    for index, call in enumerate(ending.calls):
        entry = _call(call)
        begun = {"index": index, **entry, "function": {**entry["function"], "arguments": ""}}
        yield data(heading, {"tool_calls": [begun]})
        for piece in pieces(call.arguments):
            yield data(heading, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield data(heading, {}, ending.reason)
    if with_usage:
        yield _framed({**heading.over("chat.completion.chunk", []), "usage": dict(ending.usage)})


def data(heading: Heading, delta: Mapping[str, Any], reason: str | None = None) -> bytes:
    """A piece as it stands in the stream.

    :param delta: What it adds to the message.
    :param reason: Why the answer ends with it.
    """
    choice = {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": reason}
    return _framed(heading.over("chat.completion.chunk", [choice]))


def _framed(value: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": ids.new_id(ids.CALL), "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
