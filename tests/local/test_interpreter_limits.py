"""Programs that take too much are stopped, wholly, and say why; what they did not exceed is left to them."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentkit.local.interpreter import Interpreter, Limits, Outcome, containment, rungs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
Run = Callable[..., Outcome]


@pytest.fixture(params=["contained", "plain"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs code with the given limits under the strongest rung, and under the plain one."""
    if request.param == "plain":
        monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    elif containment() == "subprocess":
        pytest.skip("nothing can contain a program on this machine")

    def execute(code: str, cancelled: threading.Event | None = None, **limits: float) -> Outcome:
        with Interpreter(limits=Limits(**limits), trusted=True) as interpreter:  # type: ignore[arg-type]
            return interpreter.execute(code, cancelled=cancelled)

    return execute


def processes_with(word: str) -> list[str]:
    """The command lines of all running processes that have ``word`` in them."""

    def lines() -> Iterator[str]:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                yield path.read_text(errors="replace")
            except OSError:  # it ended while we looked
                continue

    return [line for line in lines() if word in line]


def test_an_endless_loop_is_stopped_and_keeps_its_output(run: Run) -> None:
    outcome = run("print('started')\nwhile True:\n    pass", seconds=0.5)
    assert outcome.error == "The program was stopped: it ran longer than 0.5 seconds.\n"
    assert outcome.stdout == "started\n"


def test_a_sleeping_program_is_stopped(run: Run) -> None:
    assert "ran longer than 0.5 seconds" in (run("import time\ntime.sleep(600)", seconds=0.5).error or "")


def test_a_program_that_ignores_signals_is_stopped(run: Run) -> None:
    code = "import signal\nfor n in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):\n    signal.signal(n, signal.SIG_IGN)\nwhile True: pass"
    assert "ran longer than 0.5 seconds" in (run(code, seconds=0.5).error or "")


def test_a_memory_bomb_is_stopped(run: Run) -> None:
    outcome = run("kept = []\nwhile True:\n    kept.append(bytearray(2**24))", memory_bytes=2**28)
    assert (outcome.error or "").endswith("MemoryError\n")


def test_memory_spread_over_processes_is_stopped(run: Run) -> None:
    code = (
        "import subprocess, sys, time\n"
        "eat = 'import time; kept = bytearray(b\"x\") * (48 * 2**20); time.sleep(600)'\n"
        "eaters = [subprocess.Popen([sys.executable, '-c', eat]) for _ in range(6)]\n"
        "time.sleep(600)\n"
    )
    assert run(code, memory_bytes=2**27).error == (
        "The program was stopped: its processes used more than 128 MiB of memory together.\n"
    )


def test_a_flood_of_output_is_cut_with_a_note(run: Run) -> None:
    outcome = run("for n in range(200_000):\n    print('x' * 99)", output_bytes=1000)
    assert outcome.error is None
    kept, note = outcome.stdout[:1000], outcome.stdout[1000:]
    assert set(kept) == {"x", "\n"}
    assert note == "\n[The output was cut here: 19,999,000 more bytes were printed.]\n"


def test_ten_thousand_files_are_refused(run: Run) -> None:
    outcome = run("for n in range(10_000):\n    open(f'/mnt/data/{n}', 'w').close()")
    assert outcome.error == "The program was stopped: it made more than 64 files and folders.\n"
    assert len(outcome.files) <= 64


def test_files_may_be_hidden_nowhere(run: Run) -> None:
    code = "import os, tempfile\nfor n in range(70):\n    os.mkdir(f'{tempfile.gettempdir()}/{n}')"
    assert "more than 64 files and folders" in (run(code).error or "")


def test_a_file_cannot_grow_beyond_the_limit(run: Run) -> None:
    outcome = run("with open('big', 'wb') as stream:\n    stream.write(bytes(2**21))", file_bytes=2**20)
    assert "File too large" in (outcome.error or "") or "more than 1 MiB of files" in (outcome.error or "")


def test_files_together_cannot_grow_beyond_the_limit(run: Run) -> None:
    code = "import time\nfor n in range(4):\n    open(str(n), 'wb').write(bytes(2**19))\ntime.sleep(600)"
    assert run(code, file_bytes=2**20).error == "The program was stopped: it wrote more than 1 MiB of files.\n"


def test_too_many_processes_are_refused(run: Run) -> None:
    code = "import subprocess\nstarted = [subprocess.Popen(['sleep', '600']) for _ in range(40)]\nimport time\ntime.sleep(600)"
    error = run(code, processes=16, seconds=20).error or ""
    assert "more than 16 processes" in error or "Resource temporarily unavailable" in error


def test_cancelling_stops_the_program(run: Run) -> None:
    cancelled = threading.Event()
    timer = threading.Timer(0.3, cancelled.set)
    timer.start()
    outcome = run("import time\ntime.sleep(600)", cancelled)
    timer.join()
    assert outcome.error == "The program was stopped: it was cancelled.\n"


def test_a_cancelled_run_does_not_get_far(run: Run) -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert run("import time\ntime.sleep(600)", cancelled).error == "The program was stopped: it was cancelled.\n"


def test_closing_stops_the_program() -> None:
    interpreter = Interpreter(trusted=True)
    timer = threading.Timer(0.3, interpreter.close)
    timer.start()
    outcome = interpreter.execute("import time\ntime.sleep(600)")
    timer.join()
    assert outcome.error == "The program was stopped: it was cancelled.\n"


@pytest.mark.parametrize("end", ["", "time.sleep(600)", "raise ValueError", "import os; os._exit(1)"])
def test_no_process_is_left_behind(run: Run, end: str) -> None:
    word = f"left-{uuid.uuid4().hex}"
    code = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{word}'])\n{end}"
    run(code, seconds=1)
    assert processes_with(word) == []


def test_a_process_that_hides_is_not_left_behind() -> None:
    if containment() == "subprocess":
        pytest.skip("nothing can contain a program on this machine")
    word = f"left-{uuid.uuid4().hex}"
    code = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)', '{word}'])\n    os._exit(0)\n"
        "os.wait()\n"
    )
    with Interpreter() as interpreter:
        assert interpreter.execute(code).error is None
    assert processes_with(word) == []
