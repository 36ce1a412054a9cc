"""Reads the JSON of a body, as strictly as the services that this one stands in for, and no more. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from agentkit.local.errors import bad_request

__all__ = ["parsed"]

# A text, ended or not, or a comma that nothing follows but the end of its list or object.
_TEXT_OR_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])', re.DOTALL)


def parsed(raw: bytes) -> Any:
    """The value of a body; one that is empty is an empty object, and a comma may stand after the last field.

    The content type says nothing of it: curl calls what it sends a form unless it is told otherwise.

    :raises ApiError: 400, it is not JSON.
    """
    if not raw.strip():
        return {}
    try:
        try:
            body = _read(raw)
        except json.JSONDecodeError:
            # Commands that were written for other services have such commas, and work there.
            body = _read(_TEXT_OR_LAST_COMMA.sub(lambda found: found[1] or "", raw.decode()))
        if b"\\u" in raw:
            # An escape may stand for half a character, which no text can be made of.
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad_request(f"The body is not valid JSON: {error}") from None
    return body


def _read(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
