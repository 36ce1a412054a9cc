"""Streamed runs for tests: at a service whose model says what it is told to, as a canned answer, or as bytes fed by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import agentkit.models
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.models.scripted import ScriptedModel, ScriptTurn, call

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import Answer

__all__ = [
    "ANSWER",
    "ASK",
    "ASKS",
    "BEGINNING",
    "CALLS",
    "GOES_ON",
    "MESSAGE",
    "RUN",
    "Bytes",
    "Scene",
    "SlowModel",
    "asking",
    "begin",
    "canned",
    "each",
    "handler_class",
    "names",
    "outputs_for",
    "until",
    "weather",
    "wire",
]

BEGINNING = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
CALLS = ["thread.run.step.created", "thread.run.step.in_progress", "thread.run.step.delta"]
ASKS = [*CALLS, "thread.run.requires_action", "done"]
GOES_ON = ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"]
ANSWER = [
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.completed",
    "thread.run.step.completed",
    "thread.run.completed",
    "done",
]
"""The names of the events of a run, in order, those that follow one of the same name left out."""

ASK = call("weather", city="Oslo")
"""A turn of a model: it asks for the function ``weather``."""

RUN: dict[str, Any] = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "created_at": 1}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "object": "thread.message",
    "thread_id": "t",
    "run_id": "run_1",
    "role": "assistant",
    "created_at": 1,
    "content": [],
}


def weather(city: str) -> str:
    """How the weather is in a city."""
    return f"sunny in {city}"


def asking(*names: str) -> dict[str, Any]:
    """A run that asks for these functions, as it is on the wire."""
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": '{"city": "Oslo"}'}}
        for n, name in enumerate(names)
    ]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return {**RUN, "status": "requires_action", "required_action": action}


def outputs_for(run: Any, output: str = "sunny") -> list[dict[str, str]]:
    """The same output for each call that a run asks for."""
    return [{"tool_call_id": one.id, "output": output} for one in run.required_action.submit_tool_outputs.tool_calls]


def wire(*events: tuple[str, Any]) -> bytes:
    """Events as a service sends them, and ``done``."""
    framed = [f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data)}\n\n" for name, data in events]
    return "".join([*framed, "event: done\ndata: [DONE]\n\n"]).encode()


def canned(*events: tuple[str, Any]) -> Answer:
    """An answer that is a stream of these events, and ``done``."""
    return Answer(body=wire(*events), headers={"Content-Type": "text/event-stream"})


class Bytes:
    """Bytes for either kind of handler, which remember whether they were closed."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = iter(chunks)
        self.closed = False

    def __next__(self) -> bytes:
        return next(self._chunks)

    async def __anext__(self) -> bytes:
        for chunk in self._chunks:
            return chunk
        raise StopAsyncIteration

    def close(self) -> None:
        self.closed = True


def handler_class(face: Face, *parts: type, base: str = "AgentEventHandler") -> Any:
    """A subclass of a client's handler with the members of these classes."""
    name = base.replace("Base", "BaseAsync") if base.startswith("Base") else f"Async{base}"
    return type("Handler", (*parts, getattr(agentkit.models, name if face.waits else base)), {})


def names(events: Sequence[tuple[str, Any, Any]]) -> list[str]:
    """The names of events, those that follow one of the same name left out."""
    return [name for name, _ in groupby(event[0] for event in events)]


async def each(events: Any) -> AsyncIterator[Any]:
    """The items of either kind of iterator, one by one."""
    if isinstance(events, AsyncIterator):
        async for event in events:
            yield event
    else:
        for event in events:
            yield event


async def until(events: Any, name: str) -> Any:
    """Read as far as the next event of a name, and return its data."""
    while (event := await next_piece(events))[0] != name:
        pass
    return event[1]


class SlowModel:
    """A model that writes a text piece by piece; at ``HOLD`` it waits until it is let go."""

    name = "slow"
    HOLD = ""

    def __init__(self, *parts: str) -> None:
        self.parts = parts
        self.let_go = threading.Event()

    def respond(self, request: ModelRequest) -> ModelTurn:
        return ModelTurn("".join(self.parts))

    def stream(self, request: ModelRequest) -> Iterator[str | ModelTurn]:
        for part in self.parts:
            if part != self.HOLD:
                yield part
            elif not self.let_go.wait(30):
                raise TimeoutError("the test did not let the model go")
        yield self.respond(request)


@dataclass(frozen=True)
class Scene:
    """An agent and a thread with a question to it.

    :ivar model: the model behind the service.
    """

    client: Any
    agent: Any
    thread: Any
    model: Any

    @property
    def agents(self) -> Any:
        return self.client.agents

    def stream(self, **options: Any) -> Any:
        """``create_stream`` on the thread."""
        return self.agents.create_stream(self.thread.id, agent_id=self.agent.id, **options)

    async def events(self, **options: Any) -> list[Any]:
        """Everything that the handler of a new stream gives."""
        async with inside(self.stream(**options)) as events:
            return await pieces(events)

    async def run(self) -> Any:
        """The newest run of the thread, as it is now."""
        return (await done(self.agents.list_runs(self.thread.id, limit=1))).data[0]

    async def steps(self) -> list[Any]:
        """The steps of that run, in their order."""
        run = await self.run()
        return list((await done(self.agents.list_run_steps(self.thread.id, run.id, order="asc"))).data)

    async def outputs(self) -> list[str]:
        """What the functions of that run were answered with, in their order."""
        details = [step.step_details for step in await self.steps()]
        return [one.function.output for of in details if of.type == "tool_calls" for one in of.tool_calls]


async def begin(
    connect: Connect,
    serve: Callable[..., LocalService],
    *turns: ScriptTurn,
    model: Any = None,
    functions: Sequence[Callable[..., Any]] = (),
    tools: Sequence[Callable[..., Any]] = (weather,),
    **options: Any,
) -> Scene:
    """A scene at a new service.

    :param turns: what the model says, turn by turn.
    :param model: the model in place of those.
    :param functions: what the client may call on its own.
    :param tools: the functions that the agent knows of.
    :param options: those of the client.
    """
    model = model or ScriptedModel(turns)
    client = connect(serve(model=model), **options)
    if functions:
        client.agents.enable_auto_function_calls(functions=functions)
    definitions: Sequence[Mapping[str, Any]] = agentkit.models.FunctionTool(tools).definitions if tools else ()
    agent = await done(client.agents.create_agent(model="m", tools=definitions))
    thread = await done(client.agents.create_thread(messages=[{"role": "user", "content": "How is the weather?"}]))
    return Scene(client, agent, thread, model)
