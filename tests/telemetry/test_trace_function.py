"""The decorator for functions of one's own."""

from __future__ import annotations

import asyncio
import inspect
from collections import namedtuple
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode

from agentkit import _hooks
from agentkit.telemetry import trace_function
from agentkit.telemetry.agents._instrumentor import CONTENT_VARIABLE
from telemetry.spans import Spans

RETURNED = "code.function.return.value"


def own(spans: Spans, name: str) -> dict[str, Any]:
    """The attributes of a span by what follows ``code.function.parameter.``, and the value as ``return``."""
    told = spans.told(name)
    given = {key.removeprefix("code.function.parameter."): value for key, value in told.items() if key != RETURNED}
    return {**given, "return": told[RETURNED]} if RETURNED in told else given


def test_parameters_and_value_are_attributes(spans: Spans) -> None:
    @trace_function()
    def area(width: int, height: float = 2.0, *, unit: str = "m", exact: bool = True) -> float:
        return width * height

    assert area(3, unit="cm") == 6.0
    assert own(spans, "area") == {"width": 3, "height": 2.0, "unit": "cm", "exact": True, "return": 6.0}


async def test_an_async_function_is_awaited_in_its_span(spans: Spans) -> None:
    @trace_function("slowly")
    async def wait(seconds: float) -> str:
        with trace.get_tracer("test").start_as_current_span("inside"):
            await asyncio.sleep(seconds)
        return "done"

    assert inspect.iscoroutinefunction(wait)
    assert await wait(0) == "done"
    assert spans.tree() == [("slowly", ["inside"])]
    assert own(spans, "slowly") == {"seconds": 0, "return": "done"}


def test_it_stands_without_parentheses_too(spans: Spans) -> None:
    @trace_function
    def plain(n: int) -> int:
        """Its words."""
        return n

    assert plain(n=1) == 1
    assert (plain.__name__, plain.__doc__) == ("plain", "Its words.")
    assert spans.names() == ["plain"]


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1, 2], (1, 2)),
        (("a", "b"), ("a", "b")),
        (["a", object()], ("a",)),
        ({"a": 1, "b": object()}, "{'a': 1}"),
        ({1}, "{1}"),
        ([[1], [2]], "[[1], [2]]"),
        ([{"a": [1]}], "[{'a': [1]}]"),
        ([1, "a"], "[1, 'a']"),
        (Point(1, 2), (1, 2)),
        ("text", "text"),
        (True, True),
        # No exporter can write half a surrogate pair, and it would lose the other spans of its batch as well.
        ("half \ud83d", "half ?"),
        (["half \ud83d"], ("half ?",)),
    ],
)
def test_what_a_value_is_told_as(spans: Spans, value: Any, told: Any) -> None:
    @trace_function
    def same(value: Any) -> Any:
        return value

    assert same(value) is value
    assert own(spans, "same") == {"value": told, "return": told}


@pytest.mark.parametrize("value", [None, object(), b"bytes"])
def test_other_objects_are_left_out(spans: Spans, value: Any) -> None:
    @trace_function
    def same(value: Any) -> Any:
        return value

    assert same(value) is value
    assert own(spans, "same") == {}


def test_an_error_is_recorded_and_raised(spans: Spans) -> None:
    @trace_function
    def fail(n: int) -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        fail(1)
    span = spans.one("fail")
    assert span.status.status_code is StatusCode.ERROR
    assert spans.told("fail")["error.type"] == "LookupError"
    assert (span.status.description, span.events) == (None, ()), "its words may quote content"


@pytest.mark.parametrize("instrumented", [True, False])
def test_the_words_of_an_error_are_content(recorded: Spans, instrumented: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    @trace_function
    def fail() -> None:
        raise LookupError("gone")

    if not instrumented:
        _hooks.observe(None)
        monkeypatch.setenv(CONTENT_VARIABLE, "true")
    with pytest.raises(LookupError):
        fail()
    span = recorded.one("fail")
    assert span.status.description == "gone"
    assert [event.name for event in span.events] == ["exception"]


def test_a_call_that_does_not_fit_is_the_functions_own_error(spans: Spans) -> None:
    @trace_function
    def one(n: int) -> int:
        return n

    with pytest.raises(TypeError, match="missing 1 required"):
        one()  # type: ignore[call-arg]


def test_instrumentation_that_fails_is_no_matter_of_the_function(
    provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def get_tracer(self, *names: Any, **more: Any) -> Any:
            raise RuntimeError("broken")

    @trace_function
    def same(n: int) -> int:
        return n

    monkeypatch.setattr(trace, "_TRACER_PROVIDER", Broken())
    assert same(1) == 1


def test_a_name_is_a_text() -> None:
    with pytest.raises(TypeError, match="span_name a text, not int"):
        trace_function(3)  # type: ignore[call-overload]
