"""What an access token says of itself. The token's text goes no further than this module."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Claims", "claims_of", "wrong_audience"]


@dataclass(frozen=True)
class Claims:
    """The claims of a token that tell whether a service will take it.

    :param audience: who the token is for; None where the token is no JWT, or does not say.
    :param roles: the application roles that it carries.
    :param scopes: the delegated scopes that it carries.
    """

    audience: str | None = None
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


def claims_of(token: str) -> Claims:
    """Read the claims of a token, whose signature is the service's affair; none where it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return Claims()
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return Claims()
    if not isinstance(payload, Mapping):
        return Claims()
    audience = payload.get("aud")
    return Claims(audience if isinstance(audience, str) else None, _texts(payload.get("roles")), _texts(payload.get("scp")))


def wrong_audience(audience: str | None, scope: str) -> str | None:
    """The audience that a scope stands for, where a token is for another one.

    An audience that is no address is the id of an application, which tells nothing here.
    """
    wanted = scope.removesuffix("/.default").rstrip("/")
    if audience is None or "://" not in audience or audience.rstrip("/").lower() == wanted.lower():
        return None
    return wanted


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(str(text) for text in value) if isinstance(value, list) else ()
