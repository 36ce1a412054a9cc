"""More connections than a service can have: those that ask for nothing make room for those that do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
from service_streams import Speaking, opened
from service_wire import Wire

from agentkit.local.models.base import ModelTurn
from agentkit.local.server import most_connections

Serve = Callable[..., Wire]
PATIENCE = 30.0


@pytest.mark.parametrize(("files", "most"), [(256, 128), (512, 256), (1024, 704), (65_536, 10_000), (-1, 10_000)])
def test_connections_leave_files_to_the_rest_of_the_process(files: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource", reason="this system has no such limit")
    monkeypatch.setattr(resource, "RLIM_INFINITY", -1)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert most_connections() == most


def test_those_that_ask_for_nothing_make_room(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentkit.local.server.most_connections", lambda: 3)
    model = Speaking("begun", Speaking.HOLD, ModelTurn())
    wire = serve(model=model)
    try:
        with ExitStack() as stack:
            events = stack.enter_context(opened(wire, "/threads/runs", assistant_id=wire.agent()["id"]))
            events.until("thread.message.delta")
            address = ("127.0.0.1", int(wire.service.url.rpartition(":")[2]))
            silent = [stack.enter_context(socket.create_connection(address, timeout=PATIENCE)) for _ in range(6)]
            with Wire(wire.service) as other:
                assert other.thread()
            for client in silent[:4]:
                with suppress(ConnectionResetError):
                    assert client.recv(1) == b""
            model.let_go.set()
            events.until("thread.run.completed")
    finally:
        model.let_go.set()
