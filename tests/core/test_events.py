from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentkit._core.events import StreamEvent, model_of, parse_event
from agentkit.models import (
    AgentStreamEvent,
    MessageDeltaChunk,
    RunStep,
    RunStepDeltaChunk,
    RunStepDeltaToolCallObject,
    ThreadMessage,
    ThreadRun,
)

UNTIMED = settings(deadline=None)
RUNS = [
    "created",
    "queued",
    "in_progress",
    "requires_action",
    "completed",
    "incomplete",
    "failed",
    "cancelling",
    "cancelled",
    "expired",
]
STEPS = ["created", "in_progress", "completed", "failed", "cancelled", "expired"]
MESSAGES = ["created", "in_progress", "completed", "incomplete"]
KINDS: dict[str, Any] = {
    **{f"thread.run.{state}": ThreadRun for state in RUNS},
    **{f"thread.run.step.{state}": RunStep for state in STEPS},
    "thread.run.step.delta": RunStepDeltaChunk,
    **{f"thread.message.{state}": ThreadMessage for state in MESSAGES},
    "thread.message.delta": MessageDeltaChunk,
}


@pytest.mark.parametrize(("event", "kind"), KINDS.items())
def test_an_event_about_an_object_carries_its_model(event: str, kind: Any) -> None:
    parsed = parse_event(event, '{"id": "x_1", "status": "queued", "later": [1]}')
    assert parsed.data == {"id": "x_1", "status": "queued", "later": [1], "object": kind().object}
    assert type(parsed.data) is kind
    assert parsed.raw == {"id": "x_1", "status": "queued", "later": [1]}


def test_every_event_that_is_known_has_its_kind_of_data() -> None:
    assert {str(event) for event in AgentStreamEvent} - KINDS.keys() == {"thread.created", "error", "done"}


@pytest.mark.parametrize("event", AgentStreamEvent)
def test_the_type_of_an_event_is_the_plain_name_and_equal_to_the_member(event: AgentStreamEvent) -> None:
    parsed = parse_event(event.value, "{}")
    assert type(parsed.event_type) is str
    assert parsed.event_type == event
    by_name: dict[str, int] = {event: 1}
    assert by_name[parsed.event_type] == 1


# The texts are those that azure-ai-projects 1.0.0b10 gives.
TEXTS = [
    ("done", "[DONE]", "[DONE]", "[DONE]"),
    ("done", "", "", ""),
    (
        "thread.created",
        '{"id": "thread_1", "metadata": null}',
        "{'id': 'thread_1', 'metadata': None}",
        {"id": "thread_1", "metadata": None},
    ),
    ("error", "out of order", "out of order", "out of order"),
    (
        "error",
        '{"error": {"code": "a", "ok": true}}',
        "{'error': {'code': 'a', 'ok': True}}",
        {"error": {"code": "a", "ok": True}},
    ),
    ("error", '{"assistant_id": "a", "n": 1}', "{'n': 1, 'agent_id': 'a'}", {"assistant_id": "a", "n": 1}),
    ("error", '"boom"', "boom", "boom"),
    ("error", "[1, 2]", "[1, 2]", [1, 2]),
    ("error", "5", "5", 5),
    ("error", "null", "None", None),
    ("thread.run.paused", '{"id": "run_1"}', "{'id': 'run_1'}", {"id": "run_1"}),
    ("thread.run.step.paused", "not JSON", "not JSON", "not JSON"),
    ("message", '{"id": "run_1"}', "{'id': 'run_1'}", {"id": "run_1"}),
    ("thread.run.completed", "not JSON", "not JSON", "not JSON"),
    ("thread.run.completed", '{"id": "run_1"', '{"id": "run_1"', '{"id": "run_1"'),
    ("thread.message.delta", "", "", ""),
    # Here it does not: it gives the list itself, and nothing at all where there is no name.
    ("", "x", "x", "x"),
    ("thread.run.completed", '["run_1"]', "['run_1']", ["run_1"]),
]


@pytest.mark.parametrize(("event", "data", "text", "raw"), TEXTS)
def test_users_row_22_any_other_event_keeps_its_name_and_its_data_as_text(event: str, data: str, text: str, raw: Any) -> None:
    assert parse_event(event, data) == StreamEvent(event, text, raw)
    assert type(parse_event(event, data).data) is str


def test_the_raw_value_is_there_beside_the_text() -> None:
    error = parse_event("error", '{"error": {"code": "rate_limit_exceeded"}}')
    assert error.raw["error"]["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize(
    ("sent", "expired_at", "keys"),
    [
        ({"expires_at": 600}, 600, {"expires_at", "expired_at"}),
        ({"expires_at": 600, "expired_at": None}, 600, {"expires_at", "expired_at"}),
        ({"expires_at": 600, "expired_at": 500}, 500, {"expires_at", "expired_at"}),
        ({"expired_at": 500}, 500, {"expired_at"}),
    ],
)
@pytest.mark.parametrize("state", STEPS)
def test_a_step_shows_when_it_expires_as_the_mirrored_client_does_and_as_it_was_sent(
    state: str, sent: dict[str, Any], expired_at: int, keys: set[str]
) -> None:
    parsed = parse_event(f"thread.run.step.{state}", json.dumps({"id": "step_1", **sent}))
    assert isinstance(parsed.data, RunStep)
    assert parsed.data.expired_at == datetime.fromtimestamp(expired_at, tz=timezone.utc)
    assert parsed.data["expired_at"] == expired_at
    assert {key for key in parsed.data if key.startswith("expire")} == keys
    assert parsed.raw == {"id": "step_1", **sent}


def test_a_step_that_does_not_say_when_it_expires_shows_nothing() -> None:
    parsed = parse_event("thread.run.step.created", '{"id": "step_1", "expires_at": null}')
    assert isinstance(parsed.data, RunStep)
    assert parsed.data.expired_at is None
    assert "expired_at" not in parsed.data


def test_a_run_keeps_its_own_expiry() -> None:
    parsed = parse_event("thread.run.created", '{"id": "run_1", "expires_at": 600}')
    assert isinstance(parsed.data, ThreadRun)
    assert parsed.data.expires_at == datetime.fromtimestamp(600, tz=timezone.utc)
    assert "expired_at" not in parsed.data


def test_both_names_of_the_agent_read_the_wire_name() -> None:
    parsed = parse_event("thread.run.created", '{"id": "run_1", "assistant_id": "asst_1"}')
    assert isinstance(parsed.data, ThreadRun)
    assert (parsed.data.agent_id, parsed.data.assistant_id, parsed.data["assistant_id"]) == ("asst_1", "asst_1", "asst_1")


def test_pieces_are_typed() -> None:
    text = parse_event(
        "thread.message.delta", '{"id": "msg_1", "delta": {"content": [{"index": 0, "type": "text", "text": {"value": "Hi"}}]}}'
    )
    assert isinstance(text.data, MessageDeltaChunk)
    assert text.data.text == "Hi"
    call = parse_event(
        "thread.run.step.delta",
        '{"id": "step_1", "delta": {"step_details": {"type": "tool_calls", "tool_calls": [{"index": 0}]}}}',
    )
    assert isinstance(call.data, RunStepDeltaChunk)
    assert isinstance(call.data.delta.step_details, RunStepDeltaToolCallObject)


def test_half_a_surrogate_pair_is_text_like_any_other() -> None:
    parsed = parse_event(
        "thread.message.delta", r'{"delta": {"content": [{"index": 0, "type": "text", "text": {"value": "\ud83d"}}]}}'
    )
    assert isinstance(parsed.data, MessageDeltaChunk)
    assert parsed.data.text == "\ud83d"


HALF_A_PAIR_AS_NAME = r'{"\ud83d": 1}'
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["text", "function"])
NAMES = st.sampled_from(
    ["id", "delta", "content", "text", "value", "type", "index", "step_details", "tool_calls", "usage", "expires_at", "status"]
)
JSON_VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=5), max_leaves=12)


@UNTIMED
@given(st.sampled_from([*KINDS, "error", "x"]), JSON_VALUES.map(json.dumps) | st.text())
@example("thread.run.created", HALF_A_PAIR_AS_NAME)
@example("thread.message.delta", '{"a": ' * 100_000 + "1" + "}" * 100_000)
@example("error", "[" * 100_000 + "]" * 100_000)
@example("error", "9" * 5000)
@example("thread.run.created", '{"created_at": 1e999, "usage": NaN}')
def test_nothing_raises_whatever_the_data_is(event: str, data: str) -> None:
    parsed = parse_event(event, data)
    assert parsed.event_type == event
    assert isinstance(parsed.data, str | (model_of(event) or str))


def test_nesting_at_the_edge_of_what_can_be_read_is_no_error() -> None:
    for depth in range(100, sys.getrecursionlimit(), 10):
        document = "[" * depth + "]" * depth
        assert parse_event("error", document).data == document
        assert parse_event("thread.run.created", f'{{"a": {document}}}').event_type == "thread.run.created"


@pytest.mark.parametrize(("levels", "read"), [(199, True), (200, False), (900, False)])
def test_what_nests_deeper_than_the_body_of_an_answer_may_stays_text(levels: int, read: bool) -> None:
    data = '{"id": "run_1", "more": ' + "[" * levels + "]" * levels + "}"
    event = parse_event("thread.run.completed", data)
    assert isinstance(event.data, ThreadRun) is read
    assert (event.raw == data) is not read
    assert str(event.data)


def test_names_that_no_text_can_have_leave_the_data_as_text() -> None:
    assert parse_event("thread.run.created", HALF_A_PAIR_AS_NAME).data == r"{'\ud83d': 1}"


def test_the_core_of_streams_loads_no_models_before_the_first_event() -> None:
    program = (
        "import sys, agentkit._core.accumulate, agentkit._core.events as events, agentkit._core.sse\n"
        "print('pydantic' in sys.modules)\n"
        "events.parse_event('done', '[DONE]')\n"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
