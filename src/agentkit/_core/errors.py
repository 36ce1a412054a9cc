"""What an error answer means and what to do next, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .agent_hints import agent_hint
from .endpoint import Endpoint, EndpointKind

__all__ = ["ServiceError", "explain", "next_step", "read_error"]

# Paths without an id in them, apart from those of one segment: a 404 there is of the address and not of an object.
_COLLECTIONS = frozenset({"threads/runs", "evaluations/runs", "evaluations/runs:run", "evaluations/schedules"})

# How services name an object that was asked for: also one that stood in a body, such as the agent of a new thread and run.
_NAMES_AN_OBJECT = re.compile(r"\bfound with (?:the )?(?:id|name)\b", re.IGNORECASE)

_NO_AGENTS: Mapping[EndpointKind, str] = {
    EndpointKind.HUB_PROJECT: (
        "there is no such hub project, or it is no longer one: check subscription, resource group and project name; a Foundry project "
        "is reached by its endpoint, https://<resource>.services.ai.azure.com/api/projects/<project>"
    ),
    EndpointKind.FOUNDRY_PROJECT: (
        "the resource has no such project, or the project has no such API in this version: check the project's name and api_version; a "
        "hub project is reached by its connection string"
    ),
    EndpointKind.AZURE_OPENAI: (
        "the resource has no Assistants API in this version: check api_version and the resource's region; agents of a Foundry project "
        "are reached at https://<resource>.services.ai.azure.com/api/projects/<project>"
    ),
    EndpointKind.LOCAL: "what listens there is no local service of agentkit, or an older one: check the port",
}
"""What a 404 means where no object was asked for, by the kind of endpoint."""

_MOST_TOLD = 2000  # characters of what a service said; the answer has the rest

_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")

REQUEST_ID_HEADERS = ("x-ms-request-id", "apim-request-id", "x-request-id")


class ServiceError(NamedTuple):
    """The parts of an error body that services agree on."""

    code: str | None = None
    message: str | None = None
    param: str | None = None


def read_error(body: bytes) -> ServiceError:
    """What an error body says, in the shape of any of the services; an empty answer when it is none of them."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ServiceError()
    data = data.get("error", data) if isinstance(data, Mapping) else {}
    if isinstance(data, str):
        return ServiceError(message=data)
    if not isinstance(data, Mapping):
        return ServiceError()
    return ServiceError(_text(data.get("code")), _text(data.get("message")), _text(data.get("param")))


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id by which the service knows the request."""
    return next((headers[name] for name in REQUEST_ID_HEADERS if headers.get(name)), None)


def explain(
    operation: str,
    target: str,
    status: int,
    reason: str,
    headers: Mapping[str, str],
    body: bytes,
    endpoint: Endpoint,
    retry: str = "",
    sent: str = "a credential",
) -> str:
    """One readable line: what failed, on which object, in the service's words, the request id, the next step.

    :param target: the path of the request, which names the object.
    :param retry: why the request was not sent again, where that is worth telling.
    :param sent: the credential that went with it, in words.
    """
    error = read_error(body)
    # What comes with a status of success is what was asked for, and may be a secret.
    shown = body[:200].decode("utf-8", "replace").strip() if status >= 300 else ""
    said = error.message or shown or reason or "no reason given"
    text = f"{operation} failed on {target}: {_line(said).rstrip('.')}"
    code = _line(error.code) if error.code and _letters(error.code) != _letters(reason) else None
    text += f" ({' '.join(part for part in (str(status), reason, code) if part)}"
    identifier = request_id(headers)
    text += f", request id {identifier})." if identifier else ")."
    step = agent_hint(operation, target, status, error.code, said, endpoint) or next_step(status, endpoint, target, error, sent)
    return " ".join(part for part in (text, _sentence(retry), step) if part)


def _line(told: str) -> str:
    """What a service said, as a part of one line; what a terminal would obey is left out, and so is what nobody would read."""
    text = " ".join(told.translate(_CONTROLS).split())
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}." if words else ""


def next_step(
    status: int, endpoint: Endpoint, target: str = "", error: ServiceError | None = None, sent: str = "a credential"
) -> str:
    """What the caller can do about a status; empty where the service's words say it all.

    :param target: the path of the request.
    :param error: what the service said, if it said so in a form that services have.
    :param sent: the credential that went with the request, in words.
    """
    if status < 300:
        return f"It is not the status that means success there. Check that the endpoint is such a service: {endpoint.where()}."
    if 300 <= status < 400:
        return f"This redirect is not followed. Check the endpoint: {endpoint.where()}."
    if status == 401:
        return f"Check the credential: {sent} went to {endpoint.describe()}."
    if status == 403:
        return (
            f"Check the role, and the network rules of the resource: {sent} went to {endpoint.describe()}. A new role takes some minutes "
            "to count."
        )
    if status == 404:
        return _missing(endpoint, target, error or ServiceError(), sent)
    if status == 429:
        return "Wait before the next call, or raise retry_total and retry_after_max."
    if status >= 500:
        return "The service failed; try again, and give its operators the request id if it keeps failing."
    return ""


def _missing(endpoint: Endpoint, target: str, error: ServiceError, sent: str) -> str:
    """What to do about a 404: a wrong name of a deployment, a wrong kind of address, or a wrong id."""
    if _letters(error.code or "") == "deploymentnotfound":
        return f"Check the name given as model: it is that of a deployment on {endpoint.where()}."
    segments = target.strip("/")
    is_list = "/" not in segments or segments in _COLLECTIONS
    if is_list and not _NAMES_AN_OBJECT.search(error.message or ""):
        kind = EndpointKind.LOCAL if endpoint.loopback else endpoint.kind
        return (
            f"No id was asked for, so the address itself is wrong: {_NO_AGENTS[kind]}. {sent[:1].upper()}{sent[1:]} went to {endpoint.describe()}; "
            f"its form is {endpoint.form()}."
        )
    text = f"Check the id, and that it belongs to this endpoint: {endpoint.describe()}."
    if error.message is None:
        text += (
            f" The answer is not one of such a service, so the address may be of another kind; its form is {endpoint.form()}."
        )
    return text


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
