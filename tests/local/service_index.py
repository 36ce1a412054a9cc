"""An index that waits to be let go, for tests that have to see what is in progress."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from agentkit.local.search import Added, Hit, InvalidFile, UnsupportedFile


class HeldIndex:
    """Stands in for the search index: takes a file in when it is let go, and finds the files whose text has a word of the query."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)
        self.texts: dict[tuple[str, str], str] = {}

    def release(self, files: int = 1000) -> None:
        """Let so many files be taken in."""
        self.let_go.release(files)

    def add(self, store_id: str, file_id: str, name: str, path: Path, chunking: Mapping[str, Any]) -> Added:
        self.begun.release()
        assert self.let_go.acquire(timeout=30)
        content = path.read_bytes()
        if name.endswith(".bin"):
            raise UnsupportedFile(f"'{name}' is of no kind that can be read.")
        if b"\x00" in content:
            raise InvalidFile(f"'{name}' is broken.")
        if content == b"crash":
            raise ZeroDivisionError("the reader broke")
        self.texts[store_id, file_id] = content.decode()
        return Added(1, len(content))

    def remove(self, store_id: str, file_id: str) -> None:
        self.texts.pop((store_id, file_id), None)

    def files(self) -> set[tuple[str, str]]:
        return set(self.texts)

    def drop(self, store_id: str) -> None:
        for key in [key for key in self.texts if key[0] == store_id]:
            del self.texts[key]

    def search(
        self,
        store_ids: Sequence[str],
        query: str,
        limit: int = 20,
        score_threshold: float = 0.0,
        file_ids: Collection[str] | None = None,
    ) -> list[Hit]:
        assert file_ids is None
        words = set(query.split())
        found = []
        for (store_id, file_id), text in self.texts.items():
            score = len(words & set(text.split())) / len(words)
            if store_id in store_ids and score and score >= score_threshold:
                found.append(Hit(store_id, file_id, f"{file_id}.txt", score, text, 0, len(text)))
        return sorted(found, key=lambda hit: -hit.score)[:limit]

    def close(self) -> None:
        self.release()
