"""Event streams of runs that are stopped, and of models that write piece by piece."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from service_script import PYTHON, WEATHER, asks, codes, path_of
from service_streams import (
    ANSWER,
    ANSWER_BEGINS,
    BEGINNING,
    CALLS,
    Speaking,
    data,
    grown_content,
    last,
    names,
    opened,
    started,
    streamed,
    texts,
)
from service_wire import PROJECT, Clock, Wire

from agentkit.local import LocalService
from agentkit.local.models.base import Failure, ModelRequest, ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.runs.engine import RunEngine
from agentkit.local.runs.work import ActiveRun

Serve = Callable[..., Wire]

HOLD = Speaking.HOLD
END = ModelTurn()


class Busy:
    """A model that does not answer before it is let go."""

    name = "busy"
    computes = True  # runs that are only waited for have no place to wait for

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def respond(self, _request: ModelRequest) -> ModelTurn:
        assert self.let_go.wait(30)
        return ModelTurn("late")


@pytest.fixture
def busy() -> Iterator[Busy]:
    model = Busy()
    yield model
    model.let_go.set()


def cancel(wire: Wire, run: Any) -> Any:
    return wire.post(f"{path_of(run)}/cancel")


def ended(status: str) -> list[str]:
    return ["thread.message.incomplete", f"thread.run.step.{status}", f"thread.run.{status}", "done"]


@pytest.fixture
def halting() -> Iterator[Speaking]:
    """A model that stops in the middle of its answer until it is let go."""
    model = Speaking("Here ", "you ", HOLD, "are.", END)
    yield model
    model.let_go.set()


class TestStopped:
    def test_a_cancel_in_the_middle_of_the_text(self, serve: Serve, halting: Speaking) -> None:
        wire = serve(model=halting)
        with started(wire) as stream:
            begun = [*stream.until("thread.message.delta"), next(stream)]
            assert cancel(wire, begun[0].data)["status"] == "cancelling"
            events = list(stream)
        assert names(begun) == [*BEGINNING, *ANSWER_BEGINS]
        assert names(events) == ["thread.run.cancelling", *ended("cancelled")]
        message, run = last(events, "thread.message.incomplete"), last(events, "thread.run.cancelled")
        assert message["incomplete_details"] == {"reason": "run_cancelled"}
        assert message["content"] == [{"type": "text", "text": {"value": "Here you ", "annotations": []}}]
        assert wire.messages({"id": run["thread_id"]})[-1] == message
        assert wire.steps(run) == data(events, "thread.run.step.cancelled")
        assert run == wire.get(path_of(run))
        halting.let_go.set()
        assert halting.closed.wait(10)

    @pytest.mark.parametrize("turns", [["word " * 100], [asks("word " * 100)]])
    def test_a_cancel_is_not_held_up_by_the_pace(self, serve: Serve, turns: list[Any]) -> None:
        wire = serve(model=ScriptedModel(turns), delta_delay=60)
        with started(wire, tools=[WEATHER]) as stream:
            begun = stream.until("thread.run.step.in_progress")
            cancel(wire, begun[0].data)
            events = list(stream)
        assert names(events)[-3:] == ["thread.run.step.cancelled", "thread.run.cancelled", "done"]
        assert texts(events) == []

    def test_a_cancel_before_the_model_has_answered(self, serve: Serve, busy: Busy) -> None:
        wire = serve(model=busy)
        with started(wire) as stream:
            begun = stream.until("thread.run.in_progress")
            cancel(wire, begun[0].data)
            assert names(list(stream)) == ["thread.run.cancelling", "thread.run.cancelled", "done"]

    def test_a_cancel_while_the_run_waits_for_its_turn(self, serve: Serve, busy: Busy) -> None:
        wire = serve(model=busy)
        agent = wire.agent()
        for run in [wire.run(wire.thread("hi"), agent) for _ in range(8)]:
            wire.wait(run, until="in_progress")
        with started(wire) as stream:
            begun = stream.until("thread.run.queued")
            assert cancel(wire, begun[0].data)["status"] == "cancelled"
            assert names(list(stream)) == ["thread.run.cancelling", "thread.run.cancelled", "done"]

    def test_an_expiry_in_the_middle_of_the_text(self, serve: Serve, clock: Clock, halting: Speaking) -> None:
        wire = serve(model=halting, clock=clock)
        with started(wire) as stream:
            stream.until("thread.message.delta")
            clock.now += 600
            events = list(stream)
        assert names(events)[-4:] == ended("expired")
        message, step = last(events, "thread.message.incomplete"), last(events, "thread.run.step.expired")
        assert message["incomplete_details"] == {"reason": "run_expired"}
        assert message["content"][0]["text"]["value"] == "Here you "
        assert step["expired_at"] == clock.now
        assert last(events, "thread.run.expired")["usage"] is not None

    def test_an_expiry_that_another_request_finds(self, serve: Serve, clock: Clock) -> None:
        wire = serve(model=ScriptedModel(["word " * 100]), clock=clock, delta_delay=60)
        with started(wire) as stream:
            run = stream.until("thread.message.in_progress")[0].data
            clock.now += 600
            assert wire.get(path_of(run))["status"] == "expired"
            events = list(stream)
        assert names(events) == ended("expired")
        assert last(events, "thread.message.incomplete")["content"] == []

    def test_a_model_that_breaks_in_the_middle_of_the_text(self, serve: Serve) -> None:
        wire = serve(model=Speaking("Here ", "you ", Failure("Slow down.", "rate_limit_exceeded")))
        events = streamed(wire)
        assert names(events) == [*BEGINNING, *ANSWER_BEGINS, *ended("failed")]
        error = {"code": "rate_limit_exceeded", "message": "Slow down."}
        assert last(events, "thread.run.failed")["last_error"] == error
        assert last(events, "thread.run.step.failed")["last_error"] == error
        message = last(events, "thread.message.incomplete")
        assert message["incomplete_details"] == {"reason": "run_failed"}
        assert message["content"][0]["text"]["value"] == "Here you "

    def test_a_tool_that_breaks(self, serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        def broken(**_settings: Any) -> Any:
            raise OSError("no disk")

        from agentkit.local import interpreter

        monkeypatch.setattr(interpreter, "Interpreter", broken)
        with caplog.at_level(logging.ERROR, "agentkit.local"):
            events = streamed(serve(model=ScriptedModel([codes("1")])), tools=[PYTHON])
        assert names(events) == [*BEGINNING, *CALLS, "thread.run.step.failed", "thread.run.failed", "done"]
        assert "OSError: no disk" in last(events, "thread.run.failed")["last_error"]["message"]
        assert "no disk" in caplog.text


class TestBroken:
    """The stream itself ends before the run has told how it ended."""

    def test_the_thread_is_deleted(self, serve: Serve, halting: Speaking) -> None:
        wire = serve(model=halting)
        with started(wire) as stream:
            run = stream.until("thread.message.delta")[0].data
            wire.delete(f"/threads/{run['thread_id']}")
            events = list(stream)
        assert names(events)[-1] == "error"
        assert "thread of this run was deleted" in events[-1].data["error"]["message"]

    def test_the_service_stops(self, halting: Speaking, caplog: pytest.LogCaptureFixture) -> None:
        with LocalService(model=halting) as service, Wire(service) as wire, started(wire) as stream:
            stream.until("thread.message.delta")
            service.stop()
            events = list(stream)
        assert names(events)[-1] == "error"
        assert "service was stopped" in events[-1].data["error"]["message"]
        # The server logs an error when it has to give up on a stream.
        assert caplog.text == ""

    def test_the_service_stops_while_a_reader_does_not_read(self, caplog: pytest.LogCaptureFixture) -> None:
        text = " ".join(f"word{number}" for number in range(100_000))
        with LocalService(model=ScriptedModel([text])) as service, Wire(service) as wire:
            thread, agent = wire.thread("hi"), wire.agent()
            body = json.dumps({"assistant_id": agent["id"], "stream": True})
            head = f"POST {PROJECT}/threads/{thread['id']}/runs HTTP/1.1\r\nhost: localhost\r\napi-key: {service.key}\r\n"
            with socket.socket() as reader:
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                reader.connect(("127.0.0.1", int(service.url.rpartition(":")[2])))
                reader.sendall(f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
                assert reader.recv(15) == b"HTTP/1.1 200 OK"
                (run,) = wire.get(f"/threads/{thread['id']}/runs")["data"]
                wire.wait(run, until="completed")
                service.stop()
        assert caplog.text == ""

    def test_the_store_breaks(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_arguments: Any) -> None:
            raise OSError("no disk")

        monkeypatch.setattr(ActiveRun, "advance", broken)
        monkeypatch.setattr(RunEngine, "_failed", broken)
        # The worker's thread ends with the error, which a service shows on the standard error.
        monkeypatch.setattr(threading, "excepthook", lambda _arguments: None)
        events = streamed(serve())
        assert names(events) == [*BEGINNING, "error"]
        assert "its log says why" in events[-1].data["error"]["message"]


class TestModelsThatStream:
    def test_a_piece_is_there_before_the_model_goes_on(self, serve: Serve, halting: Speaking) -> None:
        wire = serve(model=halting)
        with started(wire) as stream:
            begun = stream.until("thread.message.delta")
            message = last(begun, "thread.message.created")
            assert wire.messages({"id": message["thread_id"]})[-1] == message
            halting.let_go.set()
            events = [*begun, *stream]
        assert names(events) == [*BEGINNING, *ANSWER]
        assert texts(events) == ["Here ", "you ", "are."]
        assert grown_content(events) == last(events, "thread.message.completed")["content"]
        assert halting.responded == 0

    def test_a_run_that_nobody_reads_is_answered_whole(self, serve: Serve, halting: Speaking) -> None:
        wire = serve(model=halting)
        thread = wire.thread("hi")
        wire.finished(thread, wire.agent())
        assert halting.responded == 1
        assert wire.messages(thread)[-1]["content"][0]["text"]["value"] == "Here you are."

    @pytest.mark.parametrize("turn", [END, ModelTurn("Here you are. Bye.")])
    def test_the_last_turn_may_go_on_with_the_text(self, serve: Serve, turn: ModelTurn) -> None:
        events = streamed(serve(model=Speaking("Here ", "", "you are.", turn)))
        assert last(events, "thread.message.completed")["content"][0]["text"]["value"] == (turn.text or "Here you are.")
        assert texts(events) == ["Here ", "you are.", *([" Bye."] if turn.text else [])]

    @pytest.mark.parametrize(
        ("parts", "words"),
        [
            (["Here "], "ended its stream without a ModelTurn"),
            ([], "ended its stream without a ModelTurn"),
            (["Here ", 5], "streamed int"),
            (["Here ", ModelTurn("There")], "ended it with another one"),
        ],
    )
    def test_a_model_that_breaks_the_rules_fails_the_run(self, serve: Serve, parts: list[Any], words: str) -> None:
        events = streamed(serve(model=Speaking(*parts)))
        assert names(events)[-2:] == ["thread.run.failed", "done"]
        assert words in last(events, "thread.run.failed")["last_error"]["message"]

    def test_an_answer_is_held_against_its_format(self, serve: Serve) -> None:
        events = streamed(serve(model=Speaking("{", "oops", END)), response_format={"type": "json_object"})
        assert names(events) == [*BEGINNING, *ANSWER_BEGINS, *ended("failed")]
        assert "not valid JSON" in last(events, "thread.run.failed")["last_error"]["message"]

    def test_text_before_calls_is_a_message_of_its_own(self, serve: Serve) -> None:
        turn = ModelTurn(tool_calls=[ToolCall("function", name="weather")])
        wire = serve(model=Speaking("Let me ", "look.", turn))
        events = streamed(wire, tools=[WEATHER])
        remark = [*ANSWER_BEGINS, "thread.message.completed", "thread.run.step.completed"]
        assert names(events) == [*BEGINNING, *remark, *CALLS, "thread.run.requires_action", "done"]
        run = last(events, "thread.run.requires_action")
        assert wire.messages({"id": run["thread_id"]})[-1] == last(events, "thread.message.completed")
        assert last(events, "thread.run.step.completed")["usage"]["prompt_tokens"] > 0

    def test_a_forced_call_is_asked_for_in_one_piece(self, serve: Serve) -> None:
        model = Speaking("no", END)
        events = streamed(serve(model=model), tools=[WEATHER], tool_choice="required")
        assert names(events) == [*BEGINNING, "thread.run.failed", "done"]
        assert model.responded == 2

    def test_a_model_is_not_listened_to_beyond_the_limit(self, serve: Serve) -> None:
        model = Speaking(*["wo", "rd wo", "rd "] * 200, HOLD, END)
        events = streamed(serve(model=model), max_completion_tokens=256)
        assert names(events)[-4:] == ["thread.message.incomplete", "thread.run.step.completed", "thread.run.incomplete", "done"]
        whole = ("word " * 256).strip()
        assert last(events, "thread.message.incomplete")["content"][0]["text"]["value"] == whole
        assert "".join(texts(events)) == whole
        model.let_go.set()

    def test_an_answer_within_the_limit_is_whole(self, serve: Serve) -> None:
        model = Speaking("Here you", " are, fri", "end. ", END)
        events = streamed(serve(model=model), max_completion_tokens=256)
        assert texts(events) == ["Here", " you are,", " friend.", " "]
        assert last(events, "thread.message.completed")["content"][0]["text"]["value"] == "Here you are, friend. "

    def test_references_follow_the_text(self, serve: Serve) -> None:
        class Citing(Speaking):
            def stream(self, request: ModelRequest) -> Iterator[str | ModelTurn]:
                if not request.results:
                    yield codes("open('/mnt/data/a.txt', 'w').write('x')")
                else:
                    yield from super().stream(request)

        text = ["See sand", "box:/mnt/", "data/a.txt", " there.", END]
        events = streamed(serve(model=Citing(*text), code_interpreter=True), tools=[PYTHON])
        message = last(events, "thread.message.completed")
        (annotation,) = message["content"][0]["text"]["annotations"]
        assert annotation["type"] == "file_path"
        assert grown_content(events) == message["content"]


class TestReaders:
    def test_a_reader_that_leaves_does_not_stop_the_run(self, serve: Serve, halting: Speaking) -> None:
        wire = serve(model=halting)
        with started(wire) as stream:
            run = stream.until("thread.message.delta")[0].data
        halting.let_go.set()
        wire.wait(run, until="completed")
        message = wire.messages({"id": run["thread_id"]})[-1]
        assert message["content"][0]["text"]["value"] == "Here you are."

    def test_a_run_is_not_paced_once_its_reader_has_left(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel(["word " * 1000]), delta_delay=0.1)
        with started(wire) as stream:
            run = stream.until("thread.message.delta")[0].data
        # A thousand pieces would take longer than the patience of the test.
        assert wire.wait(run)["status"] == "completed"

    def test_a_slow_reader_holds_nobody_and_misses_nothing(self, serve: Serve) -> None:
        text = " ".join(f"word{number}" for number in range(60_000))
        wire = serve(model=ScriptedModel([text]))
        with started(wire) as stream:
            run = stream.until("thread.run.created")[0].data
            wire.wait(run, until="completed")
            events = list(stream)
        assert names(events)[-2:] == ["thread.run.completed", "done"]
        assert "".join(texts(events)) == text
        # What was not read was put together.
        assert len(texts(events)) < 60_000

    @pytest.mark.parametrize("delay", [-1, float("nan"), float("inf")])
    def test_a_delay_that_is_none_is_refused(self, delay: float) -> None:
        with pytest.raises(ValueError, match="delta_delay"):
            LocalService(delta_delay=delay)


def test_a_run_of_a_thread_that_was_made_along_with_it_can_be_cancelled(serve: Serve, halting: Speaking) -> None:
    wire = serve(model=halting)
    with opened(wire, "/threads/runs", assistant_id=wire.agent()["id"]) as stream:
        begun = stream.until("thread.message.delta")
        cancel(wire, begun[1].data)
        assert names(list(stream))[-2:] == ["thread.run.cancelled", "done"]
