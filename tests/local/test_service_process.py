"""Starting and stopping: data on the disk, several services at once, the command line, what is left behind."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_wire import Clock, Wire, answer

import agentkit.local
from agentkit.local import LocalService
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.retrieval import INDEX
from agentkit.local.store import DATABASE, StoreError

Serve = Callable[..., Wire]
PATIENCE = 30.0
PACKAGE = Path(agentkit.local.__file__).parent


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class TestData:
    def test_everything_is_there_again_under_the_same_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "made" / "for me"
        with LocalService(folder, model=answer) as service, Wire(service) as wire:
            agent, file = wire.agent(name="kept"), wire.upload(b"kept content", "kept.txt")
            thread = wire.thread("hello")
            run = wire.finished(thread, agent)
            store = wire.store(file["id"])
            listed = wire.get(f"/threads/{thread['id']}/messages")
            steps = wire.steps(run)
        assert sorted(path.name for path in folder.iterdir()) == [DATABASE, "files", INDEX]
        with LocalService(folder, model=answer, allow_download=True) as service, Wire(service) as wire:
            assert wire.get(f"/assistants/{agent['id']}") == agent
            assert wire.get(f"/threads/{thread['id']}/messages") == listed
            assert wire.get(f"/threads/{thread['id']}/runs/{run['id']}") == run
            assert wire.steps(run) == steps
            assert wire.get(f"/vector_stores/{store['id']}") == store
            assert wire.http.get(f"/files/{file['id']}/content").content == b"kept content"
            newer = wire.agent(name="newer")
            assert wire.get("/assistants")["data"] == [newer, agent]

    def test_an_index_that_is_gone_is_made_anew(self, tmp_path: Path) -> None:
        with LocalService(tmp_path, model=answer) as service, Wire(service) as wire:
            store = wire.store(wire.upload(b"kept content", "kept.txt")["id"], "assistant-none")
        (tmp_path / INDEX).unlink()
        with LocalService(tmp_path, model=answer) as service, Wire(service) as wire:
            assert wire.taken_in(f"/vector_stores/{store['id']}") == store
        (tmp_path / INDEX).write_bytes(b"no database at all, but long enough to be taken for the head of one" * 20)
        with pytest.raises(StoreError, match=r"search\.sqlite3' cannot be used .*: remove this file"):
            LocalService(tmp_path, model=answer).start()

    def test_runs_that_were_active_have_failed_after_a_restart(self, tmp_path: Path) -> None:
        asks = ModelTurn(tool_calls=[ToolCall("function", name="f")])
        tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
        with LocalService(tmp_path, model=ScriptedModel([asks])) as service, Wire(service) as wire:
            thread, agent = wire.thread("hi"), wire.agent(tools=[tool])
            run = wire.finished(thread, agent)
            assert run["status"] == "requires_action"
        with LocalService(tmp_path, model=answer) as service, Wire(service) as wire:
            failed = wire.get(f"/threads/{thread['id']}/runs/{run['id']}")
            assert failed["status"] == "failed"
            assert "The service ended while this run was active" in failed["last_error"]["message"]
            assert [step["status"] for step in wire.steps(run)] == ["failed"]
            assert wire.finished(thread, agent)["status"] == "completed"

    def test_what_a_broken_upload_left_is_removed(self, tmp_path: Path) -> None:
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "0123.part").write_bytes(b"half")
        with LocalService(tmp_path, model=answer):
            assert list((tmp_path / "files").iterdir()) == []

    def test_a_folder_serves_one_service_at_a_time(self, tmp_path: Path) -> None:
        with LocalService(tmp_path, model=answer) as service:
            with pytest.raises(StoreError, match="end the other service that uses it"):
                LocalService(tmp_path, model=answer).start()
            with Wire(service) as wire:
                assert wire.get("/threads")["data"] == []

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_text("x")
        with pytest.raises(NotADirectoryError, match="is not a folder"):
            LocalService(path, model=answer).start()

    def test_another_file_of_that_name_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / DATABASE).write_text("this is no database, and long enough to be told from an empty one" * 100)
        with pytest.raises(StoreError, match="not a database of agentkit"):
            LocalService(tmp_path, model=answer).start()


class TestSeveral:
    def test_two_services_know_nothing_of_each_other(self, serve: Serve) -> None:
        one, other = serve(), serve()
        agent = one.agent()
        assert one.service.key != other.service.key
        other.refused("GET", f"/assistants/{agent['id']}", 404)
        headers = {"api-key": one.service.key}
        assert httpx.get(f"{other.service.url}/v1/threads", headers=headers).status_code == 401

    def test_many_clients_at_once(self, serve: Serve) -> None:
        wire = serve()
        thread = wire.thread()

        async def write(client: httpx.AsyncClient, number: int) -> str:
            body = {"role": "user", "content": f"message {number}"}
            response = await client.post(f"/threads/{thread['id']}/messages", json=body)
            assert response.status_code == 200, response.text
            return str(response.json()["id"])

        async def all_of_them() -> list[str]:
            headers = {"api-key": wire.service.key}
            async with httpx.AsyncClient(base_url=str(wire.http.base_url), headers=headers, timeout=30) as client:
                return await asyncio.gather(*(write(client, number) for number in range(100)))

        written = asyncio.run(all_of_them())
        listed = [message["id"] for message in wire.pages(f"/threads/{thread['id']}/messages", limit=30)]
        assert sorted(listed) == sorted(written)


class TestSettings:
    def test_where_it_is(self, serve: Serve) -> None:
        service = serve(key="my-key").service
        port = service.url.rpartition(":")[2]
        assert service.url == service.endpoint == f"http://127.0.0.1:{port}"
        assert service.key == "my-key"
        assert service.connection_string == f"{service.url};00000000-0000-0000-0000-000000000000;local;local"

    def test_before_it_is_started_it_is_nowhere(self) -> None:
        service = LocalService(model=answer)
        assert len(service.key) >= 32
        with pytest.raises(RuntimeError, match="not running"):
            _ = service.url
        service.stop()

    def test_it_can_be_started_again_but_not_twice(self) -> None:
        service = LocalService(model=answer)
        for _ in range(2):
            with service:
                assert httpx.get(f"{service.url}/health").status_code == 200
                with pytest.raises(RuntimeError, match="running already"):
                    service.start()

    @pytest.mark.parametrize("key", ["", "  "])
    def test_an_empty_key_is_none(self, key: str) -> None:
        with pytest.raises(ValueError, match="key: it is empty"):
            LocalService(key=key, model=answer)

    def test_a_taken_port_is_named(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{port}.*give another port"):
                LocalService(port=port, model=answer).start()

    def test_the_clock_is_the_one_that_was_given(self, serve: Serve, clock: Clock) -> None:
        assert serve(clock=clock).agent()["created_at"] == clock.now

    def test_the_offline_model_answers_unless_another_is_given(self) -> None:
        with LocalService() as service, Wire(service) as wire:
            assert "offline" in httpx.get(f"{service.url}/health").json()["model"]
            thread = wire.thread("Hello?")
            assert wire.finished(thread, wire.agent())["status"] == "completed"
            assert wire.messages(thread)[1]["content"][0]["text"]["value"]


class TestStop:
    def test_nothing_is_left_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        before = set(threading.enumerate())
        with LocalService(model=answer) as service:
            with Wire(service) as wire:
                file = wire.upload()
                wire.http.get(f"/files/{file['id']}/content")
                wire.finished(wire.thread("hi"), wire.agent())
            url = service.url
            assert len(list(tmp_path.iterdir())) == 1
        assert list(tmp_path.iterdir()) == []
        assert eventually(lambda: set(threading.enumerate()) <= before)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/health")

    def test_it_stops_although_a_model_does_not(self) -> None:
        asked, let_go = threading.Event(), threading.Event()

        def model(_request: Any) -> str:
            asked.set()
            assert let_go.wait(PATIENCE)
            return "late"

        try:
            with LocalService(model=model) as service, Wire(service) as wire:
                wire.run(wire.thread("hi"), wire.agent())
                assert asked.wait(PATIENCE)
        finally:
            let_go.set()

    def test_it_stops_although_a_client_stays_connected(self) -> None:
        with LocalService(model=answer) as service:
            client = httpx.Client(headers={"api-key": service.key})
            assert client.get(f"{service.url}/v1/threads").status_code == 200
        client.close()

    def test_a_program_that_forgets_to_stop_leaves_nothing(self, tmp_path: Path) -> None:
        program = (
            "import httpx\n"
            "from agentkit.local import LocalService\n"
            "service = LocalService(model=lambda request: 'hi').start()\n"
            "with httpx.Client(base_url=service.url + '/v1', headers={'api-key': service.key}) as client:\n"
            "    assert client.post('/threads').status_code == 200\n"
        )
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert list(tmp_path.iterdir()) == []


class TestImports:
    def test_the_extra_is_imported_only_when_a_service_starts(self) -> None:
        program = (
            "import sys, json, agentkit.local\n"
            "names = ['starlette', 'uvicorn', 'jsonschema', 'python_multipart', 'matplotlib', 'httpx', 'pydantic']\n"
            "print(json.dumps([name for name in names if name in sys.modules]))\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout) == []

    def test_without_the_extra_it_is_named(self, tmp_path: Path) -> None:
        program = (
            "import sys, importlib.util\n"
            "from agentkit.local import LocalService\n"
            "find = importlib.util.find_spec\n"
            "importlib.util.find_spec = lambda name, *rest: None if name in ('uvicorn', 'jsonschema') else find(name, *rest)\n"
            "LocalService(model=lambda request: 'hi').start()\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith(
            "ImportError: The local service needs packages that are not installed here (uvicorn, jsonschema)"
        )
        assert "pip install '.[local]'" in last

    @pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
    def test_nothing_of_the_client_is_imported(self, path: Path) -> None:
        imported = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module or "")
        assert {name for name in imported if name.startswith("agentkit") and not name.startswith("agentkit.local")} == set()


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``python -m agentkit.local`` with the arguments it is called with."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AGENTKIT_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "agentkit.local", *arguments],
            env={**inherited, "TMPDIR": str(tmp_path), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


class TestCommand:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_it_serves_until_it_is_told_to_end(
        self, command: Callable[..., subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
    ) -> None:
        port_file, data = tmp_path / "port", tmp_path / "data"
        process = command("--port", "0", "--port-file", str(port_file), "--data", str(data), "--key", "my-key")
        assert eventually(port_file.exists)
        url = f"http://127.0.0.1:{port_file.read_text()}"
        assert httpx.post(f"{url}/v1/threads", headers={"api-key": "my-key"}).status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, err) == (0, "")
        assert url in out
        for line in (
            f'export PROJECT_CONNECTION_STRING="{url};00000000-0000-0000-0000-000000000000;local;local"',
            f'export PROJECT_ENDPOINT="{url}/api/projects/local"',
            'export AGENTKIT_LOCAL_KEY="my-key"',
        ):
            assert line in out.splitlines()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "port"]

    def test_the_key_may_stand_in_the_environment(self, command: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
        port_file = tmp_path / "port"
        command("--port-file", str(port_file), AGENTKIT_LOCAL_KEY="from-outside")
        assert eventually(port_file.exists)
        url = f"http://127.0.0.1:{port_file.read_text()}/v1/threads"
        assert httpx.get(url, headers={"api-key": "from-outside"}).status_code == 200

    def test_files_for_agents_are_given_out_when_it_is_told_to(
        self, command: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        port_file, headers = tmp_path / "port", {"api-key": "my-key"}
        command("--port-file", str(port_file), "--key", "my-key", "--allow-download")
        assert eventually(port_file.exists)
        url = f"http://127.0.0.1:{port_file.read_text()}/v1/files"
        form = {"purpose": "assistants"}
        file = httpx.post(url, headers=headers, data=form, files={"file": ("a.txt", b"content")}).json()
        assert httpx.get(f"{url}/{file['id']}/content", headers=headers).content == b"content"

    def test_a_start_that_fails_is_one_line(self, command: Callable[..., subprocess.Popen[str]], serve: Serve) -> None:
        port = serve().service.url.rpartition(":")[2]
        process = command("--port", port)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (1, "")
        assert len(err.splitlines()) == 1
        assert f"cannot listen on 127.0.0.1:{port}" in err
