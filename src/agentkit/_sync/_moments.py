# Derived by `python -m codegen` from src/agentkit/aio/_moments.py; change that and run it again.
"""A handler with one callback for each kind of thing that happens in a streamed run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.moments import Moments
from .._primitives import sync_result
from ._streams import AgentEventHandler, EventFunctionReturnT

if TYPE_CHECKING:
    from .._core.events import EventData
    from .._generated.models.messages import ThreadMessage
    from .._generated.models.run_steps import RunStep, RunStepToolCall
    from .._generated.models.runs import ThreadRun
    from .._generated.models.streams import RunStepDeltaToolCall

__all__ = ["RunEventHandler"]


class RunEventHandler(AgentEventHandler[EventFunctionReturnT]):
    """Tells of everything that happens in a streamed run once, over all its tool rounds.

    A run, a message, a step and a tool call are created once and end once, and come with what they are by then. What a dropped
    connection left out is told when it is known: the run first, and each thing's creation before its end. The callbacks of the
    class above are called as well, each before those of this one for the same event, and iterating yields what they return. An
    exception in a callback stops the stream, closes the connection and comes out where the events are read.
    """

    def on_run_created(self, run: ThreadRun) -> None:
        """The run was created or, where the stream begins later, is told of first.

        :param run: the run.
        """

    def on_run_ended(self, run: ThreadRun) -> None:
        """The run has ended.

        :param run: the run, with its usage; its status says how it ended.
        """

    def on_message_created(self, message: ThreadMessage) -> None:
        """The agent begins a message.

        :param message: the message, which has no text yet as a rule.
        """

    def on_text_delta(self, text: str, message_snapshot: ThreadMessage) -> None:
        """A message has grown. All these texts, joined, are the text of the message.

        :param text: what was added, be it a piece or, after a dropped connection, all that was missing.
        :param message_snapshot: the message with it.
        """

    def on_message_completed(self, message: ThreadMessage) -> None:
        """A message has ended.

        :param message: the message; its status is ``incomplete`` where it was cut off.
        """

    def on_step_created(self, step: RunStep) -> None:
        """The run begins a step.

        :param step: the step; its type says whether it writes a message or calls tools.
        """

    def on_step_completed(self, step: RunStep) -> None:
        """A step has ended.

        :param step: the step; its status says how it ended.
        """

    def on_tool_call_created(self, call: RunStepToolCall, step: RunStep) -> None:
        """The agent begins to call a tool.

        :param call: the call as far as it is known; its type says of which tool.
        :param step: the step that the call is part of.
        """

    def on_tool_call_delta(self, delta: RunStepDeltaToolCall, call_snapshot: RunStepToolCall) -> None:
        """A piece of a tool call has come, the first one included. A call that comes whole has no pieces.

        :param delta: the piece.
        :param call_snapshot: the call with it.
        """

    def on_tool_call_completed(self, call: RunStepToolCall, step: RunStep) -> None:
        """A tool call has ended, as the step has that it is part of.

        :param call: the call, with its output.
        :param step: the step; its status says how it ended.
        """

    def _process_event(self, event_data_str: str) -> tuple[str, EventData, EventFunctionReturnT | None]:
        feed = self._feed
        told = super()._process_event(event_data_str)
        for moment in self._moments_of(feed.seen).of(feed.event_of(event_data_str), feed.text):
            callback: Any = getattr(self, moment.callback)
            sync_result(callback(*moment.arguments))
        return told

    def _moments_of(self, seen: Any) -> Moments:
        """What was told of the run that is read; of another run nothing was told yet."""
        moments: Moments | None = self.__dict__.get("_run_moments")
        if moments is None or moments.seen is not seen:
            moments = self._run_moments = Moments(seen)
        return moments
