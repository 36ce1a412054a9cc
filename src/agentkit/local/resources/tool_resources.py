"""What agents, threads and runs give their tools: files for the code interpreter, vector stores for file search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.operations import Context
from agentkit.local.resources.rules import check_code_files, files_of_sources
from agentkit.local.store import Document, Transaction
from agentkit.local.stores import attach, is_expired, new_store, static_chunking, touched
from agentkit.local.tables import THREADS, VECTOR_STORE_FILES, VECTOR_STORES

__all__ = ["IDLE", "add_to_thread", "settled"]

IDLE: Mapping[str, Any] = {"anchor": "last_active_at", "days": 7}
"""When the vector stores that are made along with threads and messages expire."""


def settled(
    tx: Transaction,
    context: Context,
    resources: Mapping[str, Any] | None,
    param: str = "tool_resources",
    *,
    expires_after: Mapping[str, Any] | None = None,
) -> Document:
    """Tool resources with all that they name checked, and the vector stores that they only describe made.

    :param resources: As they were sent.
    :param param: What they are called in errors.
    :param expires_after: The expiry of stores that are made here.
    :return: The same, with ids in place of descriptions.
    :raises ApiError: 400, naming the field and the id at fault.
    """
    settled = {name: value for name, value in (resources or {}).items() if value is not None}
    if "code_interpreter" in settled:
        settled["code_interpreter"] = _with_files(tx, settled["code_interpreter"], f"{param}.code_interpreter")
    if "file_search" in settled:
        settled["file_search"] = _with_stores(tx, context, settled["file_search"], f"{param}.file_search", expires_after)
    return settled


def add_to_thread(tx: Transaction, context: Context, thread_id: str, file_ids: Sequence[str], param: str) -> None:
    """Let file search on a thread find these files: they go into the thread's vector store, which is made if there is none.

    :param param: What to call the files in errors.
    :raises ApiError: 400, the store that the thread has cannot take them.
    """
    thread, now = tx.require(THREADS, thread_id), context.now()
    search = thread["tool_resources"].get("file_search") or {}
    store = next((one for id_ in search.get("vector_store_ids") or () if (one := tx.get(VECTOR_STORES, id_))), None)
    if store is None:
        store = new_store(tx, now, {"expires_after": dict(IDLE)})
        resources = {**thread["tool_resources"], "file_search": {**search, "vector_store_ids": [store["id"]]}}
        tx.replace(THREADS, {**thread, "tool_resources": resources})
    elif is_expired(store, now):
        raise bad_request(
            f"{param}: vector store '{store['id']}' of thread '{thread_id}' has expired. Give the thread another one in its "
            "tool_resources, or change expires_after of this one.",
            param,
        )
    else:
        tx.replace(VECTOR_STORES, touched(store, now))
    fresh = [file_id for file_id in file_ids if not _is_held(tx, store["id"], file_id)]
    attach(tx, context, store["id"], fresh, param=param)


def _is_held(tx: Transaction, store_id: str, file_id: str) -> bool:
    entry = tx.get(VECTOR_STORE_FILES, file_id, store_id)
    return entry is not None and entry["status"] in ("in_progress", "completed")


def _with_files(tx: Transaction, sent: Mapping[str, Any], param: str) -> Document:
    file_ids = list(sent.get("file_ids") or ())
    check_code_files(tx, file_ids, f"{param}.file_ids")
    if not sent.get("data_sources"):
        return dict(sent)
    named = files_of_sources(tx, sent["data_sources"], f"{param}.data_sources")
    check_code_files(tx, named, f"{param}.data_sources")
    return {"file_ids": list(dict.fromkeys([*file_ids, *named]))}


def _with_stores(
    tx: Transaction, context: Context, sent: Mapping[str, Any], param: str, expires_after: Mapping[str, Any] | None
) -> Document:
    store_ids = list(sent.get("vector_store_ids") or ())
    for store_id in store_ids:
        if tx.get(VECTOR_STORES, store_id) is None:
            raise bad_request(
                f"{param}.vector_store_ids: no vector store found with id '{store_id}'.", f"{param}.vector_store_ids"
            )
    described = sent.get("vector_stores") or ()
    if not described:
        return {"vector_store_ids": store_ids} if "vector_stores" in sent else dict(sent)
    if store_ids:
        raise bad_request(
            f"{param}.vector_stores: vector_store_ids was sent as well, but there can be one vector store only. Send either.",
            f"{param}.vector_stores",
        )
    made = [_made(tx, context, one, f"{param}.vector_stores[{index}]", expires_after) for index, one in enumerate(described)]
    return {"vector_store_ids": made}


def _made(
    tx: Transaction, context: Context, described: Mapping[str, Any], param: str, expires_after: Mapping[str, Any] | None
) -> str:
    sources = (described.get("configuration") or {}).get("data_sources")
    file_ids = [*(described.get("file_ids") or ()), *files_of_sources(tx, sources, f"{param}.configuration.data_sources")]
    chunking = static_chunking(described, f"{param}.chunking_strategy")
    fields = {name: described[name] for name in ("name", "metadata") if described.get(name) is not None}
    store = new_store(tx, context.now(), {**fields, "expires_after": dict(expires_after) if expires_after else None})
    attach(tx, context, store["id"], file_ids, chunking, param=f"{param}.file_ids")
    return str(store["id"])
