"""What a stream still owes when its connection dropped: pure rules over what was seen and what is there by now."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit._core.accumulate import Accumulator
from agentkit._core.events import parse_event
from agentkit._core.recovery import is_whole, looks_after, may_have_arrived, missing_events, owes_run
from agentkit._core.sse import ServerSentEvent
from agentkit.models import RunStep, ThreadMessage, ThreadRun

from .recorded_stream import ANSWER, MAIL, RECORDED, USAGE, WEATHER, gathered, message, run, step, text_part

WRITES = {"type": "message_creation", "message_creation": {"message_id": "msg_1"}}
STEPS = [
    step("step_1", "completed", {"type": "tool_calls", "tool_calls": WEATHER}),
    step("step_2", "completed", {"type": "tool_calls", "tool_calls": MAIL}),
    step("step_3", "completed", WRITES, usage=USAGE),
]
MESSAGES = [message("completed", [text_part(ANSWER)])]
COMPLETED = run("completed", usage=USAGE, completed_at=1_700_000_005)
ENDS = ("completed", "failed", "cancelled", "expired", "incomplete", "requires_action")


def seen(count: int) -> Accumulator:
    """What the first events of the recorded stream told."""
    return gathered(*RECORDED[:count])[0]


def missing(
    known: Accumulator,
    now: dict[str, Any] = COMPLETED,
    steps: list[dict[str, Any]] = STEPS,
    messages: list[dict[str, Any]] = MESSAGES,
) -> list[ServerSentEvent]:
    return list(
        missing_events(known, ThreadRun(now), [RunStep(one) for one in steps], [ThreadMessage(one) for one in messages])
    )


def names(events: list[ServerSentEvent]) -> list[str]:
    return [event.event for event in events]


class TestTheMissingEvents:
    @pytest.mark.parametrize("count", range(len(RECORDED) + 1))
    def test_with_them_every_end_is_told_once_and_in_order(self, count: int) -> None:
        """Wherever the recorded stream is cut."""
        events = [name for name, _ in RECORDED[:count]] + names(missing(seen(count)))
        ends = [name for name in events if name.endswith(".completed")]
        assert ends == [name for name, _ in RECORDED if name.endswith(".completed")]
        assert events[-1] == "done"

    @pytest.mark.parametrize("count", range(len(RECORDED) + 1))
    def test_with_them_the_text_is_whole_and_nothing_of_it_comes_twice(self, count: int) -> None:
        known, texts = gathered(*RECORDED[:count])
        texts += [known.add(parse_event(event.event, event.data)) for event in missing(known)]
        assert "".join(texts) == ANSWER
        assert known.run == ThreadRun(COMPLETED)
        assert known.usage == ThreadRun(COMPLETED).usage

    def test_they_carry_the_whole_objects(self) -> None:
        *carried, end = missing(seen(0))
        assert [json.loads(event.data) for event in carried] == [*STEPS[:2], *MESSAGES, STEPS[2], COMPLETED]
        assert (end.event, end.data) == ("done", "[DONE]")

    def test_a_message_comes_before_the_step_that_made_it(self) -> None:
        events = missing(seen(0), steps=[STEPS[2], STEPS[0]])
        assert names(events)[:3] == ["thread.message.completed", "thread.run.step.completed", "thread.run.step.completed"]
        assert '"msg_1"' in events[0].data
        assert '"step_3"' in events[1].data

    def test_a_message_of_no_step_comes_all_the_same(self) -> None:
        assert names(missing(seen(0), steps=[])) == ["thread.message.completed", "thread.run.completed", "done"]

    def test_messages_of_others_are_not_told(self) -> None:
        """A service may give all messages of the thread."""
        others = [
            message("completed", [], id="msg_2", run_id="run_2"),
            message("completed", [], id="msg_3", run_id=None, role="user"),
        ]
        assert names(missing(seen(0), steps=[], messages=others)) == ["thread.run.completed", "done"]

    @pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "expired"])
    def test_a_step_is_told_by_its_own_end(self, status: str) -> None:
        events = missing(seen(0), run("failed"), [step("step_3", status, WRITES)], [])
        assert names(events) == [f"thread.run.step.{status}", "thread.run.failed", "done"]

    def test_what_has_not_ended_is_not_told(self) -> None:
        writing = [step("step_3", "in_progress", WRITES)], [message("in_progress", [])]
        assert names(missing(seen(0), run("requires_action"), *writing)) == ["thread.run.requires_action", "done"]

    def test_a_message_without_status_has_ended_with_its_run(self) -> None:
        silent = [{**MESSAGES[0], "status": None}]
        assert names(missing(seen(0), COMPLETED, [], silent)) == ["thread.message.completed", "thread.run.completed", "done"]
        assert names(missing(seen(0), run("requires_action"), [], silent)) == ["thread.run.requires_action", "done"]

    @pytest.mark.parametrize("status", ENDS)
    def test_the_run_is_told_by_its_status(self, status: str) -> None:
        assert names(missing(seen(3), run(status), [], [])) == [f"thread.run.{status}", "done"]

    def test_a_run_that_was_told_is_not_told_again(self) -> None:
        known = seen(len(RECORDED) - 1)
        assert names(missing(known)) == ["done"]

    def test_a_run_that_asks_again_is_told_again(self) -> None:
        """The same status, for other functions."""
        asked = next(count for count, (name, _) in enumerate(RECORDED, 1) if name == "thread.run.requires_action")
        events = missing(seen(asked), run("requires_action"), STEPS[:1], [])
        assert names(events) == ["thread.run.step.completed", "thread.run.requires_action", "done"]


class TestWhatIsOwed:
    @pytest.mark.parametrize("status", ["queued", "in_progress", "cancelling"])
    def test_a_run_that_goes_on_is_owed(self, status: str) -> None:
        assert owes_run(ThreadRun(run(status)))

    @pytest.mark.parametrize("status", [*ENDS, "a status of tomorrow"])
    def test_one_that_has_ended_or_waits_is_not(self, status: str) -> None:
        assert not owes_run(ThreadRun(run(status)))

    def test_one_that_nothing_was_told_of_is_owed(self) -> None:
        assert owes_run(None)


class TestTheLastEvent:
    @pytest.mark.parametrize(("name", "value"), [event for event in RECORDED if event[0] != "done"])
    def test_one_whose_data_is_cut_is_not_whole(self, name: str, value: Any) -> None:
        data = json.dumps(value, ensure_ascii=False)
        assert is_whole(ServerSentEvent(name, data))
        for cut in {0, 1, len(data) // 2, len(data) - 1}:
            assert not is_whole(ServerSentEvent(name, data[:cut]))

    @pytest.mark.parametrize("cut", range(1, len("thread.run.completed")))
    def test_one_whose_name_is_cut_is_not_whole(self, cut: int) -> None:
        assert not is_whole(ServerSentEvent("thread.run.completed"[:cut], ""))

    def test_one_of_an_unknown_kind_is_whole_with_its_json(self) -> None:
        assert is_whole(ServerSentEvent("thread.created", '{"id": "thread_1"}'))
        assert is_whole(ServerSentEvent("thread.tomorrow", '{"id": "x"}'))
        assert not is_whole(ServerSentEvent("thread.tomorrow", '{"id": "x'))

    @pytest.mark.parametrize("name", ["done", "error"])
    def test_the_end_and_an_error_count_however_little_is_said(self, name: str) -> None:
        assert is_whole(ServerSentEvent(name, ""))
        assert is_whole(ServerSentEvent(name, '{"message": "It br'))


class TestASubmissionThatFailed:
    @pytest.mark.parametrize("status", [None, 408, 500, 502, 503, 504])
    def test_it_may_have_arrived(self, status: int | None) -> None:
        """Then the run is looked at for a while."""
        assert may_have_arrived(status)
        first, *others = looks_after(status)
        assert first == 0
        assert others == sorted(others)
        assert sum(others) == pytest.approx(2.5)

    @pytest.mark.parametrize("status", [400, 409])
    def test_a_refusal_is_looked_into_once(self, status: int) -> None:
        assert not may_have_arrived(status)
        assert looks_after(status) == (0.0,)

    @pytest.mark.parametrize("status", [401, 403, 404, 413, 429])
    def test_another_refusal_says_all(self, status: int) -> None:
        assert not may_have_arrived(status)
        assert looks_after(status) == ()
