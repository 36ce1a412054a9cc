"""What a contained program cannot do, shown by programs that try; and that its files are taken without trusting their names."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentkit.local.interpreter import InputFile, Interpreter, containment, rungs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's")


@pytest.fixture(params=["bubblewrap", "namespaces"])
def contained(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Interpreter]:
    if request.param == "bubblewrap" and (os.geteuid() == 0 or containment() != "bubblewrap"):
        pytest.skip("bubblewrap is not in force here")
    if not rungs._works(request.param):
        pytest.skip(f"{request.param} does not work on this machine")
    monkeypatch.setattr(rungs, "containment", lambda: request.param)
    with Interpreter() as interpreter:
        yield interpreter


def test_it_says_which_rung_is_in_force(contained: Interpreter) -> None:
    assert contained.execute("print(1)").rung == rungs.containment()


def test_the_network_is_out_of_reach(contained: Interpreter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            pass  # from here it can be reached
        outcome = contained.execute(
            "import socket\n"
            f"for host in ('127.0.0.1', '192.0.2.1'):\n    try:\n        socket.create_connection((host, {port}), timeout=5)\n"
            "    except OSError as error:\n        print(type(error).__name__)\n    else:\n        print('connected')\n"
        )
    assert outcome.error is None
    assert "connected" not in outcome.stdout
    assert len(outcome.stdout.splitlines()) == 2


def test_nothing_outside_its_folders_can_be_written(contained: Interpreter) -> None:
    outcome = contained.execute(
        "import json, os, sys, sysconfig\n"
        "paths = ['/', '/usr', '/etc', '/mnt', '/dev', '/run', '/run/agentkit/control', os.path.dirname(sys.executable),\n"
        "         sysconfig.get_path('stdlib'), sysconfig.get_path('purelib')]\n"
        "def writable(path):\n"
        "    try:\n        open(os.path.join(path, 'agentkit-probe'), 'w').close()\n"
        "    except OSError:\n        return False\n"
        "    return True\n"
        "print([path for path in paths if writable(path)])\n"
        "settings = [os.path.join(top, name) for top, _, names in os.walk('/proc/sys') for name in names]\n"
        "print([name for name in settings if os.access(name, os.W_OK)])\n"
        "print([path for path in ('/mnt/data', '/tmp', '/dev/shm') if not writable(path)])\n"
    )
    assert outcome.error is None
    assert outcome.stdout == "[]\n[]\n[]\n"


def test_the_home_folder_and_the_hosts_temporary_files_are_hidden(contained: Interpreter, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    paths = [
        str(Path.home() / ".ssh"),
        str(Path.home() / ".azure"),
        str(Path.cwd() / "pyproject.toml"),
        str(secret),
        "/etc/passwd",
    ]
    outcome = contained.execute(f"import os\nprint([path for path in {paths!r} if os.path.exists(path)])")
    assert outcome.stdout == "[]\n"


def test_no_other_process_can_be_seen_and_no_environment_read(contained: Interpreter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTKIT_LOCAL_KEY", "a-secret-key")
    outcome = contained.execute(
        "import glob\n"
        "for path in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try:\n        print(open(path).read())\n    except OSError as error:\n        print(error.strerror)\n"
        "print(len(glob.glob('/proc/[0-9]*')))\n"
    )
    assert outcome.error is None
    assert "a-secret-key" not in outcome.stdout
    assert int(outcome.stdout.splitlines()[-1]) <= 3


def test_it_has_no_capabilities_and_gets_none(contained: Interpreter) -> None:
    outcome = contained.execute(
        "import os\n"
        "lines = dict(line.rstrip('\\n').split(':\\t', 1) for line in open('/proc/self/status') if ':\\t' in line)\n"
        "print(*(int(lines[name], 16) for name in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb')), lines['NoNewPrivs'])\n"
        "print(os.geteuid() != 0)\n"
    )
    assert outcome.stdout == "0 0 0 0 1\nTrue\n"


def test_links_are_not_followed_out(contained: Interpreter, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    outcome = contained.execute(
        "import os\n"
        f"os.symlink({str(secret)!r}, 'link.txt')\nos.symlink({str(tmp_path)!r}, 'folder')\nos.mkfifo('pipe')\n"
        f"os.symlink({str(secret)!r}, '/run/agentkit/out/figure-1.png')\n"
        "open('real.txt', 'w').write('own')\n"
    )
    assert [file.name for file in outcome.files] == ["real.txt"]


def test_a_report_that_is_a_link_is_not_followed(contained: Interpreter, tmp_path: Path) -> None:
    secret = tmp_path / "report.json"
    secret.write_text('{"error": "secret"}')
    outcome = contained.execute(f"import os\nos.symlink({str(secret)!r}, '/run/agentkit/out/report.json')\nos._exit(7)")
    assert outcome.error == "The program ended with exit status 7.\n"


def test_an_input_is_not_written_through_a_link(contained: Interpreter, tmp_path: Path) -> None:
    target, source = tmp_path / "target.txt", tmp_path / "source.txt"
    target.write_text("untouched")
    source.write_text("input")
    contained.execute(f"import os\nos.symlink({str(target)!r}, 'in.txt')")
    outcome = contained.execute("print(open('in.txt').read())", [InputFile("in.txt", source)])
    assert outcome.stdout == "input\n"
    assert target.read_text() == "untouched"


def test_a_folder_that_cannot_be_read_does_not_stay(
    contained: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = contained.execute(
        "import os\nos.makedirs('a/b')\nopen('a/b/c', 'w').close()\nos.chmod('a/b', 0)\nos.chmod('a', 0)"
    )
    if os.geteuid() == 0:  # root looks into every folder
        assert [file.name for file in outcome.files] == ["a/b/c"]
    else:
        assert "cannot be looked into" in (outcome.error or "")
    assert len(list(tmp_path.iterdir())) == 1
    contained.close()
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_text_are_escaped(contained: Interpreter) -> None:
    outcome = contained.execute("open(b'/mnt/data/a\\xff.txt', 'w').write('x')")
    assert outcome.error is None
    assert [file.name for file in outcome.files] == ["a\\udcff.txt"]
    assert outcome.files[0].path.read_text() == "x"


def test_files_that_are_lost_while_a_program_runs_are_told_of(contained: Interpreter) -> None:
    assert contained.execute("import time").error is None
    assert contained._rung is not None
    disk = contained._rung.session.disk
    if disk is None:
        pytest.skip("no disk can be mounted here")
    killer = threading.Timer(0.2, os.kill, (disk.keeper, signal.SIGKILL))
    killer.start()
    outcome = contained.execute("open('/mnt/data/kept.txt', 'w').write('x'); time.sleep(2)")
    killer.join()
    assert outcome.files == ()
    assert "the process that kept the files of this session has ended" in (outcome.error or "")
    assert "was not run" in (contained.execute("1").error or "")
    assert contained.execute("1").error is None
