from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit._core.accumulate import Accumulator
from agentkit._core.events import StreamEvent, parse_event
from agentkit._core.sse import SSEDecoder
from agentkit.models import (
    MessageTextContent,
    RunError,
    RunStep,
    RunStepFunctionToolCall,
    RunStepToolCallDetails,
    ThreadMessage,
)

from .recorded_stream import (
    ANSWER,
    IMAGE,
    MAIL,
    RECORDED,
    USAGE,
    WEATHER,
    code,
    delta,
    gathered,
    known,
    message,
    parsed,
    piece,
    pieces,
    run,
    step,
    text_part,
    text_piece,
)

UNTIMED = settings(deadline=None)


def until(name: str, number: int = 1) -> list[tuple[str, Any]]:
    """The recorded events before the nth one of a name."""
    places = [place for place, (event, _) in enumerate(RECORDED) if event == name]
    return RECORDED[: places[number - 1]]


# --- the recorded stream -----------------------------------------------------------------------------------------------------


def test_at_the_end_everything_equals_the_final_objects() -> None:
    accumulator, texts = gathered(*RECORDED)
    final = {data["id"]: data for _, data in RECORDED if isinstance(data, dict)}
    assert accumulator.run == final["run_1"]
    assert accumulator.messages == [final["msg_1"]]
    assert accumulator.steps == [{**final[name], "expired_at": 1_700_000_600} for name in ("step_1", "step_2", "step_3")]
    assert accumulator.usage == USAGE
    assert accumulator.last_error is None
    assert "".join(texts) == ANSWER


def test_a_message_that_its_pieces_have_built_up_has_the_content_of_the_final_one() -> None:
    accumulator, _ = gathered(*until("thread.message.completed"))
    (grown,) = accumulator.messages
    assert grown == message("in_progress", [text_part(ANSWER)])
    assert isinstance(grown.content[0], MessageTextContent)
    assert grown.content[0].text.value == ANSWER


@pytest.mark.parametrize(("number", "calls"), [(1, WEATHER), (2, MAIL)])
def test_the_calls_that_their_pieces_have_built_up_are_those_of_the_run_and_of_the_final_step(
    number: int, calls: list[dict[str, Any]]
) -> None:
    accumulator, _ = gathered(*until("done", number))
    grown = accumulator.steps[-1]
    assert isinstance(grown.step_details, RunStepToolCallDetails)
    shown = grown.step_details.tool_calls
    assert [type(call) for call in shown] == [RunStepFunctionToolCall] * len(calls)
    assert shown == [{**call, "function": {**call["function"], "output": None}} for call in calls]
    assert accumulator.run is not None
    action: Any = accumulator.run.required_action
    asked = action.submit_tool_outputs.tool_calls
    assert [(c.id, c.function.arguments) for c in asked] == [(c.id, c.function.arguments) for c in shown]  # type: ignore[attr-defined]


def test_a_snapshot_grows_with_each_piece_and_the_ones_before_stay_as_they_are() -> None:
    accumulator, snapshots = Accumulator(), []
    for event in RECORDED:
        accumulator.add(parsed(*event))
        snapshot = accumulator.message("msg_1")
        if event[0] == "thread.message.delta" and snapshot:
            snapshots.append(snapshot)
    values = [snapshot.text_messages[0].text.value for snapshot in snapshots]
    assert values == ["".join(pieces(ANSWER)[:number]) for number in range(1, len(pieces(ANSWER)) + 1)]


def test_nothing_is_known_before_the_first_event() -> None:
    accumulator = Accumulator()
    assert known(accumulator) == (None, [], [], None, None)
    assert (accumulator.message("msg_1"), accumulator.step("step_1")) == (None, None)


def test_a_snapshot_is_found_by_its_id() -> None:
    accumulator, _ = gathered(*RECORDED)
    assert accumulator.message("msg_1") == accumulator.messages[0]
    assert accumulator.step("step_2") == accumulator.steps[1]
    assert (accumulator.message("step_1"), accumulator.step("msg_1")) == (None, None)


def stream(end: str) -> bytes:
    """The recorded stream as bytes, with one kind of line end."""
    lines = []
    for name, data in RECORDED:
        shown = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        lines += [f"event: {name}", f"data: {shown}", ""]
    return end.join([*lines, ""]).encode()


def read(chunks: Iterable[bytes]) -> list[tuple[str, str]]:
    decoder = SSEDecoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.end()
    return [(event.event, event.data) for event in events]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"], ids=["LF", "CR", "CRLF"])
def test_users_row_10_the_recorded_stream_cut_at_every_byte_is_the_same(end: str) -> None:
    data = stream(end)
    events = [(name, data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)) for name, data in RECORDED]
    decoder, before = SSEDecoder(), 0
    for place in range(len(data)):
        came = [(event.event, event.data) for event in decoder.feed(data[place : place + 1])]
        assert came == events[before : before + len(came)]
        before += len(came)
    assert before == len(events)
    for place in range(0, len(data), 7):
        assert read([data[:place], data[place:]]) == events


@UNTIMED
@given(st.lists(st.integers(0, 20_000), max_size=30), st.sampled_from(["\n", "\r", "\r\n"]))
def test_users_row_10_the_recorded_stream_cut_at_random_ends_with_the_same_snapshots(places: list[int], end: str) -> None:
    data = stream(end)
    bounds = sorted({0, len(data), *(place % len(data) for place in places)})
    accumulator = Accumulator()
    for name, text in read(data[start:stop] for start, stop in pairwise(bounds)):
        accumulator.add(parse_event(name, text))
    assert known(accumulator) == known(gathered(*RECORDED)[0])


# --- whole objects and pieces --------------------------------------------------------------------------------------------------


def test_users_row_11_text_that_came_without_its_pieces_is_added_by_the_whole_message() -> None:
    accumulator, texts = gathered(
        delta(text_piece("It is"), {"index": 1, **IMAGE}),
        ("thread.message.completed", message("completed", [text_part("It is late."), IMAGE, text_part(" Go home.")])),
    )
    assert texts == ["It is", " late. Go home."]
    assert accumulator.messages[0].status == "completed"


def test_a_whole_message_adds_what_is_missing_in_front_of_known_parts_too() -> None:
    whole = message("completed", [text_part("a"), text_part("b")])
    assert gathered(delta(text_piece("b", 1)), ("thread.message.completed", whole))[1] == ["b", "a"]


def test_a_message_that_comes_whole_adds_its_text_once() -> None:
    whole = message("completed", [text_part("Hello")])
    names = ("thread.message.created", "thread.message.in_progress", "thread.message.completed", "thread.message.completed")
    assert gathered(*((name, whole) for name in names))[1] == ["Hello", "", "", ""]


def test_text_that_was_rewritten_is_no_addition() -> None:
    accumulator, texts = gathered(
        delta(text_piece("teh")), ("thread.message.completed", message("completed", [text_part("the cat")]))
    )
    assert texts == ["teh", ""]
    assert accumulator.messages[0].text_messages[0].text.value == "the cat"


def test_the_text_of_a_user_is_not_of_the_agent() -> None:
    accumulator, texts = gathered(("thread.message.created", message("completed", [text_part("Hello?")], role="user")))
    assert texts == [""]
    assert accumulator.messages[0].text_messages[0].text.value == "Hello?"


@pytest.mark.parametrize("state", ["completed", "incomplete"])
def test_a_final_message_replaces_its_pieces_and_stays(state: str) -> None:
    final = message(state, [text_part("Hel")])
    accumulator, texts = gathered(
        delta(text_piece("Hello", index=0)),
        (f"thread.message.{state}", final),
        delta(text_piece("lo")),
        ("thread.message.in_progress", message("in_progress", [])),
    )
    assert accumulator.messages == [final]
    assert texts == ["Hello", "", "", ""]


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled", "expired"])
def test_a_final_step_replaces_its_pieces_and_stays(state: str) -> None:
    final = step("step_1", state, {"type": "tool_calls", "tool_calls": []})
    accumulator, _ = gathered(piece(code(input="x")), (f"thread.run.step.{state}", final), piece(code(input="y")))
    assert accumulator.steps == [{**final, "expired_at": final["expires_at"]}]


def test_an_object_that_is_not_final_does_not_take_back_what_has_grown() -> None:
    accumulator, texts = gathered(
        delta(text_piece("Hel")),
        ("thread.message.in_progress", message("in_progress", [], metadata={"a": "b"})),
        delta(text_piece("lo")),
    )
    assert accumulator.messages == [
        message("in_progress", [{"type": "text", "text": {"value": "Hello"}}], metadata={"a": "b"}),
    ]
    assert texts == ["Hel", "", "lo"]


def test_what_has_grown_is_there_at_once_with_the_new_fields() -> None:
    accumulator, _ = gathered(delta(text_piece("Hel")), ("thread.message.in_progress", message("in_progress", [])))
    assert accumulator.messages == [message("in_progress", [{"type": "text", "text": {"value": "Hel"}}])]


def test_a_step_that_grows_goes_on_showing_when_it_expires() -> None:
    begun = step("step_1", "in_progress", {"type": "tool_calls", "tool_calls": []})
    accumulator, _ = gathered(("thread.run.step.created", begun), piece(code(input="x")))
    shown = accumulator.steps[0]
    assert shown.expired_at is not None
    assert (shown["expired_at"], shown["expires_at"]) == (begun["expires_at"], begun["expires_at"])


def test_pieces_go_on_from_a_whole_object_that_is_not_final() -> None:
    accumulator, texts = gathered(
        ("thread.message.in_progress", message("in_progress", [text_part("Hel")])), delta(text_piece("lo"))
    )
    assert accumulator.messages == [message("in_progress", [text_part("Hello")])]
    assert texts == ["Hel", "lo"]


def test_the_final_object_is_the_one_of_its_event() -> None:
    event = parsed("thread.message.completed", message("completed", [text_part("x")]))
    accumulator = Accumulator()
    accumulator.add(event)
    assert accumulator.message("msg_1") is event.data


def test_an_event_that_was_made_from_an_object_counts_as_one_that_came() -> None:
    final = ThreadMessage(message("completed", [text_part("Hello")]))
    accumulator = Accumulator()
    accumulator.add(parsed(*delta(text_piece("Hel"))))
    assert accumulator.add(StreamEvent("thread.message.completed", final, final.as_dict())) == "lo"
    assert accumulator.messages == [final]


# --- the run and its errors ----------------------------------------------------------------------------------------------------


def test_the_run_is_the_one_of_the_last_event() -> None:
    states = ["created", "queued", "in_progress", "requires_action", "cancelling", "cancelled"]
    accumulator = Accumulator()
    for state in states:
        accumulator.add(parsed(f"thread.run.{state}", run(state)))
        assert accumulator.run == run(state)


def test_a_run_that_failed_says_why() -> None:
    reason = {"code": "rate_limit_exceeded", "message": "Try again in 22 seconds."}
    accumulator, _ = gathered(("error", "boom"), ("thread.run.failed", run("failed", last_error=reason)))
    assert accumulator.last_error == reason
    assert isinstance(accumulator.last_error, RunError)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("boom", {"message": "boom"}),
        ('"boom"', {"message": "boom"}),
        ("", {"message": ""}),
        ("null", {"message": "None"}),
        ('{"code": "a", "message": "b", "param": "c"}', {"code": "a", "message": "b", "param": "c"}),
        ('{"error": {"code": "a", "message": "b"}}', {"code": "a", "message": "b"}),
        ('{"error": "b"}', {"message": "b"}),
        ('{"error": null}', {"message": "{'error': None}"}),
        ('{"error": {"code": "a"}}', {"code": "a", "message": "{'error': {'code': 'a'}}"}),
        (r'{"\ud83d": 1}', {"message": r"{'\ud83d': 1}"}),
    ],
)
def test_users_row_08_an_error_event_says_why_whatever_its_shape(data: str, error: dict[str, Any]) -> None:
    accumulator, _ = gathered(("thread.run.in_progress", run("in_progress")), ("error", data))
    assert accumulator.last_error == error


def test_events_without_an_object_change_nothing() -> None:
    accumulator, texts = gathered(
        ("thread.created", {"id": "thread_1"}),
        ("done", "[DONE]"),
        ("message", "x"),
        ("thread.run.paused", run("paused")),
        ("thread.message.delta", "no JSON"),
        ("thread.run.step.created", "[1]"),
        ("thread.run.completed", "5"),
    )
    assert known(accumulator) == (None, [], [], None, None)
    assert texts == [""] * 7


# --- whatever comes ------------------------------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers(-2, 3) | st.text(max_size=3) | st.sampled_from(["text", "function", "user"])
KEYS = st.sampled_from(
    ["index", "type", "content", "text", "value", "step_details", "tool_calls", "function", "arguments", "id", "role"]
)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4), max_leaves=10)
EVENTS = st.tuples(
    st.sampled_from([*sorted({name for name, _ in RECORDED}), "error"]),
    st.fixed_dictionaries(
        {}, optional={"id": VALUES, "delta": VALUES, "content": VALUES, "step_details": VALUES, "role": VALUES}
    ),
)


@UNTIMED
@given(st.lists(EVENTS, max_size=6))
def test_nothing_raises_whatever_the_events_hold(events: list[tuple[str, Any]]) -> None:
    accumulator, texts = gathered(*events)
    assert all(isinstance(text, str) for text in texts)
    assert all(isinstance(step, RunStep) for step in accumulator.steps)
    assert all(isinstance(message, ThreadMessage) for message in accumulator.messages)
    assert accumulator.last_error is None or isinstance(accumulator.last_error, RunError)
