"""Asks the model for responses, each in a thread of its own, and keeps them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import replace

from agentkit.local.completions.turns import refusal_of, take_turn
from agentkit.local.errors import ApiError, bad_request
from agentkit.local.models.base import ChatModel, ModelTurn, ToolCall
from agentkit.local.operations import Awaited, Events, Result
from agentkit.local.responses.draft import Draft, response_document
from agentkit.local.responses.reading import Asked
from agentkit.local.responses.shelf import add_items, keep_response
from agentkit.local.responses.tools import OwnTools, Shed
from agentkit.local.runs.choice import call_problem, selected
from agentkit.local.runs.deltas import pieces
from agentkit.local.runs.events import EventStream
from agentkit.local.runs.formats import answer_problem
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.prompt import prompt_tokens
from agentkit.local.runs.tokens import Cost, count_tokens, cut_to_tokens, total
from agentkit.local.runs.work import MAX_TURNS
from agentkit.local.runs.workers import WorkerPool
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.tables import CONVERSATION_ITEMS, CONVERSATIONS, RESPONSES

__all__ = ["Responses"]

_LOG = logging.getLogger("agentkit.local")

_WORKERS = 32
_STOP_SECONDS = 10.0
_STOPPED = ApiError(
    503, "The service was stopped before the response was complete.", code="ServiceStopped", kind="server_error"
)
_LEFT_OVER = {"code": "server_error", "message": "The service was stopped before this response was complete."}


class Responses:
    """Puts what responses are asked for to the model of a service, some at a time; more wait their turn.

    :param model: What answers.
    :param store: Where responses are kept.
    :param shed: What the tools work with whose calls are not the client's to make.
    :param clock: The present in unix seconds.
    :param delta_delay: Seconds before each piece of a text that the model gave whole and that goes out in pieces.
    """

    def __init__(
        self, model: ChatModel, store: Store, shed: Shed, clock: Callable[[], float], delta_delay: float = 0.0
    ) -> None:
        self.model = model
        self.store = store
        self.shed = shed
        self.delta_delay = delta_delay
        self.stopping: threading.Event = threading.Event()
        self._clock = clock
        self._active: dict[str, _Answering] = {}
        self._workers = WorkerPool(_WORKERS, "agentkit-response")
        with store.transaction() as tx:
            for document in tx.select(RESPONSES, "status = 'in_progress'"):
                tx.replace(RESPONSES, {**document, "status": "failed", "error": _LEFT_OVER})

    def now(self) -> int:
        """The present in whole unix seconds."""
        return int(self._clock())

    def begin(self, tx: Transaction, asked: Asked, items: Sequence[Document]) -> Result:
        """Ask the model.

        :param items: The items that were sent.
        :return: The response as it is now where nobody waits for it, else what it is waited for by.
        """
        document = response_document(asked.settings, self.now())
        begun = deepcopy(document)
        answering = _Answering(self, asked, document, items)
        if answering.is_known_at_once:
            keep_response(tx, begun, items)
        tx.afterwards(lambda: self._start(answering))
        if asked.background:
            return begun
        if answering.stream is not None:
            return Events(answering.stream, answering.leave)
        return Awaited(lambda: asyncio.wrap_future(answering.result), answering.leave)

    def cancel(self, tx: Transaction, response_id: str) -> Document:
        """End the work on a response that nobody waits for; one that has come to its end stays as it is.

        :raises ApiError: 404, there is none; 400, somebody waits for it.
        """
        document = tx.require(RESPONSES, response_id)
        if not document["background"]:
            raise bad_request(
                f"The response '{response_id}' was not asked for with background=true, and only such ones can be cancelled. To end "
                "another, close the connection on which it comes."
            )
        if document["status"] == "in_progress":
            document = tx.replace(RESPONSES, {**document, "status": "cancelled"})
            tx.afterwards(lambda: self.leave(response_id))
        return document

    def leave(self, response_id: str) -> None:
        """Let go of a response that is wanted no more."""
        answering = self._active.get(response_id)
        if answering is not None:
            answering.leave()

    def break_off(self) -> None:
        """Let every response end, and those that are still to begin."""
        self.stopping.set()
        for answering in list(self._active.values()):
            answering.interrupt()

    def stop(self) -> None:
        """Break off every response, and wait for the threads."""
        self.break_off()
        self._workers.stop(_STOP_SECONDS)
        self.shed.sessions.close()

    def _start(self, answering: _Answering) -> None:
        self._active[answering.draft.document["id"]] = answering
        self._workers.submit(lambda: self._work(answering))

    def _work(self, answering: _Answering) -> None:
        try:
            answering.work()
        finally:
            del self._active[answering.draft.document["id"]]


class _Answering:
    """One response, in the making."""

    def __init__(self, desk: Responses, asked: Asked, document: Document, items: Sequence[Document]) -> None:
        self._desk = desk
        self._asked = asked
        self._items = items
        self._gone = threading.Event()
        self._cancelled = threading.Event()
        self._received = ""
        self._usages: list[dict[str, int] | None] = []
        self._tools = OwnTools(desk.shed, asked.means, asked.request.tools, self._cancelled)
        self.stream = EventStream(dict) if asked.stream else None
        self.draft = Draft(document, None if self.stream is None else self.stream.write)
        self.result: Future[Document | Events] = Future()

    @property
    def is_known_at_once(self) -> bool:
        """Whether its id is known before it is complete, so that it can be got meanwhile."""
        return self._asked.stored and (self._asked.stream or self._asked.background)

    def leave(self) -> None:
        """Nobody wants the response any more."""
        self._gone.set()
        self.interrupt()
        if self.stream is not None:
            self.stream.leave()

    def interrupt(self) -> None:
        """End the code that runs for it."""
        self._cancelled.set()

    # In the worker's thread.

    def work(self) -> None:
        """Answer, or say why that cannot be done."""
        if not self.result.set_running_or_notify_cancel():
            return
        self.draft.begin()
        try:
            self._answer()
        except ApiError as error:
            self._fail(error)
        except RunProblem as problem:
            self._fail(refusal_of(problem))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is told to the client
            _LOG.exception("response %s failed", self.draft.document["id"])
            message = f"The service failed at this response: {type(error).__name__}: {error}"
            self._fail(ApiError(500, message, code="server_error", kind="server_error"))
        finally:
            if self.stream is not None:
                self.stream.write(b"", last=True)

    def _answer(self) -> None:
        request, demand = self._asked.request, self._asked.demand
        self._tools.await_files(self._abandoned)
        for _ in range(MAX_TURNS):
            self._received = ""
            turn = take_turn(self._desk.model, request, demand, self._abandoned, self._say if self.stream else None)
            if turn is None:
                raise _STOPPED
            for call in turn.tool_calls:
                problem = call_problem(call, request)
                if problem:
                    raise RunProblem(problem)
            calls = selected(turn.tool_calls, demand, parallel=request.parallel_tool_calls)
            text, cut_short = _within(turn, request.max_completion_tokens)
            written = count_tokens(text) + sum(count_tokens(f"{call.name} {call.arguments}") for call in calls)
            self._usages.append(Cost(prompt_tokens(request), turn.usage).whole(written))
            self._say_whole(text, alone=not calls, complete=not cut_short)
            if cut_short:
                self._end("incomplete", incomplete_details={"reason": "max_output_tokens"})
                return
            results = [
                self._tools.result_of(call, self.draft, self._abandoned) for call in calls if not self._is_handed_out(call)
            ]
            if len(results) < len(calls) or not calls:
                self._end("completed")
                return
            if demand is not None and demand.is_met(calls):
                demand, request = None, replace(request, tool_choice="auto")
            left = request.max_completion_tokens
            request = replace(
                request,
                results=(*request.results, *results),
                max_completion_tokens=None if left is None else max(1, left - written),
            )
        raise RunProblem(f"The model was asked {MAX_TURNS} times without coming to an answer, so the response was ended.")

    def _is_handed_out(self, call: ToolCall) -> bool:
        """Whether a call is the client's to make, to whom it is told then."""
        if call.kind == "function":
            self.draft.call(call)
        return call.kind == "function"

    def _say_whole(self, text: str, *, alone: bool, complete: bool) -> None:
        """Complete the text of a turn, of which some may have been said."""
        rest = text[len(self._received) :]
        for piece in pieces(rest) if self.stream else (rest,):
            if self.stream and self._desk.delta_delay:
                self._gone.wait(self._desk.delta_delay)
            if self._abandoned():
                raise _STOPPED
            self._say(piece)
        if alone:
            self.draft.say("")
            problem = answer_problem(text, self._asked.request.response_format) if complete else None
            if problem:
                raise RunProblem(f"The answer of the model '{self._desk.model.name}' is not of the text.format: {problem}.")
        self.draft.end_message(self._tools.annotations_of(text), complete=complete)

    def _say(self, piece: str) -> bool:
        self._received += piece
        if piece:
            self.draft.say(piece)
        return not self._abandoned()

    # The end.

    def _end(self, status: str, **fields: object) -> None:
        document = self.draft.document
        usage = total(self._usages) if self._usages else None
        self.draft.close(status, self._desk.now(), usage, **fields)
        self._keep(document)
        self.draft.tell_end()
        if self.stream is None:
            self.result.set_result(document)

    def _keep(self, document: Document) -> None:
        with self._desk.store.transaction() as tx:
            if self._asked.stored and not self.is_known_at_once:
                keep_response(tx, document, self._items)
            elif self._asked.stored:
                current = tx.get(RESPONSES, document["id"])
                # It may have been deleted or cancelled meanwhile.
                if current is not None and current["status"] == "in_progress":
                    tx.replace(RESPONSES, document)
            conversation = document["conversation"] if document["status"] in ("completed", "incomplete") else None
            if conversation and tx.get(CONVERSATIONS, conversation["id"]) is not None:
                add_items(tx, CONVERSATION_ITEMS, conversation["id"], [*self._items, *document["output"]], self._desk.now())

    def _fail(self, error: ApiError) -> None:
        if self.stream is None and not self._asked.background:
            self.result.set_exception(error)
            return
        self.draft.end_message(complete=False)
        gone = self._gone.is_set()
        self._end("cancelled" if gone else "failed", error=None if gone else {"code": error.code, "message": error.message})

    def _abandoned(self) -> bool:
        return self._gone.is_set() or self._desk.stopping.is_set()


def _within(turn: ModelTurn, limit: int | None) -> tuple[str, bool]:
    """The text of a turn within a number of tokens, and whether it is a beginning only."""
    if limit is not None and count_tokens(turn.text) > limit:
        return cut_to_tokens(turn.text, limit), True
    return turn.text, turn.cut_short
