"""Questions that are put to a vector store without a run, and the text that was read from its files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from agentkit.local.errors import bad_request
from agentkit.local.filters import matches
from agentkit.local.operations import Call, Context, Later, operation
from agentkit.local.resources.vector_stores import open_store
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import VECTOR_STORE_FILES

if TYPE_CHECKING:
    from agentkit.local.search import Hit

_RESULTS = 10
_COMPLETED = "vector_store_id = ? AND status = 'completed'"


@operation("search_vector_store")
def search_vector_store(tx: Transaction, call: Call) -> Later:
    store_id = open_store(tx, call)["id"]
    query, filters = call.body["query"], call.body.get("filters")
    queries = [query] if isinstance(query, str) else list(query)
    if not any(one.strip() for one in queries):
        raise bad_request("query: it is empty; send a question, or some words to look for.", "query")
    file_ids = None
    if filters:
        entries = tx.select(VECTOR_STORE_FILES, _COMPLETED, store_id)
        file_ids = {entry["id"] for entry in entries if matches(filters, entry.get("attributes") or {})}
    limit = call.body.get("max_num_results") or _RESULTS
    threshold = (call.body.get("ranking_options") or {}).get("score_threshold") or 0.0
    return Later(lambda: _found(call.context, store_id, queries, limit, threshold, file_ids))


@operation("get_vector_store_file_content")
def get_vector_store_file_content(tx: Transaction, call: Call) -> Document:
    store_id, file_id = call.path["vectorStoreId"], call.path["fileId"]
    entry = tx.require(VECTOR_STORE_FILES, file_id, store_id)
    text = call.context.retrieval.text(store_id, file_id) if entry["status"] == "completed" else None
    if text is None:
        raise bad_request(
            f"File '{file_id}' of vector store '{store_id}' has no text that was read (status {entry['status']}); "
            "wait until its status is completed.",
            "file_id",
        )
    return _page("vector_store.file_content.page", [{"type": "text", "text": text}])


def _found(
    context: Context, store_id: str, queries: Sequence[str], limit: int, threshold: float, file_ids: Collection[str] | None
) -> Document:
    """What answers any of the questions best, the best first."""
    best: dict[tuple[str, int], Hit] = {}
    for query in filter(str.strip, queries):
        for hit in context.retrieval.search([store_id], query, limit, threshold, file_ids):
            known = best.get((hit.file_id, hit.start))
            if known is None or hit.score > known.score:
                best[hit.file_id, hit.start] = hit
    hits = sorted(best.values(), key=lambda hit: -hit.score)[:limit]
    with context.store.transaction() as tx:
        found = [_result(tx, hit) for hit in hits]
    return {**_page("vector_store.search_results.page", found), "search_query": list(queries)}


def _result(tx: Transaction, hit: Hit) -> Document:
    entry = tx.get(VECTOR_STORE_FILES, hit.file_id, hit.store_id) or {}
    return {
        "file_id": hit.file_id,
        "filename": hit.file_name,
        "score": hit.score,
        "attributes": entry.get("attributes") or {},
        "content": [{"type": "text", "text": hit.text}],
    }


def _page(kind: str, data: list[Any]) -> Document:
    """All that there is, as the one page of a listing."""
    return {"object": kind, "data": data, "has_more": False, "next_page": None}
