"""Keeps all runs of a service going: begins, cancels, resumes and ends them, a few at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from agentkit.local.blobs import Blobs
from agentkit.local.models.base import ChatModel
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.problems import RunProblem
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
    ) -> None:
        self.ledger = Ledger(clock)
        self._store = store
        self._workshop = Workshop(
            store=store,
            blobs=blobs,
            retrieval=retrieval,
            model=model,
            ledger=self.ledger,
            refresh=self.refresh,
            trusted=trusted,
            code_interpreter=code_interpreter,
            clock=clock,
        )
        self._active: dict[str, ActiveRun] = {}
        self._stopping = threading.Event()
        self._workers = WorkerPool(_WORKERS, "agentkit-run")
        with store.transaction() as tx:
            self.ledger.fail_left_over(tx)

    def stop(self) -> None:
        """Interrupt every run and wait for the threads; what is active stays so in the store and fails at the next start."""
        self._stopping.set()
        for active in list(self._active.values()):
            active.interrupt()
        self._workers.stop(_STOP_SECONDS)
        for active in list(self._active.values()):
            active.close()
        self._active.clear()

    # What the operations call, inside their transaction.

    def refresh(self, tx: Transaction) -> None:
        """End the runs whose time is up; called before anything is said about runs."""
        for run in self.ledger.expire_due(tx):
            self._interrupt(run)

    def launch(self, run: Document) -> None:
        """Begin to work on a run that was just created."""
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
        """Let go of runs that are being deleted."""
        for run in runs:
            self._interrupt(run)

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
        active.close()

    # What happens in a worker's thread.

    def _work(self, active: ActiveRun) -> None:
        try:
            waiting = self._started(active) and active.advance()
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
