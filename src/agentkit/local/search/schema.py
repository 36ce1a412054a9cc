"""The tables of the index, and the checks that SQLite can hold them."""

from __future__ import annotations

import sqlite3

from agentkit.local.search.errors import SearchUnavailable
from agentkit.local.search.words import TOKENIZER

__all__ = ["prepare"]

# To be raised with every change of the tables or of what is written to them: words are taken out of the index by writing them again.
_FORMAT = 1

_TABLES = (
    "CREATE TABLE search_format (number INTEGER NOT NULL)",
    f"INSERT INTO search_format VALUES ({_FORMAT})",
    "CREATE TABLE search_files (key INTEGER PRIMARY KEY AUTOINCREMENT, store_id TEXT NOT NULL, file_id TEXT NOT NULL, "
    "name TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL, words INTEGER NOT NULL, heading_words INTEGER NOT NULL, "
    "UNIQUE (store_id, file_id))",
    "CREATE TABLE search_passages (key INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, "
    "first INTEGER NOT NULL, beyond INTEGER NOT NULL, words INTEGER NOT NULL)",
    "CREATE INDEX search_passages_of_file ON search_passages (file)",
    # The words only: the text stands in search_files, once, although passages overlap.
    f'CREATE VIRTUAL TABLE search_passage_words USING fts5 (body, content = "", tokenize = "{TOKENIZER}")',
    f'CREATE VIRTUAL TABLE search_title_words USING fts5 (name, headings, content = "", tokenize = "{TOKENIZER}")',
)
# Every connection has its own view of where a term stands, and a table to bring the words of a question to their terms.
_VIEWS = (
    "CREATE VIRTUAL TABLE temp.search_passage_terms USING fts5vocab ('main', 'search_passage_words', 'instance')",
    "CREATE VIRTUAL TABLE temp.search_title_terms USING fts5vocab ('main', 'search_title_words', 'instance')",
    f'CREATE VIRTUAL TABLE temp.search_asked USING fts5 (word, tokenize = "{TOKENIZER}")',
    "CREATE VIRTUAL TABLE temp.search_asked_terms USING fts5vocab ('temp', 'search_asked', 'instance')",
)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of the index where they are missing.

    :param connection: A connection in autocommit mode.
    :raises SearchUnavailable: SQLite lacks its full-text search, or the tables are those of another version.
    """
    if not _has_full_text_search(connection):
        raise SearchUnavailable(
            f"File search needs SQLite with the FTS5 extension, and the one of this Python ({sqlite3.sqlite_version}) was built "
            "without it. Use a Python from python.org, conda or your distribution, or install one with SQLite of its own."
        )
    (there,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'search_format'").fetchone()
    if not there:
        connection.execute("SAVEPOINT search")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("RELEASE search")
    (number,) = connection.execute("SELECT number FROM search_format").fetchone()
    if number != _FORMAT:
        raise SearchUnavailable(
            f"The search index has format {number}, this version of agentkit reads {_FORMAT}. "
            "Remove the index and add the files again."
        )
    for statement in _VIEWS:
        connection.execute(statement)


def _has_full_text_search(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("CREATE VIRTUAL TABLE temp.search_probe USING fts5 (word)")
        connection.execute("DROP TABLE temp.search_probe")
    except sqlite3.OperationalError:
        return False
    return True
