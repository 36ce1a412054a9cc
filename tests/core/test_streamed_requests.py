"""Requests for a stream of events: what ``streamed`` makes of them, and what a call says that was given no body."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit._generated import requests
from agentkit._request import BodyError, Request, streamed

WIRE = {"assistant_id": "a", "instructions": "é"}


def _run(body: Any) -> Request[Any]:
    return requests.create_run("t", body)


@pytest.mark.parametrize(
    "make", [dict, lambda wire: io.BytesIO(json.dumps(wire).encode()), lambda wire: io.StringIO(json.dumps(wire))]
)
@pytest.mark.parametrize("stream", [{}, {"stream": False}, {"stream": None}, {"stream": True}])
def test_whatever_the_body_is_it_asks_for_events(make: Callable[[Any], Any], stream: dict[str, Any]) -> None:
    request = streamed(_run(make({**WIRE, **stream})))
    assert request.body == {**WIRE, "stream": True}
    assert request.content_type == "application/json"


def test_a_body_of_keywords_asks_for_events_too() -> None:
    assert streamed(requests.create_run("t", agent_id="a")).body == {"assistant_id": "a", "stream": True}


def test_the_answer_is_read_as_bytes_and_the_rest_is_as_it_was() -> None:
    request = requests.create_run("t", agent_id="a", include=["x"])
    made = streamed(request)
    assert (request.returns, made.returns) == ("ThreadRun", "")
    kept = ("operation", "method", "path", "params", "accept", "content_type")
    assert [getattr(made, name) for name in kept] == [getattr(request, name) for name in kept]


def test_the_caller_s_body_is_left_as_it_was() -> None:
    body = dict(WIRE)
    streamed(_run(body))
    assert body == WIRE


def test_the_method_that_was_called_may_have_another_name() -> None:
    assert streamed(_run(WIRE), "create_stream").operation == "create_stream"
    assert streamed(_run(WIRE)).operation == "create_run"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "create_stream() was given a body that is no JSON"),
        (b"{", "create_stream() was given a body that is no JSON"),
        (b"\xff", "create_stream() was given a body that is no JSON"),
        (b"[1]", "create_stream() was given a body of JSON that is no object"),
        (b"null", "create_stream() was given a body of JSON that is no object"),
    ],
)
def test_a_stream_that_holds_no_object_is_refused(body: bytes, text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("(", r"\(").replace(")", r"\)")):
        streamed(_run(io.BytesIO(body)), "create_stream")


# --- a body that is not there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [TypeError, ValueError])
@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: requests.create_run("t"), "create_run() is missing the argument 'agent_id'"),
        (lambda: requests.create_run("t", agent_id=None), "create_run() is missing the argument 'agent_id'"),
        (lambda: requests.create_run("t", None), "create_run() is missing the argument 'agent_id'"),
        (lambda: requests.submit_tool_outputs_to_run("t", "r"), "is missing the argument 'tool_outputs'"),
        (lambda: requests.create_message("t", role="user"), "is missing the argument 'content'"),
        (lambda: requests.create_run("t", "a"), "create_run() takes as body a mapping by wire names or a binary stream"),
    ],
)
def test_a_call_without_its_body_is_an_error_of_both_kinds(build: Callable[[], Any], text: str, kind: type[Exception]) -> None:
    """Python raises a TypeError for a missing argument, the mirrored client a ValueError: a script may wait for either."""
    with pytest.raises(kind) as caught:
        build()
    assert text in str(caught.value)
    assert type(caught.value) is BodyError
