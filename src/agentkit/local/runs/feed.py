"""Puts what one run writes on its streams, piece by piece, at the pace that the service was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from agentkit.local.runs.deltas import pieces
from agentkit.local.runs.events import EventHub, GrowingText
from agentkit.local.store import Document

__all__ = ["Feed"]


class Feed:
    """The way from the work on one run to those who read its events.

    :param delay: Seconds before each piece of a text.
    :param interrupted: Set when the work on the run is to end, which no pause outlasts.
    """

    def __init__(self, hub: EventHub, run_id: str, delay: float, interrupted: threading.Event) -> None:
        self._hub = hub
        self._run_id = run_id
        self._delay = delay
        self._interrupted = interrupted

    @property
    def is_watched(self) -> bool:
        """Whether anybody reads along."""
        return self._hub.is_watched(self._run_id)

    def publish(self, name: str, data: Document) -> None:
        """Publish an event that stands for nothing in the store."""
        self._hub.publish(self._run_id, name, data)

    def paced(self, text: str, abandoned: Callable[[], bool]) -> Iterable[str]:
        """The pieces of a text, each when its time has come, until the run is abandoned; in one piece if nobody reads along."""
        for piece in pieces(text) if self.is_watched else [text]:
            if self._delay and self.is_watched:
                self._interrupted.wait(self._delay)
            if abandoned():
                return
            yield piece

    def write(self, text: GrowingText, piece: str) -> None:
        """Publish a piece of a text."""
        self._hub.grow(self._run_id, text, piece)
