"""What is to be held of every cell, whatever the fault: the value is right, and an error says what its reader needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError, ServiceRequestError

from .acts import TOLD as WORDS
from .expected import VALUE, Expected
from .faults import Fault
from .gate import Told
from .operations import CONTENT, Operation

__all__ = ["problems_of_counts", "problems_of_error", "problems_of_folder", "problems_of_value", "shape"]

# How an error says what to do next. A refusal says it in the service's words.
_ADVICE = re.compile(rf"\b([Cc]heck|[Tt]ry again|Wait|Look for|give its operators|{WORDS})\b")


def shape(value: Any) -> Any:
    """What two good values of one operation have in common: the type and the names of what they hold; the bytes of a file."""
    if isinstance(value, Path):
        return value.read_bytes()
    if isinstance(value, Mapping):
        return type(value).__name__, frozenset(value)
    if isinstance(value, list):
        return [shape(item) for item in value]
    return value if isinstance(value, (bytes, str)) else type(value).__name__


def problems_of_value(operation: Operation, fault: Fault, value: Any, usual: Any) -> Iterator[str]:
    """What is wrong with a value.

    :param value: The shape of the value.
    :param usual: What it is without a fault.
    """
    if operation.binary:
        wanted = fault.gives(CONTENT)
        got = value[0] if isinstance(value, list) else value
        if got != wanted:
            yield f"the file has {len(got)} bytes, {got[:40]!r}, not {len(wanted)}, {wanted[:40]!r}"
    elif value != usual and not operation.forgives:
        yield f"the value is {value}, not {usual}"


def problems_of_error(expected: Expected, error: Exception, told: Told | None) -> Iterator[str]:
    """What is wrong with an error.

    :param told: What the answer said of itself that the client got last.
    """
    if not isinstance(error, AzureError):
        yield f"{type(error).__mro__} is no AzureError"
        return
    text = str(error)
    if expected.says not in text:
        yield f"does not say {expected.says!r}: {text!r}"
    if not _ADVICE.search(text):
        yield f"says nothing of what to do: {text!r}"
    if "\n" in text:
        yield f"says it in several lines: {text!r}"
    if len(text) > 1000:
        yield f"says it at great length, in {len(text)} characters"
    if told is None or isinstance(error, ServiceRequestError):
        return
    got = getattr(error, "status_code", None), getattr(error, "request_id", None)
    if got != (told.status, told.request_id):
        yield f"carries status and request id {got}, and the answer had {(told.status, told.request_id)}"
    if told.request_id and told.request_id not in text:
        yield f"does not name the request id {told.request_id}: {text!r}"


def problems_of_counts(operation: Operation, expected: Expected, received: int, made: int) -> Iterator[str]:
    """What is wrong with the service's counts: a request that it should not have got, an object that should not be there."""
    requests = expected.received
    if not operation.more and received != requests:
        yield f"the service got {received} requests, expected {requests}"
    wanted = len(operation.makes) * min(requests, 1)
    if made != wanted:
        yield f"the service made {made} objects, expected {wanted}"


def problems_of_folder(operation: Operation, outcome: str, left: list[str]) -> Iterator[str]:
    """What is wrong with the files that a call leaves."""
    saves = operation.name in ("save_file", "save_message_files")
    if left != (["down.txt"] if saves and outcome == VALUE else []):
        yield f"files left: {left}"
