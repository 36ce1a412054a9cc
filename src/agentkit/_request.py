"""A request as a value, and the pure steps that build one.

Every public call makes a :class:`Request` with a generated builder and hands it to the pipeline, which alone knows about connections.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from ._naming import check_id
from ._types import UNSET, ToolSource
from ._wire import to_wire

__all__ = [
    "NOTHING",
    "BodyError",
    "Request",
    "check_body",
    "json_request",
    "plain_request",
    "query_list",
    "streamed",
    "tools_of",
    "whole_request",
    "with_body_read",
]


R = TypeVar("R")
"""What a request's answer becomes; only type checkers see it."""


NOTHING = "None"
"""What a request returns whose answer has no body."""


class BodyError(TypeError, ValueError):
    """A call was not given what its body is made of.

    It is a TypeError, as a missing argument is in Python, and a ValueError, which azure-ai-projects 1.0.0b10 raises for it.
    """


@dataclass(frozen=True)
class Request(Generic[R]):
    """One request of the agents API, apart from where it goes and who sends it.

    ``path`` is relative to the agents base URL; ``params`` are query pairs whose values are ready to be percent-encoded, except that
    a tuple is joined by literal commas; ``body`` is a mapping (sent as JSON), bytes or a binary stream (sent as it is) or None; ``parts`` is
    a multipart body; ``returns`` names the model that the response becomes, is :data:`NOTHING` where there is none, or is empty for a
    response read as bytes. ``success`` are the statuses of an answer. ``api_version`` is sent in place of the endpoint's own where a
    call exists in certain versions only, under ``version_name``, which two calls spell otherwise. ``by_links`` marks a list whose pages
    name the next one by a link; ``url`` is such a link, in place of ``path`` and ``params``. ``headers`` are what this call sends besides
    those of every call. ``reads`` marks a call that changes nothing although its method would allow that, so that it may be sent again.
    What may hold a secret is left out of the repr.
    """

    operation: str
    method: str
    path: str
    returns: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    parts: Any = None
    content_type: str | None = None
    accept: str = "application/json"
    success: tuple[int, ...] = (200,)
    version_name: str = "api-version"
    api_version: str | None = None
    by_links: bool = False
    url: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    reads: bool = False


def plain_request(
    operation: str,
    method: str,
    path: str,
    ids: Mapping[str, Any],
    *,
    returns: str,
    params: Mapping[str, Any] | None = None,
    **more: Any,
) -> Request[Any]:
    """A request without a body. ``ids`` are the values of the path's placeholders by their Python names, ``more`` the other fields."""
    return Request(operation, method, _fill(operation, path, ids), returns, _given(params or {}), **more)


def json_request(
    operation: str,
    method: str,
    path: str,
    ids: Mapping[str, Any],
    *,
    returns: str,
    body: Any,
    values: Mapping[str, Any],
    required: Mapping[str, str],
    content_type: str | None = None,
    params: Mapping[str, Any] | None = None,
    toolset: ToolSource | None = None,
    **more: Any,
) -> Request[Any]:
    """A request with a JSON body: the ready ``body`` where one is given, else the ``values`` that are not None.

    :param values: wire names to values; None is left out, False, 0 and empty containers are sent.
    :param required: wire names of the values that must be given, with their Python names.
    :param toolset: gives ``tools`` and ``tool_resources`` in place of the values of those names.
    :param more: the other fields of the request.
    :raises BodyError: a required value is missing, or the body is neither a mapping nor a binary stream.
    :raises TypeError: the tools are no list of definitions, or the toolset has none.
    :raises ValueError: there are resources for a tool that is not among the tools.
    """
    path = _fill(operation, path, ids)
    check_body(operation, body, {python: values.get(wire_name) for wire_name, python in required.items()})
    if body is not UNSET and body is not None:
        ready: Any = to_wire(body, exclude_readonly=True) if isinstance(body, Mapping) else body
    else:
        if hasattr(values.get("tools"), "definitions"):
            kind = type(values["tools"]).__name__
            raise TypeError(f"{operation}() takes as tools a list of definitions, not {kind}: pass its definitions")
        if toolset is not None:
            values = {**values, **tools_of(operation, toolset)}
        elif values.get("tool_resources") is not None:
            _check_resources(operation, values.get("tools"), values["tool_resources"], new=bool(required))
        ready = {name: to_wire(value, exclude_readonly=True) for name, value in _given(values).items()}
    content_type = content_type or "application/json"
    return Request(operation, method, path, returns, _given(params or {}), body=ready, content_type=content_type, **more)


def whole_request(
    operation: str,
    method: str,
    path: str,
    ids: Mapping[str, Any],
    *,
    returns: str,
    name: str,
    body: Any,
    **more: Any,
) -> Request[Any]:
    """A request whose body is given as a whole, under a name of its own.

    :param name: what the call names the body.
    :param body: a model or another mapping by wire names, or JSON as bytes or as a binary stream.
    :param more: the other fields of the request.
    :raises BodyError: the body is none of these.
    """
    if isinstance(body, Mapping):
        ready: Any = to_wire(body, exclude_readonly=True)
    elif isinstance(body, bytes) or hasattr(body, "read"):
        ready = body
    else:
        raise BodyError(
            f"{operation}() takes as {name} {_article(returns)}, a mapping by wire names, or JSON as bytes or as a binary stream, not "
            f"{type(body).__name__}"
        )
    return Request(operation, method, _fill(operation, path, ids), returns, body=ready, **more)


def check_body(operation: str, body: Any, needed: Mapping[str, Any]) -> None:
    """Check that a call was given a body, or what its body is made of.

    :param operation: the method that was called.
    :param body: its whole body, where one is given.
    :param needed: the values that a body is not made without, by the names of their keywords.
    :raises BodyError: a needed value is missing, or the body is neither a mapping nor a binary stream.
    """
    if body is UNSET or body is None:
        missing = next((name for name, value in needed.items() if value is UNSET or value is None), None)
        if missing is not None:
            raise BodyError(f"{operation}() is missing the argument {missing!r}: give it by keyword, or give a whole body")
    elif not isinstance(body, Mapping) and not hasattr(body, "read"):
        kind = type(body).__name__
        raise BodyError(f"{operation}() takes as body a mapping by wire names or a binary stream of JSON, not {kind}")


def with_body_read(request: Request[R]) -> Request[R]:
    """The request with a binary stream read to its end, so that it can be sent more than once."""
    if request.body is None or isinstance(request.body, (Mapping, bytes)):
        return request
    data = request.body.read()
    return replace(request, body=data.encode() if isinstance(data, str) else data)


def streamed(request: Request[Any], operation: str | None = None) -> Request[Any]:
    """The request as one whose answer is a stream of events, read as bytes.

    :param request: a request that starts a run, or goes on with one.
    :param operation: the name of the method that is called, where it is another.
    :raises ValueError: its body is a binary stream that holds no JSON object.
    """
    request = replace(with_body_read(request), operation=operation or request.operation, returns="")
    body = request.body
    if isinstance(body, bytes):
        try:
            body = json.loads(body)
        except ValueError as error:
            raise ValueError(f"{request.operation}() was given a body that is no JSON: {error}") from error
        if not isinstance(body, dict):
            raise ValueError(f"{request.operation}() was given a body of JSON that is no object")
    return replace(request, body={**body, "stream": True})


def query_list(items: Any) -> tuple[str, ...] | None:
    """The items of a list parameter, for one query value joined by commas; None stays None and a single text is one item."""
    if items is None:
        return None
    return tuple(str(to_wire(item)) for item in ([items] if isinstance(items, str) else items))


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value is not UNSET}


def _fill(operation: str, path: str, ids: Mapping[str, Any]) -> str:
    if not ids:
        return path
    return path.format_map({name: quote(check_id(operation, name, value), safe="") for name, value in ids.items()})


def tools_of(operation: str, toolset: ToolSource) -> dict[str, Any]:
    """The definitions and resources of a toolset, by their wire names.

    :raises TypeError: it has none.
    """
    try:
        return {"tools": list(toolset.definitions), "tool_resources": toolset.resources}
    except AttributeError as error:
        kind = type(toolset).__name__
        raise TypeError(f"{operation}() takes as toolset an object with definitions and resources, not {kind}") from error


def _check_resources(operation: str, tools: Any, resources: Any, *, new: bool) -> None:
    """Refuse resources for a tool that the agent would not have; an update without tools keeps those that the agent has."""
    if "agent" not in operation or (tools is None and not new):
        return
    kinds = {tool.get("type") for tool in tools or () if isinstance(tool, Mapping)}
    for kind, definition in (
        ("file_search", "FileSearchToolDefinition"),
        ("code_interpreter", "CodeInterpreterToolDefinition"),
    ):
        if isinstance(resources, Mapping) and resources.get(kind) is not None and kind not in kinds:
            raise ValueError(
                f"{operation}() was given tool_resources.{kind} but no {kind} tool: add {definition}() to tools, or leave the "
                "resources out"
            )
