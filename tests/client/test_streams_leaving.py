"""Leaving a stream: early, by an error, or without a word; connections are closed, and runs go on unless they are to be cancelled."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from agentkit.local import LocalService

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import Answer, RawServer
from .streaming import ASK, RUN, Bytes, Scene, SlowModel, begin, canned, each, handler_class, until, weather, wire

Serve = Callable[..., LocalService]

STARTED = wire(("thread.run.created", {**RUN, "status": "queued"})).partition(b"event: done")[0]
PIECE = {"id": "msg_1", "delta": {"content": [{"index": 0, "type": "text", "text": {"value": "word " * 200}}]}}
ENDLESS = Answer(body=STARTED + wire(*[("thread.message.delta", PIECE)] * 8_000), headers={"Content-Type": "text/event-stream"})
"""More than fits between a server and a client that does not read: the server notices when the client has gone."""


class Stopped(Exception):
    """A script's own error."""


@pytest.fixture
async def waiting(connect: Connect, serve: Serve) -> AsyncIterator[Scene]:
    """A scene whose model stops behind its first piece, until the test is over."""
    model = SlowModel("Once upon", SlowModel.HOLD, " a time.")
    yield await begin(connect, serve, model=model, tools=())
    model.let_go.set()


async def _stop_behind(name: str, stream: Any) -> None:
    """A script that reads as far as an event, and then fails."""
    async with inside(stream) as events:
        await until(events, name)
        raise Stopped


class TestTheConnection:
    async def test_it_is_closed_when_the_block_is_left(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [ENDLESS]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            await until(events, "thread.message.delta")
            assert not raw.hung_up.is_set()
        assert raw.hung_up.wait(10)
        assert await pieces(events) == [], "a stream that was left is over"

    async def test_it_is_closed_when_an_error_leaves_the_block(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [ENDLESS]
        with pytest.raises(Stopped):
            await _stop_behind("thread.run.created", connect(raw).agents.create_stream("t", agent_id="a"))
        assert raw.hung_up.wait(10)

    async def test_an_exception_in_a_callback_stops_the_stream(self, face: Face, raw: RawServer, connect: Connect) -> None:
        """It comes out as it is where the events are read, also outside a block, and nothing is read after it."""
        heard = []

        class Stopping:
            def on_message_delta(self, delta: Any) -> None:
                heard.append(delta.id)
                raise Stopped

        raw.answers = [ENDLESS]
        stream = await done(connect(raw).agents.create_stream("t", agent_id="a", event_handler=handler_class(face, Stopping)()))
        with pytest.raises(Stopped):
            await done(stream.until_done())
        assert raw.hung_up.wait(10)
        assert (heard, await pieces(stream.event_handler)) == (["msg_1"], [])

    async def test_an_exception_in_an_own_base_handler_stops_the_stream(self, face: Face) -> None:
        class Stopping:
            def _process_event(self, text: str) -> None:
                raise Stopped

        handler, read, unread = handler_class(face, Stopping, base="BaseAgentEventHandler")(), Bytes(wire()), Bytes(wire())
        handler.initialize(read, lambda *_: False)
        handler.initialize(unread, lambda *_: False)
        with pytest.raises(Stopped):
            await done(handler.until_done())
        assert (read.closed, unread.closed, await pieces(handler)) == (True, True, [])

    async def test_other_calls_go_on_while_a_stream_is_open(self, waiting: Scene) -> None:
        async with inside(waiting.stream()) as events:
            await until(events, "thread.message.delta")
            for _ in range(20):
                assert (await waiting.run()).status == "in_progress"


class TestTheRun:
    async def test_it_goes_on_by_default(self, waiting: Scene) -> None:
        async with inside(waiting.stream()) as events:
            await until(events, "thread.message.delta")
        assert (await waiting.run()).status == "in_progress"

    async def test_it_is_cancelled_where_that_is_asked_for(self, waiting: Scene) -> None:
        async with inside(waiting.stream(cancel_on_exit=True)) as events:
            await until(events, "thread.message.delta")
        assert (await waiting.run()).status in ("cancelling", "cancelled")

    async def test_it_is_cancelled_when_an_error_leaves_the_block(self, waiting: Scene) -> None:
        """The error is the caller's own."""
        with pytest.raises(Stopped):
            await _stop_behind("thread.message.delta", waiting.stream(cancel_on_exit=True))
        assert (await waiting.run()).status in ("cancelling", "cancelled")

    async def test_it_is_cancelled_when_a_callback_raises(self, face: Face, waiting: Scene) -> None:
        class Stopping:
            def on_message_delta(self, delta: Any) -> None:
                raise Stopped

        handler = handler_class(face, Stopping)()
        with pytest.raises(Stopped):
            async with inside(waiting.stream(event_handler=handler, cancel_on_exit=True)) as events:
                await done(events.until_done())
        assert (await waiting.run()).status in ("cancelling", "cancelled")

    async def test_it_is_cancelled_while_it_waits_for_functions(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, functions=[weather])
        async with inside(scene.stream(cancel_on_exit=True)) as events:
            await until(events, "thread.run.requires_action")
        assert (await scene.run()).status in ("cancelling", "cancelled")
        assert len(scene.model.requests) == 1

    async def test_one_that_has_ended_is_left_alone(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [canned(("thread.run.completed", {**RUN, "status": "completed"}))]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", cancel_on_exit=True)) as events:
            await until(events, "thread.run.completed")
        assert len(raw.seen) == 1

    async def test_one_that_ends_meanwhile_is_no_error(self, raw: RawServer, connect: Connect) -> None:
        """The service refuses to cancel what is over; the block is left as if it had been."""
        raw.answers = [
            canned(("thread.run.in_progress", {**RUN, "status": "in_progress"})),
            Answer(400, {"error": {"message": "Cannot cancel run with status 'completed'."}}),
            Answer(body={**RUN, "status": "completed"}),
        ]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", cancel_on_exit=True)) as events:
            await next_piece(events)
        assert [seen.path.rpartition("/")[2] for seen in raw.seen] == ["runs", "cancel", "run_1"]


class TestWithoutAWord:
    """pytest makes an error of every warning about what was left open."""

    async def test_a_stream_that_was_opened_and_never_read(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, "Hello.")
        await done(scene.stream())
        gc.collect()

    async def test_a_stream_that_was_never_opened_sends_nothing(self, face: Face, raw: RawServer, connect: Connect) -> None:
        """The async client's: its request goes out when it is awaited, entered or read."""
        raw.answers = [canned()]
        stream = connect(raw).agents.create_stream("t", agent_id="a")
        assert len(raw.seen) == (0 if face.waits else 1)
        del stream
        gc.collect()
        assert len(raw.seen) == (0 if face.waits else 1)

    async def test_text_deltas_that_are_left_early(self, waiting: Scene) -> None:
        async with inside(waiting.stream()) as events:
            async for text in each(events.text_deltas()):
                assert text == "Once upon"
                break
        gc.collect()
        await asyncio.sleep(0)
        assert await pieces(events) == []

    async def test_a_loop_that_is_left_early_is_taken_up_again(self, connect: Connect, serve: Serve) -> None:
        """Within the block, a ``break`` loses nothing."""
        scene = await begin(connect, serve, "It is sunny.")
        async with inside(scene.stream()) as events:
            async for name, _, _ in each(events):
                if name == "thread.message.delta":
                    break
            assert await pieces(events.text_deltas()) == [" is", " sunny."]

    def test_a_program_that_leaves_streams_unread_ends_quietly(self, tmp_path: Path) -> None:
        """Neither client leaves a warning, an error or a thread behind, in development mode."""
        command = [sys.executable, "-X", "dev", "-W", "error", "-c", UNREAD]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Once Once\n", "")


UNREAD = """
import asyncio, gc, logging
import agentkit
from agentkit.local import LocalService
logging.getLogger("asyncio").addFilter(lambda record: not record.getMessage().startswith("Executing "))
with LocalService(model=lambda request: "Once upon a time.") as service:
    with agentkit.AIProjectClient(service.url, service.key) as client:
        agent, thread = client.agents.create_agent(model="m"), client.agents.create_thread()
        stream = client.agents.create_stream(thread.id, agent_id=agent.id)
        text = next(stream.text_deltas())
        del stream
        gc.collect()
    async def leave():
        async with agentkit.aio.AIProjectClient(service.url, service.key) as client:
            thread = await client.agents.create_thread()
            async with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
                async for piece in events.text_deltas():
                    return piece
    print(text, asyncio.run(leave()))
"""


class TestAClosedClient:
    async def test_it_opens_no_stream(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, "Hello.")
        await done(scene.client.close())
        with pytest.raises(ValueError, match=r"create_stream\(\) was called on a client that is closed"):
            await done(scene.stream())

    async def test_a_stream_that_is_open_then_ends_with_an_error(self, waiting: Scene) -> None:
        """The connection is gone, and the run cannot be looked at either."""
        async with inside(waiting.stream()) as events:
            await until(events, "thread.message.delta")
            await done(waiting.client.close())
            with pytest.raises(ValueError, match="was called on a client that is closed"):
                await pieces(events)
            assert await pieces(events) == []
