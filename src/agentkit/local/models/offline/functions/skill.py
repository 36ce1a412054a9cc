"""The turns by which functions and other tools are called, and their outputs told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...base import ModelRequest, ModelTurn, ToolCall
from ..facts import Facts
from ..filling import fill
from ..voice import say
from .answering import failure_of, told_result
from .arguments import filled_calls
from .candidates import candidates_of
from .matching import Match, find_matches
from .message import Message
from .planning import Plan, plan_for, progress_of

__all__ = ["answer", "answer_with_outputs", "arguments_for", "best_tool", "callable_tools", "names", "plan"]

_MOST_NAMED = 8
_OWN = ("code_interpreter", "file_search")


def plan(request: ModelRequest) -> Plan:
    """What the newest message wants called; nothing where no tool may be called."""
    return Plan() if request.tool_choice == "none" else plan_for(request)


def answer(request: ModelRequest, planned: Plan) -> ModelTurn | None:
    """The next calls of a plan, or, once all were made, what came of them; None where there is nothing to call or to ask.

    :param planned: The plan of the newest message.
    """
    results = [result for result in request.results if result.call.kind not in _OWN]
    progress = progress_of(planned, results, parallel=request.parallel_tool_calls)
    if progress.calls:
        return ModelTurn(tool_calls=progress.calls)
    if results:
        return answer_with_outputs(request, progress.notes)
    # Where files can be searched, a question that lacks something is more likely one that they answer.
    return say(*progress.notes) if progress.notes and not request.offers("file_search") else None


def answer_with_outputs(request: ModelRequest, notes: tuple[str, ...] = ()) -> ModelTurn | None:
    """What functions and other tools have answered in this run; None where none was called.

    :param notes: What else there is to tell.
    """
    results = [result for result in request.results if result.call.kind not in _OWN]
    if not results:
        return None
    lines = [told_result(result) for result in results]
    failures = [result for result in results if failure_of(result) is not None]
    head = "This is what came of it:" if len(failures) < len(results) else "That did not work:"
    body = lines[0] if len(lines) == 1 else "\n".join([head, "", *(f"- {line}" for line in lines)])
    return say(body, *notes)


def names(request: ModelRequest) -> str:
    """What may be called in this run, in words; empty where there is nothing."""
    labels = [candidate.label for candidate in candidates_of(request.tools)] if request.tool_choice != "none" else []
    shown = [*labels[:_MOST_NAMED], *([f"{len(labels) - _MOST_NAMED} more"] if len(labels) > _MOST_NAMED else [])]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def callable_tools(request: ModelRequest) -> list[tuple[str, str]]:
    """Kind and name of everything that this run may call, code and file search included."""
    own = [(str(tool["type"]), "") for tool in request.tools if tool.get("type") in _OWN]
    return [*((one.kind, one.name) for one in candidates_of(request.tools)), *own]


def best_tool(request: ModelRequest) -> tuple[str, str] | None:
    """Kind and name of the tool that fits the newest message best; None where none does."""
    matches = find_matches(candidates_of(request.tools), Message(request.last_user_text))
    best = max(matches, key=lambda match: (match.is_sure, match.score), default=None)
    return (best.candidate.kind, best.candidate.name) if best is not None else None


def arguments_for(request: ModelRequest, kind: str, name: str) -> ToolCall:
    """The call of a tool that has to be made: what the message says, and something valid for what it does not say.

    :param kind: The tool's type.
    :param name: Its name; empty where the type alone names it.
    """
    text = request.last_user_text
    candidate = next(one for one in candidates_of(request.tools) if (one.kind, one.name) == (kind, name))
    if candidate.takes_text:
        return ToolCall(kind, name=name, input=text)
    message = Message(text)
    known = next((match for match in find_matches([candidate], message)), None)
    match = known or Match(candidate, (), 0, False, 0, len(text))
    found = filled_calls(match, message, match.hits)[0]
    schema: Mapping[str, Any] = candidate.parameters or {"type": "object"}
    whole = fill(schema, Facts(text))
    arguments = _joined(whole if found.missing and isinstance(whole, dict) else {}, found.arguments)
    return ToolCall(kind, name=name, arguments=json.dumps(arguments, ensure_ascii=False))


def _joined(filled: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What was filled in, with what was found in its place, however deep."""
    joined = dict(filled)
    for name, value in found.items():
        inner = joined.get(name)
        joined[name] = _joined(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return joined
