"""Reads the items that responses and conversations consist of: as they are kept, and as a model sees them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentkit.local import ids
from agentkit.local.errors import bad_request
from agentkit.local.models.base import ChatMessage, ImageRef, ToolCall, ToolResult
from agentkit.local.store import Document

__all__ = ["Said", "kept_items", "text_of", "what_is_said"]

_ROLES = ("user", "assistant", "system", "developer")
_UNREAD = ("reasoning",)
"""Items that clients send back as they got them elsewhere, and that say nothing to a model."""


@dataclass
class Said:
    """What items say, sorted as a model sees it."""

    instructions: list[str] = field(default_factory=list)
    messages: list[ChatMessage] = field(default_factory=list)
    earlier_calls: list[ToolCall] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)


def kept_items(given: str | Sequence[Mapping[str, Any]] | None, param: str = "input") -> list[Document]:
    """The items of a request as they are kept and listed: each with an id, messages with their content in parts.

    :param given: A text, which is a message of the user, or items.
    :param param: What the request calls them.
    :raises ApiError: 400, one of them is none that can be read; the message names it.
    """
    if not given:
        return []
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    return [_kept(item, f"{param}[{index}]") for index, item in enumerate(given)]


def _kept(item: Mapping[str, Any], param: str) -> Document:
    kind = item.get("type") or "message"
    if kind not in ids.ITEMS and kind not in _UNREAD:
        raise bad_request(
            f"{param}: an item of type '{kind}' was sent, which this service cannot read; it reads {', '.join(ids.ITEMS)}.",
            param,
        )
    known = {"id": item.get("id") or ids.new_id(ids.ITEMS.get(kind, "rs_")), "type": kind, "status": "completed"}
    if kind == "message":
        return {**known, "role": _role(item, param), "content": _parts(item, param)}
    return {**known, **{name: value for name, value in item.items() if value is not None}}


def _role(item: Mapping[str, Any], param: str) -> str:
    role = item.get("role")
    if role not in _ROLES or "content" not in item:
        raise bad_request(
            f"{param}: a message needs a role ({', '.join(map(repr, _ROLES))}) and a content; an item that is no message needs its "
            "type.",
            param,
        )
    return str(role)


def _parts(item: Mapping[str, Any], param: str) -> list[Document]:
    own = "output_text" if item["role"] == "assistant" else "input_text"
    content = item["content"]
    if isinstance(content, str):
        return [_text_part(own, content)]
    return [_part(part, item["role"], f"{param}.content[{index}]") for index, part in enumerate(content or ())]


def _part(part: Mapping[str, Any], role: str, param: str) -> Document:
    kind = part["type"]
    if kind in ("input_text", "output_text", "text") and isinstance(part.get("text"), str):
        return {**_text_part("output_text" if role == "assistant" else "input_text", part["text"]), **_annotations(part)}
    if kind == "refusal" and role == "assistant" and isinstance(part.get("refusal"), str):
        return {"type": kind, "refusal": part["refusal"]}
    if kind == "input_image" and role == "user":
        if not isinstance(part.get("image_url"), str):
            raise bad_request(
                f"{param}.image_url: required, but nothing was sent. Images by the id of a file are not read here; send their "
                "address, or their content as a data URL.",
                f"{param}.image_url",
            )
        return {"type": kind, "image_url": part["image_url"], "detail": part.get("detail") or "auto"}
    raise bad_request(
        f"{param}: a part of type '{kind}' was sent, allowed are 'input_text' with its text, 'output_text' in messages of the "
        "assistant, and 'input_image' in messages of the user.",
        param,
    )


def _text_part(kind: str, text: str) -> Document:
    return {"type": kind, "text": text, **({"annotations": []} if kind == "output_text" else {})}


def _annotations(part: Mapping[str, Any]) -> Document:
    return {"annotations": part["annotations"]} if part["type"] == "output_text" and part.get("annotations") else {}


def text_of(content: Any) -> str:
    """The text of a content or an output, its parts joined by newlines."""
    if isinstance(content, str):
        return content
    texts = (part.get("text") or part.get("refusal") for part in content or ())
    return "\n".join(text for text in texts if text)


def what_is_said(items: Iterable[Mapping[str, Any]]) -> Said:
    """What a model is told by items, oldest first.

    :param items: As they are kept.
    :raises ApiError: 400, an output answers no call, or a call is not answered.
    """
    said = Said()
    awaited: dict[str, ToolCall] = {}
    for item in items:
        kind = item["type"]
        if kind == "message":
            _hear(item, said)
        elif kind == "function_call":
            awaited[item["call_id"]] = ToolCall("function", name=item["name"], arguments=item["arguments"])
        elif kind == "function_call_output":
            said.results.append(_answered(item, awaited))
        elif kind == "code_interpreter_call":
            said.results.append(_ran(item))
        elif kind == "file_search_call":
            said.results += _searched(item)
    if awaited:
        raise bad_request(
            f"input: the calls {', '.join(map(repr, awaited))} have no output. Send an item of type 'function_call_output' for each.",
            "input",
        )
    return said


def _hear(message: Mapping[str, Any], said: Said) -> None:
    role, text = message["role"], text_of(message["content"])
    if role in ("system", "developer"):
        said.instructions.append(text)
        return
    if role == "user":
        # What was called before the newest question belongs to the answers of earlier ones.
        said.earlier_calls += [result.call for result in said.results]
        said.results.clear()
    if text or role == "user":
        said.messages.append(ChatMessage(role, text, images=tuple(_images(message["content"]))))


def _images(content: Iterable[Mapping[str, Any]]) -> Iterator[ImageRef]:
    return (ImageRef(url=part["image_url"], detail=part["detail"]) for part in content if part["type"] == "input_image")


def _answered(item: Mapping[str, Any], awaited: dict[str, ToolCall]) -> ToolResult:
    call = awaited.pop(item["call_id"], None)
    if call is None:
        raise bad_request(
            f"input: the output of the call '{item['call_id']}' was sent, but no such call waits for one. Send the 'function_call' "
            "item before it, or previous_response_id.",
            "input",
        )
    return ToolResult(call, text_of(item["output"]))


def _ran(item: Mapping[str, Any]) -> ToolResult:
    logs = "\n".join(output.get("logs") or "" for output in item.get("outputs") or ())
    return ToolResult(ToolCall("code_interpreter", input=item.get("code") or ""), logs.strip("\n"))


def _searched(item: Mapping[str, Any]) -> Iterator[ToolResult]:
    found = "\n\n".join(f"{result.get('filename')}\n{result.get('text')}" for result in item.get("results") or ())
    return (ToolResult(ToolCall("file_search", input=query), found) for query in item.get("queries") or ())
