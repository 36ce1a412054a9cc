"""Reads what a chat endpoint answers, whole or in chunks, as the turn of a model. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.local.models.base import Failure, ModelTurn, Usage
from agentkit.local.models.chat_tools import Toolbox, excerpt

__all__ = ["StreamedAnswer", "turn_of"]


@dataclass
class _Call:
    """A call as far as it came."""

    id: str = ""
    name: str = ""
    arguments: Any = ""


def turn_of(completion: Mapping[str, Any], toolbox: Toolbox) -> ModelTurn:
    """The turn that a chat completion holds.

    :param toolbox: The tools that the endpoint was offered.
    :raises Failure: It holds none, or one that cannot be carried out.
    """
    choice = _first_choice(completion) or {}
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise Failure(f"The chat endpoint answered without a choice that has a message: {excerpt(str(dict(completion)))}")
    calls = []
    for entry in _mappings(message.get("tool_calls")):
        function = _mapping(entry.get("function"))
        calls.append(_Call(name=_text(function.get("name")), arguments=function.get("arguments") or ""))
    usage = _usage(completion)
    return _turn(
        _text(message.get("content")), calls, _text(message.get("refusal")), choice.get("finish_reason"), usage, toolbox
    )


class StreamedAnswer:
    """Joins the chunks of one streamed completion.

    :param toolbox: The tools that the endpoint was offered.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._refusal = ""
        self._finish: Any = None
        self._usage: Usage | None = None
        self._has_begun = False

    def add(self, chunk: Mapping[str, Any]) -> str:
        """Take in the next chunk.

        :return: The text that it adds to the answer.
        """
        # Some endpoints count in every chunk, the others in one of their own at the end.
        self._usage = _usage(chunk) or self._usage
        choice = _first_choice(chunk)
        if choice is None:
            return ""
        self._has_begun = True
        self._finish = choice.get("finish_reason") or self._finish
        delta = _mapping(choice.get("delta"))
        self._refusal += _text(delta.get("refusal"))
        for entry in _mappings(delta.get("tool_calls")):
            self._add_call(entry)
        return _text(delta.get("content"))

    def turn(self) -> ModelTurn:
        """The turn that the chunks come to, without the text that was passed on as it came.

        :raises Failure: The stream broke off, or the turn cannot be carried out.
        """
        if not self._has_begun:
            raise Failure("The chat endpoint streamed nothing. Check that its url ends where the API begins, such as /v1.")
        if self._finish is None:
            raise Failure("The chat endpoint ended its stream before the answer was complete: it gave no finish_reason.")
        return _turn("", self._calls, self._refusal, self._finish, self._usage, self._toolbox)

    def _add_call(self, entry: Mapping[str, Any]) -> None:
        call_id, function = _text(entry.get("id")), _mapping(entry.get("function"))
        name, arguments = _text(function.get("name")), function.get("arguments") or ""
        index = entry.get("index")
        index = index if isinstance(index, int) else len(self._calls) - (0 if name else 1)
        call = self._by_index.get(index)
        # Endpoints that send calls in one piece may number all of them alike: then the ids tell them apart.
        if call is None or (call_id and call.id and call_id != call.id):
            call = self._by_index[index] = _Call()
            self._calls.append(call)
        call.id = call.id or call_id
        call.name = call.name or name
        if isinstance(arguments, str) and isinstance(call.arguments, str):
            call.arguments += arguments
        else:
            call.arguments = arguments


def _turn(text: str, calls: Sequence[_Call], refusal: str, finish: Any, usage: Usage | None, toolbox: Toolbox) -> ModelTurn:
    """The turn that an answer comes to.

    :raises Failure: The model refused, a filter held the answer back, or a call is none.
    """
    if finish == "content_filter":
        raise Failure("A content filter of the chat endpoint held the answer back.", "content_filter")
    if refusal.strip():
        raise Failure(f"The model refused to answer: {excerpt(refusal, 500)}", "refusal")
    if finish == "length":
        # A call that is cut short must not be made, even where what there is of it can be read.
        return ModelTurn(text, usage=usage, cut_short=True)
    return ModelTurn(text, [toolbox.call_of(call.name, call.arguments) for call in calls], usage)


def _first_choice(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next(iter(_mappings(answer.get("choices"))), None)


def _usage(answer: Mapping[str, Any]) -> Usage | None:
    told = _mapping(answer.get("usage"))
    prompt, completion = told.get("prompt_tokens"), told.get("completion_tokens")
    if isinstance(prompt, int) and isinstance(completion, int) and prompt >= 0 and completion >= 0:
        return Usage(prompt, completion)
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A text, or that of a list of text parts, which some endpoints send."""
    if isinstance(value, list):
        return "".join(_text(_mapping(part).get("text")) for part in value)
    return value if isinstance(value, str) else ""
