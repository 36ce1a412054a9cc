"""What goes into one execution and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["InputFile", "Limits", "MadeFile", "Outcome"]

_MIB = 1024 * 1024


@dataclass(frozen=True)
class InputFile:
    """A file that the code may read: the file at ``path`` is copied to ``/mnt/data/<name>``."""

    name: str
    path: Path


@dataclass(frozen=True)
class MadeFile:
    """A file that the code made.

    ``name`` is its path below ``/mnt/data`` with forward slashes; ``path`` is a copy that stays until the interpreter is
    closed. ``shown`` files are figures drawn by ``plt.show()``; the others are new or changed under ``/mnt/data``.
    """

    name: str
    path: Path
    image: bool
    shown: bool


@dataclass(frozen=True)
class Outcome:
    """What came of one execution.

    ``stdout`` is all that the code printed (standard output and error in the order written); ``error`` is the traceback as the
    program saw it, or why it was stopped, or ``None``; ``rung`` is the containment that the code ran under, or ``none`` where it
    was not run; ``seconds`` is the time that it took by the wall clock; ``notice`` says what became of the session's variables and
    files where they did not last, or is ``None``; ``last`` says that the session is full: another one takes a new interpreter.
    """

    stdout: str
    error: str | None
    files: tuple[MadeFile, ...]
    rung: str
    seconds: float
    notice: str | None = None
    last: bool = False


@dataclass(frozen=True)
class Limits:
    """How much one execution may use, and a session of several.

    ``seconds`` bounds the wall clock and each process's processor time; ``memory_bytes`` each process's address space and the
    memory of all its processes together; ``output_bytes`` what is kept of the printed text; ``file_bytes`` each file, and all the
    files that one execution makes together; ``files`` how many files and folders it may make; ``processes`` how many
    processes and threads may run at once. ``session_bytes`` and ``session_files`` bound what all the executions of one session leave
    under ``/mnt/data`` and ``/tmp``; a session that is beyond them ends with its files.
    """

    seconds: float = 30.0
    memory_bytes: int = 2048 * _MIB
    output_bytes: int = 1 * _MIB
    file_bytes: int = 64 * _MIB
    files: int = 64
    processes: int = 64
    session_bytes: int = 256 * _MIB
    session_files: int = 1024

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"Limits.{name} must be more than 0, got {value!r}")
