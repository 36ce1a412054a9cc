"""How samples are run: what is wrong with one is noticed, and what it leaves behind."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

import leftover
import samples

SAVES = "from pathlib import Path\npath = Path('samples-output/x/chart.png')\npath.parent.mkdir(parents=True)\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("print('done')", []),
        ("pass", ["it printed nothing"]),
        ("print('done')\nraise SystemExit(3)", ["it ended with status 3"]),
        ("import sys\nprint('done')\nprint('oh', file=sys.stderr)", ["on stderr: oh"]),
        (f"import sys\nprint('done')\nprint({samples.NOTICE!r}, file=sys.stderr)", []),
        (SAVES + r"path.write_bytes(b'\x89PNG'); print('saved in', path)", []),
        (SAVES + "path.write_bytes(b'none'); print('saved in', path)", ["samples-output/x/chart.png is no PNG image"]),
        ("print('saved in samples-output/x/chart.png.')", ["it names samples-output/x/chart.png, which is not there"]),
        ("from pathlib import Path\nPath('a.txt').touch(); print('done')", ["it left a.txt, outside samples-output"]),
    ],
)
def test_what_is_wrong_with_a_sample_is_said(tmp_path: Path, text: str, wrong: list[str]) -> None:
    path = tmp_path / "sample.py"
    path.write_text(text, encoding="utf-8")
    assert list(samples.run_sample(path).wrong()) == wrong


def test_a_sample_sees_no_service_of_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJECT_ENDPOINT", "https://r.services.ai.azure.com/api/projects/p")
    path = tmp_path / "sample.py"
    path.write_text("import os\nprint('done')\nassert 'PROJECT_ENDPOINT' not in os.environ")
    assert list(samples.run_sample(path).wrong()) == []


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text("import warnings\nprint('done')\nwarnings.warn('old')")
    assert "it ended with status 1" in list(samples.run_sample(path).wrong())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells of processes that were left behind")
def test_a_process_that_is_left_behind_is_named_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "GRACE", 0.1)
    path = tmp_path / "sample.py"
    sleeper = "import os, time; open('pid.txt', 'w').write(str(os.getpid())); time.sleep(60)"
    path.write_text(
        "import subprocess, sys, time, pathlib  # -3 is subprocess.DEVNULL\n"
        f"subprocess.Popen([sys.executable, '-c', {sleeper!r}], start_new_session=True, stdout=-3, stderr=-3)\n"
        "while not (pathlib.Path('pid.txt').exists() and pathlib.Path('pid.txt').read_text()): time.sleep(0.02)\n"
        "print('done')\n"
        # Without the interpreter's own warning about a child that was not waited for.
        "import os; sys.stdout.flush(); os._exit(0)\n"
    )
    outcome = samples.run_sample(path)
    pid = outcome.files["pid.txt"].decode()
    assert any(f"{leftover.PREFIX}process {pid} (" in line for line in outcome.wrong())
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_a_sample_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SECONDS", 1)
    path = tmp_path / "sample.py"
    path.write_text("import time\nprint('done', flush=True)\ntime.sleep(60)")
    assert list(samples.run_sample(path).wrong()) == [
        f"it ended with status {leftover.STATUS_OF_TIMEOUT}",
        "on stderr: it did not end within 1 s",
    ]
