"""What the tests of tools share: calls as a run asks for them, functions of given signatures, checked schemas."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agentkit._core.function_schema import describe_function
from agentkit._core.functions import FunctionOutcome, PlannedCall, bind_arguments
from agentkit.models import RequiredFunctionToolCall, RequiredFunctionToolCallDetails
from agentkit.tools import FunctionTool
from agentkit.tools._runner import run_calls, run_calls_async

Run = Callable[..., list[FunctionOutcome]]


def call(name: str, arguments: Any = None, call_id: str = "call_1") -> RequiredFunctionToolCall:
    """A call; arguments that are no text are written as JSON."""
    text = arguments if isinstance(arguments, str) else json.dumps({} if arguments is None else arguments)
    return RequiredFunctionToolCall(id=call_id, function=RequiredFunctionToolCallDetails(name=name, arguments=text))


def taking(annotation: Any, default: Any = inspect.Parameter.empty) -> Callable[..., Any]:
    """A function of one parameter ``x`` that returns its value."""

    def f(**given: Any) -> Any:
        return given.get("x", default)

    parameter = inspect.Parameter("x", inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
    f.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return f


def schema_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The schema of a function's arguments, after a check that it is a schema."""
    schema = describe_function(function).schema
    Draft202012Validator.check_schema(schema)
    return schema


def run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """What the function returns for JSON arguments."""
    args, kwargs = bind_arguments(describe_function(function), arguments)
    return function(*args, **kwargs)


def plan_of(function: Callable[..., Any], **arguments: Any) -> PlannedCall:
    """The planned call of any function."""
    return FunctionTool([function]).plan(call(getattr(function, "__name__", type(function).__name__), arguments))


def run_sync(plans: Sequence[PlannedCall], **options: Any) -> list[FunctionOutcome]:
    """As the sync client runs calls."""
    return run_calls(plans, **options)


def run_async(plans: Sequence[PlannedCall], **options: Any) -> list[FunctionOutcome]:
    """As the async client runs calls."""
    return asyncio.run(run_calls_async(plans, **options))


both = pytest.mark.parametrize("run", [run_sync, run_async])
