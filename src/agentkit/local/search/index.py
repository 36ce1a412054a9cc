"""The search index: texts of files by store in SQLite, and questions answered from them."""

from __future__ import annotations

import json
import math
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from agentkit.local.search.chunks import Chunking, chunks
from agentkit.local.search.english import SYNONYMS
from agentkit.local.search.ranking import Concept, File, Passage, Postings, Ranked, rank, select
from agentkit.local.search.readers import extract
from agentkit.local.search.schema import prepare
from agentkit.local.search.words import indexed, query_pairs, query_words, word_weight

__all__ = ["Added", "Hit", "Index"]

_SYNONYM_WEIGHT = 0.5
# Two words that follow each other in the question count once more where at most so many others stand between them.
_NEAR_WEIGHT = 0.25
_NEAR = 6
_WORD = re.compile(r"\w+")
# An underscore joins the parts of an identifier, but in a file's name it stands for a blank.
_JOINTS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Added:
    """What became of a file: into how many chunks it was cut, and the bytes of their text in UTF-8, overlaps included."""

    chunks: int
    usage_bytes: int


@dataclass(frozen=True)
class Hit:
    """A passage that answers a question.

    :param score: Above 0 and up to 1, which a passage would get in which all that was asked for stands everywhere.
    :param text: The passage.
    :param start: Where it begins in the file's text, in characters.
    :param end: Where it ends.
    """

    store_id: str
    file_id: str
    file_name: str
    score: float
    text: str
    start: int
    end: int


class Index:
    """A full-text index over the files of any number of stores. Threads may share it; they take turns.

    :param target: The file of the index, made where it is missing; or an open connection that nothing else uses meanwhile,
        made with ``check_same_thread=False`` and ``isolation_level=None``, which is left open.
    :raises SearchUnavailable: SQLite lacks its full-text search, or the file was written by another version.
    """

    def __init__(self, target: sqlite3.Connection | str | PathLike[str]) -> None:
        self._owned = not isinstance(target, sqlite3.Connection)
        self._connection = (
            target
            if isinstance(target, sqlite3.Connection)
            else sqlite3.connect(target, check_same_thread=False, isolation_level=None)
        )
        self._lock = threading.Lock()
        try:
            prepare(self._connection)
            self._synonyms = self._related_terms()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; a connection that was given stays open."""
        if self._owned:
            self._connection.close()

    def add(
        self,
        store_id: str,
        file_id: str,
        name: str,
        path: str | PathLike[str],
        chunking: Mapping[str, Any] | None = None,
    ) -> Added:
        """Read a file and make it findable in a store, in place of what it was there before.

        :param name: The file's name, whose ending says how it is read and whose words count in the search.
        :param path: Where its content lies.
        :param chunking: A chunking strategy of the wire; none is ``{"type": "auto"}``.
        :raises UnsupportedFile: The file is of no kind that holds readable text.
        :raises InvalidFile: The file is broken, locked, empty or too large.
        :raises ValueError: The chunking strategy is not valid.
        """
        sizes = Chunking.of(chunking)
        # Reading takes the time, so it is done before anybody has to wait.
        extracted = extract(Path(path), name)
        text, headings = extracted.text, "\n".join(extracted.headings)
        pieces = [(chunk, indexed(text[chunk.start : chunk.end])) for chunk in chunks(text, sizes)]
        facts = (store_id, file_id, name, headings, text, _length(indexed(text)), _length(indexed(headings)))
        with self._writing() as connection:
            self._forget(connection, store_id, file_id)
            key = connection.execute(
                "INSERT INTO search_files (store_id, file_id, name, headings, text, words, heading_words) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                facts,
            ).lastrowid
            connection.execute(
                "INSERT INTO search_title_words (rowid, name, headings) VALUES (?, ?, ?)", (key, *_titles(name, headings))
            )
            for chunk, body in pieces:
                passage = connection.execute(
                    "INSERT INTO search_passages (file, first, beyond, words) VALUES (?, ?, ?, ?)",
                    (key, chunk.start, chunk.end, _length(body)),
                ).lastrowid
                connection.execute("INSERT INTO search_passage_words (rowid, body) VALUES (?, ?)", (passage, body))
        return Added(len(pieces), sum(len(text[chunk.start : chunk.end].encode()) for chunk, _ in pieces))

    def remove(self, store_id: str, file_id: str) -> None:
        """Take a file out of a store; one that is not there is none."""
        with self._writing() as connection:
            self._forget(connection, store_id, file_id)

    def files(self) -> set[tuple[str, str]]:
        """All files of the index, each as the ids of its store and of itself."""
        with self._lock:
            return set(self._connection.execute("SELECT store_id, file_id FROM search_files"))

    def drop(self, store_id: str) -> None:
        """Take all files out of a store."""
        with self._writing() as connection:
            rows = connection.execute("SELECT file_id FROM search_files WHERE store_id = ?", (store_id,)).fetchall()
            for (file_id,) in rows:
                self._forget(connection, store_id, file_id)

    def text(self, store_id: str, file_id: str) -> str | None:
        """The text that was read from a file; None where the file is not in the store."""
        with self._lock:
            row = self._connection.execute(
                "SELECT text FROM search_files WHERE store_id = ? AND file_id = ?", (store_id, file_id)
            ).fetchone()
        return None if row is None else str(row[0])

    def search(
        self,
        store_ids: Sequence[str],
        query: str,
        limit: int = 20,
        score_threshold: float = 0.0,
        file_ids: Collection[str] | None = None,
    ) -> list[Hit]:
        """The passages that best answer a question, the best first.

        :param store_ids: The stores to search, as if they were one.
        :param query: A question or some words. No character of it has a meaning of its own.
        :param limit: How many passages to give at most.
        :param score_threshold: The least score of a passage, 0 to 1.
        :param file_ids: The files to search, as if the stores had no others; None is all of them.
        """
        with self._lock:
            passages, files = self._searched(store_ids, file_ids)
            concepts, postings = self._asked(query, passages)
            ranked = rank(concepts, postings, passages, files)
            chosen = select((one for one in ranked if one.score >= score_threshold), limit)
            return [self._hit(one) for one in chosen]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("SAVEPOINT search")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK TO search")
                raise
            finally:
                self._connection.execute("RELEASE search")

    def _forget(self, connection: sqlite3.Connection, store_id: str, file_id: str) -> None:
        row = connection.execute(
            "SELECT key, name, headings, text FROM search_files WHERE store_id = ? AND file_id = ?", (store_id, file_id)
        ).fetchone()
        if row is None:
            return
        key, name, headings, text = row
        # An index without the texts is told which words to take out: the very ones that went in.
        connection.execute(
            "INSERT INTO search_title_words (search_title_words, rowid, name, headings) VALUES ('delete', ?, ?, ?)",
            (key, *_titles(name, headings)),
        )
        connection.executemany(
            "INSERT INTO search_passage_words (search_passage_words, rowid, body) VALUES ('delete', ?, ?)",
            [
                (passage, indexed(text[first:beyond]))
                for passage, first, beyond in connection.execute(
                    "SELECT key, first, beyond FROM search_passages WHERE file = ?", (key,)
                )
            ],
        )
        connection.execute("DELETE FROM search_passages WHERE file = ?", (key,))
        connection.execute("DELETE FROM search_files WHERE key = ?", (key,))

    def _searched(
        self, store_ids: Sequence[str], file_ids: Collection[str] | None
    ) -> tuple[dict[int, Passage], dict[int, File]]:
        files = {
            key: File(words, heading_words)
            for key, file_id, words, heading_words in self._connection.execute(
                "SELECT key, file_id, words, heading_words FROM search_files "
                "WHERE store_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(store_ids)),),
            )
            if file_ids is None or file_id in file_ids
        }
        passages = {
            key: Passage(file, words)
            for key, file, words in self._connection.execute(
                "SELECT key, file, words FROM search_passages WHERE file IN (SELECT value FROM json_each(?))",
                (json.dumps(list(files)),),
            )
        }
        return passages, files

    def _asked(self, query: str, passages: Mapping[int, Passage]) -> tuple[list[Concept], dict[str, Postings]]:
        """What a question asks for, and where that stands."""
        concepts = self._concepts(query_words(query))
        postings = {term: self._postings(term) for concept in concepts for term, _ in concept.variants}
        for word, following in query_pairs(query):
            near = self._near(word, following)
            # Words that never stand together say nothing by it.
            if not near.passages.keys().isdisjoint(passages):
                weight = _NEAR_WEIGHT * math.sqrt(word_weight(word) * word_weight(following))
                pair = f"{word} {following}"
                concepts.append(Concept(((pair, 1.0),), weight))
                postings[pair] = near
        return concepts, postings

    def _concepts(self, words: Sequence[str]) -> list[Concept]:
        concepts: dict[str, Concept] = {}
        for word, terms in zip(words, self._terms(words), strict=True):
            for term in terms:
                synonyms = ((other, _SYNONYM_WEIGHT) for other in self._synonyms.get(term, ()))
                concepts.setdefault(term, Concept(((term, 1.0), *synonyms), word_weight(word)))
        # A synonym that is asked for itself would count twice.
        return [
            Concept(tuple(pair for pair in concept.variants if pair[0] == term or pair[0] not in concepts), concept.weight)
            for term, concept in concepts.items()
        ]

    def _related_terms(self) -> dict[str, list[str]]:
        related: defaultdict[str, dict[str, None]] = defaultdict(dict)
        terms = iter(self._terms([word for group in SYNONYMS for word in group]))
        for group in SYNONYMS:
            members = [term for _ in group for term in next(terms)]
            for member in members:
                related[member].update((other, None) for other in members if other != member)
        return {term: list(others) for term, others in related.items()}

    def _terms(self, words: Iterable[str]) -> list[list[str]]:
        """What the tokenizer makes of each word."""
        rows = list(enumerate(words))
        self._connection.execute("DELETE FROM temp.search_asked")
        self._connection.executemany("INSERT INTO temp.search_asked (rowid, word) VALUES (?, ?)", rows)
        terms: list[list[str]] = [[] for _ in rows]
        for row, term in self._connection.execute("SELECT doc, term FROM temp.search_asked_terms ORDER BY doc, offset"):
            terms[row].append(term)
        return terms

    def _postings(self, term: str) -> Postings:
        passages = dict(
            self._connection.execute("SELECT doc, count(*) FROM temp.search_passage_terms WHERE term = ? GROUP BY doc", (term,))
        )
        titles: dict[str, dict[int, int]] = {"name": {}, "headings": {}}
        for key, column, count in self._connection.execute(
            "SELECT doc, col, count(*) FROM temp.search_title_terms WHERE term = ? GROUP BY doc, col", (term,)
        ):
            titles[column][key] = count
        return Postings(passages, titles["headings"], titles["name"])

    def _near(self, word: str, other: str) -> Postings:
        rows = self._connection.execute(
            "SELECT rowid FROM search_passage_words WHERE search_passage_words MATCH ?", (f'NEAR("{word}" "{other}", {_NEAR})',)
        )
        return Postings({key: 1 for (key,) in rows}, {}, {})

    def _hit(self, ranked: Ranked) -> Hit:
        store_id, file_id, name, text, first, beyond = self._connection.execute(
            "SELECT f.store_id, f.file_id, f.name, substr(f.text, p.first + 1, p.beyond - p.first), p.first, p.beyond "
            "FROM search_passages AS p JOIN search_files AS f ON f.key = p.file WHERE p.key = ?",
            (ranked.passage,),
        ).fetchone()
        return Hit(store_id, file_id, name, ranked.score, text, first, beyond)


def _length(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def _titles(name: str, headings: str) -> tuple[str, str]:
    # The name without its ending: that a file is a PDF is no matter of its own.
    return indexed(_JOINTS.sub(" ", Path(name).stem)), indexed(headings)
