"""Fixtures for every test that drives a client."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest

from .faces import Connect, Face, Overlay, done, where
from .servers import Answer, RawServer

__all__ = ["Naps", "connect", "connect_agents", "face", "naps", "raw", "raws", "serve", "service"]


@pytest.fixture(params=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Face:
    """Each of the two clients in turn."""
    return Face(request.param)


@pytest.fixture
async def connect(face: Face) -> AsyncIterator[Connect]:
    """Makes clients, and closes them after the test. A server that answers by a script is not taken for one that honours keys."""
    clients = []

    def made(target: Any, credential: Any = None, **options: Any) -> Any:
        url, key = where(target)
        if isinstance(target, RawServer):
            options.setdefault("repeatability", False)
        client = face.Client(url, key if credential is None else credential, **options)
        clients.append(client)
        return client

    yield made
    for client in clients:
        await done(client.close())


@pytest.fixture
async def connect_agents(face: Face) -> AsyncIterator[Connect]:
    """Makes clients of agents alone, and closes them after the test."""
    clients = []

    def made(target: Any, credential: Any = None, **options: Any) -> Any:
        url, key = where(target)
        client = face.AgentsClient(url, key if credential is None else credential, **options)
        clients.append(client)
        return client

    yield made
    for client in clients:
        await done(client.close())


@pytest.fixture
def raws() -> Iterator[Callable[..., RawServer]]:
    """Starts servers that answer by a script."""
    with ExitStack() as stack:
        yield lambda *answers: stack.enter_context(RawServer(*answers))


@pytest.fixture
def raw(raws: Callable[..., RawServer]) -> RawServer:
    """A server whose script can be set by the test."""
    return raws(Answer(body={"id": "asst_1", "object": "assistant", "created_at": 1, "model": "m"}))


def _repeated(request: ModelRequest) -> str:
    return f"You said: {request.last_user_text}"


# Files that were uploaded come back as they are, so that a test can compare them.
SETTINGS: dict[str, Any] = {"model": _repeated, "allow_download": True}


@pytest.fixture(scope="session")
def service() -> Iterator[LocalService]:
    """One local service for all tests that do not mind what others left in it."""
    with LocalService(model=_repeated, allow_download=True) as running:
        yield running


@pytest.fixture
def serve() -> Iterator[Callable[..., LocalService]]:
    """Starts local services with the settings that it is called with."""
    with ExitStack() as stack:
        yield lambda path=None, **settings: stack.enter_context(
            LocalService(path, **{"model": _repeated, "allow_download": True, **settings})
        )


@dataclass
class Naps:
    """The sleeps of a client, which took no time, and the clocks that they moved."""

    slept: list[float] = field(default_factory=list)
    now: float = 1_000.0
    unix: float = 1_750_000_000.0

    def take(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_(seconds)

    def pass_(self, seconds: float) -> None:
        """Put the clocks forward."""
        self.now += seconds
        self.unix += seconds


@pytest.fixture
def naps(face: Face, monkeypatch: pytest.MonkeyPatch) -> Naps:
    """Sleeps of the clients are recorded instead of slept; the service in its thread keeps real time."""
    record = Naps()
    real_sleep = asyncio.sleep

    async def nap(seconds: float) -> None:
        record.take(seconds)
        await real_sleep(0)

    clock = Overlay(time, sleep=record.take, monotonic=lambda: record.now, time=lambda: record.unix)
    for name, module in list(sys.modules.items()):
        if name.startswith(("agentkit.aio", "agentkit._sync", "agentkit._primitives")):
            if getattr(module, "time", None) is time:
                monkeypatch.setattr(module, "time", clock)
            if hasattr(module, "async_sleep"):
                monkeypatch.setattr(module, "async_sleep", nap)
    return record
