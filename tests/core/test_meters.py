"""What is said of work that is under way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit._core.meters import Meter, fitted, state_of
from agentkit.models import AgentVersionDetails, ThreadRun, VectorStore

COUNTS = {"in_progress": 2, "completed": 4, "failed": 1, "cancelled": 0, "total": 7}


@pytest.mark.parametrize(
    ("meter", "text"),
    [
        (Meter("a.bin", 0.0, 0, 2_000_000), "a.bin: 0.0/2.0 MB"),
        (Meter("a.bin", 2.0, 1_000_000, 2_000_000), "a.bin: 1.0/2.0 MB, 0.5 MB/s"),
        (Meter("a.bin", 2.0, 1_000_000, 0), "a.bin: 1.0 MB, 0.5 MB/s"),
        (Meter("run run_1", 61.4, state="in_progress"), "run run_1: in_progress, 61 s"),
    ],
)
def test_a_meter_in_words(meter: Meter, text: str) -> None:
    assert meter.in_words == text


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (ThreadRun({"id": "run_1", "status": "in_progress"}), "in_progress"),
        (ThreadRun({"id": "run_1", "status": "new state"}), "new state"),
        (ThreadRun({"id": "run_1"}), "no status"),
        (AgentVersionDetails({"id": "v", "state": "creating"}), "creating"),
        (VectorStore({"id": "vs_1", "status": "in_progress", "file_counts": COUNTS}), "in_progress, 5 of 7 files"),
        (VectorStore({"id": "vs_1", "status": "completed", "file_counts": {**COUNTS, "total": 0}}), "completed"),
        (VectorStore({"id": "vs_1", "status": "completed", "file_counts": "many"}), "completed"),
        (SimpleNamespace(), "no status"),
    ],
)
def test_the_state_of_what_is_waited_for(value: Any, state: str) -> None:
    assert state_of(value) == state


@pytest.mark.parametrize(
    ("text", "width", "line"),
    [
        ("short", 5, "short"),
        ("longer", 5, "lo..."),
        ("漢字漢字", 8, "漢字漢字"),
        ("漢字漢字", 7, "漢字..."),
        ("漢字漢字", 6, "漢..."),
        ("e\u0301" * 3, 3, "e\u0301" * 3),
        ("a\x1b[2J\r\nb\u202e", 20, "a?[2J??b?"),
        ("longer", 2, ".."),
        ("longer", 0, ""),
    ],
)
def test_a_text_fits_its_line(text: str, width: int, line: str) -> None:
    assert fitted(text, width) == line


@given(st.text(), st.integers(0, 40))
def test_nothing_moves_the_cursor(text: str, width: int) -> None:
    assert fitted(text, width).isprintable()


@given(st.text(st.characters(max_codepoint=255)), st.integers(0, 40))
def test_no_line_is_too_long(text: str, width: int) -> None:
    assert len(fitted(text, width)) <= width
