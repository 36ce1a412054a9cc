"""A span for each run that is led to its end, and for each function that it calls, in every way in which that is done."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from agentkit.exceptions import ResourceNotFoundError, RunFailedError, WaitTimeoutError
from agentkit.local import LocalService
from agentkit.local.models.scripted import call
from client.faces import Connect, Face, done, inside, next_piece, pieces
from client.rounds import ask, both_ways, ran, submissions, talk, toolset
from client.streaming import begin, handler_class, outputs_for, until, weather
from telemetry.spans import Spans, contents

Serve = Callable[..., LocalService]

ROUND = ["start_thread_run", "execute_tool weather", "submit_tool_outputs"]


@both_ways
async def test_a_run_with_functions_is_one_tree(spans: Spans, face: Face, serve: Serve, connect: Connect, way: str) -> None:
    talking = await talk(serve, connect, call("weather", city="Oslo"), "Sunny.", toolset=toolset(face, weather))
    spans.clear()
    run = await talking.run(way)

    assert spans.tree() == [("process_thread_run", ROUND)]
    told = spans.told("process_thread_run")
    assert told["gen_ai.operation.name"] == "process_thread_run"
    assert told["gen_ai.agent.id"] == talking.agent.id
    assert told["gen_ai.thread.id"] == talking.thread.id
    assert told["gen_ai.thread.run.id"] == run.id
    assert told["gen_ai.thread.run.status"] == "completed"
    assert told["gen_ai.response.model"] == "m"
    assert told["gen_ai.usage.input_tokens"] == run.usage.prompt_tokens
    assert told["gen_ai.usage.output_tokens"] == run.usage.completion_tokens
    tool = spans.told("execute_tool weather")
    assert spans.one("execute_tool weather").kind is SpanKind.INTERNAL
    assert tool["gen_ai.operation.name"] == "execute_tool"
    assert tool["gen_ai.tool.name"] == "weather"
    assert tool["gen_ai.tool.type"] == "function"
    assert str(tool["gen_ai.tool.call.id"]).startswith("call_")
    submitted = spans.told("submit_tool_outputs")
    assert submitted["gen_ai.thread.run.id"] == run.id
    assert submissions(talking.sent) == 1


@both_ways
async def test_what_a_function_does_is_below_its_call(
    spans: Spans, face: Face, serve: Serve, connect: Connect, way: str
) -> None:
    tracer = trace.get_tracer("test")

    def ask_station(city: str) -> str:
        """Ask the station of a city."""
        with tracer.start_as_current_span(f"station {city}"):
            return "sunny"

    asks = [call("ask_station", city="Oslo"), call("ask_station", city="Rome")]
    for options in ({}, {"max_parallel": 2}, {"tool_timeout": 20.0}):
        talking = await talk(serve, connect, asks, "Sunny.", toolset=toolset(face, ask_station))
        spans.clear()
        with tracer.start_as_current_span("mine"):
            await talking.run(way, **options)
        ((name, [(process, below)]),) = spans.tree()
        assert (name, process) == ("mine", "process_thread_run")
        assert below[0] == "start_thread_run"
        assert below[3] == "submit_tool_outputs"
        assert sorted(below[1:3]) == [
            ("execute_tool ask_station", ["station Oslo"]),
            ("execute_tool ask_station", ["station Rome"]),
        ]


@both_ways
async def test_an_async_function_is_traced_as_any_other(
    spans: Spans, face: Face, serve: Serve, connect: Connect, way: str
) -> None:
    tracer = trace.get_tracer("test")

    async def ask_station(city: str) -> str:
        """Ask the station of a city."""
        with tracer.start_as_current_span("station"):
            await asyncio.sleep(0)
            return "sunny"

    talking = await talk(serve, connect, call("ask_station", city="Oslo"), "Sunny.", toolset=toolset(face, ask_station))
    spans.clear()
    await talking.run(way)
    assert spans.tree() == [
        ("process_thread_run", ["start_thread_run", ("execute_tool ask_station", ["station"]), "submit_tool_outputs"])
    ]


@both_ways
async def test_a_function_that_fails_is_an_error_of_its_call_alone(
    spans: Spans, face: Face, serve: Serve, connect: Connect, way: str
) -> None:
    def broken() -> str:
        """Break."""
        raise LookupError("s3cret words")

    talking = await talk(serve, connect, call("broken"), "Sorry.", toolset=toolset(face, broken))
    spans.clear()
    await talking.run(way)
    assert spans.one("execute_tool broken").status.status_code is StatusCode.ERROR
    assert spans.told("execute_tool broken")["error.type"] == "LookupError"
    assert spans.one("process_thread_run").status.status_code is StatusCode.UNSET
    assert "s3cret" not in spans.text()


@both_ways
async def test_a_run_that_fails_is_an_error(spans: Spans, serve: Serve, connect: Connect, way: str) -> None:
    def broken(request: Any) -> str:
        raise LookupError("no model")

    client = connect(serve(model=broken))
    agent = await done(client.agents.create_agent(model="m"))
    thread = await done(ask(client.agents))
    if way == "process":
        await done(client.agents.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.01))
    else:
        async with inside(client.agents.create_stream(thread.id, agent_id=agent.id, raise_on_failure=True)) as events:
            with pytest.raises(RunFailedError):
                await pieces(events)
    span = spans.one("process_thread_run")
    assert span.status.status_code is StatusCode.ERROR
    assert spans.told("process_thread_run")["gen_ai.thread.run.status"] == "failed"
    assert spans.told("process_thread_run")["error.type"] == "server_error"


@both_ways
async def test_a_run_that_is_refused_is_an_error(spans: Spans, connect: Connect, service: LocalService, way: str) -> None:
    agents = connect(service).agents
    with pytest.raises(ResourceNotFoundError):
        await ran(agents, way, "thread_none", agent_id="asst_none")
    assert spans.tree() == [("process_thread_run", ["start_thread_run"])]
    for name in ("process_thread_run", "start_thread_run"):
        assert spans.told(name)["http.response.status_code"] == 404


async def test_a_run_that_is_waited_for_too_long_says_how_far_it_came(
    spans: Spans, face: Face, serve: Serve, connect: Connect
) -> None:
    let_go = threading.Event()
    client = connect(serve(model=lambda request: "late" if let_go.wait(20) else "never"))
    agent = await done(client.agents.create_agent(model="m"))
    thread = await done(ask(client.agents))
    with pytest.raises(WaitTimeoutError):
        await done(client.agents.create_and_process_run(thread.id, agent_id=agent.id, timeout=0.3))
    let_go.set()
    told = spans.told("process_thread_run")
    assert told["error.type"] == "agentkit.exceptions.WaitTimeoutError"
    assert told["gen_ai.thread.run.status"] == "in_progress"


# --- streams ----------------------------------------------------------------------------------------------------------


async def test_a_stream_says_what_was_said(recorded: Spans, serve: Serve, connect: Connect) -> None:
    scene = await begin(connect, serve, call("weather", city="Oslo"), "Sunny.", functions=[weather])
    await scene.events()
    span = recorded.one("process_thread_run")
    assert [event.name for event in span.events] == ["gen_ai.assistant.message", "gen_ai.assistant.message"]
    calls, text = contents(span, "gen_ai.assistant.message")
    assert calls["tool_calls"][0]["function"]["name"] == "weather"
    assert text == {"content": {"text": {"value": "Sunny.", "annotations": []}}, "role": "assistant"}


async def test_a_stream_that_is_left_ends_its_span_once(spans: Spans, serve: Serve, connect: Connect) -> None:
    scene = await begin(connect, serve, call("weather", city="Oslo"), "Sunny.")
    spans.clear()
    async with inside(scene.stream()) as events:
        await next_piece(events)
        assert spans.names() == ["start_thread_run"]
    span = spans.one("process_thread_run")
    assert span.status.status_code is StatusCode.UNSET
    assert spans.told("process_thread_run")["gen_ai.thread.run.status"] in ("queued", "in_progress")


async def test_a_run_that_is_cancelled_with_its_stream_is_cancelled_in_its_span(
    spans: Spans, serve: Serve, connect: Connect
) -> None:
    scene = await begin(connect, serve, call("weather", city="Oslo"), "Sunny.")
    spans.clear()
    async with inside(scene.stream(cancel_on_exit=True)) as events:
        await until(events, "thread.run.requires_action")
    assert spans.tree() == [("process_thread_run", ["start_thread_run", "cancel_run"])]


async def test_a_stream_that_nobody_keeps_ends_its_span(spans: Spans, serve: Serve, connect: Connect) -> None:
    scene = await begin(connect, serve, "Sunny.")
    spans.clear()
    stream = await done(scene.stream())
    events: Any = stream.__enter__() if hasattr(stream, "__enter__") else await stream.__aenter__()
    await next_piece(events)
    response = stream.response_iterator
    await done(response.aclose() if hasattr(response, "aclose") else response.close())
    del stream, events, response
    gc.collect()
    assert spans.tree() == [("process_thread_run", ["start_thread_run"])]


@pytest.mark.parametrize("face", ["async"], indirect=True)  # the sync client opens a stream when it makes it
async def test_a_stream_that_is_never_opened_has_no_span(spans: Spans, serve: Serve, connect: Connect) -> None:
    scene = await begin(connect, serve, "Sunny.")
    spans.clear()
    stream = scene.stream()
    del stream
    gc.collect()
    assert spans.names() == []


async def test_an_error_in_a_handler_is_the_error_of_its_run(spans: Spans, face: Face, serve: Serve, connect: Connect) -> None:
    class Breaking:
        def on_thread_run(self, run: Any) -> None:
            raise LookupError("mine")

    scene = await begin(connect, serve, "Sunny.")
    spans.clear()
    with pytest.raises(LookupError):
        async with inside(scene.stream(event_handler=handler_class(face, Breaking)())) as handler:
            await done(handler.until_done())
    assert spans.told("process_thread_run")["error.type"] == "LookupError"
    assert spans.one("process_thread_run").status.status_code is StatusCode.ERROR


async def test_outputs_that_the_caller_submits_belong_to_the_run(spans: Spans, serve: Serve, connect: Connect) -> None:
    scene = await begin(connect, serve, call("weather", city="Oslo"), "Sunny.")
    spans.clear()
    async with inside(scene.stream()) as events:
        run = await until(events, "thread.run.requires_action")
        await done(
            scene.agents.submit_tool_outputs_to_stream(
                run.thread_id, run.id, tool_outputs=outputs_for(run), event_handler=events
            )
        )
        await done(events.until_done())
    assert spans.tree() == [("process_thread_run", ["start_thread_run", "submit_tool_outputs"])]
    assert spans.told("process_thread_run")["gen_ai.thread.run.status"] == "completed"


async def test_a_run_that_is_gone_on_with_as_a_stream_has_a_span(
    spans: Spans, face: Face, serve: Serve, connect: Connect
) -> None:
    scene = await begin(connect, serve, call("weather", city="Oslo"), "Sunny.")
    run = await done(scene.agents.create_run(scene.thread.id, agent_id=scene.agent.id))
    while str(run.status) != "requires_action":
        run = await done(scene.agents.get_run(scene.thread.id, run.id))
    spans.clear()
    handler = handler_class(face)()
    await done(
        scene.agents.submit_tool_outputs_to_stream(run.thread_id, run.id, tool_outputs=outputs_for(run), event_handler=handler)
    )
    await done(handler.until_done())
    assert spans.tree() == [("process_thread_run", ["submit_tool_outputs"])]
    assert spans.told("process_thread_run")["gen_ai.thread.run.id"] == run.id
    assert spans.told("process_thread_run")["gen_ai.thread.run.status"] == "completed"


async def test_a_thread_that_is_made_with_its_run_is_named(spans: Spans, serve: Serve, connect: Connect) -> None:
    scene = await begin(connect, serve, "Sunny.")
    spans.clear()
    stream = scene.agents.create_thread_and_run(agent_id=scene.agent.id, stream_parameter=True)
    async with inside(await done(stream)) as events:
        await done(events.until_done())
    assert spans.tree() == [("process_thread_run", ["create_thread_and_run"])]
    assert str(spans.told("process_thread_run")["gen_ai.thread.id"]).startswith("thread_")


async def test_streams_side_by_side_keep_their_own_children(spans: Spans, face: Face, serve: Serve, connect: Connect) -> None:
    scenes = [await begin(connect, serve, call("weather", city="Oslo"), "Sunny.", functions=[weather]) for _ in range(3)]
    spans.clear()
    if face.waits:
        await asyncio.gather(*(scene.events() for scene in scenes))
    else:
        threads = [threading.Thread(target=lambda scene=scene: asyncio.run(scene.events())) for scene in scenes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert spans.tree() == [("process_thread_run", ROUND)] * 3
