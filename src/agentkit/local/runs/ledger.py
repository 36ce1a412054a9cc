"""Moves runs through their states in the store, with the steps and the message that are open in them, and tells the streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agentkit.local.runs import documents
from agentkit.local.runs.events import EventHub
from agentkit.local.runs.states import ACTIVE, TERMINAL, closed_step, moved
from agentkit.local.runs.tokens import total
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import MESSAGES, RUNS, STEPS

__all__ = ["Ledger"]

_ACTIVE_STATES = ", ".join(f"'{state}'" for state in sorted(ACTIVE))
_STEP_ENDS = frozenset({"cancelled", "failed", "expired"})

Content = list[dict[str, Any]]


class Ledger:
    """What there is to know and to change about runs, inside a transaction of the store.

    :param clock: The present in unix seconds.
    :param hub: What becomes of a run is told there.
    """

    def __init__(self, clock: Callable[[], float], hub: EventHub) -> None:
        self._clock = clock
        self._hub = hub
        self._written: dict[str, Callable[[], Content]] = {}

    def now(self) -> int:
        """The present in whole unix seconds."""
        return int(self._clock())

    def active(self, tx: Transaction, thread_id: str) -> Document | None:
        """The run that locks this thread, if there is one."""
        runs = tx.select(RUNS, f"thread_id = ? AND status IN ({_ACTIVE_STATES})", thread_id)
        return runs[0] if runs else None

    def begin(self, tx: Transaction, run: Document, thread: Document | None = None) -> None:
        """Take in a run that was just asked for.

        :param thread: Its thread, where it was made along with it.
        """
        tx.insert(RUNS, run)
        if thread is not None:
            self._hub.tell(run["id"], "thread.created", thread)
        self._hub.tell(run["id"], "thread.run.created", run)
        self._hub.tell(run["id"], "thread.run.queued", run)

    def move(self, tx: Transaction, run: Document, to: str, **changes: Any) -> Document:
        """Bring a run into its next state; one that ends closes what is open in it and sums up the usage of its steps.

        :raises IllegalTransition: The run is no longer where it can become this.
        """
        now = self.now()
        after = moved(run, to, now, **changes)
        if to in _STEP_ENDS:
            for message in tx.select(MESSAGES, "thread_id = ? AND run_id = ?", run["thread_id"], run["id"]):
                if message["status"] == "in_progress":
                    self.end_message(tx, message, self._content_so_far(run["id"]), f"run_{to}")
            for step in tx.select(STEPS, "run_id = ? AND status = 'in_progress'", run["id"]):
                error = _step_error(after["last_error"]) if to == "failed" else None
                self.end_step(tx, step, to, last_error=error)
        if to in TERMINAL:
            after["usage"] = total(step["usage"] for step in tx.select(STEPS, "run_id = ?", run["id"]))
        tx.replace(RUNS, after)
        self._hub.tell(run["id"], f"thread.run.{to}", after)
        return after

    def begin_step(self, tx: Transaction, step: Document) -> None:
        """Take in a step. Readers get the calls of one that calls tools in pieces."""
        tx.insert(STEPS, step)
        details = step["step_details"]
        told = {**step, "step_details": {**details, "tool_calls": []}} if "tool_calls" in details else step
        self._hub.tell(step["run_id"], "thread.run.step.created", told)
        self._hub.tell(step["run_id"], "thread.run.step.in_progress", told)

    def end_step(self, tx: Transaction, step: Document, status: str, **changes: Any) -> None:
        """Close a step in progress.

        :param status: completed, cancelled, failed or expired.
        """
        closed = tx.replace(STEPS, closed_step(step, status, self.now(), **changes))
        self._hub.tell(step["run_id"], f"thread.run.step.{status}", closed)

    def begin_message(self, tx: Transaction, message: Document, written: Callable[[], Content]) -> None:
        """Take in the message that a run begins to write; a run writes one at a time.

        :param written: Gives the content so far and ends the writing, for when the run ends before the message is complete.
        """
        self._written[message["run_id"]] = written
        tx.insert(MESSAGES, message)
        self._hub.tell(message["run_id"], "thread.message.created", message)
        self._hub.tell(message["run_id"], "thread.message.in_progress", message)

    def end_message(self, tx: Transaction, message: Document, content: Content, reason: str | None = None) -> None:
        """Give a message its content.

        :param message: The message as it was when it was begun, or later.
        :param reason: Why it is incomplete, where it is.
        """
        begun = tx.require(MESSAGES, message["id"], message["thread_id"])
        ended = tx.replace(MESSAGES, documents.ended_message(begun, content, self.now(), reason))
        self._hub.tell(message["run_id"], f"thread.message.{ended['status']}", ended)

    def release(self, run_id: str) -> None:
        """Forget what is known of a run in memory: it is not worked on any more."""
        self._written.pop(run_id, None)

    def _content_so_far(self, run_id: str) -> Content:
        written = self._written.get(run_id)
        return written() if written else []

    def fail(self, tx: Transaction, run: Document, message: str, code: str = "server_error") -> Document:
        """End a run as failed, saying why."""
        return self.move(tx, run, "failed", last_error={"code": code, "message": message})

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
    # A step knows two codes only; a run may have others.
    code = "rate_limit_exceeded" if error and error["code"] == "rate_limit_exceeded" else "server_error"
    return {"code": code, "message": error["message"]} if error else None
