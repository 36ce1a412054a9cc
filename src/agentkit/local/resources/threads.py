"""Threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agentkit.local.operations import Call, Context, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.messages import add_message
from agentkit.local.resources.rules import merged
from agentkit.local.resources.tool_resources import IDLE, settled
from agentkit.local.runs import documents
from agentkit.local.store import Document, Transaction, public
from agentkit.local.tables import RUNS, THREADS

__all__ = ["new_thread"]

_DEFAULTS: Mapping[str, Any] = {"tool_resources": {}, "metadata": {}}


def new_thread(tx: Transaction, context: Context, wanted: Mapping[str, Any], param: str = "") -> Document:
    """Make a thread with its first messages.

    :param wanted: The fields that were sent for it.
    :param param: What to begin the names of fields with in errors.
    """
    resources = settled(tx, context, wanted.get("tool_resources"), f"{param}tool_resources", expires_after=IDLE)
    thread = tx.insert(THREADS, documents.thread(context.now(), resources, wanted.get("metadata")))
    for index, message in enumerate(wanted.get("messages") or ()):
        add_message(tx, context, thread["id"], message, f"{param}messages[{index}].")
    # The attachments of the messages may have given it a vector store.
    return tx.require(THREADS, thread["id"])


@operation("create_thread")
def create_thread(tx: Transaction, call: Call) -> Document:
    return new_thread(tx, call.context, call.body)


@operation("get_thread")
def get_thread(tx: Transaction, call: Call) -> Document:
    return public(tx.require(THREADS, call.path["threadId"]))


@operation("list_threads")
def list_threads(tx: Transaction, call: Call) -> Document:
    # Those that connected agents work on are named in the steps that call them.
    return tx.page(THREADS, Paging.of(call.query), {"_outer_thread_id": None})


@operation("update_thread")
def update_thread(tx: Transaction, call: Call) -> Document:
    thread = tx.require(THREADS, call.path["threadId"])
    thread = merged(thread, call, _DEFAULTS)
    if call.body.get("tool_resources"):
        thread["tool_resources"] = settled(tx, call.context, call.body["tool_resources"], expires_after=IDLE)
    return public(tx.replace(THREADS, thread))


@operation("delete_thread")
def delete_thread(tx: Transaction, call: Call) -> Document:
    thread_id = call.path["threadId"]
    runs = list(_runs_of(tx, thread_id))
    tx.delete(THREADS, thread_id)
    call.context.runs.forget(runs)
    return {"id": thread_id, "object": "thread.deleted", "deleted": True}


def _runs_of(tx: Transaction, thread_id: str) -> Iterator[Document]:
    """The runs of a thread, and those of the threads that are deleted along with it."""
    yield from tx.select(RUNS, "thread_id = ?", thread_id)
    for inner in tx.select(THREADS, "_outer_thread_id = ?", thread_id):
        yield from _runs_of(tx, inner["id"])
