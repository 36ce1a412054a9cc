"""A model that says what it was told to say, for tests.

A script is a list of turns, served one after the other whatever the model is asked:

>>> model = ScriptedModel([call("get_weather", city="Oslo"), Delay(0.5, "It rains."), Failure("Slow down.", "rate_limit_exceeded")])

It can stand in a file as well: see :meth:`ScriptedModel.from_file`.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentkit.local.models.base import Failure, ModelRequest, ModelTurn, ToolCall

__all__ = ["Delay", "ScriptEndedError", "ScriptError", "ScriptTurn", "ScriptedModel", "call", "code"]


@dataclass(frozen=True)
class Delay:
    """A turn that comes late.

    :param seconds: How long it lets itself be waited for.
    :param turn: What comes then.
    """

    seconds: float
    turn: ScriptTurn


ScriptTurn = str | ToolCall | Sequence[ToolCall] | ModelTurn | BaseException | Delay | Callable[[ModelRequest], "ScriptTurn"]
"""A text, one call or several, a whole turn, an exception to raise, a late turn, or what a callable makes of the request."""


class ScriptEndedError(RuntimeError):
    """The model was asked more often than its script has turns."""


class ScriptError(ValueError):
    """A script has an entry that is no turn; the text says which, and what is wrong with it."""


def call(name: str, /, **arguments: Any) -> ToolCall:
    """A call of a function.

    :param name: The function's name.
    :param arguments: Its arguments, which JSON can write.
    """
    return ToolCall("function", name=name, arguments=json.dumps(arguments, ensure_ascii=False))


def code(source: str) -> ToolCall:
    """A call of the code interpreter.

    :param source: The Python code to run.
    """
    return ToolCall("code_interpreter", input=source)


class ScriptedModel:
    """Answers with the turns of a script, one after the other, whatever it is asked; may be asked from several threads.

    :param turns: The turns in order. A text is an answer; :func:`call` and :func:`code` make calls, and a list of them is made in one
        turn; an exception, such as :class:`~agentkit.local.models.base.Failure`, fails the run; a callable is given the request.
    :raises ScriptError: An entry is none of these.
    """

    name = "scripted"

    def __init__(self, turns: Iterable[ScriptTurn]) -> None:
        self._turns = list(turns)
        for number, turn in enumerate(self._turns, 1):
            _check(turn, f"the script's entry {number}")
        self._requests: list[ModelRequest] = []
        self._lock = threading.Lock()

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> ScriptedModel:
        """A model whose script stands in a file, as a JSON list of objects.

        An entry is ``{"text": "..."}``, ``{"calls": [{"name": "...", "arguments": {...}}]}``, ``{"code": "..."}`` or
        ``{"error": "...", "code": "rate_limit_exceeded"}`` (``code`` may be left out); with ``"delay"``, in seconds, it comes late.

        :param path: The file, in UTF-8.
        :raises OSError: It cannot be read.
        :raises ScriptError: It is no such list; the text names the file and the entry.
        """
        file = Path(path)
        try:
            entries = json.loads(file.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise ScriptError(f"{file.name}: a script is JSON in UTF-8, and this file is not: {error}") from error
        if not isinstance(entries, list):
            raise ScriptError(f"{file.name}: a script is a JSON list of turns, and this file holds {_kind(entries)}")
        return cls([_read_entry(entry, f"{file.name}: entry {number}") for number, entry in enumerate(entries, 1)])

    @property
    def requests(self) -> tuple[ModelRequest, ...]:
        """Every request that a turn was served for, in order."""
        with self._lock:
            return tuple(self._requests)

    def respond(self, request: ModelRequest) -> ModelTurn:
        """The next turn of the script.

        :raises ScriptEndedError: There is none left.
        :raises ScriptError: A callable of the script gave something that is no turn.
        :raises BaseException: The turn is this exception.
        """
        with self._lock:
            number = len(self._requests)
            if number == len(self._turns):
                raise ScriptEndedError(
                    f"the script has {number} turns and all of them were served: add a turn for this request"
                )
            self._requests.append(request)
        return _played(self._turns[number], request, f"the script's entry {number + 1}")


def _played(turn: ScriptTurn, request: ModelRequest, where: str) -> ModelTurn:
    """What a turn comes to, once its delays are over and its callables were asked."""
    while True:
        if isinstance(turn, Delay):
            time.sleep(turn.seconds)
            turn = turn.turn
        elif isinstance(turn, BaseException):
            raise turn
        elif isinstance(turn, ModelTurn):
            return turn
        elif isinstance(turn, str):
            return ModelTurn(text=turn)
        elif isinstance(turn, ToolCall):
            return ModelTurn(tool_calls=[turn])
        elif callable(turn):
            turn = turn(request)
            where = f"what the callable of {where} gave"
            _check(turn, where)
        else:
            return ModelTurn(tool_calls=list(turn))


def _check(turn: object, where: str) -> None:
    """Refuse what is no turn.

    :raises ScriptError: It is none.
    """
    if isinstance(turn, Delay):
        _check_seconds(turn.seconds, where)
        _check(turn.turn, where)
    elif isinstance(turn, Sequence) and not isinstance(turn, str):
        other = next((one for one in turn if not isinstance(one, ToolCall)), None)
        if other is not None or not turn:
            what = f"a list with {_kind(other)} in it" if turn else "an empty list"
            raise ScriptError(f"{where}: a list holds the calls of one turn, and this is {what}")
    elif not (isinstance(turn, (str, ToolCall, ModelTurn, BaseException)) or callable(turn)):
        raise ScriptError(
            f"{where}: got {_kind(turn)}, expected a text, call(...), code(...), a list of them, a ModelTurn, an exception, "
            "a Delay or a callable that gives one of these"
        )


def _check_seconds(seconds: object, where: str) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
        raise ScriptError(f"{where}: a delay is a number of seconds, 0 or more, and this one is {seconds!r}")
    return seconds


_FIELDS = {"text": {"text"}, "calls": {"calls"}, "error": {"error", "code"}, "code": {"code"}}
"""The fields of each kind of entry, by the field that tells its kind; of two that are there, the first one does."""


def _read_entry(entry: Any, where: str) -> ScriptTurn:
    """The turn that an entry of a file stands for.

    :raises ScriptError: It stands for none.
    """
    if not isinstance(entry, dict):
        raise ScriptError(f"{where}: a turn is a JSON object, and this is {_kind(entry)}")
    kind = next((kind for kind in _FIELDS if kind in entry), None)
    if kind is None:
        raise ScriptError(f"{where}: it has none of the fields {', '.join(map(repr, _FIELDS))}")
    unknown = sorted(entry.keys() - _FIELDS[kind] - {"delay"})
    if unknown:
        allowed = ", ".join(map(repr, sorted(_FIELDS[kind] | {"delay"})))
        raise ScriptError(f"{where}: '{unknown[0]}' does not belong beside '{kind}'; allowed are {allowed}")
    turn: ScriptTurn
    if kind == "calls":
        turn = _read_calls(entry["calls"], where)
    else:
        text = _text(entry, kind, where)
        turn = text if kind == "text" else code(text) if kind == "code" else Failure(text, *_error_code(entry, where))
    return Delay(_check_seconds(entry["delay"], where), turn) if "delay" in entry else turn


def _read_calls(calls: Any, where: str) -> list[ToolCall]:
    if not isinstance(calls, list) or not calls:
        raise ScriptError(f"{where}: 'calls' is a list of one call or more, and this is {_kind(calls)}")
    made = []
    for number, one in enumerate(calls, 1):
        at = f"{where}, call {number}"
        if not isinstance(one, dict) or not one.keys() <= {"name", "arguments"}:
            raise ScriptError(f"{at}: a call is an object with 'name' and 'arguments' and nothing else")
        arguments = one.get("arguments", {})
        if not isinstance(arguments, dict):
            raise ScriptError(f"{at}: 'arguments' is an object of the arguments by their names, and this is {_kind(arguments)}")
        made.append(ToolCall("function", name=_text(one, "name", at), arguments=json.dumps(arguments, ensure_ascii=False)))
    return made


def _error_code(entry: Mapping[str, Any], where: str) -> list[str]:
    return [_text(entry, "code", where)] if "code" in entry else []


def _text(entry: Mapping[str, Any], field: str, where: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str):
        raise ScriptError(f"{where}: '{field}' is a text, and this is {_kind(value)}")
    return value


def _kind(value: object) -> str:
    names = {type(None): "null", dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), f"a value of type {type(value).__name__}")
