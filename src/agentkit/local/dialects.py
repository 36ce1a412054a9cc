"""The dialects that the service speaks on one store: where the operations stand in each, and what a refusal looks like. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from agentkit.local.errors import ApiError

__all__ = ["BASES", "Dialect", "dialect_of", "error_body"]


class Dialect(Enum):
    """Whose service the requests of a base are made for."""

    PROJECT = "a Foundry project"
    HUB = "a hub project"
    OPENAI = "OpenAI, or Azure OpenAI"
    INFERENCE = "an endpoint for models"


BASES: Mapping[str, Dialect] = {
    "/api/projects/{project}/openai/v1": Dialect.OPENAI,
    "/api/projects/{project}/openai": Dialect.OPENAI,
    "/api/projects/{project}": Dialect.PROJECT,
    "/agents/v1.0/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspace}": Dialect.HUB,
    "/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspace}": Dialect.HUB,
    "/raisvc/v1.0/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspace}": Dialect.HUB,
    "/openai/v1": Dialect.OPENAI,
    "/openai": Dialect.OPENAI,
    "/v1": Dialect.OPENAI,
    "/models": Dialect.INFERENCE,
}
"""Where the operations stand, all on one store. A base comes before one that it begins with."""

_PREFIXES = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", base) + "(?:/|$)"), dialect) for base, dialect in BASES.items()]

# OpenAI names few of its refusals, and these by other words.
_OPENAI_CODES: Mapping[str, str | None] = {
    "InternalServerError": None,
    "MethodNotAllowed": "method_not_supported",
    "NotFound": None,
    "Unauthorized": "invalid_api_key",
    "invalid_request_error": None,
}


def dialect_of(path: str) -> Dialect:
    """The dialect of a request by its path; that of a Foundry project where the path stands under no base."""
    return next((dialect for prefix, dialect in _PREFIXES if prefix.match(path)), Dialect.PROJECT)


def error_body(error: ApiError, dialect: Dialect, request_id: str, moment: datetime) -> dict[str, Any]:
    """A refusal as the services of a dialect write it.

    :param request_id: The id of the request that is refused.
    :param moment: When.
    """
    body = error.body()
    if dialect is Dialect.HUB:
        return {
            **body,
            "correlation": {"operation": request_id, "request": request_id},
            "environment": "local",
            "location": "local",
            "time": moment.isoformat(),
        }
    if dialect is Dialect.OPENAI:
        code = body["error"]["code"]
        return {"error": {**body["error"], "code": _OPENAI_CODES.get(code, code)}}
    return body
