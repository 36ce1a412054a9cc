"""What is known of a run whose connection dropped: whether its submission may have arrived, and the events that it still owes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .events import model_of, parse_event
from .polling import is_active
from .sse import ServerSentEvent

if TYPE_CHECKING:
    from .accumulate import Accumulator

__all__ = ["DONE", "is_whole", "looks_after", "may_have_arrived", "missing_events", "owes_run"]

DONE = ServerSentEvent("done", "[DONE]")

LOOKS_AFTER_LOST_SUBMIT = (0.0, 0.3, 0.7, 1.5)
"""Seconds before each look at a run whose tool outputs may or may not have arrived; after them it is clear that they have not."""

_ENDED = frozenset({"cancelled", "completed", "expired", "failed", "incomplete"})


def may_have_arrived(status: int | None) -> bool:
    """Whether a submission that failed may have been processed all the same.

    :param status: The status that it was answered with, of which a good one is that of an answer which broke off; None where no
        answer came.
    """
    return status is None or status < 400 or status == 408 or status >= 500


def looks_after(status: int | None) -> tuple[float, ...]:
    """Seconds before each look at a run for which a submission failed: it may have gone on in spite of that.

    :param status: The status that the submission was answered with; None where no answer came.
    :return: Nothing where a look would tell nothing. A refusal is looked into once: somebody else may have answered the run.
    """
    if may_have_arrived(status):
        return LOOKS_AFTER_LOST_SUBMIT
    return LOOKS_AFTER_LOST_SUBMIT[:1] if status in (400, 409) else ()


def is_whole(event: ServerSentEvent) -> bool:
    """Whether the last event of a stream that ended without ``done`` is all there, as far as it shows.

    Its name may have been cut as well as its data. What is said of an error counts in any case.
    """
    if event.event in ("done", "error"):
        return True
    read = parse_event(event.event, event.data)
    return not isinstance(read.raw if model_of(event.event) is None else read.data, str)


def owes_run(run: Any) -> bool:
    """Whether a stream that has told this of its run, or None where it told nothing, still owes how the run went on."""
    return run is None or (is_active("run", run.status) and str(run.status) != "requires_action")


def missing_events(seen: Accumulator, run: Any, steps: Sequence[Any], messages: Sequence[Any]) -> Iterator[ServerSentEvent]:
    """The final events that were not seen: of the run's messages and steps, and of the run itself, ``done`` last.

    :param seen: What the stream has told.
    :param run: The run as it is now: at its end, or asking for functions that it has not asked for in what was seen.
    :param steps: Its steps, in the order in which they were made.
    :param messages: The messages of its thread, or the run's alone.
    """
    # As text: in a response an id may be anything.
    own = {str(message.id): message for message in messages if message.run_id == run.id}
    for step in steps:
        told = getattr(getattr(step.step_details, "message_creation", None), "message_id", None)
        if told is not None and str(told) in own:
            yield from _message_event(seen, own.pop(str(told)), run)
        if str(step.status) in _ENDED and _status(seen.step(step.id)) != str(step.status):
            yield _event(f"thread.run.step.{step.status}", step)
    for message in own.values():
        yield from _message_event(seen, message, run)
    if _status(seen.run) != str(run.status) or str(run.status) == "requires_action":
        yield _event(f"thread.run.{run.status}", run)
    yield DONE


def _message_event(seen: Accumulator, message: Any, run: Any) -> Iterator[ServerSentEvent]:
    """The event that ends a message. Not every service gives the status of a message: one of a run that is over is complete."""
    status = _status(message) or ("" if is_active("run", run.status) else "completed")
    if status in _ENDED and _status(seen.message(message.id)) != status:
        yield _event(f"thread.message.{status}", message)


def _status(of: Any) -> str:
    status = getattr(of, "status", None)
    return "" if status is None else str(status)


def _event(name: str, of: Any) -> ServerSentEvent:
    return ServerSentEvent(name, json.dumps(of.as_dict(), ensure_ascii=False))
