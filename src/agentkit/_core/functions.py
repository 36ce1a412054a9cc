"""One call of a function tool, decided step by step: what is called, with which arguments, and what its value is as text.

Nothing here runs a function. ``plan_call`` turns what a run asks for into a :class:`PlannedCall`, which can be run or says why not;
``succeeded`` and ``failed`` turn what came of it into a :class:`FunctionOutcome`.
"""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from .._suggest import did_you_mean
from .function_schema import POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_KEYWORD, VAR_POSITIONAL, FunctionSpec

__all__ = [
    "ArgumentsError",
    "CallError",
    "CallTimeoutError",
    "FailureText",
    "FunctionOutcome",
    "OutputError",
    "ParsedCall",
    "PlannedCall",
    "UnknownFunctionError",
    "bind_arguments",
    "encode_output",
    "failed",
    "failure_text",
    "is_function_call",
    "parse_call",
    "plan_call",
    "succeeded",
]

MOST_ERRORS = 10
"""So many mistakes in the arguments of one call are told to the model."""


class CallError(Exception):
    """A call came to nothing without the function being at fault. Its text is what the model reads."""


class UnknownFunctionError(CallError):
    """There is no function of that name here."""


class ArgumentsError(CallError):
    """The arguments are no JSON object, or do not fit the function's parameters."""


class OutputError(CallError):
    """What the function returned cannot be written as JSON."""


class CallTimeoutError(CallError, TimeoutError):
    """The function did not end in time."""


class FailureText(str):
    """The text by which ``execute`` tells of a failure. It keeps the error: a subclass may hand it through as what its call came to.

    :ivar error: why the call failed.
    """

    __slots__ = ("error",)

    error: Exception

    @classmethod
    def of(cls, text: str, error: Exception) -> FailureText:
        """The text of an error."""
        told = cls(text)
        told.error = error
        return told


@dataclass(frozen=True)
class ParsedCall:
    """A call as a run asks for it: the function's name and the arguments by name."""

    call_id: str | None
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class PlannedCall:
    """A call that can be made, or whose ``error`` says why it cannot.

    :ivar arguments: the arguments as the model gave them.
    :ivar args: the values to give by position.
    :ivar kwargs: the values to give by name.
    :ivar as_str: what the function returns becomes text by ``str()``, not as JSON.
    """

    call_id: str | None
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    function: Callable[..., Any] | None = None
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    is_async: bool = False
    error: Exception | None = None
    as_str: bool = False

    def call(self) -> Any:
        """What the function returns: of an async one, the coroutine. Raises what the function raises."""
        if self.error is not None or self.function is None:
            raise self.error or UnknownFunctionError(f"there is no function {self.name!r} here")
        return self.function(*self.args, **self.kwargs)


@dataclass(frozen=True)
class FunctionOutcome:
    """What came of a call.

    :ivar name: the function's name; empty where the call names none.
    :ivar call_id: the id by which the call is answered; None where it has none.
    :ivar arguments: the arguments as the model gave them.
    :ivar output: the text for the model: the value, or ``{"error": ...}`` as JSON.
    :ivar value: what the function returned; None when it failed.
    :ivar error: why it failed: a :class:`CallError`, or what the function raised; None when it did not.
    """

    name: str
    call_id: str | None
    arguments: Mapping[str, Any]
    output: str
    value: Any = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Whether the function returned a value that could be written."""
        return self.error is None

    def as_tool_output(self) -> dict[str, Any]:
        """The entry of ``tool_outputs`` that answers the call."""
        return {"tool_call_id": self.call_id, "output": self.output}


# --- from what a run asks for to a call ---------------------------------------------------------------------------------------


def plan_call(tool_call: Any, find: Callable[[str], FunctionSpec | None], known: tuple[str, ...] = ()) -> PlannedCall:
    """Decide on a call. Never raises: what is wrong with it is the plan's ``error``.

    :param tool_call: the call as a run asks for it, or the same as a mapping.
    :param find: gives the function of a name, None where there is none.
    :param known: the names that there are, to suggest one.
    """
    call_id, name = _get(tool_call, "id"), _get(_get(tool_call, "function"), "name")
    plan = PlannedCall(call_id if isinstance(call_id, str) else None, name if isinstance(name, str) else "")
    try:
        parsed = parse_call(tool_call)
        plan = dataclasses.replace(plan, arguments=parsed.arguments)
        spec = find(parsed.name)
        if spec is None:
            names = f"; the functions are: {', '.join(known)}" if known else ""
            hint = did_you_mean(parsed.name, known)
            raise UnknownFunctionError(f"there is no function {parsed.name!r} here{names}.{hint}")
        args, kwargs = bind_arguments(spec, parsed.arguments)
    except Exception as error:  # noqa: BLE001  (validators of the user's types may raise anything)
        return dataclasses.replace(plan, error=error)
    return dataclasses.replace(plan, function=spec.function, args=args, kwargs=kwargs, is_async=spec.is_async)


def is_function_call(tool_call: Any) -> bool:
    """Whether a run asks for a function: calls of other kinds are not for a client to answer."""
    kind = _get(tool_call, "type")
    return kind == "function" or (kind is None and _get(tool_call, "function") is not None)


def parse_call(tool_call: Any) -> ParsedCall:
    """Read a call.

    :param tool_call: the call as a run asks for it, or the same as a mapping. Empty arguments are none.
    :raises ArgumentsError: it is no function call, or its arguments are no JSON object.
    """
    function = _get(tool_call, "function")
    call_id, name, raw = _get(tool_call, "id"), _get(function, "name"), _get(function, "arguments")
    if not isinstance(name, str) or not name:
        raise ArgumentsError(f"this is no call of a function: {tool_call!r:.80}")
    if isinstance(raw, Mapping):
        arguments: Any = dict(raw)
    elif raw is None or (isinstance(raw, str) and not raw.strip()):
        arguments = {}
    else:
        try:
            arguments = json.loads(raw)
        except (ValueError, TypeError, RecursionError) as error:
            raise ArgumentsError(f"the arguments of {name}() are no JSON: {error}") from error
    if not isinstance(arguments, dict):
        kind = type(arguments).__name__
        raise ArgumentsError(f"the arguments of {name}() must be a JSON object with a value by parameter, not {kind}")
    return ParsedCall(call_id if isinstance(call_id, str) else None, name, arguments)


def _get(holder: Any, name: str) -> Any:
    """A member of a model, or of a plain mapping in its place; None where there is none."""
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def bind_arguments(spec: FunctionSpec, arguments: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Turn arguments by name into those of a call: checked, and of the types that the function's annotations say.

    Values go by name wherever the signature lets them, so that a decorator that takes only keywords works too.

    :param spec: the function.
    :param arguments: JSON values by parameter.
    :return: the arguments by position and those by name.
    :raises ArgumentsError: a parameter is missing, unknown, or of the wrong type. All mistakes are told at once.
    """
    mistakes: list[str] = []
    named = {p.name: p for p in spec.parameters if p.kind is not VAR_KEYWORD}
    rest = next((p for p in spec.parameters if p.kind is VAR_KEYWORD), None)
    values: dict[str, Any] = {}
    for name, value in arguments.items():
        parameter = None if name in spec.given else named.get(name, rest)
        if parameter is None:
            mistakes.append(f"{name}: there is no such parameter.{did_you_mean(name, named)}")
        elif value is None and parameter.default is None:
            values[name] = None
        else:
            try:
                values[name] = parameter.adapter.validate_json(json.dumps(value))
            except ValidationError as error:
                mistakes.extend(_mistakes(name, error))
    mistakes.extend(f"{name}: it is required" for name, p in named.items() if p.required and name not in arguments)
    if mistakes:
        more = [f"and {len(mistakes) - MOST_ERRORS} more"] if len(mistakes) > MOST_ERRORS else []
        raise ArgumentsError(f"the arguments do not fit {spec.name}(): {'; '.join([*mistakes[:MOST_ERRORS], *more])}")
    return _placed(spec, values)


def _mistakes(name: str, error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, (name, *mistake['loc'])))}: {mistake['msg']}, got {_short(mistake['input'])}"
        for mistake in error.errors(include_url=False, include_context=False)
    ]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _placed(spec: FunctionSpec, values: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The values by position and by name. A default that the function itself has is left to it where the signature allows."""
    spread = any(p.kind is VAR_POSITIONAL and values.get(p.name) for p in spec.parameters)
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for parameter in spec.parameters:
        by_position = parameter.kind is POSITIONAL_ONLY or (spread and parameter.kind is POSITIONAL_OR_KEYWORD)
        if parameter.kind is VAR_POSITIONAL:
            args.extend(values.pop(parameter.name, ()))
        elif parameter.kind is VAR_KEYWORD:
            continue
        elif parameter.name in values:
            value = values.pop(parameter.name)
            if by_position:
                args.append(value)
            else:
                kwargs[parameter.name] = value
        elif by_position:
            args.append(parameter.default_value())
        elif not parameter.has_own_default:
            kwargs[parameter.name] = parameter.default_value()
    return tuple(args), {**kwargs, **values}


# --- from what came of it to the text for the model ----------------------------------------------------------------------------


def succeeded(plan: PlannedCall, value: Any) -> FunctionOutcome:
    """The outcome of a call that returned a value; a failure where the value tells of one, or cannot be written as JSON."""
    if isinstance(value, FailureText):
        return FunctionOutcome(plan.name, plan.call_id, plan.arguments, str(value), error=value.error)
    try:
        output = encode_output(_as_str(value) if plan.as_str else value)
    except OutputError as error:
        return failed(plan, OutputError(f"{plan.name}() returned what cannot be sent: {error}"))
    return FunctionOutcome(plan.name, plan.call_id, plan.arguments, output, value)


def _as_str(value: Any) -> str:
    try:
        return str(value)
    except Exception as error:
        raise OutputError(f"str() of a {type(value).__name__} failed: {type(error).__name__}") from error


def failed(plan: PlannedCall, error: Exception) -> FunctionOutcome:
    """The outcome of a call that did not return."""
    return FunctionOutcome(plan.name, plan.call_id, plan.arguments, failure_text(error, plan.name), error=error)


def encode_output(value: Any) -> str:
    """The text that a model gets for what a function returned: a str as it is, everything else as JSON.

    Models, dataclasses, mappings, lists and sets are written at any depth, moments in ISO 8601, enums by value. Numbers that JSON does
    not have become strings. A model of pydantic's is written as it says itself, bytes in it too.

    :param value: what the function returned.
    :raises OutputError: it is, or holds, bytes or something that has no JSON form.
    """
    try:
        if isinstance(value, str) and not isinstance(value, Enum):
            value.encode()  # half a surrogate pair cannot be sent
            return str(value)
        return to_json(_jsonable(value, ()), inf_nan_mode="strings").decode()
    except (PydanticSerializationError, RecursionError, UnicodeError) as error:
        raise OutputError(f"{type(value).__name__} has no JSON form: {str(error).partition(chr(10))[0]}") from error


def _jsonable(value: Any, path: tuple[Any, ...]) -> Any:
    """The value with its containers made plain, so that bytes are found wherever they are; the rest is left to pydantic."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        where = f" at {'.'.join(map(str, path))}" if path else ""
        raise OutputError(f"bytes{where}, which are no text; decode them, or write them to a file and return its name")
    if hasattr(type(value), "__pydantic_serializer__"):  # a model or a dataclass of pydantic's knows its own form
        return value
    if isinstance(value, Mapping):
        return {key: _jsonable(inner, (*path, key)) for key, inner in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _jsonable(getattr(value, f.name), (*path, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple, set, frozenset, deque)):
        return [_jsonable(inner, (*path, number)) for number, inner in enumerate(value)]
    return value


def failure_text(error: Exception, name: str) -> str:
    """The JSON that tells a model that a call failed, and why.

    :param error: a :class:`CallError`, whose text says it all, or what the function raised.
    :param name: the function's name.
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  (an exception of the user's may be unable to print itself)
        text = ""
    if not isinstance(error, CallError):
        text = f"{name}() failed: {type(error).__name__}" + (f": {text}" if text else "")
    # What cannot be encoded could not be sent: half a surrogate pair becomes a question mark.
    return json.dumps({"error": text}, ensure_ascii=False).encode(errors="replace").decode()
