"""The programs behind ``make compat``: an operation passes when it was called and looked at, and what cannot run says why."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import check
import javascript


class Group:
    """Operations of a client, sync ones."""

    def make(self, name: str) -> str:
        return f"made {name}"

    def drop(self, name: str) -> None:
        raise LookupError(name)


class Client:
    """A client with a group of operations."""

    def __init__(self) -> None:
        self.things = Group()

    def close(self) -> None:
        """Nothing is open."""

    async def ask(self) -> str:
        return "asked"


@pytest.fixture(scope="module")
def clients(root: Path) -> Iterator[ModuleType]:
    """The module that the programs of the published Python clients share."""
    name = "compat_clients"
    spec = importlib.util.spec_from_file_location(name, root / "tests" / "compat" / "clients.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its dataclasses look themselves up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]


def trial(clients: ModuleType, face: str, *made: str) -> Any:
    """A report of a client of which these operations were called, and looked at."""
    report = clients.Report(face, clients.SwallowedErrors())
    api = clients.Api(Client(), "sync", names={"create": "things.make"}, apart=("close",))

    async def through() -> None:
        for name in made:
            try:
                with report.check(name):
                    await (api.ask() if name == "ask" else getattr(api.things, name.partition(".")[2])("it"))
            except clients.Unfinished:
                assert name == "things.drop"

    asyncio.run(through())
    report.note(api)
    report.close()
    return report


def test_operations_are_called_by_their_names_and_by_others(clients: ModuleType) -> None:
    api = clients.Api(Client(), "sync", names={"create": "things.make"}, apart=("close",))
    assert api.operations() == ["ask", "things.drop", "things.make"]
    assert asyncio.run(api.create("one")) == asyncio.run(api.things.make("one")) == "made one"
    assert asyncio.run(api.ask()) == "asked"
    assert api.called == {"things.make", "ask"}


def test_what_was_not_called_or_raised_has_failed(clients: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    report = trial(clients, "sync", "things.make", "things.drop")
    assert (report.passed, report.failed) == ({"things.make"}, {"things.drop", "ask"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ok      sync  things.make"
    assert lines[1].startswith("FAILED  sync  things.drop: LookupError: it")
    assert lines[2] == "FAILED  sync  ask: it was not called"


def test_what_was_called_and_not_looked_at_has_failed(clients: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    report = clients.Report("sync", clients.SwallowedErrors())
    api = clients.Api(Client().things, "sync", apart=("drop",))
    asyncio.run(api.make("one"))
    report.note(api)
    report.close()
    assert report.failed == {"make"}
    assert capsys.readouterr().out == "FAILED  sync  make: nothing looked at what came of it\n"


def test_an_error_that_the_client_only_logs_fails_the_look(clients: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    swallowed = clients.SwallowedErrors()
    report = clients.Report("sync", swallowed)
    with pytest.raises(clients.Unfinished), report.check("ask"):
        swallowed.texts.append("Error in event handler for event 'done'")
    assert "Error in event handler for event 'done'" in capsys.readouterr().out


def test_the_summary_counts_what_passed_on_every_face(clients: ModuleType) -> None:
    every = trial(clients, "first", "things.make", "ask"), trial(clients, "second", "things.make", "things.drop")
    table = [line.split() for line in clients.summary("the client", every).splitlines()]
    assert table[1:] == [
        ["the", "client", "offered", "called", "passed", "looks", "failed"],
        ["first", "3", "2", "2", "2", "1"],
        ["second", "3", "2", "1", "2", "2"],
        ["the", "client:", "3", "operations", "offered,", "1", "called,", "1", "passed"],
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins for node are shell scripts")
@pytest.mark.parametrize(
    ("present", "reason"),
    [
        ({}, "there is no node and no npm here"),
        ({"node": "echo v20.1.0"}, "there is no npm here"),
        ({"node": "echo v18.19.1", "npm": ""}, "it needs node 20 or newer, and node here is v18.19.1"),
        ({"node": "exit 1", "npm": ""}, "it needs node 20 or newer, and node here is not one that starts"),
        ({"node": "echo v20.1.0", "npm": ""}, None),
    ],
)
def test_javascript_says_why_it_cannot_run(
    present: dict[str, str], reason: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, script in present.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert javascript.reason_against() == reason
    if reason is not None:
        with pytest.raises(check.NotRun, match=reason):
            check.compat_javascript()


def test_one_name_runs_the_steps_of_all_published_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(steps: tuple[check.Step, ...]) -> int:
        asked.extend(step.name for step in steps)
        return 0

    monkeypatch.setattr(check, "run", run)
    monkeypatch.setattr(sys, "argv", ["check.py", "--only", "compat"])
    assert check.main() == 0
    assert asked == [step.name for step in check.COMPAT]
    assert {"compat azure-ai-projects", "compat azure-ai-agents", "compat javascript"} <= set(asked)
