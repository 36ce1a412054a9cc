"""Functions that are written inside another function, beside the classes that they take: their annotations are text at run time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from agentkit._core.function_schema import describe_function
from agentkit.tools import FunctionTool

from .calls import call


class Mode(Enum):
    SLOW = "slow"


def _enum_of(function: Callable[..., Any]) -> Any:
    return describe_function(function).schema["properties"]["mode"]["enum"]


def test_classes_beside_the_function_are_found() -> None:
    class Colour(Enum):
        RED = "red"

    class Point(BaseModel):
        x: int

    def paint(colour: Colour, at: list[Point]) -> list[Any]:
        """Paints."""
        return [colour.name, at[0].x]

    tool = FunctionTool([paint])
    assert tool.definitions[0].function.parameters["properties"]["colour"]["enum"] == ["red"]
    assert tool.execute(call("paint", {"colour": "red", "at": [{"x": "2"}]})) == ["RED", 2]


def test_the_innermost_class_of_a_name_counts() -> None:
    class Mode(Enum):
        OUTER = "outer"

    def of_outer(mode: Mode) -> None: ...

    def inside() -> None:
        class Mode(Enum):
            INNER = "inner"

        def of_inner(mode: Mode) -> None: ...

        assert _enum_of(of_inner) == ["inner"]
        assert _enum_of(of_outer) == ["outer"]

    inside()


def test_methods_partials_and_decorated_functions_find_them_too() -> None:
    class Mode(Enum):
        LOCAL = "local"

    class Machine:
        def run(self, mode: Mode) -> None: ...

        def __call__(self, mode: Mode) -> None: ...

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    @decorated
    def run(mode: Mode, times: int) -> None: ...

    for function in (Machine().run, Machine(), run, functools.partial(run, times=2)):
        assert _enum_of(function) == ["local"]


def test_names_that_a_function_holds_are_known_after_its_maker_has_ended() -> None:
    def make() -> Callable[..., Any]:
        class Mode(Enum):
            HELD = "held"

        def run(mode: Mode) -> Any:
            """Runs."""
            return Mode.HELD

        return run

    assert _enum_of(make()) == ["held"]


def test_names_that_nobody_holds_any_more_are_refused() -> None:
    def make() -> Callable[..., Any]:
        class Gone(Enum):
            GONE = "gone"

        def run(mode: Gone) -> None: ...

        return run

    with pytest.raises(TypeError, match=r"run\(\): the annotation 'Gone' of parameter 'mode' cannot be resolved"):
        describe_function(make())


def test_a_function_that_calls_itself_may_be_described_before_it_has_its_name() -> None:
    described: list[Any] = []

    def describing(function: Callable[..., Any]) -> Callable[..., Any]:
        described.append(_enum_of(function))
        return function

    @describing
    def again(mode: Mode) -> None:
        again(mode)

    assert described == [["slow"]]
