"""What happens in a streamed run: events in, what happened for the first time or at last out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit._core.accumulate import Accumulator
from agentkit._core.events import parse_event
from agentkit._core.moments import Moment, Moments

RUN = {"id": "run_1", "object": "thread.run", "status": "queued"}


def _told(*events: tuple[str, Any]) -> list[Moment]:
    """What happened with these events."""
    seen = Accumulator()
    moments = Moments(seen)
    found = []
    for name, data in events:
        event = parse_event(name, data if isinstance(data, str) else json.dumps(data))
        found += list(moments.of(event, seen.add(event)))
    return found


def _names(*events: tuple[str, Any]) -> list[str]:
    return [moment.callback for moment in _told(*events)]


def _step(stage: str, *calls: Any) -> tuple[str, Any]:
    return f"thread.run.step.{stage}", {"id": "step_1", "step_details": {"type": "tool_calls", "tool_calls": list(calls)}}


def _pieces(*pieces: Any) -> tuple[str, Any]:
    details = {"type": "tool_calls", "tool_calls": list(pieces)}
    return "thread.run.step.delta", {"id": "step_1", "delta": {"step_details": details}}


def _call(name: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}}


def _piece(index: Any, arguments: str = "", **fields: Any) -> dict[str, Any]:
    return {"index": index, "type": "function", "function": {"arguments": arguments}, **fields}


CREATED = ("thread.run.created", RUN)
BEGUN = [CREATED, _step("created")]


def test_an_event_that_comes_again_tells_nothing() -> None:
    completed = ("thread.run.completed", {**RUN, "status": "completed"})
    message = ("thread.message.completed", {"id": "msg_1", "role": "assistant", "content": []})
    events = [CREATED, message, _step("completed", _call("a")), completed]
    assert _names(*events, *events) == _names(*events)


def test_calls_whose_pieces_come_mixed_are_told_apart() -> None:
    told = _told(*BEGUN, _pieces(_piece(1, "b"), _piece(0, "a")), _pieces(_piece(0, "A")), _pieces(_piece(1, "B")))
    grown = [(m.arguments[0].index, m.arguments[1].function.arguments) for m in told if m.callback == "on_tool_call_delta"]
    assert grown == [(1, "b"), (0, "a"), (0, "aA"), (1, "bB")]
    assert [m.callback for m in told].count("on_tool_call_created") == 2


def test_pieces_without_an_index_are_calls_of_their_own() -> None:
    told = _told(*BEGUN, _pieces({"id": "a", "type": "function"}, {"id": "b", "type": "function"}))
    assert [m.arguments[0].id for m in told if m.callback == "on_tool_call_created"] == ["a", "b"]


def test_a_call_that_only_the_end_of_its_step_tells_of_is_created_then() -> None:
    told = _told(*BEGUN, _pieces(_piece(1, id="b")), _step("completed", _call("a"), _call("b")))
    assert [(m.callback, m.arguments[0].id) for m in told[3:]] == [
        ("on_tool_call_delta", "b"),
        ("on_tool_call_created", "a"),
        ("on_tool_call_completed", "a"),
        ("on_tool_call_completed", "b"),
        ("on_step_completed", "step_1"),
    ]


def test_calls_come_with_a_step_that_is_told_of_whole_before_its_end() -> None:
    assert _names(*BEGUN, _step("in_progress", _call("a")), _step("in_progress", _call("a"), _call("b"))) == [
        "on_run_created",
        "on_step_created",
        "on_tool_call_created",
        "on_tool_call_created",
    ]


def test_what_comes_behind_the_end_is_not_told() -> None:
    text = {"content": [{"index": 0, "type": "text", "text": {"value": "late"}}]}
    events = [*BEGUN, _step("completed", _call("a")), ("thread.message.completed", {"id": "msg_1", "content": []})]
    late = [_pieces(_piece(0, "late")), ("thread.message.delta", {"id": "msg_1", "delta": text}), _step("in_progress")]
    assert _names(*events, *late) == _names(*events)


def test_what_the_user_wrote_is_no_text_of_the_agent() -> None:
    content = [{"type": "text", "text": {"value": "Hello?", "annotations": []}}]
    told = _names(CREATED, ("thread.message.completed", {"id": "msg_1", "role": "user", "content": content}))
    assert told == ["on_run_created", "on_message_created", "on_message_completed"]


def test_the_run_goes_ahead_of_what_was_told_before_it() -> None:
    step = _step("completed", _call("a"))
    assert _names(step) == []
    kept = ["on_step_created", "on_tool_call_created", "on_tool_call_completed", "on_step_completed"]
    ended = ("thread.run.failed", {**RUN, "status": "failed"})
    assert _names(step, ended) == ["on_run_created", *kept, "on_run_ended"]
    assert _names(step, ("done", "[DONE]")) == kept
    assert _names(step, ("error", "Sorry."), ("done", "[DONE]")) == kept


def test_a_run_that_waits_or_is_being_cancelled_has_not_ended() -> None:
    stages = ("requires_action", "cancelling", "queued", "in_progress")
    assert _names(*((f"thread.run.{stage}", {**RUN, "status": stage}) for stage in stages)) == ["on_run_created"]


def test_what_is_not_known_tells_nothing() -> None:
    events = [
        ("thread.created", {"id": "t"}),
        ("thread.dream.created", {"id": "d"}),
        ("tick", "12"),
        ("thread.run.created", "no"),
    ]
    assert _names(*events, ("thread.message.created", {"role": "assistant"})) == []


NAMES = ["done", "error", *(f"thread.run.{stage}" for stage in ("created", "completed", "step.created", "step.delta"))]
NAMES += ["thread.run.step.in_progress", "thread.run.step.failed", "thread.message.created", "thread.message.delta"]
KEYS = ["id", "index", "type", "function", "arguments", "delta", "step_details", "tool_calls"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["tool_calls", "function", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
ONE_CALL = st.fixed_dictionaries(
    {"type": st.just("function")}, optional={"index": st.integers(-2, 3), "id": JUNK, "function": JUNK}
)
SOME_CALLS = st.fixed_dictionaries({"type": st.just("tool_calls"), "tool_calls": st.lists(ONE_CALL | JUNK, max_size=3)})
LIKELY = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b"])},
    optional={"step_details": SOME_CALLS, "delta": st.fixed_dictionaries({"step_details": SOME_CALLS})},
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), JUNK | LIKELY), max_size=8))
def test_nothing_raises_and_everything_is_created_before_it_ends(events: list[tuple[str, Any]]) -> None:
    told = _names(*events)
    for thing in ("run", "message", "step", "tool_call"):
        created, ended = f"on_{thing}_created", f"on_{thing}_{'ended' if thing == 'run' else 'completed'}"
        assert told.count(ended) <= told.count(created)
        if ended in told:
            assert told.index(created) < told.index(ended)
