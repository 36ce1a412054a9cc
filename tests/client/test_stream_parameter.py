"""``stream_parameter``, which asks the service for the events of a run, and what the calls refuse that can give them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from agentkit import models
from agentkit.local import LocalService

from .faces import Connect, Face, done, inside, pieces
from .servers import Answer, RawServer

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "created_at": 1, "status": "completed"}
EVENTS = b'event: thread.run.created\ndata: {"id": "run_1", "status": "queued"}\n\nevent: done\ndata: [DONE]\n\n'
STREAM = Answer(body=EVENTS, headers={"Content-Type": "text/event-stream"})
OUTPUTS = [{"tool_call_id": "c", "output": "o"}]
START: dict[str, Any] = {"thread_id": "t", "agent_id": "a"}
SUBMIT: dict[str, Any] = {"thread_id": "t", "run_id": "run_1", "tool_outputs": OUTPUTS}
BOTH: dict[str, Any] = {"stream_parameter": True, "stream": True}


@pytest.mark.parametrize(
    ("operation", "arguments", "reader"),
    [
        ("create_run", START, "create_stream"),
        ("submit_tool_outputs_to_run", SUBMIT, "submit_tool_outputs_to_stream"),
    ],
)
async def test_a_call_that_gives_a_run_names_the_one_that_reads_its_events(
    operation: str, arguments: dict[str, Any], reader: str, raw: RawServer, connect: Connect
) -> None:
    call = getattr(connect(raw).agents, operation)
    with pytest.raises(TypeError, match=rf"{operation}\(stream_parameter=True\) .*: {reader}\(\) reads them, stream=True"):
        await done(call(**arguments, stream_parameter=True))
    assert not raw.seen
    raw.answers = [Answer(body=RUN)]
    for value in (None, False):
        assert await done(call(**arguments, stream_parameter=value)) == RUN
        assert raw.last.json()["stream"] is False


@pytest.mark.parametrize(
    ("operation", "ids", "wire"),
    [
        ("create_run", ["t"], {"assistant_id": "a", "stream": False}),
        ("submit_tool_outputs_to_run", ["t", "run_1"], {"tool_outputs": OUTPUTS}),
        ("create_thread_and_run", [], {"assistant_id": "a"}),
    ],
)
async def test_with_stream_as_well_the_events_come_as_bytes(
    operation: str, ids: list[str], wire: dict[str, Any], raw: RawServer, connect: Connect
) -> None:
    call = getattr(connect(raw).agents, operation)
    names = {"agent_id" if name == "assistant_id" else name: value for name, value in wire.items() if name != "stream"}
    raw.answers = [STREAM]
    for body, named in (([], names), ([wire], {}), ([io.BytesIO(json.dumps(wire).encode())], {})):
        got = await pieces(await done(call(*ids, *body, **named, **BOTH)))
        assert b"".join(got) == EVENTS
        assert raw.last.json() == {**wire, "stream": True}


async def test_a_thread_and_a_run_come_as_a_run_or_as_its_stream(
    face: Face, service: LocalService, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(body=RUN)]
    for value in (None, False):
        assert await done(connect(raw).agents.create_thread_and_run(agent_id="a", stream_parameter=value)) == RUN
        assert raw.last.json() == {"assistant_id": "a", **({} if value is None else {"stream": False})}
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    thread = {"messages": [{"role": "user", "content": "hello"}]}
    stream = await done(agents.create_thread_and_run(agent_id=agent.id, thread=thread, stream_parameter=True))
    assert isinstance(stream, models.AsyncAgentRunStream if face.waits else models.AgentRunStream)
    async with inside(stream) as handler:
        names = [name for name, _, _ in await pieces(handler)]
    assert (names[0], names[1], names[-2:]) == ("thread.created", "thread.run.created", ["thread.run.completed", "done"])
    assert stream.current_messages[0].text_messages[0].text.value == "You said: hello"


@pytest.mark.parametrize(
    "options",
    [
        {"cancel_on_exit": True},
        {"raise_on_failure": True},
        {"event_handler": models.AgentEventHandler()},
        {"on_tool_call": print},
        {"max_parallel": 2},
    ],
)
@pytest.mark.parametrize("form", [{}, {"stream_parameter": False}, BOTH])
async def test_what_belongs_to_a_stream_is_refused_where_there_is_none(
    options: dict[str, Any], form: dict[str, Any], raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(
        TypeError, match=rf"create_thread_and_run\(\) takes .*{next(iter(options))}=.* with stream_parameter=True"
    ):
        await done(connect(raw).agents.create_thread_and_run(agent_id="a", **options, **form))
    assert not raw.seen


@pytest.mark.parametrize("kind", [TypeError, ValueError])
@pytest.mark.parametrize(
    ("operation", "ids", "missing"),
    [
        ("create_run", ["t"], "agent_id"),
        ("create_stream", ["t"], "agent_id"),
        ("create_thread_and_run", [], "agent_id"),
        ("submit_tool_outputs_to_run", ["t", "r"], "tool_outputs"),
        ("submit_tool_outputs_to_stream", ["t", "r"], "tool_outputs"),
    ],
)
async def test_a_run_without_its_agent_or_outputs_is_refused_by_the_call_s_own_name(
    operation: str, ids: list[str], missing: str, kind: type[Exception], face: Face, raw: RawServer, connect: Connect
) -> None:
    """As a ValueError too, which scripts of the mirrored client catch."""
    handler: Any = models.AsyncAgentEventHandler() if face.waits else models.AgentEventHandler()
    options = {"event_handler": handler} if operation == "submit_tool_outputs_to_stream" else {}
    for body in ([], [None]):
        with pytest.raises(kind, match=rf"^{operation}\(\) is missing the argument '{missing}'"):
            await done(getattr(connect(raw).agents, operation)(*ids, *body, **options))
    with pytest.raises(
        kind, match=rf"^{operation}\(\) takes as body a mapping by wire names or a binary stream of JSON, not int"
    ):
        await done(getattr(connect(raw).agents, operation)(*ids, 5, **options))
    assert not raw.seen
