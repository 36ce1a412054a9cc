"""The states of a run, which may follow which, and what each leaves in the run and in its steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ACTIVE", "LIFETIME", "STATES", "TERMINAL", "TRANSITIONS", "IllegalTransition", "closed_step", "moved"]

LIFETIME = 600
"""Seconds from the creation of a run to its expiry."""

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"in_progress", "cancelling", "failed", "expired"}),
    "in_progress": frozenset({"requires_action", "cancelling", "completed", "incomplete", "failed", "expired"}),
    "requires_action": frozenset({"queued", "cancelling", "failed", "expired"}),
    "cancelling": frozenset({"cancelled", "failed", "expired"}),
    "cancelled": frozenset(),
    "completed": frozenset(),
    "incomplete": frozenset(),
    "failed": frozenset(),
    "expired": frozenset(),
}

STATES = tuple(TRANSITIONS)
TERMINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)
ACTIVE = frozenset(STATES) - TERMINAL

_RUN_TIMES = {"in_progress": "started_at", "completed": "completed_at", "cancelled": "cancelled_at", "failed": "failed_at"}
_STEP_TIMES = {"completed": "completed_at", "cancelled": "cancelled_at", "failed": "failed_at", "expired": "expired_at"}


class IllegalTransition(Exception):
    """A run was to go where its state does not lead."""

    def __init__(self, run_id: str, present: str, to: str) -> None:
        super().__init__(f"run '{run_id}' is {present} and cannot become {to}")
        self.present = present


def moved(run: Mapping[str, Any], to: str, now: int, **changes: Any) -> dict[str, Any]:
    """The run in its next state.

    :param run: The run as it is.
    :param to: The state that it goes into.
    :param now: Unix seconds.
    :param changes: Fields that change with the state.
    :raises IllegalTransition: The table has no such step.
    """
    if to not in TRANSITIONS[run["status"]]:
        raise IllegalTransition(run["id"], run["status"], to)
    after = {**run, "status": to, "required_action": None, **changes}
    stamp = _RUN_TIMES.get(to)
    # A run that waited for outputs comes back into progress: it has started only once.
    if stamp and after[stamp] is None:
        after[stamp] = now
    return after


def closed_step(step: Mapping[str, Any], status: str, now: int, **changes: Any) -> dict[str, Any]:
    """The step in the state that it ends in, with the time of it.

    :param step: A step in progress.
    :param status: completed, cancelled, failed or expired.
    :param now: Unix seconds.
    """
    return {**step, "status": status, _STEP_TIMES[status]: now, **changes}
