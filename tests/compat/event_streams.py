"""What the published client is put through with streams: how events are read, and how runs end in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from installed import models as m
from listening import (
    ANSWER,
    ANSWER_BEGINS,
    BEGINNING,
    collected,
    data,
    each,
    expect_classes,
    last,
    names,
    read_block,
    reading,
    said,
)
from scenarios import finished, refused
from turns import Turn, failure, script, talk

if TYPE_CHECKING:
    from clients import Api, Report

TEXT = "Grüße aus 東京 \U0001f600: all is well,\n\nextraordinarily well.\r\n"
ENDLESS = talk("word ", times=3000, pause=0.02)


async def told(api: Api, *turns: Turn, **settings: Any) -> tuple[Any, Any]:
    """An agent whose model makes these turns, and a thread to begin with.

    :param settings: Further settings of the agent.
    """
    agent = await api.create_agent(model="m", name="told", instructions=script(*turns), **settings)
    return agent, await api.create_thread(messages=[m.ThreadMessageOptions(role="user", content="Begin.")])


async def by_iteration(api: Api, report: Report) -> None:
    agent, thread = await told(api, TEXT)
    with report.check("create_stream"):
        stream = await api.create_stream(thread.id, agent_id=agent.id, metadata={"n": "1"}, temperature=0.5)
        events = await collected(stream)
        assert names(events) == [*BEGINNING, *ANSWER], names(events)
        expect_classes(events)
        assert last(events, "done") == "[DONE]"
    with report.check("the runs of a stream are those that get_run gives"):
        created, queued, progressing = (last(events, name) for name in BEGINNING)
        assert (created.status, created.started_at, created.usage) == ("queued", None, None)
        assert (created.metadata, created.temperature) == ({"n": "1"}, 0.5)
        assert (queued.status, progressing.status) == ("queued", "in_progress")
        assert progressing.started_at.tzinfo is not None
        run = last(events, "thread.run.completed")
        assert known(run) == known(await api.get_run(thread.id, run.id))
        assert (run.agent_id, run.thread_id) == (agent.id, thread.id)
        assert run.usage.total_tokens == run.usage.prompt_tokens + run.usage.completion_tokens > 0
    with report.check("the pieces of a stream come to its message"):
        message = last(events, "thread.message.completed")
        assert said(events) == message.text_messages[0].text.value == TEXT
        assert len(data(events, "thread.message.delta")) > 3
        begun = last(events, "thread.message.created")
        assert (begun.id, begun.status, begun.content) == (message.id, "in_progress", [])
        assert known(message) == known(await api.get_message(thread.id, message.id))
        assert (message.role, message.run_id, message.agent_id) == ("assistant", run.id, agent.id)
    with report.check("the steps of a stream are those that get_run_step gives"):
        begun, step = last(events, "thread.run.step.created"), last(events, "thread.run.step.completed")
        assert (begun.status, begun.step_details.message_creation.message_id) == ("in_progress", message.id)
        assert (step.status, step.type, step.run_id) == ("completed", "message_creation", run.id)
        assert step.usage.total_tokens == run.usage.total_tokens
        told_of = known(step)
        del told_of["expired_at"]  # expires_at, which the client renames where it comes in an event
        assert told_of.items() <= known(await api.get_run_step(thread.id, run.id, step.id)).items()


async def by_callbacks(api: Api, report: Report) -> None:
    agent, thread = await told(api, TEXT)
    with report.check("callbacks get the events of their kind"):
        handler = api.face.heard()
        async with reading(await api.create_stream(thread.id, agent_id=agent.id, event_handler=handler)) as given:
            assert given is handler
            await api.settled(handler.until_done())
        kinds = [callback for callback, _ in handler.heard]
        callbacks = ("on_thread_run", "on_run_step", "on_thread_message")
        assert [kinds.count(name) for name in callbacks] == [4, 3, 3]
        assert kinds[-2:] == ["on_thread_run", "on_done"]
        assert "".join(delta.text for name, delta in handler.heard if name == "on_message_delta") == TEXT
    with report.check("what a callback returns comes with its event"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id, event_handler=api.face.heard()))
        returned = {name: value for name, _, value in events}
        assert returned["thread.run.completed"] == "returned by on_thread_run"
        assert returned["thread.message.delta"] == "returned by on_message_delta"
        assert returned["done"] == "returned by on_done"
    with report.check("a handler of one's own reads the text of events"):
        stream = await api.create_stream(thread.id, agent_id=agent.id, event_handler=api.face.raw())
        events = await collected(stream)
        assert names(events) == [*BEGINNING, *ANSWER], names(events)
        assert last(events, "thread.run.completed")["assistant_id"] == agent.id
        assert last(events, "thread.message.completed")["content"][0]["text"]["value"] == TEXT


async def as_bytes(api: Api, report: Report) -> None:
    agent, _ = await told(api, TEXT)
    options = m.AgentThreadCreationOptions(messages=[m.ThreadMessageOptions(role="user", content="Begin.")])
    with report.check("create_thread_and_run streams bytes"):
        chunks = await api.create_thread_and_run(agent_id=agent.id, thread=options, stream_parameter=True, stream=True)
        events = read_all(await whole(chunks))
        assert names(events) == ["thread.created", *BEGINNING, *ANSWER], names(events)
        thread = last(events, "thread.created")
        assert (await api.get_thread(thread["id"])).as_dict() == thread
        assert last(events, "thread.run.completed")["thread_id"] == thread["id"]
    with report.check("a body that asks for a stream gets one"):
        asked = {"assistant_id": agent.id, "stream": True}
        chunks = await api.create_run(thread["id"], asked, stream=True)
        assert names(read_all(await whole(chunks))) == [*BEGINNING, *ANSWER]
        events = await collected(await api.create_stream(thread["id"], asked, stream=True))
        assert names(events) == [*BEGINNING, *ANSWER], names(events)


async def cancelled(api: Api, report: Report) -> None:
    agent, thread = await told(api, ENDLESS)
    with report.check("a run is cancelled while its stream is read"):
        events: list[Any] = []
        ending = None
        async with reading(await api.create_stream(thread.id, agent_id=agent.id)) as handler:
            async for event in each(handler):
                events.append(event)
                if event[0] == "thread.message.delta" and ending is None:
                    ending = await api.cancel_run(thread.id, last(events, "thread.run.created").id)
                    assert ending.status == "cancelling"
        ends = ["thread.message.incomplete", "thread.run.step.cancelled", "thread.run.cancelled", "done"]
        # A piece that was on its way may come after the word of the cancelling.
        told_of = [name for name in names(events) if name != "thread.message.delta"]
        assert told_of == [*BEGINNING, *ANSWER_BEGINS[:-1], "thread.run.cancelling", *ends], told_of
        expect_classes(events)
        message = last(events, "thread.message.incomplete")
        assert said(events) == message.text_messages[0].text.value
        assert message.incomplete_details.reason == "run_cancelled"
        run = last(events, "thread.run.cancelled")
        assert run.cancelled_at is not None
        assert known(run) == known(await api.get_run(thread.id, run.id))
    with report.check("a stream ends with an error event when its thread is deleted"):
        handler = api.face.heard()
        agent, thread = await told(api, ENDLESS)
        async with reading(await api.create_stream(thread.id, agent_id=agent.id, event_handler=handler)):
            async for event in each(handler):
                if event[0] == "thread.message.created":
                    await api.delete_thread(thread.id)
        callback, told_error = handler.heard[-1]
        assert callback == "on_error"
        assert "deleted" in told_error
        await refused(api.get_thread(thread.id), ResourceNotFoundError)


async def left(api: Api, report: Report) -> None:
    agent, thread = await told(api, talk("word ", times=10, pause=0.02))
    with report.check("a run goes on when its stream is left"):
        async with reading(await api.create_stream(thread.id, agent_id=agent.id)) as handler:
            async for name, _, _ in each(handler):
                if name == "thread.message.delta":
                    break
        (run,) = (await api.list_runs(thread.id)).data
        assert (await finished(api, run)).status == "completed"
        answer = (await api.list_messages(thread.id)).get_last_text_message_by_role("assistant")
        assert answer.text.value == "word " * 10


async def failed(api: Api, report: Report) -> None:
    agent, thread = await told(api, failure("Too many questions.", "rate_limit_exceeded"))
    with report.check("a run that fails says so in its stream"):
        handler = api.face.heard()
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id, event_handler=handler))
        assert names(events) == [*BEGINNING, "thread.run.failed", "done"], names(events)
        error = last(events, "thread.run.failed").last_error
        assert (error.code, error.message) == ("rate_limit_exceeded", "Too many questions.")
        assert [value.status for name, value in handler.heard if name == "on_thread_run"][-1] == "failed"
    with report.check("a run that fails in the middle of its answer keeps what was said"):
        agent, thread = await told(api, failure("The line is dead.", "server_error", after="It is said"))
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
        ends = ["thread.message.incomplete", "thread.run.step.failed", "thread.run.failed", "done"]
        assert names(events) == [*BEGINNING, *ANSWER_BEGINS, *ends], names(events)
        expect_classes(events)
        assert last(events, "thread.message.incomplete").text_messages[0].text.value == said(events) == "It is said"
        step = last(events, "thread.run.step.failed")
        assert (step.last_error.code, step.last_error.message) == ("server_error", "The line is dead.")
    with report.check("a run that fails is returned by create_and_process_run"):
        run = await api.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.1)
        assert (run.status, run.last_error.message) == ("failed", "The line is dead.")


async def cut_short(api: Api, report: Report) -> None:
    agent, thread = await told(api, "word " * 1000)
    with report.check("an answer beyond its limit ends incomplete"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id, max_completion_tokens=256))
        ends = ["thread.message.incomplete", "thread.run.step.completed", "thread.run.incomplete", "done"]
        assert names(events) == [*BEGINNING, *ANSWER_BEGINS, *ends], names(events)
        expect_classes(events)
        assert last(events, "thread.run.incomplete").incomplete_details.reason == "max_completion_tokens"


async def not_begun(api: Api, report: Report) -> None:
    agent, thread = await told(api, talk("word ", times=50, pause=0.02))
    with report.check("what is refused before the stream begins raises"):
        await refused(api.create_stream(thread.id, agent_id="asst_nobody"), ResourceNotFoundError)
        run = await api.create_run(thread.id, agent_id=agent.id)
        error = await refused(api.create_stream(thread.id, agent_id=agent.id), HttpResponseError)
        assert (error.status_code, run.id in error.message) == (400, True)
        assert (await finished(api, await api.cancel_run(thread.id, run.id))).status == "cancelled"


def known(model: Any) -> dict[str, Any]:
    """What a model holds, but for the nulls, which the client leaves out of events."""
    return {name: value for name, value in model.as_dict().items() if value is not None}


async def whole(chunks: Any) -> str:
    """All that an iterator of bytes gives, as text."""
    return b"".join([chunk async for chunk in each(chunks)]).decode()


def read_all(body: str) -> list[tuple[str, Any]]:
    """The events of a whole stream.

    :raises AssertionError: It does not end with the end of an event.
    """
    *blocks, rest = body.split("\n\n")
    assert not rest, rest
    return [read_block(block) for block in blocks]


COMMON = (by_iteration, by_callbacks, cancelled, left, failed, cut_short, not_begun)
"""What all clients that read streams in this way are put through; it needs a model that does what it is told."""

STREAMS = (*COMMON, as_bytes)
"""What azure-ai-projects is put through, where an operation gives a stream as bytes."""
