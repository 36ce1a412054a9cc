"""Fixtures of the tests of the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agentkit import AIProjectClient
from agentkit.local import LocalService
from cli.command import Command, environment

Serve = Callable[..., LocalService]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and an environment that names no service, no proxy, no colours and no narrow terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NO_COLOR", "MODEL_DEPLOYMENT_NAME", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    # The width that pages are laid out for is not that of whoever runs the tests.
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process."""
    return Command(monkeypatch, capsys)


@pytest.fixture(scope="module")
def offline() -> Iterator[LocalService]:
    """A service with the offline model, for all tests of a module."""
    with LocalService() as running:
        yield running


@pytest.fixture
def service(offline: LocalService, monkeypatch: pytest.MonkeyPatch) -> LocalService:
    """The module's service, named by the environment."""
    for name, value in environment(offline).items():
        monkeypatch.setenv(name, value)
    return offline


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts services with settings of their own, and names each in the environment."""
    with ExitStack() as stack:

        def start(**settings: object) -> LocalService:
            running = stack.enter_context(LocalService(**settings))  # type: ignore[arg-type]
            for name, value in environment(running).items():
                monkeypatch.setenv(name, value)
            return running

        yield start


@pytest.fixture
def client(service: LocalService) -> Iterator[AIProjectClient]:
    """A client of the module's service, to make what the command is to find."""
    with AIProjectClient(service.url, service.key) as opened:
        yield opened
