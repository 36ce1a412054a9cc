"""From an answer to what the caller gets: a model, or an error."""

from __future__ import annotations

import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._core.endpoint import LOCAL_KEY_VARIABLE, Endpoint
from ._core.errors import explain, request_id
from ._core.retry import Failure
from ._generated.index import MODULES, PRIVATE
from ._request import NOTHING, Request

if TYPE_CHECKING:
    from ._http import HttpResponse, TransportError
    from ._model import Model

__all__ = ["broken_answer", "call_error", "failed_call", "load_model", "note_local_key", "parse_body", "unreadable_events"]


def load_model(name: str) -> type[Model]:
    """The generated model of a name; its module is loaded now if it was not before."""
    model: type[Model] = getattr(import_module(f"agentkit._generated.models.{MODULES.get(name) or PRIVATE[name]}"), name)
    return model


def parse_body(request: Request[Any], response: HttpResponse, secret: Callable[[], str | None] = lambda: None) -> Any:
    """The model that a request names, from an answer that was read; nothing where the request wants no answer.

    :param secret: gives what was sent as credential, which an error is not to show.
    :raises agentkit.exceptions.DecodeError: the body is no JSON object, or too long to be kept as a whole.
    """
    if request.returns == NOTHING:
        return None
    if not response.is_whole:
        response.hide(secret())
        raise _undecodable(
            request,
            response,
            "the answer is too long to be read as a whole",
            "is longer than anything that such a service gives",
            step="; ask for fewer objects at once with limit= where they are many, or read the bytes as they come with stream=True",
        )
    try:
        return load_model(request.returns).__pydantic_validator__.validate_json(response.content.removeprefix(BOM_UTF8))
    except ValueError as error:
        response.hide(secret())
        problem = _unreadable(error, response.content)
    # Outside of the handler: the error that was handled repeats the body, which may hold a secret.
    raise _undecodable(
        request, response, f"the answer is no JSON object: {problem}", "is no JSON object", problem=f", {problem}"
    )


def _undecodable(
    request: Request[Any], response: HttpResponse, message: str, told: str, *, problem: str = "", step: str = ""
) -> Exception:
    """The error of an answer that is of no use although it was to be one.

    :param message: what is wrong, alone.
    :param told: the same, in the middle of the line that tells all.
    :param problem: more of that, for its brackets.
    :param step: what to do besides checking the endpoint.
    """
    from .exceptions import DecodeError

    failure = DecodeError(f"{request.operation}: {message}", response=response)
    failure.request_id = request_id(response.headers)
    failure.explanation = (
        f"{request.operation} failed on {request.path}: the answer has status {response.status_code} but {told} "
        f"({response.content_type or 'no content type'}{problem}{_named(failure.request_id)}). "
        f"Check that the endpoint is an agents service{step}."
    )
    return failure


def _unreadable(error: ValueError, body: bytes) -> str:
    """Why an answer cannot be read: how it begins, or, where that is JSON with texts in it, which may be secrets, where it breaks."""
    if body.lstrip()[:1] not in (b"{", b"[") or b'"' not in body:
        return f"starts with {body[:80].decode('utf-8', 'replace')!r}"
    told = getattr(error, "errors", None)
    found = told(include_url=False, include_context=False, include_input=False) if told is not None else ()
    return str(found[0]["msg"]) if found else type(error).__name__


def call_error(
    request: Request[Any],
    endpoint: Endpoint,
    response: HttpResponse,
    error_map: Mapping[int, Callable[..., Exception]],
    retry: str,
    sent: str,
) -> Exception:
    """The error of an answer: by the call's own map first, then by the status.

    :param retry: why the request was not sent again.
    :param sent: the credential that went with it, in words.
    """
    from azure.core.exceptions import HttpResponseError as AnyResponseError

    from .exceptions import BY_STATUS, HttpResponseError

    status = response.status_code
    told = retry if status == 429 or status >= 500 else ""
    if status in (307, 308) and request.parts is not None and not request.parts.replayable:
        told = "The body was read from a source that cannot be read twice: give its bytes, or a file that can be rewound."
    headers, body = response.headers, response.content
    text = explain(request.operation, request.path, status, response.reason, headers, body, endpoint, told, sent)
    own = error_map.get(status)
    if own is not None:
        # A class that knows nothing of responses, such as KeyError, gets the text.
        plain = isinstance(own, type) and not issubclass(own, AnyResponseError)
        return own(text) if plain else own(response=response)
    error = BY_STATUS.get(status, HttpResponseError)(response=response)
    error.request_id = request_id(response.headers)
    error.explanation = text
    if status >= 300 and status not in _WITHOUT_MODEL:
        error.model = _error_model(body)
    return error


# azure-ai-agents raises these before it reads what the service says of them.
_WITHOUT_MODEL = frozenset({304, 401, 404, 409})


def _error_model(body: bytes) -> Model | None:
    """What a service says of an error, as an object; None where it is no JSON."""
    try:
        said: Model = load_model("AgentV1Error").__pydantic_validator__.validate_json(body.removeprefix(BOM_UTF8))
    except ValueError:
        return None
    return said


def failed_call(request: Request[Any], endpoint: Endpoint, problem: TransportError, retry: str) -> Exception:
    """The error of a request that got no answer, or a broken one.

    :param retry: why it was not sent again.
    """
    from .exceptions import (
        ServiceRequestError,
        ServiceRequestTimeoutError,
        ServiceResponseError,
        ServiceResponseTimeoutError,
    )

    sent = problem.failure is Failure.READ
    if sent:
        kind: type[Exception] = ServiceResponseTimeoutError if problem.timed_out else ServiceResponseError
        told, keyword = "was sent, but no complete answer came", "read_timeout"
    else:
        kind = ServiceRequestTimeoutError if problem.timed_out else ServiceRequestError
        told, keyword = "could not be sent", "connection_timeout"
    step = f"Wait longer with {keyword}=, or check" if problem.timed_out else "Check"
    if endpoint.loopback and "[SSL:" in str(problem):
        step = (
            "A local service is started with --tls, and its certificate is trusted by the SSL_CERT_FILE that it printed; one without is "
            "written with http://. Check"
        )
    elif endpoint.loopback and not sent and not problem.timed_out:
        step = "Does the service run? Start it with 'agentkit serve', or check"
    return _noted(
        kind(
            f"{request.operation} {told}: {request.method} {request.path} at {endpoint.origin}: {problem}{_of(problem)} ({retry}). "
            f"{step} the network and the endpoint: {endpoint.describe()}"
        ),
        problem,
    )


def note_local_key(endpoint: Endpoint, problem: Exception) -> None:
    """Note at the error of a credential that gives no token what helps at a local service. The error stays the credential's own."""
    if endpoint.loopback and sys.version_info >= (3, 11):  # Python 3.10 has no notes at errors
        problem.add_note(
            f"agentkit wanted a token for {endpoint.where()}. A local service is better asked with its key: set {LOCAL_KEY_VARIABLE} to what "
            "it printed when it started, or give that as credential."
        )


def broken_answer(request: Request[Any], problem: TransportError) -> Exception:
    """The error of an answer that broke off."""
    from .exceptions import ServiceResponseError, ServiceResponseTimeoutError

    kind = ServiceResponseTimeoutError if problem.timed_out else ServiceResponseError
    told = f"{request.operation}: the answer of {request.method} {request.path} broke off: {problem}{_of(problem)}. Try again."
    return _noted(kind(told), problem)


def unreadable_events(problem: ValueError, response: HttpResponse | None) -> Exception:
    """The error of a stream of events that cannot be read on.

    :param response: the answer that it came with; None for bytes from elsewhere.
    """
    from .exceptions import EventStreamError

    error = EventStreamError(str(problem), response=response)
    error.explanation = str(problem)
    if response is not None:
        error.request_id = request_id(response.headers)
        kind = response.content_type or "no content type"
        error.explanation += f" The answer had status {response.status_code} ({kind}{_named(error.request_id)})."
    error.__cause__ = problem
    return error


def _of(problem: TransportError) -> str:
    """Of which answer it is that the body broke off."""
    return _named(request_id(problem.answer.headers)) if problem.answer is not None else ""


def _named(identifier: str | None) -> str:
    """The id by which the service knows a request, for the middle of a text."""
    return f", request id {identifier}" if identifier else ""


def _noted(error: Any, problem: TransportError) -> Exception:
    """The error with what is known of the answer: its ``status_code`` and ``request_id``, None where not even its head came."""
    answer = problem.answer
    error.status_code = answer.status_code if answer is not None else None
    error.request_id = request_id(answer.headers) if answer is not None else None
    error.__cause__ = problem
    kept: Exception = error
    return kept
