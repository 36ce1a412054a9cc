"""Reading a streamed run: how a stream is opened and iterated over, and what its events are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import agentkit
from agentkit.local import LocalService
from agentkit.local.models.base import Failure
from agentkit.models import (
    AgentEventHandler,
    AgentRunStream,
    AgentStreamEvent,
    AsyncAgentEventHandler,
    AsyncAgentRunStream,
    MessageDeltaChunk,
    RunStep,
    RunStepDeltaChunk,
    ThreadMessage,
    ThreadRun,
)

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import Answer, RawServer
from .streaming import ANSWER, ASK, ASKS, BEGINNING, GOES_ON, RUN, SlowModel, begin, canned, names, until, weather, wire

Serve = Callable[..., LocalService]


async def test_the_block_gives_the_handler_which_is_iterated_over(face: Face, connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, "Hello there.")
    stream = scene.stream()
    async with inside(stream) as events:
        assert isinstance(events, AsyncAgentEventHandler if face.waits else AgentEventHandler)
        seen = await pieces(events)
        assert events is stream.event_handler
    assert names(seen) == [*BEGINNING, *ANSWER]
    assert "".join(data.text for name, data, _ in seen if name == "thread.message.delta") == "Hello there."
    assert await pieces(events) == [], "all of it was read"


async def test_a_stream_is_iterated_over_outside_a_block(connect: Connect, serve: Serve) -> None:
    stream = (await begin(connect, serve, "Hello there.")).stream()
    seen = [event async for event in stream] if hasattr(stream, "__aiter__") else list(stream)
    assert names(seen) == [*BEGINNING, *ANSWER]


async def test_the_handler_is_iterated_over_outside_the_block(face: Face, connect: Connect, serve: Serve) -> None:
    handler: Any = (AsyncAgentEventHandler if face.waits else AgentEventHandler)()
    scene = await begin(connect, serve, "Hello there.")
    await done(scene.stream(event_handler=handler))
    assert names(await pieces(handler)) == [*BEGINNING, *ANSWER]


async def test_what_create_stream_returns_is_awaited_or_entered(connect: Connect, serve: Serve) -> None:
    """The async client's; scripts write either."""
    scene = await begin(connect, serve, "One.", "Two.", "Three.")
    opened = await done(scene.stream())
    assert isinstance(opened, AsyncAgentRunStream | AgentRunStream)
    async with inside(opened) as events:
        assert names(await pieces(events)) == [*BEGINNING, *ANSWER]
    async with inside(scene.stream()) as events:
        assert names(await pieces(events)) == [*BEGINNING, *ANSWER]
    await done((await done(scene.stream())).until_done())
    assert len(scene.model.requests) == 3


async def test_the_request_is_sent_once_however_often_the_stream_is_opened(raw: RawServer, connect: Connect) -> None:
    raw.answers = [canned(("thread.run.completed", {**RUN, "status": "completed"}))]
    stream = await done(connect(raw).agents.create_stream("t", agent_id="a"))
    async with inside(stream):
        async with inside(stream) as events:
            assert names(await pieces(events)) == ["thread.run.completed", "done"]
        assert await pieces(events) == []
    (seen,) = raw.seen
    assert seen.json() == {"assistant_id": "a", "stream": True}


async def test_an_event_is_its_name_its_data_and_what_the_callback_returned(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, "Hello there.")
    async with inside(scene.stream()) as events:
        first: Any = await next_piece(events)
        assert (type(first), len(first)) == (tuple, 3)
        name, run, returned = first
        assert (name, run.id, returned) == ("thread.run.created", run["id"], None)
        assert name == AgentStreamEvent.THREAD_RUN_CREATED
        await pieces(events)
    assert run.id == (await scene.run()).id


async def test_the_data_of_each_event_is_of_its_class(connect: Connect, serve: Serve) -> None:
    classes = {
        "thread.run.step.delta": RunStepDeltaChunk,
        "thread.run.step.": RunStep,
        "thread.run.": ThreadRun,
        "thread.message.delta": MessageDeltaChunk,
        "thread.message.": ThreadMessage,
        "done": str,
    }
    scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
    for name, data, _ in await scene.events():
        assert type(data) is next(kind for prefix, kind in classes.items() if name.startswith(prefix))


async def test_what_carries_no_object_is_text(raw: RawServer, connect: Connect) -> None:
    """An error, the end, a new thread, and whatever is not known here."""
    told: list[tuple[str, Any]] = [
        ("thread.created", {"id": "t", "object": "thread"}),
        ("weather.changed", {"to": None}),
        ("tick", "12"),
        ("tock", "no JSON"),
        ("error", {"error": {"code": "server_error", "message": "Sorry."}}),
    ]
    raw.answers = [canned(*told)]
    async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
        seen = await pieces(events)
    assert [event[:2] for event in seen] == [
        ("thread.created", "{'id': 't', 'object': 'thread'}"),
        ("weather.changed", "{'to': None}"),
        ("tick", "12"),
        ("tock", "no JSON"),
        ("error", "{'error': {'code': 'server_error', 'message': 'Sorry.'}}"),
        ("done", "[DONE]"),
    ]


async def test_events_come_while_the_run_goes_on(connect: Connect, serve: Serve) -> None:
    model = SlowModel("Once upon", SlowModel.HOLD, " a time.")
    scene = await begin(connect, serve, model=model, tools=())
    async with inside(scene.stream()) as events:
        assert (await until(events, "thread.message.delta")).text == "Once upon"
        assert (await scene.run()).status == "in_progress"
        model.let_go.set()
        assert (await until(events, "thread.run.completed")).usage.total_tokens > 0


async def test_until_done_reads_everything(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
    async with inside(scene.stream()) as events:
        assert await done(events.until_done()) is None
        assert await pieces(events) == []
    assert (await scene.run()).status == "completed"


async def test_a_response_that_ends_without_done_gets_one(raw: RawServer, connect: Connect) -> None:
    """Scripts that wait for it go on; the run has ended, so there is nothing to look up."""
    content = wire(("thread.run.completed", {**RUN, "status": "completed"})).partition(b"event: done")[0]
    raw.answers = [Answer(body=content, headers={"Content-Type": "text/event-stream"})]
    async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
        assert names(await pieces(events)) == ["thread.run.completed", "done"]
    assert len(raw.seen) == 1


async def test_a_run_that_fails_is_told_of_by_its_events(
    connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The mirrored ways end normally: the failure is an event like any other, with a warning in the log."""
    scene = await begin(connect, serve, Failure("Slow down.", "rate_limit_exceeded"))
    seen = await scene.events()
    assert names(seen) == [*BEGINNING, "thread.run.failed", "done"]
    failed = next(data for name, data, _ in seen if name == "thread.run.failed")
    assert (failed.status, failed.last_error.code, failed.last_error.message) == (
        "failed",
        "rate_limit_exceeded",
        "Slow down.",
    )
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("agentkit", "WARNING")
    assert "thread.run.failed" in record.getMessage()
    assert "Slow down." in record.getMessage()


async def test_a_refused_stream_raises_where_it_is_opened(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, "Hello.")
    with pytest.raises(agentkit.exceptions.ResourceNotFoundError, match="asst_none"):
        await done(scene.agents.create_stream(scene.thread.id, agent_id="asst_none"))
    assert names(await scene.events()) == [*BEGINNING, *ANSWER], "the client is none the worse for it"


async def test_a_thread_that_is_made_along_with_its_run_comes_first(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
    stream = await done(scene.agents.create_thread_and_run(agent_id=scene.agent.id, stream_parameter=True))
    async with inside(stream) as events:
        assert names(await pieces(events)) == ["thread.created", *BEGINNING, *ASKS, *GOES_ON, *ANSWER]


def test_two_threads_read_two_streams_of_one_client_at_once(serve: Serve) -> None:
    """Each is held at its first piece until both have come so far."""
    together = threading.Barrier(2, timeout=30)
    texts: dict[str, str] = {}
    with (
        serve(model=lambda request: f"You said {request.last_user_text}, and so it is.") as service,
        agentkit.AIProjectClient(service.url, service.key) as client,
    ):
        agent = client.agents.create_agent(model="m")

        def talk(word: str) -> None:
            thread = client.agents.create_thread()
            client.agents.create_message(thread.id, role="user", content=word)
            with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
                for piece in events.text_deltas():
                    if word not in texts:
                        together.wait()
                    texts[word] = texts.get(word, "") + piece

        threads = [threading.Thread(target=talk, args=(word,)) for word in ("tick", "tock")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == {word: f"You said {word}, and so it is." for word in ("tick", "tock")}
