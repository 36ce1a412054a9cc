"""A streamed run whose connection breaks: the caller gets its end all the same, whichever way it is read, and nothing happens twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from agentkit.exceptions import AzureError, ServiceRequestError, ServiceResponseError

from .conversations import *  # noqa: F403
from .conversations import ANSWER, Conversation, Conversations
from .faces import Face, done, inside, pieces
from .proxies import DOWN
from .streaming import each, handler_class, until

POINTS = 50


class Reading:
    """What was read of a stream: the handler, the names of its events, and the text."""

    def __init__(self) -> None:
        self.handler: Any = None
        self.names: list[str] = []
        self.text = ""

    async def check(self) -> None:
        """The caller has the whole run: its end and its usage, its message, all of its text, and each end told once."""
        assert self.text == ANSWER
        if self.names:
            Conversation.check_told_whole(self.names)
        run = await done(self.handler.get_final_run())
        (message,) = await done(self.handler.get_final_messages())
        assert run.status == "completed"
        assert run.usage.total_tokens == self.handler.usage.total_tokens > 0
        assert message.text_messages[0].text.value == ANSWER
        assert [step.status for step in self.handler.current_steps] == ["completed"] * 3


async def by_iteration(face: Face, agents: Any, start: dict[str, Any], read: Reading) -> None:
    """The loop of a mirrored script, which takes the text from the message when it is complete."""
    async with inside(agents.create_stream(**start)) as events:
        read.handler = events
        async for name, data, _ in each(events):
            read.names.append(name)
            if name == "thread.message.completed":
                read.text = data.text_messages[0].text.value


async def by_own_handler(face: Face, agents: Any, start: dict[str, Any], read: Reading) -> None:
    """A handler that is given the text of each event, and makes of it what it likes."""

    class Own:
        def _process_event(self, text: str) -> str:
            name, _, data = text.partition("\n")
            assert data.startswith("data: ")
            read.names.append(name.removeprefix("event: "))
            return data

    read.handler = handler_class(face, Own, base="BaseAgentEventHandler")()
    async with inside(agents.create_stream(**start, event_handler=read.handler)) as events:
        assert len(await pieces(events)) == len(read.names)
    read.text = read.handler.current_messages[0].text_messages[0].text.value


async def by_callbacks(face: Face, agents: Any, start: dict[str, Any], read: Reading) -> None:
    """A handler whose callbacks are called."""

    class Callbacks:
        def on_thread_message(self, message: Any) -> None:
            read.names.append(f"thread.message.{message.status}")
            read.text = message.text_messages[0].text.value if message.text_messages else ""

        def on_thread_run(self, run: Any) -> None:
            read.names.append(f"thread.run.{run.status}")

        def on_run_step(self, step: Any) -> None:
            read.names.append(f"thread.run.step.{step.status}")

        def on_done(self) -> None:
            read.names.append("done")

    read.handler = handler_class(face, Callbacks)()
    async with inside(agents.create_stream(**start, event_handler=read.handler)):
        await done(read.handler.until_done())


async def by_text(face: Face, agents: Any, start: dict[str, Any], read: Reading) -> None:
    """The pieces of the text, which joined are the text: none is missing and none comes twice."""
    async with inside(agents.create_stream(**start)) as events:
        read.handler = events
        async for piece in each(events.text_deltas()):
            read.text += piece


async def by_final_run(face: Face, agents: Any, start: dict[str, Any], read: Reading) -> None:
    """Nothing but the end."""
    async with inside(agents.create_stream(**start)) as events:
        read.handler = events
        await done(events.get_final_run())
        read.text = events.current_messages[0].text_messages[0].text.value


async def by_moments(face: Face, agents: Any, start: dict[str, Any], read: Reading) -> None:
    """The finer handler, which tells of each thing that it begins and that it ends, once."""
    told: list[str] = []

    class Moments:
        def __getattribute__(self, name: str) -> Any:
            if not name.endswith(("_created", "_ended", "_completed")):
                return super().__getattribute__(name)
            return lambda thing, *_: told.append(f"{name} {thing.id}")

        def on_text_delta(self, text: str, _message: Any) -> None:
            read.text += text

    read.handler = handler_class(face, Moments, base="RunEventHandler")()
    async with inside(agents.create_stream(**start, event_handler=read.handler)):
        await done(read.handler.until_done())
    assert len(told) == len(set(told))
    assert Counter(line.split()[0] for line in told) == {
        **dict.fromkeys(("on_run_created", "on_run_ended", "on_message_created", "on_message_completed"), 1),
        **dict.fromkeys(("on_step_created", "on_step_completed", "on_tool_call_created", "on_tool_call_completed"), 3),
    }


WAYS = [by_iteration, by_own_handler, by_callbacks, by_text, by_final_run, by_moments]


async def test_a_connection_may_break_anywhere(face: Face, conversations: Conversations) -> None:
    """At each of 50 places in all that the service sends, by six ways of reading and three of breaking off."""
    proxy, agents, refused = conversations.proxy, conversations.agents, 0
    whole, read = conversations.new(), Reading()
    start = await whole.begin()
    proxy.whole()
    await by_iteration(face, agents, start, read)
    await read.check()
    length = proxy.counts[DOWN]
    for number in range(POINTS):
        one, read, cuts = conversations.new(), Reading(), proxy.cuts
        start = await one.begin()
        proxy.cut(DOWN, (2 * number + 1) * length // (2 * POINTS), ("close", "reset", "end")[number // len(WAYS) % 3])
        try:
            await WAYS[number % len(WAYS)](face, agents, start, read)
        except ServiceResponseError:
            # Where not even the head of the answer came, the run is not started again: it may be there, and is.
            assert proxy.counts[DOWN] < 200
            assert len(await one.runs()) == 1
            assert not one.calls
            refused += 1
        else:
            await read.check()
            await conversations.check_done_once(one)
        assert proxy.cuts == cuts + 1
    assert refused <= 1


PLACES = {
    "before the first event": rb"(?=event: thread\.run\.created)",
    "in the first event": rb'thread\.run\.created\ndata: {"id":"run',
    "behind the first event": rb"(?=event: thread\.run\.queued)",
    "in the pieces of a call": rb"thread\.run\.step\.delta",
    "before the first calls": rb"(?=event: thread\.run\.requires_action)",
    "in the first calls": rb"event: thread\.run\.requires_action\ndata: {",
    "between the first calls and done": rb"(?=event: done)",
    "before the first event of the second answer": rb"(?=event: thread\.run\.step\.completed)",
    "before the second answer tells of the run": rb"thread\.run\.step\.completed.*(?=event: thread\.run\.queued)",
    "before the second calls": rb"event: done.*(?=event: thread\.run\.requires_action)",
    "before the last answer tells of the run": rb"(thread\.run\.step\.completed.*){2}(?=event: thread\.run\.queued)",
    "inside a character": rb'thread\.message\.delta.*"value":"[^"]*\xe6\x9d',
    "between the pieces of the text": rb"thread\.message\.delta.*\n\n(?=event: thread\.message\.delta)",
    "before the message is complete": rb"(?=event: thread\.message\.completed)",
    "in the name of an event": rb"event: thread\.message\.comp(?=leted)",
    "behind the message": rb"thread\.message\.completed.*(?=event: thread\.run\.step\.completed)",
    "before the run is complete": rb"(?=event: thread\.run\.completed)",
    "in the last event but done": rb"event: thread\.run\.completed\ndata: {",
    "between the last event and done": rb"event: thread\.run\.completed.*(?=event: done)",
    "in done": rb"event: thread\.run\.completed.*event: do(?=ne)",
}


@pytest.mark.parametrize("how", ["reset", "end"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_a_connection_may_break_at_the_worst_moment(
    face: Face, conversations: Conversations, place: bytes, how: str
) -> None:
    """Each end is told once and in order, whether the connection is torn or the answer just ends."""
    one, read, proxy = conversations.new(), Reading(), conversations.proxy
    start = await one.begin()
    proxy.cut(DOWN, place, how)
    await by_iteration(face, conversations.agents, start, read)
    assert proxy.cuts == 1
    await read.check()
    await conversations.check_done_once(one)
    assert set(read.names) <= KNOWN


KNOWN = {
    "done",
    *(f"thread.run.{state}" for state in ("created", "queued", "in_progress", "requires_action", "completed")),
    *(f"thread.run.step.{state}" for state in ("created", "in_progress", "delta", "completed")),
    *(f"thread.message.{state}" for state in ("created", "in_progress", "delta", "completed")),
}
"""What the service sends: nothing is made up of what was cut."""


@pytest.mark.parametrize("way", WAYS)
async def test_a_connection_may_break_in_the_text_whichever_way_it_is_read(
    face: Face, conversations: Conversations, way: Any
) -> None:
    one, read = conversations.new(), Reading()
    start = await one.begin()
    conversations.proxy.cut(DOWN, PLACES["between the pieces of the text"])
    await way(face, conversations.agents, start, read)
    await read.check()
    await conversations.check_done_once(one)


async def test_a_connection_may_fall_silent(face: Face, conversations: Conversations) -> None:
    """After ``read_timeout`` the run is looked at."""
    one, read = conversations.new(), Reading()
    start = await one.begin()
    conversations.proxy.cut(DOWN, PLACES["between the pieces of the text"], "silence")
    await by_text(face, conversations.agents, {**start, "read_timeout": 0.3}, read)
    await read.check()
    await conversations.check_done_once(one)


@pytest.mark.parametrize("place", ["in the first event", "before the second calls", "between the pieces of the text"])
async def test_a_service_that_goes_away_is_an_error(face: Face, conversations: Conversations, place: str) -> None:
    """A typed one, whichever call meets it; what was told before it stays."""
    one, read = conversations.new(), Reading()
    start = await one.begin()
    conversations.proxy.cut(DOWN, PLACES[place], "gone")
    with pytest.raises((ServiceRequestError, ServiceResponseError)) as caught:
        await by_iteration(face, conversations.agents, start, read)
    assert isinstance(caught.value, AzureError)
    assert "thread.run.completed" not in read.names
    assert await pieces(read.handler) == [], "the stream is over"
    assert all(count == 1 for count in one.calls.values())


async def test_a_connection_may_break_when_the_run_is_over(face: Face, conversations: Conversations) -> None:
    """The run ends, and another one is made on the thread, before the caller reads on: it gets the end of its own."""
    one = conversations.new()
    start = await one.begin()
    conversations.proxy.cut(DOWN, PLACES["before the run is complete"], "reset")
    async with inside(conversations.agents.create_stream(**start)) as events:
        run = await until(events, "thread.run.created")
        await until(events, "thread.message.completed")
        while (await one.runs())[0].status != "completed":
            continue
        other = await done(conversations.direct.create_and_process_run(**start, sleep_interval=0.01))
        assert [name for name, _, _ in await pieces(events)][-2:] == ["thread.run.completed", "done"]
        final = await done(events.get_final_run())
    assert (final.id, final.status) == (run.id, "completed")
    assert other.id != run.id


async def test_a_run_that_was_never_told_of_is_not_mistaken_for_that_of_another_stream(
    face: Face, conversations: Conversations
) -> None:
    """By the time that the first stream is read, its run is over, and a second stream of the client is about the newest run."""
    one, agents = conversations.new(), conversations.agents
    start = await one.begin()
    conversations.proxy.cut(DOWN, PLACES["before the first event"])
    async with inside(agents.create_stream(**start)) as lost:
        (first,) = await one.runs()
        await done(conversations.direct.cancel_run(one.thread_id, first.id))
        while (await one.runs())[0].status != "cancelled":
            continue
        async with inside(agents.create_stream(**start)) as events:
            second = await until(events, "thread.run.created")
            assert [name for name, _, _ in await pieces(lost)][-2:] == ["thread.run.cancelled", "done"]
    assert (await done(lost.get_final_run())).id == first.id != second.id


async def test_a_thread_that_was_made_with_its_run_is_known_from_its_event(face: Face, conversations: Conversations) -> None:
    one = conversations.new()
    start = await one.begin()
    del start["thread_id"]
    thread = {"messages": [{"role": "user", "content": one.text}]}
    conversations.proxy.cut(DOWN, PLACES["before the first event"])
    created = conversations.agents.create_thread_and_run(**start, thread=thread, stream_parameter=True)
    async with inside(await done(created)) as events:
        (name, data, _), *rest = await pieces(events)
        assert name == "thread.created"
        one.thread_id = events.current_run.thread_id
        assert one.thread_id in data
        Conversation.check_told_whole(name for name, _, _ in rest)
    await conversations.check_done_once(one)


async def test_a_run_of_which_nothing_at_all_is_known_is_an_error(face: Face, conversations: Conversations) -> None:
    """The answer breaks off before it tells of the thread that was made with the run."""
    one = conversations.new()
    start = await one.begin()
    del start["thread_id"]
    conversations.proxy.cut(DOWN, rb"(?=event: thread\.created)")
    async with inside(await done(conversations.agents.create_thread_and_run(**start, stream_parameter=True))) as events:
        with pytest.raises(ServiceResponseError, match=r"before it told of its run\. Look for it with list_runs\(\)"):
            await pieces(events)
    assert not one.calls
