"""The two clients under one handle, so that each behaviour is written once and held for both."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import agentkit
from agentkit.local import LocalService

from .servers import RawServer

__all__ = ["KEY", "Connect", "Face", "Overlay", "done", "inside", "iterator", "next_piece", "pieces", "where"]

KEY = "k3y-of-the-tests"
"""What raw servers are shown as the key."""


class Face:
    """One of the two clients: ``sync`` or ``async``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waits = name == "async"
        self.Client: Any = agentkit.aio.AIProjectClient if self.waits else agentkit.AIProjectClient
        self.AgentsClient: Any = agentkit.aio.AgentsClient if self.waits else agentkit.AgentsClient
        self.package = "agentkit.aio" if self.waits else "agentkit._sync"


class Overlay:
    """A module with some of its names replaced, for the code that was given it in place of the module."""

    def __init__(self, module: ModuleType, **names: Any) -> None:
        self._module = module
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


async def done(value: Any) -> Any:
    """What a call of either client comes to."""
    return await value if inspect.isawaitable(value) else value


async def pieces(stream: Any) -> list[Any]:
    """Everything that either kind of iterator gives."""
    if isinstance(stream, AsyncIterator):
        return [piece async for piece in stream]
    return list(stream)


@asynccontextmanager
async def inside(manager: Any) -> AsyncIterator[Any]:
    """The block of a context manager of either kind."""
    if hasattr(manager, "__aenter__"):
        async with manager as entered:
            yield entered
    else:
        with manager as entered:
            yield entered


def iterator(pager: Any) -> Any:
    """The iterator of a pager, of whichever client its page is."""
    return aiter(pager) if isinstance(pager._items, AsyncIterator) else iter(pager)


async def next_piece(stream: Any) -> Any:
    """The next item of either kind of iterator."""
    return await anext(stream) if isinstance(stream, AsyncIterator) else next(stream)


def where(target: LocalService | RawServer | str) -> tuple[str, str]:
    """Endpoint and key of a server, or of a URL."""
    if isinstance(target, LocalService):
        return target.url, target.key
    return (target if isinstance(target, str) else target.url), KEY


Connect = Callable[..., Any]
"""``connect(server_or_url, credential=..., **options)``: a client that is closed after the test."""
