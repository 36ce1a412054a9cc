"""SAS tokens of connections."""

from __future__ import annotations

import base64
import json
from typing import Any

__all__ = ["LONG", "jwt"]

LONG = 4_000_000_000
"""A unix second far from now."""


def jwt(end: Any = LONG) -> str:
    """A token that says when it ends."""
    payload = base64.urlsafe_b64encode(json.dumps({"exp": end}).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2lnbmF0dXJl"
