"""Fills in an operation with the arguments of a model's call, and gives the HTTP request that it makes. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from agentkit.local.openapi.reading import Body, Operation, Parameter

__all__ = ["ApiRequest", "FillError", "request_for"]

_WHOLE_BODY = "body"
_FORM = "application/x-www-form-urlencoded"
_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}
# What a path of a document may hold besides letters and digits without being encoded.
# Half of a character, which an escape of JSON can stand for, becomes a question mark.
_ERRORS = "replace"
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


class FillError(ValueError):
    """The arguments do not make a call of the operation; the text says which, and what is expected."""


@dataclass(frozen=True)
class ApiRequest:
    """A request: method, path with the query, header fields, and the body with its media type among them."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


def request_for(operation: Operation, arguments: str, fixed: Iterable[str] = ()) -> ApiRequest:
    """The request that a call makes.

    :param operation: What is called.
    :param arguments: The arguments as a JSON text: parameters by their names, with the fields of a body beside them, or the whole
        body under ``body``.
    :param fixed: Names of parameters that always have the default of the document, whatever the arguments say.
    :raises FillError: An argument is missing, unknown, or cannot be written in its place.
    """
    given = _read(operation, arguments)
    values = _values(operation, given, frozenset(fixed))
    body, media_type = _body(operation, given, frozenset(fixed))
    headers = {
        p.name: _header_text(p, values[p.name]) for p in operation.parameters if p.place == "header" and p.name in values
    }
    cookies = [
        f"{p.name}={_joined(p, values[p.name])}" for p in operation.parameters if p.place == "cookie" and p.name in values
    ]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    if media_type:
        headers["Content-Type"] = media_type
    query = [
        pair for p in operation.parameters if p.place == "query" and p.name in values for pair in _query(p, values[p.name])
    ]
    target = _path(operation, values) + (f"?{urlencode(query, quote_via=quote, errors=_ERRORS)}" if query else "")
    return ApiRequest(operation.method, target, headers, body)


def _read(operation: Operation, arguments: str) -> dict[str, Any]:
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise FillError(f"the arguments are no JSON ({error})") from None
    if not isinstance(given, dict):
        raise FillError("the arguments must be a JSON object, with the parameters by their names")
    known = _known(operation, given)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise FillError(f"it has no parameter '{unknown[0]}'; it has: {', '.join(sorted(known)) or 'none'}")
    # A null is how models leave an optional parameter out.
    return {name: value for name, value in given.items() if value is not None or name not in _names(operation)}


def _known(operation: Operation, given: Mapping[str, Any]) -> set[str]:
    """The names that the arguments of a call may have."""
    names, body = _names(operation), operation.body
    if body is None:
        return names
    if not body.is_object or _holds_whole_body(body, given):
        return names | {_WHOLE_BODY}
    return names | set(given if body.is_open else body.fields)


def _names(operation: Operation) -> set[str]:
    return {parameter.name for parameter in operation.parameters}


def _holds_whole_body(body: Body, given: Mapping[str, Any]) -> bool:
    return _WHOLE_BODY in given and _WHOLE_BODY not in body.fields


def _values(operation: Operation, given: Mapping[str, Any], fixed: frozenset[str]) -> dict[str, Any]:
    """The values of the parameters, by their names."""
    values = {}
    for parameter in operation.parameters:
        name, default = parameter.name, parameter.schema.get("default")
        if name in fixed:
            if default is not None:
                values[name] = default
            elif parameter.required:
                raise FillError(f"'{name}' is one of default_params, but the document gives it no default")
        elif name in given:
            values[name] = given[name]
        elif parameter.required:
            if default is None:
                raise FillError(f"the parameter '{name}' is missing")
            values[name] = default
    return values


def _body(operation: Operation, given: Mapping[str, Any], fixed: frozenset[str]) -> tuple[bytes | None, str]:
    """The body with its media type; no body and no type where none is sent."""
    body = operation.body
    if body is None:
        return None, ""
    if _holds_whole_body(body, given):
        return _encoded(given[_WHOLE_BODY], body.media_type), body.media_type
    if not body.is_object:
        if body.required:
            raise FillError(f"its body is missing; give it as '{_WHOLE_BODY}'")
        return None, ""
    # A field that has the name of a parameter as well, such as the id of what is written, stands in both places.
    fields = {name: value for name, value in given.items() if name in body.fields or name not in _names(operation)}
    fields.update({name: body.fields[name]["default"] for name in fixed if "default" in body.fields.get(name, {})})
    if not fields and not body.required:
        return None, ""
    return _encoded(fields, body.media_type), body.media_type


def _encoded(value: Any, media_type: str) -> bytes:
    essence = media_type.partition(";")[0].strip().lower()
    if essence == _FORM and isinstance(value, Mapping):
        return urlencode([(name, _text(one)) for name, one in value.items()], errors=_ERRORS).encode("ascii")
    if essence == "application/json" or essence.endswith("+json"):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", _ERRORS)
    if essence.startswith("text/") and isinstance(value, str):
        return value.encode("utf-8", _ERRORS)
    raise FillError(f"a body of the type '{media_type}' cannot be written here; JSON, form fields and plain text can")


def _path(operation: Operation, values: Mapping[str, Any]) -> str:
    path = quote(operation.path, safe=_PATH_SAFE + "{}", errors=_ERRORS)
    for parameter in operation.parameters:
        if parameter.place == "path":
            if parameter.style != "simple":
                raise FillError(f"the style '{parameter.style}' of the parameter '{parameter.name}' cannot be written here")
            text = _joined(parameter, values[parameter.name])
            if text in ("", ".", ".."):
                # It would lead to another path than that of the operation.
                raise FillError(f"the parameter '{parameter.name}' cannot be '{text}', for it is a part of the path")
            path = path.replace(
                f"{{{quote(parameter.name, safe=_PATH_SAFE, errors=_ERRORS)}}}", quote(text, safe=",", errors=_ERRORS)
            )
    if "{" in path:
        raise FillError(f"its path '{operation.path}' has a part that the document describes as no parameter")
    return path


def _query(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    name = parameter.name
    if parameter.is_json or not isinstance(value, list | dict):
        return [(name, _joined(parameter, value))]
    if isinstance(value, dict):
        if parameter.style == "deepObject":
            return [(f"{name}[{key}]", _text(one)) for key, one in value.items()]
        if parameter.style == "form" and parameter.explode:
            return [(str(key), _text(one)) for key, one in value.items()]
    elif parameter.explode:
        return [(name, _text(one)) for one in value]
    return [(name, _joined(parameter, value))]


def _header_text(parameter: Parameter, value: Any) -> str:
    text = _joined(parameter, value)
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        raise FillError(f"the parameter '{parameter.name}' has characters that no header field can hold") from None
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise FillError(f"the parameter '{parameter.name}' has control characters, which no header field can hold")
    return text


def _joined(parameter: Parameter, value: Any) -> str:
    """A value as one text, in the style of the parameter."""
    if parameter.is_json:
        return json.dumps(value, ensure_ascii=False)
    separator = _SEPARATORS.get(parameter.style)
    if isinstance(value, Mapping):
        if separator is None:
            raise FillError(f"the style '{parameter.style}' of the parameter '{parameter.name}' cannot be written here")
        pairs: Sequence[str] = [
            f"{key}={_text(one)}" if parameter.explode else f"{key}{separator}{_text(one)}" for key, one in value.items()
        ]
        return separator.join(pairs)
    if isinstance(value, list):
        return (separator or ",").join(_text(one) for one in value)
    return _text(value)


def _text(value: Any) -> str:
    """One value as it stands in a URL or a header field."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
