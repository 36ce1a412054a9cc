"""Whatever the signature: arguments that fit the schema are accepted, and nothing that a model sends is raised."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema import Draft202012Validator
from pydantic import Field

from agentkit._core.function_schema import describe_function
from agentkit._core.functions import bind_arguments, encode_output, plan_call
from agentkit.tools import FunctionTool

from . import later_functions as later
from .calls import call
from .schema_values import values_of

KINDS = inspect.Parameter

LEAVES: list[Any] = [
    str,
    int,
    float,
    bool,
    list,
    dict,
    Any,
    inspect.Parameter.empty,
    date,
    datetime,
    time,
    timedelta,
    UUID,
    Decimal,
    Literal["a", "b", 3],
    later.Colour,
    later.Size,
    later.Address,
    later.Person,
    later.Node,
    later.Point,
    later.Options,
    Annotated[int, Field(ge=-5, le=5)],
    Annotated[str, Field(min_length=2, description="Two or more.")],
]
HASHABLE: list[Any] = [str, int, bool, date, UUID, later.Colour]


def containers(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
    some = inner.map(lambda one: Any if one is inspect.Parameter.empty else one)
    return st.one_of(
        some.map(lambda one: list[one]),  # type: ignore[valid-type]
        some.map(lambda one: dict[str, one]),  # type: ignore[valid-type]
        some.map(lambda one: Optional[one]),  # noqa: UP045
        some.map(lambda one: tuple[one, ...]),  # type: ignore[valid-type]
        st.tuples(some, some).map(lambda two: GenericAlias(tuple, two)),
        st.tuples(some, some).map(lambda two: Union[two[0], two[1]]),  # noqa: UP007
        st.sampled_from(HASHABLE).map(lambda one: set[one]),  # type: ignore[valid-type]
    )


hints: SearchStrategy[Any] = st.recursive(st.sampled_from(LEAVES), containers, max_leaves=4)


@st.composite
def functions(draw: DrawFn) -> Callable[..., Any]:
    """A function that returns its arguments, of any signature."""
    names = draw(st.lists(st.sampled_from(["a", "b", "title", "schema", "json", "x1"]), unique=True, max_size=5))
    kinds = sorted(
        draw(st.sampled_from([KINDS.POSITIONAL_ONLY, KINDS.POSITIONAL_OR_KEYWORD, KINDS.KEYWORD_ONLY])) for _ in names
    )
    parameters, defaults = [], False
    for name, kind in zip(names, kinds, strict=True):
        # Behind a parameter with a default all have one, but for those that go by name only.
        default = draw(st.booleans()) or (defaults and kind is not KINDS.KEYWORD_ONLY)
        defaults = defaults or default
        value = None if default else KINDS.empty
        parameters.append(KINDS(name, kind, annotation=draw(hints), default=value))
    if draw(st.booleans()):
        place = sum(parameter.kind is not KINDS.KEYWORD_ONLY for parameter in parameters)
        parameters.insert(place, KINDS("rest", KINDS.VAR_POSITIONAL, annotation=draw(hints)))
    if draw(st.booleans()):
        parameters.append(KINDS("more", KINDS.VAR_KEYWORD, annotation=draw(hints)))
    signature = inspect.Signature(parameters)

    def f(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        return bound.arguments

    f.__signature__ = signature  # type: ignore[attr-defined]
    return f


@settings(deadline=None, max_examples=150)
@given(functions(), st.data())
def test_arguments_that_fit_the_schema_are_accepted(function: Callable[..., Any], data: st.DataObject) -> None:
    spec = describe_function(function)
    Draft202012Validator.check_schema(spec.schema)
    arguments = data.draw(values_of(spec.schema))
    # The strategy is not trusted: what it made has to fit.
    Draft202012Validator(spec.schema).validate(arguments)
    args, kwargs = bind_arguments(spec, json.loads(json.dumps(arguments)))
    bound = function(*args, **kwargs)
    assert set(arguments) <= {*bound, *bound.get("more", ()), *(() if bound.get("rest") else ("rest",))}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(functions(), st.dictionaries(st.sampled_from(["a", "b", "title", "rest", "more", "odd"]), json_values, max_size=4))
def test_whatever_a_model_sends_is_answered(function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    plan = plan_call(call("f", arguments), {"f": describe_function(function)}.get)
    assert (plan.error is None) == (plan.function is function)
    if plan.error is not None:
        assert str(plan.error).startswith("the arguments do not fit f(): ")


@settings(deadline=None)
@given(st.text(max_size=30) | st.text('{}[]":,a1 \\u', max_size=20))
def test_any_text_may_come_as_arguments(text: str) -> None:
    def f(**kwargs: Any) -> Any:
        return kwargs

    result = FunctionTool([f]).execute(call("f", text))
    assert isinstance(result, dict) or json.loads(result).keys() == {"error"}


@given(json_values)
def test_every_json_value_comes_back_from_its_text(value: Any) -> None:
    text = encode_output([value])
    assert encode_output(json.loads(text)) == text
