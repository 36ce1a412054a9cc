"""The few things that differ between the two clients by more than a name: sleeping, blocking work, tokens, upload bodies.

Each comes twice, once for each client; the derivation of the sync client replaces the one name by the other.
"""

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from ._core.credentials import CredentialKind, Token, credential_kind, is_fresh, token_from
from ._forking import renewed_in_children

if TYPE_CHECKING:
    import asyncio

    from typing_extensions import Self

__all__ = [
    "AsyncOpening",
    "AsyncTokens",
    "SyncOpening",
    "SyncTokens",
    "async_call",
    "async_chunks",
    "async_closed",
    "async_notify",
    "async_opened",
    "async_owned",
    "async_result",
    "async_seen_through",
    "async_sleep",
    "sync_call",
    "sync_chunks",
    "sync_closed",
    "sync_notify",
    "sync_opened",
    "sync_owned",
    "sync_result",
    "sync_seen_through",
    "sync_sleep",
]

_log = logging.getLogger("agentkit")

# A cancelled task is waited for by others, so it does not go on for as long as a request may take.
_SECONDS_TO_SEE_THROUGH = 5.0

R = TypeVar("R")
Opening = TypeVar("Opening", bound="SyncOpening")


class _Closable(Protocol):
    def close(self) -> None: ...


Closing = TypeVar("Closing", bound=_Closable)


async def async_sleep(seconds: float) -> None:
    """Wait without holding the event loop."""
    import asyncio  # by those who have a loop: programs that block do not wait for it to be loaded

    await asyncio.sleep(seconds)


def sync_sleep(seconds: float) -> None:
    """Wait in the caller's thread."""
    time.sleep(seconds)


async def async_call(function: Callable[..., R], *args: Any) -> R:
    """Run blocking work, such as on files, off the event loop."""
    import asyncio

    return await asyncio.to_thread(function, *args)


def sync_call(function: Callable[..., R], *args: Any) -> R:
    """Run blocking work where it is called."""
    return function(*args)


async def async_owned(function: Callable[[], Closing]) -> Closing:
    """Run blocking work off the event loop whose result is to be closed: where the task is cancelled meanwhile, it is closed here."""
    import asyncio

    lock, made, abandoned = threading.Lock(), [], False

    def work() -> Closing:
        result = function()
        with lock:
            if abandoned:
                result.close()
            made.append(result)
        return result

    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        with lock:
            abandoned = True
            for result in made:
                result.close()
        raise


def sync_owned(function: Callable[[], Closing]) -> Closing:
    """Run blocking work where it is called."""
    return function()


async def async_seen_through(work: Callable[[], Awaitable[R]], otherwise: str) -> tuple[R, BaseException | None]:
    """Have a service make or delete something, to the end also where the task is cancelled meanwhile: otherwise it would be left behind.

    :param work: does it.
    :param otherwise: what is told where no end of it came in time.
    :return: what came of it, and the cancellation that the caller owes now; None where there was none.
    :raises asyncio.CancelledError: it failed, or it was given up, since it takes too long or the task is cancelled again; the log tells.
    """
    import asyncio

    doing = asyncio.ensure_future(work())
    try:
        return await asyncio.shield(doing), None
    except asyncio.CancelledError as cancelled:
        try:
            await asyncio.wait([doing], timeout=_SECONDS_TO_SEE_THROUGH)
        finally:
            given_up = doing.cancel() or doing.cancelled()
            if given_up:
                doing.add_done_callback(_failure_of)  # nobody else asks for it any more
                _log.warning("%s: that was cancelled, and the service did not answer any more", otherwise)
        if given_up:
            raise
        failure = doing.exception()
        if failure is not None:
            _log.warning("%s: that was cancelled, and failed: %s", otherwise, failure)
            raise
        return doing.result(), cancelled


def _failure_of(done: asyncio.Future[Any]) -> BaseException | None:
    return None if done.cancelled() else done.exception()


def sync_seen_through(work: Callable[[], R], otherwise: str) -> tuple[R, BaseException | None]:
    """Have a service make or delete something. What interrupts that here, interrupts it where it is."""
    return work(), None


async def async_notify(callback: Callable[[Any], Any] | None, value: Any) -> None:
    """Tell a caller's callback, awaiting it where it is a coroutine function."""
    if callback is not None:
        await async_result(callback(value))


def sync_notify(callback: Callable[[Any], Any] | None, value: Any) -> None:
    """Tell a caller's callback.

    :raises TypeError: it is a coroutine function, which would not run.
    """
    if callback is not None:
        sync_result(callback(value))


async def async_chunks(content: Any) -> AsyncIterator[bytes]:
    """The chunks of an upload, read off the event loop; its progress is told on the loop."""
    import asyncio

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
    """The access token of one credential and its scopes, asked for when it is first needed and renewed before it ends.

    :ivar last: The token that was given last, also where it was forgotten since.
    """

    def __init__(self, credential: Any, scopes: Sequence[str]) -> None:
        if credential_kind(credential) is CredentialKind.ASYNC_TOKEN:
            raise TypeError(
                f"{type(credential).__module__}.{type(credential).__name__} is awaited: the sync client takes the credential of the "
                "same name from azure.identity, the async client (agentkit.aio) takes this one"
            )
        self._credential = credential
        self._scopes = scopes
        self._token: Token | None = None
        self.last: str | None = None
        self._forked()
        renewed_in_children(self)

    def _forked(self) -> None:
        """Wait for nobody: in a child process, whoever was asking for a token is not there."""
        self._lock = threading.Lock()

    def get(self) -> str:
        """The token's text."""
        with self._lock:
            token = self._token
            if token is None or not is_fresh(token, time.time()):
                token = self._token = token_from(self._credential.get_token(*self._scopes), self._credential)
            self.last = token.text
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
        self.last: str | None = None
        # A lock belongs to the event loop in which it is first waited for.
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def get(self) -> str:
        """The token's text."""
        import asyncio

        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            token = self._token
            if token is None or not is_fresh(token, time.time()):
                token = self._token = token_from(await self._asked(), self._credential)
            self.last = token.text
            return token.text

    async def _asked(self) -> Any:
        if self._awaited:
            return await self._credential.get_token(*self._scopes)
        import asyncio

        answer = await asyncio.to_thread(self._credential.get_token, *self._scopes)
        return await answer if inspect.isawaitable(answer) else answer

    def forget(self) -> None:
        """Ask for a new token next time."""
        self._token = None


async def async_result(value: Any) -> Any:
    """What a caller's function returned, awaited where it is a coroutine function."""
    return await value if inspect.isawaitable(value) else value


def sync_result(value: Any) -> Any:
    """What a caller's function returned.

    :raises TypeError: it is a coroutine function, which would not run.
    """
    if inspect.iscoroutine(value):
        value.close()
        raise TypeError("the sync client calls functions and does not await them: give a plain function, or use agentkit.aio")
    return value


async def async_closed(source: Any) -> None:
    """Close an iterator of bytes, of ours or a caller's, where it can be closed."""
    close = getattr(source, "aclose", None) or getattr(source, "close", None)
    if close is not None:
        await async_result(close())


def sync_closed(source: Any) -> None:
    """Close an iterator of bytes, of ours or a caller's, where it can be closed."""
    close = getattr(source, "close", None)
    if close is not None:
        close()


class AsyncOpening:
    """Something that is opened by ``await``, by ``async with``, or when it is first used."""

    async def _opened(self) -> Self:
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self._opened().__await__()


class SyncOpening:
    """Something that is open when the caller gets it."""

    def _opened(self) -> Self:
        return self


def async_opened(opening: R) -> R:
    """What is opened by the caller's ``await`` or ``async with``."""
    return opening


def sync_opened(opening: Opening) -> Opening:
    """What is opened now."""
    return opening._opened()
