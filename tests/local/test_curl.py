"""The commands that people know, by the real curl, with the variables that the service prints."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from service_wire import Wire

COMMANDS = Path(__file__).with_name("curl_commands.sh")
FILE, FILE_ID, IMAGE_ID = r"c:\\path_to_file\\file.csv", "assistant-1234", "assistant-abc123"
THREAD_ID, AGENT_ID, RUN_ID = "thread_abc123", "asst_abc123", "run_abc123"
CHART = "Draw a bar chart of A: 1, B: 2, C: 3"
PATIENCE = 30.0

pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("sh")), reason="not run: there is no curl, or no shell, on this machine"
)

Serve = Callable[..., Wire]


class Shell:
    """Runs commands of the file in a folder, with the variables of a service."""

    def __init__(self, wire: Wire, folder: Path) -> None:
        self._folder = folder
        own = {"PATH": os.environ["PATH"], "HOME": str(folder)}  # a home without settings for curl
        self._variables = {**own, **wire.service.variables}

    def run(self, name: str, **existing: str) -> Any:
        """What a command prints, which is JSON or nothing.

        :param name: The line above it.
        :param existing: What to put in place of what it names: the value for each constant above.
        """
        command = re.split(rf"^# {name}\n", COMMANDS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1].split("\n\n")[0]
        for constant, value in existing.items():
            assert globals()[constant] in command
            command = command.replace(globals()[constant], value)
        return self.typed(command)

    def typed(self, command: str) -> Any:
        """What a command prints that is typed in by hand."""
        done = subprocess.run(
            ["sh", "-c", command], cwd=self._folder, env=self._variables, capture_output=True, timeout=PATIENCE, check=True
        )
        return json.loads(done.stdout) if done.stdout else None

    def ended(self, run: Any) -> Any:
        """The run once it is over."""
        deadline = time.monotonic() + PATIENCE
        while run["status"] in ("queued", "in_progress"):
            assert time.monotonic() < deadline, run
            run = self.run("look at the run", THREAD_ID=run["thread_id"], RUN_ID=run["id"])
        return run


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_the_commands_do_what_they_are_there_for(serve: Serve, tmp_path: Path, tls: bool) -> None:
    shell = Shell(serve(model=None, tls=tls), tmp_path)
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n")
    file = shell.run("upload a file", FILE="numbers.csv")
    assert (file["object"], file["filename"], file["purpose"], file["bytes"]) == ("file", "numbers.csv", "assistants", 8)
    agent = shell.run("create an agent", FILE_ID=file["id"])
    assert (agent["object"], agent["tools"], agent["tool_resources"]) == ("assistant", [{"type": "code_interpreter"}], {})
    assert shell.run("create an agent with tool resources", FILE_ID=file["id"])["object"] == "assistant"
    thread = shell.run("create a thread")
    assert thread["object"] == "thread"
    message = shell.run("add a question", THREAD_ID=thread["id"])
    assert "`3x + 11 = 14`" in message["content"][0]["text"]["value"]
    run = shell.run("run the thread", THREAD_ID=thread["id"], AGENT_ID=agent["id"])
    assert (run["object"], run["assistant_id"]) == ("thread.run", agent["id"])
    assert shell.ended(run)["status"] == "completed"
    answer = shell.run("read the answer", THREAD_ID=thread["id"])["data"][0]
    assert "x = 1" in answer["content"][0]["text"]["value"]


def test_an_image_of_an_answer_is_downloaded(serve: Serve, tmp_path: Path) -> None:
    wire = serve(model=None)
    shell = Shell(wire, tmp_path)
    thread = wire.thread(CHART)
    wire.finished(thread, wire.agent(tools=[{"type": "code_interpreter"}]))
    answer = shell.run("read the answer", THREAD_ID=thread["id"])["data"][0]
    image = next(block["image_file"]["file_id"] for block in answer["content"] if block["type"] == "image_file")
    shell.run("download an image", IMAGE_ID=image)
    assert (tmp_path / "image.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "command",
    [
        'curl $AZURE_AI_AGENTS_ENDPOINT/threads -H "api-key: $AZURE_AI_AGENTS_TOKEN" -d \'{"metadata": {"k": "v"}}\'',
        'curl -X POST $AZURE_OPENAI_ENDPOINT/openai/threads -H "api-key: $AZURE_OPENAI_API_KEY"',
        'curl $AZURE_OPENAI_ENDPOINT/v1/threads -H "Authorization: Bearer $AZURE_OPENAI_API_KEY" -d \'{"no_such": 1}\'',
    ],
    ids=["json that is called a form", "no body at all", "a field that is not known"],
)
def test_what_other_services_let_pass_is_let_pass(shared: Wire, tmp_path: Path, command: str) -> None:
    assert Shell(shared, tmp_path).typed(command)["object"] == "thread"


def test_a_form_without_a_content_type_is_read(shared: Wire, tmp_path: Path) -> None:
    form = '--line\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
    form += '--line\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--line--\r\n'
    (tmp_path / "form").write_bytes(form.encode())
    file = Shell(shared, tmp_path).typed(
        "curl $AZURE_AI_AGENTS_ENDPOINT/files -H \"api-key: $AZURE_AI_AGENTS_TOKEN\" -H 'Content-Type:' --data-binary @form"
    )
    assert (file["filename"], file["bytes"], file["purpose"]) == ("a.txt", 5, "assistants")
