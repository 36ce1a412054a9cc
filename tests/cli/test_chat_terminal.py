"""``agentkit chat`` as a conversation at a terminal: prompts, keys, colours, and how it ends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentkit import AIProjectClient
from agentkit.local import LocalService, ModelRequest
from cli.command import Terminal, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals of this kind")

CTRL_C, CTRL_D = "\x03", "\x04"
Talk = Callable[..., Terminal]


class Slow:
    """A model that answers a question that begins with "wait" only when it is let go."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def __call__(self, request: ModelRequest) -> str:
        if request.last_user_text.startswith("wait"):
            self.asked.set()
            self.go_on.wait(60)
        return f"You said: {request.last_user_text}"


@pytest.fixture
def slow() -> Iterator[Slow]:
    """The model, which is let go in the end."""
    model = Slow()
    yield model
    model.go_on.set()


@pytest.fixture
def slow_service(slow: Slow) -> Iterator[LocalService]:
    """A service with that model."""
    with LocalService(model=slow) as running:
        yield running
        slow.go_on.set()


def test_a_conversation_goes_on_until_the_end_of_the_input(offline: LocalService, folder: Path) -> None:
    (folder / "sales.csv").write_text("region,profit\nNorth,3\nSouth,5\nNorth,4\n", encoding="utf-8")
    with Terminal("chat", folder=folder, variables=environment(offline)) as terminal:
        terminal.until("> ")
        terminal.type("Hello\n")
        assert "offline model: fixed rules" in terminal.until("> ")
        terminal.type("/help\n")
        assert "/file PATH" in terminal.until("> ")
        terminal.type("/file missing.csv\n")
        assert "found no file at 'missing.csv'" in terminal.until("> ")
        terminal.type("/file sales.csv\n")
        assert "sales.csv goes with the next message, for code interpreter" in terminal.until("> ")
        terminal.type("What is the total profit in the North region?\n")
        assert "Sum: 7" in terminal.until("> ")
        terminal.type(CTRL_D)
        status, left = terminal.end()
        assert status == 0
        assert "[to go on: agentkit chat --thread thread_" in left
        assert offline.key not in left
    with AIProjectClient(offline.url, offline.key) as client:
        assert [agent.name for agent in client.agents.list_agents().data] == []
        assert len(client.agents.list_messages(client.agents.list_threads().data[0].id).data) == 4


def test_ctrl_c_cancels_the_run_and_the_conversation_goes_on(slow: Slow, slow_service: LocalService, folder: Path) -> None:
    with Terminal("chat", folder=folder, variables=environment(slow_service)) as terminal:
        terminal.until("> ")
        terminal.type("wait for me\n")
        assert slow.asked.wait(60)
        terminal.type(CTRL_C)
        terminal.until("cancelled; Ctrl-C again ends")
        slow.go_on.set()
        terminal.until("> ")
        terminal.type("hello\n")
        terminal.until("You said: hello")
        terminal.until("> ")
        terminal.type("/exit\n")
        assert terminal.end()[0] == 0
    with AIProjectClient(slow_service.url, slow_service.key) as client:
        runs = client.agents.list_runs(client.agents.list_threads().data[0].id, order="asc").data
        assert [run.status for run in runs] == ["cancelled", "completed"]


def test_ctrl_c_twice_ends(slow: Slow, slow_service: LocalService, folder: Path) -> None:
    with Terminal("chat", folder=folder, variables=environment(slow_service)) as terminal:
        terminal.until("> ")
        terminal.type("wait for me\n")
        assert slow.asked.wait(60)
        terminal.type(CTRL_C)
        terminal.until("cancelled; Ctrl-C again ends")
        slow.go_on.set()
        terminal.until("> ")
        status, left = terminal.end(CTRL_C)
        assert status == 0
        assert "[to go on: agentkit chat --thread thread_" in left


def test_one_ctrl_c_at_the_prompt_ends_nothing(offline: LocalService, folder: Path) -> None:
    with Terminal("chat", folder=folder, variables=environment(offline)) as terminal:
        terminal.until("> ")
        for _ in range(2):
            terminal.press(CTRL_C, "Ctrl-C again ends")
            terminal.until("> ")
            terminal.type("/help\n")  # whoever types has changed their mind
            terminal.until("/file PATH")
            terminal.until("> ")
        terminal.type(CTRL_D)
        assert terminal.end()[0] == 0


def test_ctrl_c_breaks_one_answer_off(slow: Slow, slow_service: LocalService, folder: Path) -> None:
    with Terminal("chat", "wait", folder=folder, variables=environment(slow_service)) as terminal:
        assert slow.asked.wait(60)
        terminal.type(CTRL_C)
        assert terminal.end()[0] == 130
        slow.go_on.set()
    with AIProjectClient(slow_service.url, slow_service.key) as client:
        (run,) = client.agents.list_runs(client.agents.list_threads().data[0].id).data
        assert run.status in ("cancelling", "cancelled")
        assert client.agents.list_agents().data == []


def test_ctrl_c_breaks_one_answer_off_without_a_stream_too(slow: Slow, slow_service: LocalService, folder: Path) -> None:
    with Terminal("chat", "wait", "--no-stream", folder=folder, variables=environment(slow_service)) as terminal:
        assert slow.asked.wait(60)
        terminal.type(CTRL_C)
        assert terminal.end()[0] == 130
        slow.go_on.set()
    with AIProjectClient(slow_service.url, slow_service.key) as client:
        (run,) = client.agents.list_runs(client.agents.list_threads().data[0].id).data
        assert run.status in ("cancelling", "cancelled")


@pytest.mark.parametrize(
    ("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)]
)
def test_colours_are_for_terminals_that_want_them(
    offline: LocalService, folder: Path, variables: dict[str, str], coloured: bool
) -> None:
    with Terminal("chat", "Hello", folder=folder, variables={**environment(offline), **variables}) as terminal:
        status, screen = terminal.end()
    assert status == 0
    assert ("\x1b[2m[to go on" in screen) is coloured
    assert coloured or "\x1b" not in screen
