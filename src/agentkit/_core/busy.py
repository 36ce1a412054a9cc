"""Recognises the refusal of a service that works on a thread already."""

from __future__ import annotations

import re
from typing import Any

from .errors import read_error

__all__ = ["IF_ACTIVE", "active_run_id", "check_if_active", "is_busy"]

IF_ACTIVE = ("error", "wait", "cancel")

# "Can't add messages to thread_1 while a run run_2 is active.", "Thread thread_1 already has an active run run_2."
_BUSY = r"\bwhile\b.*\brun\b.*\bis active\b|\balready has an active run\b|\bactive run\b"
# Not the name of the field: "(run_id: run_2)".
_RUN_ID = r"\brun_(?!id\b)[A-Za-z0-9_-]+"


def is_busy(error: Any) -> bool:
    """Whether an error says that the thread has an active run: a 400 or 409 with words to that effect."""
    if getattr(error, "status_code", None) not in (400, 409):
        return False
    return bool(re.search(_BUSY, _said(error), re.IGNORECASE | re.DOTALL))


def active_run_id(error: Any) -> str | None:
    """The id of the active run, where the service's text names it."""
    found = re.search(_RUN_ID, _said(error))
    return found[0] if found else None


def check_if_active(operation: str, value: Any) -> str:
    """One of ``error``, ``wait``, ``cancel``. Raises ValueError that names them."""
    if value not in IF_ACTIVE:
        raise ValueError(f"{operation}() takes if_active= as one of {', '.join(map(repr, IF_ACTIVE))}, not {value!r}")
    return str(value)


def _said(error: Any) -> str:
    response = getattr(error, "response", None)
    body = getattr(response, "content", b"") if response is not None else b""
    return read_error(body).message or str(getattr(error, "message", ""))
