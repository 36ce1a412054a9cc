"""What tests of responses have in common: clients of the openai package, a function, a model that can be held."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import openai
import pytest
from openai import OpenAI

from agentkit.local import LocalService, ScriptedModel
from agentkit.local.models.base import ModelRequest, ModelTurn

__all__ = ["PATIENCE", "WEATHER", "Asking", "Speaker", "asking", "refused"]

PATIENCE = 20.0
WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "The weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


class Asking:
    """Starts services, and makes clients of the openai package for them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, *turns: Any, path: Any = None, **settings: Any) -> OpenAI:
        """A client for a service of its own, whose model says these turns, or is the one that is given."""
        service = self._stack.enter_context(LocalService(path, **{"model": ScriptedModel(turns), **settings}))
        return self.of(service)

    def of(self, service: LocalService) -> OpenAI:
        """A client for a service."""
        made = OpenAI(base_url=f"{service.url}/openai", api_key=service.key, max_retries=0)
        return self._stack.enter_context(made)


@pytest.fixture
def asking() -> Iterator[Asking]:
    with ExitStack() as stack:
        yield Asking(stack)


def refused(client: OpenAI, status: int = 400, **asked: Any) -> Any:
    """The error of a response that must be refused."""
    with pytest.raises(openai.APIStatusError) as caught:
        client.responses.create(**{"model": "m", "input": "hello", **asked})
    assert caught.value.status_code == status
    return caught.value.body


class Speaker:
    """A model that writes piece by piece, and can be held after the first."""

    name = "speaker"

    def __init__(self, *pieces: str, last: ModelTurn | None = None, error: Exception | None = None, held: bool = False) -> None:
        self._pieces = pieces
        self._last = last or ModelTurn()
        self._error = error
        self.let_go = threading.Event()
        self.closed = threading.Event()
        if not held:
            self.let_go.set()

    def respond(self, request: ModelRequest) -> ModelTurn:
        return ModelTurn("".join(self._pieces), self._last.tool_calls)

    def stream(self, request: ModelRequest) -> Iterator[str | ModelTurn]:
        try:
            for number, piece in enumerate(self._pieces):
                if number:
                    self.let_go.wait(PATIENCE)
                yield piece
            if self._error is not None:
                raise self._error
            yield self._last
        finally:
            self.closed.set()
