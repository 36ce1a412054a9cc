"""Hostile programs, run by the service on each rung: contained, or refused, with a log that says so and a service that goes on."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
from hostile_programs import ATTACKS, BREACH, PRYING, SPENDTHRIFT, Attack, Target
from service_wire import Wire

from agentkit.local import LocalService, interpreter
from agentkit.local.interpreter import Interpreter, containment, rungs, usage
from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.models.scripted import ScriptedModel, code

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's")

PYTHON = {"type": "code_interpreter"}
VARIABLE = "AGENTKIT_TEST_SECRET"
HARMLESS = code("print('still', 'here')")
BOUNDED_BY_BUBBLEWRAP = frozenset(attack.name for attack in ATTACKS) - {"memory in System V segments"}
"""The kernel lists these segments inside of their namespace alone, where bubblewrap leaves nobody to look."""
OF_A_SESSION = 4
"""The most processes of a session between two programs: what keeps its files, the launcher, the first inside, and the runner."""


class Verdicts(Protocol):
    def note(self, attack: str, rung: str, verdict: str, reason: str = "") -> None: ...


def unavailable(rung: str) -> str | None:
    """Why a rung that contains cannot be tried here; None where it can."""
    if rung == "bubblewrap" and shutil.which("bwrap") is None:
        return "bwrap is not installed"
    if rung == "bubblewrap" and os.geteuid() == 0:
        return "the tests run as root, where the namespaces rung is used instead"
    return None if rungs._works(rung) else "a probe under it was not contained on this machine"


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """What is to be protected, in place."""
    secret = secrets.token_hex(16)
    monkeypatch.setenv(VARIABLE, secret)
    path = tmp_path / "secret.txt"
    path.write_text(secret)
    with ExitStack() as stack:
        stream = stack.enter_context(path.open())
        os.set_inheritable(stream.fileno(), True)
        # A path of a socket may have about a hundred characters.
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        named = stack.enter_context(socket.socket(socket.AF_UNIX))
        named.bind(f"{folder}/s")
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{secret}")
        for listener in (named, abstract):
            listener.listen()
            listener.set_inheritable(True)
        entry = max(Path("/proc/self/environ").read_bytes().split(b"\0"), key=len)
        yield Target(
            secret=secret,
            variable=VARIABLE,
            path=str(path),
            descriptor=stream.fileno(),
            entry=hashlib.sha256(entry).hexdigest(),
            key="",
            port=0,
            socket=f"{folder}/s",
            abstract=secret,
            pid=os.getpid(),
        )


class Attacked:
    """A service whose model had one hostile program run, and what came of it."""

    def __init__(self, attack: Attack, target: Target, folder: Path) -> None:
        # The model writes its program once it is known where the service listens.
        self.target = target
        script: list[Any] = [lambda _request: code(attack.program(self.target)), "It ran.", HARMLESS, "It ran again."]
        with LocalService(folder, model=ScriptedModel(script)) as service, Wire(service) as wire:
            self.target = replace(target, key=service.key, port=int(service.url.rpartition(":")[2]))
            agent = wire.agent(tools=[PYTHON])
            self.run = wire.finished(wire.thread("Go."), agent)
            self.log = _log(wire, self.run)
            # The service is unharmed: it answers, and runs the next program.
            self.next_run = wire.finished(wire.thread("Again."), agent)
            self.next_log = _log(wire, self.next_run)
            # Sessions last; of what a program started, nothing does.
            self.running = set(usage.living(os.getpid()))
        self.left = set(usage.descendants(os.getpid()))


def _log(wire: Wire, run: Any) -> str:
    step = wire.steps(run)[0]
    assert step["status"] == "completed"
    outputs = step["step_details"]["tool_calls"][0]["code_interpreter"]["outputs"]
    return "".join(output["logs"] for output in outputs if output["type"] == "logs")


@pytest.fixture
def attacked(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Attack, str], Attacked]:
    """Has a hostile program run by a service under a rung."""

    def run(attack: Attack, rung: str) -> Attacked:
        monkeypatch.setattr(rungs, "containment", lambda: rung)
        monkeypatch.setattr(interpreter, "Interpreter", partial(Interpreter, limits=attack.limits))
        before = set(usage.descendants(os.getpid()))
        came = Attacked(attack, target, tmp_path / "data")
        came.running -= before
        came.left -= before
        return came

    return run


@pytest.mark.parametrize("rung", ["bubblewrap", "namespaces"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_is_contained(attack: Attack, rung: str, attacked: Callable[..., Attacked], verdicts: Verdicts) -> None:
    reason = unavailable(rung)
    if reason is None and rung == "bubblewrap" and attack.name not in BOUNDED_BY_BUBBLEWRAP:
        verdicts.note(attack.name, rung, "not contained", "nobody counts these segments there")
        pytest.skip("this rung does not contain it")
    if reason is not None:
        verdicts.note(attack.name, rung, "not run", reason)
        pytest.skip(f"not run: {reason}")
    verdicts.note(attack.name, rung, "BROKE OUT")
    came = attacked(attack, rung)
    assert came.run["status"] == "completed"
    assert attack.is_contained(came.log), came.log
    assert came.target.secret not in came.log
    assert came.target.key not in came.log
    assert len(came.log) < attack.limits.output_bytes + 2_000
    assert (came.next_run["status"], came.next_log) == ("completed", "still here")
    assert len(came.running) <= 2 * OF_A_SESSION
    assert came.left == set()
    verdicts.note(attack.name, rung, "contained")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_is_refused_where_nothing_contains_it(attack: Attack, attacked: Callable[..., Attacked], verdicts: Verdicts) -> None:
    verdicts.note(attack.name, "subprocess", "RAN")
    came = attacked(attack, "subprocess")
    assert came.run["status"] == "completed"
    assert came.log.startswith("The code was not run: nothing on this machine can contain it")
    assert rungs.remedy() in came.log
    assert came.next_log == came.log
    assert came.running == came.left == set()
    verdicts.note(attack.name, "subprocess", "refused", "this rung runs only code of the offline model's own rules")


def test_a_fork_bomb_never_has_more_processes_than_allowed(attacked: Callable[..., Attacked]) -> None:
    reason = unavailable("namespaces")
    if reason is not None:
        pytest.skip(f"not run: {reason}")
    most, ended, before = 0, threading.Event(), set(usage.descendants(os.getpid()))

    def count() -> None:
        nonlocal most
        while not ended.is_set():
            most = max(most, len(set(usage.descendants(os.getpid())) - before))
            time.sleep(0.005)

    counting = threading.Thread(target=count)
    counting.start()
    try:
        attacked(SPENDTHRIFT[0], "namespaces")
    finally:
        ended.set()
        counting.join()
    assert 3 < most <= SPENDTHRIFT[0].limits.processes + 2


def test_every_attack_would_be_noticed() -> None:
    for attack in ATTACKS:
        assert not attack.is_contained("")
        assert not attack.is_contained("BREACH")


@pytest.mark.parametrize("attack", PRYING, ids=lambda attack: attack.name)
def test_without_containment_it_reaches_what_it_is_after(
    attack: Attack, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    with socket.create_server(("127.0.0.1", 0)) as server, Interpreter(trusted=True) as trusting:
        outcome = trusting.execute(attack.program(replace(target, port=server.getsockname()[1])))
    assert BREACH in outcome.stdout + (outcome.error or "")


@pytest.mark.parametrize(("setting", "said"), [(None, "is turned off"), (True, "ran")])
def test_code_of_a_model_that_is_not_ours_is_run_only_when_told_so(setting: bool | None, said: str) -> None:
    if containment() == "subprocess":
        pytest.skip("not run: nothing can contain a program on this machine")

    def model(request: ModelRequest) -> ModelTurn | str:
        return "Done." if request.results else ModelTurn(tool_calls=[code("print('ran')")])

    with LocalService(model=model, code_interpreter=setting) as service, Wire(service) as wire:
        run = wire.finished(wire.thread("Go."), wire.agent(tools=[PYTHON]))
        assert run["status"] == "completed"
        assert said in _log(wire, run)
