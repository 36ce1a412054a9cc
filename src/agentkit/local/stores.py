"""Vector stores and what is in them, inside a transaction: how they are made, filled, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentkit.local import ids
from agentkit.local.errors import bad_request
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import FILE_BATCHES, FILES, VECTOR_STORE_FILES, VECTOR_STORES

if TYPE_CHECKING:
    from agentkit.local.operations import Context

__all__ = [
    "AUTO_CHUNKING",
    "MAX_FILES",
    "attach",
    "detach",
    "is_expired",
    "new_batch",
    "new_store",
    "shown_batch",
    "shown_store",
    "static_chunking",
    "touched",
]

MAX_FILES = 10_000
"""The most files in one vector store."""

AUTO_CHUNKING: Mapping[str, Any] = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}
"""The chunking strategy of files that came without one, or with ``auto``."""

_DAY = 86_400
_STATUSES = ("in_progress", "completed", "failed", "cancelled")
_IN_STORE = "vector_store_id = ?"


def new_store(tx: Transaction, now: int, fields: Mapping[str, Any]) -> Document:
    """Make an empty store.

    :param now: Unix seconds.
    :param fields: Those of ``name``, ``expires_after`` and ``metadata`` that it is to have.
    """
    store = {
        "id": ids.new_id(ids.VECTOR_STORE),
        "object": "vector_store",
        "created_at": now,
        "usage_bytes": 0,
        "file_counts": {},
        "status": "completed",
        "expires_at": None,
        "last_active_at": now,
        "name": None,
        "expires_after": None,
        "metadata": {},
        **fields,
    }
    return tx.insert(VECTOR_STORES, touched(store, now))


def new_batch(tx: Transaction, store_id: str, now: int) -> Document:
    """Make a batch that no file belongs to yet."""
    batch = {
        "id": ids.new_id(ids.FILE_BATCH),
        "object": "vector_store.files_batch",
        "created_at": now,
        "vector_store_id": store_id,
        "status": "in_progress",
        "file_counts": {},
    }
    return tx.insert(FILE_BATCHES, batch)


def attach(
    tx: Transaction,
    context: Context,
    store_id: str,
    file_ids: Iterable[str],
    chunking: Mapping[str, Any] = AUTO_CHUNKING,
    *,
    param: str = "file_ids",
    batch_id: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> list[Document]:
    """Put files into a store: each is in progress until it has been read, which happens behind the request.

    A file that is there already is read anew; one that does not exist becomes an entry that has failed.

    :param chunking: The strategy that their text is to be cut by.
    :param param: What the ids are called in errors.
    :param batch_id: The batch that they came with.
    :param attributes: What searches can be narrowed by; entries that came without have no such field.
    :raises ApiError: 400, the store would hold more files than one may.
    """
    now = context.now()
    entries = []
    for file_id in dict.fromkeys(file_ids):
        if tx.get(VECTOR_STORE_FILES, file_id, store_id) is not None:
            tx.delete(VECTOR_STORE_FILES, file_id, store_id)
        missing = {"code": "invalid_file", "message": f"No file found with id '{file_id}'."}
        known = tx.get(FILES, file_id) is not None
        entry = {
            "id": file_id,
            "object": "vector_store.file",
            "usage_bytes": 0,
            "created_at": now,
            "vector_store_id": store_id,
            "status": "in_progress" if known else "failed",
            "last_error": None if known else missing,
            "chunking_strategy": chunking,
            "_batch_id": batch_id,
            "_ticket": ids.new_id(""),
            **({} if attributes is None else {"attributes": dict(attributes)}),
        }
        entries.append(tx.insert(VECTOR_STORE_FILES, entry))
        if known:
            context.retrieval.take_in(entry)
    held = sum(tx.count(VECTOR_STORE_FILES, "status", _IN_STORE, store_id).values())
    if held > MAX_FILES:
        raise bad_request(
            f"{param}: vector store '{store_id}' would hold {held} files, at most {MAX_FILES} are allowed. "
            "Take files out of it first, or use another store.",
            param,
        )
    return entries


def detach(tx: Transaction, context: Context, store_id: str, file_id: str) -> None:
    """Take a file out of a store.

    :raises ApiError: 404, it is not in it.
    """
    tx.delete(VECTOR_STORE_FILES, file_id, store_id)
    context.retrieval.forget(store_id, file_id)


def static_chunking(body: Mapping[str, Any], param: str = "chunking_strategy") -> Mapping[str, Any]:
    """The chunking strategy of a request as entries state it; none, or auto, is the usual one in numbers.

    :param body: What holds the field ``chunking_strategy``.
    :param param: What the field is called in errors.
    :raises ApiError: 400, the overlap is more than half of a chunk.
    """
    static = (body.get("chunking_strategy") or {}).get("static")
    if not static:
        return AUTO_CHUNKING
    if static["chunk_overlap_tokens"] * 2 > static["max_chunk_size_tokens"]:
        name = f"{param}.static.chunk_overlap_tokens"
        raise bad_request(
            f"{name}: {static['chunk_overlap_tokens']} was sent, at most half of max_chunk_size_tokens "
            f"({static['max_chunk_size_tokens']}) is allowed.",
            name,
        )
    return {"type": "static", "static": dict(static)}


def touched(store: Document, now: int) -> Document:
    """The store as used at this moment: its life span begins anew."""
    policy = store["expires_after"]
    return {**store, "last_active_at": now, "expires_at": now + policy["days"] * _DAY if policy else None}


def is_expired(store: Document, now: int) -> bool:
    """Whether the store went unused for longer than its policy allows."""
    return store["expires_at"] is not None and store["expires_at"] <= now


def shown_store(tx: Transaction, store: Document, now: int) -> Document:
    """The store with its files counted, as it stands at this moment."""
    counts = _counts(tx, _IN_STORE, store["id"])
    status = "in_progress" if counts["in_progress"] else "completed"
    return {
        **store,
        "usage_bytes": tx.total(VECTOR_STORE_FILES, "usage_bytes", _IN_STORE, store["id"]),
        "file_counts": counts,
        "status": "expired" if is_expired(store, now) else status,
    }


def shown_batch(tx: Transaction, batch: Document) -> Document:
    """The batch with its files counted; it has failed only if every one of them has."""
    counts = _counts(tx, f"{_IN_STORE} AND _batch_id = ?", batch["vector_store_id"], batch["id"])
    status = batch["status"]
    if status == "in_progress" and not counts["in_progress"]:
        status = "failed" if counts["total"] and counts["failed"] == counts["total"] else "completed"
    return {**batch, "status": status, "file_counts": counts}


def _counts(tx: Transaction, where: str, *values: Sequence[Any]) -> dict[str, int]:
    counted = tx.count(VECTOR_STORE_FILES, "status", where, *values)
    counts = {status: counted.get(status, 0) for status in _STATUSES}
    return {**counts, "total": sum(counts.values())}
