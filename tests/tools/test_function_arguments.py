"""How JSON arguments become a function's arguments."""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

import pytest
from pydantic import AfterValidator, Field

from agentkit._core.function_schema import describe_function
from agentkit._core.functions import ArgumentsError, bind_arguments, parse_call

from . import later_functions as later
from .calls import call, run, taking

ID = "0b8b3a4e-7e9c-4c7c-9a4e-2f1f6f3f9b11"

VALUES: list[tuple[Any, Any, Any]] = [
    (str, "a", "a"),
    (str, "42", "42"),
    (int, 3, 3),
    (int, "3", 3),
    (int, 3.0, 3),
    (float, 3, 3.0),
    (float, "1e3", 1000.0),
    (bool, "true", True),
    (bool, 0, False),
    (list, [1, "a"], [1, "a"]),
    (list[int], ["1", 2], [1, 2]),
    (dict, {"a": [1]}, {"a": [1]}),
    (dict[str, float], {"a": 1}, {"a": 1.0}),
    (dict[int, str], {"1": "a"}, {1: "a"}),
    (set[int], [1, 1, 2], {1, 2}),
    (frozenset[str], ["a"], frozenset({"a"})),
    (tuple[int, str], [1, "a"], (1, "a")),
    (tuple[int, ...], ["1", 2, 3], (1, 2, 3)),
    (Optional[int], None, None),  # noqa: UP045
    (int | None, "5", 5),
    (int | str, "5", "5"),
    (int | str, 5, 5),
    (Union[date, int], "2024-02-29", date(2024, 2, 29)),  # noqa: UP007
    (Union[str, date], "2024-02-29", "2024-02-29"),  # noqa: UP007
    (datetime, "2024-05-06T07:08:09Z", datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)),
    (date, "2024-02-29", date(2024, 2, 29)),
    (time, "12:30", time(12, 30)),
    (timedelta, "PT90S", timedelta(seconds=90)),
    (UUID, ID, UUID(ID)),
    (Decimal, "1.10", Decimal("1.10")),
    (Decimal, 2, Decimal(2)),
    (Path, "a/b.txt", Path("a/b.txt")),
    (later.Colour, "red", later.Colour.RED),
    (later.Colour | None, None, None),
    (later.Size, "l", later.Size.LARGE),
    (Literal["a", 1], 1, 1),
    (Annotated[int, Field(ge=1)], 1, 1),
    (Annotated[str, AfterValidator(str.upper)], "a", "A"),
    (later.Address, {"street": "s"}, later.Address(street="s")),
    (list[later.Address], [{"street": "s", "zip_code": "1"}], [later.Address(street="s", zip_code="1")]),
    (later.Node, {"label": "a", "children": [{"label": "b"}]}, later.Node(label="a", children=[later.Node(label="b")])),
    (later.Point, {"x": "1"}, later.Point(1)),
    (later.Options, {"depth": "2", "colour": "blue"}, {"depth": 2, "colour": later.Colour.BLUE}),
]


@pytest.mark.parametrize(("annotation", "given", "value"), VALUES, ids=[f"{row[0]}-{row[1]}" for row in VALUES])
def test_a_value_becomes_what_the_annotation_says(annotation: Any, given: Any, value: Any) -> None:
    got = run(taking(annotation), {"x": given})
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("annotation", [Any, object])
@pytest.mark.parametrize("value", [None, 1, "a", 1.5, True, [1, {"a": None}], {"b": [2]}])
def test_anything_passes_where_anything_is_annotated(annotation: Any, value: Any) -> None:
    assert run(taking(annotation), {"x": value}) == value


def test_anything_passes_where_nothing_is_annotated() -> None:
    def f(x):  # type: ignore[no-untyped-def]
        return x

    assert run(f, {"x": {"a": [1, None]}}) == {"a": [1, None]}


WRONG: list[tuple[Any, Any, str]] = [
    (str, 5, "x: Input should be a valid string, got 5"),
    (int, "five", 'x: Input should be a valid integer, .*got "five"'),
    (int, 1.5, "x: Input should be a valid integer.* got 1.5"),
    (int, None, "x: Input should be a valid integer, got null"),
    (list[int], [1, "b"], r'x\.1: Input should be a valid integer.* got "b"'),
    (later.Colour, "green", "x: Input should be 'red' or 'blue', got \"green\""),
    (Literal["a", "b"], "c", "x: Input should be 'a' or 'b'"),
    (Annotated[int, Field(ge=1)], 0, "x: Input should be greater than or equal to 1, got 0"),
    (later.Address, {"zip_code": "1"}, r"x\.street: Field required"),
    (later.Address, {"street": ["s" * 500]}, r"x\.street: Input should be a valid string, got \[\"s{70,80}\.\.\.$"),
    (date, "tomorrow", "x: Input should be a valid date"),
]


@pytest.mark.parametrize(("annotation", "given", "text"), WRONG, ids=[f"{row[0]}-{str(row[1])[:20]}" for row in WRONG])
def test_a_wrong_value_is_told_with_its_place(annotation: Any, given: Any, text: str) -> None:
    with pytest.raises(ArgumentsError, match=rf"^the arguments do not fit f\(\): {text}"):
        run(taking(annotation), {"x": given})


def test_all_mistakes_are_told_at_once() -> None:
    def f(city: str, days: int) -> None: ...

    with pytest.raises(ArgumentsError) as caught:
        run(f, {"citi": "Ulm", "days": "x"})
    text = str(caught.value)
    assert "citi: there is no such parameter. Did you mean 'city'?" in text
    assert "days: Input should be a valid integer" in text
    assert "city: it is required" in text


def test_many_mistakes_are_counted() -> None:
    with pytest.raises(ArgumentsError, match=r"x\.9: .*; and 15 more$"):
        run(taking(list[int]), {"x": ["a"] * 25})


def test_a_validator_may_fail_in_any_way() -> None:
    def fail(value: int) -> int:
        raise LookupError(value)

    with pytest.raises(LookupError):
        run(taking(Annotated[int, AfterValidator(fail)]), {"x": 1})


def test_missing_arguments_are_left_to_the_function() -> None:
    marker = object()
    assert run(taking(int, marker), {}) is marker


def test_an_optional_parameter_without_a_default_is_none() -> None:
    def f(a: int | None, b: Optional[str], /, c: Annotated[float | None, Field(ge=0)]) -> Any:  # noqa: UP045
        return a, b, c

    assert run(f, {}) == (None, None, None)


def test_null_is_none_where_none_is_the_default() -> None:
    assert run(taking(int, None), {"x": None}) is None
    with pytest.raises(ArgumentsError):
        run(taking(int, 3), {"x": None})


def test_parameters_by_position_are_given_by_position() -> None:
    def f(a: int, b: int = 2, /, c: int = 3, *rest: int, d: int = 4, **more: int) -> Any:
        return a, b, c, rest, d, more

    spec = describe_function(f)
    assert bind_arguments(spec, {"a": 1}) == ((1, 2), {})
    assert bind_arguments(spec, {"a": "1", "c": 5}) == ((1, 2), {"c": 5})
    assert bind_arguments(spec, {"a": 1, "rest": ["7", 8], "d": 9}) == ((1, 2, 3, 7, 8), {"d": 9})
    assert run(f, {"a": 1, "rest": [], "e": "6", "rest_": 7}) == (1, 2, 3, (), 4, {"e": 6, "rest_": 7})


def test_a_name_of_the_rest_is_no_parameter() -> None:
    def f(**options: int) -> Any:
        return options

    assert run(f, {"options": 1, "a": 2}) == {"options": 1, "a": 2}


def test_values_go_by_name_to_decorators_that_take_only_names() -> None:
    def decorator(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(**kwargs: Any) -> Any:
            return function(**kwargs)

        return wrapper

    @decorator
    def f(a: int, b: int = 2) -> Any:
        return a, b

    assert run(f, {"a": "1"}) == (1, 2)


@pytest.mark.parametrize("name", ["key", "ke"])
def test_what_a_partial_has_given_cannot_be_given_again(name: str) -> None:
    def f(a: int, key: str) -> Any:
        return a, key

    def g(**kwargs: Any) -> Any:
        return kwargs

    assert run(functools.partial(f, key="secret"), {"a": 1}) == (1, "secret")
    with pytest.raises(ArgumentsError, match=rf"{name}: there is no such parameter\.$"):
        run(functools.partial(f, key="secret"), {"a": 1, name: "other"})
    with pytest.raises(ArgumentsError, match="key: there is no such parameter"):
        run(functools.partial(g, key="secret"), {"key": "other"})


def test_bound_methods_and_objects_are_called() -> None:
    ulm = later.Weather("Ulm")
    assert run(ulm, {"day": "2", "unit": "f"}) == "Ulm 2 f"
    assert run(ulm.at, {"hour": 3}) == "Ulm 3"
    assert run(later.Weather.units, {"long": True}) == ["celsius", "fahrenheit"]
    assert run(later.Weather.shift, {"by": 1}) == 2.0
    assert run(functools.partial(ulm, unit="f"), {"day": 1}) == "Ulm 1 f"


def test_annotations_that_are_text_are_followed() -> None:
    assert run(later.paint, {"colour": "red", "size": "s", "mode": "slow"}) == (later.Colour.RED, later.Size.SMALL, "slow")
    person, at, options, tree = run(
        later.register,
        {
            "person": {"name": "A", "addresses": [{"street": "s"}]},
            "at": {"x": 1, "y": 2},
            "options": {"depth": 3},
            "tree": {"label": "r", "children": [{"label": "c"}]},
        },
    )
    assert person == later.Person(name="A", addresses=[later.Address(street="s")])
    assert at == later.Point(1, 2.0)
    assert options == {"depth": 3}
    assert tree.children[0].label == "c"


# --- the call itself ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["", "  ", "{}", " {} "])
def test_no_arguments_may_be_written_in_several_ways(arguments: str) -> None:
    assert parse_call(call("f", arguments)).arguments == {}


def test_a_call_may_be_a_mapping() -> None:
    parsed = parse_call({"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}})
    assert (parsed.call_id, parsed.name, parsed.arguments) == ("c", "f", {"a": 1})
    assert parse_call({"function": {"name": "f", "arguments": {"a": 1}}}).arguments == {"a": 1}
    assert parse_call({"function": {"name": "f"}}).arguments == {}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("{", r"the arguments of f\(\) are no JSON: .*char"),
        ("{'a': 1}", "are no JSON"),
        ("[1]", r"the arguments of f\(\) must be a JSON object with a value by parameter, not list"),
        ('"a"', "not str"),
        ("5", "not int"),
        ("null", "not NoneType"),
        ("[" * 100_000, "are no JSON"),
        ("1" * 5000, "no JSON|not int"),
    ],
)
def test_arguments_that_are_no_object_are_refused(arguments: str, text: str) -> None:
    with pytest.raises(ArgumentsError, match=text):
        parse_call(call("f", arguments))


@pytest.mark.parametrize("wrong", [None, 5, "f", {}, {"function": None}, {"function": {"name": 5}}, {"function": {"name": ""}}])
def test_what_is_no_call_is_refused(wrong: Any) -> None:
    with pytest.raises(ArgumentsError, match="this is no call of a function"):
        parse_call(wrong)
