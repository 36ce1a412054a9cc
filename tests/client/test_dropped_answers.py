"""How a stream goes on after an answer that broke off, at services that say exactly what a test wants them to."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from agentkit.exceptions import RunFailedError, ServiceResponseError, WaitTimeoutError

from .faces import Connect, Face, done, inside, pieces
from .fixtures import Naps
from .servers import Answer, RawServer
from .streaming import MESSAGE, RUN, Bytes, asking, canned, each, handler_class, weather, wire

LIST = {"object": "list", "has_more": False, "first_id": "", "last_id": ""}
NOTHING = Answer(body={**LIST, "data": []})
NO_REST = [NOTHING, NOTHING]
"""No steps, and no messages."""

STARTED = ("thread.run.in_progress", {**RUN, "status": "in_progress"})
ASKS = ("thread.run.requires_action", asking("weather"))
PIECE = {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": [{"index": 0, "text": {"value": "It "}}]}}
WHOLE = {**MESSAGE, "status": "completed", "content": [{"type": "text", "text": {"value": "It is.", "annotations": []}}]}


def broken(*events: tuple[str, Any], end: bytes = b"") -> Answer:
    """An answer that ends behind these events without ``done``."""
    whole = wire(*events).removesuffix(b"event: done\ndata: [DONE]\n\n")
    return Answer(body=whole + end, headers={"Content-Type": "text/event-stream"})


def now(status: str, **fields: Any) -> Answer:
    """The run as a look shows it."""
    return Answer(body={**RUN, "status": status, **fields})


def asks_for(call_id: str) -> dict[str, Any]:
    """A run that asks for the weather by a call of this id."""
    run = asking("weather")
    run["required_action"]["submit_tool_outputs"]["tool_calls"][0]["id"] = call_id
    return run


def submitted(raw: RawServer) -> list[str]:
    """The ids of the calls whose outputs were submitted, one after the other."""
    sent = [seen.json() for seen in raw.seen if seen.path.endswith("/submit_tool_outputs")]
    return [output["tool_call_id"] for body in sent for output in body["tool_outputs"]]


@pytest.mark.usefixtures("naps")
class TestTheRunIsLookedAt:
    @pytest.fixture
    def agents(self, raw: RawServer, connect: Connect) -> Any:
        agents = connect(raw).agents
        agents.enable_auto_function_calls(functions=[weather])
        return agents

    async def read(self, raw: RawServer, agents: Any, *answers: Answer, **options: Any) -> list[str]:
        """The names of the events of a stream at a service that gives these answers and no other."""
        raw.answers = answers
        async with inside(agents.create_stream("t", agent_id="a", **options)) as events:
            names = [name async for name, _, _ in each(events)]
        assert len(raw.seen) == len(answers)
        return names

    async def test_until_it_has_ended(self, raw: RawServer, agents: Any, naps: Naps) -> None:
        """More and more seldom; the thread's other messages are not asked for."""
        looks = [now("queued"), *[now("in_progress")] * 6, now("completed")]
        ends = [NOTHING, Answer(body={**LIST, "data": [WHOLE]})]
        read = await self.read(raw, agents, broken(STARTED, ("thread.message.delta", PIECE)), *looks, *ends)
        assert read == [STARTED[0], "thread.message.delta", "thread.message.completed", "thread.run.completed", "done"]
        assert naps.slept == sorted(naps.slept)
        assert 0 < naps.slept[1] <= 0.1 < naps.slept[-1] <= 1
        assert raw.last.query["run_id"] == "run_1"

    @pytest.mark.parametrize("status", ["failed", "cancelled", "expired", "incomplete", "a status of tomorrow"])
    async def test_whatever_its_end_is(self, raw: RawServer, agents: Any, status: str) -> None:
        read = await self.read(raw, agents, broken(STARTED), now(status), *NO_REST)
        assert read == [STARTED[0], f"thread.run.{status}", "done"]

    async def test_until_it_asks_for_functions(self, raw: RawServer, agents: Any) -> None:
        """Which are called, and the stream goes on by events."""
        rest = canned(("thread.run.completed", {**RUN, "status": "completed"}))
        looks = [now("in_progress"), Answer(body=ASKS[1]), *NO_REST]
        read = await self.read(raw, agents, broken(STARTED), *looks, rest)
        assert read == [STARTED[0], ASKS[0], "done", "thread.run.completed", "done"]
        assert submitted(raw) == ["call_0"]

    async def test_until_it_asks_for_other_functions(self, raw: RawServer, agents: Any) -> None:
        """An answer that told nothing of the run may have missed a whole round: the status is the same, the calls are not."""
        again = [broken(), Answer(body=asks_for("call_9")), *NO_REST]
        ends = canned(("thread.run.completed", {**RUN, "status": "completed"}))
        read = await self.read(raw, agents, canned(ASKS), *again, ends)
        assert read == [ASKS[0], "done"] * 2 + ["thread.run.completed", "done"]
        assert submitted(raw) == ["call_0", "call_9"]

    async def test_a_look_that_is_older_than_the_answer_is_not_answered_again(self, raw: RawServer, agents: Any) -> None:
        looks = [Answer(body=ASKS[1]), Answer(body=ASKS[1]), now("completed"), *NO_REST]
        read = await self.read(raw, agents, canned(ASKS), broken(), *looks)
        assert read == [ASKS[0], "done", "thread.run.completed", "done"]
        assert submitted(raw) == ["call_0"]

    async def test_nor_is_one_after_the_caller_has_answered(self, raw: RawServer, agents: Any) -> None:
        raw.answers = [canned(ASKS), now("queued"), Answer(body=ASKS[1]), now("completed"), *NO_REST]
        async with inside(agents.create_stream("t", agent_id="a")) as events:
            async for name, run, _ in each(events):
                if name == ASKS[0]:
                    outputs = [{"tool_call_id": "call_0", "output": "sunny"}]
                    await done(agents.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs))
            assert (await done(events.get_final_run())).status == "completed"
        assert submitted(raw) == ["call_0"]

    @pytest.mark.parametrize("early", [[], [Answer(body=ASKS[1])]], ids=["in time", "too early"])
    async def test_calls_whose_ids_come_again_are_made_again(self, raw: RawServer, agents: Any, early: list[Answer]) -> None:
        """Some services number the calls of each round from the start."""
        looks = [*early, now("in_progress"), Answer(body=ASKS[1]), *NO_REST]
        ends = canned(("thread.run.completed", {**RUN, "status": "completed"}))
        read = await self.read(raw, agents, canned(ASKS), broken(), *looks, ends)
        assert read == [ASKS[0], "done"] * 2 + ["thread.run.completed", "done"]
        assert submitted(raw) == ["call_0", "call_0"]

    async def test_again_after_each_answer_that_breaks_off(self, raw: RawServer, agents: Any) -> None:
        looks = [Answer(body=asks_for("call_1")), *NO_REST]
        ends = [broken(STARTED), now("completed"), *NO_REST]
        read = await self.read(raw, agents, broken(STARTED), *looks, *ends)
        assert read == [STARTED[0], ASKS[0], "done", STARTED[0], "thread.run.completed", "done"]

    async def test_no_longer_than_a_wait_would_take(self, raw: RawServer, agents: Any, naps: Naps) -> None:
        raw.answers = [broken(STARTED), now("in_progress")]
        async with inside(agents.create_stream("t", agent_id="a")) as events:
            with pytest.raises(WaitTimeoutError, match="still in_progress after 900") as caught:
                await pieces(events)
            assert await pieces(events) == []
        assert caught.value.last.id == "run_1"
        assert sum(naps.slept) == pytest.approx(900)

    async def test_with_the_settings_of_the_call(self, raw: RawServer, agents: Any) -> None:
        await self.read(raw, agents, broken(STARTED), now("completed"), *NO_REST, headers={"x-mine": "1"})
        assert {seen.headers["x-mine"] for seen in raw.seen} == {"1"}

    async def test_a_failure_that_is_found_out_is_an_error_in_the_new_ways(self, raw: RawServer, agents: Any) -> None:
        reason = {"code": "server_error", "message": "It broke."}
        for read in ("get_final_run", "get_final_messages"):
            raw.answers, raw.seen[:] = [broken(STARTED), now("failed", last_error=reason), *NO_REST], []
            async with inside(agents.create_stream("t", agent_id="a")) as events:
                with pytest.raises(RunFailedError, match=r"run_1 on t failed \(server_error\): It broke"):
                    await done(getattr(events, read)())


@pytest.mark.usefixtures("naps")
class TestNothingIsLookedAt:
    @pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "expired", "incomplete"])
    async def test_where_the_end_was_told(self, raw: RawServer, connect: Connect, status: str) -> None:
        """Only ``done`` is missing, and it is made up for."""
        raw.answers = [broken((f"thread.run.{status}", {**RUN, "status": status}))]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            assert [event[0] for event in await pieces(events)] == [f"thread.run.{status}", "done"]
        assert len(raw.seen) == 1

    async def test_where_nobody_answers_the_run(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [broken(ASKS)]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            assert [event[0] for event in await pieces(events)] == [ASKS[0], "done"]
        assert len(raw.seen) == 1

    async def test_where_the_service_told_of_an_error(
        self, raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What it says is the end of the stream; it is told as an event, and logged where nothing handles it."""
        raw.answers = [broken(STARTED, end=b'event: error\ndata: {"message": "It bro')]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            *_, (name, data, _) = await pieces(events)
        assert (name, data, len(raw.seen)) == ("error", '{"message": "It bro', 1)
        assert [record.levelno for record in caplog.records] == [logging.WARNING]

    @pytest.mark.parametrize(
        "end", [b"event: thread.run.comp", b'event: thread.run.completed\ndata: {"id": "run', b"data: x", b": x"]
    )
    async def test_and_nothing_is_made_of_half_an_event(self, raw: RawServer, connect: Connect, end: bytes) -> None:
        raw.answers = [broken(STARTED, end=end), now("completed"), *NO_REST]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            assert [event[0] for event in await pieces(events)] == [STARTED[0], "thread.run.completed", "done"]


class TestBytesThatWereHandedIn:
    """Nobody knows where they come from, so there is nothing to look at."""

    async def test_an_end_without_done_is_the_end(self, face: Face) -> None:
        handler = handler_class(face)()
        handler.initialize(Bytes(broken(STARTED).content), lambda *_: False)
        assert [event[0] for event in await pieces(handler)] == [STARTED[0]]

    async def test_the_last_event_counts_as_it_is(self, face: Face) -> None:
        handler = handler_class(face)()
        handler.initialize(Bytes(broken(STARTED, end=b"event: thread.run.completed\ndata: {").content), lambda *_: False)
        *_, last = await pieces(handler)
        assert last[:2] == ("thread.run.completed", "{")

    async def test_an_error_in_reading_comes_out(self, face: Face) -> None:
        class Breaking(Bytes):
            def __next__(self) -> bytes:
                raise ServiceResponseError("It broke off.")

            async def __anext__(self) -> bytes:
                return next(self)

        handler, source = handler_class(face)(), Breaking()
        handler.initialize(source, lambda *_: False)
        with pytest.raises(ServiceResponseError, match="It broke off"):
            await done(handler.until_done())
        assert source.closed
