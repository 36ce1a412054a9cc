"""Moves runs through their states in the store, together with the steps that are open in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agentkit.local.runs.states import ACTIVE, TERMINAL, closed_step, moved
from agentkit.local.runs.tokens import total
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import RUNS, STEPS

__all__ = ["Ledger"]

_ACTIVE_STATES = ", ".join(f"'{state}'" for state in sorted(ACTIVE))
_STEP_ENDS = frozenset({"cancelled", "failed", "expired"})


class Ledger:
    """What there is to know and to change about runs, inside a transaction of the store.

    :param clock: The present in unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def now(self) -> int:
        """The present in whole unix seconds."""
        return int(self._clock())

    def active(self, tx: Transaction, thread_id: str) -> Document | None:
        """The run that locks this thread, if there is one."""
        runs = tx.select(RUNS, f"thread_id = ? AND status IN ({_ACTIVE_STATES})", thread_id)
        return runs[0] if runs else None

    def move(self, tx: Transaction, run: Document, to: str, **changes: Any) -> Document:
        """Bring a run into its next state; one that ends closes its open steps and sums up their usage.

        :raises IllegalTransition: The run is no longer where it can become this.
        """
        now = self.now()
        after = moved(run, to, now, **changes)
        if to in _STEP_ENDS:
            for step in tx.select(STEPS, "run_id = ? AND status = 'in_progress'", run["id"]):
                error = _step_error(after["last_error"]) if to == "failed" else None
                tx.replace(STEPS, closed_step(step, to, now, last_error=error))
        if to in TERMINAL:
            after["usage"] = total(step["usage"] for step in tx.select(STEPS, "run_id = ?", run["id"]))
        return tx.replace(RUNS, after)

    def fail(self, tx: Transaction, run: Document, message: str) -> Document:
        """End a run as failed, saying why."""
        return self.move(tx, run, "failed", last_error={"code": "server_error", "message": message})

    def expire_due(self, tx: Transaction) -> list[Document]:
        """End every active run whose time is up; returns the runs as they were before."""
        due = tx.select(RUNS, f"status IN ({_ACTIVE_STATES}) AND expires_at <= ?", self.now())
        for run in due:
            self.move(tx, run, "expired")
        return due

    def fail_left_over(self, tx: Transaction) -> None:
        """End the runs that an earlier service left active: nothing works on them any more."""
        for run in tx.select(RUNS, f"status IN ({_ACTIVE_STATES})"):
            self.fail(tx, run, "The service ended while this run was active. Create the run again.")


def _step_error(error: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return {"code": "server_error", "message": error["message"]} if error else None
