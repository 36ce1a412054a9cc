"""Between the vector stores and the search index: files are read into it behind the requests, and questions are put to it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentkit.local.blobs import Blobs
from agentkit.local.runs.workers import WorkerPool
from agentkit.local.store import Document, Store, StoreError, Transaction
from agentkit.local.tables import FILES, VECTOR_STORE_FILES, VECTOR_STORES

if TYPE_CHECKING:
    from agentkit.local.search import Hit, Index

__all__ = ["INDEX", "Retrieval", "open_index"]

_LOG = logging.getLogger("agentkit.local")

INDEX = "search.sqlite3"
_STOP_SECONDS = 10.0


def open_index(path: Path) -> Index:
    """The index in a file, made where it is missing.

    :raises StoreError: The file cannot be used.
    """
    from agentkit.local.search import Index, SearchUnavailable

    try:
        return Index(path)
    except SearchUnavailable as error:
        raise StoreError(f"The search index at '{path}' cannot be used: {error}") from error
    except sqlite3.Error as error:
        raise StoreError(
            f"The search index at '{path}' cannot be used ({error}): remove this file, and the service makes it anew."
        ) from error


class Retrieval:
    """Keeps the index in step with the vector stores.

    One thread takes the files in, in the order in which they came. What an earlier service left in progress is taken up again, and so
    is everything if its index is gone.

    :param folder: Where the index lies.
    :raises StoreError: The index cannot be used.
    """

    def __init__(self, store: Store, blobs: Blobs, folder: Path) -> None:
        self._store = store
        self._blobs = blobs
        anew = not (folder / INDEX).exists()
        self._index = open_index(folder / INDEX)
        self._stopping = threading.Event()
        self._worker = WorkerPool(1, "agentkit-index")
        with store.transaction() as tx:
            if anew:
                for entry in tx.select(VECTOR_STORE_FILES, "status = 'completed'"):
                    tx.replace(VECTOR_STORE_FILES, {**entry, "status": "in_progress", "usage_bytes": 0})
            for entry in tx.select(VECTOR_STORE_FILES, "status = 'in_progress'"):
                self.take_in(entry)
            # What was taken out of a store when the last service ended before its worker came to it.
            held = {(entry["vector_store_id"], entry["id"]) for entry in tx.select(VECTOR_STORE_FILES)}
            for store_id, file_id in self._index.files() - held:
                self.forget(store_id, file_id)

    def stop(self) -> None:
        """Let the worker end after the file it is at, and close the index; the rest is taken up at the next start."""
        self._stopping.set()
        self._worker.stop(_STOP_SECONDS)
        self._index.close()

    # What the operations call, inside their transaction: the worker waits until it has ended, and looks what came of it.

    def take_in(self, entry: Document) -> None:
        """Read a file of a vector store into the index as soon as its turn comes."""
        store_id, file_id, ticket = entry["vector_store_id"], entry["id"], entry["_ticket"]
        self._worker.submit(lambda: self._take_in(store_id, file_id, ticket))

    def forget(self, store_id: str, file_id: str) -> None:
        """Take a file that was taken out of a vector store out of the index too."""
        self._worker.submit(lambda: self._forget(store_id, file_id))

    def drop(self, store_id: str) -> None:
        """Take all files of a vector store that was deleted out of the index."""
        self._worker.submit(lambda: self._drop(store_id))

    def text(self, store_id: str, file_id: str) -> str | None:
        """The text that was read from a file; None where it has not been read."""
        return self._index.text(store_id, file_id)

    # What is called outside of transactions: a search of many files takes a while.

    def search(
        self,
        store_ids: Sequence[str],
        query: str,
        limit: int,
        score_threshold: float,
        file_ids: Collection[str] | None = None,
    ) -> list[Hit]:
        """The passages of these vector stores that answer a question best, the best first.

        :param limit: The most there may be.
        :param score_threshold: The least score, 0 to 1, that they have.
        :param file_ids: The files to look in; None is all of them.
        """
        hits = self._index.search(store_ids, query, limit=limit, score_threshold=score_threshold, file_ids=file_ids)
        with self._store.transaction() as tx:
            return [hit for hit in hits if _has_completed(tx, hit.store_id, hit.file_id)]

    # What happens in the worker's thread.

    def _take_in(self, store_id: str, file_id: str, ticket: str) -> None:
        if self._stopping.is_set():
            return
        with self._store.transaction() as tx:
            entry = _awaited(tx, store_id, file_id, ticket)
            file = tx.get(FILES, file_id)
        if entry is None or file is None:
            return
        outcome = self._indexed(entry, file["filename"])
        if self._stopping.is_set():
            # Whatever came of it: it is taken in again at the next start.
            return
        with self._store.transaction() as tx:
            entry = _awaited(tx, store_id, file_id, ticket)
            if entry is not None:
                tx.replace(VECTOR_STORE_FILES, {**entry, **outcome})
                return
        # It was cancelled, taken out or replaced meanwhile.
        self._index.remove(store_id, file_id)

    def _indexed(self, entry: Document, name: str) -> dict[str, Any]:
        """Read a file into the index; gives what changes in its entry."""
        from agentkit.local.search import InvalidFile, UnsupportedFile

        store_id, file_id = entry["vector_store_id"], entry["id"]
        try:
            added = self._index.add(store_id, file_id, name, self._blobs.path(file_id), entry["chunking_strategy"])
        except UnsupportedFile as error:
            return _failure("unsupported_file", str(error))
        except InvalidFile as error:
            return _failure("invalid_file", str(error))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the file's end, not the worker's
            _LOG.exception("file %s could not be taken into vector store %s", file_id, store_id)
            return _failure("server_error", f"The service failed at this file: {type(error).__name__}: {error}")
        return {"status": "completed", "usage_bytes": added.usage_bytes}

    def _forget(self, store_id: str, file_id: str) -> None:
        with self._store.transaction() as tx:
            attached = tx.get(VECTOR_STORE_FILES, file_id, store_id) is not None
        if not attached and not self._stopping.is_set():
            self._index.remove(store_id, file_id)

    def _drop(self, store_id: str) -> None:
        with self._store.transaction() as tx:
            exists = tx.get(VECTOR_STORES, store_id) is not None
        if not exists and not self._stopping.is_set():
            self._index.drop(store_id)


def _awaited(tx: Transaction, store_id: str, file_id: str, ticket: str) -> Document | None:
    """The entry that a job was made for, if it is still in progress: it may have been cancelled, taken out or replaced."""
    entry = tx.get(VECTOR_STORE_FILES, file_id, store_id)
    if entry is None or entry["_ticket"] != ticket or entry["status"] != "in_progress":
        return None
    return entry


def _has_completed(tx: Transaction, store_id: str, file_id: str) -> bool:
    entry = tx.get(VECTOR_STORE_FILES, file_id, store_id)
    return entry is not None and entry["status"] == "completed"


def _failure(code: str, message: str) -> dict[str, Any]:
    return {"status": "failed", "last_error": {"code": code, "message": message}}
