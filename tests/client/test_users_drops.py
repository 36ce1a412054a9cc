"""Row 11 of what users suffer from: a dropped connection loses the answer, and a stream that was left keeps its run burning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from agentkit.exceptions import AzureError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn

from .conversations import *  # noqa: F403
from .conversations import ANSWER, Conversation, Conversations
from .faces import Connect, Face, done, inside, next_piece, pieces
from .proxies import DOWN
from .servers import Answer, RawServer
from .streaming import RUN, Scene, SlowModel, begin, canned, each, handler_class, until

TORN = rb"thread\.message\.delta.*\n\n(?=event: thread\.message\.delta)"
"""In the middle of the answer."""

CANCELLED = ("cancelling", "cancelled")


class Stopped(Exception):
    """A script's own error."""


async def test_users_row_11_a_dropped_connection_falls_back_to_polling(conversations: Conversations) -> None:
    """The run is looked at until it has ended; what it asks for meanwhile is answered, once."""
    one = conversations.new()
    start = await one.begin()
    conversations.proxy.cut(DOWN, rb"(?=event: thread\.run\.queued)")
    sent: list[str] = []
    start["raw_request_hook"] = lambda request: sent.append(request.http_request.method)
    async with inside(conversations.agents.create_stream(**start)) as events:
        assert (await done(events.get_final_run())).status == "completed"
    assert conversations.proxy.cuts == 1
    assert sent.count("POST") == 3, "the run, and the outputs of its two rounds"
    assert sent.count("GET") > 0
    await conversations.check_done_once(one)


async def test_users_row_11_a_dropped_connection_has_its_missing_end_emitted(conversations: Conversations) -> None:
    """As events, each once, as if nothing had happened; joined, the pieces of the text are the text."""
    one, text = conversations.new(), ""
    start = await one.begin()
    conversations.proxy.cut(DOWN, TORN, "reset")
    async with inside(conversations.agents.create_stream(**start)) as events:
        names = [name async for name, _, _ in each(events)]
    Conversation.check_told_whole(names)
    conversations.proxy.cut(DOWN, TORN)
    other = conversations.new()
    async with inside(conversations.agents.create_stream(**await other.begin())) as events:
        async for piece in each(events.text_deltas()):
            text += piece
    assert text == ANSWER
    assert conversations.proxy.cuts == 2


async def test_users_row_11_a_dropped_connection_that_cannot_be_made_up_for_is_an_error(conversations: Conversations) -> None:
    """It does not look like an answer that is over."""
    one = conversations.new()
    start = await one.begin()
    conversations.proxy.cut(DOWN, TORN, "gone")
    async with inside(conversations.agents.create_stream(**start)) as events:
        with pytest.raises(AzureError, match="check the network and the endpoint"):
            await pieces(events)


class Held(SlowModel):
    """A model that does not go on by itself when nobody reads along, either."""

    def respond(self, request: ModelRequest) -> ModelTurn:
        assert self.let_go.wait(30)
        return super().respond(request)


@pytest.fixture
async def slow(connect: Connect, serve: Callable[..., LocalService]) -> AsyncIterator[Scene]:
    """A scene whose run does not end before the test does."""
    model = Held("Once upon", SlowModel.HOLD, " a time.")
    yield await begin(connect, serve, model=model, tools=())
    model.let_go.set()


async def test_users_row_11_cancel_on_exit_cancels_a_run_that_is_left_early(slow: Scene) -> None:
    async with inside(slow.stream(cancel_on_exit=True)) as events:
        await until(events, "thread.message.delta")
    assert (await slow.run()).status in CANCELLED


async def test_users_row_11_cancel_on_exit_cancels_a_run_that_is_left_by_an_error(face: Face, slow: Scene) -> None:
    """The caller's own, in the block or in a callback; it comes out as it is."""

    class Stopping:
        def on_message_delta(self, delta: Any) -> None:
            raise Stopped

    async def read(**options: Any) -> None:
        async with inside(slow.stream(cancel_on_exit=True, **options)) as events:
            await until(events, "thread.message.delta")
            raise Stopped

    for options in ({}, {"event_handler": handler_class(face, Stopping)()}):
        with pytest.raises(Stopped):
            await read(**options, if_active="wait")
        assert (await slow.run()).status in CANCELLED


async def test_users_row_11_cancel_on_exit_cancels_a_run_of_which_nothing_was_read(slow: Scene) -> None:
    """Nothing has told its id yet."""
    async with inside(slow.stream(cancel_on_exit=True)):
        pass
    assert (await slow.run()).status in CANCELLED


@pytest.mark.parametrize("events", [0, 1])
async def test_users_row_11_cancel_on_exit_cancels_a_run_that_was_made_with_its_thread(slow: Scene, events: int) -> None:
    """Nor has anything told its thread, where nothing was read at all."""
    stream = await done(slow.agents.create_thread_and_run(agent_id=slow.agent.id, stream_parameter=True, cancel_on_exit=True))
    async with inside(stream) as handler:
        for _ in range(events):
            await next_piece(handler)
    run = stream.current_run
    assert (await done(slow.agents.get_run(run.thread_id, run.id))).status in CANCELLED


async def test_users_row_11_cancel_on_exit_lets_the_callers_error_out_where_it_fails(
    raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """That the run could not be cancelled is logged then, and an error where there is no other."""
    refused = Answer(403, {"error": {"message": "You may not."}})

    async def leave(error: type[Exception] | None) -> None:
        raw.answers, raw.seen[:] = [canned(("thread.run.queued", {**RUN, "status": "queued"})), refused], []
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", cancel_on_exit=True)) as events:
            await next_piece(events)
            if error is not None:
                raise error

    with pytest.raises(Stopped):
        await leave(Stopped)
    assert "left by Stopped, and its run was not cancelled" in caplog.text
    assert "You may not" in caplog.text
    with pytest.raises(AzureError, match="You may not"):
        await leave(None)


async def test_users_row_11_by_default_a_run_that_is_left_early_goes_on(slow: Scene) -> None:
    """As with azure-ai-projects 1.0.0b10."""
    async with inside(slow.stream()) as events:
        await until(events, "thread.message.delta")
    assert (await slow.run()).status == "in_progress"
    slow.model.let_go.set()
    run = await slow.run()
    while run.status == "in_progress":
        run = await slow.run()
    assert run.status == "completed"
