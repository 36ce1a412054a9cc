"""What a callable is called, what it says of itself, and which parameters it takes, with their annotations resolved."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import CodeType
from typing import Any, get_type_hints

__all__ = ["SignatureParameter", "documentation", "given_keywords", "is_async", "name_of", "parameters_of"]

# What services accept as the name of a function.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class SignatureParameter:
    """A parameter that a caller can give.

    ``annotation`` and ``default`` are :data:`inspect.Parameter.empty` where there is none.
    """

    name: str
    kind: Any
    annotation: Any
    default: Any


def name_of(function: Callable[..., Any]) -> str:
    """The name by which a model calls the function.

    It is the function's own; of a partial that of what it calls; of an object with ``__call__`` that of its class. A ``__name__`` that
    was set on a partial or an object counts first.

    :raises ValueError: services take no such name, as that of a lambda.
    """
    name = getattr(function, "__name__", None)
    if name is None:
        called = function.func if isinstance(function, functools.partial) else type(function)
        return name_of(called)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        what = "a lambda has no name" if name == "<lambda>" else f"{name!r} cannot be the name of a function tool"
        raise ValueError(
            f"{what}: a model calls a function by 1 to 64 letters of the alphabet, digits, '_' and '-'; "
            f"write it with def under such a name, or set __name__"
        )
    return name


def documentation(function: Callable[..., Any]) -> str:
    """The docstring without its indentation; empty where there is none. A partial has that of what it calls."""
    if isinstance(function, functools.partial):
        return inspect.cleandoc(vars(function).get("__doc__") or documentation(function.func))
    if inspect.isroutine(function) or inspect.isclass(function):
        return inspect.getdoc(function) or ""
    # The class of an object says what the object is, its __call__ says what a call does.
    return inspect.getdoc(type(function).__call__) or inspect.getdoc(function) or ""


def is_async(function: Callable[..., Any]) -> bool:
    """Whether a call gives a coroutine; of a function that only returns one, it cannot be known before the call."""
    called = function
    while isinstance(called, functools.partial):
        called = called.func
    if not inspect.isroutine(called) and not inspect.isclass(called):
        called = type(called).__call__
    return inspect.iscoroutinefunction(called)


def parameters_of(name: str, function: Callable[..., Any]) -> list[SignatureParameter]:
    """The parameters of a function, in their order, but for those that a partial has given already.

    :param name: the function's name, for errors.
    :param function: any callable.
    :raises TypeError: the function has no signature, or an annotation cannot be resolved.
    """
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError) as error:
        raise TypeError(
            f"the parameters of {name}() cannot be read: {error}; wrap it in a function that is written with def"
        ) from error
    given = given_keywords(function)
    origin = _origin(function)
    return [
        SignatureParameter(p.name, p.kind, _resolved(name, p.name, p.annotation, origin), p.default)
        for p in signature.parameters.values()
        if p.name not in given
    ]


def given_keywords(function: Callable[..., Any]) -> frozenset[str]:
    """The keywords that a partial has given: they are the program's, and a model neither sees nor changes them."""
    given: set[str] = set()
    while isinstance(function, functools.partial):
        given.update(function.keywords)
        function = function.func
    return frozenset(given)


def _origin(function: Any) -> Any:
    """The function in whose module the annotations were written: below partials, methods, decorators and objects."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif inspect.isroutine(function) or inspect.isclass(function):
            return function
        else:
            function = type(function).__call__


def _resolved(function: str, parameter: str, annotation: Any, origin: Any) -> Any:
    """The annotation with all text in it turned into types.

    Each annotation is resolved by itself: what is unknown in another one, or in the return type, does no harm.
    """
    if annotation is inspect.Parameter.empty:
        return annotation

    def holder() -> None: ...

    holder.__annotations__ = {parameter: annotation}
    holder.__type_params__ = getattr(origin, "__type_params__", ())  # type: ignore[attr-defined]
    try:
        return get_type_hints(holder, globalns=_names_around(origin), include_extras=True)[parameter]
    except NameError as error:
        raise TypeError(
            f"{function}(): the annotation {annotation!r} of parameter {parameter!r} cannot be resolved: {error}. "
            "Define or import that name at the top level of the function's module, and not for type checkers only"
        ) from error
    except Exception as error:
        raise TypeError(
            f"{function}(): the annotation {annotation!r} of parameter {parameter!r} cannot be resolved: "
            f"{type(error).__name__}: {error}"
        ) from error


def _names_around(origin: Any) -> dict[str, Any]:
    """The names of the module that a function or a class was written in, and of the functions around it, as far as they are known."""
    names: Mapping[str, Any] | None = getattr(origin, "__globals__", None)
    if names is None:
        names = vars(sys.modules.get(getattr(origin, "__module__", None) or "builtins", sys))
    return {**names, **_local_names(origin)}


def _local_names(origin: Any) -> dict[str, Any]:
    """The names of the functions that a function was written in: of those that still run, and what it holds of those that do not.

    A function that is made a tool where it is written may take classes that are written there too.
    """
    code = getattr(origin, "__code__", None)
    if not isinstance(code, CodeType) or "<locals>" not in origin.__qualname__:
        return {}
    names: dict[str, Any] = {}
    frame = inspect.currentframe()
    while frame is not None:
        if _is_within(code, frame.f_code):
            names = {**frame.f_locals, **names}  # the inner function's names count before the outer's
        frame = frame.f_back
    for name, cell in zip(code.co_freevars, getattr(origin, "__closure__", None) or (), strict=False):
        with suppress(ValueError):  # it gets its value later
            names[name] = cell.cell_contents
    return names


def _is_within(code: CodeType, other: CodeType) -> bool:
    """Whether code was written inside other code, at any depth."""
    return any(inner is code or _is_within(code, inner) for inner in other.co_consts if isinstance(inner, CodeType))
