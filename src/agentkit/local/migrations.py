"""The steps that bring a database file from any earlier version of the service to this one, each with a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MIGRATIONS", "Migration", "StoreError", "migrate"]


class StoreError(RuntimeError):
    """The data folder cannot be used as it is; the text says why and what to do."""


@dataclass(frozen=True)
class Migration:
    """One step: what it is called, and its statements, carried out in one transaction."""

    name: str
    statements: tuple[str, ...]


def _collection(name: str, columns: str = "", *, unique: str = "id") -> str:
    # AUTOINCREMENT: a seq is never used twice, so a cursor keeps its place when newer rows are deleted.
    return (
        f"CREATE TABLE {name} (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, created_at INTEGER NOT NULL, "
        f"{columns} document TEXT NOT NULL, UNIQUE ({unique}))"
    )


_IN_THREAD = "thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,"
_IN_VECTOR_STORE = "vector_store_id TEXT NOT NULL REFERENCES vector_stores (id) ON DELETE CASCADE,"

MIGRATIONS: Sequence[Migration] = (
    Migration(
        "first tables",
        (
            _collection("agents"),
            _collection("threads"),
            # A message outlives nothing but its thread: run_id is what it was written by, not what it belongs to.
            _collection("messages", f"{_IN_THREAD} run_id TEXT,"),
            _collection("runs", f"{_IN_THREAD} status TEXT NOT NULL, expires_at INTEGER NOT NULL,"),
            _collection(
                "steps",
                f"{_IN_THREAD} run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, status TEXT NOT NULL,",
            ),
            _collection("files", "purpose TEXT NOT NULL,"),
            _collection("vector_stores"),
            _collection(
                "vector_store_files", f"{_IN_VECTOR_STORE} _batch_id TEXT, status TEXT NOT NULL,", unique="vector_store_id, id"
            ),
            _collection("file_batches", _IN_VECTOR_STORE),
            # Where a deleted object stood, so that a page that begins after it can still be found.
            "CREATE TABLE tombstones (collection TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, "
            "PRIMARY KEY (collection, owner, id)) WITHOUT ROWID",
            "CREATE INDEX messages_of_thread ON messages (thread_id, seq)",
            "CREATE INDEX runs_of_thread ON runs (thread_id, seq)",
            "CREATE INDEX runs_by_status ON runs (status, expires_at)",
            "CREATE INDEX steps_of_run ON steps (run_id, seq)",
            "CREATE INDEX steps_of_thread ON steps (thread_id)",
            "CREATE INDEX vector_store_files_of_store ON vector_store_files (vector_store_id, seq)",
            "CREATE INDEX vector_store_files_of_file ON vector_store_files (id)",
            "CREATE INDEX file_batches_of_store ON file_batches (vector_store_id, seq)",
        ),
    ),
    # Those of one run are few, also in a thread of a hundred thousand messages.
    Migration("messages by run", ("CREATE INDEX messages_of_run ON messages (thread_id, run_id, seq)",)),
    # The thread that a connected agent works on goes with the thread of the run that called it.
    Migration(
        "threads of connected agents",
        (
            "ALTER TABLE threads ADD COLUMN _outer_thread_id TEXT REFERENCES threads (id) ON DELETE CASCADE",
            "CREATE INDEX threads_of_thread ON threads (_outer_thread_id, seq)",
        ),
    ),
    Migration(
        "responses and conversations",
        (
            _collection("responses", "status TEXT NOT NULL,"),
            _collection(
                "response_items",
                "response_id TEXT NOT NULL REFERENCES responses (id) ON DELETE CASCADE,",
                unique="response_id, id",
            ),
            _collection("conversations"),
            _collection(
                "conversation_items",
                "conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,",
                unique="conversation_id, id",
            ),
            "CREATE INDEX response_items_of_response ON response_items (response_id, seq)",
            "CREATE INDEX conversation_items_of_conversation ON conversation_items (conversation_id, seq)",
        ),
    ),
    Migration("evaluations", (_collection("evaluations"), _collection("evaluation_schedules"))),
    Migration(
        "agents with versions",
        (
            _collection("versioned_agents", "_kind TEXT NOT NULL,"),
            _collection(
                "agent_versions", "name TEXT NOT NULL REFERENCES versioned_agents (id) ON DELETE CASCADE,", unique="name, id"
            ),
            "CREATE INDEX agent_versions_of_agent ON agent_versions (name, seq)",
        ),
    ),
    Migration("answers to requests that may come again", (_collection("answers"),)),
)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Carry out the steps that this database has not seen yet.

    :param connection: A connection in autocommit mode.
    :param migrations: All steps there are, oldest first.
    :return: The names of the steps that were carried out.
    :raises StoreError: The database was written by a newer version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise StoreError(
            f"The data was written by a newer version of agentkit (data version {version}, this one knows {len(migrations)}): "
            "update agentkit, or start with another folder."
        )
    done = []
    for number, migration in enumerate(migrations[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        done.append(migration.name)
    return done
