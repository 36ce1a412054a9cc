"""Functions whose annotations are text at run time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field
from typing_extensions import NotRequired, TypedDict

if TYPE_CHECKING:
    from decimal import Decimal


class Colour(Enum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


class Size(str, Enum):
    SMALL = "s"
    LARGE = "l"


class Address(BaseModel):
    """Where somebody lives."""

    street: str = Field(description="Street and number.")
    zip_code: str | None = None


class Person(BaseModel):
    """Somebody."""

    name: str
    title: str = "none"
    addresses: list[Address] = []


class Node(BaseModel):
    """A node of a tree."""

    label: str
    children: list[Node] = []


@dataclass
class Point:
    x: int
    y: float = 0.5
    tags: list[str] = field(default_factory=list)


class Options(TypedDict):
    depth: int
    colour: NotRequired[Colour]


def paint(colour: Colour, size: Size | None = None, mode: Literal["fast", "slow"] = "fast") -> tuple[Any, ...]:
    """Paints."""
    return colour, size, mode


def register(person: Person, at: Point, options: Options, tree: Node | None = None) -> tuple[Any, ...]:
    """Registers somebody."""
    return person, at, options, tree


def limited(count: Annotated[int, Field(ge=1, le=5, description="How many, 1 to 5.")]) -> int:
    """Counts.

    :param count: not this text
    """
    return count


def unresolved_return(x: int) -> Decimal:
    """The type of what it returns is known to type checkers only."""
    raise ArithmeticError(x)


def unresolved_parameter(x: int, price: Decimal) -> None:
    """The type of a parameter is known to type checkers only."""


class Weather:
    """The weather service."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __call__(self, day: int, unit: Literal["c", "f"] = "c") -> str:
        """Forecasts.

        :param day: Which day.
        """
        return f"{self.place} {day} {unit}"

    def at(self, hour: int) -> str:
        """Looks at an hour."""
        return f"{self.place} {hour}"

    @classmethod
    def units(cls, long: bool = False) -> list[str]:
        """Lists the units."""
        return ["celsius", "fahrenheit"] if long else ["c", "f"]

    @staticmethod
    def shift(by: float) -> float:
        """Shifts."""
        return by + 1
