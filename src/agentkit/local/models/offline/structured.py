"""Answers in JSON where the run asks for it: filled from what the message says, and empty where it says nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agentkit.local.runs.formats import answer_problem, schema_problem

from ..base import ModelRequest, ModelTurn, ToolResult
from . import functions
from .facts import Facts, names_a_figure
from .filling import fill, plain_number
from .forced import is_forced

__all__ = ["answer", "filled", "is_wanted"]

_LONGEST = 50_000
_KEYS = re.compile(
    r"\b(?:keys?|fields?|properties|attributes)\b\s*(?:named|called|are|is|of)?\s*:?\s*"
    r"(?P<list>[\"'`]?[A-Za-z_]\w*[\"'`]?(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)[\"'`]?[A-Za-z_]\w*[\"'`]?)*)"
)


def is_wanted(request: ModelRequest) -> bool:
    """Whether the run asks for JSON."""
    form = request.response_format
    return isinstance(form, Mapping) and form.get("type") in ("json_object", "json_schema")


def answer(request: ModelRequest) -> ModelTurn | None:
    """JSON of the form that the run asks for; None where it asks for none, or for a call of a tool first."""
    if not is_wanted(request) or is_forced(request):
        return None
    form = request.response_format
    outputs = _outputs(request.results)
    searched = [result.output for result in request.results if result.call.kind == "file_search"]
    # What was called for stands before what was asked, whose numbers are those of the question.
    text = "\n".join([*(functions.told(value) for value in outputs.values()), request.last_user_text, *searched])[:_LONGEST]
    if form["type"] == "json_schema":
        schema = (form.get("json_schema") or {}).get("schema") or {}
        value = next((value for value in outputs.values() if _fits(value, schema)), None) or filled(schema, text)
    else:
        value = outputs or _free_object(text)
    return ModelTurn(text=json.dumps(value, ensure_ascii=False, indent=2))


def filled(schema: Mapping[str, Any], text: str) -> Any:
    """A value of a JSON schema, filled from a text.

    :param schema: The schema.
    :param text: Where the facts are.
    :return: A valid value wherever one can be found; what the text does not say is null, empty or zero.
    """
    # Imported here, so that a missing extra is noticed by the service, which names it.

    full = fill(schema, Facts(text))
    if schema_problem(schema) or _fits(full, schema):
        return full
    bare = fill(schema, Facts(""))
    return bare if _fits(bare, schema) else full


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    form = {"type": "json_schema", "json_schema": {"schema": schema}}
    return answer_problem(json.dumps(value), form) is None


def _outputs(results: Sequence[ToolResult]) -> dict[str, Any]:
    """What functions and other tools have answered, by their names; a list where one was called more than once."""
    made: dict[str, list[Any]] = {}
    for result in results:
        if result.call.kind not in ("code_interpreter", "file_search"):
            try:
                value = json.loads(result.output)
            except (ValueError, RecursionError):
                value = result.output
            made.setdefault(result.call.name or result.call.kind, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in made.items()}


def _free_object(text: str) -> dict[str, Any]:
    """An object of the keys that a message names, or else of the facts that it has."""
    facts = Facts(text)
    match = _KEYS.search(text)
    if match is not None:
        keys = re.findall(r"[A-Za-z_]\w*", re.sub(r"\band\b", " ", match["list"]))
        kinds = {key: {"type": ["number", "null"] if names_a_figure(key) else ["string", "null"]} for key in keys}
        rest = text[: match.start()] + text[match.end() :]
        found: dict[str, Any] = fill({"type": "object", "properties": kinds, "required": keys}, Facts(rest))
        return found
    if facts.keyed and not facts.pairs:
        return {"_".join(sorted(key)): value for key, value in facts.keyed.items()}
    if len(facts.pairs) > 1:
        return {label: plain_number(number) for label, number in facts.pairs}
    numbers = [plain_number(figure.value) for figure in facts.figures]
    return {"text": text, "names": [name for _, name in facts.names], "numbers": numbers, "quoted": facts.quoted}
