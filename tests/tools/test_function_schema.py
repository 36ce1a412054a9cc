"""What models are told of a function's parameters."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Dict, List, Literal, NamedTuple, Optional, Union  # noqa: UP035
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from agentkit._core.function_schema import NO_DESCRIPTION, describe_function

from . import later_functions as later
from .calls import run, schema_of, taking
from .plain_functions import plain


def described(**schema: Any) -> dict[str, Any]:
    """A schema with the text that a parameter without a description has."""
    return {**schema, "description": NO_DESCRIPTION}


def test_plain_annotations_are_written_as_by_the_mirrored_client() -> None:
    assert schema_of(plain) == {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "A text."},
            "count": {"type": "integer", "description": "A number."},
            "share": described(type="number"),
            "flag": described(type="boolean"),
            "items": described(type="array"),
            "table": described(type="object"),
            "names": {"type": "array", "items": {"type": "string"}, "description": "Some names."},
            "rows": described(type="array", items={"type": "array", "items": {"type": "integer"}}),
            "maybe": described(type=["integer", "null"]),
            "either": described(oneOf=[{"type": "integer"}, {"type": "string"}]),
            "any_of": described(oneOf=[{"type": "integer"}, {"type": "string"}, {"type": "null"}]),
            "anything": described(type="string"),
            "tables": described(type=["array", "null"], items={"type": "object", "additionalProperties": {"type": "string"}}),
            "size": described(type="integer"),
        },
        "required": ["text", "count", "share", "flag", "items", "table", "names", "rows", "either", "anything"],
    }


class Pair(NamedTuple):
    left: int
    right: str = "r"


SCHEMAS: list[tuple[Any, dict[str, Any]]] = [
    (Any, {"type": "string"}),
    (object, {"type": "string"}),
    (None, {"type": "null"}),
    (List, {"type": "array", "items": {"type": "string"}}),  # noqa: UP006
    (list[Any], {"type": "array", "items": {"type": "string"}}),
    (Optional[Any], {"type": ["string", "null"]}),  # noqa: UP045
    (Union[int, Any], {"oneOf": [{"type": "integer"}, {"type": "string"}]}),  # noqa: UP007
    (Dict[str, Any], {"type": "object"}),  # noqa: UP006
    (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
    (int | None, {"type": ["integer", "null"]}),
    (int | str, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
    (int | float, {"anyOf": [{"type": "integer"}, {"type": "number"}]}),
    (list[int] | list[str], {"anyOf": [{"type": "array", "items": {"type": t}} for t in ("integer", "string")]}),
    (list[int | None], {"type": "array", "items": {"type": ["integer", "null"]}}),
    (set[int], {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
    (frozenset[str], {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
    (Sequence[float], {"type": "array", "items": {"type": "number"}}),
    (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
    (
        tuple[int, str],
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
    ),
    (datetime, {"type": "string", "format": "date-time"}),
    (date, {"type": "string", "format": "date"}),
    (time, {"type": "string", "format": "time"}),
    (timedelta, {"type": "string", "format": "duration"}),
    (UUID, {"type": "string", "format": "uuid"}),
    (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
    (Literal["a", 1, None], {"enum": ["a", 1, None]}),
    (later.Colour, {"type": "string", "enum": ["red", "blue"]}),
    (later.Size, {"type": "string", "enum": ["s", "l"]}),
    (
        later.Colour | None,
        {"oneOf": [{"type": "string", "enum": ["red", "blue"], "description": "A colour."}, {"type": "null"}]},
    ),
    (Annotated[int, Field(ge=1, multiple_of=2)], {"type": "integer", "minimum": 1, "multipleOf": 2}),
    (Annotated[str, Field(min_length=1, pattern="^a")], {"type": "string", "minLength": 1, "pattern": "^a"}),
    (Annotated[int | None, Field(gt=0)], {"type": ["integer", "null"], "exclusiveMinimum": 0}),
]


@pytest.mark.parametrize(("annotation", "schema"), SCHEMAS, ids=[str(row[0]) for row in SCHEMAS])
def test_an_annotation_has_its_schema(annotation: Any, schema: dict[str, Any]) -> None:
    written = schema_of(taking(annotation))["properties"]["x"]
    assert written.pop("description") == ("A colour." if annotation is later.Colour else NO_DESCRIPTION)
    assert written == schema


def test_a_number_of_any_precision_may_come_as_text() -> None:
    choices = schema_of(taking(Decimal))["properties"]["x"]["oneOf"]
    assert [choice["type"] for choice in choices] == ["number", "string"]


def test_named_tuples_are_arrays() -> None:
    written = schema_of(taking(Pair))["properties"]["x"]
    assert (written["type"], written["minItems"], written["maxItems"]) == ("array", 1, 2)
    assert run(taking(Pair), {"x": [1]}) == Pair(1, "r")


def test_annotations_that_are_text_are_resolved() -> None:
    schema = schema_of(later.paint)
    assert schema["properties"] == {
        "colour": {"type": "string", "enum": ["red", "blue"], "description": "A colour."},
        "size": described(oneOf=[{"type": "string", "enum": ["s", "l"]}, {"type": "null"}]),
        "mode": described(type="string", enum=["fast", "slow"]),
    }
    assert schema["required"] == ["colour"]


def test_nested_classes_stand_where_they_are_used() -> None:
    schema = schema_of(later.register)
    address = {
        "type": "object",
        "description": "Where somebody lives.",
        "properties": {
            "street": {"type": "string", "description": "Street and number."},
            "zip_code": {"type": ["string", "null"], "default": None},
        },
        "required": ["street"],
    }
    assert schema["properties"]["person"] == {
        "type": "object",
        "description": "Somebody.",
        "properties": {
            "name": {"type": "string"},
            "title": {"type": "string", "default": "none"},
            "addresses": {"type": "array", "items": address, "default": []},
        },
        "required": ["name"],
    }
    assert schema["properties"]["at"] == described(
        type="object",
        properties={
            "x": {"type": "integer"},
            "y": {"type": "number", "default": 0.5},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        required=["x"],
    )
    options = schema["properties"]["options"]
    assert options["properties"]["colour"] == {"type": "string", "enum": ["red", "blue"], "description": "A colour."}
    assert options["required"] == ["depth"]
    # Only what refers to itself stays a definition.
    assert schema["$defs"].keys() == {"Node"}
    assert schema["required"] == ["person", "at", "options"]


def test_classes_of_one_name_are_told_apart() -> None:
    def other() -> Any:
        class Node(BaseModel):
            number: int
            next: list[Node] = []

        Node.model_rebuild(_types_namespace={"Node": Node})
        return Node

    def f(one: Any, two: Any) -> None: ...

    f.__annotations__ = {"one": later.Node, "two": other()}
    schema = schema_of(f)
    assert len(schema["$defs"]) == 2
    assert {tuple(definition["properties"]) for definition in schema["$defs"].values()} == {
        ("label", "children"),
        ("number", "next"),
    }


def test_a_shared_class_is_defined_once_and_a_shared_enum_is_written_out() -> None:
    def f(sender: later.Person, receiver: later.Person, ink: later.Colour, paper: later.Colour) -> None: ...

    schema = schema_of(f)
    assert schema["$defs"].keys() == {"Person"}
    assert schema["properties"]["sender"] == {"$ref": "#/$defs/Person", "description": NO_DESCRIPTION}
    assert schema["properties"]["ink"] == schema["properties"]["paper"]
    assert schema["properties"]["ink"]["enum"] == ["red", "blue"]


def test_the_schema_stays_small_where_classes_share_classes() -> None:
    model: Any = later.Address
    for level in range(20):
        model = type(f"Level{level}", (BaseModel,), {"__annotations__": {"left": model, "right": model}})
    assert len(str(schema_of(taking(model)))) < 10_000


def test_fields_may_have_any_name() -> None:
    def f(title: str, properties: int, schema: int, model_config: int, json: int, self_: int) -> None: ...

    assert list(schema_of(f)["properties"]) == ["title", "properties", "schema", "model_config", "json", "self_"]

    class Book(BaseModel):
        title: str
        items: list[str] = []

    assert list(schema_of(taking(Book))["properties"]["x"]["properties"]) == ["title", "items"]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]


def test_classes_told_apart_by_a_field_are_choices() -> None:
    animal = Annotated[Union[Cat, Dog], Field(discriminator="kind")]  # noqa: UP007
    written = schema_of(taking(animal))["properties"]["x"]
    assert written.keys() == {"oneOf", "description"}
    assert [list(choice["properties"]) for choice in written["oneOf"]] == [["kind", "lives"], ["kind"]]
    assert run(taking(animal), {"x": {"kind": "dog"}}) == Dog(kind="dog")


def test_defaults_of_pydantic_fields_count() -> None:
    def f(a: int = Field(3, ge=1, description="An a."), *, b: Annotated[list[int], Field(default_factory=list)]) -> Any:
        return a, b

    schema = schema_of(f)
    assert schema["properties"]["a"] == {"type": "integer", "minimum": 1, "default": 3, "description": "An a."}
    assert schema["required"] == []
    assert run(f, {}) == (3, [])
    assert run(f, {"a": "5", "b": [1]}) == (5, [1])


def test_defaults_that_are_no_json_are_left_out() -> None:
    class Box(BaseModel):
        content: Any = object()

    assert schema_of(taking(Box))["properties"]["x"]["properties"] == {"content": {}}


def test_more_arguments_by_position_and_by_name() -> None:
    def f(first: str, *rest: int, **options: bool) -> Any:
        return first, rest, options

    schema = schema_of(f)
    assert schema["properties"]["rest"] == described(type="array", items={"type": "integer"})
    assert schema["additionalProperties"] == described(type="boolean")
    assert schema["required"] == ["first"]

    def g(*rest, **options):  # type: ignore[no-untyped-def]
        return rest, options

    assert schema_of(g) == {
        "type": "object",
        "properties": {"rest": described(type="array", items={"type": "string"})},
        "required": [],
    }


FUNCTIONS: list[tuple[Callable[..., Any], str, str, list[str], list[str]]] = [
    (later.Weather("Ulm"), "Weather", "Forecasts.", ["day", "unit"], ["day"]),
    (later.Weather("Ulm").at, "at", "Looks at an hour.", ["hour"], ["hour"]),
    (later.Weather.units, "units", "Lists the units.", ["long"], []),
    (later.Weather.shift, "shift", "Shifts.", ["by"], ["by"]),
    (functools.partial(later.Weather("Ulm"), unit="f"), "Weather", "Forecasts.", ["day"], ["day"]),
    (functools.partial(later.paint, later.Colour.RED), "paint", "Paints.", ["size", "mode"], []),
    (functools.partial(functools.partial(later.paint, size=None), mode="slow"), "paint", "Paints.", ["colour"], ["colour"]),
    (functools.lru_cache(later.limited), "limited", "Counts.", ["count"], ["count"]),
    (len, "len", "Return the number of items in a container.", ["obj"], ["obj"]),
]


@pytest.mark.parametrize(("function", "name", "description", "properties", "required"), FUNCTIONS)
def test_every_kind_of_callable_is_described(
    function: Callable[..., Any], name: str, description: str, properties: list[str], required: list[str]
) -> None:
    spec = describe_function(function)
    assert (spec.name, spec.description) == (name, description)
    assert (list(spec.schema["properties"]), spec.schema["required"]) == (properties, required)


def test_a_lambda_needs_a_name() -> None:
    function: Any = lambda: 0  # noqa: E731
    with pytest.raises(ValueError, match=r"a lambda has no name: .* set __name__"):
        describe_function(function)
    function.__name__ = "zero"
    assert describe_function(function).name == "zero"


def test_a_partial_may_be_named_anew() -> None:
    fixed = functools.partial(later.limited)
    fixed.__name__ = "counted"  # type: ignore[attr-defined]
    fixed.__doc__ = "Counts anew."
    spec = describe_function(fixed)
    assert (spec.name, spec.description) == ("counted", "Counts anew.")


@pytest.mark.parametrize("name", ["größe", "a b", "x" * 65, ""])
def test_a_name_that_services_do_not_take_is_refused(name: str) -> None:
    def f() -> None: ...

    f.__name__ = name
    with pytest.raises(ValueError, match="cannot be the name of a function tool"):
        describe_function(f)


def test_a_decorated_function_is_described_by_what_it_wraps() -> None:
    @functools.wraps(later.register)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return later.register(*args, **kwargs)

    assert schema_of(wrapper) == schema_of(later.register)


class Opaque:
    """Pydantic knows nothing of it."""


REFUSED: list[tuple[Any, str]] = [
    (Opaque, "Opaque"),
    (list[Opaque], "Opaque"),
    (Opaque | None, "Opaque"),
    (Callable[[int], int], "Callable"),
    (5, "5"),
]


@pytest.mark.parametrize(("annotation", "reason"), REFUSED, ids=[str(row[0]) for row in REFUSED])
def test_what_cannot_be_described_is_refused(annotation: Any, reason: str) -> None:
    with pytest.raises(
        TypeError, match=rf"^f\(\): parameter 'x' has a type that cannot be described .*{reason}.* or Any"
    ) as caught:
        describe_function(taking(annotation))
    assert "arbitrary_types_allowed" not in str(caught.value)


def test_an_unknown_name_is_refused_and_a_return_type_does_not_matter() -> None:
    with pytest.raises(
        TypeError, match=r"unresolved_parameter\(\): the annotation 'Decimal' of parameter 'price' cannot be resolved"
    ):
        describe_function(later.unresolved_parameter)
    assert list(describe_function(later.unresolved_return).schema["properties"]) == ["x"]
    with pytest.raises(TypeError, match=r"f\(\): the annotation .* of parameter 'x' cannot be resolved: SyntaxError"):
        describe_function(taking("list["))


def test_what_has_no_signature_is_refused() -> None:
    with pytest.raises(TypeError, match=r"the parameters of dict\(\) cannot be read"):
        describe_function(dict)
    with pytest.raises(TypeError, match="a function tool takes functions, not int: 5"):
        describe_function(5)  # type: ignore[arg-type]


def test_a_default_of_none_does_not_change_the_type() -> None:
    assert schema_of(taking(int, None)) == {"type": "object", "properties": {"x": described(type="integer")}, "required": []}
