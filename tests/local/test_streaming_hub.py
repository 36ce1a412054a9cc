"""How events get from the threads that work on runs to those who read them, and what is kept of those that are unread."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from service_script import WEATHER, asks
from service_wire import PROJECT, Wire

from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.runs.budget import Budget
from agentkit.local.runs.deltas import call_outcome, pieces, stretches
from agentkit.local.runs.events import MERGE_BYTES, MOST_BYTES, EventHub, EventStore, EventStream, GrowingText
from agentkit.local.runs.feed import Feed
from agentkit.local.runs.tokens import cut_to_tokens

Serve = Callable[..., Wire]

RUN = {"id": "run_1", "object": "thread.run"}
DONE = [("done", "[DONE]")]


@pytest.fixture
def hub() -> EventHub:
    return EventHub()


def whole(step: dict[str, Any]) -> dict[str, Any]:
    return step


def unread(stream: EventStream) -> list[tuple[str, Any]]:
    """Everything that a stream has, which must have ended."""
    assert stream.ended
    return asyncio.run(_read(stream))


async def _read(stream: EventStream) -> list[tuple[str, Any]]:
    content = b""
    while chunk := await stream.read():
        content += chunk
    blocks = [block.split("\n") for block in content.decode().split("\n\n")[:-1]]
    return [(name[7:], text[6:] if name == "event: done" else json.loads(text[6:])) for name, text in blocks]


class TestHub:
    def test_events_go_out_with_the_commit_and_in_its_order(self, hub: EventHub) -> None:
        store = EventStore(hub)
        with store.transaction():
            stream = hub.open("run_1", whole)
            hub.tell("run_1", "thread.run.created", RUN)
            with store.transaction():
                hub.tell("run_1", "thread.run.queued", RUN)
            # Of what was only told, nobody knows yet.
            hub.publish("run_1", "first", {"object": "x"})
            hub.tell("run_1", "thread.run.completed", RUN)
        hub.publish("run_1", "late", {"object": "x"})
        names = ["first", "thread.run.created", "thread.run.queued", "thread.run.completed", "done"]
        assert [name for name, _ in unread(stream)] == names
        store.close()

    def test_what_was_told_in_vain_does_not_go_out(self, hub: EventHub) -> None:
        store = EventStore(hub)
        stream = hub.open("run_1", whole)

        def fail() -> None:
            with store.transaction():
                hub.tell("run_1", "thread.run.completed", RUN)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with store.transaction():
            hub.tell("run_1", "thread.run.failed", RUN)
        assert unread(stream) == [("thread.run.failed", RUN), *DONE]
        store.close()

    def test_an_event_is_what_it_was_when_it_was_told(self, hub: EventHub) -> None:
        stream = hub.open("run_1", whole)
        step = {"object": "thread.run.step", "status": "in_progress"}
        hub.tell("run_1", "thread.run.step.created", step)
        step["status"] = "completed"
        hub.committed()
        hub.release("run_1")
        assert unread(stream)[0][1]["status"] == "in_progress"

    def test_a_reader_gets_what_comes_after_its_start_shown_as_it_asked(self, hub: EventHub) -> None:
        step = {"object": "thread.run.step", "secret": 1}
        first = hub.open("run_1", whole)
        hub.publish("run_1", "one", {})
        second = hub.open("run_1", lambda step: {"object": step["object"]})
        other = hub.open("run_2", whole)
        hub.tell("run_1", "thread.run.step.created", step)
        hub.tell("run_1", "thread.run.requires_action", RUN)
        hub.committed()
        end = [("thread.run.requires_action", RUN), *DONE]
        assert unread(first) == [("one", {}), ("thread.run.step.created", step), *end]
        assert unread(second) == [("thread.run.step.created", {"object": "thread.run.step"}), *end]
        assert not other.ended
        assert [hub.is_watched(run_id) for run_id in ("run_1", "run_2")] == [False, True]

    def test_a_reader_that_leaves_is_forgotten(self, hub: EventHub) -> None:
        stream = hub.open("run_1", whole)
        hub.publish("run_1", "one", {})
        hub.leave("run_1", stream)
        assert not hub.is_watched("run_1")
        assert unread(stream) == []

    def test_streams_are_broken_off_when_the_service_stops(self, hub: EventHub) -> None:
        early = hub.open("run_1", whole)
        hub.close()
        late = hub.open("run_1", whole)
        for stream in (early, late):
            ((name, told),) = unread(stream)
            assert (name, told["error"]["code"]) == ("error", "ServiceStopped")
        assert not hub.is_watched("run_1")

    def test_a_reader_is_woken_from_any_thread(self, hub: EventHub) -> None:
        stream = hub.open("run_1", whole)

        async def read() -> bytes:
            reading = asyncio.ensure_future(stream.read())
            await asyncio.sleep(0)
            worker = threading.Thread(target=hub.publish, args=("run_1", "one", {}))
            worker.start()
            received = await reading
            worker.join()
            return received

        assert asyncio.run(read()) == b"event: one\ndata: {}\n\n"


class TestMemory:
    TEXT = GrowingText("delta", lambda piece: {"value": piece, "padding": "x" * 100})

    def test_pieces_that_nobody_takes_grow_together(self) -> None:
        stream = EventStream(whole)
        for number in range(50_000):
            stream.grow(self.TEXT, f"{number} ")
        stream.write(b"event: end\ndata: {}\n\n", last=True)
        events = unread(stream)
        assert "".join(data["value"] for name, data in events if name == "delta") == "".join(f"{n} " for n in range(50_000))
        assert len(events) < MERGE_BYTES / 100
        assert events[-1][0] == "end"

    def test_pieces_of_two_texts_are_kept_apart(self) -> None:
        stream = EventStream(whole)
        other = GrowingText("other", lambda piece: {"value": piece})
        stream.write(b"x" * (MERGE_BYTES + 1))
        for _ in range(2):
            stream.grow(self.TEXT, "a")
            stream.grow(self.TEXT, "b")
            stream.grow(other, "c")
        stream.write(b"", last=True)
        content = asyncio.run(stream.read()) + asyncio.run(stream.read())
        values = [json.loads(line[6:])["value"] for line in content.decode().split("\n") if line.startswith("data: ")]
        assert values == ["ab", "c", "ab", "c"]

    @pytest.mark.parametrize("grows", [True, False])
    def test_a_reader_that_is_too_far_behind_is_told_so(self, hub: EventHub, grows: bool) -> None:
        stream = hub.open("run_1", whole)
        piece = "x" * 100_000
        for _ in range(MOST_BYTES // 100_000 + 1):
            if grows:
                hub.grow("run_1", self.TEXT, piece)
            else:
                hub.publish("run_1", "big", {"value": piece})
        hub.tell("run_1", "thread.run.completed", RUN)
        hub.committed()
        ((name, told),) = unread(stream)
        assert (name, told["error"]["code"]) == ("error", "StreamNotRead")
        assert "The run goes on" in told["error"]["message"]
        assert not hub.is_watched("run_1")

    def test_a_reader_that_keeps_up_gets_any_amount(self) -> None:
        stream = EventStream(whole)

        async def read() -> int:
            taken = 0
            for _ in range(100):
                stream.write(b"x" * 1_000_000)
                taken += len(await stream.read())
            return taken

        assert asyncio.run(read()) == 100_000_000


class Ticks(threading.Event):
    """An event that notes what is waited for, and waits for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        return False


@pytest.mark.parametrize(("watched", "delay", "pauses"), [(True, 0.5, 3), (True, 0.0, 0), (False, 0.5, 0)])
def test_each_piece_has_its_pause_while_somebody_reads(hub: EventHub, watched: bool, delay: float, pauses: int) -> None:
    if watched:
        hub.open("run_1", whole)
    ticks = Ticks()
    told = list(Feed(hub, "run_1", delay, ticks).paced("one two three", lambda: False))
    assert told == (["one", " two", " three"] if watched else ["one two three"])
    assert ticks.waited == [delay] * pauses


@pytest.mark.parametrize("text", ["", " ", "a", "a b", "  a\n", "supercalifragilistic words", "日本語のとても長い文字列です"])
def test_pieces_come_to_their_text(text: str) -> None:
    told = list(pieces(text))
    assert "".join(told) == text
    assert all(piece and len(piece.strip()) <= 8 for piece in told)


@pytest.mark.parametrize("done", range(12))
def test_stretches_come_to_their_text_with_all_annotations(done: int) -> None:
    places = [(1, 3), (3, 4), (3, 6), (8, 12)]
    annotations = [{"start_index": start, "end_index": end} for start, end in places]
    text = "abcdefghijkl"
    told = list(stretches(text, annotations, done))
    assert "".join(stretch for stretch, _ in told) == text[done:]
    numbered = [annotation for _, ending in told for annotation in ending]
    assert numbered == [{"index": index, **annotation} for index, annotation in enumerate(annotations)]


@pytest.mark.parametrize("limit", [None, 0, 1, 2, 3, 4, 7, 100])
@pytest.mark.parametrize("text", ["one two three", "extraordinary", " one\n\ntwo  ", "a b c d e f g "])
@pytest.mark.parametrize("size", [1, 2, 5, 50])
def test_a_budget_admits_no_more_than_will_be_kept(limit: int | None, text: str, size: int) -> None:
    budget = Budget(limit)
    admitted = "".join(budget.admit(text[at : at + size]) for at in range(0, len(text), size))
    kept = text if limit is None else cut_to_tokens(text, limit)
    assert kept.startswith(admitted)
    # At most the last word is missing, which may still have gone on.
    assert len(kept[len(admitted) :].split()) <= 1
    if budget.is_exhausted:
        assert kept != text


def test_an_outcome_tells_what_has_changed() -> None:
    before = {"id": "c", "type": "openapi", "openapi": {"name": "n", "output": None}}
    after = {"id": "c", "type": "openapi", "openapi": {"name": "n", "output": "x"}, "extra": 1}
    told = call_outcome("step_1", 2, before, after)
    assert told is not None
    piece = {"index": 2, "id": "c", "type": "openapi", "openapi": {"output": "x"}, "extra": 1}
    assert told["delta"]["step_details"]["tool_calls"] == [piece]
    assert call_outcome("step_1", 2, before, before) is None


def test_fifty_runs_are_streamed_at_once(serve: Serve) -> None:
    """Each calls a function, waits for its output, and answers; all of them wait before the first one goes on."""

    def model(request: ModelRequest) -> ModelTurn:
        return ModelTurn(f"It is {request.results[0].output}.") if request.results else asks('{"city": "Rome"}')

    wire = serve(model=model)
    agent = wire.agent(tools=[WEATHER])
    count = 50

    async def read(http: httpx.AsyncClient, path: str, **body: Any) -> list[tuple[str, Any]]:
        async with http.stream("POST", path, json={**body, "stream": True}) as response:
            assert response.status_code == 200
            blocks = (await response.aread()).decode().split("\n\n")[:-1]
        parts = [block.split("\n") for block in blocks]
        return [(name[7:], text[6:]) for name, text in parts]

    async def all_runs() -> list[str]:
        limits = httpx.Limits(max_connections=count)
        headers = {"api-key": wire.service.key}
        url = wire.service.url + PROJECT
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, limits=limits) as http:
            first = await asyncio.gather(*(read(http, "/threads/runs", assistant_id=agent["id"]) for _ in range(count)))
            runs = [json.loads(events[-2][1]) for events in first]
            assert {run["status"] for run in runs} == {"requires_action"}
            answers = await asyncio.gather(
                *(
                    read(
                        http,
                        f"/threads/{run['thread_id']}/runs/{run['id']}/submit_tool_outputs",
                        tool_outputs=[
                            {"tool_call_id": call["id"], "output": f"warm in {number}"}
                            for call in run["required_action"]["submit_tool_outputs"]["tool_calls"]
                        ],
                    )
                    for number, run in enumerate(runs)
                )
            )
        assert {events[-2][0] for events in answers} == {"thread.run.completed"}
        messages = [json.loads(text) for events in answers for name, text in events if name == "thread.message.completed"]
        return [message["content"][0]["text"]["value"] for message in messages]

    assert asyncio.run(all_runs()) == [f"It is warm in {number}." for number in range(count)]
