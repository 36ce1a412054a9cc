"""Vector stores: named sets of files with a life span. Nothing is searched yet; this keeps what belongs to which store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from agentkit.local import ids
from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import merged, refuse_data_sources
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import FILES, VECTOR_STORE_FILES, VECTOR_STORES

__all__ = ["attach", "file_counts", "open_store", "static_chunking", "touched"]

_DAY = 86_400
_AUTO_CHUNKS = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
_DEFAULTS: Mapping[str, Any] = {"name": None, "expires_after": None, "metadata": {}}


@operation("create_vector_store")
def create_vector_store(tx: Transaction, call: Call) -> Document:
    refuse_data_sources(call.body.get("configuration") or {}, "configuration.")
    _check_expiry(call.body)
    chunking = static_chunking(call.body)
    now = call.context.now()
    store = {
        "id": ids.new_id(ids.VECTOR_STORE),
        "object": "vector_store",
        "created_at": now,
        "usage_bytes": 0,
        "file_counts": {},
        "status": "completed",
        "expires_at": None,
        "last_active_at": now,
        **_DEFAULTS,
    }
    tx.insert(VECTOR_STORES, touched(merged(store, call, _DEFAULTS), now))
    for file_id in dict.fromkeys(call.body.get("file_ids") or ()):
        attach(tx, store["id"], file_id, chunking, now)
    return _shown(tx, tx.require(VECTOR_STORES, store["id"]), now)


@operation("get_vector_store")
def get_vector_store(tx: Transaction, call: Call) -> Document:
    return _shown(tx, tx.require(VECTOR_STORES, call.path["vectorStoreId"]), call.context.now())


@operation("list_vector_stores")
def list_vector_stores(tx: Transaction, call: Call) -> Document:
    now = call.context.now()
    return tx.page(VECTOR_STORES, Paging.of(call.query), present=lambda store: _shown(tx, store, now))


@operation("modify_vector_store")
def modify_vector_store(tx: Transaction, call: Call) -> Document:
    store = tx.require(VECTOR_STORES, call.path["vectorStoreId"])
    _check_expiry(call.body)
    now = call.context.now()
    return _shown(tx, tx.replace(VECTOR_STORES, touched(merged(store, call, _DEFAULTS), now)), now)


@operation("delete_vector_store")
def delete_vector_store(tx: Transaction, call: Call) -> Document:
    store_id = call.path["vectorStoreId"]
    tx.delete(VECTOR_STORES, store_id)
    return {"id": store_id, "object": "vector_store.deleted", "deleted": True}


def open_store(tx: Transaction, call: Call) -> Document:
    """The store of a request that adds files to it.

    :raises ApiError: There is none, or it has expired.
    """
    now = call.context.now()
    store = tx.require(VECTOR_STORES, call.path["vectorStoreId"])
    if _expired(store, now):
        raise bad_request(f"Vector store '{store['id']}' has expired; create a new one for the files.", "vector_store_id")
    return tx.replace(VECTOR_STORES, touched(store, now))


def attach(
    tx: Transaction, store_id: str, file_id: str, chunking: Mapping[str, Any], now: int, batch_id: str | None = None
) -> Document:
    """Put a file into a store; one that is not here becomes an entry that has failed.

    :param chunking: The strategy that its text is to be cut by.
    :param batch_id: The batch that it came with.
    """
    file = tx.get(FILES, file_id)
    if tx.get(VECTOR_STORE_FILES, file_id, store_id) is not None:
        tx.delete(VECTOR_STORE_FILES, file_id, store_id)
    error = None if file else {"code": "invalid_file", "message": f"No file found with id '{file_id}'."}
    return tx.insert(
        VECTOR_STORE_FILES,
        {
            "id": file_id,
            "object": "vector_store.file",
            "usage_bytes": file["bytes"] if file else 0,
            "created_at": now,
            "vector_store_id": store_id,
            "status": "completed" if file else "failed",
            "last_error": error,
            "chunking_strategy": chunking,
            "_batch_id": batch_id,
        },
    )


def static_chunking(body: Mapping[str, Any]) -> dict[str, Any]:
    """The chunking strategy of a request as entries state it; none, or auto, is the usual one in numbers.

    :raises ApiError: The overlap is more than half of a chunk.
    """
    strategy = body.get("chunking_strategy") or {}
    static = strategy.get("static") or _AUTO_CHUNKS
    if static["chunk_overlap_tokens"] * 2 > static["max_chunk_size_tokens"]:
        name = "chunking_strategy.static.chunk_overlap_tokens"
        raise bad_request(
            f"{name}: {static['chunk_overlap_tokens']} was sent, at most half of max_chunk_size_tokens "
            f"({static['max_chunk_size_tokens']}) is allowed.",
            name,
        )
    return {"type": "static", "static": dict(static)}


def file_counts(entries: list[Document]) -> dict[str, int]:
    """How many files there are in each status, and in all."""
    counts = Counter(entry["status"] for entry in entries)
    statuses = ("in_progress", "completed", "failed", "cancelled")
    return {**{status: counts[status] for status in statuses}, "total": len(entries)}


def touched(store: Document, now: int) -> Document:
    """The store as used at this moment: its life span begins anew."""
    policy = store["expires_after"]
    return {**store, "last_active_at": now, "expires_at": now + policy["days"] * _DAY if policy else None}


def _expired(store: Document, now: int) -> bool:
    return store["expires_at"] is not None and store["expires_at"] <= now


def _shown(tx: Transaction, store: Document, now: int) -> Document:
    entries = tx.select(VECTOR_STORE_FILES, "vector_store_id = ?", store["id"])
    return {
        **store,
        "usage_bytes": sum(entry["usage_bytes"] for entry in entries),
        "file_counts": file_counts(entries),
        "status": "expired" if _expired(store, now) else "completed",
    }


def _check_expiry(body: Mapping[str, Any]) -> None:
    policy = body.get("expires_after")
    if policy and policy["anchor"] != "last_active_at":
        name = "expires_after.anchor"
        raise bad_request(f"{name}: '{policy['anchor']}' was sent, only 'last_active_at' is allowed.", name)
