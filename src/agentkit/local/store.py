"""All resources of a service in one SQLite database: documents in, documents out.

There is one connection with one lock. A statement takes microseconds, so waiting for the lock costs less than a pool would,
and whoever holds it reads what it wrote. On disk the file is also locked against a second service.

What is committed survives the end of the process, however it ends: it is with the operating system by then. When the machine
itself ends, by a loss of power or a failure of the system, what was committed last may be missing, and the database is as it was a
moment before; it is not damaged.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentkit.local.errors import bad_request, not_found
from agentkit.local.migrations import StoreError, migrate
from agentkit.local.paging import Paging
from agentkit.local.tables import Table

__all__ = ["DATABASE", "Document", "Store", "StoreError", "Transaction", "public"]

Document = dict[str, Any]
DATABASE = "agentkit.sqlite3"


def public(document: Document) -> Document:
    """The document without the keys that are the store's own."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


class Transaction:
    """What can be done with the collections while the store's lock is held; all of it comes to pass, or none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._afterwards: list[Callable[[], None]] = []

    @property
    def changes(self) -> int:
        """How many rows were written so far, in this transaction and those before it."""
        return self._connection.total_changes

    def afterwards(self, action: Callable[[], None]) -> None:
        """Have something done outside of the database once all of this is committed; never if it is taken back."""
        self._afterwards.append(action)

    def take_afterwards(self) -> list[Callable[[], None]]:
        """What is to be done once this is committed; it is forgotten here."""
        actions, self._afterwards = self._afterwards, []
        return actions

    def insert(self, table: Table, document: Document) -> Document:
        """Add a document as the newest of its collection."""
        row = {"id": document["id"], "created_at": document["created_at"], **_row(table, document)}
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", tuple(row.values()))
        return document

    def get(self, table: Table, object_id: str, owner: str | None = None) -> Document | None:
        """The document with this id, or None; with ``owner``, only if it belongs to that object."""
        where, values = _named(table, object_id, owner)
        row = self._connection.execute(f"SELECT document FROM {table.name} WHERE {where}", values).fetchone()
        return None if row is None else json.loads(row[0])

    def require(self, table: Table, object_id: str, owner: str | None = None) -> Document:
        """The document with this id.

        :raises ApiError: 404, there is none.
        """
        document = self.get(table, object_id, owner)
        if document is None:
            raise not_found(table.noun, object_id, f" in {table.owner_noun} '{owner}'" if owner else "")
        return document

    def replace(self, table: Table, document: Document) -> Document:
        """Write a document over the one with its id; its place in the order stays."""
        row = _row(table, document)
        where, values = _named(table, document["id"], document[table.owner] if table.owner else None)
        changes = ", ".join(f"{name} = ?" for name in row)
        self._connection.execute(f"UPDATE {table.name} SET {changes} WHERE {where}", (*row.values(), *values))
        return document

    def delete(self, table: Table, object_id: str, owner: str | None = None) -> None:
        """Delete a document, and whatever belongs to it.

        :raises ApiError: 404, there is none.
        """
        self.require(table, object_id, owner)
        where, values = _named(table, object_id, owner)
        self._connection.execute(
            "INSERT OR REPLACE INTO tombstones (collection, owner, id, seq) "
            f"SELECT ?, ?, id, seq FROM {table.name} WHERE {where}",
            (table.name, owner or "", *values),
        )
        self._connection.execute(f"DELETE FROM {table.name} WHERE {where}", values)

    def trim(self, table: Table, *, most: int, before: int) -> None:
        """Drop the documents of a collection that are too many or too old; no page may begin after one of them.

        :param most: So many of the newest may stay.
        :param before: Those that were made before this moment go, in unix seconds.
        """
        name = table.name
        self._connection.execute(
            f"DELETE FROM {name} WHERE seq <= (SELECT max(seq) FROM {name}) - ? OR created_at < ?", (most, before)
        )

    def select(self, table: Table, where: str = "1", *values: Any) -> list[Document]:
        """The documents that an SQL condition holds for, oldest first."""
        rows = self._connection.execute(f"SELECT document FROM {table.name} WHERE {where} ORDER BY seq", values)
        return [json.loads(row[0]) for row in rows]

    def count(self, table: Table, column: str, where: str = "1", *values: Any) -> dict[str, int]:
        """How many documents there are of each value of a column, among those that an SQL condition holds for."""
        rows = self._connection.execute(f"SELECT {column}, count(*) FROM {table.name} WHERE {where} GROUP BY {column}", values)
        return dict(rows.fetchall())

    def total(self, table: Table, key: str, where: str = "1", *values: Any) -> int:
        """The sum of a number in the documents that an SQL condition holds for."""
        row = self._connection.execute(
            f"SELECT coalesce(sum(json_extract(document, '$.{key}')), 0) FROM {table.name} WHERE {where}", values
        ).fetchone()
        return int(row[0])

    def page(
        self,
        table: Table,
        paging: Paging,
        filters: Mapping[str, str | None] | None = None,
        *,
        present: Callable[[Document], Document] = public,
    ) -> Document:
        """One page of the documents whose columns equal ``filters``, None for one without a value, as the list object of the wire.

        :param present: What each document is turned into before it goes out.
        :raises ApiError: 400, a cursor names an object that is not in the listing.
        """
        filters = filters or {}
        owner = filters.get(table.owner) if table.owner else None
        conditions = [f"{column} IS NULL" if value is None else f"{column} = ?" for column, value in filters.items()]
        values: list[Any] = [value for value in filters.values() if value is not None]
        for name, cursor, newer in (("after", paging.after, paging.ascending), ("before", paging.before, not paging.ascending)):
            if cursor is not None:
                conditions.append("seq > ?" if newer else "seq < ?")
                values.append(self._seq(table, cursor, owner, name))
        # The page before a cursor is the nearest one: it is read away from the cursor, then turned round.
        backwards = paging.before is not None and paging.after is None
        direction = "ASC" if paging.ascending != backwards else "DESC"
        rows = self._connection.execute(
            f"SELECT document FROM {table.name} WHERE {' AND '.join(conditions) or '1'} ORDER BY seq {direction} LIMIT ?",
            (*values, paging.limit + 1),
        ).fetchall()
        data = [present(json.loads(row[0])) for row in rows[: paging.limit]]
        if backwards:
            data.reverse()
        return {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
            "has_more": len(rows) > paging.limit,
        }

    def _seq(self, table: Table, object_id: str, owner: str | None, cursor: str) -> int:
        where, values = _named(table, object_id, owner)
        row = self._connection.execute(f"SELECT seq FROM {table.name} WHERE {where}", values).fetchone()
        if row is None:
            row = self._connection.execute(
                "SELECT seq FROM tombstones WHERE collection = ? AND owner = ? AND id = ?", (table.name, owner or "", object_id)
            ).fetchone()
        if row is None:
            raise bad_request(
                f"{cursor}: '{object_id}' is no {table.noun} of this listing; send the id of an object that the listing gave.",
                cursor,
            )
        return int(row[0])


class Store:
    """The database of one service.

    :param folder: Where the database file lies; None keeps everything in memory.
    :raises StoreError: The file is in use by another service, is no database, or was written by a newer version.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = _open(folder)
        self._transaction = Transaction(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the lock for some reads and writes; an exception takes the writes back. May be nested: the outermost counts."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._transaction
                if outermost:
                    self._connection.execute("COMMIT")
            except BaseException:
                if outermost:
                    self._transaction.take_afterwards()
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1
            if outermost:
                for action in self._transaction.take_afterwards():
                    action()

    def close(self) -> None:
        """Close the database; nothing can be read or written afterwards."""
        with self._lock:
            self._connection.close()


def _open(folder: Path | None) -> sqlite3.Connection:
    path = folder / DATABASE if folder else ":memory:"
    connection = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
    try:
        # Exclusive: two services on one folder would each take the other's active runs for the remains of a crash.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if folder:
            connection.execute("PRAGMA journal_mode = WAL")
        # A commit is handed to the system, which survives a killed process; waiting for the disk at each one would be for the loss
        # of power alone, and cost milliseconds. The disk is waited for where the log is taken over into the database.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        raise StoreError(
            f"The data at '{path}' cannot be opened ({error}): end the other service that uses it, or give another folder."
        ) from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreError(f"'{path}' is not a database of agentkit ({error}): give another folder.") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _row(table: Table, document: Document) -> dict[str, Any]:
    row = {column: document.get(column) for column in table.columns}
    return {**row, "document": json.dumps(document, separators=(",", ":"))}


def _named(table: Table, object_id: str, owner: str | None) -> tuple[str, tuple[str, ...]]:
    if owner is None:
        return "id = ?", (object_id,)
    return f"id = ? AND {table.owner} = ?", (object_id, owner)
