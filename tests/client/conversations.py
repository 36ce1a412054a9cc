"""Conversations whose runs ask for functions twice and then answer, and what must have come of one whatever broke meanwhile."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.models.scripted import call

from .faces import Connect, Face, done
from .fixtures import Naps
from .proxies import Proxy
from .rounds import toolset

__all__ = ["ANSWER", "Conversation", "Conversations", "Script", "conversations", "scripted"]

ANSWER = "In Köln sind es 21 °C, in 東京 ist es 14:05 Uhr; die Notiz ist verschickt ✓."
_TURNS = {
    0: [call("get_weather", city="Köln"), call("get_time", city="東京")],
    2: [call("send_note", text="21 °C, 14:05")],
}


class Script:
    """A model that asks for two functions at once, then for a third, then answers; it keeps what it was asked."""

    name = "talking"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, list[int]] = {}

    def respond(self, request: ModelRequest) -> ModelTurn:
        known = len(request.results)
        with self._lock:
            self._asked.setdefault(request.last_user_text, []).append(known)
        return ModelTurn(tool_calls=_TURNS[known]) if known in _TURNS else ModelTurn(ANSWER)

    def asked(self, text: str) -> list[int]:
        """How many outputs the model was shown each time that it was asked about a message, in order."""
        with self._lock:
            return list(self._asked.get(text, ()))


class Conversation:
    """One conversation: an agent, a thread with one message, and functions that count how often they are called.

    :param face: The client that its run is streamed with.
    :param agents: Operations of this client that go to the service directly.
    """

    _numbers = itertools.count(1)

    def __init__(self, face: Face, agents: Any) -> None:
        self.text = f"conversation {next(self._numbers)}"
        self.calls: Counter[str] = Counter()
        self._agents = agents
        self.toolset = toolset(face, self.get_weather, self.get_time, self.send_note)
        self.thread_id = ""

    def get_weather(self, city: str) -> str:
        """The weather of a city."""
        self.calls[f"get_weather {city}"] += 1
        return "21 °C"

    def get_time(self, city: str) -> str:
        """The time in a city."""
        self.calls[f"get_time {city}"] += 1
        return "14:05"

    def send_note(self, text: str) -> bool:
        """Send a note."""
        self.calls[f"send_note {text}"] += 1
        return True

    async def begin(self, agent_id: str = "") -> dict[str, Any]:
        """Make the thread, and an agent where none is given; returns what starts the run."""
        agent_id = agent_id or (await done(self._agents.create_agent(model="m"))).id
        thread = await done(self._agents.create_thread(messages=[{"role": "user", "content": self.text}]))
        self.thread_id = thread.id
        return {"thread_id": thread.id, "agent_id": agent_id, "toolset": self.toolset}

    async def runs(self) -> list[Any]:
        """The runs of the thread, as the service has them."""
        return list((await done(self._agents.list_runs(self.thread_id))).data)

    def outputs(self, run: Any) -> list[dict[str, str]]:
        """The outputs of the calls that a run asks for, made by hand."""
        made = []
        for asked in run.required_action.submit_tool_outputs.tool_calls:
            value = getattr(self, asked.function.name)(**json.loads(asked.function.arguments))
            made.append({"tool_call_id": asked.id, "output": str(value)})
        return made

    async def check_done_once(self, model: Script) -> None:
        """The service has one run, which is completed; each function was called once, each submission taken once."""
        (run,) = await self.runs()
        steps = (await done(self._agents.list_run_steps(self.thread_id, run.id, order="asc"))).data
        messages = (await done(self._agents.list_messages(self.thread_id, run_id=run.id))).data
        assert str(run.status) == "completed"
        assert dict(self.calls) == {"get_weather Köln": 1, "get_time 東京": 1, "send_note 21 °C, 14:05": 1}
        assert model.asked(self.text) == [0, 2, 3]
        made = [
            [asked.function.name for asked in step.step_details.tool_calls]
            for step in steps
            if str(step.type) == "tool_calls" and str(step.status) == "completed"
        ]
        assert made == [["get_weather", "get_time"], ["send_note"]]
        assert [message.text_messages[0].text.value for message in messages] == [ANSWER]

    @staticmethod
    def check_told_whole(names: Iterable[str]) -> None:
        """The events tell each end once, in the order in which things end."""
        assert [name for name in names if name.endswith((".completed", "requires_action", "done"))] == [
            "thread.run.requires_action",
            "done",
            "thread.run.step.completed",
            "thread.run.requires_action",
            "done",
            "thread.run.step.completed",
            "thread.message.completed",
            "thread.run.step.completed",
            "thread.run.completed",
            "done",
        ]


class Conversations:
    """A service, a proxy before it, and a client on either side of that.

    :ivar direct: operations of a client that goes to the service directly.
    :ivar agents: operations of one that goes through the proxy, and takes the service for one that honours no keys.
    :ivar keyed: operations of one that goes through the proxy too, and has its requests repeated under keys.
    """

    def __init__(self, face: Face, service: LocalService, proxy: Proxy, connect: Connect, script: Script) -> None:
        self.face = face
        self.service = service
        self.proxy = proxy
        self.script = script
        self.direct: Any = connect(service).agents
        self.agents: Any = connect(proxy.url, service.key, repeatability=False).agents
        self.keyed: Any = connect(proxy.url, service.key, repeatability=True).agents

    def new(self) -> Conversation:
        """A conversation that has not begun."""
        return Conversation(self.face, self.direct)

    async def check_done_once(self, conversation: Conversation) -> None:
        """See :meth:`Conversation.check_done_once`."""
        await conversation.check_done_once(self.script)


@pytest.fixture(scope="session")
def scripted() -> Iterator[tuple[LocalService, Script]]:
    """One service for all conversations, and the model behind it."""
    script = Script()
    with LocalService(model=script) as service:
        yield service, script


@pytest.fixture
def conversations(face: Face, connect: Connect, naps: Naps, scripted: tuple[LocalService, Script]) -> Iterator[Conversations]:
    """Conversations with a client whose sleeps take no time."""
    service, script = scripted
    with Proxy(service.url) as proxy:
        yield Conversations(face, service, proxy, connect, script)
