"""Checks of what tools are made of, so that a mistake is told where it is made and not by a service later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["any_text", "at_least_one", "mapping", "text", "unique_ids"]


def text(tool: str, parameter: str, value: object) -> str:
    """A text that says something.

    :raises TypeError: it is no str; where it is an object with an id, the message says to pass that.
    :raises ValueError: it is blank.
    """
    checked = any_text(tool, parameter, value)
    if not checked.strip():
        raise ValueError(f"{tool}() needs {parameter}, which is {'blank' if checked else 'empty'} ({checked!r})")
    return checked


def any_text(tool: str, parameter: str, value: object) -> str:
    """A text, which may be empty.

    :raises TypeError: it is no str.
    """
    if not isinstance(value, str):
        hint = "; pass its id" if isinstance(getattr(value, "id", None), str) else ""
        raise TypeError(f"{tool}() takes {parameter} as a str, not {type(value).__name__}{hint}")
    return value


def at_least_one(tool: str, parameter: str, value: object, what: str) -> int:
    """A number from 1 up.

    :param what: what it counts, for the message.
    :raises TypeError: it is no whole number.
    :raises ValueError: it is below 1.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{tool}() takes {parameter} as a whole number of {what}, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{tool}() takes {parameter} as a number of {what} from 1 up, not {value}")
    return value


def mapping(tool: str, parameter: str, value: object, form: str) -> Mapping[str, Any]:
    """A JSON object.

    :param form: what it is, for the message.
    :raises TypeError: it is no mapping; of JSON text the message says to parse it.
    """
    if not isinstance(value, Mapping):
        hint = "; parse it first, as with json.loads()" if isinstance(value, (str, bytes)) else ""
        raise TypeError(f"{tool}() takes {parameter} as {form}, not {type(value).__name__}{hint}")
    return value


def unique_ids(tool: str, parameter: str, ids: Iterable[str] | None, what: str = "ids") -> dict[str, None]:
    """The ids without repetitions, in their order: a dict, since a set would lose it.

    :param what: what they are, for the message.
    :raises TypeError: it is one text in place of a list, no list at all, or holds something else than texts.
    """
    if isinstance(ids, str):
        raise TypeError(f"{tool}() takes {parameter} as a list of {what}, not one text; write [{ids!r}]")
    if ids is not None and not isinstance(ids, Iterable):
        raise TypeError(f"{tool}() takes {parameter} as a list of {what}, not {type(ids).__name__}")
    return dict.fromkeys(any_text(tool, parameter, one) for one in ids or ())
