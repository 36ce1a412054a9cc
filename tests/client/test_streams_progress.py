"""What a stream tells of its run as it goes: text, snapshots, usage, the final run and messages, and failures as errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import AzureError, RunFailedError
from agentkit.local import LocalService
from agentkit.local.models.base import Failure

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import RawServer
from .streaming import (
    ASK,
    MESSAGE,
    RUN,
    Bytes,
    SlowModel,
    begin,
    canned,
    handler_class,
    names,
    outputs_for,
    until,
    weather,
    wire,
)

Serve = Callable[..., LocalService]

FAILURE = Failure("Slow down.", "rate_limit_exceeded")
SORRY = {"error": {"code": "server_error", "message": "Sorry."}}


class TestText:
    async def test_it_comes_piece_by_piece_over_all_rounds(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny, and warm.", functions=[weather])
        async with inside(scene.stream()) as events:
            assert await pieces(events.text_deltas()) == ["It", " is", " sunny,", " and", " warm."]

    async def test_the_stream_itself_gives_it_too(self, connect: Connect, serve: Serve) -> None:
        stream = await done((await begin(connect, serve, "It is sunny.")).stream())
        assert await pieces(stream.text_deltas()) == ["It", " is", " sunny."]

    async def test_it_comes_as_it_is_written(self, connect: Connect, serve: Serve) -> None:
        model = SlowModel("Once upon", SlowModel.HOLD, " a time.")
        scene = await begin(connect, serve, model=model, tools=())
        async with inside(scene.stream()) as events:
            texts = events.text_deltas()
            assert await next_piece(texts) == "Once upon"
            model.let_go.set()
            assert await pieces(texts) == [" a time."]

    async def test_callbacks_are_called_as_well(self, face: Face, connect: Connect, serve: Serve) -> None:
        heard = []

        class Hearing:
            def on_message_delta(self, delta: Any) -> None:
                heard.append(delta.text)

        scene = await begin(connect, serve, "It is sunny.")
        async with inside(scene.stream(event_handler=handler_class(face, Hearing)())) as events:
            assert await pieces(events.text_deltas()) == heard == ["It", " is", " sunny."]

    async def test_a_message_that_comes_without_its_pieces_is_one_text(self, raw: RawServer, connect: Connect) -> None:
        content = [{"type": "text", "text": {"value": "It is sunny.", "annotations": []}}]
        raw.answers = [
            canned(
                ("thread.message.completed", {**MESSAGE, "content": content}),
                ("thread.run.completed", {**RUN, "status": "completed"}),
            )
        ]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            assert await pieces(events.text_deltas()) == ["It is sunny."]


class TestSnapshots:
    async def test_they_grow_with_the_events(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        stream = scene.stream()
        async with inside(stream) as events:
            assert (events.current_run, events.current_messages, events.current_steps, events.usage) == (None, [], [], None)
            await until(events, "thread.run.created")
            assert (events.current_run.status, events.current_steps) == ("queued", [])
            await until(events, "thread.run.requires_action")
            (step,) = events.current_steps
            assert (step.status, step.step_details.tool_calls[0].function.arguments) == ("in_progress", '{"city": "Oslo"}')
            await until(events, "thread.message.delta")
            await until(events, "thread.message.delta")
            (message,) = events.current_messages
            assert (message.status, message.text_messages[0].text.value) == ("in_progress", "It is")
            assert [step.type for step in events.current_steps] == ["tool_calls", "message_creation"]
            assert (events.current_steps[0].status, events.usage) == ("completed", None)
            await pieces(events)
            assert (events.current_run.status, events.current_messages[0].status) == ("completed", "completed")
            assert events.usage == events.current_run.usage == (await scene.run()).usage
            assert message.text_messages[0].text.value == "It is", "a snapshot does not change any more"
        assert (stream.current_run, stream.usage) == (events.current_run, events.usage)
        assert (stream.current_messages, stream.current_steps) == (events.current_messages, events.current_steps)

    async def test_they_are_there_in_callbacks(self, face: Face, connect: Connect, serve: Serve) -> None:
        """With the event that the callback is told of."""
        seen = []

        class Hearing:
            current_run: Any
            current_messages: Any

            def on_thread_run(self, run: Any) -> None:
                assert self.current_run is run

            def on_message_delta(self, delta: Any) -> None:
                seen.append(self.current_messages[0].text_messages[0].text.value)

        scene = await begin(connect, serve, "It is sunny.")
        assert await scene.events(event_handler=handler_class(face, Hearing)())
        assert seen == ["It", "It is", "It is sunny."]

    async def test_an_own_base_handler_has_them_too(self, face: Face, connect: Connect, serve: Serve) -> None:
        class Numbered:
            current_run: Any

            def _process_event(self, text: str) -> str:
                return str(self.current_run.status)

        scene = await begin(connect, serve, "It is sunny.")
        handler = handler_class(face, Numbered, base="BaseAgentEventHandler")()
        seen = await scene.events(event_handler=handler)
        assert (seen[0], seen[-1], handler.usage is None) == ("queued", "completed", False)


class TestTheEnd:
    async def test_the_final_run_and_messages(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        async with inside(scene.stream()) as events:
            run = await done(events.get_final_run())
            (message,) = await done(events.get_final_messages())
        assert (run, run.status, run.usage.total_tokens > 0) == (await scene.run(), "completed", True)
        assert (message.run_id, message.text_messages[0].text.value) == (run.id, "It is sunny.")
        assert message == (await done(scene.agents.list_messages(scene.thread.id))).data[0]

    async def test_the_stream_itself_gives_them_too(self, connect: Connect, serve: Serve) -> None:
        stream = await done((await begin(connect, serve, "It is sunny.")).stream())
        (message,) = await done(stream.get_final_messages())
        assert (await done(stream.get_final_run())).id == message.run_id

    async def test_they_are_there_after_the_loop(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, "It is sunny.")
        async with inside(scene.stream()) as events:
            await until(events, "thread.run.step.created")
            await pieces(events)
            assert (await done(events.get_final_run())).status == "completed"
        assert (await done(events.get_final_run())).status == "completed"
        assert len(scene.model.requests) == 1

    async def test_a_run_that_the_caller_answers_is_waited_for(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.")
        async with inside(scene.stream()) as events:
            run = await until(events, "thread.run.requires_action")
            await done(scene.agents.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs_for(run)))
            (message,) = await done(events.get_final_messages())
        assert message.text_messages[0].text.value == "It is sunny."

    async def test_a_stream_that_tells_of_no_run_has_none(self, face: Face) -> None:
        handler = handler_class(face)()
        handler.initialize(Bytes(wire(("tick", "12"))), lambda *_: False)
        with pytest.raises(ValueError, match="was told of no run"):
            await done(handler.get_final_run())


class TestFailures:
    """The mirrored ways give a failure as an event. These raise it, after everything that came before was given out."""

    async def test_the_text_comes_and_then_the_error(self, raw: RawServer, connect: Connect) -> None:
        failed = {**RUN, "status": "failed", "last_error": {"code": "server_error", "message": "Sorry."}}
        piece = {"content": [{"index": 0, "type": "text", "text": {"value": "It is"}}]}
        raw.answers = [canned(("thread.message.delta", {"id": "msg_1", "delta": piece}), ("thread.run.failed", failed))]
        heard = []
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            texts = events.text_deltas()
            heard.append(await next_piece(texts))
            with pytest.raises(RunFailedError):
                heard.append(await next_piece(texts))
        assert heard == ["It is"]

    @pytest.mark.parametrize("way", ["get_final_run", "get_final_messages"])
    async def test_the_final_run_is_an_error(
        self, way: str, connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
    ) -> None:
        """With the run and why it failed; where it is raised, it is not logged as well."""
        scene = await begin(connect, serve, FAILURE)
        async with inside(scene.stream()) as events:
            with pytest.raises(RunFailedError) as caught:
                await done(getattr(events, way)())
        error = caught.value
        assert isinstance(error, AzureError)
        assert (error.run.id, error.run.status) == ((await scene.run()).id, "failed")
        assert (error.last_error.code, error.last_error.message) == ("rate_limit_exceeded", "Slow down.")
        assert str(error) == (
            f"the run {error.run.id} on {scene.thread.id} failed (rate_limit_exceeded): Slow down. "
            "Wait as long as it says, and run again"
        )
        assert caplog.records == []

    async def test_raise_on_failure_raises_behind_the_last_event(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, FAILURE)
        async with inside(scene.stream(raise_on_failure=True)) as events:
            await until(events, "thread.run.failed")
            assert (await next_piece(events))[0] == "done"
            with pytest.raises(RunFailedError, match="Slow down"):
                await next_piece(events)
            assert events.last_error.code == "rate_limit_exceeded"

    async def test_raise_on_failure_makes_until_done_raise(self, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, FAILURE)
        async with inside(scene.stream(raise_on_failure=True)) as events:
            with pytest.raises(RunFailedError, match="Slow down"):
                await done(events.until_done())

    async def test_an_error_event_is_a_failure(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [canned(("thread.run.created", {**RUN, "status": "queued"}), ("error", SORRY))]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            with pytest.raises(RunFailedError, match=r"\(server_error\): Sorry\.") as caught:
                await done(events.get_final_run())
        assert (caught.value.run.id, caught.value.last_error.message) == ("run_1", "Sorry.")
        assert len(raw.seen) == 1, "the service has said what went wrong: there is nothing to look up"

    async def test_an_error_event_ends_the_mirrored_ways_normally(
        self, raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        raw.answers = [canned(("thread.run.created", {**RUN, "status": "queued"}), ("error", SORRY))]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            assert names(await pieces(events)) == ["thread.run.created", "error", "done"]
            assert events.last_error.message == "Sorry."
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert "Sorry." in record.getMessage()

    async def test_whoever_has_on_error_is_not_warned_as_well(
        self, face: Face, raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard = []

        class Hearing:
            def on_error(self, data: str) -> None:
                heard.append(data)

        raw.answers = [canned(("error", SORRY))]
        handler = handler_class(face, Hearing)()
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", event_handler=handler)) as events:
            await done(events.until_done())
        assert (heard, caplog.records) == (["{'error': {'code': 'server_error', 'message': 'Sorry.'}}"], [])

    @pytest.mark.parametrize("status", ["cancelled", "incomplete", "expired"])
    async def test_another_end_is_no_failure(self, status: str, raw: RawServer, connect: Connect) -> None:
        """The run says how it ended; only one that failed is an error."""
        raw.answers = [canned((f"thread.run.{status}", {**RUN, "status": status}))]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", raise_on_failure=True)) as events:
            assert (await done(events.get_final_run())).status == status

    async def test_a_run_that_recovers_from_failing_functions_is_no_failure(self, connect: Connect, serve: Serve) -> None:
        def broken(city: str) -> str:
            raise ValueError(f"no weather in {city}")

        broken.__name__ = "weather"
        scene = await begin(connect, serve, ASK, "I cannot say.", functions=[broken])
        async with inside(scene.stream(raise_on_failure=True)) as events:
            assert "".join(await pieces(events.text_deltas())) == "I cannot say."
