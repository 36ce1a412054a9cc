"""A span for each call of a function of one's own."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, overload

from ._facts import as_text
from .agents._instrumentor import is_content_recorded

__all__ = ["trace_function"]

_log = logging.getLogger("agentkit")

F = TypeVar("F", bound=Callable[..., Any])

_PLAIN = (str, int, float, bool)
_COLLECTIONS = (list, dict, tuple, set)


@overload
def trace_function(span_name: F) -> F: ...


@overload
def trace_function(span_name: str | None = None) -> Callable[[F], F]: ...


def trace_function(span_name: Any = None) -> Any:
    """Make a span of each call of a function, sync or async, with its parameters and what it returns.

    They become the attributes ``code.function.parameter.<name>`` and ``code.function.return.value`` where they are texts, numbers,
    truth values, or lists, tuples, sets and dicts of these; sets, dicts and what is nested are written as text, and other objects are
    left out. The words of an exception and its traceback are written where content is recorded, its type always. Without OpenTelemetry
    the function is called as it is.

    :param span_name: the name of the span, by default that of the function. The decorator may also stand without parentheses.
    :return: the decorator, or the decorated function.
    """
    if callable(span_name):
        return _traced(span_name, None)
    if span_name is not None and not isinstance(span_name, str):
        raise TypeError(f"trace_function() takes as span_name a text, not {type(span_name).__name__}")
    return lambda function: _traced(function, span_name)


def _traced(function: Callable[..., Any], span_name: str | None) -> Callable[..., Any]:
    name = str(span_name or getattr(function, "__name__", type(function).__name__))
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with _span(name) as span:
                _tell_parameters(span, function, args, kwargs)
                return _told_value(span, await function(*args, **kwargs))

        return awaited

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        with _span(name) as span:
            _tell_parameters(span, function, args, kwargs)
            return _told_value(span, function(*args, **kwargs))

    return called


@contextmanager
def _span(name: str) -> Iterator[Any]:
    """The span of one call; None where there is no OpenTelemetry, or where it fails."""
    opened = _opened(name)
    if opened is None:
        yield None
        return
    context, span, token = opened
    try:
        yield span
    except Exception as error:
        _quietly(_tell_error, span, error)
        raise
    finally:
        _quietly(context.detach, token)
        _quietly(span.end)


def _opened(name: str) -> Any:
    try:
        from opentelemetry import context, trace
    except ModuleNotFoundError:
        return None

    def opened() -> Any:
        span = trace.get_tracer("agentkit").start_span(name)
        return context, span, context.attach(trace.set_span_in_context(span))

    return _quietly(opened)


def _tell_error(span: Any, error: Exception) -> None:
    from opentelemetry.trace import StatusCode

    content = is_content_recorded()
    if content:
        span.record_exception(error)
    span.set_attribute("error.type", type(error).__qualname__)
    # The words of an error, and the lines of its traceback, may quote what was said.
    span.set_status(StatusCode.ERROR, str(error) if content else None)


def _tell_parameters(span: Any, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    if span is not None:
        _quietly(lambda: span.set_attributes(_parameters(function, args, kwargs)))


def _told_value(span: Any, value: Any) -> Any:
    if span is not None:
        _quietly(lambda: span.set_attributes(_attribute("code.function.return.value", value)))
    return value


def _parameters(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call as attributes; of a call that does not fit the function, none."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return {}
    bound.apply_defaults()
    attributes: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        attributes.update(_attribute(f"code.function.parameter.{name}", value))
    return attributes


def _attribute(name: str, value: Any) -> dict[str, Any]:
    """A value as attribute; nothing where it cannot be one."""
    if isinstance(value, _PLAIN):
        return {name: _simple(value)}
    if not isinstance(value, _COLLECTIONS):
        return {}
    told = _simple(value)
    is_nested = isinstance(told, (dict, set)) or any(isinstance(item, _COLLECTIONS) for item in told)
    return {name: str(told) if is_nested or len({type(item) for item in told}) > 1 else told}


def _simple(value: Any) -> Any:
    """A collection without what is no text, number, truth value or collection."""
    if isinstance(value, dict):
        return {key: _simple(item) for key, item in value.items() if isinstance(item, (*_PLAIN, *_COLLECTIONS))}
    if isinstance(value, (list, tuple)):
        kept = [_simple(item) for item in value if isinstance(item, (*_PLAIN, *_COLLECTIONS))]
        return kept if isinstance(value, list) else tuple(kept)
    if isinstance(value, set):
        return {_simple(item) for item in value if isinstance(item, (*_PLAIN, tuple))}
    return as_text(value) if isinstance(value, str) else value


def _quietly(work: Callable[..., Any], *args: Any) -> Any:
    """What the instrumentation answers; None where it fails, which is no matter of the function's."""
    try:
        return work(*args)
    except Exception as error:  # noqa: BLE001  (as said)
        _log.debug("a call could not be traced: %r", error, exc_info=True)
        return None
