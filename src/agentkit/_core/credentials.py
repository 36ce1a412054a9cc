"""What a credential is, and how long a token may be used. No credential is asked for anything here."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = ["REFRESH_BEFORE", "CredentialKind", "Token", "credential_kind", "is_fresh", "key_of", "token_from"]

REFRESH_BEFORE = 300.0
"""A token is renewed this many seconds before it ends."""


class CredentialKind(Enum):
    """How a credential proves who the caller is."""

    KEY = "key"
    TOKEN = "token"
    ASYNC_TOKEN = "async token"


@dataclass(frozen=True)
class Token:
    """An access token and the unix second at which it ends."""

    text: str = field(repr=False)
    expires_on: float


def credential_kind(credential: Any) -> CredentialKind:
    """Tell keys from credentials that are asked for tokens.

    :param credential: a key as text, an object with a ``key``, or an object with ``get_token``.
    :raises ValueError: there is no credential, or the key is empty.
    :raises TypeError: it is none of these, such as a class in place of an object of it.
    """
    if credential is None:
        raise ValueError(
            "a credential is missing: give credential=DefaultAzureCredential() of azure.identity, an AzureKeyCredential, or a key as text"
        )
    if isinstance(credential, type):
        raise TypeError(f"credential is the class {credential.__name__} itself; give an object of it: {credential.__name__}()")
    get_token = getattr(credential, "get_token", None)
    if callable(get_token):
        return CredentialKind.ASYNC_TOKEN if inspect.iscoroutinefunction(get_token) else CredentialKind.TOKEN
    key_of(credential)
    return CredentialKind.KEY


def key_of(credential: Any) -> str:
    """The key of a credential of kind KEY, as it is now (an AzureKeyCredential can be updated), without blanks around it.

    :raises TypeError: the credential is no key.
    :raises ValueError: the key is empty, or no header can carry it; the text does not repeat it.
    """
    key = credential if isinstance(credential, str) else getattr(credential, "key", None)
    if not isinstance(key, str):
        raise TypeError(
            f"a credential is a key as text, an AzureKeyCredential, or has get_token; {type(credential).__name__} is none of these"
        )
    if not key.strip():
        raise ValueError("the key given as credential is empty")
    return _sendable("the key given as credential", key.strip())


def is_fresh(token: Token, now: float) -> bool:
    """Whether a token may still be used at a unix second."""
    return token.expires_on - now > REFRESH_BEFORE


def token_from(answer: Any, credential: Any) -> Token:
    """What a credential answered, checked.

    :raises TypeError: it is no access token with ``token`` and ``expires_on``.
    :raises ValueError: no header can carry the token.
    """
    text, expires_on = getattr(answer, "token", None), getattr(answer, "expires_on", None)
    if not isinstance(text, str) or not isinstance(expires_on, (int, float)):
        raise TypeError(
            f"{type(credential).__name__}.get_token() answered {type(answer).__name__}, not an access token: "
            "it has no token that is text with expires_on that is a number"
        )
    return Token(_sendable(f"the token of {type(credential).__name__}", text), float(expires_on))


def _sendable(label: str, secret: str) -> str:
    # Left to the HTTP library, the error would show the secret.
    if not (secret.isascii() and secret.isprintable()):
        raise ValueError(f"{label} has a line break, a control character or a character beyond ASCII in it; copy it again")
    return secret
