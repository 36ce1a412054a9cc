"""What a client remembers of its own calls, so that functions run where they belong and are not run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakValueDictionary

from .._core.runloop import MAX_ERROR_ROUNDS, check_rounds, function_names
from ._named_agents import NamedAgents

if TYPE_CHECKING:
    from ..tools import AsyncFunctionTool, AsyncToolSet
    from ._driver import RunDriver
    from ._pipeline import Pipeline

__all__ = ["Memory"]

R = TypeVar("R")


class KnownAgent(NamedTuple):
    """An agent that this client made: the tools that came with it, and the names of all its functions."""

    toolset: Any
    functions: tuple[str, ...]


class Memory(NamedAgents):
    """Operations that remember the tools of the agents that were made with them."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self._known_agents: dict[str, KnownAgent] = {}
        self._drivers: WeakValueDictionary[str, RunDriver] = WeakValueDictionary()
        self._auto_functions: Any = None
        self._max_retry = MAX_ERROR_ROUNDS

    def enable_auto_function_calls(
        self,
        tools: Any = None,
        max_retry: int = MAX_ERROR_ROUNDS,
        *,
        functions: Iterable[Callable[..., Any]] | None = None,
        function_tool: AsyncFunctionTool | None = None,
        toolset: AsyncToolSet | None = None,
    ) -> None:
        """Let the runs of this client call functions of this program, whichever agent they are of.

        What was enabled before is replaced. The tools of a call come before these, and so do those that an agent was made with.

        :param tools: functions, a function tool or a set of tools.
        :param max_retry: so many rounds of a run in which a call failed are answered; the next one cancels the run.
        :keyword functions: functions, in any iterable; comes before the next two.
        :keyword function_tool: a function tool; comes before the next.
        :keyword toolset: a set of tools that holds a function tool.
        :raises TypeError: what was given holds no functions, or ``max_retry`` is no number.
        :raises ValueError: the set of tools holds no function tool, two functions have one name, or ``max_retry`` is negative.
        """
        rounds = check_rounds("enable_auto_function_calls", max_retry)
        given = next((source for source in (tools, functions, function_tool, toolset) if source is not None), None)
        if given is not None:
            from ..tools import AsyncFunctionTool
            from ..tools._lookup import functions_from

            self._auto_functions = functions_from("enable_auto_function_calls", given, AsyncFunctionTool)
        self._max_retry = rounds

    def _agent_made(self, agent: R, toolset: Any) -> R:
        """Note the tools that an agent was made with, or was given by an update; an update without any leaves them.

        Of an agent without tools nothing is noted: a client that makes such agents for ever, and has others delete them, does not grow.
        """
        made: Any = agent
        if isinstance(getattr(made, "id", None), str):
            known = self._known_agents.get(made.id)
            kept = toolset if toolset is not None or known is None else known.toolset
            functions = function_names(made.tools)
            if kept is None and not functions:
                self._known_agents.pop(made.id, None)
            else:
                self._known_agents[made.id] = KnownAgent(kept, functions)
        return agent

    def _agent_gone(self, status: R) -> R:
        """Forget the tools of an agent that was deleted."""
        self._known_agents.pop(getattr(status, "id", None) or "", None)
        return status

    def _run_answered(self, answer: R, thread_id: str, run_id: str) -> R:
        """Note that the caller answered or cancelled a run, so that its stream does not do so too."""
        driver = self._drivers.get(run_id)
        if driver is not None:
            driver.answered_by_caller = True
        return answer

    def _levels(self, agent_id: str | None, toolset: Any) -> list[Any]:
        """Where the functions of a run are looked up, the nearest first."""
        known = self._known_agents.get(agent_id or "")
        return [toolset, None if known is None else known.toolset, self._auto_functions]
