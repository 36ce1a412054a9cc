# Derived by `python -m codegen` from src/agentkit/aio/_streams.py; change that and run it again.
"""Streamed runs: the handlers that events come to, and the block that keeps the connection open."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._core.runloop import check_rounds
from .._primitives import SyncOpening, sync_result
from ._driver import ResponseBytes
from ._feed import Feed

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._core.events import EventData, StreamEvent
    from .._generated.models.messages import ThreadMessage
    from .._generated.models.run_steps import RunStep
    from .._generated.models.runs import RunCompletionUsage, RunError, ThreadRun
    from .._generated.models.streams import MessageDeltaChunk, RunStepDeltaChunk

__all__ = [
    "AgentEventHandler",
    "AgentRunStream",
    "BaseAgentEventHandler",
    "BaseAgentEventHandlerT",
]

_log = logging.getLogger("agentkit")

T = TypeVar("T")
S = TypeVar("S")
EventFunctionReturnT = TypeVar("EventFunctionReturnT")


class _Snapshot(Generic[S]):
    """What a handler's events have told so far. A subclass may use the name for something of its own."""

    def __init__(self, name: str, doc: str) -> None:
        self._name = name
        self.__doc__ = doc

    def __get__(self, handler: Any, owner: Any = None) -> S:
        value: Any = self if handler is None else getattr(handler._feed.seen, self._name)
        told: S = value
        return told


class BaseAgentEventHandler(Iterator[T], Generic[T]):
    """Reads the events of a streamed run; iterating over it reads them one by one, over all its tool rounds.

    A subclass says in ``_process_event`` what an event becomes. One handler may serve one run after the other.
    """

    current_run: _Snapshot[ThreadRun | None] = _Snapshot("run", "The run as the last event about it had it.")
    current_messages: _Snapshot[list[ThreadMessage]] = _Snapshot("messages", "The run's messages as they have grown by now.")
    current_steps: _Snapshot[list[RunStep]] = _Snapshot("steps", "The run's steps as they have grown by now.")
    usage: _Snapshot[RunCompletionUsage | None] = _Snapshot("usage", "The tokens that the run spent; None until its end.")
    last_error: _Snapshot[RunError | None] = _Snapshot("last_error", "Why the run failed; None where it did not.")

    def __init__(self) -> None:
        """It takes nothing, and a subclass with an ``__init__`` of its own need not call it."""

    def _process_event(self, event_data_str: str) -> T:
        """What an event becomes; for subclasses to say.

        :param event_data_str: the event as two lines of text, ``event: NAME`` and ``data: JSON``.
        """
        raise TypeError(f"{type(self).__name__} has to define _process_event(event_data_str), which says what an event becomes")

    def initialize(self, response_iterator: Iterator[bytes], submit_tool_outputs: Callable[..., Any]) -> None:
        """Read the events of these bytes: after those that it reads already, or as a new run where all of those are read.

        :param response_iterator: the bytes of a stream of events.
        :param submit_tool_outputs: called with (run, handler, whether to submit outputs although a call failed) when the run asks
            for functions and the caller has not answered by the time that the next event is asked for; it chains what follows
            by calling this method, and returns whether a call failed.
        """
        if self._feed.is_over:
            self._run_feed = Feed(self._feed.max_retry)
        self._feed.chain(response_iterator, submit_tool_outputs)

    def __next__(self) -> T:
        feed = self._feed
        if not feed.has_begun:
            raise ValueError(
                f"this {type(self).__name__} reads nothing yet: pass it to create_stream() or submit_tool_outputs_to_stream() "
                "as event_handler="
            )
        if feed.is_read:
            # Two readers would share the events out among them, and one would take the end that the other one caused for the run's.
            raise RuntimeError(
                f"this {type(self).__name__} is being read already: read it in one place, and hand on what comes"
            )
        try:
            text = feed.next_text(self)
            if text is None:
                feed.check_failure()
                raise StopIteration
            self._warn_of_failure(feed)
            value: T = sync_result(self._process_event(text))
            return value
        except BaseException as error:
            feed.close(error)
            raise

    def until_done(self) -> None:
        """Read all events, for the callbacks that they are given to."""
        for _ in self:
            pass

    def text_deltas(self) -> Iterator[str]:
        """The agent's text, piece by piece as it comes; the callbacks are called as well.

        :raises ~agentkit.exceptions.RunFailedError: the run failed; what came before was given out.
        """
        self._feed.raises = True
        for _ in self:
            if self._feed.text:
                yield self._feed.text

    def get_final_run(self) -> ThreadRun:
        """Read to the end and return the run as it ended, with its usage.

        A run that the caller answered by other means is waited for. One that asks for functions which nobody answers is returned
        in ``requires_action``.

        :raises ~agentkit.exceptions.RunFailedError: the run failed.
        :raises ValueError: the stream told of no run.
        """
        feed = self._feed
        feed.raises = True
        self.until_done()
        if feed.look_for_rest():
            self.until_done()
        if feed.seen.run is None:
            raise ValueError(f"this {type(self).__name__} was told of no run")
        return feed.seen.run

    def get_final_messages(self) -> list[ThreadMessage]:
        """Read to the end and return the messages that the run made, in their order.

        :raises ~agentkit.exceptions.RunFailedError: the run failed.
        :raises ValueError: the stream told of no run.
        """
        self.get_final_run()
        return self._feed.seen.messages

    def _go_on(self, run_id: str, response_iterator: Iterator[bytes], submit_tool_outputs: Callable[..., Any]) -> None:
        """Read on in a run whose functions the caller has answered; all that was read of it before is kept."""
        run = self._feed.seen.run
        if run is not None and run.id == run_id:
            self._feed.chain(response_iterator, submit_tool_outputs)
        else:
            self.initialize(response_iterator, submit_tool_outputs)

    @property
    def _feed(self) -> Feed:
        # Made here, so that a subclass whose __init__ does not call this one's works as well.
        feed: Feed | None = self.__dict__.get("_run_feed")
        if feed is None:
            feed = self._run_feed = Feed()
        return feed

    def _warn_of_failure(self, feed: Feed) -> None:
        """Log what would go unseen, once: a failure for which there is no callback, which an error and the run's end may both tell."""
        event = feed.event
        if event is not None and not feed.raises and not feed.is_warned and event.event_type in ("error", "thread.run.failed"):
            own = getattr(type(self), "on_error", None)
            if own is None or own is AgentEventHandler.on_error:
                feed.is_warned = True
                _log.warning("the stream reports %s: %s", event.event_type, feed.seen.last_error or event.data)


class AgentEventHandler(BaseAgentEventHandler["tuple[str, EventData, EventFunctionReturnT | None]"]):
    """Gives each event of a streamed run to the callback of its kind.

    Iterating over it yields (name of the event, its data, what the callback returned). A subclass defines the callbacks that it
    needs. An exception in one stops the stream, closes the connection and comes out where the events are read.
    """

    def set_max_retry(self, max_retry: int) -> None:
        """How often a round with a failed function call is answered before the run is cancelled.

        :param max_retry: the rounds, from 0 up; by default those of ``enable_auto_function_calls``, which are 10.
        :raises TypeError: it is no number of rounds.
        :raises ValueError: it is negative.
        """
        self._feed.max_retry = check_rounds("set_max_retry", max_retry)

    def on_message_delta(self, delta: MessageDeltaChunk) -> EventFunctionReturnT | None:
        """A piece of a message has come.

        :param delta: the piece.
        """

    def on_thread_message(self, message: ThreadMessage) -> EventFunctionReturnT | None:
        """A message was created, is in progress, or has ended.

        :param message: the message.
        """

    def on_thread_run(self, run: ThreadRun) -> EventFunctionReturnT | None:
        """The run has a new status.

        :param run: the run.
        """

    def on_run_step(self, step: RunStep) -> EventFunctionReturnT | None:
        """A step was created, is in progress, or has ended.

        :param step: the step.
        """

    def on_run_step_delta(self, delta: RunStepDeltaChunk) -> EventFunctionReturnT | None:
        """A piece of a step has come.

        :param delta: the piece.
        """

    def on_error(self, data: str) -> EventFunctionReturnT | None:
        """The service reports an error in the stream.

        :param data: what it says, as text.
        """

    def on_done(self) -> EventFunctionReturnT | None:
        """A response has ended. After a tool round another one follows."""

    def on_unhandled_event(self, event_type: str, event_data: str) -> EventFunctionReturnT | None:
        """An event of another kind has come.

        :param event_type: its name.
        :param event_data: its data, as text.
        """

    def _process_event(self, event_data_str: str) -> tuple[str, EventData, EventFunctionReturnT | None]:
        event = self._feed.event_of(event_data_str)
        returned: EventFunctionReturnT | None = sync_result(self._told(event))
        return event.event_type, event.data, returned

    def _told(self, event: StreamEvent) -> Any:
        """What the callback of an event returns."""
        name, data = event.event_type, event.data
        told: Any = data
        if name == "error":
            return self.on_error(told)
        if name == "done":
            return self.on_done()
        if isinstance(data, str):
            return self.on_unhandled_event(name, data)
        if name == "thread.message.delta":
            return self.on_message_delta(told)
        if name == "thread.run.step.delta":
            return self.on_run_step_delta(told)
        if name.startswith("thread.message."):
            return self.on_thread_message(told)
        return self.on_run_step(told) if name.startswith("thread.run.step.") else self.on_thread_run(told)


BaseAgentEventHandlerT = TypeVar("BaseAgentEventHandlerT", bound=BaseAgentEventHandler[Any])


class AgentRunStream(SyncOpening, Generic[BaseAgentEventHandlerT]):
    """A streamed run: a block in which its handler reads events, and after which the connection is closed.

    :param response_iterator: the bytes of the stream.
    :param submit_tool_outputs: answers the function calls of the run; see the handler's ``initialize``.
    :param event_handler: reads the events.
    """

    def __init__(
        self,
        response_iterator: Iterator[bytes],
        submit_tool_outputs: Callable[..., Any],
        event_handler: BaseAgentEventHandlerT,
    ) -> None:
        self.response_iterator = response_iterator
        self.submit_tool_outputs = submit_tool_outputs
        self.event_handler = event_handler
        event_handler.initialize(response_iterator, submit_tool_outputs)

    def __enter__(self) -> BaseAgentEventHandlerT:
        self._opened()
        return self.event_handler

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            self.event_handler._feed.leave()
        except Exception as problem:
            if exc_val is None:
                raise
            left_by = type(exc_val).__name__
            _log.warning("the block of a stream was left by %s, and its run was not cancelled: %s", left_by, problem)

    def _opened(self) -> Self:
        if isinstance(self.response_iterator, ResponseBytes):
            try:
                self.response_iterator.open()
            except BaseException:
                self.event_handler._feed.close()
                raise
        return self

    def __iter__(self) -> BaseAgentEventHandlerT:
        """The events, as the handler gives them."""
        return self.event_handler

    def text_deltas(self) -> Iterator[str]:
        """The agent's text, piece by piece as it comes; see the handler's method of this name."""
        return self.event_handler.text_deltas()

    def until_done(self) -> None:
        """Read all events, for the callbacks that they are given to."""
        self.event_handler.until_done()

    def get_final_run(self) -> ThreadRun:
        """Read to the end and return the run as it ended; see the handler's method of this name."""
        return self.event_handler.get_final_run()

    def get_final_messages(self) -> list[ThreadMessage]:
        """Read to the end and return the messages that the run made; see the handler's method of this name."""
        return self.event_handler.get_final_messages()

    @property
    def current_run(self) -> ThreadRun | None:
        """The run as the last event about it had it; None before the first."""
        return self.event_handler._feed.seen.run

    @property
    def current_messages(self) -> list[ThreadMessage]:
        """The run's messages as they have grown by now."""
        return self.event_handler._feed.seen.messages

    @property
    def current_steps(self) -> list[RunStep]:
        """The run's steps as they have grown by now."""
        return self.event_handler._feed.seen.steps

    @property
    def usage(self) -> RunCompletionUsage | None:
        """The tokens that the run spent; None until its end."""
        return self.event_handler._feed.seen.usage
