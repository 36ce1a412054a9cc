"""A response while it is written: what there is of it, and the events by which those who read along get it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agentkit.local import ids
from agentkit.local.models.base import ToolCall
from agentkit.local.runs.deltas import pieces
from agentkit.local.runs.events import frame
from agentkit.local.store import Document

__all__ = ["Draft", "response_document"]

_TEXT = "response.output_text"
_PART = "response.content_part"
_ITEM = "response.output_item"
_ARGUMENTS = "response.function_call_arguments"


def response_document(settings: Mapping[str, Any], now: int) -> Document:
    """A response that has just begun.

    :param settings: What it says of how it was asked for.
    :param now: Unix seconds.
    """
    begun: Document = {"id": ids.new_id(ids.RESPONSE), "object": "response", "created_at": now, "status": "in_progress"}
    empty: Document = {"completed_at": None, "error": None, "incomplete_details": None, "output": [], "usage": None}
    return {**begun, **empty, **settings}


class Draft:
    """Writes a response, item by item.

    :param document: The response, which grows.
    :param send: Is given each event as it stands in a stream; None where nobody reads along.
    """

    def __init__(self, document: Document, send: Callable[[bytes], None] | None) -> None:
        self.document = document
        self._send = send
        self._number = 0
        self._message: Document | None = None

    @property
    def said(self) -> str:
        """The text of the message that is being written."""
        return "" if self._message is None else str(self._message["content"][0]["text"])

    def begin(self) -> None:
        """Tell that there is a response, and that it is worked on."""
        self._tell_whole("response.created")
        self._tell_whole("response.in_progress")

    def say(self, piece: str) -> None:
        """Add to the message that is being written, which is begun where there is none."""
        if self._message is None:
            part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
            self._message = {
                "id": ids.new_id(ids.MESSAGE),
                "type": "message",
                "status": "in_progress",
                "role": "assistant",
                "content": [],
            }
            self._add(self._message)
            self._tell_part(f"{_PART}.added", part=dict(part))
            self._message["content"].append(part)
        if piece:
            self._message["content"][0]["text"] += piece
            self._tell_part(f"{_TEXT}.delta", delta=piece, logprobs=[])

    def end_message(self, annotations: Sequence[Mapping[str, Any]] = (), *, complete: bool = True) -> None:
        """Complete the message that is being written, if there is one.

        :param annotations: What its text refers to.
        :param complete: Whether it is more than a beginning.
        """
        message = self._message
        if message is None:
            return
        (part,) = message["content"]
        for index, annotation in enumerate(annotations):
            part["annotations"].append(dict(annotation))
            self._tell_part(f"{_TEXT}.annotation.added", annotation_index=index, annotation=dict(annotation))
        self._tell_part(f"{_TEXT}.done", text=part["text"], logprobs=[])
        self._tell_part(f"{_PART}.done", part=part)
        message["status"] = "completed" if complete else "incomplete"
        self.tell_item(f"{_ITEM}.done", item=message)
        self._message = None

    def call(self, call: ToolCall) -> None:
        """Add the call of a function, which the client has to make."""
        item = {
            "id": ids.new_id(ids.ITEMS["function_call"]),
            "type": "function_call",
            "status": "in_progress",
            "call_id": ids.new_id(ids.CALL),
            "name": call.name,
            "arguments": "",
        }
        self._add(item)
        for piece in pieces(call.arguments):
            self.tell_item(f"{_ARGUMENTS}.delta", item_id=item["id"], delta=piece)
        self.tell_item(f"{_ARGUMENTS}.done", item_id=item["id"], name=call.name, arguments=call.arguments)
        self.end_item({"arguments": call.arguments, "status": "completed"})

    def begin_item(self, kind: str, **fields: Any) -> Document:
        """Add an item of another kind; what it comes to is told by :meth:`end_item`.

        :param kind: Its type on the wire.
        """
        item = {"id": ids.new_id(ids.ITEMS[kind]), "type": kind, "status": "in_progress", **fields}
        self._add(item)
        return item

    def end_item(self, outcome: Mapping[str, Any]) -> None:
        """Complete the newest item.

        :param outcome: The fields that have changed.
        """
        item = self.document["output"][-1]
        item.update(outcome)
        self.tell_item(f"{_ITEM}.done", item=item)

    def close(self, status: str, now: int, usage: Mapping[str, int] | None, **fields: Any) -> None:
        """Bring the response to its end, which :meth:`tell_end` tells.

        :param status: What it has come to.
        :param now: Unix seconds.
        :param usage: How many tokens it has cost.
        :param fields: What else there is to say of its end.
        """
        self.document.update(status=status, usage=_usage(usage), **fields)
        if status == "completed":
            self.document["completed_at"] = now

    def tell_end(self) -> None:
        """Tell what the response has come to, all of it."""
        self._tell_whole(f"response.{self.document['status']}")

    def tell_item(self, kind: str, **data: Any) -> None:
        """Tell something of the newest item."""
        self._tell(kind, output_index=len(self.document["output"]) - 1, **data)

    def _add(self, item: Document) -> None:
        self.document["output"].append(item)
        self.tell_item(f"{_ITEM}.added", item=item)

    def _tell_part(self, kind: str, **data: Any) -> None:
        if self._message is not None:
            self.tell_item(kind, item_id=self._message["id"], content_index=0, **data)

    def _tell_whole(self, kind: str) -> None:
        self._tell(kind, response=self.document)

    def _tell(self, kind: str, **data: Any) -> None:
        if self._send is not None:
            self._send(frame(kind, {"type": kind, "sequence_number": self._number, **data}))
            self._number += 1


def _usage(usage: Mapping[str, int] | None) -> Document | None:
    """What a response has cost, as responses say it."""
    if usage is None:
        return None
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage["total_tokens"],
    }
