"""Writes what a model is asked as the body of a chat completion. Pure, but for the content of images."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentkit.local.models.base import ChatMessage, FileRef, ImageRef, ModelRequest, ToolResult
from agentkit.local.models.chat_tools import Toolbox

__all__ = ["chat_body"]

_FOLDER = "/mnt/data"
_LINKS = (
    f"Files that your code saves in {_FOLDER} are kept. Give one to the user by a link such as [the table](sandbox:{_FOLDER}/table.csv). "
    "Figures that your code shows are shown to the user with your answer and need no link."
)
_CITATIONS = (
    "Each passage that {name} finds begins with a marker such as 【0:2†source】. Put the marker of a passage, exactly as it stands "
    "there, behind every statement that you take from it. Write no other markers."
)
_JSON_ONLY = "Answer with {what} alone: no other text, no fence around it."


def chat_body(request: ModelRequest, toolbox: Toolbox, model: str, *, images: bool) -> dict[str, Any]:
    """The body of the request for one turn.

    :param toolbox: The tools of the request, as the endpoint is offered them.
    :param model: The name by which the endpoint knows the model.
    :param images: Whether the model sees images; if not, it is told of them in words.
    """
    settings = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_completion_tokens": request.max_completion_tokens,
        "response_format": _response_format(request.response_format),
    }
    return {
        "model": model,
        "messages": list(_messages(request, toolbox, images)),
        **{name: value for name, value in settings.items() if value is not None},
        **_tool_settings(request, toolbox),
    }


def _messages(request: ModelRequest, toolbox: Toolbox, images: bool) -> Iterator[dict[str, Any]]:
    system = "\n\n".join(_system(request, toolbox))
    if system:
        yield {"role": "system", "content": system}
    for message in request.messages:
        yield {"role": message.role, "content": _content(message, images)}
    for number, result in enumerate(request.results, 1):
        # Nine letters and digits: there are endpoints that take no other ids.
        call_id = f"call{number:05}"
        call = {"id": call_id, "type": "function", "function": toolbox.spoken(result.call)}
        yield {"role": "assistant", "content": None, "tool_calls": [call]}
        yield {"role": "tool", "tool_call_id": call_id, "content": _outcome(result)}


def _system(request: ModelRequest, toolbox: Toolbox) -> Iterator[str]:
    """The paragraphs of the system message: the instructions, and what there is to know of tools and format."""
    if request.instructions:
        yield request.instructions
    interpreter, search = toolbox.name_of("code_interpreter"), toolbox.name_of("file_search")
    if interpreter:
        if request.files:
            yield "\n".join([f"Your code ({interpreter}) finds these files:", *map(_listed, request.files)])
        yield _LINKS
    if search:
        yield _CITATIONS.format(name=search)
    kind = _format_kind(request.response_format)
    if kind:
        what = "one JSON object" if kind == "json_object" else "JSON of the schema that was asked for"
        yield _JSON_ONLY.format(what=what)


def _listed(file: FileRef) -> str:
    return f"- {_FOLDER}/{file.filename} ({file.bytes} bytes)"


def _content(message: ChatMessage, images: bool) -> str | list[dict[str, Any]]:
    """What a message says; in parts where it has images and the model sees them. Only users show images to a chat endpoint."""
    parts = []
    told = [f"[Attached file: {file.filename}]" for file in message.files]
    for image in message.images:
        address = _address(image) if images and message.role == "user" else None
        if address:
            parts.append({"type": "image_url", "image_url": {"url": address, "detail": image.detail}})
        else:
            told.append(_mention(image))
    text = "\n".join([message.text, *told] if message.text else told)
    return [{"type": "text", "text": text}, *parts] if parts else text


def _mention(image: ImageRef) -> str:
    if image.file:
        return f"[Image file: {image.file.filename}]"
    return "[Image]" if image.url.startswith("data:") else f"[Image: {image.url}]"


def _address(image: ImageRef) -> str | None:
    """Where the endpoint finds an image; a file travels in the address itself. None where its content is gone."""
    if image.file is None or image.path is None:
        return image.url or None
    try:
        content = image.path.read_bytes()
    except FileNotFoundError:
        return None
    kind = mimetypes.guess_type(image.file.filename)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _outcome(result: ToolResult) -> str:
    """What came of a call, in words."""
    lines = [result.output.rstrip("\n")] if result.output.strip() else []
    lines += [f"[The code saved {_FOLDER}/{file.filename}: sandbox:{_FOLDER}/{file.filename}]" for file in result.files]
    if result.images:
        lines.append(f"[Figures shown to the user: {len(result.images)}]")
    if result.failed:
        lines.insert(0, "[The call failed.]")
    return "\n".join(lines) or "[The call was made; there is no output.]"


def _tool_settings(request: ModelRequest, toolbox: Toolbox) -> dict[str, Any]:
    """The functions that are offered, and which of them must be called."""
    choice = request.tool_choice
    offered = toolbox.functions()
    settings: dict[str, Any] = {}
    if isinstance(choice, Mapping):
        # An endpoint can be bound to one function or to any: so it gets no others than those that are meant.
        offered = toolbox.functions(choice["type"], (choice.get("function") or {}).get("name") or "")
        settings["tool_choice"] = _named(offered) if len(offered) == 1 else "required"
    elif choice in ("none", "required"):
        settings["tool_choice"] = choice
    if not offered:
        return {}
    if not request.parallel_tool_calls:
        settings["parallel_tool_calls"] = False
    return {"tools": offered, **settings}


def _named(offered: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": offered[0]["function"]["name"]}}


def _format_kind(wanted: Any) -> str | None:
    kind = wanted.get("type") if isinstance(wanted, Mapping) else None
    return kind if kind in ("json_object", "json_schema") else None


def _response_format(wanted: Any) -> dict[str, Any] | None:
    """The response format, where it is more than any text; a schema without a name gets one, which endpoints ask for."""
    kind = _format_kind(wanted)
    if kind != "json_schema":
        return {"type": kind} if kind else None
    given = {name: value for name, value in wanted["json_schema"].items() if value is not None}
    return {"type": kind, "json_schema": {"name": "answer", **given}}
