"""The refusals of the service: a status, a code, and a sentence that says what failed and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ApiError", "bad_request", "not_found", "too_large", "unauthorized"]

_INVALID = "invalid_request_error"


class ApiError(Exception):
    """A request that is refused.

    :param status: HTTP status of the answer.
    :param message: What failed, on which object, and what to do next.
    :param code: Machine-readable kind of failure.
    :param param: Name of the parameter or body field at fault, where there is one.
    :param kind: The ``type`` of the error object.
    :param headers: Headers of the answer besides those of every answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = _INVALID,
        param: str | None = None,
        kind: str = _INVALID,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind
        self.headers: Mapping[str, str] = headers or {}

    def body(self) -> dict[str, Any]:
        """The error object as it stands on the wire."""
        return {"error": {"code": self.code, "message": self.message, "param": self.param, "type": self.kind}}


def bad_request(message: str, param: str | None = None) -> ApiError:
    """A 400: the request, or the state of the object that it is about, does not allow what was asked."""
    return ApiError(400, message, param=param)


def not_found(noun: str, object_id: str, where: str = "") -> ApiError:
    """A 404 that names the kind of object and the id that was asked for."""
    return ApiError(404, f"No {noun} found with id '{object_id}'{where}.", code="NotFound")


def unauthorized(message: str) -> ApiError:
    """A 401 that says which header to send."""
    return ApiError(401, message, code="Unauthorized", kind="authentication_error")


def too_large(message: str, param: str | None = None) -> ApiError:
    """A 413: more bytes than this service takes in one request."""
    return ApiError(413, message, code="PayloadTooLarge", param=param)
