"""The text that a model gets for what a function returned, or for its failure."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from pydantic import BaseModel, field_serializer
from pydantic.dataclasses import dataclass as pydantic_dataclass

from agentkit._core.functions import CallError, OutputError, encode_output, failure_text
from agentkit.models import ThreadRun

from . import later_functions as later


class Number(IntEnum):
    ONE = 1


class Pair(NamedTuple):
    left: int
    right: str


@dataclass
class Box:
    content: Any


@pydantic_dataclass
class Crate:
    sent: date

    @field_serializer("sent")
    def year(self, sent: date) -> int:
        return sent.year


class Parcel(BaseModel):
    sent: date
    box: Any = None


ID = "0b8b3a4e-7e9c-4c7c-9a4e-2f1f6f3f9b11"

OUTPUTS: list[tuple[Any, str]] = [
    ("as it is", "as it is"),
    ("", ""),
    ('{"error": null}', '{"error": null}'),
    ("é\u2028\x00", "é\u2028\x00"),
    (later.Size.SMALL, '"s"'),
    (42, "42"),
    (2.5, "2.5"),
    (True, "true"),
    (None, "null"),
    (float("nan"), '"NaN"'),
    ({"a": [1, None], "b": {"ü": "é"}}, '{"a":[1,null],"b":{"ü":"é"}}'),
    ({1: "a", later.Colour.RED: "b", date(2024, 2, 29): "c"}, '{"1":"a","red":"b","2024-02-29":"c"}'),
    ([], "[]"),
    ((1, "a"), '[1,"a"]'),
    (Pair(1, "a"), '[1,"a"]'),
    ({5}, "[5]"),
    (frozenset({"a"}), '["a"]'),
    (deque([1, 2]), "[1,2]"),
    (Box([Box({"a": 1})]), '{"content":[{"content":{"a":1}}]}'),
    (Parcel(sent=date(2024, 2, 29)), '{"sent":"2024-02-29","box":null}'),
    ([Crate(sent=date(2024, 2, 29))], '[{"sent":2024}]'),
    ([Parcel(sent=date(2024, 2, 29))], '[{"sent":"2024-02-29","box":null}]'),
    (datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc), '"2024-05-06T07:08:09Z"'),
    (date(2024, 2, 29), '"2024-02-29"'),
    (timedelta(seconds=90), '"PT1M30S"'),
    (UUID(ID), f'"{ID}"'),
    (Decimal("1.10"), '"1.10"'),
    (Path("a") / "b", '"a/b"'),
    (later.Colour.RED, '"red"'),
    (Number.ONE, "1"),
    (ThreadRun(id="run_1", status="queued"), '{"id":"run_1","object":"thread.run","status":"queued"}'),
]


@pytest.mark.parametrize(("value", "text"), OUTPUTS, ids=[str(row[1])[:30] for row in OUTPUTS])
def test_a_value_has_its_text(value: Any, text: str) -> None:
    assert encode_output(value) == text


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (b"x", ""),
        (bytearray(b"x"), ""),
        (memoryview(b"x"), ""),
        ({"files": [{"content": b"x"}]}, " at files.0.content"),
        ({b"x"}, " at 0"),
        (Box(b"x"), " at content"),
        ([Box({"a": b"x"})], " at 0.content.a"),
    ],
)
def test_bytes_are_refused_wherever_they_are(value: Any, place: str) -> None:
    with pytest.raises(OutputError, match=f"^bytes{place}, which are no text; decode them"):
        encode_output(value)


def endless() -> Any:
    """A list that holds itself."""
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [object(), {"a": object()}, [later.Weather], {object(): 1}, "\ud800", ["\ud800"], endless(), print],
)
def test_what_has_no_json_form_is_refused(value: Any) -> None:
    with pytest.raises(OutputError, match="has no JSON form"):
        encode_output(value)


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("cannot say")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("out of range"), "f() failed: ValueError: out of range"),
        (KeyError("a"), "f() failed: KeyError: 'a'"),
        (ValueError(), "f() failed: ValueError"),
        (Mute(), "f() failed: Mute"),
        (CallError("there is no function 'é'"), "there is no function 'é'"),
        (CallError("half a pair: \ud800"), "half a pair: ?"),
    ],
)
def test_a_failure_is_json_with_one_key(error: Exception, text: str) -> None:
    assert json.loads(failure_text(error, "f")) == {"error": text}
