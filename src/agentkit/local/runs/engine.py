"""Keeps all runs of a service going: begins, cancels, resumes and ends them, a few at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from agentkit.local.blobs import Blobs
from agentkit.local.models.base import ChatModel
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs import documents
from agentkit.local.runs.connected import Interruptible
from agentkit.local.runs.events import EventHub, EventStream
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.sessions import CodeSessions
from agentkit.local.runs.states import TERMINAL
from agentkit.local.runs.work import ActiveRun, Workshop
from agentkit.local.runs.workers import WorkerPool
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.tables import RUNS

__all__ = ["RunEngine"]

_LOG = logging.getLogger("agentkit.local")

_WORKERS = 8
_STOP_SECONDS = 10.0


class RunEngine:
    """Works on all active runs of a service, a few at a time.

    :param model: What answers.
    :param trusted: Whether the code that the model writes comes from the service's own rules.
    :param code_interpreter: Whether code is run at all.
    :param clock: The present in unix seconds.
    :param hub: Where the store publishes the events that are told in its transactions.
    :param delta_delay: Seconds before each piece of what a run writes, while somebody reads along.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        retrieval: Retrieval,
        model: ChatModel,
        *,
        trusted: bool,
        code_interpreter: bool,
        clock: Callable[[], float],
        hub: EventHub,
        delta_delay: float = 0.0,
    ) -> None:
        self.ledger: Ledger = Ledger(clock, hub)
        self._hub = hub
        self._store = store
        self._code_sessions = CodeSessions(trusted=trusted)
        self._workshop = Workshop(
            store=store,
            blobs=blobs,
            retrieval=retrieval,
            model=model,
            ledger=self.ledger,
            refresh=self.refresh,
            conduct=self.conduct,
            trusted=trusted,
            code_interpreter=code_interpreter,
            code_sessions=self._code_sessions,
            clock=clock,
            hub=hub,
            delta_delay=delta_delay,
        )
        self._active: dict[str, ActiveRun] = {}
        self._stopping = threading.Event()
        self._workers = WorkerPool(_WORKERS, "agentkit-run")
        with store.transaction() as tx:
            self.ledger.fail_left_over(tx)

    def stop(self) -> None:
        """Interrupt every run, wait for the threads, and end in the store what was active as failed."""
        self._stopping.set()
        self.close_streams()
        for active in list(self._active.values()):
            active.interrupt()
        self._workers.stop(_STOP_SECONDS)
        self._code_sessions.close()
        self._active.clear()
        with self._store.transaction() as tx:
            self.ledger.fail_left_over(tx)

    def close_streams(self) -> None:
        """Break off every stream of events that is open, or will be."""
        self._hub.close()

    # What the operations call, inside their transaction.

    def refresh(self, tx: Transaction) -> None:
        """End the runs whose time is up; called before anything is said about runs."""
        for run in self.ledger.expire_due(tx):
            self._interrupt(run)

    def stream(self, run_id: str, *, found_text: bool = False) -> EventStream:
        """A stream of what becomes of a run from now on, until it ends or waits for outputs.

        :param found_text: Whether the steps have the text that file search found.
        """
        return self._hub.open(run_id, dict if found_text else documents.without_found_text)

    def leave(self, run_id: str, stream: EventStream) -> None:
        """Close a stream whose reader has gone; the run goes on."""
        self._hub.leave(run_id, stream)

    def launch(self, tx: Transaction, run: Document, *, thread: Document | None = None) -> None:
        """Take in a run, and begin to work on it.

        :param thread: The run's thread, where it was made along with it.
        """
        self.ledger.begin(tx, run, thread)
        active = self._active[run["id"]] = ActiveRun(self._workshop, run["id"])
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
        active.take_outputs(tx, outputs)
        queued = self.ledger.move(tx, run, "queued")
        self._workers.submit(lambda: self._work(active))
        return queued

    def forget(self, runs: Sequence[Document]) -> None:
        """Let go of runs that are being deleted with their threads, and of what their code left in memory."""
        for run in runs:
            self._interrupt(run)
            self._hub.tell_deleted(run["id"])
            self._code_sessions.end(run["thread_id"])

    def _interrupt(self, run: Document) -> None:
        active = self._active.get(run["id"])
        if active is None:
            return
        active.interrupt()
        if run["status"] == "requires_action":
            # No worker holds it, so nobody else would clean up.
            self._release(active)

    def _release(self, active: ActiveRun) -> None:
        self._active.pop(active.run_id, None)
        self.ledger.release(active.run_id)

    # What happens in a worker's thread.

    def conduct(self, run_id: str, callers: tuple[str, ...], begun: Callable[[Interruptible], None]) -> None:
        """Work on a run that another run waits for, in this thread, until it has ended.

        :param callers: The ids of the agents that wait for it, the outermost first.
        :param begun: Told of the work before it begins, so that it can be interrupted.
        """
        active = self._active[run_id] = ActiveRun(self._workshop, run_id, callers)
        begun(active)
        self._work(active)
        with self._store.transaction() as tx:
            run = tx.get(RUNS, run_id)
            if run is not None and run["status"] not in TERMINAL and not self._stopping.is_set():
                # What waited for it was interrupted, and this run with it.
                cancelling = run if run["status"] == "cancelling" else self.ledger.move(tx, run, "cancelling")
                self.ledger.move(tx, cancelling, "cancelled")

    def _work(self, active: ActiveRun) -> None:
        waiting = False
        try:
            try:
                waiting = self._started(active) and active.advance()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong ends the run, not the service
                self._failed(active, error)
            if not waiting:
                self._settle(active)
        finally:
            if not waiting:
                self._release(active)
                self._hub.release(active.run_id)

    def _started(self, active: ActiveRun) -> bool:
        with self._store.transaction() as tx:
            run = tx.get(RUNS, active.run_id)
            if run is None or run["status"] != "queued":
                return False
            self.ledger.move(tx, run, "in_progress")
            return True

    def _failed(self, active: ActiveRun, error: Exception) -> None:
        if self._stopping.is_set():
            _LOG.debug("run %s was interrupted by the end of the service", active.run_id, exc_info=error)
            return
        reason, code = str(error), "server_error"
        if isinstance(error, RunProblem):
            code = error.code
        else:
            _LOG.error("run %s failed", active.run_id, exc_info=error)
            reason = f"The service failed at this run: {type(error).__name__}: {error}"
        with self._store.transaction() as tx:
            run = tx.get(RUNS, active.run_id)
            if run is not None and run["status"] not in TERMINAL | {"cancelling"}:
                self.ledger.fail(tx, run, reason, code)

    def _settle(self, active: ActiveRun) -> None:
        """Finish what a cancel or the end of the run's time has begun; runs that ended by themselves stay as they are."""
        if self._stopping.is_set():
            return
        with self._store.transaction() as tx:
            self.ledger.expire_due(tx)
            run = tx.get(RUNS, active.run_id)
            if run is not None and run["status"] == "cancelling":
                self.ledger.move(tx, run, "cancelled")
