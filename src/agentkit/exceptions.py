"""The errors that agentkit raises.

They are azure-core's own classes, so that ``except azure.core.exceptions.HttpResponseError`` catches them, and subclasses of them::

    AzureError
     ├── ServiceRequestError            no connection, or nothing could be sent
     ├── ServiceResponseError           the answer broke off or could not be read
     ├── HttpResponseError              the service answered with an error
     │    ├── ClientAuthenticationError   401
     │    ├── ResourceNotFoundError       404
     │    ├── ResourceExistsError         409
     │    ├── ResourceNotModifiedError    304
     │    ├── ActiveRunError              the thread has an active run
     │    └── DecodeError                 the body is not what its content type says
     │         └── EventStreamError          a stream holds no events, or one without end; also a ValueError
     ├── RunFailedError                 a streamed run failed, where failures are to be raised
     ├── VersionFailedError             a version of an agent could not be deployed
     ├── MissingToolError               a run asks for a function that is not here, where that is to be raised
     └── WaitTimeoutError               a wait ran out of time; also a TimeoutError

This module imports azure-core, so it is itself imported only where an error is raised or asked for.
"""

from __future__ import annotations

from typing import Any

from azure.core import exceptions as core
from azure.core.exceptions import (
    AzureError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

__all__ = [
    "ActiveRunError",
    "AzureError",
    "ClientAuthenticationError",
    "DecodeError",
    "EventStreamError",
    "HttpResponseError",
    "MissingToolError",
    "ResourceExistsError",
    "ResourceNotFoundError",
    "ResourceNotModifiedError",
    "RunFailedError",
    "ServiceRequestError",
    "ServiceRequestTimeoutError",
    "ServiceResponseError",
    "ServiceResponseTimeoutError",
    "VersionFailedError",
    "WaitTimeoutError",
]


class HttpResponseError(core.HttpResponseError):
    """The service answered with an error.

    ``str(error)`` is one readable line that ends with the next step to take; ``message`` is the text that azure-core makes of the
    body, ``error`` its parsed form with ``code`` and ``message``.

    :ivar status_code: the HTTP status.
    :ivar reason: the HTTP reason phrase.
    :ivar response: the answer, with ``headers``, ``text()`` and ``json()``.
    :ivar request_id: the id by which the service knows the request, where it gave one.
    """

    explanation: str | None = None
    request_id: str | None = None

    def __str__(self) -> str:
        return self.explanation or super().__str__()


class ClientAuthenticationError(HttpResponseError, core.ClientAuthenticationError):
    """401: the key or token was not accepted."""


class ResourceNotFoundError(HttpResponseError, core.ResourceNotFoundError):
    """404: there is no such object."""


class ResourceExistsError(HttpResponseError, core.ResourceExistsError):
    """409: the object exists already, or is in a state that does not allow this."""


class ResourceNotModifiedError(HttpResponseError, core.ResourceNotModifiedError):
    """304: the object has not changed."""


class ActiveRunError(HttpResponseError):
    """The thread has an active run, so nothing can be added to it and no other run can start on it.

    :ivar thread_id: the thread.
    :ivar run_id: the active run; None where the service does not name it and it has ended meanwhile.
    """

    thread_id: str | None = None
    run_id: str | None = None


def active_run_error(refusal: Exception, operation: str, thread_id: str, run_id: str | None) -> ActiveRunError:
    """The service's refusal as an :class:`ActiveRunError`."""
    error = ActiveRunError(response=getattr(refusal, "response", None))
    error.thread_id, error.run_id = thread_id, run_id
    error.request_id = getattr(refusal, "request_id", None)
    run = f"the run {run_id}" if run_id else "another run"
    said = getattr(getattr(refusal, "error", None), "message", None) or str(refusal)
    error.explanation = (
        f"{operation} failed: {run} is active on {thread_id}. Wait for it or cancel it first, or say if_active='wait' or "
        f"if_active='cancel'. The service said: {' '.join(said.split())}"
    )
    return error


def refused_too_long(refusal: Exception, operation: str, thread_id: str, waited: float) -> WaitTimeoutError:
    """The error of a wait for a thread that the service calls busy although no active run of it can be found."""
    said = getattr(getattr(refusal, "error", None), "message", None) or str(refusal)
    return WaitTimeoutError(
        f"{operation} is still refused on {thread_id} after {waited:.1f} s, though its last run has ended. Try again later. "
        f"The service said: {' '.join(said.split())}",
        last=None,
        waited=waited,
    )


class DecodeError(HttpResponseError, core.DecodeError):
    """The body is not what its content type says."""


class EventStreamError(DecodeError, ValueError):
    """What came as a stream of events cannot be read as one: a line or an event goes on beyond all measure."""


BY_STATUS: dict[int, type[HttpResponseError]] = {
    304: ResourceNotModifiedError,
    401: ClientAuthenticationError,
    404: ResourceNotFoundError,
    409: ResourceExistsError,
}
"""The error of a status; every other one is a plain HttpResponseError."""


class WaitTimeoutError(AzureError, TimeoutError):
    """A wait ran out of time; the work itself goes on, unless it was to be cancelled (``on_timeout="cancel"``).

    :ivar last: the object as it was last seen; None where the wait was for no object.
    :ivar waited: how long the wait took, in seconds.
    """

    def __init__(self, message: str, *, last: Any, waited: float) -> None:
        super().__init__(message)
        self.last = last
        self.waited = waited


class RunFailedError(AzureError):
    """A streamed run failed, or its stream reported an error.

    :ivar run: the run as it was last seen; None where the stream broke off before it told of one.
    :ivar last_error: the ``code`` and ``message`` that the service gave; None where it gave none.
    """

    def __init__(self, message: str, *, run: Any, last_error: Any) -> None:
        super().__init__(message)
        self.run = run
        self.last_error = last_error


def run_failed(run: Any, last_error: Any) -> RunFailedError:
    """The error of a run that failed, or whose stream reported an error."""
    which = f"the run {run.id} on {run.thread_id}" if run is not None else "the stream"
    said = getattr(last_error, "message", None)
    code = getattr(last_error, "code", None)
    reason = " ".join(str(said).split()) if said else "the service gives no reason"
    advice = (
        "Wait as long as it says, and run again"
        if str(code) == "rate_limit_exceeded"
        else "Its steps tell how far it came: list_run_steps()"
    )
    return RunFailedError(
        f"{which} failed{f' ({code})' if code else ''}: {reason.rstrip('.')}. {advice}", run=run, last_error=last_error
    )


class MissingToolError(AzureError):
    """A run asks for functions that have no implementation here; the run was cancelled.

    :ivar run: the run as it was when it asked.
    :ivar names: the names of the functions.
    """

    def __init__(self, message: str, *, run: Any, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.run = run
        self.names = names


def missing_tool(run: Any, names: tuple[str, ...], advice: str) -> MissingToolError:
    """The error of a run that asked for functions which are not here."""
    return MissingToolError(
        f"the run {run.id} asks for {', '.join(names)}: no implementation is known here, so it was cancelled. {advice}",
        run=run,
        names=names,
    )


class VersionFailedError(AzureError):
    """A version of an agent could not be deployed.

    :ivar version: the version as it was last seen.
    :ivar code: the service's code of the failure, such as ``ImagePullBackOff``; None where it gave none.
    :ivar hint: what to do about it; empty where that is not known.
    """

    def __init__(self, message: str, *, version: Any, code: str | None, hint: str) -> None:
        super().__init__(message)
        self.version = version
        self.code = code
        self.hint = hint


def version_failed(version: Any, hint: str) -> VersionFailedError:
    """The error of a version whose deployment failed."""
    code, said = getattr(version.error, "code", None), getattr(version.error, "message", None)
    reason = " ".join(str(said).split()).rstrip(".") if said else "the service gives no reason"
    told = f"version {version.version} of {version.name} failed{f' ({code})' if code else ''}: {reason}."
    return VersionFailedError(f"{told} {hint}".rstrip(), version=version, code=code, hint=hint)
