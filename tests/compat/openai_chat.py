"""What the openai package is put through with models and chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
from openai_assistants import WEATHER
from openai_surface import broken_off, each, items, reading, refused
from turns import call, calls, failure, script, talk

if TYPE_CHECKING:
    from clients import Api, Report

TEXT = "Grüße aus 東京: all is well, extraordinarily well."


def asked(*turns: Any) -> list[dict[str, Any]]:
    """A conversation with a model that makes these turns."""
    return [{"role": "system", "content": script(*turns)}, {"role": "user", "content": "Begin."}]


async def models(api: Api, report: Report) -> None:
    with report.check("models.list"):
        (model,) = await items(await api.models.list())
        assert (model.object, model.id) == ("model", "offline")
    with report.check("models.retrieve"):
        named = await api.models.retrieve("some/name")
        assert (named.id, "offline" in named.owned_by) == ("some/name", True)
    with report.check("the offline model answers a chat"):
        messages = [{"role": "user", "content": "Tell me a story."}]
        answer = await api.chat.completions.create(model="gpt-4o-mini", messages=messages)
        assert (answer.object, answer.model, answer.choices[0].finish_reason) == ("chat.completion", "gpt-4o-mini", "stop")
        assert "offline" in answer.choices[0].message.content.lower()
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


async def chats(api: Api, report: Report) -> None:
    completions = api.chat.completions
    with report.check("chat.completions.create"):
        answer = await completions.create(model="m", messages=asked(TEXT), temperature=0.5, user="somebody")
        (choice,) = answer.choices
        assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", TEXT, "stop")
    with report.check("a chat completion is read piece by piece"):
        options = {"include_usage": True}
        pieces = await items(await completions.create(model="m", messages=asked(TEXT), stream=True, stream_options=options))
        assert "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices) == TEXT
        assert {piece.id for piece in pieces} == {pieces[0].id}
        assert (pieces[0].choices[0].delta.role, pieces[-2].choices[0].finish_reason) == ("assistant", "stop")
        assert pieces[-1].usage.total_tokens > 0
    with report.check("chat.completions.stream"):
        async with reading(await completions.stream(model="m", messages=asked(TEXT))) as stream:
            kinds = {event.type for event in await items(stream)}
            final = await api.settled(stream.get_final_completion())
        assert {"chunk", "content.delta", "content.done"} <= kinds
        assert final.choices[0].message.content == TEXT
    with report.check("chat.completions.parse"):
        schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
        wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": schema}}
        answer = await completions.parse(model="m", messages=asked('{"city": "Oslo"}'), response_format=wanted)
        assert answer.choices[0].message.content == '{"city": "Oslo"}'
    with report.check("an answer ends before a word, or at its limit"):
        answer = await completions.create(model="m", messages=asked("one two STOP three"), stop=["STOP"])
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("one two ", "stop")
        answer = await completions.create(model="m", messages=asked("word " * 100), max_completion_tokens=5)
        assert (answer.choices[0].message.content.split(), answer.choices[0].finish_reason) == (["word"] * 5, "length")


async def functions(api: Api, report: Report) -> None:
    completions = api.chat.completions
    conversation = asked(calls(call("weather", city="Oslo"), call("weather", city="Rome")), "It is: {outputs}")
    with report.check("a chat completion calls functions, and goes on with what came of them"):
        answer = await completions.create(model="m", messages=conversation, tools=[WEATHER])
        (choice,) = answer.choices
        made = choice.message.tool_calls
        assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
        assert [one.function.arguments for one in made] == ['{"city": "Oslo"}', '{"city": "Rome"}']
        outputs = [{"role": "tool", "tool_call_id": one.id, "content": f"rain, {one.id}"} for one in made]
        further = [*conversation, choice.message.model_dump(exclude_none=True), *outputs]
        answer = await completions.create(model="m", messages=further, tools=[WEATHER])
        assert answer.choices[0].message.content == f"It is: rain, {made[0].id}; rain, {made[1].id}"
    with report.check("calls of functions come piece by piece"):
        async with reading(await completions.stream(model="m", messages=conversation, tools=[WEATHER])) as stream:
            kinds = [event.type for event in await items(stream)]
            final = await api.settled(stream.get_final_completion())
        assert kinds.count("tool_calls.function.arguments.done") == 2
        assert [one.function.arguments for one in final.choices[0].message.tool_calls] == [
            '{"city": "Oslo"}',
            '{"city": "Rome"}',
        ]
    with report.check("one call where they are not to be made in parallel"):
        answer = await completions.create(
            model="m", messages=conversation, tools=[WEATHER], parallel_tool_calls=False, tool_choice="required"
        )
        assert len(answer.choices[0].message.tool_calls) == 1


async def refusals(api: Api, report: Report) -> None:
    completions = api.chat.completions
    with report.check("a model that fails is told of by status and code"):
        limited = asked(failure("Too many questions.", "rate_limit_exceeded"))
        for stream in (False, True):
            error = await refused(completions.create(model="m", messages=limited, stream=stream), openai.RateLimitError)
            assert (error.code, "Too many questions." in error.message) == ("rate_limit_exceeded", True)
    with report.check("a model that fails in the middle of a stream is an APIError"):
        broken = asked(failure("The line is dead.", "server_error", after="It is said"))
        pieces, failed = await broken_off(each(await completions.create(model="m", messages=broken, stream=True)))
        assert "".join(piece.choices[0].delta.content for piece in pieces) == "It is said"
        assert "The line is dead." in failed.message
    with report.check("a chat that cannot be had is refused"):
        error = await refused(completions.create(model="m", messages=asked(TEXT), n=2), openai.BadRequestError)
        assert (error.param, error.code) == ("n", None)
    with report.check("a stream of a chat is left"):
        endless = asked(talk("word ", times=3000, pause=0.02))
        stream = await completions.create(model="m", messages=endless, stream=True)
        async for _ in each(stream):
            break
        await api.settled(stream.close())


OFFLINE = (models,)
TOLD = (chats, functions, refusals)
