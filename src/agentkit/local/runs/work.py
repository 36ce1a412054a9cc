"""The work on one run: asks the model, makes the calls that it wants, writes the steps and the answer, while others may read along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.local.blobs import Blobs
from agentkit.local.models.base import ChatModel, FileRef, ModelRequest, ModelTurn, StreamingChatModel, ToolCall, ToolResult
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs import documents, prompt
from agentkit.local.runs.calls import StepCalls
from agentkit.local.runs.choice import Demand, call_problem, demand_of, selected, urged
from agentkit.local.runs.connected import Conduct
from agentkit.local.runs.events import EventHub
from agentkit.local.runs.feed import Feed
from agentkit.local.runs.filesearch import FileSearch, ranking_options
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.outside import OutsideTools
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.replies import Bill, Replies
from agentkit.local.runs.sandbox import Sandbox
from agentkit.local.runs.sessions import CodeSessions
from agentkit.local.runs.talk import ask, hear
from agentkit.local.runs.tokens import Allowance, Cost, count_tokens, total, usage
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.tables import RUNS, STEPS

__all__ = ["MAX_TURNS", "ActiveRun", "Workshop"]

MAX_TURNS = 20
"""How often the model is asked in one run before the run fails."""


@dataclass(frozen=True)
class Workshop:
    """What all runs of a service are worked on with.

    :param refresh: Ends the runs whose time is up, inside a transaction.
    :param conduct: Works to its end on a run that another run waits for.
    :param trusted: Whether the code that the model writes comes from the service's own rules.
    :param code_interpreter: Whether code is run at all.
    :param code_sessions: Where the code of each thread runs.
    :param clock: The present in unix seconds.
    :param hub: Where those who read along get the pieces of what is written.
    :param delta_delay: Seconds before each piece.
    """

    store: Store
    blobs: Blobs
    retrieval: Retrieval
    model: ChatModel
    ledger: Ledger
    refresh: Callable[[Transaction], None]
    conduct: Conduct
    trusted: bool
    code_interpreter: bool
    code_sessions: CodeSessions
    clock: Callable[[], float]
    hub: EventHub
    delta_delay: float


@dataclass(frozen=True)
class _Question:
    """What the model is asked in one turn, and what the turn is held to."""

    run: Document
    request: ModelRequest
    files: Sequence[FileRef]
    demand: Demand | None
    tokens: int

    def cost(self, turn: ModelTurn) -> Cost:
        """What the turn costs that answers it."""
        return Cost(self.tokens, turn.usage)


class ActiveRun:
    """One run that has not ended, with what there is of it in memory only.

    :param callers: The ids of the agents that wait for it, the outermost first; none where an application asked for it.
    """

    def __init__(self, workshop: Workshop, run_id: str, callers: tuple[str, ...] = ()) -> None:
        self.run_id = run_id
        self._workshop = workshop
        self._store = workshop.store
        self._ledger = workshop.ledger
        self._cancelled = threading.Event()
        self._feed = Feed(workshop.hub, run_id, workshop.delta_delay, self._cancelled)
        self._search = FileSearch(workshop.store, workshop.retrieval, workshop.ledger.now)
        self._sandbox = Sandbox(
            workshop.store,
            workshop.blobs,
            workshop.ledger.now,
            workshop.code_sessions,
            enabled=workshop.code_interpreter,
            trusted=workshop.trusted,
            cancelled=self._cancelled,
        )
        self._outside = OutsideTools(workshop.store, workshop.ledger, workshop.conduct, callers)
        self._replies = Replies(workshop, self._feed, self._sandbox, self._search, self._current, self._abandoned)
        self._results: list[ToolResult] = []
        self._turns = 0
        self._urged = False
        self._unheeded = usage(0, 0)
        self._pending: StepCalls | None = None

    def interrupt(self) -> None:
        """Make the worker let go of the run."""
        self._cancelled.set()
        self._outside.interrupt()

    def advance(self) -> bool:
        """Ask the model until it answers; True says that the run waits for outputs of functions.

        :raises RunProblem: The run has failed.
        """
        while self._turns < MAX_TURNS:
            self._turns += 1
            question = self._question()
            if question is None:
                return False
            turn = self._heard(question)
            if turn is None:
                return False
            if question.demand is not None and not question.demand.is_met(turn.tool_calls) and not turn.cut_short:
                self._not_heeded(question, question.demand, turn)
            elif not turn.tool_calls:
                limit, bill = question.request.max_completion_tokens, self._bill(question.cost(turn).whole)
                self._replies.conclude(question.run, turn.text, limit, bill, cut_short=turn.cut_short)
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
            request = prompt.request_of(
                tx, run, messages, files, self._results, demand, left.completion, self._workshop.blobs.path
            )
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

    def _heard(self, question: _Question) -> ModelTurn | None:
        """The model's turn; None where the run is over. Where the model streams, those who read along get its text as it comes."""
        model, run = self._workshop.model, question.run
        # Where a call is demanded, a text may turn out to be no answer.
        if question.demand is None and self._feed.is_watched and isinstance(model, StreamingChatModel):
            turn = hear(model, question.request, self._abandoned(run), lambda piece: self._replies.say(run, piece))
        else:
            turn = ask(model, question.request, self._abandoned(run))
        return None if self._cancelled.is_set() else turn

    def _not_heeded(self, question: _Question, demand: Demand, turn: ModelTurn) -> None:
        if self._urged:
            raise RunProblem(
                f"The tool_choice of this run forces a call of {demand}, but the model '{self._workshop.model.name}' was asked twice "
                "and did not make it."
            )
        self._urged = True
        self._unheeded = question.cost(turn).whole(count_tokens(turn.text) + _tokens_of(turn.tool_calls))

    def _call(self, question: _Question, turn: ModelTurn) -> bool:
        """Make the calls of a turn; True says that the run waits for outputs of functions."""
        for call in turn.tool_calls:
            problem = call_problem(call, question.request)
            if problem:
                raise RunProblem(problem)
        run = question.run
        cost = question.cost(turn)
        remarked = self._replies.end_remark(run, turn.text, self._bill(cost.remark))
        wanted = selected(turn.tool_calls, question.demand, parallel=run["parallel_tool_calls"])
        called = _tokens_of(wanted)
        spent = self._billed(cost.calls(called, count_tokens(turn.text)) if remarked else cost.whole(called))
        pending = StepCalls(run, wanted, ranking_options(run["tools"]), spent, self._ledger.now())
        with self._store.transaction() as tx:
            if self._current(tx) is None:
                return False
            self._ledger.begin_step(tx, pending.step)
        pending.tell(self._feed, self._abandoned(run))
        pending.carry_out(self._feed, lambda entry, call: self._carried_out(question, entry, call))
        pending.usage = total([pending.usage, self._outside.take_usage()])
        with self._store.transaction() as tx:
            current = self._current(tx)
            if current is None:
                return False
            if not pending.awaited:
                self._complete(tx, pending.step, pending)
                return False
            tx.replace(STEPS, pending.step)
            self._pending = pending
            action = documents.required_action(pending.awaited)
            self._ledger.move(tx, current, "requires_action", required_action=action)
            return True

    def _carried_out(self, question: _Question, entry: dict[str, Any], call: ToolCall) -> ToolResult | None:
        """The outcome of a call, whose entry in the step is completed; None where it is not the service's to make."""
        if call.kind == "code_interpreter":
            ran = self._sandbox.execute(question.run["thread_id"], call.input, question.files)
            entry["code_interpreter"]["outputs"] = ran.outputs
            return ToolResult(call, ran.text, ran.files, ran.failed, images=ran.images)
        if call.kind == "file_search":
            found = self._search.execute(question.run, call.input)
            entry["file_search"]["results"] = found.results
            return ToolResult(call, found.text, passages=found.passages)
        if not self._outside.takes(call.kind):
            return None
        tokens = question.request.max_completion_tokens
        done = self._outside.execute(question.run, call, tokens, self._abandoned(question.run))
        entry[call.kind].update(done.entry)
        return ToolResult(call, done.text, failed=done.failed)

    def _complete(self, tx: Transaction, step: Document, pending: StepCalls) -> None:
        self._ledger.end_step(tx, step, "completed", usage=pending.usage)
        self._results += [pending.outcomes[call_id] for call_id in pending.calls]

    def _bill(self, spent: Bill) -> Bill:
        return lambda written: self._billed(spent(written))

    def _billed(self, spent: dict[str, int]) -> dict[str, int]:
        """The usage of a step, with that of the turn before it that went unused."""
        unheeded, self._unheeded = self._unheeded, usage(0, 0)
        return total([unheeded, spent])


def _tokens_of(calls: Sequence[ToolCall]) -> int:
    """About how many tokens a model wrote for these calls."""
    return sum(count_tokens(f"{call.name} {call.arguments} {call.input}") for call in calls)
