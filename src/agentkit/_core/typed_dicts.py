"""Typed dictionaries of the standard library: before Python 3.12 pydantic reads those of typing_extensions alone."""

from __future__ import annotations

import sys
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from typing_extensions import NotRequired, Required, TypedDict, get_type_hints, is_typeddict

__all__ = ["with_readable_dicts"]

_MARKS = (Required, NotRequired)


def with_readable_dicts(annotation: Any, within: tuple[Any, ...] = ()) -> Any:
    """The annotation with every typed dictionary in it as one that pydantic reads; the same object where there is none.

    One that cannot be made anew, since it holds itself or a name that is unknown, stays as it is, for pydantic to refuse.

    :param annotation: any annotation.
    :param within: the typed dictionaries that it stands in.
    """
    if sys.version_info >= (3, 12):
        return annotation
    if is_typeddict(annotation):
        is_readable = type(annotation).__module__ != "typing" or annotation in within
        return annotation if is_readable else _made_anew(annotation, (*within, annotation))
    arguments = get_args(annotation)
    readable = tuple(with_readable_dicts(argument, within) for argument in arguments)
    if all(new is old for new, old in zip(readable, arguments, strict=True)):
        return annotation
    origin: Any = get_origin(annotation)
    form: Any = Annotated if origin is Annotated else Union if origin in (Union, UnionType) else origin
    return form[readable]


def _made_anew(typed_dict: Any, within: tuple[Any, ...]) -> Any:
    try:
        hints = get_type_hints(typed_dict, include_extras=True)
    except NameError:
        return typed_dict
    fields: dict[str, Any] = {}
    for name, hint in hints.items():
        mark: Any = get_origin(hint)
        if mark in _MARKS:
            (hint,) = get_args(hint)
        else:
            mark = Required if name in typed_dict.__required_keys__ else NotRequired
        fields[name] = mark[with_readable_dicts(hint, within)]
    made: Any = TypedDict(typed_dict.__name__, fields)  # type: ignore[misc]
    made.__doc__, made.__module__ = typed_dict.__doc__, typed_dict.__module__
    return made
