"""What a process holds: memory, files, sockets, threads and processes of its own, as Linux tells it."""

from __future__ import annotations

import os
from dataclasses import astuple, dataclass
from pathlib import Path

NAMES = ("RSS, MB", "files", "sockets", "threads", "children")


@dataclass(frozen=True)
class Usage:
    """What one process holds at a moment.

    :ivar memory: Resident size in bytes, without that of its children.
    :ivar files: Open files that are no sockets.
    """

    memory: int
    files: int
    sockets: int
    threads: int
    children: int

    @classmethod
    def of(cls, process: int) -> Usage:
        """Look at a process of this user.

        :raises FileNotFoundError: There is none of this number.
        """
        folder = Path("/proc", str(process))
        status = dict(line.split(":", 1) for line in (folder / "status").read_text(encoding="utf-8").splitlines())
        opened = [_target(path) for path in (folder / "fd").iterdir()]
        sockets = sum(name.startswith("socket:") for name in opened)
        return cls(
            memory=int(status["VmRSS"].split()[0]) * 1024,
            files=len(opened) - sockets,
            sockets=sockets,
            threads=int(status["Threads"]),
            children=sum(_parent_of(path) == process for path in Path("/proc").glob("[0-9]*")),
        )

    def row(self) -> str:
        """The figures under :data:`NAMES`."""
        memory, *counts = astuple(self)
        return f"{memory / 1e6:>10.1f}" + "".join(f"{count:>10}" for count in counts)


def header() -> str:
    """The line above the rows."""
    return "".join(f"{name:>10}" for name in NAMES)


def _target(path: Path) -> str:
    try:
        return os.readlink(path)
    except FileNotFoundError:  # it was closed meanwhile; this program's own look at the folder is one of these
        return ""


def _parent_of(path: Path) -> int | None:
    try:
        return int((path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
