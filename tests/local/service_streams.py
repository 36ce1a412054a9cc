"""Reads event streams of a local service off the wire, and models that write a text piece by piece."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import httpx
from service_wire import Wire, conforms

from agentkit._core.accumulate import Accumulator
from agentkit._core.events import parse_event
from agentkit.local.models.base import ModelRequest, ModelTurn

_EVENT = re.compile(r"event: ([a-z._]+)\ndata: ([^\n\r]*)\Z")
_SCHEMAS = {
    "thread": "AgentThread",
    "thread.message": "ThreadMessage",
    "thread.message.delta": "MessageDeltaChunk",
    "thread.run": "ThreadRun",
    "thread.run.step": "RunStep",
    "thread.run.step.delta": "RunStepDeltaChunk",
}

BEGINNING = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
ANSWER_BEGINS = [
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
]
ANSWER = [*ANSWER_BEGINS, "thread.message.completed", "thread.run.step.completed", "thread.run.completed", "done"]
CALLS = ["thread.run.step.created", "thread.run.step.in_progress", "thread.run.step.delta"]


@dataclass(frozen=True)
class Event:
    """An event as it came: its name, its data as text, and what that holds."""

    name: str
    text: str
    data: Any


class Events(Iterator[Event]):
    """The events of a response, each as soon as its bytes are there, checked for their framing and shape."""

    def __init__(self, response: httpx.Response) -> None:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"] == "text/event-stream"
        self._bytes = response.iter_bytes()
        self._unread = b""

    def __next__(self) -> Event:
        while b"\n\n" not in self._unread:
            chunk = next(self._bytes, None)
            if chunk is None:
                assert not self._unread
                raise StopIteration
            self._unread += chunk
        block, _, self._unread = self._unread.partition(b"\n\n")
        return _read(block.decode())

    def until(self, name: str) -> list[Event]:
        """The events up to the next one of this name."""
        seen = []
        for event in self:
            seen.append(event)
            if event.name == name:
                return seen
        raise AssertionError(f"no {name} among {names(seen)}")


@contextmanager
def opened(wire: Wire, path: str, **body: Any) -> Iterator[Events]:
    """The stream of a request."""
    with wire.http.stream("POST", path, json={**body, "stream": True}) as response:
        yield Events(response)


@contextmanager
def started(wire: Wire, text: str = "hi", *, tools: Sequence[Any] = (), **settings: Any) -> Iterator[Events]:
    """The stream of a run on a new thread with one message, by a new agent."""
    thread, agent = wire.thread(text), wire.agent(tools=list(tools))
    with opened(wire, f"/threads/{thread['id']}/runs", assistant_id=agent["id"], **settings) as events:
        yield events


def streamed(wire: Wire, text: str = "hi", **settings: Any) -> list[Event]:
    """All events of such a run."""
    with started(wire, text, **settings) as events:
        return list(events)


def submitted(wire: Wire, run: Any, *outputs: str) -> list[Event]:
    """All events of the stream in which a run goes on with these outputs."""
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    entries = [{"tool_call_id": call["id"], "output": text} for call, text in zip(calls, outputs, strict=True)]
    path = f"/threads/{run['thread_id']}/runs/{run['id']}/submit_tool_outputs"
    with opened(wire, path, tool_outputs=entries) as events:
        return list(events)


def names(events: Sequence[Event]) -> list[str]:
    """The names of the events in order, those that follow one of the same name left out."""
    return [name for name, _ in groupby(event.name for event in events)]


def data(events: Sequence[Event], name: str) -> list[Any]:
    """What the events of this name carry."""
    return [event.data for event in events if event.name == name]


def last(events: Sequence[Event], name: str) -> Any:
    return data(events, name)[-1]


def texts(events: Sequence[Event]) -> list[str]:
    """The pieces of text of the answer."""
    blocks = [block for delta in data(events, "thread.message.delta") for block in delta["delta"]["content"]]
    return [block["text"]["value"] for block in blocks if block["type"] == "text"]


def grown_content(events: Sequence[Event]) -> Any:
    """What the pieces of the last message come to, without how it ended."""
    message = _grown(events).message(last(events, "thread.message.created")["id"])
    assert message is not None
    return message["content"]


def grown_details(events: Sequence[Event], step: Any) -> Any:
    """What the pieces of a step come to, without how it ended."""
    known = _grown(events).step(step["id"])
    assert known is not None
    return known["step_details"]


def _grown(events: Sequence[Event]) -> Accumulator:
    known = Accumulator()
    for event in events:
        if event.name.endswith((".created", ".in_progress", ".delta")):
            known.add(parse_event(event.name, event.text))
    return known


def _read(block: str) -> Event:
    match = _EVENT.match(block)
    assert match, block
    name, text = match[1], match[2]
    if name == "done":
        assert text == "[DONE]"
        return Event(name, text, text)
    value = json.loads(text)
    if name == "error":
        assert set(value["error"]) == {"code", "message", "param", "type"}
    else:
        kind = value["object"]
        assert name.startswith(kind)
        if not kind.endswith(".delta"):
            conforms(value, {"$ref": f"#/components/schemas/{_SCHEMAS[kind]}"}, name)
    return Event(name, text, value)


class Speaking:
    """A model that streams: at ``HOLD`` it waits until it is let go, an exception it raises, anything else it yields."""

    name = "speaking"
    HOLD = object()

    def __init__(self, *parts: Any) -> None:
        self.parts = parts
        self.let_go = threading.Event()
        self.closed = threading.Event()
        self.responded = 0

    def respond(self, _request: ModelRequest) -> ModelTurn:
        self.responded += 1
        return ModelTurn("".join(part for part in self.parts if isinstance(part, str)))

    def stream(self, _request: ModelRequest) -> Iterator[str | ModelTurn]:
        try:
            for part in self.parts:
                if part is self.HOLD:
                    assert self.let_go.wait(30)
                elif isinstance(part, BaseException):
                    raise part
                else:
                    yield part
        finally:
            self.closed.set()
