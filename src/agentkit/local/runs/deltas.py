"""Builds the pieces in which readers of a stream get a message or the calls of a step. Pure.

Adding up the pieces of an object gives the object: texts are joined, lists grow by the ``index`` of their items, and of anything
else the newest value counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

__all__ = [
    "call_begun",
    "call_outcome",
    "grown_call",
    "image_piece",
    "message_delta",
    "pieces",
    "stretches",
    "text_piece",
    "written_field",
]

# A word with what stands before it, or eight characters of a longer one: about a token.
_PIECE = re.compile(r"\s*\S{1,8}|\s+")

# The fields of the calls that a model writes, and that therefore come in pieces.
_WRITTEN: Mapping[str, str] = {"code_interpreter": "input", "function": "arguments"}


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of about a token."""
    return (match[0] for match in _PIECE.finditer(text))


def stretches(text: str, annotations: Sequence[Mapping[str, Any]], done: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A text cut where annotations begin and end: each stretch with the annotations that end in it, numbered.

    A stretch that an annotation is about should go out in one piece.

    :param annotations: In the order of their places in the text.
    :param done: How many characters were told before; the annotations that end in them come with empty stretches.
    """
    numbered = [{"index": index, **annotation} for index, annotation in enumerate(annotations)]
    for annotation in numbered:
        start, end = max(done, annotation["start_index"]), annotation["end_index"]
        if start > done:
            yield text[done:start], []
        yield text[start:end], [annotation]
        done = max(done, end)
    if done < len(text):
        yield text[done:], []


def message_delta(message_id: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an event that adds to one content block of a message."""
    return {"id": message_id, "object": "thread.message.delta", "delta": {"content": [dict(content)]}}


def text_piece(index: int, value: str, annotations: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """A piece of the text block at a place of a message; None leaves the annotations unmentioned."""
    told = {} if annotations is None else {"annotations": list(annotations)}
    return {"index": index, "type": "text", "text": {"value": value, **told}}


def image_piece(index: int, file_id: str) -> dict[str, Any]:
    """The whole image block at a place of a message."""
    return {"index": index, "type": "image_file", "image_file": {"file_id": file_id}}


def call_begun(step_id: str, index: int, call: Mapping[str, Any]) -> dict[str, Any]:
    """The first event about a call of a step: all of it, but for what the model writes, which comes in pieces.

    :param call: The entry of the step.
    """
    kind = call["type"]
    field = _WRITTEN.get(kind)
    begun = {**call, kind: {**call[kind], field: ""}} if field else call
    return _step_delta(step_id, {"index": index, **begun})


def written_field(call: Mapping[str, Any]) -> str:
    """What the model wrote for a call that comes in pieces; empty for one that comes whole."""
    field = _WRITTEN.get(call["type"])
    return str(call[call["type"]][field]) if field else ""


def grown_call(step_id: str, index: int, call: Mapping[str, Any]) -> Callable[[str], dict[str, Any]]:
    """Makes the events that add to what the model writes for a call."""
    kind = call["type"]
    return lambda piece: _step_delta(step_id, {"index": index, "type": kind, kind: {_WRITTEN[kind]: piece}})


def call_outcome(step_id: str, index: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event that tells what came of a call; None where its entry did not change.

    :param before: The entry of the step before the call was carried out.
    :param after: The same entry afterwards.
    """
    changed: dict[str, Any] = {}
    for name, value in after.items():
        known = before.get(name)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            value = {key: one for key, one in value.items() if key not in known or known[key] != one}
            if value:
                changed[name] = {key: _numbered(one) if key == "outputs" else one for key, one in value.items()}
        elif value != known:
            changed[name] = value
    return _step_delta(step_id, {"index": index, "id": after["id"], "type": after["type"], **changed}) if changed else None


def _step_delta(step_id: str, call: Mapping[str, Any]) -> dict[str, Any]:
    details = {"type": "tool_calls", "tool_calls": [dict(call)]}
    return {"id": step_id, "object": "thread.run.step.delta", "delta": {"step_details": details}}


def _numbered(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"index": index, **output} for index, output in enumerate(outputs)]
