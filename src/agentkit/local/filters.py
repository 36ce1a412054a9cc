"""Filters over the attributes of files, as searches of vector stores take them. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["matches"]

_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def matches(wanted: Mapping[str, Any], attributes: Mapping[str, Any]) -> bool:
    """Whether attributes pass a filter.

    A file without the attribute passes ``ne`` and ``nin`` and nothing else. Values of different kinds, such as a text and a number,
    are unequal and in no order.

    :param wanted: A comparison with ``type``, ``key`` and ``value``, or ``and`` or ``or`` with ``filters``.
    :param attributes: The attributes of one file.
    """
    kind = wanted["type"]
    if kind in ("and", "or"):
        passed = (matches(one, attributes) for one in wanted["filters"])
        return all(passed) if kind == "and" else any(passed)
    known, value = attributes.get(wanted["key"]), wanted["value"]
    if kind in ("eq", "ne"):
        return _equal(known, value) is (kind == "eq")
    if kind in ("in", "nin"):
        return any(_equal(known, one) for one in value) is (kind == "in")
    return _comparable(known, value) and _ORDERED[kind](known, value)


def _equal(one: Any, other: Any) -> bool:
    # To Python true is 1; to a filter it is not.
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _comparable(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    return (isinstance(one, str) and isinstance(other, str)) or (
        isinstance(one, int | float) and isinstance(other, int | float)
    )
