"""Handlers: which callback is called with what, how one is read again, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import agentkit.models
from agentkit.local import LocalService
from agentkit.models import AgentEventHandler, AsyncAgentEventHandler

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import RawServer
from .streaming import (
    ANSWER,
    ASK,
    BEGINNING,
    MESSAGE,
    RUN,
    Bytes,
    asking,
    begin,
    handler_class,
    names,
    outputs_for,
    weather,
    wire,
)

Serve = Callable[..., LocalService]

STEP = {"id": "step_1", "object": "thread.run.step", "thread_id": "t", "run_id": "run_1", "assistant_id": "a", "created_at": 1}
PIECE = {"content": [{"index": 0, "type": "text", "text": {"value": "Hello"}}]}
CALLS = {"step_details": {"type": "tool_calls", "tool_calls": []}}
TABLE: list[tuple[str, Any, str]] = [
    *((f"thread.run.{status}", {**RUN, "status": status}, "on_thread_run") for status in ("queued", "cancelling", "expired")),
    *((f"thread.run.step.{status}", {**STEP, "status": status}, "on_run_step") for status in ("in_progress", "failed")),
    ("thread.run.created", {**RUN, "status": "queued"}, "on_thread_run"),
    ("thread.run.step.created", {**STEP, "status": "in_progress"}, "on_run_step"),
    ("thread.run.step.delta", {"id": "step_1", "object": "thread.run.step.delta", "delta": CALLS}, "on_run_step_delta"),
    ("thread.message.created", MESSAGE, "on_thread_message"),
    ("thread.message.incomplete", MESSAGE, "on_thread_message"),
    ("thread.message.delta", {"id": "msg_1", "object": "thread.message.delta", "delta": PIECE}, "on_message_delta"),
    ("thread.created", {"id": "t"}, "on_unhandled_event"),
    ("thread.run.dreaming", RUN, "on_unhandled_event"),
    ("error", {"message": "Sorry."}, "on_error"),
]


class Noting:
    """Notes its calls as (callback, arguments), and returns their number."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[tuple[str, Any]] = []

    def _note(self, callback: str, *arguments: Any) -> int:
        self.noted.append((callback, arguments))
        return len(self.noted)


def _noting(name: str) -> Any:
    return lambda self, *arguments: self._note(name, *arguments)


for _name in [name for name in vars(AgentEventHandler) if name.startswith("on_")]:
    setattr(Noting, _name, _noting(_name))


async def _read(handler: Any, *events: tuple[str, Any]) -> list[Any]:
    """What a handler gives for these events, fed by hand."""
    handler.initialize(Bytes(wire(*events)), lambda *_: False)
    return await pieces(handler)


class TestCallbacks:
    @pytest.mark.parametrize(("name", "data", "callback"), TABLE)
    async def test_each_event_has_one(self, name: str, data: Any, callback: str, face: Face) -> None:
        handler = handler_class(face, Noting)()
        seen = await _read(handler, (name, data))
        given = (name, seen[0][1]) if callback == "on_unhandled_event" else (seen[0][1],)
        assert handler.noted == [(callback, given), ("on_done", ())]
        assert [event[2] for event in seen] == [1, 2], "what the callback returned is the third of the tuple"

    async def test_the_table_above_has_every_callback(self, face: Face) -> None:
        callbacks = {name for name in dir(handler_class(face)) if name.startswith("on_")}
        assert callbacks == {callback for _, _, callback in TABLE} | {"on_done"}

    async def test_they_follow_a_run_over_its_rounds(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        handler = handler_class(face, Noting)()
        async with inside(scene.stream(event_handler=handler)) as events:
            await done(events.until_done())
        statuses = [str(given[0].status) for callback, given in handler.noted if callback == "on_thread_run"]
        assert statuses == ["queued", "queued", "in_progress", "requires_action", "queued", "in_progress", "completed"]
        assert [callback for callback, _ in handler.noted].count("on_done") == 2
        texts = [given[0].text for callback, given in handler.noted if callback == "on_message_delta"]
        assert "".join(texts) == "It is sunny."

    async def test_coroutines_are_awaited_and_functions_called(self, face: Face) -> None:
        """A handler of the async client has either; one of the sync client has functions alone, and says so."""

        class Mixed:
            def on_thread_run(self, run: Any) -> str:
                return f"function {run.id}"

            async def on_thread_message(self, message: Any) -> str:
                return f"coroutine {message.id}"

        handler = handler_class(face, Mixed)()
        handler.initialize(Bytes(wire(("thread.run.queued", RUN), ("thread.message.created", MESSAGE))), lambda *_: False)
        assert (await next_piece(handler))[2] == "function run_1"
        if face.waits:
            assert (await next_piece(handler))[2] == "coroutine msg_1"
        else:
            with pytest.raises(TypeError, match=r"use agentkit\.aio"):
                await next_piece(handler)

    async def test_none_needs_to_be_defined(self, face: Face) -> None:
        seen = await _read(handler_class(face)(), *((name, data) for name, data, _ in TABLE))
        assert [event[2] for event in seen] == [None] * (len(TABLE) + 1)


class TestSubclasses:
    async def test_one_without_a_call_of_super_init_works(self, face: Face, connect: Connect, serve: Serve) -> None:
        class Own:
            def __init__(self, greeting: str) -> None:
                self.greeting = greeting

            def on_message_delta(self, delta: Any) -> str:
                return f"{self.greeting}: {delta.text}"

        scene = await begin(connect, serve, "Hello.")
        seen = await scene.events(event_handler=handler_class(face, Own)("says"))
        assert [event[2] for event in seen if event[0] == "thread.message.delta"] == ["says: Hello."]

    async def test_the_names_of_snapshots_are_free_for_something_else(self, face: Face, connect: Connect, serve: Serve) -> None:
        """Scripts had them before there were snapshots; the stream has these in any case."""

        class Own:
            def __init__(self) -> None:
                self.usage: Any = None
                self.current_run: Any = "none yet"

            def on_thread_run(self, run: Any) -> None:
                self.usage, self.current_run = run.usage or self.usage, f"my {run.id}"

        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        handler = handler_class(face, Own)()
        stream = await done(scene.stream(event_handler=handler))
        run = await done(stream.get_final_run())
        assert (handler.current_run, handler.usage) == (f"my {run.id}", run.usage)
        assert (stream.current_run, stream.usage) == (run, run.usage)

    async def test_own_attributes_and_methods_do_not_disturb(self, face: Face) -> None:
        class Own:
            run = text = seen = event = feed = events = state = None

            def close(self) -> None:
                raise AssertionError("nobody called this")

        assert names(await _read(handler_class(face, Own)(), ("thread.run.queued", RUN))) == ["thread.run.queued", "done"]


class TestReuse:
    async def test_a_handler_reads_one_run_after_the_other(self, face: Face, connect: Connect, serve: Serve) -> None:
        """For the second one it begins anew."""
        scene = await begin(connect, serve, ASK, "It is sunny.", "It rains.", functions=[weather])
        handler = handler_class(face)()
        first = await scene.events(event_handler=handler)
        before = (handler.current_run, handler.current_messages, handler.current_steps)
        stream = await done(scene.stream(event_handler=handler))
        assert (handler.current_run, handler.current_messages, handler.current_steps, handler.usage) == (None, [], [], None)
        async with inside(stream) as events:
            second = await pieces(events)
        assert names(second) == [*BEGINNING, *ANSWER]
        assert [message.text_messages[0].text.value for message in handler.current_messages] == ["It rains."]
        assert {run.id for _, run, _ in second if type(run) is type(before[0])}.isdisjoint({before[0].id})
        assert (len(first) > len(second), len(before[1]), len(before[2])) == (True, 1, 2)

    async def test_an_answer_behind_the_loop_goes_on_with_the_run(self, face: Face, connect: Connect, serve: Serve) -> None:
        """It is the same run: what was told of it before is kept."""
        scene = await begin(connect, serve, ASK, ASK, "It is sunny.")
        handler = handler_class(face)()
        async with inside(scene.stream(event_handler=handler)) as events:
            await pieces(events)
        submit = scene.agents.submit_tool_outputs_to_stream
        for _ in range(2):
            run = handler.current_run
            assert run.status == "requires_action"
            outputs = outputs_for(run)
            assert await done(submit(run.thread_id, run.id, tool_outputs=outputs, event_handler=handler)) is None
            assert handler.current_run is run
            seen = await pieces(handler)
            assert (seen[0][0], seen[-1][0]) == ("thread.run.step.completed", "done")
        assert [step.type for step in handler.current_steps] == ["tool_calls", "tool_calls", "message_creation"]
        assert (await done(handler.get_final_run())).status == "completed"

    async def test_an_error_of_one_run_is_none_of_the_next(self, face: Face) -> None:
        class Stopping:
            def on_error(self, data: str) -> None:
                raise RuntimeError(data)

        handler = handler_class(face, Stopping)()
        handler.initialize(Bytes(wire(("error", "Sorry."))), lambda *_: False)
        with pytest.raises(RuntimeError, match="Sorry"):
            await done(handler.until_done())
        assert await pieces(handler) == []
        assert names(await _read(handler, ("thread.run.queued", RUN))) == ["thread.run.queued", "done"]
        assert handler.last_error is None

    async def test_bytes_that_come_while_others_are_read_are_read_behind_them(self, face: Face) -> None:
        """Whoever chains streams by hand gets one."""
        handler = handler_class(face)()
        for name in ("first", "second", "third"):
            handler.initialize(Bytes(wire((name, "1"))), lambda *_: False)
        assert names(await pieces(handler)) == ["first", "done", "second", "done", "third", "done"]


class TestByHand:
    """``initialize`` takes any bytes, with a function that answers what the run asks for."""

    async def test_what_answers_is_called_with_the_run_the_handler_and_whether_to_submit(self, face: Face) -> None:
        asked = []
        handler = handler_class(face)()

        def submit(run: Any, of: Any, submit_with_error: bool) -> bool:
            asked.append((run.id, of is handler, submit_with_error))
            of.initialize(
                Bytes(wire(("thread.run.requires_action", asking("weather")))) if len(asked) < 3 else Bytes(wire()), submit
            )
            return True

        handler.set_max_retry(1)
        handler.initialize(Bytes(wire(("thread.run.requires_action", asking("weather")))), submit)
        assert names(await pieces(handler)) == ["thread.run.requires_action", "done"] * 3
        assert asked == [("run_1", True, True), ("run_1", True, False), ("run_1", True, False)]

    async def test_the_limit_is_ten_rounds_by_default(self, face: Face) -> None:
        told: list[bool] = []
        handler = handler_class(face)()

        def submit(run: Any, of: Any, submit_with_error: bool) -> bool:
            told.append(submit_with_error)
            if submit_with_error:
                of.initialize(Bytes(wire(("thread.run.requires_action", asking("weather")))), submit)
            return True

        handler.initialize(Bytes(wire(("thread.run.requires_action", asking("weather")))), submit)
        await pieces(handler)
        assert told == [True] * 10 + [False]

    async def test_a_callback_that_chains_has_answered(self, face: Face) -> None:
        class Answering:
            initialize: Any

            def on_thread_run(self, run: Any) -> None:
                self.initialize(Bytes(wire(("thread.run.completed", {**RUN, "status": "completed"}))), never)

        def never(*_: Any) -> bool:
            raise AssertionError("it was answered")

        handler = handler_class(face, Answering)()
        handler.initialize(Bytes(wire(("thread.run.requires_action", asking("weather")))), never)
        for name in ("thread.run.requires_action", "done", "thread.run.completed"):
            assert (await next_piece(handler))[0] == name


class TestRefused:
    async def test_a_handler_that_reads_nothing_yet(self, face: Face) -> None:
        with pytest.raises(ValueError, match=r"reads nothing yet: pass it to create_stream\(\)"):
            await next_piece(handler_class(face)())

    @pytest.mark.parametrize("wrong", ["a class", "the other client's", "an int"])
    @pytest.mark.parametrize("operation", ["create_stream", "submit_tool_outputs_to_stream", "create_thread_and_run"])
    async def test_what_is_no_handler_is_a_type_error_and_nothing_is_sent(
        self, operation: str, wrong: str, face: Face, raw: RawServer, connect: Connect
    ) -> None:
        both: list[Any] = [AsyncAgentEventHandler, AgentEventHandler]
        own, other = both if face.waits else reversed(both)
        handler: Any = {"a class": own, "the other client's": other(), "an int": 7}[wrong]
        arguments: dict[str, dict[str, Any]] = {
            "create_stream": {"thread_id": "t", "agent_id": "a"},
            "submit_tool_outputs_to_stream": {"thread_id": "t", "run_id": "r", "tool_outputs": []},
            "create_thread_and_run": {"agent_id": "a", "stream_parameter": True},
        }
        says = {"a class": "make one of it", "the other client's": other.__name__, "an int": "int"}[wrong]
        with pytest.raises(
            TypeError, match=rf"{operation}\(\) takes as event_handler .* Base(Async)?AgentEventHandler.*{says}"
        ):
            await done(getattr(connect(raw).agents, operation)(event_handler=handler, **arguments[operation]))
        assert raw.seen == []

    @pytest.mark.parametrize(("rounds", "error"), [("ten", TypeError), (True, TypeError), (-1, ValueError)])
    def test_a_limit_that_is_no_number_of_rounds(self, rounds: Any, error: type[Exception], face: Face) -> None:
        with pytest.raises(error, match=r"set_max_retry\(max_retry=\) is a number of rounds"):
            handler_class(face)().set_max_retry(rounds)

    async def test_a_base_handler_without_its_method_says_what_to_define(self, face: Face) -> None:
        handler = handler_class(face, base="BaseAgentEventHandler")()
        handler.initialize(Bytes(wire()), lambda *_: False)
        with pytest.raises(TypeError, match=r"Handler has to define _process_event\(event_data_str\)"):
            await next_piece(handler)

    def test_a_misspelt_class_is_answered_with_the_right_one(self) -> None:
        with pytest.raises(AttributeError, match="Did you mean 'AgentEventHandler'"):
            getattr(agentkit.models, "AgentEventHandlers")  # noqa: B009  # mypy knows that it is not there
