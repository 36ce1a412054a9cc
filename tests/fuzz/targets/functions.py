"""Functions with the annotations that the functions of the other tests do not have. They give back what they are given."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AnyUrl, Base64Bytes, Field, SecretStr

from tools.later_functions import Address, Point

__all__ = ["every_kind", "spread"]


def every_kind(
    day: date,
    moment: datetime,
    at: time,
    span: timedelta,
    price: Decimal,
    key: UUID,
    place: PurePosixPath,
    address: IPv4Address,
    raw: Base64Bytes,
    few: set[int],
    fixed: tuple[int, str],
    many: tuple[int, ...],
    table: dict[int, list[float]],
    choice: Literal["a", 3],
    pattern: Annotated[str, Field(pattern="^(a|b)+$", min_length=2)],
    deep: list[list[dict[str, list[str | None]]]],
    secret: SecretStr,
    url: AnyUrl,
    union: Point | Address | int | None = None,
    number: Annotated[float, Field(gt=0, multiple_of=0.5)] = 1,
) -> dict[str, Any]:
    """Takes a value of every kind."""
    return locals()


def spread(a: int, /, *rest: int, b: str = "", **more: float) -> list[Any]:
    """Takes values by position, any number of them, and by any name."""
    return [a, rest, b, more]
