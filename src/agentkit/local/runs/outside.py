"""Carries out those calls of one run that are neither code nor file search, nor functions that its application answers."""

from __future__ import annotations

from collections.abc import Callable

from agentkit.local.models.base import ToolCall
from agentkit.local.runs.connected import Conduct, ConnectedAgents, nobody_answers
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.offline_tools import not_available
from agentkit.local.runs.openapi import call_api
from agentkit.local.runs.outcomes import CallOutcome, refusal
from agentkit.local.runs.tokens import total, usage
from agentkit.local.store import Document, Store

__all__ = ["OutsideTools"]


class OutsideTools:
    """Other agents, HTTP APIs of this machine, and the tools that can only say that they are not available.

    :param conduct: Works on the run of another agent.
    :param callers: The ids of the agents that wait for this run, the outermost first; none where it is a run of the application.
    """

    def __init__(self, store: Store, ledger: Ledger, conduct: Conduct, callers: tuple[str, ...]) -> None:
        self._agents = ConnectedAgents(store, ledger, conduct, callers)
        self._is_inner = bool(callers)
        self._usage = usage(0, 0)

    def takes(self, kind: str) -> bool:
        """Whether calls of a kind are carried out here; functions are, where no application answers them."""
        return kind not in ("code_interpreter", "file_search") and (kind != "function" or self._is_inner)

    def interrupt(self) -> None:
        """End what is being waited for."""
        self._agents.interrupt()

    def take_usage(self) -> dict[str, int]:
        """What other agents used up of tokens since this was last asked."""
        spent, self._usage = self._usage, usage(0, 0)
        return spent

    def execute(self, run: Document, call: ToolCall, tokens: int | None, abandoned: Callable[[], bool]) -> CallOutcome:
        """Carry out one call to its end.

        :param run: The run that calls.
        :param tokens: How many tokens the run may still write.
        :param abandoned: Whether the run is over.
        """
        if call.kind == "connected_agent":
            outcome = self._agents.execute(run, call, tokens)
            self._usage = total([self._usage, outcome.usage])
            return outcome
        if call.kind == "openapi":
            return call_api(run["tools"], call, abandoned)
        return refusal(nobody_answers(call.name)) if call.kind == "function" else not_available(call)
