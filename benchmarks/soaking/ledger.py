"""What was asked of the service and what it acknowledged, written down on disk, so that the books do not grow in memory."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any


@dataclass
class Entry:
    """One object that the client asked for.

    :ivar mark: What the object carries, so that it is known again whatever its id is.
    :ivar kind: ``thread``, ``message``, ``run``, ``file``, ``agent`` or ``vector store``.
    :ivar owner: The id of the thread that it is in.
    :ivar content: What can be read of it.
    :ivar id: The id that was acknowledged; None where the answer did not come.
    :ivar error: The class of the error that came instead.
    :ivar fate: ``kept``; ``leaving``: a deletion was asked for and not acknowledged; ``gone``.
    """

    mark: str
    kind: str
    owner: str
    content: str
    id: str | None = None
    error: str | None = None
    fate: str = "kept"


class Ledger:
    """The book. Threads may write into it at the same time.

    :param path: The file; it is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def new_mark(self) -> str:
        """What an object is to be known by."""
        return f"soak-{secrets.token_hex(8)}"

    def asked(self, mark: str, kind: str, content: str, owner: str = "") -> None:
        """An object is being asked for."""
        self._write(mark=mark, kind=kind, content=content, owner=owner)

    def acknowledged(self, mark: str, object_id: str) -> None:
        """The service has said that it is there."""
        self._write(mark=mark, id=object_id)

    def refused(self, mark: str, error: str) -> None:
        """The call ended with an error of this class."""
        self._write(mark=mark, error=error)

    def leaving(self, object_id: str) -> None:
        """The deletion of an acknowledged object is being asked for."""
        self._write(of=object_id, fate="leaving")

    def gone(self, object_id: str) -> None:
        """The service has said that it is deleted."""
        self._write(of=object_id, fate="gone")

    def entries(self) -> dict[str, Entry]:
        """Everything that was written down, by mark."""
        with self._lock:
            self._file.flush()
        found: dict[str, Entry] = {}
        marks: dict[str, str] = {}
        for line in self._lines():
            if "kind" in line:
                found[line["mark"]] = Entry(**line)
                continue
            entry = found[line.get("mark") or marks[line["of"]]]
            entry.id, entry.error = line.get("id", entry.id), line.get("error", entry.error)
            entry.fate = line.get("fate", entry.fate)
            if "id" in line:
                marks[line["id"]] = entry.mark
        return found

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self._path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    def _write(self, **line: str) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
