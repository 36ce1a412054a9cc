"""Reads the JSON of a body, as strictly as the services that this one stands in for, and no more. Pure."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from agentkit.local.errors import ApiError, bad_request

__all__ = ["parsed"]

_DEEPEST = 200
_SHOWN = 60
_LENIENT_BYTES = 64 * 1024
# A text, ended or not, or a comma that nothing follows but the end of its list or object.
_TEXT_OR_LAST_COMMA = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*"?)|,(?=\s*[}\]])', re.DOTALL)


def parsed(raw: bytes) -> Any:
    """The value of a body; one that is empty is an empty object, and in one of up to 64 KiB a comma may stand after the last field.

    The content type says nothing of it: curl calls what it sends a form unless it is told otherwise.

    :raises ApiError: 400, it is not JSON, or it is nested more than 200 levels deep.
    """
    if not raw.strip():
        return {}
    try:
        try:
            body = _read(raw)
        except json.JSONDecodeError:
            # Nobody types more, and to look for commas takes a multiple of the memory.
            if len(raw) > _LENIENT_BYTES:
                raise
            # Commands that were written for other services have such commas, and work there.
            body = _read(_TEXT_OR_LAST_COMMA.sub(lambda found: found[1] or "", raw.decode()))
        if b"\\u" in raw or b"\xed" in raw or b"\0" in raw:
            # An escape may stand for half a character, and so may bytes of UTF-8 and UTF-16: of that no text can be made.
            json.dumps(body, ensure_ascii=False).encode()
    except ValueError as error:
        raise bad_request(f"The body is not valid JSON: {error}") from None
    except RecursionError:
        raise _too_deep() from None
    # What is nested as deeply as Python reads at most could be kept, but not be read again from a deeper call.
    if raw.count(b"{") + raw.count(b"[") > _DEEPEST and _is_too_deep(body):
        raise _too_deep()
    return body


def _read(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    # Infinity cannot be written as JSON, so whatever held it could be given to nobody.
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:_SHOWN]} is too large a number")
    return number


def _too_deep() -> ApiError:
    return bad_request(f"The body is nested more than {_DEEPEST} levels deep; make it flatter.")


def _is_too_deep(value: Any) -> bool:
    level: list[Any] = [[value]]
    for _ in range(_DEEPEST + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(level)
