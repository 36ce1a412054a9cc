"""A local service for a test, reached over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from chat_server import ChatServer
from service_wire import Clock, Wire, answer

from agentkit.local import LocalService


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def serve() -> Iterator[Callable[..., Wire]]:
    """Starts services with the settings it is called with, and ends them after the test."""
    with ExitStack() as stack:

        def start(path: Any = None, **settings: Any) -> Wire:
            service = stack.enter_context(LocalService(path, **{"model": answer, **settings}))
            return stack.enter_context(Wire(service))

        yield start


@pytest.fixture(scope="module")
def shared() -> Iterator[Wire]:
    """One service for all the tests of a module that do not mind what others left in it."""
    with LocalService(model=answer) as service, Wire(service) as wire:
        yield wire


@pytest.fixture
def chat() -> Iterator[Callable[..., ChatServer]]:
    """Starts chat endpoints with the replies that it is called with."""
    with ExitStack() as stack:
        yield lambda *replies: stack.enter_context(ChatServer(*replies).running())
