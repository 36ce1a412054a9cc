"""The work on one run: asks the model, makes the calls that it wants, writes the steps and the answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentkit.local import ids
from agentkit.local.blobs import Blobs
from agentkit.local.models.base import ChatModel, FileRef, ModelRequest, ModelTurn, ToolCall, ToolResult
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs import documents, prompt
from agentkit.local.runs.annotations import annotations_of
from agentkit.local.runs.choice import Demand, call_problem, demand_of, selected, urged
from agentkit.local.runs.filesearch import FileSearch, ranking_options
from agentkit.local.runs.formats import answer_problem
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.sandbox import Sandbox
from agentkit.local.runs.states import closed_step
from agentkit.local.runs.tokens import Allowance, count_tokens, cut_to_tokens, total, usage
from agentkit.local.runs.workers import call_abandonable
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.tables import MESSAGES, RUNS, STEPS

__all__ = ["MAX_TURNS", "ActiveRun", "Workshop"]

_LOG = logging.getLogger("agentkit.local")

MAX_TURNS = 20
"""How often the model is asked in one run before the run fails."""


@dataclass(frozen=True)
class Workshop:
    """What all runs of a service are worked on with.

    :param refresh: Ends the runs whose time is up, inside a transaction.
    :param trusted: Whether the code that the model writes comes from the service's own rules.
    :param code_interpreter: Whether code is run at all.
    :param clock: The present in unix seconds.
    """

    store: Store
    blobs: Blobs
    retrieval: Retrieval
    model: ChatModel
    ledger: Ledger
    refresh: Callable[[Transaction], None]
    trusted: bool
    code_interpreter: bool
    clock: Callable[[], float]


@dataclass(frozen=True)
class _Question:
    """What the model is asked in one turn, and what the turn is held to."""

    run: Document
    request: ModelRequest
    files: Sequence[FileRef]
    demand: Demand | None
    tokens: int


@dataclass
class _Calls:
    """The calls of one turn: their step, and the outcomes that are known."""

    step: Document
    calls: dict[str, ToolCall]
    usage: dict[str, int]
    outcomes: dict[str, ToolResult] = field(default_factory=dict)

    @property
    def awaited(self) -> dict[str, ToolCall]:
        """The calls whose outputs are still to come, by their ids."""
        return {call_id: call for call_id, call in self.calls.items() if call_id not in self.outcomes}


class ActiveRun:
    """One run that has not ended, with what there is of it in memory only."""

    def __init__(self, workshop: Workshop, run_id: str) -> None:
        self.run_id = run_id
        self._workshop = workshop
        self._store = workshop.store
        self._ledger = workshop.ledger
        self._cancelled = threading.Event()
        self._search = FileSearch(workshop.store, workshop.retrieval, workshop.ledger.now)
        self._sandbox = Sandbox(
            workshop.store,
            workshop.blobs,
            workshop.ledger.now,
            enabled=workshop.code_interpreter,
            trusted=workshop.trusted,
            cancelled=self._cancelled,
        )
        self._results: list[ToolResult] = []
        self._turns = 0
        self._urged = False
        self._unheeded = usage(0, 0)
        self._pending: _Calls | None = None

    def interrupt(self) -> None:
        """Make the worker let go of the run."""
        self._cancelled.set()

    def close(self) -> None:
        """End what the run has started."""
        self._sandbox.close()

    def advance(self) -> bool:
        """Ask the model until it answers; True says that the run waits for outputs of functions.

        :raises RunProblem: The run has failed.
        """
        while self._turns < MAX_TURNS:
            self._turns += 1
            question = self._question()
            if question is None:
                return False
            turn = self._asked(question)
            if turn is None:
                return False
            if question.demand is not None and not question.demand.is_met(turn.tool_calls):
                self._not_heeded(question, question.demand, turn)
            elif not turn.tool_calls:
                self._answer(question, turn.text)
                return False
            elif self._call(question, turn):
                return True
        raise RunProblem(f"The model was asked {MAX_TURNS} times without coming to an answer, so the run was ended.")

    def take_outputs(self, tx: Transaction, outputs: Mapping[str, str]) -> None:
        """Close the step that waits for the outputs of functions.

        :param outputs: The outputs of all calls that are awaited, by their ids.
        """
        pending, self._pending = self._pending, None
        assert pending is not None, f"run {self.run_id} waits for no outputs"
        for call_id, call in pending.awaited.items():
            pending.outcomes[call_id] = ToolResult(call, outputs[call_id])
        step = tx.require(STEPS, pending.step["id"], self.run_id)
        for call in step["step_details"]["tool_calls"]:
            if call["type"] == "function":
                call["function"]["output"] = outputs[call["id"]]
        self._complete(tx, step, pending)

    def _question(self) -> _Question | None:
        """What to ask next; None where the run is over, which it also is when its tokens are used up."""
        with self._store.transaction() as tx:
            run = self._current(tx)
        if run is None:
            return None
        if self._turns == 1 and any(tool["type"] == "file_search" for tool in run["tools"]):
            self._search.await_files(run, self._abandoned(run))
        with self._store.transaction() as tx:
            run = self._current(tx)
            if run is None:
                return None
            left = self._left(tx, run)
            messages = prompt.conversation(tx, run)
            files = prompt.files_of_run(tx, run)
            demand = demand_of(run["tool_choice"])
            if demand is not None and demand.is_met(result.call for result in self._results):
                demand = None
            request = prompt.request_of(tx, run, messages, files, self._results, demand, left.completion)
            if self._urged and demand is not None:
                request = urged(request, demand)
            if run["truncation_strategy"]["type"] == "auto":
                request = prompt.shortened(request, left.prompt)
            asked = prompt.prompt_tokens(request)
            exhausted = left.exhausted_by(asked)
            if exhausted:
                self._ledger.move(tx, run, "incomplete", incomplete_details={"reason": exhausted})
                return None
        return _Question(run, request, files, demand, asked)

    def _current(self, tx: Transaction) -> Document | None:
        """The run, if it is still to be worked on: it may have been cancelled, deleted, or have run out of time."""
        self._workshop.refresh(tx)
        run = tx.get(RUNS, self.run_id)
        if run is None or run["status"] != "in_progress" or self._cancelled.is_set():
            return None
        return run

    def _left(self, tx: Transaction, run: Document) -> Allowance:
        spent = total([self._unheeded, *(step["usage"] for step in tx.select(STEPS, "run_id = ?", run["id"]))])
        return Allowance.of(run, spent)

    def _abandoned(self, run: Document) -> Callable[[], bool]:
        return lambda: self._cancelled.is_set() or self._workshop.clock() >= run["expires_at"]

    def _asked(self, question: _Question) -> ModelTurn | None:
        model = self._workshop.model
        try:
            ended, turn = call_abandonable(lambda: model.respond(question.request), self._abandoned(question.run))
        except BaseException as error:
            _LOG.warning("the model '%s' failed in run %s", model.name, self.run_id, exc_info=error)
            raise RunProblem(f"The model '{model.name}' failed: {type(error).__name__}: {error}") from error
        if not ended or self._cancelled.is_set():
            return None
        if not isinstance(turn, ModelTurn):
            raise RunProblem(f"The model '{model.name}' answered with {type(turn).__name__}, a ModelTurn was expected.")
        return turn

    def _not_heeded(self, question: _Question, demand: Demand, turn: ModelTurn) -> None:
        if self._urged:
            raise RunProblem(
                f"The tool_choice of this run forces a call of {demand}, but the model '{self._workshop.model.name}' was asked twice "
                "and did not make it."
            )
        self._urged = True
        self._unheeded = usage(question.tokens, count_tokens(turn.text) + _written(turn.tool_calls))

    def _call(self, question: _Question, turn: ModelTurn) -> bool:
        """Make the calls of a turn; True says that the run waits for outputs of functions."""
        for call in turn.tool_calls:
            problem = call_problem(call, question.request)
            if problem:
                raise RunProblem(problem)
        run = question.run
        wanted = selected(turn.tool_calls, question.demand, parallel=run["parallel_tool_calls"])
        calls = {ids.new_id(ids.CALL): call for call in wanted}
        ranking = ranking_options(run["tools"])
        listed = [documents.tool_call(call_id, call, ranking) for call_id, call in calls.items()]
        step = documents.step(run, {"type": "tool_calls", "tool_calls": listed}, self._ledger.now())
        pending = _Calls(step, calls, self._billed(usage(question.tokens, _written(wanted))))
        with self._store.transaction() as tx:
            if self._current(tx) is None:
                return False
            tx.insert(STEPS, step)
        for entry in listed:
            outcome = self._carried_out(question, entry, calls[entry["id"]])
            if outcome is not None:
                pending.outcomes[entry["id"]] = outcome
        with self._store.transaction() as tx:
            current = self._current(tx)
            if current is None:
                return False
            if not pending.awaited:
                self._complete(tx, step, pending)
                return False
            tx.replace(STEPS, step)
            self._pending = pending
            action = documents.required_action(pending.awaited)
            self._ledger.move(tx, current, "requires_action", required_action=action)
            return True

    def _carried_out(self, question: _Question, entry: dict[str, Any], call: ToolCall) -> ToolResult | None:
        """The outcome of a call, whose entry in the step is completed; None where it is not the service's to make."""
        if call.kind == "code_interpreter":
            ran = self._sandbox.execute(call.input, question.files)
            entry["code_interpreter"]["outputs"] = ran.outputs
            return ToolResult(call, ran.text, ran.files, ran.failed)
        if call.kind == "file_search":
            found = self._search.execute(question.run, call.input)
            entry["file_search"]["results"] = found.results
            return ToolResult(call, found.text, passages=found.passages)
        return None

    def _complete(self, tx: Transaction, step: Document, pending: _Calls) -> None:
        tx.replace(STEPS, closed_step(step, "completed", self._ledger.now(), usage=pending.usage))
        self._results += [pending.outcomes[call_id] for call_id in pending.calls]

    def _answer(self, question: _Question, text: str) -> None:
        """Write the message and its step, and complete the run, in one stroke: nobody sees one without the others."""
        with self._store.transaction() as tx:
            run = self._current(tx)
            if run is None:
                return
            left = self._left(tx, run).completion
            cut_short = left is not None and count_tokens(text) > left
            if left is not None and cut_short:
                text = cut_to_tokens(text, left)
            else:
                self._check_format(run, text)
            images = [{"type": "image_file", "image_file": {"file_id": file_id}} for file_id in self._sandbox.take_images()]
            references = annotations_of(text, self._sandbox.names, self._search.passages)
            words = [documents.text_content(text, references)] if text or not images else []
            now = self._ledger.now()
            message = documents.message(run["thread_id"], "assistant", images + words, now, run=run, cut_short=cut_short)
            tx.insert(MESSAGES, message)
            details = {"type": "message_creation", "message_creation": {"message_id": message["id"]}}
            spent = self._billed(usage(question.tokens, count_tokens(text)))
            tx.insert(STEPS, closed_step(documents.step(run, details, now), "completed", now, usage=spent))
            if cut_short:
                self._ledger.move(tx, run, "incomplete", incomplete_details={"reason": "max_completion_tokens"})
            else:
                self._ledger.move(tx, run, "completed")

    def _check_format(self, run: Document, text: str) -> None:
        problem = answer_problem(text, run["response_format"])
        if problem:
            raise RunProblem(
                f"The answer of the model '{self._workshop.model.name}' is not of the response_format of this run: {problem}."
            )

    def _billed(self, spent: dict[str, int]) -> dict[str, int]:
        """The usage of a step, with that of the turn before it that went unused."""
        unheeded, self._unheeded = self._unheeded, usage(0, 0)
        return total([unheeded, spent])


def _written(calls: Sequence[ToolCall]) -> int:
    """About how many tokens a model wrote for these calls."""
    return sum(count_tokens(f"{call.name} {call.arguments} {call.input}") for call in calls)
