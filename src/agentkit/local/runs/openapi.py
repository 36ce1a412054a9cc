"""Carries out the calls of HTTP APIs that OpenAPI documents describe, where those APIs are on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agentkit.local.models.base import ToolCall
from agentkit.local.openapi.filling import FillError, request_for
from agentkit.local.openapi.loopback import HttpAnswer, LoopbackError, fetch, is_loopback
from agentkit.local.openapi.reading import Operation, callable_operations
from agentkit.local.runs.outcomes import CallOutcome, refusal

__all__ = ["call_api"]

_AUTH = {
    "connection": "the key of a connection of a cloud project",
    "managed_identity": "a managed identity of a cloud project",
}


def call_api(tools: Sequence[Mapping[str, Any]], call: ToolCall, abandoned: Callable[[], bool]) -> CallOutcome:
    """Make one call.

    :param tools: The definitions of the run; one of their operations is called.
    :param abandoned: Whether the run is over.
    """
    api, operation = callable_operations(tools)[call.name]
    auth = api["auth"]["type"]
    if auth != "anonymous":
        return refusal(
            f"The API '{api['name']}' is not available offline: it is called with {_AUTH.get(auth, auth)}, which a local service "
            "does not have."
        )
    if not operation.servers:
        return refusal(f"The API '{api['name']}' was not called: its document names no server.")
    try:
        request = request_for(operation, call.arguments, api.get("default_params") or ())
        answer = fetch(request.method, _server(operation) + request.target, request.headers, request.body, abandoned)
    except FillError as error:
        return refusal(f"The operation '{call.name}' was not called: {error}.")
    except LoopbackError as error:
        return refusal(f"The operation '{call.name}' of the API '{api['name']}' gave no answer: {error}")
    if answer is None:
        return refusal(f"The operation '{call.name}' was given up, for its run is over.")
    return _told(answer)


def _server(operation: Operation) -> str:
    """The first server that can be called, or simply the first, which then is refused."""
    return next((url for url in operation.servers if is_loopback(url)), operation.servers[0]).rstrip("/")


def _told(answer: HttpAnswer) -> CallOutcome:
    is_success = 200 <= answer.status < 300
    text = answer.text
    if not is_success or not text:
        text = f"HTTP {answer.status} {answer.reason}\n{text}".rstrip()
    return CallOutcome(text, {"status": str(answer.status)}, failed=not is_success)
