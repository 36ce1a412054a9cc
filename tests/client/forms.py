"""The forms in which a call can be written, and the things on the service that calls are about."""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentkit import models
from agentkit.operations import AgentsOperations

from .faces import Face, done, inside, pieces

__all__ = ["USER", "WEATHER", "Case", "Things", "binary", "forms_of", "recorded"]

WEATHER = models.FunctionToolDefinition(
    function=models.FunctionDefinition(name="weather", parameters={"type": "object", "properties": {}})
)
USER = models.ThreadMessageOptions(role=models.MessageRole.USER, content="hi é")


class Things:
    """Things on the service, made when they are first named: each form of a call gets its own, so that none finds them changed."""

    def __init__(self, agents: Any, face: Face) -> None:
        self.agents = agents
        self.ids: dict[str, str] = {}
        self.handler: Any = models.AsyncAgentEventHandler() if face.waits else models.AgentEventHandler()

    async def id(self, name: str) -> str:
        if name not in self.ids:
            self.ids[name] = await getattr(self, f"_{name}")()
        return self.ids[name]

    async def _agent(self) -> str:
        return str((await done(self.agents.create_agent(model="m"))).id)

    async def _thread(self) -> str:
        return str((await done(self.agents.create_thread(messages=[USER]))).id)

    async def _message(self) -> str:
        thread = await self.id("thread")
        return str((await done(self.agents.create_message(thread, role="user", content="hi"))).id)

    async def _run(self) -> str:
        """A run that asks for a function."""
        asker = await done(self.agents.create_agent(model="m", tools=[WEATHER]))
        run = await done(self.agents.create_run(await self.id("thread"), agent_id=asker.id))
        while run.required_action is None:
            assert run.status in ("queued", "in_progress")
            run = await done(self.agents.get_run(run.thread_id, run.id))
        self.ids["call"] = run.required_action.submit_tool_outputs.tool_calls[0].id
        return str(run.id)

    async def _call(self) -> str:
        await self.id("run")
        return self.ids["call"]

    async def _step(self) -> str:
        thread, run = await self.id("thread"), await self.id("run")
        return str((await done(self.agents.list_run_steps(thread, run))).data[0].id)

    async def _file(self) -> str:
        return str((await done(self.agents.upload_file(file=("a.txt", b"words"), purpose="assistants"))).id)

    async def _store(self) -> str:
        return str((await done(self.agents.create_vector_store())).id)

    async def _stored(self) -> str:
        """A file in the store."""
        file = await self._file()
        await done(self.agents.create_vector_store_file_and_poll(await self.id("store"), file_id=file))
        return file

    async def _batch(self) -> str:
        store, file = await self.id("store"), await self.id("file")
        return str((await done(self.agents.create_vector_store_file_batch(store, file_ids=[file]))).id)

    # Values are written with the names of things in angle brackets, and recorded so again.

    async def filled(self, value: Any) -> Any:
        """The value with every ``<name>`` in it replaced by the id of that thing, and ``<handler>`` by a handler."""
        if value == "<handler>":
            return self.handler
        if isinstance(value, str) and value.startswith("<"):
            return await self.id(value[1:-1])
        if isinstance(value, dict):
            return {key: await self.filled(inner) for key, inner in value.items()}
        return [await self.filled(inner) for inner in value] if isinstance(value, list) else value

    def named(self, text: str) -> str:
        """A text with every id in it replaced by ``<name>``."""
        for name, value in self.ids.items():
            text = text.replace(value, f"<{name}>")
        return text


@dataclass(frozen=True)
class Case:
    """An operation: its path parameters, its keywords, and other keywords that are to send the same."""

    name: str
    ids: Sequence[tuple[str, str]] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    same: Sequence[Mapping[str, Any]] = ()
    only: str = ""
    """The method to compare, for a helper that looks as often as it takes."""
    streams: bool = False
    """Whether the service is to answer with events, which a body need not say."""

    def __str__(self) -> str:
        return f"{self.name} streamed" if self.streams and self.name == "create_thread_and_run" else self.name


Arguments = Callable[[Any], tuple[tuple[Any, ...], dict[str, Any]]]
"""The positional and the keyword arguments of a form, made of the wire body."""


def _named_only(named: Mapping[str, Any]) -> Arguments:
    return lambda body: ((), dict(named))


_BESIDE_A_BODY = {"include", "stream_parameter", "event_handler"}
"""Keywords that have no place in a body: they travel in the query, or not at all."""


def forms_of(case: Case) -> dict[str, Arguments]:
    """The forms of a call; the first one sends the body that the others are given."""
    ids, by_name = tuple(value for _, value in case.ids), dict(case.ids)
    forms: dict[str, Arguments] = {
        "keywords": lambda body: (ids, dict(case.named)),
        "keywords for all": _named_only({**by_name, **case.named}),
        **{f"other keywords {number}": _named_only(named) for number, named in enumerate(case.same)},
    }
    if "body" in inspect.signature(getattr(AgentsOperations, case.name)).parameters:
        beside = {name: value for name, value in case.named.items() if name in _BESIDE_A_BODY}
        kind = {"content_type": "application/json"}
        forms |= {
            "a mapping": lambda body: ((*ids, body), beside),
            "a mapping by its name": lambda body: ((), {**by_name, "body": body, **beside, **kind}),
            "a stream": lambda body: ((*ids, binary(body)), {**beside, **kind}),
            "a stream by its name": lambda body: ((), {**by_name, "body": binary(body), **beside}),
        }
    return forms


def binary(body: Any) -> io.BytesIO:
    """A body as a binary stream of JSON."""
    return io.BytesIO(json.dumps(body, ensure_ascii=False).encode())


async def _read_to_its_end(stream: Any, things: Things) -> None:
    if stream is None:  # it is chained to the handler that was given
        run = await done(things.handler.get_final_run())
    else:
        async with inside(stream) as handler:
            run = await done(handler.get_final_run())
    assert run.status in ("completed", "requires_action")


async def recorded(case: Case, arguments: Arguments, wire: Any, things: Things) -> tuple[tuple[str, str, Any], type]:
    """Method, address and body of what a form of a call sends, with the names of things for their ids; and what it returns."""
    sent: list[Any] = []
    positional, named = arguments(await things.filled(wire))
    positional = tuple([await things.filled(value) for value in positional])
    named = {key: await things.filled(value) for key, value in named.items()}
    result = await done(getattr(things.agents, case.name)(*positional, **named, raw_request_hook=sent.append))
    if case.name == "get_file_content":
        assert await pieces(result) == [b"words"]
    if case.streams:
        await _read_to_its_end(result, things)
    requests = [hooked.http_request for hooked in sent if case.only in ("", hooked.http_request.method)]
    assert len(requests) == 1
    body = things.named(requests[0].content.decode()) if requests[0].content else "null"
    return (requests[0].method, things.named(requests[0].url), json.loads(body)), type(result)
