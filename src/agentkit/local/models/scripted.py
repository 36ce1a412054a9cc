"""A model that says what it was told to say, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from agentkit.local.models.base import ModelRequest, ModelTurn

__all__ = ["ScriptEndedError", "ScriptedModel"]


class ScriptEndedError(RuntimeError):
    """The model was asked more often than its script has turns."""


class ScriptedModel:
    """Answers with the turns of a script, one after the other, whatever it is asked; may be asked from several threads.

    :param turns: The turns in order; a plain text is an answer without tool calls.
    """

    name = "scripted"

    def __init__(self, turns: Iterable[ModelTurn | str]) -> None:
        self._turns = [ModelTurn(text=turn) if isinstance(turn, str) else turn for turn in turns]
        self._requests: list[ModelRequest] = []
        self._lock = threading.Lock()

    @property
    def requests(self) -> tuple[ModelRequest, ...]:
        """Every request that was answered, in order."""
        with self._lock:
            return tuple(self._requests)

    def respond(self, request: ModelRequest) -> ModelTurn:
        """The next turn of the script.

        :raises ScriptEndedError: There is none left.
        """
        with self._lock:
            served = len(self._requests)
            if served == len(self._turns):
                raise ScriptEndedError(
                    f"the script has {served} turns and all of them were served: add a turn for this request"
                )
            self._requests.append(request)
            return self._turns[served]
