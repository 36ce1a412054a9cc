"""Asks the model for chat completions, each in a thread of its own, and stops when nobody waits any more."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from agentkit.local import ids
from agentkit.local.completions.reading import Asked
from agentkit.local.completions.stops import Stops
from agentkit.local.completions.turns import refusal_of, take_turn
from agentkit.local.completions.writing import DONE, Ending, Heading, data, piece_of_text, pieces_of_ending, whole
from agentkit.local.errors import ApiError
from agentkit.local.models.base import ChatModel, ModelTurn
from agentkit.local.operations import Awaited, Events
from agentkit.local.runs.choice import call_problem, selected
from agentkit.local.runs.deltas import pieces
from agentkit.local.runs.events import EventStream
from agentkit.local.runs.formats import answer_problem
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.prompt import prompt_tokens
from agentkit.local.runs.tokens import Cost, count_tokens, cut_to_tokens
from agentkit.local.runs.workers import WorkerPool
from agentkit.local.store import Document

__all__ = ["Completions"]

_LOG = logging.getLogger("agentkit.local")

_WORKERS = 32
_STOP_SECONDS = 10.0

Result = Document | Events


class Completions:
    """Puts chat completions to the model of a service, some at a time; more wait their turn.

    :param model: What answers.
    :param clock: The present in unix seconds.
    :param delta_delay: Seconds before each piece of a text that the model gave whole and that goes out in pieces.
    """

    def __init__(self, model: ChatModel, clock: Callable[[], float], delta_delay: float = 0.0) -> None:
        self._model = model
        self._clock = clock
        self._delta_delay = delta_delay
        self._stopping = threading.Event()
        self._workers = WorkerPool(_WORKERS, "agentkit-completion")
        self.started: int = int(clock())

    @property
    def model(self) -> str:
        """The name of the model that answers, whatever name it is asked for by."""
        return self._model.name

    def begin(self, asked: Asked) -> Awaited:
        """Ask the model."""
        heading = Heading(ids.new_id(ids.COMPLETION), asked.request.model, int(self._clock()))
        answering = _Answering(self._model, asked, heading, self._delta_delay, self._stopping)
        self._workers.submit(answering.work)
        return Awaited(lambda: asyncio.wrap_future(answering.result), answering.leave)

    def break_off(self) -> None:
        """Let every answer end, and those that are still to begin."""
        self._stopping.set()

    def stop(self) -> None:
        """Break off every answer, and wait for the threads."""
        self.break_off()
        self._workers.stop(_STOP_SECONDS)


class _Answering:
    """The answer to one request, which others wait for or read along."""

    def __init__(self, model: ChatModel, asked: Asked, heading: Heading, delay: float, stopping: threading.Event) -> None:
        self._model = model
        self._asked = asked
        self._heading = heading
        self._delay = delay
        self._stopping = stopping
        self._gone = threading.Event()
        self._stream: EventStream | None = None
        self._stops = Stops(asked.stop)
        self._received = ""
        self._said: list[str] = []
        self.result: Future[Result] = Future()

    def leave(self) -> None:
        """Nobody waits for the answer any more."""
        self._gone.set()
        if self._stream is not None:
            self._stream.leave()

    # In the worker's thread.

    def work(self) -> None:
        """Answer, or say why that cannot be done."""
        if not self.result.set_running_or_notify_cancel():
            return
        try:
            self._answer()
        except ApiError as error:
            self._fail(error)
        except RunProblem as problem:
            self._fail(refusal_of(problem))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is told to the client
            _LOG.exception("chat completion %s failed", self._heading.id)
            message = f"The service failed at this completion: {type(error).__name__}: {error}"
            self._fail(ApiError(500, message, code="InternalServerError", kind="server_error"))

    def _answer(self) -> None:
        turn = self._turn()
        if turn is None:
            raise ApiError(
                503, "The service was stopped before the answer was complete.", code="ServiceStopped", kind="server_error"
            )
        ending = self._ending(turn)
        if not self._asked.stream:
            self.result.set_result(whole(self._heading, ending))
            return
        stream = self._begun()
        for encoded in pieces_of_ending(self._heading, ending, with_usage=self._asked.with_usage):
            stream.write(encoded)
        stream.write(DONE, last=True)

    def _turn(self) -> ModelTurn | None:
        """The model's turn; None where nobody waits for it any more."""
        say = self._say if self._asked.stream else None
        turn = take_turn(self._model, self._asked.request, self._asked.demand, self._abandoned, say)
        return ModelTurn(self._received) if turn is None and self._stops.reached else turn

    def _ending(self, turn: ModelTurn) -> Ending:
        """What the turn comes to; its text is said as far as it was not said before."""
        request = self._asked.request
        for call in turn.tool_calls:
            problem = call_problem(call, request)
            if problem:
                raise RunProblem(problem)
        text, cut_short, limit = turn.text, turn.cut_short, request.max_completion_tokens
        if limit is not None and count_tokens(text) > limit:
            text, cut_short = cut_to_tokens(text, limit), True
        self._say_rest(text[len(self._received) :])
        said = "".join(self._said)
        calls = (
            () if self._stops.reached else selected(turn.tool_calls, self._asked.demand, parallel=request.parallel_tool_calls)
        )
        complete = self._stops.reached or not cut_short
        if complete and not calls:
            problem = answer_problem(said, request.response_format)
            if problem:
                raise RunProblem(f"The answer of the model '{self._model.name}' is not of the response_format: {problem}.")
        written = count_tokens(said) + sum(count_tokens(f"{call.name} {call.arguments}") for call in calls)
        return Ending(said, calls, not complete, Cost(prompt_tokens(request), turn.usage).whole(written))

    def _say_rest(self, text: str) -> None:
        for piece in pieces(text) if self._asked.stream else (text,):
            if self._delay and self._asked.stream:
                self._gone.wait(self._delay)
            if not self._say(piece):
                return
        self._tell(self._stops.rest())

    def _say(self, piece: str) -> bool:
        """Take in a piece of the text; False where no more is wanted."""
        self._received += piece
        self._tell(self._stops.admit(piece))
        return not self._stops.reached and not self._abandoned()

    def _tell(self, text: str) -> None:
        if not text:
            return
        self._said.append(text)
        if self._asked.stream:
            self._begun().write(data(self._heading, piece_of_text(text)))

    def _begun(self) -> EventStream:
        """The stream, which is handed out with its first piece: what fails before that is refused as any request is."""
        if self._stream is None:
            self._stream = EventStream(dict)
            self._stream.write(data(self._heading, piece_of_text("", first=True)))
            self.result.set_result(Events(self._stream, self.leave))
        return self._stream

    def _fail(self, error: ApiError) -> None:
        if self._stream is None:
            self.result.set_exception(error)
        else:
            self._stream.write(f"data: {json.dumps(error.body(), ensure_ascii=False)}\n\n".encode(), last=True)

    def _abandoned(self) -> bool:
        return self._gone.is_set() or self._stopping.is_set()
