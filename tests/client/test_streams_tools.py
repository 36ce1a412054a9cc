"""Function calls inside a stream: who answers them, and how the events go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import HttpResponseError, MissingToolError
from agentkit.local import LocalService
from agentkit.local.models.scripted import call
from agentkit.models import AsyncFunctionTool, AsyncToolSet, FunctionTool, ToolSet

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import Answer, RawServer
from .streaming import (
    ANSWER,
    ASK,
    ASKS,
    BEGINNING,
    GOES_ON,
    RUN,
    asking,
    begin,
    canned,
    each,
    handler_class,
    names,
    outputs_for,
    until,
    weather,
)

Serve = Callable[..., LocalService]


def _broken(city: str) -> str:
    """Fails."""
    raise ValueError(f"no weather in {city}")


_broken.__name__ = "weather"


def tides(sea: str) -> str:
    """When the tides of a sea are."""
    return f"at noon in the {sea}"


async def test_events_go_on_over_all_rounds(connect: Connect, serve: Serve) -> None:
    """Each response is there with its ``done``; the answer to a submission begins with the end of the step that asked."""
    scene = await begin(connect, serve, [ASK, call("weather", city="Rome")], ASK, "It is sunny.", functions=[weather])
    seen = await scene.events()
    assert names(seen) == [*BEGINNING, *ASKS, *GOES_ON, *ASKS, *GOES_ON, *ANSWER]
    assert await scene.outputs() == ["sunny in Oslo", "sunny in Rome", "sunny in Oslo"]
    assert {data.id for name, data, _ in seen if name.startswith("thread.run.") and "step" not in name} == {
        (await scene.run()).id
    }


async def test_a_run_asks_before_its_functions_are_called(connect: Connect, serve: Serve) -> None:
    """Whoever reads the events sees the run asking, and may still act, before anything is executed."""
    called: list[str] = []

    def weather(city: str) -> str:
        """Note the call."""
        called.append(city)
        return "sunny"

    scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
    async with inside(scene.stream()) as events:
        run = await until(events, "thread.run.requires_action")
        assert (run.status, called) == ("requires_action", [])
        assert (await scene.run()).status == "requires_action"
        assert (await next_piece(events))[0] == "done"
        assert called == ["Oslo"]
        await pieces(events)
    assert called == ["Oslo"]


async def test_a_toolset_of_the_call_serves_the_run(face: Face, connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, ASK, "It is sunny.", tools=())
    toolset: Any = (AsyncToolSet if face.waits else ToolSet)()
    toolset.add((AsyncFunctionTool if face.waits else FunctionTool)([weather]))
    assert names(await scene.events(toolset=toolset)) == [*BEGINNING, *ASKS, *GOES_ON, *ANSWER]
    assert await scene.outputs() == ["sunny in Oslo"]


async def test_a_caller_who_submits_by_the_plain_call_is_not_preceded(
    connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is executed here, though it could be: the stream ends, and the final run is waited for."""
    scene = await begin(connect, serve, ASK, "It is sunny.", functions=[_broken])
    seen = []
    async with inside(scene.stream()) as events:
        async for event in each(events):
            seen.append(event)
            if event[0] == "thread.run.requires_action":
                run = event[1]
                await done(scene.agents.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs_for(run)))
        final = await done(events.get_final_run())
        (message,) = await done(events.get_final_messages())
    assert names(seen) == [*BEGINNING, *ASKS]
    assert (final.status, message.text_messages[0].text.value) == ("completed", "It is sunny.")
    assert (await scene.outputs(), caplog.records) == (["sunny"], [])


async def test_a_caller_who_cancels_is_not_preceded(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, ASK, functions=[_broken])
    seen = []
    async with inside(scene.stream()) as events:
        async for event in each(events):
            seen.append(event)
            if event[0] == "thread.run.requires_action":
                await done(scene.agents.cancel_run(event[1].thread_id, event[1].id))
        final = await done(events.get_final_run())
    assert names(seen) == [*BEGINNING, *ASKS]
    assert final.status == "cancelled"


async def test_where_nothing_is_found_the_stream_ends_and_the_run_waits(
    connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody else may have the function. The final run is the waiting one, and a warning says what is missing."""
    scene = await begin(connect, serve, ASK)
    async with inside(scene.stream()) as events:
        assert names(await pieces(events)) == [*BEGINNING, *ASKS]
        assert (await done(events.get_final_run())).status == "requires_action"
    assert (await scene.run()).status == "requires_action"
    (record,) = caplog.records
    assert all(word in record.getMessage() for word in ("implementation", "weather", "enable_auto_function_calls()"))


async def test_what_is_found_is_executed_and_the_rest_is_answered_with_an_error(connect: Connect, serve: Serve) -> None:
    turns = [ASK, call("tides", sea="North")], "Sunny, with tides."
    scene = await begin(connect, serve, *turns, tools=[weather, tides], functions=[weather])
    assert names(await scene.events()) == [*BEGINNING, *ASKS, *GOES_ON, *ANSWER]
    found, missing = await scene.outputs()
    assert found == "sunny in Oslo"
    assert "tides" in missing
    assert missing.startswith('{"error"')


async def test_a_missing_function_is_an_error_where_that_is_asked_for(connect: Connect, serve: Serve) -> None:
    """It comes out behind the event that asks, and the run does not go on waiting."""
    scene = await begin(connect, serve, ASK)
    async with inside(scene.stream(on_missing_tool="raise")) as events:
        await until(events, "thread.run.requires_action")
        with pytest.raises(MissingToolError, match="weather") as caught:
            await next_piece(events)
        assert await pieces(events) == []
    assert caught.value.names == ("weather",)
    assert (await scene.run()).status == "cancelled"


async def test_failing_rounds_are_answered_up_to_a_limit_and_then_the_run_is_cancelled(
    face: Face, connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    scene = await begin(connect, serve, ASK, ASK, ASK, functions=[_broken])
    handler = handler_class(face)()
    handler.set_max_retry(1)
    seen = await scene.events(event_handler=handler)
    assert names(seen)[: len(BEGINNING + ASKS + GOES_ON + ASKS)] == [*BEGINNING, *ASKS, *GOES_ON, *ASKS]
    assert names(seen)[-2:] == ["thread.run.cancelled", "done"]
    assert (await scene.run()).status == "cancelled"
    assert "too many rounds of its function calls failed" in caplog.text


async def test_the_limit_of_failing_rounds_is_that_of_the_client_by_default(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, ASK)
    scene.agents.enable_auto_function_calls(functions=[_broken], max_retry=0)
    assert names(await scene.events())[-2:] == ["thread.run.cancelled", "done"]
    assert (await scene.run()).status == "cancelled"
    assert len(scene.model.requests) == 1


async def test_a_refused_submission_comes_out_of_the_loop(raw: RawServer, connect: Connect) -> None:
    """The connection is closed, and what the service said is in the error."""
    raw.answers = [canned(("thread.run.requires_action", asking("weather"))), Answer(403, {"error": {"message": "Not you."}})]
    async with inside(connect(raw).agents.create_stream("t", agent_id="a", toolset=FunctionTool([weather]))) as events:
        with pytest.raises(HttpResponseError, match="Not you"):
            await pieces(events)
        assert await pieces(events) == []
    assert len(raw.seen) == 2


async def test_what_is_submitted_asks_for_the_events_that_follow(raw: RawServer, connect: Connect) -> None:
    """All outputs of a round go in one request, in the order of the calls."""
    raw.answers = [
        canned(("thread.run.requires_action", asking("weather", "weather"))),
        canned(("thread.run.completed", {**RUN, "status": "completed"})),
    ]
    agents = connect(raw, enable_auto_function_calls=[weather]).agents
    async with inside(agents.create_stream("t", agent_id="a")) as events:
        assert names(await pieces(events)) == ["thread.run.requires_action", "done", "thread.run.completed", "done"]
    submission = raw.last
    assert submission.path.endswith("/threads/t/runs/run_1/submit_tool_outputs")
    assert submission.json() == {
        "tool_outputs": [{"tool_call_id": f"call_{n}", "output": "sunny in Oslo"} for n in range(2)],
        "stream": True,
    }
