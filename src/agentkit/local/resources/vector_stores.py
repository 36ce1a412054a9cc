"""Vector stores: named sets of files with a life span."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import files_of_sources, merged
from agentkit.local.store import Document, Transaction
from agentkit.local.stores import attach, is_expired, new_store, shown_store, static_chunking, touched
from agentkit.local.tables import VECTOR_STORES

__all__ = ["open_store"]

_DEFAULTS: Mapping[str, Any] = {"name": None, "expires_after": None, "metadata": {}}


@operation("create_vector_store")
def create_vector_store(tx: Transaction, call: Call) -> Document:
    _check_expiry(call.body)
    sources = (call.body.get("configuration") or {}).get("data_sources")
    file_ids = [*(call.body.get("file_ids") or ()), *files_of_sources(tx, sources, "configuration.data_sources")]
    chunking = static_chunking(call.body)
    now = call.context.now()
    store = new_store(tx, now, merged({}, call, _DEFAULTS))
    attach(tx, call.context, store["id"], file_ids, chunking)
    return shown_store(tx, store, now)


@operation("get_vector_store")
def get_vector_store(tx: Transaction, call: Call) -> Document:
    return shown_store(tx, tx.require(VECTOR_STORES, call.path["vectorStoreId"]), call.context.now())


@operation("list_vector_stores")
def list_vector_stores(tx: Transaction, call: Call) -> Document:
    now = call.context.now()
    return tx.page(VECTOR_STORES, Paging.of(call.query), present=lambda store: shown_store(tx, store, now))


@operation("modify_vector_store")
def modify_vector_store(tx: Transaction, call: Call) -> Document:
    store = tx.require(VECTOR_STORES, call.path["vectorStoreId"])
    _check_expiry(call.body)
    now = call.context.now()
    return shown_store(tx, tx.replace(VECTOR_STORES, touched(merged(store, call, _DEFAULTS), now)), now)


@operation("delete_vector_store")
def delete_vector_store(tx: Transaction, call: Call) -> Document:
    store_id = call.path["vectorStoreId"]
    tx.delete(VECTOR_STORES, store_id)
    call.context.retrieval.drop(store_id)
    return {"id": store_id, "object": "vector_store.deleted", "deleted": True}


def open_store(tx: Transaction, call: Call) -> Document:
    """The store of a request that adds files to it.

    :raises ApiError: There is none, or it has expired.
    """
    now = call.context.now()
    store = tx.require(VECTOR_STORES, call.path["vectorStoreId"])
    if is_expired(store, now):
        raise bad_request(f"Vector store '{store['id']}' has expired; create a new one for the files.", "vector_store_id")
    return tx.replace(VECTOR_STORES, touched(store, now))


def _check_expiry(body: Mapping[str, Any]) -> None:
    policy = body.get("expires_after")
    if policy and policy["anchor"] != "last_active_at":
        name = "expires_after.anchor"
        raise bad_request(f"{name}: '{policy['anchor']}' was sent, only 'last_active_at' is allowed.", name)
