"""Tells in sentences what tools have answered."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...base import ToolResult
from ..facts import Facts
from ..filling import plain_number
from ..voice import SIGNATURE
from .candidates import Candidate
from .lexicon import split_name, stem
from .parameters import Parameter

__all__ = ["bare_value", "failure_of", "told", "told_result", "told_results"]

_PLAIN_KEYS = frozenset(
    {"result", "results", "output", "value", "answer", "data", "response", "message", "text", "content", "status", "body"}
)
_LONGEST_WORDS, _LONGEST_ARGUMENT, _MOST_ITEMS, _MOST_TEXT = 80, 60, 30, 4000
_HTTP_FAILURE = re.compile(r"^HTTP (?:[345]\d\d)\b")


def failure_of(result: ToolResult) -> str | None:
    """Why a call has failed, in words; None where it has not."""
    value = _parsed(result.output)
    if isinstance(value, Mapping) and value.get("error"):
        return told(value["error"])
    if result.failed or _HTTP_FAILURE.match(result.output):
        return result.output.strip() or "it gave no reason"
    return None


def told_results(results: Sequence[ToolResult]) -> str:
    """What several calls have answered: a line for each."""
    return "\n".join(map(told_result, results))


def told_result(result: ToolResult) -> str:
    """What one call has answered, as a sentence: ``Weather for New York: Sunny, 25°C.``"""
    call, failure, what = result.call, failure_of(result), _subject(result)
    if failure is not None:
        return _ended(f"{what} failed: {failure}")
    if call.kind == "connected_agent":
        said = re.sub(rf"\s*{re.escape(SIGNATURE)}", "", result.output).strip()  # another offline model has signed it, too
        return _ended(f"{call.name} answered: {_cut(said) or '(nothing)'}")
    return _ended(f"{what}: {_cut(told(_news(result), Candidate(call.kind, call.name).words)) or '(nothing)'}")


def told(value: Any, known: Collection[str] = ()) -> str:
    """A JSON value in words.

    :param value: The value.
    :param known: Words that need not be said again.
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return _told_object(value, known)
    if isinstance(value, (list, tuple)):
        return _told_list(value)
    return value.strip() if isinstance(value, str) else f"{value}"


def bare_value(result: ToolResult, stems: Collection[str], kind: str) -> Any:
    """The one value of an output that another call can take; None where there is none, or more than one.

    :param stems: The words of what it is wanted for, which tell one of several fields.
    :param kind: ``string``, ``number``, ``integer`` or ``boolean``.
    """
    value = _parsed(result.output)
    if isinstance(value, Mapping):
        named = [one for key, one in value.items() if {stem(word) for word in split_name(str(key))} & {*stems}]
        fitting = [one for one in (named or value.values()) if _is_of(one, kind)]
        return fitting[0] if len(fitting) == 1 else None
    if _is_of(value, kind):
        is_short = not isinstance(value, str) or (len(value) <= _LONGEST_WORDS and "\n" not in value)
        return value if is_short else None
    if isinstance(value, str) and kind in ("number", "integer"):
        numbers = {figure.value for figure in Facts(value).figures}
        number = plain_number(numbers.pop()) if len(numbers) == 1 else None
        return number if _is_of(number, kind) else None
    return None


def _is_of(value: Any, kind: str) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return not isinstance(value, bool) and (whole if kind == "integer" else isinstance(value, (int, float, Decimal)))


def _news(result: ToolResult) -> Any:
    """The output without the fields that only repeat what the call was given."""
    value, given = _parsed(result.output), _parsed(result.call.arguments)
    if not isinstance(value, Mapping) or not isinstance(given, Mapping):
        return value
    return {key: one for key, one in value.items() if key not in given or given[key] != one} or value


def _parsed(output: str) -> Any:
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        return output


def _subject(result: ToolResult) -> str:
    """What was called, and with what: ``Weather for New York``, ``Calculate sum (a: 3, b: 4)``, ``Send email``."""
    call = result.call
    candidate = Candidate(call.kind, call.name)
    words = candidate.words if candidate.acts or candidate.computes else candidate.topics or candidate.words
    name = " ".join(words) or " ".join(split_name(call.kind))
    name = name[:1].upper() + name[1:]
    if candidate.acts and failure_of(result) is None:
        return name
    arguments = _parsed(call.arguments)
    if call.input or not isinstance(arguments, Mapping) or not arguments:
        return f"{name} ({_cut(call.input, _LONGEST_ARGUMENT)})" if call.input else name
    if len(arguments) == 1:
        return name + _only_argument(*next(iter(arguments.items())))
    shown = [one for argument, value in arguments.items() if (one := _shown(argument, value))]
    return f"{name} ({', '.join(shown)})" if shown else name


def _only_argument(name: str, value: Any) -> str:
    """The only argument of a call, behind the name of the tool: `` for Oslo``, `` 42``, `` (celsius: 25)``."""
    text, role = told(value), Parameter((name,), {}, True).role
    if not _shown(name, value):
        return ""
    if isinstance(value, str):
        return f" for {text}" if role == "place" else f" ({text})"
    return f" {text}" if role == "code" else f" ({name}: {text})"


def _shown(name: str, value: Any) -> str:
    """An argument as it is told beside the name of the tool; empty where it is long."""
    text = "" if isinstance(value, (Mapping, list)) else told(value)
    return f"{name}: {text}" if text and len(text) <= _LONGEST_ARGUMENT and "\n" not in text else ""


def _ended(sentence: str) -> str:
    return sentence if re.search(r"[.!?…:)\]】]$|\n- [^\n]*$", sentence) else f"{sentence}."


def _told_object(value: Mapping[str, Any], known: Collection[str]) -> str:
    known_stems = {stem(word) for word in known}
    if len(value) == 1:
        key, only = next(iter(value.items()))
        words = split_name(str(key))
        if {*words} <= _PLAIN_KEYS or {stem(word) for word in words} <= known_stems:
            return told(only)
    parts = []
    for key, inner in list(value.items())[:_MOST_ITEMS]:
        name = " ".join(split_name(str(key))) if re.search(r"[_-]|[a-z][A-Z]", str(key)) else str(key)
        text = told(inner)
        parts.append(f"{name}: ({text})" if isinstance(inner, Mapping) and len(inner) > 1 else f"{name}: {text}")
    rest = len(value) - _MOST_ITEMS
    return ", ".join([*parts, *([f"and {rest} more"] if rest > 0 else [])]) or "nothing"


def _told_list(value: Sequence[Any]) -> str:
    shown = [told(one) for one in value[:_MOST_ITEMS]]
    rest = len(value) - len(shown)
    if any(isinstance(one, (Mapping, list)) for one in value):
        lines = [f"- {one}" for one in shown]
        return "\n" + "\n".join([*lines, *([f"- … and {rest} more"] if rest else [])])
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0] if shown else "nothing"


def _cut(text: str, most: int = _MOST_TEXT) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
