"""Typed dictionaries of the standard library as parameters, on every Python."""

from __future__ import annotations

import sys
import typing
from typing import Annotated, Any, Optional

import pytest
import typing_extensions
from pydantic import Field
from typing_extensions import NotRequired, Required

from agentkit._core.function_schema import describe_function
from agentkit._core.typed_dicts import with_readable_dicts

from .calls import run, schema_of, taking


class Inner(typing.TypedDict, total=False):
    """The inner one."""

    x: Required[int]
    y: str


class Outer(typing.TypedDict):
    inner: Inner
    more: NotRequired[list[Inner]]


class Extended(Outer, total=False):
    label: Annotated[str, Field(max_length=3)]


class Node(typing.TypedDict):
    children: list[Node]


class Newer(typing_extensions.TypedDict):
    x: int


def test_the_schema_says_which_keys_are_required_at_every_depth() -> None:
    written = schema_of(taking(Extended))["properties"]["x"]
    assert (written["type"], written["required"]) == ("object", ["inner"])
    assert written["properties"]["label"] == {"type": "string", "maxLength": 3}
    inner = written["properties"]["inner"]
    assert (inner["required"], inner["description"]) == (["x"], "The inner one.")
    assert inner["properties"] == {"x": {"type": "integer"}, "y": {"type": "string"}}
    assert written["properties"]["more"]["items"]["required"] == ["x"]


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        (Inner, {"x": "1"}, {"x": 1}),
        (list[Inner], [{"x": "1", "y": "a"}], [{"x": 1, "y": "a"}]),
        (dict[str, Inner], {"k": {"x": "1"}}, {"k": {"x": 1}}),
        (Inner | None, {"x": "1"}, {"x": 1}),
        (Optional[Inner], None, None),  # noqa: UP045
        (Annotated[Inner, Field(description="d")], {"x": "1"}, {"x": 1}),
        (tuple[int, Inner], [1, {"x": "1"}], (1, {"x": 1})),
        (Extended, {"inner": {"x": "1"}, "more": [{"x": "2"}]}, {"inner": {"x": 1}, "more": [{"x": 2}]}),
    ],
)
def test_values_are_read_wherever_one_stands(annotation: Any, given: Any, value: Any) -> None:
    assert run(taking(annotation), {"x": given}) == value


@pytest.mark.parametrize("annotation", [int, Newer, list[Newer], int | str, typing.Literal["a"], typing.Callable[[int], str]])
def test_what_holds_none_stays_the_same_object(annotation: Any) -> None:
    assert with_readable_dicts(annotation) is annotation


def test_one_that_holds_itself_does_not_hang() -> None:
    if sys.version_info >= (3, 12):
        assert run(taking(Node), {"x": {"children": [{"children": []}]}}) == {"children": [{"children": []}]}
        return
    with pytest.raises(TypeError, match=r"f\(\): parameter 'x' has a type .*typing_extensions\.TypedDict"):
        describe_function(taking(Node))
