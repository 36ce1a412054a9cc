"""Carries out runs: asks the model, makes the calls that it wants, writes the steps and the answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentkit.local import ids
from agentkit.local.blobs import Blobs
from agentkit.local.models.base import ChatModel, FileRef, ModelRequest, ModelTurn, ToolCall, ToolResult
from agentkit.local.runs import documents, prompt
from agentkit.local.runs.annotations import file_path_annotations
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.sandbox import Sandbox
from agentkit.local.runs.states import TERMINAL, closed_step
from agentkit.local.runs.tokens import count_tokens, cut_to_tokens, usage
from agentkit.local.runs.workers import WorkerPool, call_abandonable
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.tables import MESSAGES, RUNS, STEPS

__all__ = ["MAX_TURNS", "RunEngine"]

_LOG = logging.getLogger("agentkit.local")

MAX_TURNS = 20
"""How often the model is asked in one run before the run fails."""

_WORKERS = 8
_STOP_SECONDS = 10.0


class RunProblem(Exception):
    """A run cannot go on; the text becomes its last error."""


@dataclass
class ActiveRun:
    """What the engine keeps in memory of a run that has not ended."""

    run_id: str
    sandbox: Sandbox
    cancelled: threading.Event
    results: list[ToolResult] = field(default_factory=list)
    turns: int = 0
    # The step that waits for the outputs of functions: all its calls in order, with the outcomes that are known.
    step_id: str = ""
    calls: dict[str, ToolCall] = field(default_factory=dict)
    outcomes: dict[str, ToolResult] = field(default_factory=dict)
    usage: dict[str, int] | None = None

    @property
    def awaited(self) -> dict[str, ToolCall]:
        """The calls whose outputs are still to come, by their ids."""
        return {call_id: call for call_id, call in self.calls.items() if call_id not in self.outcomes}


class RunEngine:
    """Works on all active runs of a service, a few at a time.

    :param model: What answers.
    :param trusted: Whether the code that the model writes comes from the service's own rules.
    :param code_interpreter: Whether code is run at all.
    :param clock: The present in unix seconds.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        model: ChatModel,
        *,
        trusted: bool,
        code_interpreter: bool,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._model = model
        self._trusted = trusted
        self._code_interpreter = code_interpreter
        self._clock = clock
        self._active: dict[str, ActiveRun] = {}
        self._stopping = threading.Event()
        self._workers = WorkerPool(_WORKERS, "agentkit-run")
        self.ledger = Ledger(clock)
        with store.transaction() as tx:
            self.ledger.fail_left_over(tx)

    def stop(self) -> None:
        """Interrupt every run and wait for the threads; what is active stays so in the store and fails at the next start."""
        self._stopping.set()
        for active in list(self._active.values()):
            active.cancelled.set()
        self._workers.stop(_STOP_SECONDS)
        for active in list(self._active.values()):
            active.sandbox.close()
        self._active.clear()

    # What the operations call, inside their transaction.

    def refresh(self, tx: Transaction) -> None:
        """End the runs whose time is up; called before anything is said about runs."""
        for run in self.ledger.expire_due(tx):
            self._interrupt(run)

    def launch(self, run: Document) -> None:
        """Begin to work on a run that was just created."""
        cancelled = threading.Event()
        sandbox = Sandbox(
            self._store,
            self._blobs,
            self.ledger.now,
            enabled=self._code_interpreter,
            trusted=self._trusted,
            cancelled=cancelled,
        )
        active = self._active[run["id"]] = ActiveRun(run["id"], sandbox, cancelled)
        self._workers.submit(lambda: self._work(active))

    def cancel(self, tx: Transaction, run: Document) -> Document:
        """Bring a run to its end; one that is being worked on is cancelling until the worker has let go of it."""
        cancelling = self.ledger.move(tx, run, "cancelling")
        self._interrupt(run)
        if run["status"] == "in_progress":
            return cancelling
        return self.ledger.move(tx, cancelling, "cancelled")

    def resume(self, tx: Transaction, run: Document, outputs: Mapping[str, str]) -> Document:
        """Go on with a run that waited for the outputs of these calls.

        :raises KeyError: The engine does not know the run.
        """
        active = self._active[run["id"]]
        for call_id, call in active.awaited.items():
            active.outcomes[call_id] = ToolResult(call, outputs[call_id])
        step = tx.require(STEPS, active.step_id, run["id"])
        for call in step["step_details"]["tool_calls"]:
            if call["type"] == "function":
                call["function"]["output"] = outputs[call["id"]]
        tx.replace(STEPS, closed_step(step, "completed", self.ledger.now(), usage=active.usage))
        active.results += [active.outcomes[call_id] for call_id in active.calls]
        queued = self.ledger.move(tx, run, "queued")
        self._workers.submit(lambda: self._work(active))
        return queued

    def forget(self, runs: Sequence[Document]) -> None:
        """Let go of runs that are being deleted."""
        for run in runs:
            self._interrupt(run)

    def _interrupt(self, run: Document) -> None:
        active = self._active.get(run["id"])
        if active is None:
            return
        active.cancelled.set()
        if run["status"] == "requires_action":
            # No worker holds it, so nobody else would clean up.
            self._release(active)

    def _release(self, active: ActiveRun) -> None:
        self._active.pop(active.run_id, None)
        active.sandbox.close()

    # What happens in a worker's thread.

    def _work(self, active: ActiveRun) -> None:
        try:
            waiting = self._started(active) and self._turns(active)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong ends the run, not the service
            waiting = False
            self._failed(active, error)
        if not waiting:
            self._settle(active)
            self._release(active)

    def _started(self, active: ActiveRun) -> bool:
        with self._store.transaction() as tx:
            run = tx.get(RUNS, active.run_id)
            if run is None or run["status"] != "queued":
                return False
            self.ledger.move(tx, run, "in_progress")
            return True

    def _turns(self, active: ActiveRun) -> bool:
        """Ask the model until it answers; True says that the run waits for outputs of functions."""
        while active.turns < MAX_TURNS:
            active.turns += 1
            with self._store.transaction() as tx:
                run = self._current(tx, active)
                if run is None:
                    return False
                messages = prompt.conversation(tx, run)
                files = prompt.files_of_run(tx, run, messages)
                request = prompt.request_of(tx, run, messages, files, active.results)
            asked = prompt.prompt_tokens(request)
            if run["max_prompt_tokens"] is not None and asked > run["max_prompt_tokens"]:
                self._end_incomplete(active, "max_prompt_tokens")
                return False
            turn = self._asked(active, run, request)
            if turn is None:
                return False
            if not turn.tool_calls:
                self._answer(active, turn.text, asked)
                return False
            if self._calls(active, run, turn, files, asked):
                return True
        raise RunProblem(f"The model called tools {MAX_TURNS} times without coming to an answer, so the run was ended.")

    def _current(self, tx: Transaction, active: ActiveRun) -> Document | None:
        """The run, if it is still in progress: it may have been cancelled, deleted, or have run out of time."""
        self.refresh(tx)
        run = tx.get(RUNS, active.run_id)
        return run if run is not None and run["status"] == "in_progress" else None

    def _asked(self, active: ActiveRun, run: Document, request: ModelRequest) -> ModelTurn | None:
        try:
            ended, turn = call_abandonable(
                lambda: self._model.respond(request),
                lambda: active.cancelled.is_set() or self._clock() >= run["expires_at"],
            )
        except BaseException as error:
            _LOG.warning("the model '%s' failed in run %s", self._model.name, active.run_id, exc_info=error)
            raise RunProblem(f"The model '{self._model.name}' failed: {type(error).__name__}: {error}") from error
        if not ended or active.cancelled.is_set():
            return None
        if not isinstance(turn, ModelTurn):
            raise RunProblem(f"The model '{self._model.name}' answered with {type(turn).__name__}, a ModelTurn was expected.")
        for call in turn.tool_calls:
            _check_call(call, request)
        return turn

    def _calls(self, active: ActiveRun, run: Document, turn: ModelTurn, files: Sequence[FileRef], asked: int) -> bool:
        """Make the calls of a turn; True says that the run waits for outputs of functions."""
        wanted = list(turn.tool_calls) if run["parallel_tool_calls"] else list(turn.tool_calls[:1])
        active.calls = {ids.new_id(ids.CALL): call for call in wanted}
        active.outcomes = {}
        listed = [documents.tool_call(call_id, call) for call_id, call in active.calls.items()]
        spent = sum(count_tokens(f"{call.name} {call.arguments} {call.input}") for call in wanted)
        active.usage = usage(asked, spent)
        step = documents.step(run, {"type": "tool_calls", "tool_calls": listed}, self.ledger.now())
        with self._store.transaction() as tx:
            if self._current(tx, active) is None:
                return False
            tx.insert(STEPS, step)
        active.step_id = step["id"]
        for entry in listed:
            call = active.calls[entry["id"]]
            if call.kind == "code_interpreter":
                outcome = active.sandbox.execute(call.input, files)
                entry["code_interpreter"]["outputs"] = outcome.outputs
                active.outcomes[entry["id"]] = ToolResult(call, outcome.text, outcome.files, outcome.failed)
        with self._store.transaction() as tx:
            current = self._current(tx, active)
            if current is None:
                return False
            if not active.awaited:
                tx.replace(STEPS, closed_step(step, "completed", self.ledger.now(), usage=active.usage))
                active.results += active.outcomes.values()
                return False
            tx.replace(STEPS, step)
            action = documents.required_action(active.awaited)
            self.ledger.move(tx, current, "requires_action", required_action=action)
            return True

    def _answer(self, active: ActiveRun, text: str, asked: int) -> None:
        """Write the message and its step, and complete the run, in one stroke: nobody sees one without the others."""
        with self._store.transaction() as tx:
            run = self._current(tx, active)
            if run is None:
                return
            limit = run["max_completion_tokens"]
            left = None if limit is None else max(0, limit - _spent(tx, run))
            cut_short = left is not None and count_tokens(text) > left
            if left is not None and cut_short:
                text = cut_to_tokens(text, left)
            images = [{"type": "image_file", "image_file": {"file_id": file_id}} for file_id in active.sandbox.take_images()]
            words = [documents.text_content(text, file_path_annotations(text, active.sandbox.names))] if text or not images else []
            now = self.ledger.now()
            message = documents.message(run["thread_id"], "assistant", images + words, now, run=run, cut_short=cut_short)
            tx.insert(MESSAGES, message)
            details = {"type": "message_creation", "message_creation": {"message_id": message["id"]}}
            step = closed_step(documents.step(run, details, now), "completed", now, usage=usage(asked, count_tokens(text)))
            tx.insert(STEPS, step)
            if cut_short:
                self.ledger.move(tx, run, "incomplete", incomplete_details={"reason": "max_completion_tokens"})
            else:
                self.ledger.move(tx, run, "completed")

    def _end_incomplete(self, active: ActiveRun, reason: str) -> None:
        with self._store.transaction() as tx:
            run = self._current(tx, active)
            if run is not None:
                self.ledger.move(tx, run, "incomplete", incomplete_details={"reason": reason})

    def _failed(self, active: ActiveRun, error: Exception) -> None:
        if self._stopping.is_set():
            _LOG.debug("run %s was interrupted by the end of the service", active.run_id, exc_info=error)
            return
        reason = str(error)
        if not isinstance(error, RunProblem):
            _LOG.error("run %s failed", active.run_id, exc_info=error)
            reason = f"The service failed at this run: {type(error).__name__}: {error}"
        with self._store.transaction() as tx:
            run = tx.get(RUNS, active.run_id)
            if run is not None and run["status"] not in TERMINAL | {"cancelling"}:
                self.ledger.fail(tx, run, reason)

    def _settle(self, active: ActiveRun) -> None:
        """Finish what a cancel or the end of the run's time has begun; runs that ended by themselves stay as they are."""
        if self._stopping.is_set():
            return
        with self._store.transaction() as tx:
            self.ledger.expire_due(tx)
            run = tx.get(RUNS, active.run_id)
            if run is not None and run["status"] == "cancelling":
                self.ledger.move(tx, run, "cancelled")


def _check_call(call: ToolCall, request: ModelRequest) -> None:
    if call.kind == "function":
        offered = [tool["function"]["name"] for tool in request.tools if tool["type"] == "function"]
        if call.name not in offered:
            names = ", ".join(offered) or "none"
            raise RunProblem(f"The model called the function '{call.name}', which this run does not offer; it offers: {names}.")
    elif call.kind == "file_search":
        raise RunProblem("The model called file_search, but this version of the local service has no search index.")
    elif call.kind != "code_interpreter":
        raise RunProblem(f"The model called the tool '{call.kind}', which the local service cannot carry out.")
    elif not request.offers("code_interpreter"):
        raise RunProblem("The model called code_interpreter, which is not among the tools of this run.")


def _spent(tx: Transaction, run: Document) -> int:
    steps: list[dict[str, Any]] = tx.select(STEPS, "run_id = ?", run["id"])
    return sum(step["usage"]["completion_tokens"] for step in steps if step["usage"])
