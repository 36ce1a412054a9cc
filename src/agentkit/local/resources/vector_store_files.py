"""The files of vector stores, one at a time and in batches."""

from __future__ import annotations

from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import files_of_sources
from agentkit.local.resources.vector_stores import open_store
from agentkit.local.store import Document, Transaction, public
from agentkit.local.stores import attach, detach, new_batch, shown_batch, static_chunking
from agentkit.local.tables import FILE_BATCHES, FILES, VECTOR_STORE_FILES, VECTOR_STORES


@operation("create_vector_store_file")
def create_vector_store_file(tx: Transaction, call: Call) -> Document:
    store = open_store(tx, call)
    source = call.body.get("data_source")
    file_id = call.body.get("file_id") or next(iter(files_of_sources(tx, [source] if source else (), "data_source")), None)
    if not file_id:
        raise bad_request("file_id: required, but nothing was sent.", "file_id")
    tx.require(FILES, file_id)
    attributes = call.body.get("attributes")
    (entry,) = attach(
        tx, call.context, store["id"], [file_id], static_chunking(call.body), param="file_id", attributes=attributes
    )
    return public(entry)


@operation("get_vector_store_file")
def get_vector_store_file(tx: Transaction, call: Call) -> Document:
    return public(tx.require(VECTOR_STORE_FILES, call.path["fileId"], call.path["vectorStoreId"]))


@operation("update_vector_store_file")
def update_vector_store_file(tx: Transaction, call: Call) -> Document:
    entry = tx.require(VECTOR_STORE_FILES, call.path["fileId"], call.path["vectorStoreId"])
    return public(tx.replace(VECTOR_STORE_FILES, {**entry, "attributes": call.body["attributes"] or {}}))


@operation("list_vector_store_files")
def list_vector_store_files(tx: Transaction, call: Call) -> Document:
    store = tx.require(VECTOR_STORES, call.path["vectorStoreId"])
    return tx.page(VECTOR_STORE_FILES, Paging.of(call.query), {"vector_store_id": store["id"], **_by_status(call)})


@operation("delete_vector_store_file")
def delete_vector_store_file(tx: Transaction, call: Call) -> Document:
    file_id = call.path["fileId"]
    detach(tx, call.context, call.path["vectorStoreId"], file_id)
    return {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}


@operation("create_vector_store_file_batch")
def create_vector_store_file_batch(tx: Transaction, call: Call) -> Document:
    store = open_store(tx, call)
    file_ids = [*(call.body.get("file_ids") or ()), *files_of_sources(tx, call.body.get("data_sources"), "data_sources")]
    files = call.body.get("files") or ()
    if not file_ids and not files:
        raise bad_request("file_ids: required, but nothing was sent. Send the ids of the files to add.", "file_ids")
    batch = new_batch(tx, store["id"], call.context.now())
    attributes = call.body.get("attributes")
    attach(tx, call.context, store["id"], file_ids, static_chunking(call.body), batch_id=batch["id"], attributes=attributes)
    for index, file in enumerate(files):
        param = f"files[{index}]"
        chunking = static_chunking(file, f"{param}.chunking_strategy")
        own = file.get("attributes") or attributes
        attach(tx, call.context, store["id"], [file["file_id"]], chunking, param=param, batch_id=batch["id"], attributes=own)
    return shown_batch(tx, batch)


@operation("get_vector_store_file_batch")
def get_vector_store_file_batch(tx: Transaction, call: Call) -> Document:
    return shown_batch(tx, _batch(tx, call))


@operation("cancel_vector_store_file_batch")
def cancel_vector_store_file_batch(tx: Transaction, call: Call) -> Document:
    batch = _batch(tx, call)
    waiting = tx.select(
        VECTOR_STORE_FILES,
        "vector_store_id = ? AND _batch_id = ? AND status = 'in_progress'",
        batch["vector_store_id"],
        batch["id"],
    )
    if not waiting:
        # Nothing of it is under way any more, so nothing can be held back: the batch is what it is.
        return shown_batch(tx, batch)
    for entry in waiting:
        tx.replace(VECTOR_STORE_FILES, {**entry, "status": "cancelled"})
    return shown_batch(tx, tx.replace(FILE_BATCHES, {**batch, "status": "cancelled"}))


@operation("list_vector_store_file_batch_files")
def list_vector_store_file_batch_files(tx: Transaction, call: Call) -> Document:
    batch = _batch(tx, call)
    filters = {"vector_store_id": batch["vector_store_id"], "_batch_id": batch["id"], **_by_status(call)}
    return tx.page(VECTOR_STORE_FILES, Paging.of(call.query), filters)


def _batch(tx: Transaction, call: Call) -> Document:
    return tx.require(FILE_BATCHES, call.path["batchId"], call.path["vectorStoreId"])


def _by_status(call: Call) -> dict[str, str]:
    return {"status": call.query["filter"]} if "filter" in call.query else {}
