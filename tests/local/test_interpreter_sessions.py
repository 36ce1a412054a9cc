"""What lasts from one program of a thread to the next, what ends it, and what does not go on in between."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from service_wire import Wire

from agentkit.local import LocalService
from agentkit.local.interpreter import InputFile, Interpreter, Limits, Outcome, containment, rungs, usage
from agentkit.local.interpreter.session import Session, Unreadable
from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.models.scripted import ScriptedModel, code
from agentkit.local.runs.sessions import CodeSessions

Run = Callable[..., Outcome]
PYTHON = {"type": "code_interpreter"}
AFRESH = "The session ended with it: variables and imports are gone, files under /mnt/data stay."
OF_A_SESSION = 4
"""The most processes of a session between two programs: what keeps its files, the launcher, the first inside, and the runner."""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at under /proc")


@pytest.fixture(params=["contained", "plain"])
def rung(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "plain":
        monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    elif containment() == "subprocess":
        pytest.skip("nothing can contain a program on this machine")
    return str(request.param)


@pytest.fixture
def run(rung: str) -> Iterator[Run]:
    with Interpreter(trusted=True, limits=Limits(seconds=5)) as interpreter:
        yield interpreter.execute


class TestOneSession:
    def test_variables_imports_functions_and_the_folder_last(self, run: Run) -> None:
        assert (
            run("import math, os\nbase = 2\ndef double(n):\n    return base * n\nos.mkdir('deep')\nos.chdir('deep')").error
            is None
        )
        outcome = run("base = 10\nprint(double(math.pi), os.path.basename(os.getcwd()))")
        assert (outcome.stdout, outcome.error, outcome.notice) == ("31.41592653589793 deep\n", None, None)

    def test_an_error_takes_nothing_away(self, run: Run) -> None:
        failed = run("kept = 1\nraise ValueError('x')")
        assert (failed.error or "").endswith("ValueError: x\n")
        assert failed.notice is None
        assert run("import sys\nsys.exit(0)").notice is None
        assert run("print(kept)").stdout == "1\n"

    def test_a_traceback_shows_the_lines_of_the_program_that_has_them(self, run: Run) -> None:
        run("def fail():\n    return 1 / 0  # of the first")
        error = run("fail()  # of the second").error or ""
        assert 'File "<code 2>", line 1, in <module>\n    fail()  # of the second' in error
        assert 'File "<code>", line 2, in fail\n    return 1 / 0  # of the first' in error
        assert "runner" not in error

    @pytest.mark.parametrize("end", ["import os; os._exit(0)", "import os; os._exit(3)", "import time; time.sleep(600)"])
    def test_a_program_that_takes_the_session_down_says_so(self, rung: str, end: str) -> None:
        with Interpreter(trusted=True, limits=Limits(seconds=0.7)) as interpreter:
            interpreter.execute("value = 1\nopen('kept.txt', 'w').write('x')")
            assert AFRESH in (interpreter.execute(end).notice or "")
            outcome = interpreter.execute("import os\nprint('value' in globals(), os.listdir())")
        assert (outcome.stdout, outcome.error, outcome.notice) == ("False ['kept.txt']\n", None, None)

    def test_what_a_program_did_to_its_streams_is_put_right(self, run: Run) -> None:
        for spoiling in ("sys.stdout.close()", "sys.stdout = None", "os.close(1); os.close(2)", "sys.stderr.close()"):
            assert run(f"import os, sys\n{spoiling}").notice is None, spoiling
            outcome = run("import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('end', end='')")
            assert outcome.stdout == "one\ntwo\nend", spoiling

    def test_a_program_without_its_channel_starts_afresh(self, run: Run) -> None:
        assert run("import os\nos.closerange(0, 200)").notice is not None
        assert run("print('again')").stdout == "again\n"

    def test_files_left_open_are_written_out(self, run: Run) -> None:
        outcome = run("stream = open('open.txt', 'w')\nstream.write('all of it')")
        assert [file.path.read_text() for file in outcome.files] == ["all of it"]

    def test_figures_that_were_not_shown_do_not_turn_up_later(self, run: Run) -> None:
        assert run("import matplotlib.pyplot as plt\nplt.plot([1, 2])").files == ()
        assert [file.name for file in run("plt.bar(['a'], [1])\nplt.show()").files] == ["figure-1.png"]

    @on_linux
    def test_the_time_of_earlier_programs_does_not_count(self, run: Run) -> None:
        assert run("import resource, time\nfirst = resource.getrlimit(resource.RLIMIT_CPU)[0]\nprint(first)").stdout == "6\n"
        run("while time.process_time() < 1.05: pass")
        assert run("print(resource.getrlimit(resource.RLIMIT_CPU)[0] - first)").stdout == "1\n"

    def test_output_is_limited_for_each_program(self, rung: str) -> None:
        with Interpreter(trusted=True, limits=Limits(output_bytes=10)) as interpreter:
            for _ in range(2):
                assert interpreter.execute("print('x' * 10)").stdout.startswith("x" * 10 + "\n[The output was cut here: 1 ")

    def test_forgetting_leaves_the_files(self, rung: str) -> None:
        with Interpreter(trusted=True) as interpreter:
            interpreter.execute("value = 1\nopen('kept.txt', 'w').close()")
            interpreter.forget()
            assert interpreter.execute("import os\nprint('value' in globals(), os.listdir())").stdout == "False ['kept.txt']\n"

    def test_memory_is_limited_for_all_together(self, rung: str) -> None:
        with Interpreter(trusted=True, limits=Limits(memory_bytes=2**28)) as interpreter:
            for _ in range(2):
                assert interpreter.execute("held = globals().get('held', []) + [bytearray(b'x') * (100 * 2**20)]").error is None
            assert (interpreter.execute("held.append(bytearray(b'x') * (100 * 2**20))").error or "").endswith("MemoryError\n")
            assert interpreter.execute("print(len(held))").stdout == "2\n"

    def test_files_are_limited_for_all_together(self, rung: str) -> None:
        limits = Limits(file_bytes=2**20, session_bytes=3 * 2**19)
        with Interpreter(trusted=True, limits=limits) as interpreter:
            assert interpreter.execute("open('a', 'wb').write(bytes(2**20 - 4096))").error is None
            outcome = interpreter.execute("open('b', 'wb').write(bytes(3 * 2**18))")
            assert outcome.error == "The program was stopped: it and those before it wrote more than 1 MiB of files.\n"
            assert outcome.last
            assert "its files are gone" in (outcome.notice or "")

    def test_a_link_in_place_of_a_lent_folder_is_not_followed(self, run: Run, tmp_path: Path) -> None:
        own = tmp_path / "own"
        own.write_text("x")
        owner = own.stat().st_uid
        run(f"import os, shutil, tempfile\nfolder = os.path.join(tempfile.gettempdir(), 'matplotlib')\n"
            f"shutil.rmtree(folder, True)\nos.symlink({str(tmp_path)!r}, folder)")  # fmt: skip
        assert run("print(1)").error is None
        assert list(tmp_path.iterdir()) == [own]
        assert own.stat().st_uid == owner


@on_linux
class TestBetweenTwoPrograms:
    def test_what_was_started_is_ended(self, run: Run) -> None:
        before = set(usage.living(os.getpid()))
        outcome = run("import subprocess\nleft = [subprocess.Popen(['sleep', '600']) for _ in range(5)]")
        assert outcome.error is None
        assert len(set(usage.living(os.getpid())) - before) <= OF_A_SESSION
        assert run("print([process.wait() is not None for process in left])").stdout == f"{[True] * 5}\n"

    def test_processes_of_earlier_programs_do_not_count(self, rung: str) -> None:
        with Interpreter(trusted=True, limits=Limits(processes=16)) as interpreter:
            for _ in range(3):
                outcome = interpreter.execute("import subprocess\nfor _ in range(8): subprocess.Popen(['sleep', '600'])")
                assert outcome.error is None

    def test_threads_are_held(self, run: Run) -> None:
        run(
            "import threading, time\ncount = 0\n"
            "def tick():\n    global count\n    while True:\n        count += 1\n        time.sleep(0.001)\n"
            "threading.Thread(target=tick, daemon=True).start()\ntime.sleep(0.05)\nprint(count > 0)"
        )
        # A process that is told to stop does so when it is next given time.
        end = time.monotonic() + 10
        stopped = 0
        while stopped < 2 and time.monotonic() < end:
            states = [state for child in usage.descendants(os.getpid()) for state in usage._states(child)]
            stopped = states.count("T")
        assert stopped >= 2, "the runner and its thread"
        assert run("import time\nseen = count\ntime.sleep(0.05)\nprint(count > seen)").stdout == "True\n"

    def test_output_in_between_is_nobodys(self, run: Run) -> None:
        run("import os\nif os.fork() == 0:\n    while True: os.write(1, b'noise')")
        assert run("print('clear')").stdout == "clear\n"


class TestDisk:
    @pytest.fixture(autouse=True)
    def _namespaces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if sys.platform != "linux" or not rungs._works("namespaces"):
            pytest.skip("the namespaces rung does not work on this machine")
        monkeypatch.setattr(rungs, "containment", lambda: "namespaces")

    def test_the_kernel_bounds_the_files_of_a_session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit.local.interpreter.engine._Allowance.exceeded", lambda _self: None)
        with Interpreter(limits=Limits(file_bytes=2**20, session_bytes=2**20, session_files=8)) as interpreter:
            writes = "import os\n{}\nfor n in range(5000):\n    open(f'/{}/{{n}}', 'wb').write(bytes({}))"
            for folder, size in (("mnt/data", 2**20), ("tmp", 2**20), ("tmp", 0)):
                outcome = interpreter.execute(writes.format("", folder, size))
                if "/proc/" not in str(interpreter._rung.session.data):  # type: ignore[union-attr]
                    pytest.skip("no file system of a limited size can be mounted on this machine")
                assert "No space left on device" in (outcome.error or "")
                assert interpreter.execute("import glob, os\nfor n in glob.glob('/tmp/[0-9]*'): os.remove(n)").error is None

    def test_files_that_are_put_there_make_it_larger(self, tmp_path: Path) -> None:
        (tmp_path / "big").write_bytes(bytes(24 * 2**20))
        limits = Limits(session_bytes=2**20)
        with Interpreter(limits=limits) as interpreter:
            assert interpreter.execute("print(1)").error is None
            outcome = interpreter.execute("import os\nprint(os.path.getsize('big'))", [InputFile("big", tmp_path / "big")])
            assert (outcome.stdout, outcome.error) == (f"{24 * 2**20}\n", None)
            assert interpreter.execute("open('own', 'wb').write(bytes(2**19))").error is None

    def test_where_it_cannot_be_mounted_folders_serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise OSError("mount: Operation not permitted")

        monkeypatch.setattr(rungs, "Disk", refuse)
        with Interpreter(limits=Limits(file_bytes=2**20)) as interpreter:
            assert interpreter.execute("value = 1\nopen('a', 'w').close()").error is None
            assert interpreter.execute("import os\nprint(value, os.listdir())").stdout == "1 ['a']\n"
            bomb = "import time\nfor n in range(4): open(str(n), 'wb').write(bytes(2**19))\ntime.sleep(600)"
            assert "more than 1 MiB of files" in (interpreter.execute(bomb).error or "")

    def test_without_its_keeper_a_session_begins_anew(self) -> None:
        with Interpreter() as interpreter:
            interpreter.execute("value = 1")
            disk = interpreter._rung.session.disk  # type: ignore[union-attr]
            if disk is None:
                pytest.skip("no file system of a limited size can be mounted on this machine")
            os.kill(disk.keeper, signal.SIGKILL)
            disk._keeper.wait()
            lost = interpreter.execute("print(value)")
            assert lost.last
            assert "the process that kept the files of this session has ended" in (lost.error or "")
            assert interpreter.execute("print('value' in globals())").stdout == "False\n"


def test_files_that_nobody_can_look_into_end_the_session_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_self: Session) -> tuple[int, int]:
        raise Unreadable("the folder 'a/' cannot be looked into")

    monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    with Interpreter(trusted=True) as interpreter:
        interpreter.execute("value = 1")
        with monkeypatch.context() as patched:
            patched.setattr(Session, "usage", unreadable)
            lost = interpreter.execute("print(value)")
        assert lost.last
        assert "the folder 'a/' cannot be looked into" in (lost.error or "")
        assert interpreter.execute("print('value' in globals())").stdout == "False\n"


class FakeInterpreter:
    def __init__(self, *, trusted: bool) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def closed(session: Any) -> threading.Event:
    """What says that the stand-in for an interpreter was closed."""
    event: threading.Event = session.interpreter.closed
    return event


class TestSessionsOfAService:
    @pytest.fixture
    def now(self) -> list[float]:
        return [0.0]

    @pytest.fixture
    def sessions(self, now: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[CodeSessions]:
        monkeypatch.setattr("agentkit.local.interpreter.Interpreter", FakeInterpreter)
        made = CodeSessions(trusted=False, most=2, idle_seconds=60, clock=lambda: now[0])
        yield made
        made.close()

    @staticmethod
    def use(sessions: CodeSessions, thread_id: str) -> Any:
        with sessions.of(thread_id) as session:
            return session

    def test_one_for_each_thread(self, sessions: CodeSessions) -> None:
        first = self.use(sessions, "a")
        assert self.use(sessions, "b") is not first
        assert self.use(sessions, "a") is first
        assert len(sessions) == 2

    def test_the_least_recently_used_ends_first_and_the_next_one_says_so(self, sessions: CodeSessions) -> None:
        a, b = self.use(sessions, "a"), self.use(sessions, "b")
        self.use(sessions, "a")
        self.use(sessions, "c")
        assert closed(b).wait(10)
        assert not closed(a).is_set()
        assert "at most 2 are kept at once" in self.use(sessions, "b").notice

    def test_an_idle_one_ends(self, sessions: CodeSessions, now: list[float]) -> None:
        session = self.use(sessions, "a")
        now[0] = 59.0
        assert sessions.tidy() == 1.0
        assert not closed(session).is_set()
        now[0] = 60.0
        assert sessions.tidy() is None
        assert closed(session).is_set()
        assert "not used for 1 minutes" in self.use(sessions, "a").notice

    def test_one_in_use_is_not_ended_for_another(self, sessions: CodeSessions, now: list[float]) -> None:
        with sessions.of("a") as a, sessions.of("b"), sessions.of("c"):
            now[0] = 1000.0
            sessions.tidy()
            assert len(sessions) == 3
            assert not closed(a).is_set()

    def test_one_that_is_ended_goes_even_while_it_is_used(self, sessions: CodeSessions) -> None:
        with sessions.of("a") as session:
            sessions.end("a")
            assert closed(session).wait(10)
        assert self.use(sessions, "a").notice is None

    def test_all_end_with_the_service(self, sessions: CodeSessions) -> None:
        session = self.use(sessions, "a")
        sessions.close()
        assert closed(session).is_set()
        with pytest.raises(RuntimeError, match="has stopped"):
            self.use(sessions, "b")


def _logs(wire: Wire, run: Any) -> list[str]:
    calls = [call for step in wire.steps(run) for call in step["step_details"].get("tool_calls", ())]
    return ["".join(output.get("logs", "") for output in call["code_interpreter"]["outputs"]) for call in calls]


class TestThroughTheService:
    @pytest.fixture(autouse=True)
    def _contained(self) -> None:
        if containment() == "subprocess":
            pytest.skip("nothing can contain a program on this machine")

    def test_state_lasts_from_run_to_run_and_ends_with_the_thread(self) -> None:
        first, second = (
            code("value = 41\nopen('n.txt', 'w').write('x')"),
            code("value += 1\nprint(value, open('n.txt').read())"),
        )
        model = ScriptedModel([first, "one", second, "two", code("print('value' in globals())"), "three"])
        before = set(usage.descendants(os.getpid()))
        with LocalService(model=model) as service, Wire(service) as wire:
            agent, thread = wire.agent(tools=[PYTHON]), wire.thread("Go.")
            wire.finished(thread, agent)
            assert _logs(wire, wire.finished(thread, agent)) == ["42 x"]
            assert _logs(wire, wire.finished(wire.thread("Another."), agent)) == ["False"]
            wire.delete(f"/threads/{thread['id']}")
            # Ended without anybody waiting for it.
            deadline = time.monotonic() + 10
            while len(set(usage.descendants(os.getpid())) - before) > OF_A_SESSION and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len(set(usage.descendants(os.getpid())) - before) <= OF_A_SESSION
        assert set(usage.descendants(os.getpid())) - before == set()

    def test_files_attached_later_appear_and_own_changes_stay(self) -> None:
        look = code("import os\nprint(sorted(os.listdir()), open('a.csv').read())")
        model = ScriptedModel([code("open('a.csv', 'a').write('!')"), "one", look, "two"])
        with LocalService(model=model) as service, Wire(service) as wire:
            agent, first, second = wire.agent(tools=[PYTHON]), wire.upload(b"a", "a.csv"), wire.upload(b"b", "b.csv")
            attached = [{"file_id": first["id"], "tools": [PYTHON]}]
            thread = wire.post("/threads", messages=[{"role": "user", "content": "hi", "attachments": attached}])
            wire.finished(thread, agent)
            attached = [{"file_id": second["id"], "tools": [PYTHON]}]
            wire.post(f"/threads/{thread['id']}/messages", role="user", content="and", attachments=attached)
            assert _logs(wire, wire.finished(thread, agent)) == ["['a.csv', 'b.csv'] a!"]

    def test_a_program_that_dies_says_so_in_its_log(self) -> None:
        model = ScriptedModel([code("value = 1"), code("import os; os._exit(3)"), code("print('value' in globals())"), "done"])
        with LocalService(model=model) as service, Wire(service) as wire:
            logs = _logs(wire, wire.finished(wire.thread("Go."), wire.agent(tools=[PYTHON])))
        assert logs[1].startswith(f"The program ended with exit status 3.\n{AFRESH}")
        assert logs[2] == "False"

    def test_programs_of_the_offline_model_share_files_only(self) -> None:
        with LocalService() as service, Wire(service) as wire:
            agent, thread = wire.agent(tools=[PYTHON]), wire.thread("Create a bar chart of A: 1, B: 2.")
            before = set(usage.descendants(os.getpid()))
            run = wire.finished(thread, agent)
            assert run["status"] == "completed"
            assert _logs(wire, run)
            assert len(set(usage.descendants(os.getpid())) - before) <= 1, "what keeps the files, but no program"

    def test_a_model_is_told_what_its_code_lost(self) -> None:
        seen: list[str] = []

        def model(request: ModelRequest) -> ModelTurn | str:
            seen.extend(result.output for result in request.results)
            return "Done." if request.results else ModelTurn(tool_calls=[code("import os; os._exit(1)")])

        with LocalService(model=model, code_interpreter=True) as service, Wire(service) as wire:
            wire.finished(wire.thread("Go."), wire.agent(tools=[PYTHON]))
        assert AFRESH in seen[0]
