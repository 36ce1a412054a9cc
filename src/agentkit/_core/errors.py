"""What an error answer means and what to do next, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .endpoint import Endpoint

__all__ = ["ServiceError", "explain", "next_step", "read_error"]

REQUEST_ID_HEADERS = ("x-ms-request-id", "apim-request-id", "x-request-id")


@dataclass(frozen=True)
class ServiceError:
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
) -> str:
    """One readable line: what failed, on which object, in the service's words, the request id, the next step.

    :param target: the path of the request, which names the object.
    :param retry: why the request was not sent again, where that is worth telling.
    """
    error = read_error(body)
    said = error.message or body[:200].decode("utf-8", "replace").strip() or reason or "no reason given"
    text = f"{operation} failed on {target}: {' '.join(said.split()).rstrip('.')}"
    code = error.code if error.code and _letters(error.code) != _letters(reason) else None
    text += f" ({' '.join(part for part in (str(status), reason, code) if part)}"
    identifier = request_id(headers)
    text += f", request id {identifier})." if identifier else ")."
    step = next_step(status, endpoint)
    return " ".join(part for part in (text, retry, step) if part)


def next_step(status: int, endpoint: Endpoint) -> str:
    """What the caller can do about a status; empty where the service's words say it all."""
    if 300 <= status < 400:
        return f"This redirect is not followed. Check the endpoint: {endpoint.where()}."
    if status in (401, 403):
        return f"Check the credential: {endpoint.describe()}."
    if status == 404:
        return f"Check the id, and that it belongs to this endpoint: {endpoint.where()}."
    if status == 429:
        return "Wait before the next call, or raise retry_total and retry_after_max."
    if status >= 500:
        return "The service failed; try again, and give its operators the request id if it keeps failing."
    return ""


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
