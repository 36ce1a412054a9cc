from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit._core.sse import MAX_EVENT_BYTES, ServerSentEvent, SSEDecoder

UNTIMED = settings(deadline=None)
ENDS = ("\n", "\r", "\r\n")


def decode(chunks: Iterable[bytes], **options: int) -> list[ServerSentEvent]:
    decoder = SSEDecoder(**options)
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.end()


def outcome(chunks: Iterable[bytes], **options: int) -> tuple[list[ServerSentEvent], str]:
    """The events that come out, and the words of the error that ends them, if any."""
    decoder = SSEDecoder(**options)
    events: list[ServerSentEvent] = []
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        events += decoder.end()
    except ValueError as error:
        return events, str(error)
    return events, ""


def cuts(data: bytes) -> Iterable[list[bytes]]:
    """The data in two chunks, cut at each boundary, and byte by byte."""
    yield from ([data[:place], data[place:]] for place in range(len(data) + 1))
    yield [data[place : place + 1] for place in range(len(data))]


def message(data: str, event: str = "message", id: str = "", retry: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(event, data, id, retry)


# What is sent, and the events that come of it.
RULES: dict[str, tuple[bytes, list[ServerSentEvent]]] = {
    "nothing": (b"", []),
    "a name and data": (b"event: thread.created\ndata: {}\n\n", [message("{}", "thread.created")]),
    "data before the name": (b"data: {}\nevent: done\n\n", [message("{}", "done")]),
    "several lines of data": (b"data: YHOO\ndata: +2\ndata: 10\n\n", [message("YHOO\n+2\n10")]),
    "a comment, ids, and one taken back": (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        [message("first event", id="1"), message("second event"), message(" third event")],
    ),
    "an id stays": (b"id: 7\ndata: a\n\ndata: b\n\n", [message("a", id="7"), message("b", id="7")]),
    "an id without an event stays": (b"id: 7\n\ndata: b\n\n", [message("b", id="7")]),
    "an id with NUL is none": (b"id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n", [message("a", id="7"), message("b", id="7")]),
    "fields without a colon": (b"data\n\ndata\ndata\n\n", [message(""), message("\n")]),
    "the space is optional": (b"data:test\n\ndata: test\n\n", [message("test"), message("test")]),
    "only one space goes": (b"data:  a \n\ndata:\tb\n\n", [message(" a "), message("\tb")]),
    "colons in the data": (b'data: {"a": ":"}\n\n', [message('{"a": ":"}')]),
    "the last name counts": (b"event: a\nevent: b\ndata: x\n\n", [message("x", "b")]),
    "a name that is taken back": (b"event: a\nevent:\ndata: x\n\n", [message("x")]),
    "a name is for one event": (b"event: a\ndata: x\n\ndata: y\n\n", [message("x", "a"), message("y")]),
    "names are told apart by case": (b"Data: x\nEVENT: y\ndata: z\n\n", [message("z")]),
    "unknown fields": (b" data: x\ndata : x\nfoo: x\nfoo\ndata: z\n\n", [message("z")]),
    "blank lines between": (b"\n\n\ndata: x\n\n\n\ndata: y\n\n\n", [message("x"), message("y")]),
    "comments between": (b": ping\n\n: ping\ndata: x\n:\n::\ndata: y\n\n: ping\n\n", [message("x\ny")]),
    "retry": (b"retry: 1500\ndata: x\n\ndata: y\n\n", [message("x", retry=1500), message("y", retry=1500)]),
    "retry of no number": (b"retry: 15s\nretry: -1\nretry:\nretry: \xd9\xa3\ndata: x\n\n", [message("x")]),
    "retry beyond any wait": (b"retry: " + b"9" * 5000 + b"\ndata: x\n\n", [message("x")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: x\n\n", [message("x")]),
    "two byte order marks": (b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: y\n\n", [message("y")]),
    "a byte order mark in data": (b"data: \xef\xbb\xbfx\n\n", [message("\ufeffx")]),
    "a blank line after the mark": (b"\xef\xbb\xbf\ndata: x\n\n", [message("x")]),
    "CR": (b"event: a\rdata: x\r\rdata: y\r\r", [message("x", "a"), message("y")]),
    "CR LF": (b"event: a\r\ndata: x\r\n\r\ndata: y\r\n\r\n", [message("x", "a"), message("y")]),
    "mixed line ends": (b"event: a\r\ndata: x\n\rdata: y\r\r\ndata: z\n\n", [message("x", "a"), message("y"), message("z")]),
    "LF CR is two ends": (b"data: x\n\rdata: y\n\r", [message("x"), message("y")]),
    "no line ends": (
        "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei\n\n".encode(),
        [message("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei")],
    ),
    "NUL in data": (b"data: a\0b\n\n", [message("a\0b")]),
    "no UTF-8": (b"data: a\xffb\xe2\x82\n\n", [message("a\ufffdb\ufffd")]),
    "no UTF-8 at a joint": (b"data: \xe2\x82\ndata: \xac\n\n", [message("\ufffd\n\ufffd")]),
    "characters of all lengths": ("data: aé€😀\n\n".encode(), [message("aé€😀")]),
    # Beyond the specification: nothing that was said is dropped.
    "no blank line at the end": (b"data: x\n\nevent: done\ndata: [DONE]\n", [message("x"), message("[DONE]", "done")]),
    "no line end at the end": (b"data: x\n\nevent: done\ndata: [DONE]", [message("x"), message("[DONE]", "done")]),
    "an end inside a character": ("data: €".encode()[:-1], [message("\ufffd")]),
    "a name without data": (b"event: done\n\n", [message("", "done")]),
    "a name without data at the end": (b"data: x\n\nevent: done", [message("x"), message("", "done")]),
    "an empty name without data": (b"event:\n\n: ping\n\nid: 7\n\nretry: 1\n\n", []),
}


@pytest.mark.parametrize(("data", "events"), RULES.values(), ids=RULES)
def test_the_rules_however_the_bytes_are_cut(data: bytes, events: list[ServerSentEvent]) -> None:
    assert decode([data]) == events
    for chunks in cuts(data):
        assert decode(chunks) == events


def test_an_event_comes_with_the_byte_that_completes_it() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: x\r") == []
    assert decoder.feed(b"\r") == [message("x")]
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\ndata: y\n") == []
    assert decoder.feed(b"\ndata: z\n\ndata:") == [message("y"), message("z")]
    assert decoder.end() == [message("")]
    assert decoder.end() == []


def test_an_empty_chunk_between_cr_and_lf_changes_nothing() -> None:
    assert decode([b"data: x\r", b"", b"\n", b"", b"data: y\r", b"\n\r", b"", b"\n"]) == [message("x\ny")]


# --- any stream, any framing, any cut --------------------------------------------------------------------------------------

# No CR and LF, which are for the framing, and nothing that UTF-8 cannot carry; often what looks like framing or a line end.
TEXT = st.text(
    st.one_of(
        st.sampled_from(": \t\u2028\u2029\x85\x0b\x0cé€😀\ufeff"), st.characters(exclude_characters="\r\n", codec="utf-8")
    ),
    max_size=12,
)
NAMES = TEXT.filter(bool).filter(lambda name: not name.startswith(" "))
EVENTS = st.lists(st.builds(message, st.lists(TEXT, min_size=1, max_size=3).map("\n".join), NAMES), max_size=5)
NOISE = st.lists(st.one_of(TEXT.map(":{}".format), st.just("other: x"), st.just("nothing")), max_size=2)


@st.composite
def framed(draw: st.DrawFn) -> tuple[list[ServerSentEvent], bytes]:
    """Events, and the bytes of a stream that holds them, framed in any way that the rules allow for."""
    events = draw(EVENTS)
    lines = []
    for event in events:
        fields = [f"event:{draw(st.sampled_from(['', ' ']))}{event.event}"]
        # A space goes once, so a value that begins with one needs another in front.
        for value in event.data.split("\n"):
            fields.append(f"data:{' ' if value.startswith(' ') else draw(st.sampled_from(['', ' ']))}{value}")
        if draw(st.booleans()):
            fields.append(fields.pop(0))
        lines += [line for field in fields for line in (*draw(NOISE), field)]
        lines += [""] * draw(st.integers(1, 2))
    text, before = draw(st.sampled_from(["", "\ufeff"])), ""
    for line in lines:
        end = draw(st.sampled_from(ENDS))
        # After a CR, a blank line that ends with LF would be the rest of a CR LF.
        before = "\r\n" if (before, line, end) == ("\r", "", "\n") else end
        text += line + before
    return events, text.encode()


def pieces(data: bytes, places: Sequence[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(bounds)]


@UNTIMED
@given(framed(), st.lists(st.integers(0, 10_000), max_size=8))
def test_users_row_10_any_framing_and_any_cut_gives_the_same_events(
    stream: tuple[list[ServerSentEvent], bytes], places: list[int]
) -> None:
    events, data = stream
    assert decode([data]) == events
    assert decode(pieces(data, places)) == events


@UNTIMED
@given(framed())
def test_users_row_10_a_cut_at_every_byte_gives_the_same_events(stream: tuple[list[ServerSentEvent], bytes]) -> None:
    events, data = stream
    for chunks in cuts(data):
        assert decode(chunks) == events


@UNTIMED
@given(st.binary(max_size=80), st.lists(st.integers(0, 100), max_size=5), st.integers(1, 30))
def test_any_bytes_give_the_same_events_and_the_same_error_however_cut(data: bytes, places: list[int], limit: int) -> None:
    assert outcome(pieces(data, places), max_event_bytes=limit) == outcome([data], max_event_bytes=limit)


@UNTIMED
@given(st.lists(st.sampled_from([b"\r", b"\n", b":", b" ", b"data", b"event", b"id", b"x", b"\xe2\x80\xa8"]), max_size=20))
def test_whatever_stands_between_line_ends_every_cut_gives_the_same_events(tokens: list[bytes]) -> None:
    data = b"".join(tokens)
    for chunks in cuts(data):
        assert decode(chunks) == decode([data])


# --- bounds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"data: 345678901", "a line"),
        (b"data: 345678901\n", "a line"),
        (b": 345678901234\n", "a line"),
        (b"data:678\ndata:6\n", "the data of an event"),
        (b"data\ndata\ndata\ndata\n", "the data of an event"),
    ],
)
def test_what_is_too_long_is_refused_with_what_to_do(data: bytes, what: str) -> None:
    for chunks in ([data], *cuts(data)):
        events, error = outcome([b"data: a\n\n", *chunks], max_event_bytes=13)
        assert events == [message("a")]
        assert f"{what} has more than 13 bytes (max_event_bytes)" in error
        assert "allow for longer events" in error


def test_what_is_just_not_too_long_is_read() -> None:
    data = b"data: 3456789\n\n" * 2 + b": 23456789012\ndata:67\ndata:6\n\n"
    assert decode([data], max_event_bytes=13) == [message("3456789"), message("3456789"), message("67\n6")]


def test_events_in_front_of_what_is_too_long_are_given_before_the_error() -> None:
    decoder = SSEDecoder(max_event_bytes=10)
    assert decoder.feed(b"data: a\n\ndata: b\n\ndata: 5678901\n\ndata: c\n\n") == [message("a"), message("b")]
    for more in (decoder.end, decoder.end, lambda: decoder.feed(b"data: d\n\n")):
        with pytest.raises(ValueError, match="a line has more than 10 bytes"):
            more()


def test_an_endless_line_is_refused_as_soon_as_it_is_too_long() -> None:
    decoder = SSEDecoder(max_event_bytes=10_000)
    for _ in range(10):
        assert decoder.feed(b"x" * 1000) == []
    with pytest.raises(ValueError, match="a line has more than 10000 bytes"):
        decoder.feed(b"x")


def test_the_bound_is_sixteen_mebibytes_unless_told_otherwise() -> None:
    longest = b"data: " + b"x" * (MAX_EVENT_BYTES - 6)
    assert MAX_EVENT_BYTES == 16 * 1024 * 1024
    assert [len(event.data) for event in decode([longest])] == [MAX_EVENT_BYTES - 6]
    with pytest.raises(ValueError, match="more than 16777216 bytes"):
        decode([longest, b"x"])


def test_comments_without_end_take_no_memory() -> None:
    decoder, comments = SSEDecoder(), b": ping\n" * 1000
    decoder.feed(comments)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            assert decoder.feed(comments) == []
        assert tracemalloc.get_traced_memory()[0] - before < 10_000
    finally:
        tracemalloc.stop()


# --- the event -------------------------------------------------------------------------------------------------------------


def test_an_event_is_a_value() -> None:
    event = ServerSentEvent("done", "[DONE]")
    assert event == ServerSentEvent("done", "[DONE]", "", None)
    assert event != ServerSentEvent("done", "[DONE]", "1")
    assert not hasattr(event, "__dict__")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ("[DONE]", "[DONE]"),
        ("", ""),
        ('{\n"a":\n1}', '{ "a": 1}'),
        ('{"a": "\u2028\u2029\x85é"}', '{"a": "\\u2028\\u2029\\u0085é"}'),
        ("two\nlines", "two lines"),
    ],
)
def test_the_wire_text_is_a_line_for_the_name_and_a_line_for_the_data(data: str, shown: str) -> None:
    text = message(data, "thread.created").wire_text()
    assert text == f"event: thread.created\ndata: {shown}"
    assert text.splitlines() == ["event: thread.created", f"data: {shown}"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT, lambda v: st.lists(v) | st.dictionaries(TEXT, v), max_leaves=8
)


@UNTIMED
@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_the_wire_text_holds_the_same_json_however_it_was_framed(value: object, indent: int | None, escaped: bool) -> None:
    document = json.dumps(value, indent=indent, ensure_ascii=escaped)
    framed = "".join(f"data: {line}\r\n" for line in document.split("\n"))
    (event,) = decode([f"event: error\r\n{framed}\r\n".encode()])
    name, data = event.wire_text().splitlines()
    assert name == "event: error"
    assert json.loads(data.removeprefix("data: ")) == value


def test_an_event_without_a_name_has_one_in_its_wire_text() -> None:
    (event,) = decode([b"data: x\n\n"])
    assert event.wire_text() == "event: message\ndata: x"
