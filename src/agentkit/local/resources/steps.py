"""Steps of runs."""

from __future__ import annotations

from collections.abc import Callable

from agentkit.local.errors import not_found
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.runs.documents import without_found_text
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import RUNS, STEPS


@operation("get_run_step")
def get_run_step(tx: Transaction, call: Call) -> Document:
    call.context.runs.refresh(tx)
    step = tx.require(STEPS, call.path["stepId"], call.path["runId"])
    if step["thread_id"] != call.path["threadId"]:
        raise not_found("run", call.path["runId"], f" in thread '{call.path['threadId']}'")
    return _shown(call)(step)


@operation("list_run_steps")
def list_run_steps(tx: Transaction, call: Call) -> Document:
    call.context.runs.refresh(tx)
    run = tx.require(RUNS, call.path["runId"], call.path["threadId"])
    return tx.page(STEPS, Paging.of(call.query), {"run_id": run["id"]}, present=_shown(call))


def _shown(call: Call) -> Callable[[Document], Document]:
    """Shows steps with the text that file search found, or, unless that was asked for, without it."""
    return (lambda step: step) if call.query.get("include[]") else without_found_text
