"""Functions as tools: described to a model, and run here when it calls them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._core.function_schema import FunctionSpec, describe_function
from .._core.functions import FailureText, FunctionOutcome, PlannedCall, plan_call
from .._core.runloop import function_names
from .._generated.models.tools import FunctionDefinition, FunctionToolDefinition, ToolResources
from ._base import Tool
from ._keywords import telling_of_later_forms
from ._runner import run_call, run_call_async

if TYPE_CHECKING:
    from .._generated.models.runs import RequiredFunctionToolCall

__all__ = ["AsyncFunctionTool", "BaseFunctionTool", "FunctionTool"]


class BaseFunctionTool(Tool[FunctionToolDefinition]):
    """What the sync and the async function tool share: functions by name, and their definitions.

    A definition is made of the function's name, the first line of its docstring, and its type hints; the text of each parameter comes
    from a pydantic ``Field`` or from the docstring, in Sphinx, Google or NumPy style.

    :param functions: the functions, in the order of their definitions.
    :raises TypeError: it is no iterable of callables, or a parameter has a type that cannot be described to a model.
    :raises ValueError: two different functions have one name, or a name is none that services take.
    """

    @telling_of_later_forms
    def __init__(self, functions: Iterable[Callable[..., Any]]) -> None:
        self._specs: dict[str, FunctionSpec] = {}
        self._definitions: dict[str, FunctionToolDefinition] = {}
        self.add_functions(functions)

    def add_functions(self, extra_functions: Iterable[Callable[..., Any]]) -> None:
        """Add functions; one of a name that is there already takes its place.

        :param extra_functions: the functions.
        :raises TypeError: it is no iterable of callables, or a parameter has a type that cannot be described to a model.
        :raises ValueError: two different functions among them have one name, or a name is none that services take.
        """
        # All are read before any is added, so that a mistake in one leaves the tool as it was.
        added = _described(type(self).__name__, extra_functions)
        for name, spec in added.items():
            self._specs[name] = spec
            self._definitions[name] = FunctionToolDefinition(
                function=FunctionDefinition(name=name, description=spec.description, parameters=spec.schema)
            )

    @property
    def definitions(self) -> list[FunctionToolDefinition]:
        """One function definition for each function."""
        return list(self._definitions.values())

    @property
    def resources(self) -> ToolResources:
        """No resources."""
        return ToolResources()

    def find(self, name: str) -> FunctionSpec | None:
        """The function of a name.

        :param name: the name by which a model calls it.
        :return: the function and its description; None where there is none of that name.
        """
        return self._specs.get(name)

    def serves(self, name: str) -> bool:
        """Whether calls of a name are answered here.

        :param name: the name by which a model calls a function.
        """
        return name in self._specs or (self._runs_itself and name in function_names(self.definitions))

    def plan(self, tool_call: Any) -> PlannedCall:
        """Decide on a call without running it: which function it is, and with which arguments. Never raises.

        :param tool_call: the call as a run asks for it.
        :return: the call, ready to be run, or with the error that keeps it from that.
        """
        plan = plan_call(tool_call, self.find, tuple(self._specs))
        if self._runs_itself:
            return dataclasses.replace(plan, function=self.execute, args=(tool_call,), kwargs={}, error=None)
        return plan

    @property
    def _runs_itself(self) -> bool:
        """Whether a subclass, or a test's double, has its own way of running a call: then that is what runs."""
        return getattr(self.execute, "__func__", None) not in _OWN_EXECUTES

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._specs)})"


class FunctionTool(BaseFunctionTool):
    """Lets an agent call functions of this program, in the sync client. An async function among them is run to its end.

    :param functions: the functions: any iterable of callables.
    """

    def execute(self, tool_call: RequiredFunctionToolCall) -> Any:
        """Run a call.

        :param tool_call: the call as a run asks for it.
        :return: what the function returned; where the call failed in any way, the JSON text ``{"error": ...}``. Nothing is raised.
        """
        return _value_or_text(run_call(plan_call(tool_call, self.find, tuple(self._specs))))


class AsyncFunctionTool(BaseFunctionTool):
    """Lets an agent call functions of this program, in the async client. Coroutine functions are awaited.

    :param functions: the functions, async or not: any iterable of callables.
    """

    async def execute(self, tool_call: RequiredFunctionToolCall) -> Any:
        """Run a call.

        :param tool_call: the call as a run asks for it.
        :return: what the function returned; where the call failed in any way, the JSON text ``{"error": ...}``. Nothing is raised.
        """
        return _value_or_text(await run_call_async(plan_call(tool_call, self.find, tuple(self._specs))))


_OWN_EXECUTES = (FunctionTool.execute, AsyncFunctionTool.execute)


def _described(tool: str, functions: object) -> dict[str, FunctionSpec]:
    if callable(functions) and not isinstance(functions, Iterable):
        name = getattr(functions, "__name__", "function")
        raise TypeError(f"{tool}() takes an iterable of functions, not one function; write [{name}]")
    if isinstance(functions, (str, bytes, Mapping)) or not isinstance(functions, Iterable):
        raise TypeError(f"{tool}() takes an iterable of functions, such as a list, not {type(functions).__name__}")
    specs: dict[str, FunctionSpec] = {}
    for function in functions:
        spec = describe_function(function)
        other = specs.get(spec.name)
        if other is not None and other.function != function:
            raise ValueError(
                f"{tool}() got two different functions named {spec.name!r}: {_place(other.function)} and {_place(function)}; "
                "a model calls functions by name, so rename one"
            )
        specs[spec.name] = spec
    return specs


def _place(function: Callable[..., Any]) -> str:
    return f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', type(function).__name__)}"


def _value_or_text(outcome: FunctionOutcome) -> Any:
    return outcome.value if outcome.error is None else FailureText.of(outcome.output, outcome.error)
