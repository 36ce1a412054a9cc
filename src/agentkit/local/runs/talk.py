"""Asks a model for a turn, whole or in pieces, and stops to wait for it when the run is over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from dataclasses import replace
from queue import Empty, Full, Queue

from agentkit.local.models.base import ChatModel, Failure, ModelRequest, ModelTurn, StreamingChatModel
from agentkit.local.runs.budget import Budget
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.workers import call_abandonable, waiting_outside

__all__ = ["ask", "hear", "listen"]

_LOG = logging.getLogger("agentkit.local")

_LOOK = 0.05
_AHEAD = 256


class _Silence:
    """Comes after the last piece; says what the model raised, if it did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ask(model: ChatModel, request: ModelRequest, abandoned: Callable[[], bool]) -> ModelTurn | None:
    """The model's turn; None where the run was abandoned meanwhile.

    :raises RunProblem: The model failed, or gave something else.
    """
    try:
        ended, turn = call_abandonable(lambda: model.respond(request), abandoned, outside=not _computes(model))
    except BaseException as error:
        raise _failed(model, error) from error
    if not ended:
        return None
    if not isinstance(turn, ModelTurn):
        raise RunProblem(f"The model '{model.name}' answered with {type(turn).__name__}, a ModelTurn was expected.")
    return turn


def hear(
    model: StreamingChatModel, request: ModelRequest, abandoned: Callable[[], bool], say: Callable[[str], bool]
) -> ModelTurn | None:
    """The turn of a model that streams, with its whole text; None where the run is over.

    A model that writes more than the request lets it is not listened to any further.

    :param say: Is given the pieces of the text as they come, as far as the limit of tokens allows; False ends the listening.
    :raises RunProblem: The model failed, gave something else, or ended with another text than it streamed.
    """
    pieces: list[str] = []
    budget = Budget(request.max_completion_tokens)
    with closing(listen(model, request, abandoned)) as parts:
        for part in parts:
            if isinstance(part, ModelTurn):
                return _whole(model, part, "".join(pieces))
            pieces.append(part)
            admitted = budget.admit(part)
            if admitted and not say(admitted):
                return None
            if budget.is_exhausted:
                return ModelTurn("".join(pieces))
    return None


def _whole(model: ChatModel, turn: ModelTurn, streamed: str) -> ModelTurn:
    if turn.text and not turn.text.startswith(streamed):
        raise RunProblem(
            f"The model '{model.name}' streamed a text and ended it with another one; the text of its ModelTurn must be that of the "
            "pieces, or empty."
        )
    return turn if turn.text else replace(turn, text=streamed)


def listen(
    model: StreamingChatModel, request: ModelRequest, abandoned: Callable[[], bool]
) -> Generator[str | ModelTurn, None, None]:
    """The pieces of text that the model writes, as they come, and at last its turn, unless the run is abandoned before.

    The model speaks in a thread of its own, which may run a little ahead. Once nobody listens any more it is let go at its next
    piece.

    :raises RunProblem: The model failed, gave something else, or ended without a turn.
    """
    parts: Queue[object] = Queue(_AHEAD)
    gone = threading.Event()
    threading.Thread(target=_speak, args=(model, request, parts, gone), name="agentkit-model", daemon=True).start()
    try:
        while not abandoned():
            try:
                with nullcontext() if _computes(model) else waiting_outside():
                    part = parts.get(timeout=_LOOK)
            except Empty:
                continue
            if isinstance(part, _Silence):
                if part.error is not None:
                    raise _failed(model, part.error) from part.error
                raise RunProblem(f"The model '{model.name}' ended its stream without a ModelTurn, which has to come last.")
            if not isinstance(part, (str, ModelTurn)):
                raise RunProblem(
                    f"The model '{model.name}' streamed {type(part).__name__}; pieces of text and at last a ModelTurn were expected."
                )
            yield part
            if isinstance(part, ModelTurn):
                return
    finally:
        gone.set()


def _speak(model: StreamingChatModel, request: ModelRequest, parts: Queue[object], gone: threading.Event) -> None:
    error: BaseException | None = None
    try:
        stream = model.stream(request)
        try:
            for part in stream:
                if not _said(part, parts, gone):
                    return
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()
    except BaseException as raised:  # noqa: BLE001 - handed to the listener
        error = raised
    _said(_Silence(error), parts, gone)


def _said(part: object, parts: Queue[object], gone: threading.Event) -> bool:
    """Whether the part was handed over before the listener had gone."""
    while not gone.is_set():
        try:
            parts.put(part, timeout=_LOOK)
        except Full:
            continue
        return True
    return False


def _computes(model: ChatModel) -> bool:
    """Whether a model keeps this machine busy while it answers; what other models do is only waited for."""
    return bool(getattr(model, "computes", False))


def _failed(model: ChatModel, error: BaseException) -> RunProblem:
    if isinstance(error, Failure):
        return RunProblem(str(error), error.code)
    _LOG.warning("the model '%s' failed", model.name, exc_info=error)
    return RunProblem(f"The model '{model.name}' failed: {type(error).__name__}: {error}")
