"""Reads the streams of the published client, sync and async by the same calls: its handlers, its events, what is held of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from clients import Api
from installed import models as m

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
ASKED = [*CALLS, "thread.run.requires_action", "done"]
RESUMED = ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"]

_CLASSES: Mapping[str, type] = {
    "thread.run.step.delta": m.RunStepDeltaChunk,
    "thread.run.step.": m.RunStep,
    "thread.run.": m.ThreadRun,
    "thread.message.delta": m.MessageDeltaChunk,
    "thread.message.": m.ThreadMessage,
    "": str,
}
"""What the data of an event is, by the beginning of its name; the first that fits counts."""

Functions = Mapping[str, Callable[..., str]]


@asynccontextmanager
async def reading(stream: Any) -> AsyncIterator[Any]:
    """The handler of a stream, within its context."""
    if hasattr(stream, "__aenter__"):
        async with stream as handler:
            yield handler
    else:
        with stream as handler:
            yield handler


async def each(handler: Any) -> AsyncIterator[Any]:
    """What a handler, or an iterator of bytes, gives for each event."""
    if hasattr(handler, "__aiter__"):
        async for event in handler:
            yield event
    else:
        for event in handler:
            yield event


async def collected(stream: Any) -> list[tuple[Any, ...]]:
    """All events of a stream: their names, their data, and what the handler's callbacks returned."""
    async with reading(stream) as handler:
        return [event async for event in each(handler)]


def names(events: Sequence[tuple[Any, ...]]) -> list[str]:
    """The names of events in order, those that follow one of the same name left out."""
    return [name for name, _ in groupby(str(event[0]) for event in events)]


def data(events: Sequence[tuple[Any, ...]], name: str) -> list[Any]:
    """What the events of a name carry."""
    return [event[1] for event in events if event[0] == name]


def last(events: Sequence[tuple[Any, ...]], name: str) -> Any:
    return data(events, name)[-1]


def said(events: Sequence[tuple[Any, ...]]) -> str:
    """The text that the pieces of messages come to."""
    return "".join(delta.text for delta in data(events, "thread.message.delta"))


def pieces_of_calls(events: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The pieces in which the calls of steps came."""
    return [piece for delta in data(events, "thread.run.step.delta") for piece in delta.delta.step_details.tool_calls]


def expect_classes(events: Sequence[tuple[Any, ...]]) -> None:
    """Hold the data of each event against its name.

    :raises AssertionError: It is of another class.
    """
    for name, value, *_ in events:
        expected = next(kind for beginning, kind in _CLASSES.items() if name.startswith(beginning))
        assert type(value) is expected, f"{name}: {type(value).__name__}"


def outputs_of(run: Any, functions: Functions) -> list[Any]:
    """The outputs of the calls that a run waits for, made by the functions of these names."""
    return [
        m.ToolOutput(tool_call_id=call.id, output=functions[call.function.name](**json.loads(call.function.arguments)))
        for call in run.required_action.submit_tool_outputs.tool_calls
    ]


def waits(event: Sequence[Any]) -> bool:
    """Whether a run asks for outputs with this event."""
    return isinstance(event[1], m.ThreadRun) and isinstance(event[1].required_action, m.SubmitToolOutputsAction)


class _Notes:
    """Keeps which callbacks were called, and with what."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, Any]] = []

    def note(self, callback: str, value: Any) -> str:
        """Keep a call; returns what the callback returns."""
        self.heard.append((callback, value))
        return f"returned by {callback}"


class Heard(_Notes, m.AgentEventHandler):  # type: ignore[misc]
    """Notes every callback of the sync client."""

    def on_message_delta(self, delta: Any) -> str:
        return self.note("on_message_delta", delta)

    def on_thread_message(self, message: Any) -> str:
        return self.note("on_thread_message", message)

    def on_thread_run(self, run: Any) -> str:
        return self.note("on_thread_run", run)

    def on_run_step(self, step: Any) -> str:
        return self.note("on_run_step", step)

    def on_run_step_delta(self, delta: Any) -> str:
        return self.note("on_run_step_delta", delta)

    def on_error(self, data: str) -> str:
        return self.note("on_error", data)

    def on_done(self) -> str:
        return self.note("on_done", None)

    def on_unhandled_event(self, event_type: str, event_data: str) -> str:
        return self.note("on_unhandled_event", (event_type, event_data))


class AsyncHeard(_Notes, m.AsyncAgentEventHandler):  # type: ignore[misc]
    """Notes every callback of the async client."""

    async def on_message_delta(self, delta: Any) -> str:
        return self.note("on_message_delta", delta)

    async def on_thread_message(self, message: Any) -> str:
        return self.note("on_thread_message", message)

    async def on_thread_run(self, run: Any) -> str:
        return self.note("on_thread_run", run)

    async def on_run_step(self, step: Any) -> str:
        return self.note("on_run_step", step)

    async def on_run_step_delta(self, delta: Any) -> str:
        return self.note("on_run_step_delta", delta)

    async def on_error(self, data: str) -> str:
        return self.note("on_error", data)

    async def on_done(self) -> str:
        return self.note("on_done", None)

    async def on_unhandled_event(self, event_type: str, event_data: str) -> str:
        return self.note("on_unhandled_event", (event_type, event_data))


class Answering(Heard):
    """Answers the calls of a run from within its callback."""

    def __init__(self, submit: Callable[..., Any], functions: Functions) -> None:
        super().__init__()
        self._submit = submit
        self._functions = functions

    def on_thread_run(self, run: Any) -> str:
        if run.status == "requires_action":
            outputs = outputs_of(run, self._functions)
            self._submit(run.thread_id, run.id, tool_outputs=outputs, event_handler=self)
        return super().on_thread_run(run)


class AsyncAnswering(AsyncHeard):
    """Answers the calls of a run from within its callback."""

    def __init__(self, submit: Callable[..., Any], functions: Functions) -> None:
        super().__init__()
        self._submit = submit
        self._functions = functions

    async def on_thread_run(self, run: Any) -> str:
        if run.status == "requires_action":
            outputs = outputs_of(run, self._functions)
            await self._submit(run.thread_id, run.id, tool_outputs=outputs, event_handler=self)
        return await super().on_thread_run(run)


def read_block(block: str) -> tuple[str, Any]:
    """The name and the data of an event, from its text."""
    name, _, text = block.partition("\n")
    value = text.removeprefix("data: ")
    return name.removeprefix("event: "), value if value == "[DONE]" else json.loads(value)


class Raw(m.BaseAgentEventHandler):  # type: ignore[misc]
    """Reads the text of events by itself, for the sync client."""

    def _process_event(self, event_data_str: str) -> tuple[str, Any]:
        return read_block(event_data_str)


class AsyncRaw(m.BaseAsyncAgentEventHandler):  # type: ignore[misc]
    """Reads the text of events by itself, for the async client."""

    async def _process_event(self, event_data_str: str) -> tuple[str, Any]:
        return read_block(event_data_str)


@dataclass(frozen=True)
class Face:
    """The classes of one of the two clients."""

    heard: type[Any]
    answering: type[Any]
    raw: type[Any]
    function_tool: type[Any]
    tool_set: type[Any]


FACES = {
    "sync": Face(Heard, Answering, Raw, m.FunctionTool, m.ToolSet),
    "async": Face(AsyncHeard, AsyncAnswering, AsyncRaw, m.AsyncFunctionTool, m.AsyncToolSet),
}


class ListeningApi(Api):
    """The operations of a client, and the classes that its streams are read with; the parameters are those of :class:`Api`."""

    def __init__(self, target: Any, flavour: str, names: Mapping[str, str] | None = None, apart: Sequence[str] = ()) -> None:
        super().__init__(target, flavour, names, apart)
        self.face = FACES[flavour]
