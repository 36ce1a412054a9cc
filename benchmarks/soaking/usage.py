"""What a process holds: memory, files, sockets, threads and processes of its own, as Linux tells it."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

NAMES = ("RSS, MB", "files", "sockets", "threads", "children")
HEAP_NAMES = ("untrimmed", "blocks")


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


@dataclass(frozen=True)
class Heap:
    """What the memory of a process was, with nothing under way, before its heap was trimmed.

    :ivar blocks: So many blocks of memory Python's objects took: what a leak adds to, however the freed ones are scattered.
    :ivar untrimmed: Resident size in bytes, with the freed memory that the C library keeps.
    """

    blocks: int
    untrimmed: int

    @classmethod
    def trimmed(cls) -> Heap:
        """Look at this process and trim its heap."""
        gc.collect()
        heap = cls(sys.getallocatedblocks(), Usage.of(os.getpid()).memory)
        trim_heap()
        return heap

    def row(self) -> str:
        """The figures under :data:`HEAP_NAMES`."""
        return f"{self.untrimmed / 1e6:>10.1f}{self.blocks:>10,}"


def header() -> str:
    """The line above the rows."""
    return "".join(f"{name:>10}" for name in (*NAMES, *HEAP_NAMES))


def trim_heap() -> bool:
    """Have the C library hand back to the system the freed memory that it keeps, in this process; whether it can, as glibc does."""
    trim = _malloc_trim()
    if trim is None:
        return False
    trim(0)
    return True


@cache
def _malloc_trim() -> Any:
    try:
        return getattr(ctypes.CDLL(None), "malloc_trim", None)
    except TypeError:  # on Windows nothing is found without a name
        return None


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
