"""Turns the body of a chat completion into what a model is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.models.base import ChatMessage, ImageRef, ModelRequest, ToolCall, ToolResult
from agentkit.local.runs.choice import Demand, choice_problem, demand_of
from agentkit.local.runs.formats import check_response_format

__all__ = ["Asked", "read"]

_NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True)
class Asked:
    """A chat completion that was asked for.

    :param request: What the model is asked.
    :param demand: The call that its answer has to make, where one is forced.
    :param stop: The texts before which its answer ends.
    :param stream: Whether the answer goes out piece by piece.
    :param with_usage: Whether the last piece is to say what it cost.
    """

    request: ModelRequest
    demand: Demand | None = None
    stop: tuple[str, ...] = ()
    stream: bool = False
    with_usage: bool = False


@dataclass
class _Conversation:
    """The messages, sorted as a model sees them."""

    instructions: list[str] = field(default_factory=list)
    messages: list[ChatMessage] = field(default_factory=list)
    earlier_calls: list[ToolCall] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)


def read(body: Mapping[str, Any], model: str) -> Asked:
    """What the body of a request asks for.

    :param body: The body, of the form that the description gives it.
    :param model: The name of the model, as the client gives it.
    :raises ApiError: 400, it asks for what cannot be had; the message names the field.
    """
    if (body.get("n") or 1) != 1:
        raise bad_request(
            f"n: {body['n']} was sent, but this service gives one choice. Send 1, or ask as often as you need.", "n"
        )
    check_response_format(body.get("response_format"))
    offered = [_function(tool) for tool in body.get("tools") or ()]
    choice = body.get("tool_choice")
    _check_choice(choice, offered)
    said = _conversation(body["messages"])
    stop = body.get("stop") or ()
    return Asked(
        request=ModelRequest(
            model=model,
            instructions="\n".join(said.instructions),
            messages=tuple(said.messages),
            tools=tuple(offered if choice != "none" else ()),
            results=tuple(said.results),
            tool_choice=choice or "auto",
            response_format=body.get("response_format"),
            earlier_calls=tuple(said.earlier_calls),
            temperature=body.get("temperature"),
            top_p=body.get("top_p"),
            max_completion_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
            parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        ),
        demand=demand_of(choice),
        stop=(stop,) if isinstance(stop, str) else tuple(filter(None, stop)),
        stream=bool(body.get("stream")),
        with_usage=bool((body.get("stream_options") or {}).get("include_usage")),
    )


def _function(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """The definition of a function as agents have it, where its parameters are never left out."""
    function = tool["function"]
    return {"type": "function", "function": {**function, "parameters": function.get("parameters") or _NO_PARAMETERS}}


def _check_choice(choice: Any, offered: Sequence[Mapping[str, Any]]) -> None:
    if isinstance(choice, Mapping) and (choice.get("type") != "function" or not (choice.get("function") or {}).get("name")):
        raise bad_request(
            'tool_choice: an object has to name a function: {"type": "function", "function": {"name": "..."}}.', "tool_choice"
        )
    problem = choice_problem(choice, offered)
    if problem:
        raise bad_request(f"tool_choice: {problem}", "tool_choice")


def _conversation(messages: Sequence[Mapping[str, Any]]) -> _Conversation:
    said = _Conversation()
    awaited: dict[str, ToolCall] = {}
    for index, message in enumerate(messages):
        role, param = message["role"], f"messages[{index}]"
        if role == "tool":
            call = awaited.pop(message.get("tool_call_id") or "", None)
            if call is None:
                raise bad_request(
                    f"{param}.tool_call_id: '{message.get('tool_call_id')}' is no call of the assistant's message before it.",
                    f"{param}.tool_call_id",
                )
            said.results.append(ToolResult(call, _text(message, param)))
            continue
        _check_answered(awaited, param)
        text = _text(message, param)
        if role in ("system", "developer"):
            said.instructions.append(text)
        elif role == "user":
            said.messages.append(ChatMessage("user", text, images=tuple(_images(message, param))))
            # What was called before the newest question belongs to the answers of earlier ones.
            said.earlier_calls += [result.call for result in said.results]
            said.results.clear()
        else:
            if text:
                said.messages.append(ChatMessage("assistant", text))
            awaited = {
                call["id"]: ToolCall("function", name=call["function"]["name"], arguments=call["function"]["arguments"])
                for call in message.get("tool_calls") or ()
            }
    _check_answered(awaited, "messages")
    return said


def _check_answered(awaited: Mapping[str, ToolCall], param: str) -> None:
    if awaited:
        missing = ", ".join(map(repr, awaited))
        raise bad_request(
            f"{param}: a message of the role 'tool' has to follow for each call that the assistant made; missing: {missing}.",
            param,
        )


def _text(message: Mapping[str, Any], param: str) -> str:
    """The text of a message, its parts joined by newlines."""
    content = message.get("content")
    if content is None and message["role"] != "assistant":
        raise bad_request(f"{param}.content: required, but nothing was sent.", f"{param}.content")
    if content is None or isinstance(content, str):
        return content or ""
    texts = []
    for index, part in enumerate(content):
        kind = part["type"]
        if kind in ("text", "refusal") and isinstance(part.get(kind), str):
            texts.append(part[kind])
        elif kind != "image_url" or message["role"] != "user":
            where = f"{param}.content[{index}]"
            raise bad_request(
                f"{where}: a part of type '{kind}' was sent, allowed are 'text', and 'image_url' in messages of the user.",
                where,
            )
    return "\n".join(texts)


def _images(message: Mapping[str, Any], param: str) -> Iterator[ImageRef]:
    content = message.get("content")
    for index, part in enumerate(content if isinstance(content, list) else ()):
        if part["type"] != "image_url":
            continue
        shown = part.get("image_url")
        if not isinstance(shown, Mapping) or not isinstance(shown.get("url"), str):
            where = f"{param}.content[{index}].image_url.url"
            raise bad_request(f"{where}: required, but nothing was sent.", where)
        yield ImageRef(url=shown["url"], detail=shown.get("detail") or "auto")
