"""Answers the function calls of one run: finds the functions, asks the caller's rule, runs them, counts what failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._core.runloop import HOW_TO_REGISTER, names_of_calls
from .._core.tool_settings import ToolSettings
from .._primitives import async_notify, async_result

if TYPE_CHECKING:
    from ..tools._lookup import Functions

__all__ = ["Answering"]

_log = logging.getLogger("agentkit")


class Answering:
    """Answers the function calls of one run.

    :param levels: tells where the functions of an agent are looked up, the nearest first; it is asked when calls are there.
    :param settings: how the calls are made.

    :ivar failed_rounds: so many rounds had a call that failed, was refused, or found no function.
    """

    def __init__(self, levels: Callable[[str | None], Sequence[Any]], settings: ToolSettings) -> None:
        self._levels = levels
        self._settings = settings
        self._answered: set[str] = set()
        self._told_missing: set[str] = set()
        self.failed_rounds = 0

    def finds_any(self, run: Any, calls: Sequence[Any]) -> bool:
        """Whether there is a function here for at least one of the calls."""
        functions = self._functions(run.agent_id)
        return any(map(functions.has, names_of_calls(calls)))

    def warn_early(self, agent_id: str | None, names: Sequence[str]) -> None:
        """Warn of functions that an agent may call and that are not here, before its run is started."""
        if names:
            functions = self._functions(agent_id)
            self._warn_missing(f"the agent {agent_id}", [name for name in names if not functions.has(name)], "may ask")

    def check_missing(self, run: Any, calls: Sequence[Any]) -> None:
        """Tell of functions that a run asks for and that are not here: by a warning, once each, or by an error where that was asked for.

        :raises ~agentkit.exceptions.MissingToolError: a function is not here, and ``on_missing_tool`` is ``raise``.
        """
        functions = self._functions(run.agent_id)
        missing = [name for name in names_of_calls(calls) if not functions.has(name)]
        if missing and self._settings.raises_missing:
            from ..exceptions import missing_tool

            raise missing_tool(run, tuple(missing), HOW_TO_REGISTER)
        self._warn_missing(f"the run {run.id}", missing, "asks")

    def change(self, settings: ToolSettings) -> None:
        """Make the calls that come from now on in another way.

        :param settings: how they are made.
        """
        self._settings = settings

    def saw(self, run: Any) -> None:
        """Take note of the run as it was just seen: once it has gone on, whatever it asks for is asked anew."""
        if str(run.status) != "requires_action":
            self._answered.clear()

    def note_answered(self, calls: Sequence[Any]) -> None:
        """Take note that the calls are answered, by whomever."""
        self._answered.update(call.id for call in calls)

    def is_answered(self, calls: Sequence[Any]) -> bool:
        """Whether the calls were answered just now: a look at the run may be older than the last submission."""
        return all(call.id in self._answered for call in calls)

    async def outputs(self, run: Any, calls: Sequence[Any]) -> list[dict[str, Any]]:
        """Make the calls of a round and return what is to be submitted, in their order. No failure of a function is raised.

        :raises TypeError: ``on_tool_call`` returned something else than None or a ``Refuse``.
        """
        from ..tools._gate import checked
        from ..tools._runner import run_calls_async

        settings = self._settings
        functions = self._functions(run.agent_id)
        plans = [replace(functions.plan(call), as_str=settings.tool_output == "str") for call in calls]
        if settings.on_tool_call is not None:
            for number, plan in enumerate(plans):
                if plan.error is None:
                    verdict = await async_result(settings.on_tool_call(plan.name, plan.arguments))
                    plans[number] = checked(plan, verdict)
        outcomes = await run_calls_async(
            plans, max_parallel=settings.max_parallel, in_thread=settings.in_thread, timeout=settings.tool_timeout
        )
        for outcome in outcomes:
            await async_notify(settings.on_tool_result, outcome)
        if not all(outcome.ok for outcome in outcomes):
            self.failed_rounds += 1
        self.note_answered(calls)
        return [outcome.as_tool_output() for outcome in outcomes]

    def _functions(self, agent_id: str | None) -> Functions:
        # Loaded here: most clients never meet a function call.
        from ..tools._lookup import Functions

        return Functions(self._levels(agent_id))

    def _warn_missing(self, who: str, names: Sequence[str], asks: str) -> None:
        untold = sorted(set(names) - self._told_missing)
        if untold:
            self._told_missing.update(untold)
            _log.warning(
                "%s %s for functions without an implementation here: %s. %s", who, asks, ", ".join(untold), HOW_TO_REGISTER
            )
