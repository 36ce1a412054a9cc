"""The settings of the service that the command has too: the variables that it prints, its model, whether code is run."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from service_script import PYTHON, codes
from service_wire import Wire, answer

from agentkit.local import LocalService, ModelTurn, ScriptedModel
from agentkit.local.models import model_from_text, runs_code
from agentkit.local.models.chat import ChatEndpoint
from agentkit.local.models.offline import OfflineModel
from agentkit.local.service import LOG_LEVELS
from agentkit.local.variables import export_line, variables_for

Serve = Callable[..., Wire]


class TestVariables:
    @pytest.mark.parametrize("value", ["plain", "a b", "$HOME", "`id`", 'a"b', "a\\b", "it's", "a!b", "!", "\\$"])
    def test_a_line_survives_the_shell(self, value: str) -> None:
        line = export_line("NAME", value)
        done = subprocess.run(
            ["sh", "-c", f'{line}\nprintf %s "$NAME"'], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout == value

    def test_each_kind_of_client_has_its_form(self) -> None:
        found = variables_for("https://h:1", "h:1;s;g;p", "k", "m", Path("/ca.pem"))
        assert found["PROJECT_ENDPOINT"] == found["AZURE_AI_PROJECT_ENDPOINT"] == "https://h:1/api/projects/local"
        assert found["AZURE_OPENAI_ENDPOINT"] == "https://h:1"
        assert found["REQUESTS_CA_BUNDLE"] == found["SSL_CERT_FILE"] == "/ca.pem"

    def test_they_need_a_service_that_runs(self) -> None:
        with pytest.raises(RuntimeError, match="not running"):
            _ = LocalService(model=answer).variables

    def test_the_model_has_the_name_that_it_was_given(self, serve: Serve) -> None:
        assert serve(model_name="mine").service.variables["MODEL_DEPLOYMENT_NAME"] == "mine"
        assert serve().service.variables["MODEL_DEPLOYMENT_NAME"] == "gpt-4o-mini"


class TestModels:
    def test_the_offline_model(self) -> None:
        assert isinstance(model_from_text("offline"), OfflineModel)

    def test_a_script(self, tmp_path: Path, serve: Serve) -> None:
        (tmp_path / "turns.json").write_text('[{"text": "as told"}]')
        wire = serve(model=f"scripted:{tmp_path / 'turns.json'}")
        thread = wire.thread("hi")
        wire.finished(thread, wire.agent())
        assert wire.messages(thread)[1]["content"][0]["text"]["value"] == "as told"

    def test_a_chat_endpoint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("openai", reason="chat endpoints need the extra openai")
        monkeypatch.setenv("MY_KEY", " secret ")
        model = model_from_text("http://127.0.0.1:9/v1", "llama", "MY_KEY")
        assert isinstance(model, ChatEndpoint)
        assert "llama" in model.name
        assert "secret" not in repr(model)

    @pytest.mark.parametrize("text", ["", "Offline", "scripted", "scripted:", "ftp://x", "gpt-4o"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="expected 'offline', 'scripted:FILE' or the URL"):
            model_from_text(text)

    def test_a_key_that_is_not_set_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MY_KEY", raising=False)
        with pytest.raises(ValueError, match="environment variable MY_KEY is not set"):
            model_from_text("http://127.0.0.1:9/v1", None, "MY_KEY")


class TestCodeInterpreter:
    def test_code_is_run_where_the_service_or_the_user_wrote_it(self) -> None:
        assert runs_code(OfflineModel())
        assert runs_code(ScriptedModel(["x"]))

    def test_the_code_of_any_other_model_is_not_run_and_the_step_says_how_to_change_that(self, serve: Serve) -> None:
        wire = serve(model=coding)
        run = wire.finished(wire.thread("go"), wire.agent(tools=[PYTHON]))
        (call,) = wire.steps(run)[0]["step_details"]["tool_calls"]
        (log,) = call["code_interpreter"]["outputs"]
        assert run["status"] == "completed"
        assert "so the code was not run" in log["logs"]
        assert "--code-interpreter on" in log["logs"]

    def test_it_is_run_when_the_service_is_told_to(self, serve: Serve) -> None:
        wire = serve(model=coding, code_interpreter=True)
        run = wire.finished(wire.thread("go"), wire.agent(tools=[PYTHON]))
        (call,) = wire.steps(run)[0]["step_details"]["tool_calls"]
        (log,) = call["code_interpreter"]["outputs"]
        rung = wire.service.about()["code_interpreter"]
        assert log["logs"] == "42" if rung != "subprocess" else "only contained" in log["logs"]


def coding(request: Any) -> ModelTurn:
    """A model that runs a program and then ends."""
    return codes("print(6 * 7)") if not request.results else ModelTurn("done")


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"key": ""}, "key: it is empty"),
            ({"key": "  "}, "key: it is empty"),
            ({"key": "a\nb"}, "control character"),
            ({"key": " a"}, "blank"),
            ({"host": ""}, "host: it is empty"),
            ({"host": " "}, "host: it is empty"),
            ({"port": -1}, "port: got -1"),
            ({"port": 65536}, "port: got 65536"),
            ({"log_level": "loud"}, "log_level: got 'loud', expected one of debug, info"),
        ],
    )
    def test_a_wrong_value_is_named(self, settings: dict[str, Any], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            LocalService(**settings)

    def test_the_port_is_written_once_it_is_open(self, serve: Serve, tmp_path: Path) -> None:
        wire = serve(port_file=tmp_path / "port")
        assert (tmp_path / "port").read_text() == wire.service.url.rpartition(":")[2]
        assert [path.name for path in tmp_path.iterdir()] == ["port"]

    def test_a_port_file_that_cannot_be_written_ends_the_start(self, tmp_path: Path) -> None:
        before = set(threading.enumerate())
        service = LocalService(model=answer, port_file=tmp_path / "none" / "port")
        with pytest.raises(FileNotFoundError):
            service.start()
        assert set(threading.enumerate()) <= before
        with pytest.raises(RuntimeError, match="not running"):
            _ = service.url

    @pytest.mark.parametrize("level", LOG_LEVELS)
    def test_the_level_of_the_log_is_set(self, serve: Serve, level: str) -> None:
        loggers = [logging.getLogger(name) for name in ("agentkit.local", "uvicorn.error")]
        before = [logger.level for logger in loggers]
        try:
            serve(log_level=level)
            assert [logger.level for logger in loggers] == [getattr(logging, level.upper())] * 2
        finally:
            for logger, kept in zip(loggers, before, strict=True):
                logger.setLevel(kept)

    def test_requests_are_logged_without_what_is_secret(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        wire = serve()
        with caplog.at_level(logging.INFO, "agentkit.local"):
            wire.http.get("/threads", params={"api-key": wire.service.key})
        assert "GET /api/projects/local/threads: 200" in caplog.text
        assert wire.service.key not in caplog.text

    def test_no_path_can_write_a_line_of_the_log(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        wire = serve()
        with caplog.at_level(logging.INFO, "agentkit.local"):
            wire.http.get("/threads/%0AERROR%20forged%1B[31m")
        assert "GET /api/projects/local/threads/%0AERROR%20forged%1B%5B31m: 404" in caplog.messages
