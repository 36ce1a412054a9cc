"""A service that is killed while clients are at work: they recover or say so, and what was acknowledged is there, once."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import agentkit
from agentkit.local import LocalService
from agentkit.models import ThreadMessageOptions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on this system")

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "kill_clients.py"


@pytest.fixture(scope="module")
def kill_clients() -> Iterator[ModuleType]:
    """The program that kills a service under its clients' hands."""
    spec = importlib.util.spec_from_file_location("kill_clients_of_the_tests", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for it
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_nothing_is_lost_doubled_or_hanging() -> None:
    command = [sys.executable, str(BENCHMARK), "--kills", "1", "--longest", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0  lost, doubled, hanging or badly told" in done.stdout


class TestTheProgram:
    """What it finds wrong, if it is."""

    @pytest.fixture
    def found(self, kill_clients: ModuleType, service: LocalService) -> Any:
        """Reads back what a book says of the service of the tests."""

        def read(**kept: Any) -> list[str]:
            book = kill_clients.Book(**kept)
            kill_clients.read_back(service, book)
            wrong: list[str] = book.wrong
            return wrong

        return read

    @pytest.fixture
    def client(self, service: LocalService) -> Iterator[agentkit.AIProjectClient]:
        with agentkit.AIProjectClient(service.url, service.key) as made:
            yield made

    def test_messages(self, client: agentkit.AIProjectClient, found: Any) -> None:
        thread = client.agents.create_thread().id
        for text in ("once", "twice", "twice"):
            client.agents.create_message(thread, role="user", content=text)
        assert found(threads={thread}, messages={"once": thread, "never": None}) == []
        assert found(threads={thread}, messages={"never": thread}) == ["the message never is lost"]
        assert found(threads={thread}, messages={"twice": None}) == ["the message twice is there 2 times"]

    def test_files(self, client: agentkit.AIProjectClient, found: Any) -> None:
        kept = client.agents.upload_file(file=("kill-a.bin", b"a"), purpose="assistants").id
        for _ in range(2):
            client.agents.upload_file(file=("kill-b.bin", b"b"), purpose="assistants")
        assert found(files={"kill-a.bin": (kept, b"a"), "kill-c.bin": None}) == []
        assert found(files={"kill-a.bin": (kept, b"b")}) == ["the file kill-a.bin is not what was uploaded"]
        assert found(files={"kill-b.bin": None}) == ["the file kill-b.bin is there 2 times"]

    def test_runs(self, client: agentkit.AIProjectClient, found: Any) -> None:
        agent = client.agents.create_agent(model="m").id
        thread = client.agents.create_thread(messages=[ThreadMessageOptions(role="user", content="hi")]).id
        assert found(runs={thread: None}) == []
        assert found(runs={thread: "completed"}) == [f"the run on {thread} ended completed, and is []"]
        for _ in range(2):
            client.agents.create_and_process_run(thread, agent_id=agent)
        assert found(runs={thread: None}) == [f"there are 2 runs on {thread}"]

    def test_a_program_that_did_nothing_is_no_success(
        self, kill_clients: ModuleType, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert kill_clients.told(kill_clients.Book()) == 1
        assert kill_clients.told(kill_clients.Book(messages={"a": "t"})) == 0
        assert kill_clients.told(kill_clients.Book(messages={"a": "t"}, wrong=["the message b is lost"])) == 1
        assert "the message b is lost" in capsys.readouterr().out
