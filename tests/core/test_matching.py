"""Whether an object has what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit._core.matching import holds


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ({}, {}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
        ({"a": 1.0}, {"a": 1}),
        ([{"type": "x", "x": {"n": 1}}], [{"type": "x"}]),
        ((1, 2), [1, 2]),
        (None, None),
    ],
)
def test_it_holds_what_it_has_and_more(there: Any, asked: Any) -> None:
    assert holds(there, asked)


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ({}, {"a": None}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 1}),
        ([1, 2], [1]),
        ([1], [1, 2]),
        ([2, 1], [1, 2]),
        ("ab", ["a", "b"]),
        (["a", "b"], "ab"),
        (None, {}),
    ],
)
def test_it_does_not_hold_what_it_has_not(there: Any, asked: Any) -> None:
    assert not holds(there, asked)
