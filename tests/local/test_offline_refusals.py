"""Data that the offline model reads with care, or refuses with the reason: labels, lists, units, titles, files that are no text."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from offline_talk import request, talk

from agentkit.local.models.base import ToolResult
from agentkit.local.models.offline import OfflineModel
from agentkit.local.models.offline.pairs import read_pairs
from agentkit.local.models.offline.request import read_request


def labels(text: str) -> list[tuple[str, str]]:
    return [(pair.label, pair.quantity.literal) for pair in read_pairs(text).pairs]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("bar chart: a 1, b 2", [("a", "1"), ("b", "2")]),
        ("bar chart of a 1, b 2, c 3", [("a", "1"), ("b", "2"), ("c", "3")]),
        ("a 1, b 2 as a bar chart", [("a", "1"), ("b", "2")]),
        ("pie chart: a 5%, b 95%", [("a", "5"), ("b", "95")]),
        ("bar chart with a=1, b=2", [("a", "1"), ("b", "2")]),
        ("Oslo had a 5, Rome had a 6: bar chart", [("Oslo", "5"), ("Rome", "6")]),
        ("Make a chart with a 5 for Oslo and a 6 for Rome", [("Oslo", "5"), ("Rome", "6")]),
        ("Chart: a 3 million profit for Oslo, a 4 million profit for Rome", [("Oslo", "3"), ("Rome", "4")]),
    ],
)
def test_an_article_is_dropped_only_where_it_is_one(text: str, pairs: list[tuple[str, str]]) -> None:
    assert labels(text) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("plot x: 1,2,3 y: 4,5,6", [("1", "4"), ("2", "5"), ("3", "6")]),
        ("plot x: 1, 2, 3 and y: 4, 5, 6", [("1", "4"), ("2", "5"), ("3", "6")]),
        ("plot x = 1, 2, 3; y = 4, 5, 6", [("1", "4"), ("2", "5"), ("3", "6")]),
        ("bar chart, labels: A,B values: 1.5,2", [("A", "1.5"), ("B", "2")]),
        ("plot x: 100,200,300 y: 1,2,3", [("100", "1"), ("200", "2"), ("300", "3")]),
        ("bar chart x: 1,200 y: 3,400", [("x", "1200"), ("y", "3400")]),
        ("bar chart x: 5, y: 7", [("x", "5"), ("y", "7")]),
    ],
)
def test_two_lists_of_one_length_are_plotted(text: str, pairs: list[tuple[str, str]]) -> None:
    assert labels(text) == pairs


@pytest.mark.parametrize(("text", "counts"), [("plot x: 1,2,3 y: 4,5", (3, 2)), ("bar chart: labels: A, B values: 1, 2, 3", (2, 3)), ("plot x: 1,2,3 y: 4", (3, 1))])  # fmt: skip
def test_two_lists_of_different_lengths_are_refused(text: str, counts: tuple[int, int]) -> None:
    turn = OfflineModel().respond(request("Bar chart of A: 1, B: 2", text))
    assert turn.tool_calls == ()
    assert f"the list of labels has {counts[0]} and the list of values {counts[1]}, so I cannot tell" in turn.text


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Bar chart for Q1 2020: North 5, South 6, West 7", "Q1 2020"),
        ("Chart of the sales in March 2021: A 1, B 2", "sales in March 2021"),
        ("Chart of sales 2020: 5, 2021: 7", "sales"),
        ("plot x: 1,2 y: 3,4", ""),
    ],
)
def test_a_year_belongs_to_the_title_unless_it_is_a_label(text: str, subject: str) -> None:
    wanted = read_request(text, [label for label, _ in labels(text)])
    assert wanted is not None
    assert wanted.subject == subject


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["1", "5%"], "1 and 5%"),
        (["$3", "€4", "5"], "$3 and €4 and 5"),
        (["5%", "$7"], "5% and $7"),
    ],
)
@pytest.mark.parametrize("question", ["What is the sum of the growth in the csv?", "Draw the growth by city as bars"])
def test_numbers_of_different_kinds_are_not_added_up(cells: list[str], named: str, question: str, tmp_path: Path) -> None:
    content = "\n".join(["city,growth", *(f"Town {at},{cell}" for at, cell in enumerate(cells))])
    done = talk(question, files={"growth.csv": content.encode()}, folder=tmp_path)
    assert len(done.calls) == 1
    assert f'The numbers of the column "growth" of growth.csv are not of one kind: it has {named}.' in done.text


@pytest.mark.parametrize(("cells", "total"), [(["1%", "0", "5%"], "6"), (["$3", "4"], "7"), (["EUR 3", "€4"], "7")])
def test_numbers_of_one_kind_are(cells: list[str], total: str, tmp_path: Path) -> None:
    content = "\n".join(["city,growth", *(f"Town {at},{cell}" for at, cell in enumerate(cells))])
    done = talk("What is the sum of the growth in the csv?", files={"growth.csv": content.encode()}, folder=tmp_path)
    assert done.numbers["Sum"] == total


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", "it begins as UTF-16 does, and then has bytes that are none"),
        (b"\xff\xfe\x00\xd8a\x00", "it begins as UTF-16 does, and then has bytes that are none"),
        (b"PK\x03\x04\x00\x00city,rain", "it has zero bytes, as pictures, archives and workbooks have them"),
    ],
)
def test_a_file_that_is_no_text_is_said_to_be_none(content: bytes, why: str, tmp_path: Path) -> None:
    for question in ("What is the sum of the rain in the csv?", "What columns does the csv have?"):
        done = talk(question, files={"rain.csv": content}, folder=tmp_path)
        assert f"rain.csv is no text file: {why}" in done.text
        assert "Error" not in done.outputs[0]


def test_a_file_that_is_no_text_does_not_hide_one_that_is(tmp_path: Path) -> None:
    files = {"broken.csv": b"\xff\xfe\x00", "rain.csv": b"city,rain\nOslo,3\nRome,4\n"}
    assert talk("What is the sum of the rain in the csv files?", files=files, folder=tmp_path).numbers["Sum"] == "7"


def test_nothing_is_said_of_force_where_nothing_was_forced() -> None:
    tools: Any = [{"type": "function", "function": {"name": "look_up_tide", "parameters": {"type": "object"}}}]
    asked = request("Hello", tools=tools)
    forced = dataclasses.replace(asked, tool_choice="required")
    (call,) = OfflineModel().respond(forced).tool_calls
    told = OfflineModel().respond(dataclasses.replace(asked, results=[ToolResult(call, "high at noon")])).text
    assert told.startswith("Tide: high at noon.\n")
    (call,) = OfflineModel().respond(request("Hello", tool_choice="required")).tool_calls
    told = OfflineModel().respond(dataclasses.replace(request("Hello"), results=[ToolResult(call, "0 files")])).text
    assert told.startswith("I looked which files the code interpreter has, and it printed:\n\n0 files\n")
