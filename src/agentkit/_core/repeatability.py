"""The key that makes a request safe to repeat: headers by which a service knows it again, and carries it out once (Repeatable Requests 1.0, OASIS).

A key alone proves nothing: a service that does not know these headers ignores them, and would do the work twice. So a key is trusted only
where the service is known to honour it: the embedded one, one of which the user says so, or one that has said so itself, with its answer
to the request before. It is sent only where that can come about: to those, and to an address of this machine without a path, where
agentkit's own service may stand as well as any other. None of the services in the cloud that have agents promises it.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate

from .endpoint import Endpoint, EndpointKind

__all__ = ["is_accepted", "is_given_keys", "key_headers", "takes_key"]

_UNCHANGING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def is_given_keys(endpoint: Endpoint, told: bool | None) -> bool:
    """Whether a service is sent keys, since it honours them or may do so.

    :param endpoint: The service.
    :param told: What the user says of it; None where nothing.
    """
    return endpoint.kind is EndpointKind.LOCAL if told is None else told


def is_accepted(headers: Mapping[str, str]) -> bool:
    """Whether an answer says that its request has the effect of one, however often it comes under its key.

    :param headers: The headers of the answer, found by names in any case.
    """
    return headers.get("repeatability-result", "").lower() == "accepted"


def takes_key(method: str) -> bool:
    """Whether requests of an HTTP method, in capitals, are repeated under a key: those that may change something."""
    return method not in _UNCHANGING


def key_headers(request_id: str, now: float) -> dict[str, str]:
    """The headers of a key. Every attempt at the request carries the same.

    :param request_id: An id that no other request has.
    :param now: The time, in unix seconds.
    """
    return {"Repeatability-Request-ID": request_id, "Repeatability-First-Sent": formatdate(now, usegmt=True)}
