"""Event streams: their bytes, their events, and what builds up from them."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from agentkit._core import accumulate
from agentkit._core.accumulate import Accumulator
from agentkit._core.events import StreamEvent, model_of, parse_event
from agentkit._core.moments import Moments
from agentkit._core.recovery import is_whole, missing_events
from agentkit._core.sse import ServerSentEvent, SSEDecoder
from agentkit._model import Model
from core.recorded_stream import IMAGE, RECORDED, code, delta, piece, text_piece

from ..mutate import Mutator
from ..target import Target, says
from .models import walked

__all__ = ["TARGETS"]

_MOST = 600
"""So long may an event be here, so that the limit is met too."""

_STREAM = b"".join(
    f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)}\n\n".encode()
    for name, data in RECORDED[:3] + RECORDED[-2:]
)
_SHORT = b"\xef\xbb\xbf: hello\r\nevent: error\r\ndata: {\rdata: }\r\rid: 7\nretry: 1500\ndata\n\nevent: done\ndata: [DONE]\n\n"
_FIELDS = (
    b"data:",
    b"data: {}",
    b"event: ",
    b"id: ",
    b"retry: ",
    b":",
    b"\n\n",
    b"\r\r",
    b"\r\n\r\n",
    b"retry: 99999999999999999999\n",
)


def _make_bytes(mutator: Mutator) -> tuple[bytes, tuple[int, ...]]:
    """A stream, and the places where it is cut."""
    data = mutator.bytes(mutator.random.choice((_SHORT, _SHORT, _STREAM)), _FIELDS)
    cuts = sorted(mutator.random.randint(0, len(data)) for _ in range(mutator.random.choice((0, 1, 2, 8))))
    return data, tuple(cuts)


def _decoded(chunks: list[bytes]) -> tuple[list[ServerSentEvent], str]:
    decoder = SSEDecoder(max_event_bytes=_MOST)
    events: list[ServerSentEvent] = []
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        events += decoder.end()
    except ValueError as error:
        says(error, "max_event_bytes")
        return events, str(error)
    return events, ""


def _check_bytes(given: tuple[bytes, tuple[int, ...]]) -> None:
    data, cuts = given
    whole = _decoded([data])
    places = [0, *cuts, len(data)]
    assert _decoded([data[start:end] for start, end in pairwise(places)]) == whole
    for event in whole[0]:
        assert event.event
        assert len(event.wire_text().splitlines()) <= 2 + len(event.event.splitlines())
        assert event.retry is None or event.retry >= 0
        # What is written on one line is read as the same event.
        if event.event.isprintable() and not event.event.startswith(" "):
            (again,) = _decoded([event.wire_text().encode() + b"\n\n"])[0] or [event]
            assert again.event == event.event


def _make_event(mutator: Mutator) -> tuple[str, str]:
    name, data = mutator.random.choice(RECORDED)
    if mutator.random.random() < 0.1:
        name = mutator.text(name, [known for known, _ in RECORDED])
    if isinstance(data, str) or mutator.random.random() < 0.2:
        return name, mutator.text(data if isinstance(data, str) else json.dumps(data))
    text = json.dumps(mutator.json(data, [known for known, _ in RECORDED]))
    levels = mutator.random.choice((1, 98, 99, 100, 450)) if mutator.random.random() < 0.01 else 0
    return name, text.replace('"id"', '"id":' + '[{"a":' * levels + "1" + "}]" * levels + ',"_"', 1) if levels else text


def _check_event(given: tuple[str, str]) -> None:
    event = parse_event(*given)
    assert event.event_type == given[0]
    is_whole(ServerSentEvent(*given))
    if isinstance(event.data, str):
        assert isinstance(event.raw, str) or event.data
    else:
        assert type(event.data) is model_of(event.event_type)
        walked(event.data)


_GROWING = [
    *RECORDED,
    delta({"index": 1, **IMAGE}),
    delta(text_piece("【0†source】", annotations=[{"index": 0, "type": "file_citation", "text": "【0†source】"}])),
    piece(code(0, input="1+")),
    piece(code(0, outputs=[{"index": 0, "type": "logs", "logs": "a"}])),
    ("error", {"error": {"message": "gone", "code": "server_error"}}),
]


def _make_run(mutator: Mutator) -> list[tuple[str, Any]]:
    """A few events in a row, some changed, some in another order."""
    start = mutator.random.randrange(len(_GROWING))
    events = _GROWING[start : start + 8]
    if mutator.random.random() < 0.3:
        events = mutator.random.sample(_GROWING, 8)
    changed = mutator.random.randrange(len(events))
    return [
        (name, mutator.json(data) if isinstance(data, dict) and (number == changed or mutator.random.random() < 0.3) else data)
        for number, (name, data) in enumerate(events)
    ]


def _check_run(given: list[tuple[str, Any]]) -> None:
    accumulator, slow = Accumulator(), Accumulator()
    moments = Moments(accumulator)
    told: Counter[str] = Counter()
    known: set[str] = set()
    events: list[tuple[StreamEvent, str]] = []
    for name, data in given:
        event = parse_event(name, data if isinstance(data, str) else json.dumps(data))
        text = accumulator.add(event)
        assert isinstance(text, str)
        known.add(str(getattr(event.data, "id", "")))
        told.update(moment.callback for moment in moments.of(event, text))
        events.append((event, text))
    # The short way that nearly all pieces take comes to what the long one does.
    with patch.object(accumulate, "_only_text", lambda piece: None):
        for event, text in events:
            assert slow.add(event) == text
    for callback in (
        "on_run_created",
        "on_run_ended",
        "on_message_created",
        "on_message_completed",
        "on_step_created",
        "on_step_completed",
    ):
        assert told[callback] <= len(known)
    assert slow.messages == accumulator.messages or "nan" in str(slow.messages)
    for grown in (*accumulator.messages, *accumulator.steps):
        assert isinstance(grown, Model)
        grown.as_dict()
        repr(grown)
    error, _ = accumulator.last_error, accumulator.usage
    repr(error)
    run = accumulator.run
    if isinstance(run, Model):
        made = [
            parse_event(one.event, one.data)
            for one in missing_events(accumulator, run, accumulator.steps, accumulator.messages)
        ]
        assert made[-1] == StreamEvent("done", "[DONE]", "[DONE]")


TARGETS = (
    Target("event stream bytes", _make_bytes, _check_bytes),
    Target("events", _make_event, _check_event),
    Target("accumulated runs", _make_run, _check_run),
)
