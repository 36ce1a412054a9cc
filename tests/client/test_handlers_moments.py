"""RunEventHandler: one callback for each kind of thing that happens, each once, with the thing as it is by then."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest

from agentkit import AIProjectClient
from agentkit.local import LocalService
from agentkit.local.models.base import Failure
from agentkit.local.models.scripted import ScriptedModel, call
from agentkit.models import FunctionTool, RunEventHandler, RunStep, RunStepToolCall, ThreadMessage, ThreadRun

from .faces import Connect, Face, done, inside, pieces
from .servers import Answer, RawServer
from .streaming import (
    ANSWER,
    ASK,
    ASKS,
    BEGINNING,
    GOES_ON,
    MESSAGE,
    RUN,
    Bytes,
    SlowModel,
    begin,
    handler_class,
    names,
    outputs_for,
    until,
    weather,
    wire,
)

Serve = Callable[..., LocalService]

STEP = {"id": "step_1", "object": "thread.run.step", "thread_id": "t", "run_id": "run_1", "assistant_id": "a", "created_at": 1}
ANSWERED = [
    "on_step_created",
    "on_message_created",
    "on_text_delta",
    "on_message_completed",
    "on_step_completed",
    "on_run_ended",
]
THINGS = ("message", "step", "tool_call")
CALLED = ["on_tool_call_created", "on_tool_call_delta"]


class Telling:
    """Keeps what it is told as (callback, arguments)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[Any, ...]]] = []

    def names(self) -> list[str]:
        """The callbacks, those that follow the same one left out."""
        return [name for name, _ in groupby(name for name, _ in self.told)]

    def all_of(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of each call of a callback."""
        return [arguments for told, arguments in self.told if told == name]

    def of(self, name: str) -> list[Any]:
        """The first argument of each."""
        return [arguments[0] for arguments in self.all_of(name)]


def _telling_of(name: str) -> Any:
    return lambda self, *arguments: self.told.append((name, arguments))


for _name in [name for name in vars(RunEventHandler) if name.startswith("on_")]:
    setattr(Telling, _name, _telling_of(_name))


def _telling(face: Face) -> Any:
    return handler_class(face, Telling, base="RunEventHandler")()


async def _told(face: Face, *events: tuple[str, Any]) -> Any:
    """A handler that was fed these events by hand."""
    handler = _telling(face)
    handler.initialize(Bytes(wire(*events)), lambda *_: False)
    await pieces(handler)
    return handler


def _call(number: int, **function: Any) -> dict[str, Any]:
    return {"id": f"call_{number}", "type": "function", "function": {"name": "weather", "arguments": "{}", **function}}


def _step(status: str, *calls: Any) -> dict[str, Any]:
    return {**STEP, "type": "tool_calls", "status": status, "step_details": {"type": "tool_calls", "tool_calls": list(calls)}}


def _piece(index: int, arguments: str = "", **fields: Any) -> tuple[str, Any]:
    tool_call = {"index": index, "type": "function", "function": {"arguments": arguments}, **fields}
    return "thread.run.step.delta", {
        "id": "step_1",
        "object": "thread.run.step.delta",
        "delta": {"step_details": {"type": "tool_calls", "tool_calls": [tool_call]}},
    }


def _page(*items: Any) -> Answer:
    return Answer(body={"object": "list", "data": items, "first_id": None, "last_id": None, "has_more": False})


class TestARun:
    async def test_everything_is_told_once_and_in_order(self, face: Face, connect: Connect, serve: Serve) -> None:
        turns = [ASK, call("weather", city="Rome")], ASK, "It is sunny."
        scene = await begin(connect, serve, *turns, functions=[weather])
        handler = _telling(face)
        seen = await scene.events(event_handler=handler)
        assert names(seen) == [*BEGINNING, *ASKS, *GOES_ON, *ASKS, *GOES_ON, *ANSWER]
        ended = ["on_tool_call_completed", "on_step_completed"]
        assert handler.names() == [
            "on_run_created",
            "on_step_created",
            *CALLED,
            *CALLED,
            *ended,
            "on_step_created",
            *CALLED,
            *ended,
            *ANSWERED,
        ]
        once = [name for name, _ in handler.told if not name.endswith("_delta")]
        assert {name: once.count(name) for name in set(once)} == {
            "on_run_created": 1,
            "on_run_ended": 1,
            "on_message_created": 1,
            "on_message_completed": 1,
            "on_step_created": 3,
            "on_step_completed": 3,
            "on_tool_call_created": 3,
            "on_tool_call_completed": 3,
        }

    async def test_things_come_as_they_are_by_then(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        handler = _telling(face)
        await scene.events(event_handler=handler)
        (created,), (ended,) = handler.of("on_run_created"), handler.of("on_run_ended")
        assert (created.status, ended.status, ended.usage.total_tokens > 0) == ("queued", "completed", True)
        (empty,), (whole,) = handler.of("on_message_created"), handler.of("on_message_completed")
        assert (empty.content, whole.text_messages[0].text.value) == ([], "It is sunny.")
        assert [(step.type, step.status) for step in handler.of("on_step_completed")] == [
            ("tool_calls", "completed"),
            ("message_creation", "completed"),
        ]
        (begun,), (answered,) = handler.of("on_tool_call_created"), handler.of("on_tool_call_completed")
        assert (begun.id, begun.function.name, begun.function.arguments) == (answered.id, "weather", "")
        assert (answered.function.arguments, answered.function.output) == ('{"city": "Oslo"}', "sunny in Oslo")

    async def test_what_grows_comes_with_what_it_is_by_now(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        handler = _telling(face)
        await scene.events(event_handler=handler)
        texts = [(text, message.text_messages[0].text.value) for text, message in handler.all_of("on_text_delta")]
        assert texts == [("It", "It"), (" is", "It is"), (" sunny.", "It is sunny.")]
        grown = ""
        for delta, so_far in handler.all_of("on_tool_call_delta"):
            grown += delta.function.arguments
            assert so_far.function.arguments == grown
        assert grown == '{"city": "Oslo"}'

    async def test_a_step_comes_with_its_call(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        handler = _telling(face)
        await scene.events(event_handler=handler)
        for name in ("on_tool_call_created", "on_tool_call_completed"):
            ((one, step),) = handler.all_of(name)
            assert step.step_details.tool_calls[0] == one

    async def test_the_mirrored_callbacks_are_called_as_well(self, face: Face, connect: Connect, serve: Serve) -> None:
        """Before the finer ones; iterating yields what they return."""
        scene = await begin(connect, serve, "It is sunny.")
        order = []

        class Both:
            def on_thread_run(self, run: Any) -> str:
                order.append(str(run.status))
                return "mirrored"

            def on_run_created(self, run: Any) -> str:
                order.append("created")
                return "finer"

            def on_run_ended(self, run: Any) -> None:
                order.append("ended")

        seen = await scene.events(event_handler=handler_class(face, Both, base="RunEventHandler")())
        assert order == ["queued", "created", "queued", "in_progress", "completed", "ended"]
        assert seen[0][2] == "mirrored"

    async def test_code_and_its_output_are_a_tool_call(self, face: Face) -> None:
        outputs = [{"type": "logs", "logs": "4"}]
        interpreter = {"id": "call_0", "type": "code_interpreter", "code_interpreter": {"input": "2+2", "outputs": outputs}}
        piece = {"index": 0, "id": "call_0", "type": "code_interpreter", "code_interpreter": {"input": "2+", "outputs": []}}
        more = {"index": 0, "type": "code_interpreter", "code_interpreter": {"input": "2"}}
        handler = await _told(
            face,
            ("thread.run.created", RUN),
            ("thread.run.step.created", _step("in_progress")),
            *(
                (
                    "thread.run.step.delta",
                    {"id": "step_1", "delta": {"step_details": {"type": "tool_calls", "tool_calls": [p]}}},
                )
                for p in (piece, more)
            ),
            ("thread.run.step.completed", _step("completed", interpreter)),
        )
        inputs = [so_far.code_interpreter.input for _, so_far in handler.all_of("on_tool_call_delta")]
        (answered,) = handler.of("on_tool_call_completed")
        assert (inputs, answered.code_interpreter.outputs[0].logs) == (["2+", "2+2"], "4")


class TestEnds:
    """Whatever the end, each thing has one: the object's status says which."""

    async def test_of_a_run_that_fails(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, Failure("Slow down.", "rate_limit_exceeded"))
        handler = _telling(face)
        await scene.events(event_handler=handler)
        assert handler.names() == ["on_run_created", "on_run_ended"]
        assert handler.of("on_run_ended")[0].last_error.code == "rate_limit_exceeded"

    async def test_of_a_run_that_is_cancelled_in_the_middle(self, face: Face, connect: Connect, serve: Serve) -> None:
        model = SlowModel("Once upon", SlowModel.HOLD, " a time.")
        scene = await begin(connect, serve, model=model, tools=())
        handler = _telling(face)
        async with inside(scene.stream(event_handler=handler)) as events:
            await until(events, "thread.message.delta")
            await done(scene.agents.cancel_run(scene.thread.id, handler.current_run.id))
            model.let_go.set()
            await done(events.until_done())
        assert handler.names() == ["on_run_created", *ANSWERED]
        (message,), (step,) = handler.of("on_message_completed"), handler.of("on_step_completed")
        assert (message.status, step.status, handler.of("on_run_ended")[0].status) == (
            "incomplete",
            "cancelled",
            "cancelled",
        )

    @pytest.mark.parametrize("status", ["cancelled", "expired", "failed"])
    async def test_of_a_call_that_nobody_answered(self, status: str, face: Face) -> None:
        handler = await _told(
            face,
            ("thread.run.created", RUN),
            ("thread.run.step.created", _step("in_progress")),
            _piece(0, "{}", id="call_0"),
            (f"thread.run.step.{status}", _step(status, _call(0))),
            (f"thread.run.{status}", {**RUN, "status": status}),
        )
        assert handler.names()[-3:] == ["on_tool_call_completed", "on_step_completed", "on_run_ended"]
        ((answered, step),) = handler.all_of("on_tool_call_completed")
        assert (answered.id, step.status) == ("call_0", status)

    async def test_a_run_that_waits_has_not_ended(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.")
        handler = _telling(face)
        async with inside(scene.stream(event_handler=handler)) as events:
            await done(events.until_done())
            assert handler.names() == ["on_run_created", "on_step_created", *CALLED]
            run = handler.current_run
            submit = scene.agents.submit_tool_outputs_to_stream
            await done(submit(run.thread_id, run.id, tool_outputs=outputs_for(run), event_handler=handler))
            await done(events.until_done())
        assert handler.names()[4:] == ["on_tool_call_completed", "on_step_completed", *ANSWERED]


class TestGaps:
    """Where events are missing, what they would have told is told with the next ones that come."""

    async def test_a_dropped_connection(self, face: Face, raw: RawServer, connect: Connect) -> None:
        """It breaks off within the text: what is missing of it, and every end, is told once."""
        message = {**MESSAGE, "content": [{"type": "text", "text": {"value": "It is sunny.", "annotations": []}}]}
        details = {"type": "message_creation", "message_creation": {"message_id": "msg_1"}}
        step = {**STEP, "type": "message_creation", "step_details": details}
        came = wire(
            ("thread.run.created", {**RUN, "status": "queued"}),
            ("thread.run.step.created", {**step, "status": "in_progress"}),
            ("thread.message.created", {**MESSAGE, "status": "in_progress"}),
            (
                "thread.message.delta",
                {"id": "msg_1", "delta": {"content": [{"index": 0, "type": "text", "text": {"value": "It"}}]}},
            ),
        ).partition(b"event: done")[0]
        raw.answers = [
            Answer(body=came + b":" * len(came), cut=True, headers={"Content-Type": "text/event-stream"}),
            Answer(body={**RUN, "status": "completed"}),
            _page({**step, "status": "completed"}),
            _page(message),
        ]
        handler = _telling(face)
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", event_handler=handler)) as events:
            await done(events.until_done())
        assert handler.names() == ["on_run_created", *ANSWERED]
        assert handler.of("on_text_delta") == ["It", " is sunny."]
        assert [len(handler.of(name)) for name in ANSWERED] == [1, 1, 2, 1, 1, 1]

    async def test_a_connection_that_drops_at_once(self, face: Face, raw: RawServer, connect: Connect) -> None:
        """Nothing was told: everything is, the run before all else, and each call with its step."""
        raw.answers = [
            Answer(body=b"::", cut=True, headers={"Content-Type": "text/event-stream"}),
            _page({**RUN, "status": "completed"}),
            _page(_step("completed", _call(0, output="sunny"))),
            _page({**MESSAGE, "content": [{"type": "text", "text": {"value": "Sunny.", "annotations": []}}]}),
        ]
        handler = _telling(face)
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", event_handler=handler)) as events:
            await done(events.until_done())
        told = handler.names()
        assert (told[0], told[-1], sorted(told)) == (
            "on_run_created",
            "on_run_ended",
            sorted({*ANSWERED, "on_run_created", "on_tool_call_created", "on_tool_call_completed"}),
        )
        assert [told.index(f"on_{kind}_created") < told.index(f"on_{kind}_completed") for kind in THINGS] == [True] * 3
        assert handler.of("on_text_delta") == ["Sunny."]

    async def test_a_handler_that_comes_in_with_the_submission(self, face: Face, connect: Connect, serve: Serve) -> None:
        """The step that asked is told of, with its call, though this handler has not seen it begin."""
        scene = await begin(connect, serve, ASK, "It is sunny.")
        await scene.events()
        run, handler = await scene.run(), _telling(face)
        submit = scene.agents.submit_tool_outputs_to_stream
        await done(submit(run.thread_id, run.id, tool_outputs=outputs_for(run), event_handler=handler))
        await done(handler.until_done())
        step = ["on_step_created", "on_tool_call_created", "on_tool_call_completed", "on_step_completed"]
        assert handler.names() == ["on_run_created", *step, *ANSWERED]

    async def test_a_stream_without_a_run(self, face: Face) -> None:
        """Bytes of somebody else's making: what was kept for the run comes with the end of the response."""
        handler = await _told(face, ("thread.message.created", MESSAGE), ("thread.message.completed", MESSAGE))
        assert handler.names() == ["on_message_created", "on_message_completed"]


class TestTheHandler:
    def test_a_script_reads_like_this(self, serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
        class Report(RunEventHandler[None]):
            def on_tool_call_completed(self, call: RunStepToolCall, step: RunStep) -> None:
                print(f"[{call['function']['name']}: {call['function']['output']}]")

            def on_text_delta(self, text: str, message_snapshot: ThreadMessage) -> None:
                print(text, end="")

            def on_run_ended(self, run: ThreadRun) -> None:
                print(f" ({run.status})")

        service = serve(model=ScriptedModel([ASK, "It is sunny."]))
        with AIProjectClient(service.url, service.key, enable_auto_function_calls=[weather]) as client:
            agent = client.agents.create_agent(model="m", tools=FunctionTool([weather]).definitions)
            thread = client.agents.create_thread()
            with client.agents.create_stream(thread.id, agent_id=agent.id, event_handler=Report()) as events:
                events.until_done()
        assert capsys.readouterr().out == "[weather: sunny in Oslo]\nIt is sunny. (completed)\n"

    async def test_it_tells_of_a_second_run_anew(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, "It is sunny.", "It rains.")
        handler = _telling(face)
        for _ in range(2):
            await scene.events(event_handler=handler)
        assert handler.names() == ["on_run_created", *ANSWERED] * 2
        assert len({run.id for run in handler.of("on_run_created")}) == 2

    async def test_an_exception_in_a_callback_stops_the_stream(self, face: Face, connect: Connect, serve: Serve) -> None:
        class Stopping:
            def on_text_delta(self, text: str, message_snapshot: Any) -> None:
                raise RuntimeError(text)

        scene = await begin(connect, serve, "It is sunny.")
        handler = handler_class(face, Stopping, base="RunEventHandler")()
        async with inside(scene.stream(event_handler=handler)) as events:
            with pytest.raises(RuntimeError, match="It"):
                await done(events.until_done())
            assert await pieces(events) == []

    async def test_agentkits_own_ways_work_on_it(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, "It is sunny.")
        handler = _telling(face)
        async with inside(scene.stream(event_handler=handler)) as events:
            assert "".join(await pieces(events.text_deltas())) == "".join(handler.of("on_text_delta")) == "It is sunny."

    async def test_it_has_the_mirrored_callbacks_and_its_own(self, face: Face) -> None:
        mirrored = {name for name in dir(handler_class(face)) if name.startswith("on_")}
        finer = {name for name in dir(_telling(face)) if name.startswith("on_")}
        begun = {f"on_{thing}_{stage}" for thing in THINGS for stage in ("created", "completed")}
        assert finer - mirrored == begun | {"on_run_created", "on_run_ended", "on_text_delta", "on_tool_call_delta"}
        assert mirrored < finer
