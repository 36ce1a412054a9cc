"""The files of vector stores, one at a time and in batches.

Putting a file into a store takes no time here, so every entry and every batch is in its final status when the answer is given.
"""

from __future__ import annotations

from typing import Any

from agentkit.local import ids
from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import refuse_data_sources
from agentkit.local.resources.vector_stores import attach, file_counts, open_store, static_chunking
from agentkit.local.store import Document, Transaction, public
from agentkit.local.tables import FILE_BATCHES, FILES, VECTOR_STORE_FILES, VECTOR_STORES


@operation("create_vector_store_file")
def create_vector_store_file(tx: Transaction, call: Call) -> Document:
    refuse_data_sources(call.body, "")
    store = open_store(tx, call)
    file_id = call.body.get("file_id")
    if not file_id:
        raise bad_request("file_id: required, but nothing was sent.", "file_id")
    tx.require(FILES, file_id)
    return public(attach(tx, store["id"], file_id, static_chunking(call.body), call.context.now()))


@operation("get_vector_store_file")
def get_vector_store_file(tx: Transaction, call: Call) -> Document:
    return public(tx.require(VECTOR_STORE_FILES, call.path["fileId"], call.path["vectorStoreId"]))


@operation("list_vector_store_files")
def list_vector_store_files(tx: Transaction, call: Call) -> Document:
    store = tx.require(VECTOR_STORES, call.path["vectorStoreId"])
    return tx.page(VECTOR_STORE_FILES, Paging.of(call.query), {"vector_store_id": store["id"], **_by_status(call)})


@operation("delete_vector_store_file")
def delete_vector_store_file(tx: Transaction, call: Call) -> Document:
    file_id = call.path["fileId"]
    tx.delete(VECTOR_STORE_FILES, file_id, call.path["vectorStoreId"])
    return {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}


@operation("create_vector_store_file_batch")
def create_vector_store_file_batch(tx: Transaction, call: Call) -> Document:
    refuse_data_sources(call.body, "")
    store = open_store(tx, call)
    file_ids = list(dict.fromkeys(call.body.get("file_ids") or ()))
    if not file_ids:
        raise bad_request("file_ids: required, but nothing was sent. Send the ids of the files to add.", "file_ids")
    chunking, now = static_chunking(call.body), call.context.now()
    batch: dict[str, Any] = {
        "id": ids.new_id(ids.FILE_BATCH),
        "object": "vector_store.files_batch",
        "created_at": now,
        "vector_store_id": store["id"],
        "status": "completed",
        "file_counts": {},
    }
    tx.insert(FILE_BATCHES, batch)
    for file_id in file_ids:
        attach(tx, store["id"], file_id, chunking, now, batch["id"])
    return _shown(tx, batch)


@operation("get_vector_store_file_batch")
def get_vector_store_file_batch(tx: Transaction, call: Call) -> Document:
    return _shown(tx, _batch(tx, call))


@operation("cancel_vector_store_file_batch")
def cancel_vector_store_file_batch(tx: Transaction, call: Call) -> Document:
    # Nothing of it is under way any more, so nothing can be held back: the batch is what it is.
    return _shown(tx, _batch(tx, call))


@operation("list_vector_store_file_batch_files")
def list_vector_store_file_batch_files(tx: Transaction, call: Call) -> Document:
    batch = _batch(tx, call)
    filters = {"vector_store_id": batch["vector_store_id"], "_batch_id": batch["id"], **_by_status(call)}
    return tx.page(VECTOR_STORE_FILES, Paging.of(call.query), filters)


def _batch(tx: Transaction, call: Call) -> Document:
    return tx.require(FILE_BATCHES, call.path["batchId"], call.path["vectorStoreId"])


def _shown(tx: Transaction, batch: Document) -> Document:
    entries = tx.select(VECTOR_STORE_FILES, "vector_store_id = ? AND _batch_id = ?", batch["vector_store_id"], batch["id"])
    return {**batch, "file_counts": file_counts(entries)}


def _by_status(call: Call) -> dict[str, str]:
    return {"status": call.query["filter"]} if "filter" in call.query else {}
