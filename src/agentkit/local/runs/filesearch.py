"""Carries out the file search of one run: finds its vector stores, puts the questions, and remembers what may be cited."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.local.models.base import Passage
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs.problems import RunProblem
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.stores import is_expired, touched
from agentkit.local.tables import THREADS, VECTOR_STORE_FILES, VECTOR_STORES

__all__ = ["FileSearch", "SearchOutcome", "ranking_options", "told"]

_RESULTS = 20
_INGEST_SECONDS = 60.0
_LOOK = 0.05
_IN_PROGRESS = "vector_store_id = ? AND status = 'in_progress'"


@dataclass(frozen=True)
class SearchOutcome:
    """What came of one call: the results for the step, and the text and passages for the model."""

    results: list[dict[str, Any]]
    text: str
    passages: tuple[Passage, ...]


class FileSearch:
    """The file search of one run.

    :param now: The present in whole unix seconds.
    :param store_ids: The vector stores that are searched; None is those of the run and its thread.
    """

    def __init__(
        self, store: Store, retrieval: Retrieval, now: Callable[[], int], store_ids: Sequence[str] | None = None
    ) -> None:
        self._store = store
        self._retrieval = retrieval
        self._now = now
        self._store_ids = store_ids
        self._calls = 0
        self._passages: dict[str, Passage] = {}

    @property
    def passages(self) -> dict[str, Passage]:
        """What was found so far, by the markers that cite it."""
        return dict(self._passages)

    def await_files(self, run: Document, abandoned: Callable[[], bool]) -> None:
        """Wait a while for files that are still on their way into the vector stores of a run; what is late is not found.

        :param abandoned: Whether the run is over.
        :raises RunProblem: A vector store has expired, or is not there any more.
        """
        deadline = time.monotonic() + _INGEST_SECONDS
        with self._store.transaction() as tx:
            store_ids = self._used(tx, run)
        while time.monotonic() < deadline and not abandoned():
            with self._store.transaction() as tx:
                if not any(tx.count(VECTOR_STORE_FILES, "status", _IN_PROGRESS, store_id) for store_id in store_ids):
                    return
            time.sleep(_LOOK)

    def execute(self, run: Document, query: str, file_ids: Collection[str] | None = None) -> SearchOutcome:
        """Put one question.

        :param file_ids: The files to look in; None is all of them.
        :raises RunProblem: A vector store has expired, or is not there any more.
        """
        with self._store.transaction() as tx:
            store_ids = self._used(tx, run)
        options = _options(run["tools"])
        limit = options.get("max_num_results") or _RESULTS
        threshold = ranking_options(run["tools"])["score_threshold"]
        hits = self._retrieval.search(store_ids, query, limit, threshold, file_ids) if store_ids and query.strip() else []
        passages = tuple(
            Passage(f"【{self._calls}:{index}†source】", hit.file_id, hit.file_name, hit.text, hit.score)
            for index, hit in enumerate(hits)
        )
        self._calls += 1
        self._passages.update({passage.marker: passage for passage in passages})
        results = [
            {
                "file_id": passage.file_id,
                "file_name": passage.file_name,
                "score": passage.score,
                "content": [{"type": "text", "text": passage.text}],
            }
            for passage in passages
        ]
        return SearchOutcome(results, told(passages), passages)

    def _used(self, tx: Transaction, run: Document) -> list[str]:
        """The ids of the vector stores of a run, whose life spans begin anew."""
        store_ids = _stores_of_run(tx, run) if self._store_ids is None else list(self._store_ids)
        for store_id in store_ids:
            store = tx.get(VECTOR_STORES, store_id)
            if store is None:
                raise RunProblem(f"File search cannot be used: vector store '{store_id}' of this run was deleted.")
            if is_expired(store, self._now()):
                raise RunProblem(
                    f"File search cannot be used: vector store '{store_id}' of this run has expired. "
                    "Change its expires_after, or make a new one with the same files and put it in its place."
                )
            tx.replace(VECTOR_STORES, touched(store, self._now()))
        return store_ids


def ranking_options(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How the results of a run's file search are ranked: as its tool says, or by the service's own choice."""
    wanted = _options(tools).get("ranking_options") or {}
    return {"ranker": wanted.get("ranker") or "auto", "score_threshold": wanted.get("score_threshold") or 0.0}


def told(passages: Sequence[Passage]) -> str:
    """What a model is told of the passages that were found: each with its marker, its file and its text."""
    if not passages:
        return "Nothing was found."
    return "\n\n".join(
        f"[{number}] {passage.marker} {passage.file_name} ({passage.file_id})\n{passage.text}"
        for number, passage in enumerate(passages, start=1)
    )


def _options(tools: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((tool.get("file_search") or {} for tool in tools if tool["type"] == "file_search"), {})


def _stores_of_run(tx: Transaction, run: Document) -> list[str]:
    thread = tx.require(THREADS, run["thread_id"])
    named = [(holder["tool_resources"].get("file_search") or {}).get("vector_store_ids") or [] for holder in (run, thread)]
    return list(dict.fromkeys(store_id for store_ids in named for store_id in store_ids))
