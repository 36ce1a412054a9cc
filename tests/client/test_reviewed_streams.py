"""What happens to a stream that several go on with: other handlers, other readers, tasks that are cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.aio import AIProjectClient
from agentkit.local import LocalService
from agentkit.local.models.scripted import ScriptedModel, call
from agentkit.models import AsyncFunctionTool

from .faces import Connect, Face, done, inside, pieces
from .servers import RawServer
from .streaming import ASK, RUN, Bytes, SlowModel, begin, canned, each, handler_class, outputs_for, until, wire

Serve = Callable[..., LocalService]


class TestAnotherHandler:
    """A caller submits by hand, and has another handler read how the run goes on."""

    async def test_nothing_is_called_for_an_answer_that_another_handler_follows(
        self, face: Face, connect: Connect, serve: Serve
    ) -> None:
        called: list[str] = []

        def weather(city: str) -> str:
            """Note the call."""
            called.append(city)
            return "called"

        scene = await begin(connect, serve, ASK, "Sunny.", functions=[weather])
        other = handler_class(face)()
        async with inside(scene.stream()) as events:
            run = await until(events, "thread.run.requires_action")
            await done(_submitted(scene, run, other))
            await pieces(other)
            assert [name for name, _, _ in await pieces(events)] == ["done"]
            assert (await done(events.get_final_run())).status == "completed"
        assert called == []
        assert await scene.outputs() == ["by hand"]

    async def test_a_later_round_that_it_answers_is_not_answered_again(
        self, face: Face, connect: Connect, serve: Serve
    ) -> None:
        called: list[str] = []

        def weather(city: str) -> str:
            """Note the call."""
            called.append(city)
            return "called"

        scene = await begin(connect, serve, ASK, call("weather", city="Rome"), "Sunny.", functions=[weather])
        other = handler_class(face)()
        async with inside(scene.stream()) as events:
            run = await until(events, "thread.run.requires_action")
            await done(_submitted(scene, run, other))
            await pieces(other)
            assert [name for name, _, _ in await pieces(events)] == ["done"]
            (message,) = await done(events.get_final_messages())
        assert called == ["Rome"]
        assert await scene.outputs() == ["by hand", "called"]
        assert message.text_messages[0].text.value == "Sunny."


def _submitted(scene: Any, run: Any, handler: Any) -> Any:
    return scene.agents.submit_tool_outputs_to_stream(
        run.thread_id, run.id, tool_outputs=outputs_for(run, "by hand"), event_handler=handler
    )


class TestSeveralReaders:
    async def test_a_stream_that_is_being_read_is_not_read_by_another_task(self, serve: Serve) -> None:
        model = SlowModel("Once upon", SlowModel.HOLD, " a time.")
        service = serve(model=model)
        async with AIProjectClient(service.url, service.key) as client:
            agent = await client.agents.create_agent(model="m")
            thread = await client.agents.create_thread()
            async with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
                await until(events, "thread.message.delta")
                first = asyncio.create_task(events.get_final_run())
                await asyncio.sleep(0)
                with pytest.raises(RuntimeError, match="is being read already"):
                    await events.until_done()
                model.let_go.set()
                assert (await first).status == "completed"

    async def test_a_callback_may_read_on(self, face: Face, connect: Connect, serve: Serve) -> None:
        read: list[str] = []

        class Reads:
            async def on_thread_run(self, run: Any) -> None:
                if run.status == "queued":
                    read.extend([event[0] async for event in each(self)])

        class ReadsSync:
            def on_thread_run(self, run: Any) -> None:
                if run.status == "queued":
                    read.extend(event[0] for event in self)  # type: ignore[attr-defined]

        scene = await begin(connect, serve, "Sunny.", tools=())
        await scene.events(event_handler=handler_class(face, Reads if face.waits else ReadsSync)())
        assert read.count("done") == 1


class TestFailures:
    async def test_an_error_and_the_end_of_its_run_are_one_warning(
        self, raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        error = {"code": "server_error", "message": "It broke."}
        raw.answers = [
            canned(("error", {"error": error}), ("thread.run.failed", {**RUN, "status": "failed", "last_error": error}))
        ]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            assert [name for name, _, _ in await pieces(events)] == ["error", "thread.run.failed", "done"]
        (warning,) = (record for record in caplog.records if record.levelno >= logging.WARNING)
        assert "It broke." in warning.getMessage()

    async def test_each_run_of_a_handler_has_its_own_warning(self, face: Face, caplog: pytest.LogCaptureFixture) -> None:
        handler = handler_class(face)()
        for text in ("one", "two"):
            handler.initialize(Bytes(wire(("error", {"message": text}))), lambda *_: False)
            await pieces(handler)
        told = [record.getMessage() for record in caplog.records]
        assert [("one" in text, "two" in text) for text in told] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("name", "arguments", "keywords"),
    [
        ("create_stream", ("",), {"agent_id": "a"}),
        ("create_and_process_run", ("",), {"agent_id": "a"}),
        ("submit_tool_outputs_to_stream", ("", "run"), {"tool_outputs": []}),
        ("submit_tool_outputs_to_stream", ("thread", ""), {"tool_outputs": []}),
    ],
)
async def test_a_wrong_id_is_told_of_the_method_that_got_it(
    name: str, arguments: tuple[str, ...], keywords: dict[str, Any], face: Face, raw: RawServer, connect: Connect
) -> None:
    if name == "submit_tool_outputs_to_stream":
        keywords = {**keywords, "event_handler": handler_class(face)()}
    with pytest.raises(ValueError, match=rf"^{name}\(\): \w+_id is empty"):
        await done(getattr(connect(raw).agents, name)(*arguments, **keywords))
    assert raw.seen == []


class TestATaskThatIsCancelled:
    """An async task is cancelled in the middle of a function that it calls for a run."""

    @pytest.mark.parametrize(("cancels", "status"), [(True, "cancelled"), (False, "requires_action")])
    async def test_its_run_is_cancelled_where_its_stream_says_so(self, cancels: bool, status: str, serve: Serve) -> None:
        started = asyncio.Event()

        async def weather(city: str) -> str:
            """Never comes to an end."""
            started.set()
            await asyncio.Event().wait()
            return city

        service = serve(model=ScriptedModel([ASK]))
        async with AIProjectClient(service.url, service.key) as client:
            client.agents.enable_auto_function_calls(functions=[weather])
            agent = await client.agents.create_agent(model="m", tools=AsyncFunctionTool([weather]).definitions)
            thread = await client.agents.create_thread()

            async def script() -> None:
                async with client.agents.create_stream(thread.id, agent_id=agent.id, cancel_on_exit=cancels) as events:
                    await events.until_done()

            task = asyncio.create_task(script())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            (run,) = (await client.agents.list_runs(thread.id)).data
            assert run.status == status


async def test_a_stream_that_is_left_while_a_task_reads_it_is_over_for_that_task(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    model = SlowModel("Once upon", SlowModel.HOLD, " a time.")
    service = serve(model=model)
    try:
        async with AIProjectClient(service.url, service.key) as client:
            agent = await client.agents.create_agent(model="m")
            thread = await client.agents.create_thread()
            async with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
                await until(events, "thread.message.delta")
                reader = asyncio.create_task(events.until_done())
                await asyncio.sleep(0)
            await asyncio.wait_for(reader, 10)
            (run,) = (await client.agents.list_runs(thread.id)).data
            assert run.status == "in_progress"
    finally:
        model.let_go.set()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []
