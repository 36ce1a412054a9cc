"""The command ``agentkit serve``: its options, what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_wire import Wire

from agentkit import cli
from agentkit.local import LocalService, serving
from agentkit.local.store import DATABASE

Serve = Callable[..., Wire]
Command = Callable[..., "subprocess.Popen[str]"]
PATIENCE = 30.0
VARIABLES = [
    "PROJECT_CONNECTION_STRING",
    "AZURE_AI_PROJECTS_CONNECTION_STRING",
    "PROJECT_ENDPOINT",
    "AZURE_AI_PROJECT_ENDPOINT",
    "AZURE_AI_AGENTS_ENDPOINT",
    "AZURE_AI_AGENTS_TOKEN",
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_API_KEY",
    "MODEL_DEPLOYMENT_NAME",
    "AGENTKIT_LOCAL_KEY",
]
CERTIFICATES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
FLAGS = [
    "--host",
    "--port",
    "--port-file",
    "--data",
    "--key",
    "--tls",
    "--model",
    "--model-name",
    "--model-key-env",
    "--code-interpreter",
    "--log-level",
]


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """Starts ``python -m agentkit serve`` with the arguments it is called with."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AGENTKIT_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "agentkit", "serve", *arguments],
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


def printed(process: subprocess.Popen[str], last: str) -> dict[str, str]:
    """The variables that a service prints, up to the one that is its last."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while last not in found:
        line = process.stdout.readline()
        assert line, "it ended before it listened"
        if not line.startswith("# "):
            export, pair = shlex.split(line)
            assert export == "export"
            name, _, value = pair.partition("=")
            found[name] = value
    return found


class TestCommand:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_prints_what_programs_need_and_serves_until_it_is_told_to_end(
        self, command: Command, tmp_path: Path, number: signal.Signals
    ) -> None:
        process = command("--key", "my-key", "--port-file", str(tmp_path / "port"))
        found = printed(process, "AGENTKIT_LOCAL_KEY")
        assert list(found) == VARIABLES
        url = found["AZURE_OPENAI_ENDPOINT"]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        assert found["AZURE_AI_AGENTS_ENDPOINT"] == f"{url}/api/projects/local"
        assert found["PROJECT_CONNECTION_STRING"] == f"{url};00000000-0000-0000-0000-000000000000;local;local"
        assert (tmp_path / "port").read_text() == url.rpartition(":")[2]
        key = {"Authorization": f"Bearer {found['AZURE_AI_AGENTS_TOKEN']}"}
        assert httpx.post(f"{found['AZURE_AI_AGENTS_ENDPOINT']}/threads", headers=key).status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")
        assert [path.name for path in tmp_path.iterdir()] == ["port"]

    def test_over_tls_it_names_the_certificate_to_trust(self, command: Command, tmp_path: Path) -> None:
        process = command("--tls", AGENTKIT_LOCAL_KEY="my-key")
        found = printed(process, CERTIFICATES[-1])
        assert list(found) == [*VARIABLES, *CERTIFICATES]
        assert found["AGENTKIT_LOCAL_KEY"] == "my-key"
        program = (
            "from agentkit import AIProjectClient\n"
            "with AIProjectClient.from_env() as client:\n"
            "    print(client.agents.create_thread().object)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **found},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("thread\n", "")
        process.terminate()
        assert (process.communicate(timeout=PATIENCE), process.returncode) == (("", ""), 0)
        assert list(tmp_path.iterdir()) == []

    def test_with_json_it_prints_one_line_for_programs(self, command: Command) -> None:
        process = command("--json", "--key", "my-key", "--code-interpreter", "off")
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert list(told) == ["url", "model", "code_interpreter", "variables"]
        assert (told["model"], told["code_interpreter"]) == ("offline", "off")
        assert list(told["variables"]) == VARIABLES
        headers = {"api-key": told["variables"]["AGENTKIT_LOCAL_KEY"]}
        assert httpx.post(f"{told['url']}/api/projects/local/threads", headers=headers).status_code == 200
        process.terminate()
        assert (process.communicate(timeout=PATIENCE), process.returncode) == (("", ""), 0)

    def test_with_json_a_start_that_fails_is_a_document_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        with keeping_signals():
            assert serving.main(["--json", "--host", ""]) == 1
        out, err = capsys.readouterr()
        told = json.loads(out)["error"]
        assert told["type"] == "ValueError"
        assert err == f"agentkit serve: {told['message']}\n"

    def test_it_says_which_rung_contains_code(self, command: Command) -> None:
        process = command("--code-interpreter", "off")
        assert process.stdout is not None
        assert process.stdout.readline().startswith("# The agents service listens at http://127.0.0.1:")
        assert process.stdout.readline() == "# Model: offline. Code interpreter: off, turned on by --code-interpreter on.\n"

    def test_a_run_that_is_active_at_its_end_is_marked(self, command: Command, tmp_path: Path) -> None:
        script = tmp_path / "script.json"
        script.write_text(json.dumps([{"text": "late", "delay": 30}]))
        process = command("--data", str(tmp_path / "data"), "--model", f"scripted:{script}")
        found = printed(process, "AGENTKIT_LOCAL_KEY")
        with httpx.Client(base_url=found["PROJECT_ENDPOINT"], headers={"api-key": found["AGENTKIT_LOCAL_KEY"]}) as client:
            agent = client.post("/assistants", json={"model": "m"}).json()
            run = client.post("/threads/runs", json={"assistant_id": agent["id"]}).json()
            path = f"/threads/{run['thread_id']}/runs/{run['id']}"
            while client.get(path).json()["status"] == "queued":
                time.sleep(0.01)
            process.terminate()
            assert process.wait(PATIENCE) == 0
        # Marked when the service ended, and not only when the next one finds it.
        with closing(sqlite3.connect(tmp_path / "data" / DATABASE)) as database:
            ((document,),) = database.execute("SELECT document FROM runs")
        assert json.loads(document)["last_error"]["code"] == "server_error"
        with LocalService(tmp_path / "data") as service, Wire(service) as wire:
            assert wire.get(path)["status"] == "failed"
            assert wire.post(f"/threads/{run['thread_id']}/messages", role="user", content="free again")["id"]

    def test_another_host_is_warned_of(self, command: Command) -> None:
        process = command("--host", "0.0.0.0", "--port", "0")
        found = printed(process, "AGENTKIT_LOCAL_KEY")
        assert found["AZURE_OPENAI_ENDPOINT"].startswith("http://127.0.0.1:")
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
        (line,) = err.splitlines()
        assert line.startswith("WARNING agentkit.local: the service listens on 0.0.0.0, where other machines may reach it")
        assert line.endswith("unencrypted")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--model", "none"], "model: got 'none', expected 'offline', 'scripted:FILE' or the URL"),
            (["--model", "scripted:no-such-file.json"], "no-such-file.json"),
            (["--model", "offline", "--model-key-env", "KEY"], "only a chat endpoint takes a key"),
            (["--model", "http://127.0.0.1:1/v1", "--model-key-env", "UNSET"], "environment variable UNSET is not set"),
            (["--host", "192.0.2.1"], "give an address of this machine"),
            (["--host", ""], "host: it is empty"),
            (["--port-file", "no/such/folder/port"], "port_file: 'no/such/folder/port' cannot be written"),
            (["--data", "/dev/null"], "is not a folder"),
        ],
    )
    def test_a_start_that_fails_is_one_line(self, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
        with keeping_signals():
            assert serving.main(arguments) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        assert err.startswith("agentkit serve: ")
        assert words in err


class keeping_signals:
    """Puts the handlers of signals back that the command has set."""

    def __enter__(self) -> None:
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


class TestOptions:
    @pytest.fixture
    def settings(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
        """What the command would start the service with."""
        for name in [name for name in os.environ if name.startswith("AGENTKIT_")]:
            monkeypatch.delenv(name)
        given: list[dict[str, Any]] = []

        def service(**settings: Any) -> Any:
            given.append(settings)
            raise OSError("not started")

        monkeypatch.setattr(serving, "LocalService", service)

        def run(*arguments: str, **environment: str) -> dict[str, Any]:
            with pytest.MonkeyPatch.context() as patch, keeping_signals():
                for name, value in environment.items():
                    patch.setenv(name, value)
                assert serving.main(arguments) == 1
            return given[-1]

        return run

    def test_the_service_decides_on_what_is_not_given(self, settings: Callable[..., dict[str, Any]]) -> None:
        assert settings() == {}

    @pytest.mark.parametrize(
        ("flag", "text", "parameter", "value"),
        [
            ("--host", "0.0.0.0", "host", "0.0.0.0"),
            ("--port", "8123", "port", 8123),
            ("--port-file", "f", "port_file", Path("f")),
            ("--data", "folder", "path", Path("folder")),
            ("--key", "k", "key", "k"),
            ("--model", "scripted:f", "model", "scripted:f"),
            ("--model-name", "llama3.2", "model_name", "llama3.2"),
            ("--model-key-env", "KEY", "model_key_env", "KEY"),
            ("--code-interpreter", "on", "code_interpreter", True),
            ("--code-interpreter", "OFF", "code_interpreter", False),
            ("--log-level", "debug", "log_level", "debug"),
        ],
    )
    def test_each_may_be_a_flag_or_a_variable(
        self, settings: Callable[..., dict[str, Any]], flag: str, text: str, parameter: str, value: Any
    ) -> None:
        assert settings(flag, text) == {parameter: value}
        assert settings(**{variable_of(flag): f" {text} "}) == {parameter: value}

    @pytest.mark.parametrize(
        ("text", "value"), [("1", True), ("true", True), ("ON", True), ("yes", True), ("0", False), ("off", False)]
    )
    def test_a_flag_without_a_value_is_yes_or_no_in_the_environment(
        self, settings: Callable[..., dict[str, Any]], text: str, value: bool
    ) -> None:
        assert settings(AGENTKIT_TLS=text) == {"tls": value}
        assert settings("--no-tls", AGENTKIT_TLS=text) == {"tls": False}

    def test_a_flag_wins_over_its_variable(self, settings: Callable[..., dict[str, Any]]) -> None:
        assert settings("--port", "1", AGENTKIT_PORT="2", AGENTKIT_KEY="") == {"port": 1}

    def test_the_key_may_be_that_of_the_clients(self, settings: Callable[..., dict[str, Any]]) -> None:
        assert settings(AGENTKIT_LOCAL_KEY="theirs") == {"key": "theirs"}
        assert settings(AGENTKIT_LOCAL_KEY="theirs", AGENTKIT_KEY="ours") == {"key": "ours"}
        assert settings("--key", "given", AGENTKIT_LOCAL_KEY="theirs", AGENTKIT_KEY="ours") == {"key": "given"}

    @pytest.mark.parametrize(
        ("flag", "text", "words"),
        [
            ("--port", "many", "'many' is no port"),
            ("--port", "65536", "'65536' is no port"),
            ("--port", "-1", "is no port"),
            ("--code-interpreter", "maybe", "'maybe' is none of on, off"),
            ("--log-level", "loud", "'loud' is none of debug, info, warning, error, critical"),
        ],
    )
    def test_a_wrong_value_is_refused_by_the_name_of_its_place(
        self, settings: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str], flag: str, text: str, words: str
    ) -> None:
        for arguments, environment, place in (
            ([f"{flag}={text}"], {}, f"argument {flag}: "),
            ([], {variable_of(flag): text}, f"environment variable {variable_of(flag)}: "),
        ):
            with pytest.raises(SystemExit, match="2"):
                settings(*arguments, **environment)
            err = capsys.readouterr().err
            assert place in err
            assert words in err

    def test_the_help_has_every_flag_with_its_variable(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit, match="0"):
            cli.main(["serve", "--help"])
        text = " ".join(capsys.readouterr().out.split())
        for flag in FLAGS:
            assert f"{flag} " in text or f"{flag}," in text
            assert f"[{variable_of(flag)}]" in text


def variable_of(flag: str) -> str:
    return "AGENTKIT_" + flag.removeprefix("--").replace("-", "_").upper()


class TestCli:
    def test_it_starts_without_the_service(self) -> None:
        program = (
            "import sys\n"
            "from agentkit.cli import main\n"
            "try:\n"
            "    main(['--help'])\n"
            "finally:\n"
            "    names = ('agentkit.local', 'pydantic', 'httpx', 'starlette', 'azure', 'logging')\n"
            "    print([name for name in names if name in sys.modules])\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
        assert "serve " in done.stdout
        assert done.stdout.splitlines()[-1] == "[]"

    @pytest.mark.parametrize("arguments", [["--nothing"], ["srve"]])
    def test_what_it_does_not_know_is_refused(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit, match="2"):
            cli.main(arguments)
        assert "usage: agentkit" in capsys.readouterr().err

    def test_it_tells_its_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit, match="0"):
            cli.main(["--version"])
        assert re.fullmatch(r"agentkit \d+\.\d+\.\d+\n", capsys.readouterr().out)
