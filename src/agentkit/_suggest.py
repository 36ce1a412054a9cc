"""Errors for misspelt names that say which name was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any, TypeVar

__all__ = ["did_you_mean", "suggesting", "unknown_attribute", "unknown_keyword"]

T = TypeVar("T")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the known name that is closest to a misspelt one.

    :param name: The name as it was written. Case is ignored in the comparison.
    :param known: The names that would have been right.
    :return: ``" Did you mean 'x'?"`` with a leading blank, or ``""`` where nothing comes close.
    """
    from difflib import get_close_matches

    # Sorted, so that a set of names gives the same suggestion in every process.
    by_lower_case = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    close = get_close_matches(name.lower(), by_lower_case, n=1)
    return f" Did you mean {by_lower_case[close[0]]!r}?" if close else ""


def unknown_keyword(function: str, name: str, known: Iterable[str]) -> TypeError:
    """Make the error for a keyword argument that a function does not take.

    :param function: The function's name, without parentheses.
    :param name: The keyword as it was written.
    :param known: The keywords that the function takes.
    :return: The error, for the caller to raise.
    """
    return TypeError(_with_hint(f"{function}() got an unexpected keyword argument {name!r}", name, known))


def unknown_attribute(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """Make the error for an attribute that an object or a module does not have.

    :param owner: What was asked, in Python's words: ``"'AgentsOperations' object"`` or ``"module 'agentkit'"``.
    :param name: The attribute as it was written.
    :param known: The attributes that the owner has.
    :return: The error, for the caller to raise.
    """
    return AttributeError(_with_hint(f"{owner} has no attribute {name!r}", name, known))


def suggesting(dataclass: type[T]) -> type[T]:
    """Have a dataclass say, of a keyword that it does not take, which one was probably meant.

    :param dataclass: The class, which is changed.
    :return: The same class.
    """
    made: Any = dataclass.__init__
    fields: Any = vars(dataclass)["__dataclass_fields__"]
    known = [name for name, field in fields.items() if field.init]

    @wraps(made)
    def init(self: T, *values: Any, **keywords: Any) -> None:
        for keyword in keywords:
            if keyword not in known:
                raise unknown_keyword(dataclass.__name__, keyword, known)
        made(self, *values, **keywords)

    dataclass.__init__ = init  # type: ignore[method-assign, assignment]
    return dataclass


def _with_hint(message: str, name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known)
    return f"{message}.{hint}" if hint else message
