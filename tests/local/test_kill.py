"""A killed service: nothing acknowledged is lost, nothing stays locked, and nothing that it left behind stays."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from service_wire import Wire, answer
from test_interpreter_limits import processes_with
from test_service_process import eventually

from agentkit.local import LocalService, temporary
from agentkit.local.blobs import Blobs
from agentkit.local.interpreter import containment
from agentkit.local.retrieval import INDEX, Retrieval, open_index
from agentkit.local.store import Store
from agentkit.local.tables import THREADS
from agentkit.local.temporary import TemporaryFolder, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on this system")

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "kill_restart.py"
PREFIX = "agentkit-test-"
LONG_AGO = 1_000_000_000
Serve = Callable[..., Wire]


@pytest.fixture(scope="module")
def kill_restart() -> ModuleType:
    """The program that kills a service a hundred times."""
    spec = importlib.util.spec_from_file_location("kill_restart_of_the_tests", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module


class TestWrites:
    def test_nothing_acknowledged_is_lost(self) -> None:
        command = [sys.executable, str(BENCHMARK), "--kills", "3", "--longest", "0.5"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 lost; SQLite says: ok" in done.stdout

    def test_a_loss_would_be_noticed(self, kill_restart: ModuleType, shared: Wire) -> None:
        thread, file = shared.post("/threads", metadata={"a": "1"}), shared.upload(b"content", purpose="assistants_output")
        path, kept = f"/threads/{thread['id']}", f"/files/{file['id']}"
        state: dict[str, Any] = {"metadata": {"a": "1"}}

        def lost(states: dict[str, Any], content: bytes = b"content") -> int:
            load = kill_restart.Load({kept: [{"bytes": 7}], **states}, {file["id"]: content})
            return int(kill_restart.as_written(shared.http, load))

        assert lost({path: [state]}) == 0
        assert lost({path: [{"metadata": {"a": "2"}}, state]}) == 0
        assert lost({path: [{"metadata": {"a": "2"}}]}) == 1
        assert lost({path: [None]}) == 1
        assert lost({"/threads/thread_none": [state]}) == 1
        assert lost({"/threads/thread_none": [None]}) == 0
        assert lost({}, b"another") == 1


class TestFiles:
    def test_content_without_a_file_is_swept(self, tmp_path: Path) -> None:
        with LocalService(tmp_path, model=answer) as service, Wire(service) as wire:
            kept = wire.upload()["id"]
        (tmp_path / "files" / "assistant-ofAFileThatWasNeverKept").write_bytes(b"orphan")
        (tmp_path / "files" / "notes.txt").write_bytes(b"the user's own")
        with LocalService(tmp_path, model=answer):
            assert {path.name for path in (tmp_path / "files").iterdir()} == {kept, "notes.txt"}

    def test_content_outlives_a_deletion_that_is_not_committed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with LocalService(tmp_path, model=answer, allow_download=True) as service, Wire(service) as wire:
            file = wire.upload(b"kept")["id"]
            wire.store(file)

            def broken(*_: object) -> None:
                raise RuntimeError("the service broke in the middle")

            with monkeypatch.context() as patch:
                patch.setattr(Retrieval, "forget", broken)
                assert wire.http.delete(f"/files/{file}").status_code == 500
            assert wire.http.get(f"/files/{file}/content").content == b"kept"

    def test_content_that_could_not_be_removed_is_swept_later(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def held(*_: object, **__: object) -> None:
            raise PermissionError(13, "it is being read")

        with LocalService(tmp_path, model=answer) as service, Wire(service) as wire:
            file = wire.upload()["id"]
            with monkeypatch.context() as patch:
                patch.setattr(Path, "unlink", held)
                wire.delete(f"/files/{file}")
            assert (tmp_path / "files" / file).exists()
        with LocalService(tmp_path, model=answer):
            assert list((tmp_path / "files").iterdir()) == []

    def test_what_an_index_has_beyond_the_vector_stores_is_taken_out(self, tmp_path: Path) -> None:
        with LocalService(tmp_path, model=answer) as service, Wire(service) as wire:
            file = wire.upload(b"kept content", "kept.txt")["id"]
            store = wire.store(file)["id"]
        index = open_index(tmp_path / INDEX)
        index.add("vs_gone", "assistant-gone", "gone.txt", tmp_path / "files" / file)
        assert index.files() == {(store, file), ("vs_gone", "assistant-gone")}
        index.close()
        with LocalService(tmp_path, model=answer):
            pass
        index = open_index(tmp_path / INDEX)
        try:
            assert index.files() == {(store, file)}
        finally:
            index.close()


class TestAfterwards:
    def test_it_is_done_once_the_outermost_transaction_is_committed(self) -> None:
        store, done = Store(), []
        with store.transaction() as outer:
            with store.transaction() as inner:
                inner.afterwards(lambda: done.append("a"))
            outer.afterwards(lambda: done.append("b"))
            assert done == []
        assert done == ["a", "b"]
        with store.transaction():
            pass
        assert done == ["a", "b"]
        store.close()

    def test_it_is_not_done_when_the_transaction_is_taken_back(self) -> None:
        store, done = Store(), []

        def break_in_the_middle() -> None:
            with store.transaction() as tx:
                tx.insert(THREADS, {"id": "thread_1", "created_at": 0})
                tx.afterwards(lambda: done.append("a"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            break_in_the_middle()
        with store.transaction() as tx:
            assert tx.get(THREADS, "thread_1") is None
        assert done == []
        store.close()

    def test_blobs_know_only_their_own_names(self, tmp_path: Path) -> None:
        blobs = Blobs(tmp_path)
        for name in ("assistant-1", "assistant-2", "other"):
            (tmp_path / name).touch()
        assert blobs.sweep({"assistant-1"}) == ["assistant-2"]
        assert {path.name for path in tmp_path.iterdir()} == {"assistant-1", "other"}


class TestFolders:
    @pytest.fixture(autouse=True)
    def _own_place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def test_one_in_use_is_left_alone(self) -> None:
        folder = TemporaryFolder(PREFIX)
        os.utime(folder.path, (LONG_AGO, LONG_AGO))
        assert sweep(PREFIX) == []
        folder.remove()
        assert not folder.path.exists()
        folder.remove()

    def test_one_that_a_killed_process_left_is_removed(self, tmp_path: Path) -> None:
        program = (
            "import os, signal\n"
            "from agentkit.local.temporary import TemporaryFolder\n"
            f"folder = TemporaryFolder({PREFIX!r})\n"
            "(folder.path / 'inside').mkdir()\n"
            "(folder.path / 'inside').chmod(0)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", program], env=environment, timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL
        (left,) = tmp_path.iterdir()
        assert sweep(PREFIX) == []  # it is young, and might belong to a process that is about to lock it
        os.utime(left, (LONG_AGO, LONG_AGO))
        assert sweep(PREFIX) == [left]
        assert list(tmp_path.iterdir()) == []

    def test_links_and_other_names_are_left_alone(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
        (tmp_path / f"{PREFIX}file").touch()
        for path in (elsewhere, tmp_path / f"{PREFIX}file"):
            os.utime(path, (LONG_AGO, LONG_AGO))
        assert sweep(PREFIX) == []
        assert len(list(tmp_path.iterdir())) == 3

    def test_a_service_sweeps_when_it_starts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        swept: list[str] = []
        monkeypatch.setattr("agentkit.local.service.sweep", swept.append)
        with LocalService(model=answer):
            assert swept == ["agentkit-data-", "agentkit-tls-", "agentkit-code-"]


def test_a_killed_service_leaves_no_program_running(tmp_path: Path) -> None:
    if containment() == "subprocess":
        pytest.skip("nothing can contain a program on this machine")
    word = f"left-{uuid.uuid4().hex}"
    eternal = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)', '{word}'])\n"
    program = (
        "import sys, time\n"
        "from agentkit.local import LocalService\n"
        "from agentkit.local.models.scripted import ScriptedModel, code\n"
        f"service = LocalService(key='k', port_file={str(tmp_path / 'port')!r}, model=ScriptedModel([code({eternal!r})])).start()\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program, "serving"], env=environment) as process:
        try:
            assert eventually((tmp_path / "port").exists)
            address = f"http://127.0.0.1:{(tmp_path / 'port').read_text()}/v1"
            with httpx.Client(base_url=address, headers={"api-key": "k"}, timeout=30) as client:
                agent = client.post("/assistants", json={"model": "m", "tools": [{"type": "code_interpreter"}]}).json()["id"]
                client.post("/threads/runs", json={"assistant_id": agent}).raise_for_status()
            assert eventually(lambda: any(line.endswith(f"{word}\0") for line in processes_with(word)))
        finally:
            process.kill()
    assert eventually(lambda: processes_with(word) == [])


def test_the_names_of_the_folders_are_those_that_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LocalService(model=answer, tls=True):
        data, tls = sorted(tmp_path.iterdir())
        for folder, prefix in ((data, "agentkit-data-"), (tls, "agentkit-tls-")):
            assert folder.name.startswith(prefix)
            os.utime(folder, (LONG_AGO, LONG_AGO))
            assert temporary.sweep(prefix) == []
    assert list(tmp_path.iterdir()) == []
