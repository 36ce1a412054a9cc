"""What the openai package is put through with assistants, threads, messages and runs that nobody reads along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
from openai_surface import items, refused, text_of
from turns import OUTPUTS, call, calls, script, talk

if TYPE_CHECKING:
    from clients import Api, Report

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
BEGIN: list[dict[str, str]] = [{"role": "user", "content": "Begin."}]
LOOKS_AT_WEATHER = (calls(call("weather", city="Oslo")), f"It is: {OUTPUTS}")


def outputs_of(run: Any) -> list[dict[str, str]]:
    """An output for each call that a run waits for."""
    return [
        {"tool_call_id": made.id, "output": f"rain, by {made.function.arguments}"}
        for made in run.required_action.submit_tool_outputs.tool_calls
    ]


async def assistants(api: Api, report: Report) -> None:
    beta = api.beta
    with report.check("beta.assistants.create"):
        made = await beta.assistants.create(
            model="gpt-4o-mini",
            name="tutor",
            description="Solves equations.",
            instructions="You solve equations.",
            tools=[{"type": "code_interpreter"}, WEATHER],
            metadata={"n": "1"},
            temperature=0.5,
            response_format={"type": "text"},
        )
        assert (made.object, made.name, made.model, made.temperature) == ("assistant", "tutor", "gpt-4o-mini", 0.5)
        assert [tool.type for tool in made.tools] == ["code_interpreter", "function"]
    with report.check("beta.assistants.retrieve"):
        assert await beta.assistants.retrieve(made.id) == made
    with report.check("beta.assistants.update"):
        changed = await beta.assistants.update(made.id, name="guide", metadata={}, reasoning_effort="low")
        assert (changed.id, changed.name, changed.metadata) == (made.id, "guide", {})
    with report.check("beta.assistants.list"):
        others = [await beta.assistants.create(model="m", name=f"n{number}") for number in range(5)]
        listed = await items(await beta.assistants.list(limit=2, order="asc", after=made.id))
        assert [one.id for one in listed] == [one.id for one in others], "every page of two"
        newest = await beta.assistants.list(limit=1)
        assert (newest.data[0].id, newest.has_more) == (others[-1].id, True)
    with report.check("beta.assistants.delete"):
        gone = await beta.assistants.delete(made.id)
        assert (gone.id, gone.object, gone.deleted) == (made.id, "assistant.deleted", True)
        error = await refused(beta.assistants.retrieve(made.id), openai.NotFoundError)
        assert (error.type, error.code, made.id in error.message) == ("invalid_request_error", None, True)
    with report.check("a bad request is a BadRequestError that names the field"):
        error = await refused(beta.assistants.create(model="m", temperature=9), openai.BadRequestError)
        assert (error.param, error.type) == ("temperature", "invalid_request_error")


async def threads(api: Api, report: Report) -> None:
    beta = api.beta
    with report.check("beta.threads.create"):
        empty = await beta.threads.create()
        thread = await beta.threads.create(messages=[*BEGIN, {"role": "assistant", "content": "Yes."}], metadata={"n": "1"})
        assert (empty.object, thread.metadata) == ("thread", {"n": "1"})
    with report.check("beta.threads.retrieve"):
        assert await beta.threads.retrieve(thread.id) == thread
    with report.check("beta.threads.update"):
        assert (await beta.threads.update(thread.id, metadata={"n": "2"})).metadata == {"n": "2"}
    messages = beta.threads.messages
    with report.check("beta.threads.messages.create"):
        parts = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "http://localhost/a.png"}}]
        shown = await messages.create(thread.id, role="user", content=parts, metadata={"k": "v"})
        assert (shown.object, shown.role, text_of(shown)) == ("thread.message", "user", "Look:")
        assert shown.content[1].image_url.url == "http://localhost/a.png"
    with report.check("beta.threads.messages.retrieve"):
        assert await messages.retrieve(shown.id, thread_id=thread.id) == shown
    with report.check("beta.threads.messages.update"):
        assert (await messages.update(shown.id, thread_id=thread.id, metadata={})).metadata == {}
    with report.check("beta.threads.messages.list"):
        listed = await items(await messages.list(thread.id, limit=1, order="asc"))
        assert [text_of(one) for one in listed] == ["Begin.", "Yes.", "Look:"]
    with report.check("beta.threads.messages.delete"):
        gone = await messages.delete(shown.id, thread_id=thread.id)
        assert (gone.id, gone.object, gone.deleted) == (shown.id, "thread.message.deleted", True)
        await refused(messages.retrieve(shown.id, thread_id=thread.id), openai.NotFoundError)
        assert len(await items(await messages.list(thread.id))) == 2
    with report.check("beta.threads.delete"):
        gone = await beta.threads.delete(thread.id)
        assert (gone.id, gone.object, gone.deleted) == (thread.id, "thread.deleted", True)
        await refused(beta.threads.retrieve(thread.id), openai.NotFoundError)


async def charts(api: Api, report: Report) -> None:
    """The offline model draws with the code interpreter; the image and the file come back."""
    beta = api.beta
    agent = await beta.assistants.create(model="gpt-4o-mini", tools=[{"type": "code_interpreter"}])
    thread = await beta.threads.create(messages=[{"role": "user", "content": "Draw a bar chart of A: 1, B: 2, C: 3"}])
    with report.check("beta.threads.runs.create_and_poll"):
        run = await beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=agent.id)
        assert run.status == "completed", run.last_error
        assert run.usage.total_tokens > 0
    with report.check("an image of the code interpreter is downloaded"):
        (answer,) = (await beta.threads.messages.list(thread.id, run_id=run.id)).data
        image = next(block.image_file.file_id for block in answer.content if block.type == "image_file")
        assert (await api.files.content(image)).read().startswith(b"\x89PNG")
    with report.check("beta.threads.runs.steps.list"):
        listed = await items(await beta.threads.runs.steps.list(run.id, thread_id=thread.id, order="asc", limit=1))
        assert [step.type for step in listed] == ["tool_calls", "message_creation"]
        assert listed[0].step_details.tool_calls[0].code_interpreter.outputs
    with report.check("beta.threads.runs.steps.retrieve"):
        assert await beta.threads.runs.steps.retrieve(listed[0].id, thread_id=thread.id, run_id=run.id) == listed[0]


async def runs(api: Api, report: Report) -> None:
    beta = api.beta
    agent = await beta.assistants.create(model="m", instructions=script(*LOOKS_AT_WEATHER), tools=[WEATHER])
    thread = await beta.threads.create(messages=BEGIN)
    with report.check("beta.threads.runs.create"):
        run = await beta.threads.runs.create(thread.id, assistant_id=agent.id, metadata={"n": "1"}, additional_messages=BEGIN)
        assert (run.object, run.status, run.assistant_id) == ("thread.run", "queued", agent.id)
    with report.check("beta.threads.runs.poll"):
        run = await beta.threads.runs.poll(run.id, thread_id=thread.id, poll_interval_ms=20)
        assert run.status == "requires_action"
    with report.check("beta.threads.runs.retrieve"):
        assert await beta.threads.runs.retrieve(run.id, thread_id=thread.id) == run
    with report.check("beta.threads.runs.update"):
        changed = await beta.threads.runs.update(run.id, thread_id=thread.id, metadata={"n": "2"})
        assert (changed.status, changed.metadata) == ("requires_action", {"n": "2"})
    with report.check("beta.threads.runs.submit_tool_outputs"):
        run = await beta.threads.runs.submit_tool_outputs(run.id, thread_id=thread.id, tool_outputs=outputs_of(run))
        assert run.status == "queued"
        run = await beta.threads.runs.poll(run.id, thread_id=thread.id, poll_interval_ms=20)
        assert run.status == "completed", run.last_error
        (answer, *_) = (await beta.threads.messages.list(thread.id)).data
        assert text_of(answer) == 'It is: rain, by {"city": "Oslo"}'
    with report.check("beta.threads.runs.submit_tool_outputs_and_poll"):
        run = await beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=agent.id, poll_interval_ms=20)
        run = await beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id, thread_id=thread.id, tool_outputs=outputs_of(run), poll_interval_ms=20
        )
        assert run.status == "completed", run.last_error
    with report.check("beta.threads.runs.list"):
        newest, older = await items(await beta.threads.runs.list(thread.id, limit=1))
        assert (newest.id, older.status) == (run.id, "completed")
    with report.check("beta.threads.create_and_run"):
        run = await beta.threads.create_and_run(assistant_id=agent.id, thread={"messages": BEGIN})
        assert (run.status, run.thread_id != thread.id) == ("queued", True)
        await beta.threads.runs.poll(run.id, thread_id=run.thread_id, poll_interval_ms=20)
    with report.check("beta.threads.create_and_run_poll"):
        run = await beta.threads.create_and_run_poll(
            assistant_id=agent.id, thread={"messages": BEGIN}, instructions=script("Done."), poll_interval_ms=20
        )
        assert run.status == "completed", run.last_error
    with report.check("beta.threads.runs.cancel"):
        endless = script(talk("word ", times=3000, pause=0.02))
        run = await beta.threads.runs.create(thread.id, assistant_id=agent.id, instructions=endless)
        assert (await beta.threads.runs.cancel(run.id, thread_id=thread.id)).status in ("cancelling", "cancelled")
        assert (await beta.threads.runs.poll(run.id, thread_id=thread.id, poll_interval_ms=20)).status == "cancelled"


OFFLINE = (assistants, threads, charts)
TOLD = (runs,)
