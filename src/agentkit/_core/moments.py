"""What happens in a streamed run, told once each: things are created, grow and end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .accumulate import Accumulator
    from .events import StreamEvent

__all__ = ["Moment", "Moments"]

_FINAL = frozenset({"cancelled", "completed", "expired", "failed", "incomplete"})


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened.

    :param callback: The name of the method that is told of it.
    :param arguments: What the method is called with.
    """

    callback: str
    arguments: tuple[Any, ...]


class Moments:
    """Finds in the events of one streamed run what happens for the first time, and what comes to its end.

    What the stream never announced is created with the first event about it, so that everything is created before it grows or ends,
    also where a stream begins in the middle of its run, or a dropped connection was made up for. The run comes before everything
    else: what is told earlier is kept until an event about the run has come, or the response is over.

    :param seen: What the events have told; each of them is added to it before it is looked at here.
    """

    def __init__(self, seen: Accumulator) -> None:
        self.seen = seen
        self._told: set[tuple[str, str]] = set()
        self._indices: dict[str, list[int]] = {}
        self._keeps = True
        self._kept: list[Moment] = []

    def of(self, event: StreamEvent, text: str) -> Iterator[Moment]:
        """What happened with an event.

        :param event: The event.
        :param text: The text that it added to the agent's messages.
        """
        kind, _, stage = event.event_type.rpartition(".")
        identity = getattr(event.data, "id", None)
        if event.event_type in ("done", "error"):
            yield from self._released()
        elif not isinstance(identity, str):
            return
        elif kind == "thread.run":
            yield from self._once("on_run_created", identity, event.data)
            yield from self._released()
            if stage in _FINAL:
                yield from self._once("on_run_ended", identity, event.data)
        else:
            found = self._of_step(identity, stage, event.data) if kind == "thread.run.step" else ()
            found = self._of_message(identity, stage, text) if kind == "thread.message" else found
            if self._keeps:
                self._kept.extend(found)
            else:
                yield from found

    def _of_message(self, identity: str, stage: str, text: str) -> Iterator[Moment]:
        message = self.seen.message(identity)
        yield from self._once("on_message_created", identity, message)
        if text:
            yield Moment("on_text_delta", (text, message))
        if stage in _FINAL:
            yield from self._once("on_message_completed", identity, message)

    def _of_step(self, identity: str, stage: str, data: Any) -> Iterator[Moment]:
        step = self.seen.step(identity)
        yield from self._once("on_step_created", identity, step)
        if ("on_step_completed", identity) in self._told:
            return
        calls = _calls_of(step)
        indices = self._indices.setdefault(identity, [])
        if stage == "delta":
            yield from self._of_pieces(_calls_of(getattr(data, "delta", None)), indices, calls, step)
            return
        for index, call in enumerate(calls):
            if index not in indices:
                indices.append(index)
                yield Moment("on_tool_call_created", (call, step))
        if stage in _FINAL:
            for call in calls:
                yield Moment("on_tool_call_completed", (call, step))
            yield from self._once("on_step_completed", identity, step)

    @staticmethod
    def _of_pieces(pieces: Sequence[Any], indices: list[int], calls: Sequence[Any], step: Any) -> Iterator[Moment]:
        """Pieces of a step's calls.

        :param indices: Those of the calls that are known; the ones that the pieces begin are added.
        :param calls: The calls with these pieces, in the order of their indices.
        """
        new, placed = set(), []
        for piece in pieces:
            index = piece.get("index") if isinstance(piece, Mapping) else None
            if type(index) is not int:
                index = max((-1, *indices)) + 1
            if index not in indices:
                indices.append(index)
                new.add(index)
            placed.append((index, piece))
        grown = dict(zip(sorted(indices), calls, strict=False))
        for index, piece in placed:
            call = grown.get(index, piece)  # a step that came whole meanwhile may have dropped a call
            if index in new:
                new.remove(index)
                yield Moment("on_tool_call_created", (call, step))
            yield Moment("on_tool_call_delta", (piece, call))

    def _once(self, callback: str, identity: str, about: Any) -> Iterator[Moment]:
        if (callback, identity) not in self._told:
            self._told.add((callback, identity))
            yield Moment(callback, (about,))

    def _released(self) -> Iterator[Moment]:
        kept, self._kept, self._keeps = self._kept, [], False
        yield from kept


def _calls_of(part: Any) -> list[Any]:
    """The tool calls of a step, or of a piece of one."""
    calls = getattr(getattr(part, "step_details", None), "tool_calls", None)
    return calls if isinstance(calls, list) else []
