"""Threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local import ids
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.messages import add_message
from agentkit.local.resources.rules import check_tool_resources, merged
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import RUNS, THREADS

__all__ = ["new_thread"]

_DEFAULTS: Mapping[str, Any] = {"tool_resources": {}, "metadata": {}}


def new_thread(tx: Transaction, wanted: Mapping[str, Any], now: int, param: str = "") -> Document:
    """Make a thread with its first messages.

    :param wanted: The fields that were sent for it.
    :param now: Unix seconds.
    :param param: What to begin the names of fields with in errors.
    """
    check_tool_resources(tx, wanted.get("tool_resources"), f"{param}tool_resources")
    thread = tx.insert(
        THREADS,
        {
            "id": ids.new_id(ids.THREAD),
            "object": "thread",
            "created_at": now,
            "tool_resources": wanted.get("tool_resources") or {},
            "metadata": wanted.get("metadata") or {},
        },
    )
    for index, message in enumerate(wanted.get("messages") or ()):
        add_message(tx, thread["id"], message, now, f"{param}messages[{index}].")
    return thread


@operation("create_thread")
def create_thread(tx: Transaction, call: Call) -> Document:
    return new_thread(tx, call.body, call.context.now())


@operation("get_thread")
def get_thread(tx: Transaction, call: Call) -> Document:
    return tx.require(THREADS, call.path["threadId"])


@operation("list_threads")
def list_threads(tx: Transaction, call: Call) -> Document:
    return tx.page(THREADS, Paging.of(call.query))


@operation("update_thread")
def update_thread(tx: Transaction, call: Call) -> Document:
    thread = tx.require(THREADS, call.path["threadId"])
    check_tool_resources(tx, call.body.get("tool_resources"))
    return tx.replace(THREADS, merged(thread, call, _DEFAULTS))


@operation("delete_thread")
def delete_thread(tx: Transaction, call: Call) -> Document:
    thread_id = call.path["threadId"]
    runs = tx.select(RUNS, "thread_id = ?", thread_id)
    tx.delete(THREADS, thread_id)
    call.context.runs.forget(runs)
    return {"id": thread_id, "object": "thread.deleted", "deleted": True}
