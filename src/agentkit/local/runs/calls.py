"""The calls of one turn of a model: their step, their outcomes, and what those who read along get of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from agentkit.local import ids
from agentkit.local.models.base import ToolCall, ToolResult
from agentkit.local.runs import deltas, documents
from agentkit.local.runs.events import GrowingText
from agentkit.local.runs.feed import Feed
from agentkit.local.store import Document

__all__ = ["StepCalls"]

_DELTA = "thread.run.step.delta"


class StepCalls:
    """The calls that one step makes.

    :param run: The run that makes them.
    :param wanted: What the model wants made.
    :param ranking: How the results of file search are ranked.
    :param usage: The usage of the step.
    :param now: Unix seconds.
    """

    def __init__(
        self, run: Document, wanted: Sequence[ToolCall], ranking: Mapping[str, Any], usage: dict[str, int], now: int
    ) -> None:
        self.calls: dict[str, ToolCall] = {ids.new_id(ids.CALL): call for call in wanted}
        self.entries: list[dict[str, Any]] = [
            documents.tool_call(call_id, call, ranking) for call_id, call in self.calls.items()
        ]
        self.step: dict[str, Any] = documents.step(run, {"type": "tool_calls", "tool_calls": self.entries}, now)
        self.usage = usage
        self.outcomes: dict[str, ToolResult] = {}

    @property
    def awaited(self) -> dict[str, ToolCall]:
        """The calls whose outputs are still to come, by their ids."""
        return {call_id: call for call_id, call in self.calls.items() if call_id not in self.outcomes}

    def tell(self, feed: Feed, abandoned: Callable[[], bool]) -> None:
        """Let those who read along have the calls as a model writes them."""
        if not feed.is_watched:
            return
        for index, entry in enumerate(self.entries):
            feed.publish(_DELTA, deltas.call_begun(self.step["id"], index, entry))
            growing = GrowingText(_DELTA, deltas.grown_call(self.step["id"], index, entry))
            for piece in feed.paced(deltas.written_field(entry), abandoned):
                feed.write(growing, piece)
            if abandoned():
                return

    def carry_out(self, feed: Feed, execute: Callable[[Document, ToolCall], ToolResult | None]) -> None:
        """Make the calls, one after the other, as far as they are the service's to make, and tell what came of each.

        :param execute: Makes one call and completes its entry in the step; None where the application has to make it.
        """
        for index, entry in enumerate(self.entries):
            before = deepcopy(entry)
            outcome = execute(entry, self.calls[entry["id"]])
            if outcome is None:
                continue
            self.outcomes[entry["id"]] = outcome
            # The text that was found comes with the whole step, for those who asked for it.
            delta = deltas.call_outcome(self.step["id"], index, before, documents.call_without_found_text(entry))
            if delta is not None:
                feed.publish(_DELTA, delta)
