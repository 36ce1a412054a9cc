"""The few things that differ between the two clients by more than a name: sleeping, blocking work, tokens, upload bodies.

Each comes twice, once for each client; the derivation of the sync client replaces the one name by the other.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ._core.credentials import CredentialKind, Token, credential_kind, is_fresh, token_from

__all__ = [
    "AsyncTokens",
    "SyncTokens",
    "async_call",
    "async_chunks",
    "async_notify",
    "async_sleep",
    "sync_call",
    "sync_chunks",
    "sync_notify",
    "sync_sleep",
]

R = TypeVar("R")


async def async_sleep(seconds: float) -> None:
    """Wait without holding the event loop."""
    await asyncio.sleep(seconds)


def sync_sleep(seconds: float) -> None:
    """Wait in the caller's thread."""
    time.sleep(seconds)


async def async_call(function: Callable[..., R], *args: Any) -> R:
    """Run blocking work, such as on files, off the event loop."""
    return await asyncio.to_thread(function, *args)


def sync_call(function: Callable[..., R], *args: Any) -> R:
    """Run blocking work where it is called."""
    return function(*args)


async def async_notify(callback: Callable[[Any], Any] | None, value: Any) -> None:
    """Tell a caller's callback, awaiting it where it is a coroutine function."""
    if callback is not None:
        told = callback(value)
        if inspect.isawaitable(told):
            await told


def sync_notify(callback: Callable[[Any], Any] | None, value: Any) -> None:
    """Tell a caller's callback.

    :raises TypeError: it is a coroutine function, which would not run.
    """
    if callback is not None:
        told = callback(value)
        if inspect.iscoroutine(told):
            told.close()
            raise TypeError(
                "the sync client calls callbacks and does not await them: give a plain function, or use agentkit.aio"
            )


async def async_chunks(content: Any) -> AsyncIterator[bytes]:
    """The chunks of an upload, read off the event loop; its progress is told on the loop."""
    chunks = iter(content)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk
        content.sent(len(chunk))


def sync_chunks(content: Any) -> Iterator[bytes]:
    """The chunks of an upload."""
    for chunk in content:
        yield chunk
        content.sent(len(chunk))


class SyncTokens:
    """The access token of one credential and its scopes, asked for when it is first needed and renewed before it ends."""

    def __init__(self, credential: Any, scopes: Sequence[str]) -> None:
        if credential_kind(credential) is CredentialKind.ASYNC_TOKEN:
            raise TypeError(
                f"{type(credential).__module__}.{type(credential).__name__} is awaited: the sync client takes the credential of the "
                "same name from azure.identity, the async client (agentkit.aio) takes this one"
            )
        self._credential = credential
        self._scopes = scopes
        self._token: Token | None = None
        self._lock = threading.Lock()

    def get(self) -> str:
        """The token's text."""
        with self._lock:
            token = self._token
            if token is None or not is_fresh(token, time.time()):
                token = self._token = token_from(self._credential.get_token(*self._scopes), self._credential)
            return token.text

    def forget(self) -> None:
        """Ask for a new token next time."""
        self._token = None


class AsyncTokens:
    """As :class:`SyncTokens`, for awaited credentials; a credential that blocks is asked off the event loop."""

    def __init__(self, credential: Any, scopes: Sequence[str]) -> None:
        self._credential = credential
        self._awaited = credential_kind(credential) is CredentialKind.ASYNC_TOKEN
        self._scopes = scopes
        self._token: Token | None = None
        # A lock belongs to the event loop in which it is first waited for.
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def get(self) -> str:
        """The token's text."""
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            token = self._token
            if token is None or not is_fresh(token, time.time()):
                token = self._token = token_from(await self._asked(), self._credential)
            return token.text

    async def _asked(self) -> Any:
        if self._awaited:
            return await self._credential.get_token(*self._scopes)
        answer = await asyncio.to_thread(self._credential.get_token, *self._scopes)
        return await answer if inspect.isawaitable(answer) else answer

    def forget(self) -> None:
        """Ask for a new token next time."""
        self._token = None
