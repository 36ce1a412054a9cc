"""What the published Azure clients show to a service: its key over http, by a policy of their own, and a token over TLS."""

from __future__ import annotations

import time
from typing import Any

from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

READ_SECONDS = 60.0


class Token:
    """A credential of the sync clients; its token is the key of a service."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:
        return AccessToken(self._key, int(time.time()) + 3600)


class AsyncToken:
    """A credential of the async clients; its token is the key of a service."""

    def __init__(self, key: str) -> None:
        self._token = Token(key)

    async def get_token(self, *scopes: str, **keywords: Any) -> AccessToken:
        return self._token.get_token(*scopes, **keywords)

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> AsyncToken:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def settings(flavour: str, url: str, key: str) -> dict[str, Any]:
    """The keywords of a client's constructor that have it show the key: as a token over TLS, or else as an ``api-key``.

    The clients send no token over http, so there it is a policy that shows the key.

    :param flavour: ``sync`` or ``async``.
    """
    if url.startswith("https:"):
        return {"credential": Token(key) if flavour == "sync" else AsyncToken(key), "read_timeout": READ_SECONDS}
    shown = AzureKeyCredential(key)
    return {
        "credential": shown,
        "authentication_policy": AzureKeyCredentialPolicy(shown, "api-key"),
        "read_timeout": READ_SECONDS,
    }
