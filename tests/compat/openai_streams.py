"""What the openai package is put through with streamed runs: iteration, handlers, tool rounds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import openai
from openai_assistants import BEGIN, LOOKS_AT_WEATHER, WEATHER, outputs_of
from openai_surface import broken_off, each, events_of, items, reading, text_of
from turns import failure, script, talk

if TYPE_CHECKING:
    from clients import Api, Report

TEXT = "Grüße aus 東京 \U0001f600: all is well,\n\nextraordinarily well."
ANSWERED = [
    *("thread.run.created", "thread.run.queued", "thread.run.in_progress"),
    *("thread.run.step.created", "thread.run.step.in_progress", "thread.message.created", "thread.message.in_progress"),
    *("thread.message.delta", "thread.message.completed", "thread.run.step.completed", "thread.run.completed"),
]


class _Notes:
    """Keeps which callbacks were called, and with what."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, Any]] = []

    def texts(self, callback: str) -> list[Any]:
        """What a callback was given, call by call."""
        return [value for name, value in self.heard if name == callback]


class Heard(_Notes, openai.AssistantEventHandler):
    """Notes the callbacks of the sync client."""

    def on_event(self, event: Any) -> None:
        self.heard.append(("on_event", event.event))

    def on_text_created(self, text: Any) -> None:
        self.heard.append(("on_text_created", text.value))

    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        self.heard.append(("on_text_delta", (delta.value, snapshot.value)))

    def on_text_done(self, text: Any) -> None:
        self.heard.append(("on_text_done", text.value))

    def on_tool_call_created(self, tool_call: Any) -> None:
        self.heard.append(("on_tool_call_created", tool_call.type))

    def on_tool_call_done(self, tool_call: Any) -> None:
        self.heard.append(("on_tool_call_done", tool_call.function.arguments))

    def on_end(self) -> None:
        self.heard.append(("on_end", None))


class AsyncHeard(_Notes, openai.AsyncAssistantEventHandler):
    """Notes the callbacks of the async client."""

    async def on_event(self, event: Any) -> None:
        self.heard.append(("on_event", event.event))

    async def on_text_created(self, text: Any) -> None:
        self.heard.append(("on_text_created", text.value))

    async def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        self.heard.append(("on_text_delta", (delta.value, snapshot.value)))

    async def on_text_done(self, text: Any) -> None:
        self.heard.append(("on_text_done", text.value))

    async def on_tool_call_created(self, tool_call: Any) -> None:
        self.heard.append(("on_tool_call_created", tool_call.type))

    async def on_tool_call_done(self, tool_call: Any) -> None:
        self.heard.append(("on_tool_call_done", tool_call.function.arguments))

    async def on_end(self) -> None:
        self.heard.append(("on_end", None))


def handler(api: Api) -> Any:
    return Heard() if api.flavour == "sync" else AsyncHeard()


async def told(api: Api, *turns: Any, **settings: Any) -> tuple[Any, Any]:
    """An assistant whose model makes these turns, and a thread to begin with."""
    agent = await api.beta.assistants.create(model="m", instructions=script(*turns), **settings)
    return agent, await api.beta.threads.create(messages=BEGIN)


async def answers(api: Api, report: Report) -> None:
    runs = api.beta.threads.runs
    agent, thread = await told(api, TEXT)
    with report.check("beta.threads.runs.stream"):
        events = await events_of(await runs.stream(thread_id=thread.id, assistant_id=agent.id))
        names = [event.event for event in events]
        assert list(dict.fromkeys(names)) == ANSWERED, names
        assert events[-1].data.usage.total_tokens > 0
    with report.check("a handler of a streamed run is told of the text"):
        heard = handler(api)
        async with reading(await runs.stream(thread_id=thread.id, assistant_id=agent.id, event_handler=heard)) as given:
            assert given is heard
            await api.settled(given.until_done())
        deltas = heard.texts("on_text_delta")
        assert "".join(delta for delta, _ in deltas) == deltas[-1][1] == TEXT
        assert heard.texts("on_text_done")[-1] == TEXT
        assert heard.heard[-1][0] == "on_end"
    with report.check("what a stream comes to is what the service has"):
        async with reading(await runs.stream(thread_id=thread.id, assistant_id=agent.id)) as stream:
            run = await api.settled(stream.get_final_run())
            (message,) = await api.settled(stream.get_final_messages())
            (step,) = await api.settled(stream.get_final_run_steps())
        assert run == await runs.retrieve(run.id, thread_id=thread.id)
        assert text_of(message) == TEXT
        assert step.step_details.message_creation.message_id == message.id
    with report.check("text_deltas give the text"):
        async with reading(await runs.stream(thread_id=thread.id, assistant_id=agent.id)) as stream:
            assert "".join(await items(stream.text_deltas)) == TEXT
    with report.check("beta.threads.runs.create_and_stream"):
        stream = await runs.create_and_stream(thread_id=thread.id, assistant_id=agent.id)
        assert (await events_of(stream))[-1].event == "thread.run.completed"
    with report.check("beta.threads.create_and_run_stream"):
        stream = await api.beta.threads.create_and_run_stream(assistant_id=agent.id, thread={"messages": BEGIN})
        first, *_ = await events_of(stream)
        assert (first.event, first.data.object) == ("thread.created", "thread")
    with report.check("a run that is created with stream=True is read event by event"):
        events = await items(await runs.create(thread.id, assistant_id=agent.id, stream=True))
        assert list(dict.fromkeys(event.event for event in events)) == ANSWERED


async def tool_rounds(api: Api, report: Report) -> None:
    runs = api.beta.threads.runs
    agent, thread = await told(api, *LOOKS_AT_WEATHER, tools=[WEATHER])
    with report.check("a streamed run asks for the outputs of functions"):
        heard = handler(api)
        async with reading(await runs.stream(thread_id=thread.id, assistant_id=agent.id, event_handler=heard)) as stream:
            run = await api.settled(stream.get_final_run())
        assert run.status == "requires_action"
        assert heard.texts("on_tool_call_created") == ["function"]
        assert set(heard.texts("on_tool_call_done")) == {'{"city": "Oslo"}'}
    with report.check("beta.threads.runs.submit_tool_outputs_stream"):
        submitted = await runs.submit_tool_outputs_stream(thread_id=thread.id, run_id=run.id, tool_outputs=outputs_of(run))
        async with reading(submitted) as stream:
            told_of = "".join(await items(stream.text_deltas))
            assert (await api.settled(stream.get_final_run())).status == "completed"
        assert told_of == 'It is: rain, by {"city": "Oslo"}'


async def endings(api: Api, report: Report) -> None:
    runs = api.beta.threads.runs
    agent, thread = await told(api, failure("Too many questions.", "rate_limit_exceeded"))
    with report.check("a streamed run that fails says so"):
        failed = (await events_of(await runs.stream(thread_id=thread.id, assistant_id=agent.id)))[-1]
        assert (failed.event, failed.data.last_error.code) == ("thread.run.failed", "rate_limit_exceeded")
    with report.check("a streamed run is cancelled while it is read"):
        agent, thread = await told(api, talk("word ", times=3000, pause=0.02))
        names = []
        async with reading(await runs.stream(thread_id=thread.id, assistant_id=agent.id)) as stream:
            async for event in each(stream):
                if event.event == "thread.message.delta" and event.event not in names:
                    await runs.cancel(stream.current_run.id, thread_id=thread.id)
                names.append(event.event)
        assert names[-1] == "thread.run.cancelled", names
    with report.check("a stream of a deleted thread ends with an APIError"):
        async with reading(await runs.stream(thread_id=thread.id, assistant_id=agent.id)) as stream:
            _, error = await broken_off(_deleting(api, thread.id, stream))
        assert "deleted" in error.message


async def _deleting(api: Api, thread_id: str, stream: Any) -> AsyncIterator[Any]:
    """The events of a stream, whose thread is deleted while its answer is written."""
    async for event in each(stream):
        if event.event == "thread.message.created":
            await api.beta.threads.delete(thread_id)
        yield event


TOLD = (answers, tool_rounds, endings)
