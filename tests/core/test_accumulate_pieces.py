from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentkit._core.accumulate import Accumulator
from agentkit.models import (
    MessageImageFileContent,
    MessageTextFileCitationAnnotation,
    RunStepCodeInterpreterToolCall,
    RunStepToolCallDetails,
)

from .recorded_stream import IMAGE, code, delta, gathered, message, message_delta, piece, step, text_part, text_piece

UNTIMED = settings(deadline=None)
CITED = {
    "type": "file_citation",
    "text": "【0†a】",
    "start_index": 2,
    "end_index": 7,
    "file_citation": {"file_id": "file_1", "quote": "q"},
}
PATH = {"type": "file_path", "text": "sandbox:/a.csv", "start_index": 9, "end_index": 23, "file_path": {"file_id": "file_2"}}


def test_texts_images_and_annotations_stand_where_their_indices_say() -> None:
    accumulator, texts = gathered(
        ("thread.message.created", message("in_progress", [])),
        delta({"index": 0, **IMAGE}),
        delta(text_piece("See", 1, annotations=[])),
        delta(text_piece("【0†a】", 1, annotations=[{"index": 0, **CITED}])),
        delta(text_piece(" and ", 1), text_piece("then", 2)),
        delta(text_piece("", 1, annotations=[{"index": 1, **PATH}])),
    )
    (grown,) = accumulator.messages
    parts = [IMAGE, text_part("See【0†a】 and ", [CITED, PATH]), {"type": "text", "text": {"value": "then"}}]
    assert grown == message("in_progress", parts)
    assert isinstance(grown.content[0], MessageImageFileContent)
    assert isinstance(grown.file_citation_annotations[0], MessageTextFileCitationAnnotation)
    assert texts == ["", "", "See", "【0†a】", " and then", ""]


def test_indices_may_come_in_any_order() -> None:
    accumulator, texts = gathered(
        delta(text_piece("b", 1)),
        delta(text_piece("a", 0)),
        delta(text_piece("B", 1), text_piece("A", 0)),
        delta({"index": 7, **IMAGE}),
    )
    assert accumulator.messages[0]["content"] == [
        text_part("aA") | {"text": {"value": "aA"}},
        {"type": "text", "text": {"value": "bB"}},
        IMAGE,
    ]
    assert texts == ["b", "a", "BA", ""]


def test_an_annotation_may_come_in_pieces_too() -> None:
    begun = {"index": 0, "type": "file_citation", "text": None, "file_citation": {"file_id": "file_1"}}
    rest = {
        "index": 0,
        "type": "file_citation",
        "text": "【0†a】",
        "start_index": 2,
        "end_index": 7,
        "file_citation": {"quote": "q"},
    }
    accumulator, _ = gathered(delta(text_piece("x", annotations=[begun])), delta(text_piece(None, annotations=[rest])))
    assert accumulator.messages[0]["content"] == [text_part("x", [CITED])]


def test_items_without_an_index_are_new_ones() -> None:
    accumulator, _ = gathered(delta(text_piece("x", annotations=[CITED])), delta(text_piece("y", annotations=[PATH])))
    assert accumulator.messages[0]["content"] == [text_part("xy", [CITED, PATH])]


@pytest.mark.parametrize("index", ["0", 0.0, True, [0], None])
def test_an_index_that_is_no_number_is_none(index: Any) -> None:
    accumulator, _ = gathered(delta(text_piece("a")), delta({**text_piece("b"), "index": index}))
    assert [part["text"]["value"] for part in accumulator.messages[0]["content"]] == ["a", "b"]


def test_null_in_a_piece_changes_nothing() -> None:
    accumulator, texts = gathered(
        delta(text_piece("a", annotations=[{"index": 0, **CITED}]), role="assistant"),
        delta(text_piece(None, annotations=None), role=None),
        delta({"index": 0, "type": "text", "text": None}),
        ("thread.message.delta", {"id": "msg_1", "delta": {"content": None}}),
        ("thread.message.delta", {"id": "msg_1", "delta": None}),
        ("thread.message.delta", {"id": "msg_1"}),
    )
    assert accumulator.messages[0]["content"] == [text_part("a", [CITED])]
    assert accumulator.messages[0].role == "assistant"
    assert texts == ["a", "", "", "", "", ""]


def test_a_message_that_was_never_announced_grows_too() -> None:
    accumulator, texts = gathered(delta(text_piece("Hel")), delta(text_piece("lo")))
    assert accumulator.messages == [
        {"id": "msg_1", "object": "thread.message", "content": [{"type": "text", "text": {"value": "Hello"}}]}
    ]
    assert texts == ["Hel", "lo"]


def test_several_messages_keep_apart() -> None:
    accumulator, _ = gathered(
        delta(text_piece("a")),
        ("thread.message.delta", {**message_delta(text_piece("b")), "id": "msg_2"}),
        delta(text_piece("c")),
    )
    assert [(m.id, m.text_messages[0].text.value) for m in accumulator.messages] == [("msg_1", "ac"), ("msg_2", "b")]


def test_code_and_its_outputs_grow() -> None:
    image = {"type": "image", "image": {"file_id": "file_1"}}
    accumulator, _ = gathered(
        ("thread.run.step.created", step("step_1", "in_progress", {"type": "tool_calls", "tool_calls": []})),
        piece({**code(input="", outputs=[]), "id": "call_1"}),
        piece(code(input="print(")),
        piece(code(input="1)\n")),
        piece(code(outputs=[{"index": 0, "type": "logs", "logs": "1"}])),
        piece(code(outputs=[{"index": 1, **image}, {"index": 0, "type": "logs", "logs": "\n"}])),
    )
    outputs = [{"type": "logs", "logs": "1\n"}, image]
    details = {"input": "print(1)\n", "outputs": outputs}
    assert calls_of(accumulator) == [{"id": "call_1", "type": "code_interpreter", "code_interpreter": details}]
    assert isinstance(accumulator.steps[0].step_details, RunStepToolCallDetails)
    assert isinstance(accumulator.steps[0].step_details.tool_calls[0], RunStepCodeInterpreterToolCall)


def test_the_results_of_a_search_come_whole() -> None:
    found = {"file_id": "file_1", "file_name": "a.md", "score": 0.5, "content": [{"type": "text", "text": "a"}]}
    results = {"ranking_options": {"ranker": "auto", "score_threshold": 0.0}, "results": [found, found]}
    search = {"index": 0, "type": "file_search", "id": "call_1"}
    accumulator, _ = gathered(
        piece({**search, "file_search": {}}),
        piece({**search, "file_search": results}),
        piece({**search, "file_search": results}),
    )
    assert calls_of(accumulator) == [{"type": "file_search", "id": "call_1", "file_search": results}]


def test_calls_may_come_in_any_order_and_side_by_side() -> None:
    def call(index: int, arguments: str, **fields: Any) -> dict[str, Any]:
        return {"index": index, "type": "function", **fields, "function": {"arguments": arguments}}

    accumulator, _ = gathered(piece(call(1, "{", id="b")), piece(call(0, "[", id="a"), call(1, "}")), piece(call(0, "]")))
    assert [(call["id"], call["function"]["arguments"]) for call in calls_of(accumulator)] == [("a", "[]"), ("b", "{}")]


def test_a_step_that_writes_a_message_may_say_so_in_a_piece() -> None:
    details = {"type": "message_creation", "message_creation": {"message_id": "msg_1"}}
    accumulator, _ = gathered(("thread.run.step.delta", {"id": "step_1", "delta": {"step_details": details}}))
    assert accumulator.steps == [{"id": "step_1", "object": "thread.run.step", "step_details": details}]


def test_users_row_22_unknown_kinds_keep_their_data_and_grow() -> None:
    def unknown(**fields: Any) -> dict[str, Any]:
        return {"index": 0, "type": "telepathy", "telepathy": fields}

    accumulator, _ = gathered(
        piece({**unknown(arguments="{", server="a"), "id": "call_1"}),
        piece(unknown(arguments="}", outputs=[{"index": 0, "type": "smell", "strength": 1}])),
        piece(unknown(server="b", more={"x": 1}, outputs=[{"index": 0, "strength": 2}])),
        piece(unknown(more={"y": [2]}, seen=[1])),
        delta({"index": 0, "type": "refusal", "refusal": "I "}, {"index": 1, "type": "scent", "scent": {"value": "ro"}}),
        delta({"index": 0, "type": "refusal", "refusal": "won't"}, {"index": 1, "type": "scent", "scent": {"value": "se"}}),
    )
    smell = {"type": "smell", "strength": 2}
    grown = {"arguments": "{}", "server": "b", "outputs": [smell], "more": {"x": 1, "y": [2]}, "seen": [1]}
    assert calls_of(accumulator) == [{"id": "call_1", "type": "telepathy", "telepathy": grown}]
    parts = [{"type": "refusal", "refusal": "I won't"}, {"type": "scent", "scent": {"value": "rose"}}]
    assert accumulator.messages[0]["content"] == parts


def test_a_value_of_another_shape_takes_the_place_of_what_was_there() -> None:
    accumulator, _ = gathered(
        delta({"index": 0, "type": "text", "text": "flat"}),
        delta(text_piece("deep")),
        delta({"index": 1, "type": "text", "text": {"value": 5}}),
        delta({"index": 1, "type": "text", "text": {"value": "x"}}),
        delta("a", ["b"], 5),  # type: ignore[arg-type]  # as a service should not send it
    )
    parts = [{"type": "text", "text": {"value": "deep"}}, {"type": "text", "text": {"value": "x"}}, "a", ["b"], 5]
    assert accumulator.messages[0]["content"] == parts


def calls_of(accumulator: Accumulator) -> Any:
    return accumulator.steps[0]["step_details"]["tool_calls"]


def test_what_nests_deeper_than_any_piece_is_taken_as_it_is() -> None:
    nested: Any = 1
    for _ in range(100):
        nested = {"a": nested}
    accumulator, _ = gathered(piece(code(deep=nested)), piece(code(deep=nested)), piece(code(other=nested)))
    assert calls_of(accumulator)[0]["code_interpreter"]["deep"] == nested


ANY_PIECES = st.lists(
    st.fixed_dictionaries(
        {"index": st.sampled_from([0, 1, -1, True, None, "0"]), "type": st.sampled_from(["text", "text", "image_file"])},
        optional={
            "text": st.sampled_from(
                [{"value": "a"}, {"value": "b"}, {"value": None}, {"value": "c", "annotations": [CITED]}, "d"]
            )
        },
    ),
    max_size=12,
)


@UNTIMED
@given(ANY_PIECES)
@example([text_piece("a"), text_piece("b"), {"index": 0, "type": "text", "text": "d"}, text_piece("c")])
@example([text_piece("a"), text_piece("b"), {"index": 0, "type": "image_file"}, text_piece("c")])
def test_a_text_that_comes_alone_grows_as_one_among_others(parts: list[dict[str, Any]]) -> None:
    """There is a short way for the first kind of piece, which one that tells of the role as well does not take."""
    alone, texts = gathered(*(delta(part) for part in parts))
    among, others = gathered(*(delta(part, role="assistant") for part in parts))
    assert texts == others
    assert [message["content"] for message in alone.messages] == [message["content"] for message in among.messages]


TEXT_PIECES = st.lists(st.tuples(st.integers(0, 3), st.text(max_size=4)), max_size=20)


@UNTIMED
@given(TEXT_PIECES)
def test_each_part_is_its_pieces_joined_in_the_order_of_their_coming(parts: list[tuple[int, str]]) -> None:
    accumulator, texts = gathered(*(delta(text_piece(value, index)) for index, value in parts))
    wanted = ["".join(value for place, value in parts if place == index) for index in sorted({index for index, _ in parts})]
    shown = [part["text"]["value"] for message in accumulator.messages for part in message["content"]]
    assert shown == wanted
    assert texts == [value for _, value in parts]
