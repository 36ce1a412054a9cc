"""The interpreter of one run: its folders, its executions, and what each came to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from . import rungs
from .fonts import lend_font_list, warm_up
from .outcome import InputFile, Limits, MadeFile, Outcome
from .process import Ended
from .session import Session, Unreadable

__all__ = ["Interpreter"]

_DEFAULTS = Limits()
_DRAWS = ("matplotlib", "pylab", "seaborn", "pandas")


class Interpreter:
    """Runs programs one after another on one ``/mnt/data``, each in a process of its own.

    Files stay from one execution to the next, variables do not. The interpreter is a context manager, and safe to use from
    several threads: executions wait for each other, and :meth:`close` stops the one that is going on.

    Parameters:
        limits: how much each execution may use.
        trusted: whether the code comes from rules of this package; such code may run where nothing can contain it.
        workspace: the folder to use as /mnt/data, which is then kept on closing (a service that runs as root may hand the folder
            to an unprivileged user); by default a temporary one is made.
    """

    def __init__(self, *, limits: Limits = _DEFAULTS, trusted: bool = False, workspace: Path | None = None) -> None:
        self._limits, self._trusted, self._workspace = limits, trusted, workspace
        self._rung: rungs.Rung | None = None
        self._running = threading.Lock()
        self._closed = threading.Event()

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop what is running and remove every folder that was made; the files of earlier outcomes go with them."""
        self._closed.set()
        with self._running:
            if self._rung is not None:
                self._rung.session.remove()
                self._rung = None

    def execute(self, code: str, files: Sequence[InputFile] = (), *, cancelled: threading.Event | None = None) -> Outcome:
        """Run a program and wait for its end.

        Parameters:
            code: Python source text, run as ``__main__`` in ``/mnt/data`` with standard input closed.
            files: what to put into ``/mnt/data`` first.
            cancelled: stops the program when it is set.

        Returns:
            what the program printed, how it failed if it did, and the files that it made.

        Raises:
            RuntimeError: the interpreter is closed.
            ValueError: an input file's name is no plain file name, or is given to two files.
            FileNotFoundError: an input file does not exist.
        """
        with self._running:
            if self._closed.is_set():
                raise RuntimeError("this Interpreter is closed; make a new one for the next run")
            if self._rung is None:
                name = rungs.containment()
                if name == "subprocess" and not self._trusted:
                    return Outcome("", _refusal(), (), "none", 0.0)
                self._rung = rungs.Rung(name, self._workspace)
            return self._execute(self._rung, code, files, cancelled or threading.Event())

    def _execute(self, rung: rungs.Rung, code: str, files: Sequence[InputFile], cancelled: threading.Event) -> Outcome:
        session = rung.session
        session.put(files)
        if any(name in code for name in _DRAWS):
            warm_up()
        session.lend("matplotlib", lend_font_list)
        before, figures = session.snapshot(), session.figures()
        allowance = _Allowance(session, self._limits)

        def trouble() -> str | None:
            if cancelled.is_set() or self._closed.is_set():
                return "it was cancelled"
            return allowance.exceeded()

        ended = rungs.enter(rung, code, self._limits, trouble)
        stopped = ended.stopped or allowance.exceeded()
        made: tuple[MadeFile, ...] = ()
        error: str | None
        try:
            error = _error(session, ended, stopped, self._limits)
            made = session.take(before, figures, self._limits)
        except Unreadable as unreadable:
            error = f"The program's files could not be read: {unreadable}\n"
        output = ended.output
        if not rung.contained:  # the program was given the workspace's own path instead of /mnt/data
            output = output.replace(str(session.data), "/mnt/data")
            error = error and error.replace(str(session.data), "/mnt/data")
        return Outcome(output, error, made, rung.name, ended.seconds)


class _Allowance:
    """Watches that an execution makes no more files and bytes than it may; counts from what is there at the start."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session, self._limits = session, limits
        self._files, self._bytes = session.usage()

    def exceeded(self) -> str | None:
        try:
            files, size = self._session.usage()
        except Unreadable as error:
            return f"its files cannot be counted ({error})"
        if files - self._files > self._limits.files:
            return f"it made more than {self._limits.files} files and folders"
        if size - self._bytes > self._limits.file_bytes:
            return f"it wrote more than {self._limits.file_bytes // 2**20} MiB of files"
        return None


def _refusal() -> str:
    return (
        "The code was not run: nothing on this machine can contain it, and code that a model wrote is run only contained. "
        f"To run it, {rungs.remedy()}.\n"
    )


def _error(session: Session, ended: Ended, stopped: str | None, limits: Limits) -> str | None:
    """The text of what went wrong: why the program was stopped, its own traceback, or how its process ended."""
    if stopped:
        return f"The program was stopped: {stopped}.\n"
    report = session.report()
    if report is not None:
        error = report.get("error")
        return None if error is None else str(error)
    if ended.status == 0:
        return None
    if ended.status == 128 + _number("SIGXCPU"):
        return f"The program was stopped: it used more than {limits.seconds:g} seconds of processor time.\n"
    if ended.status > 128:
        return f"The program was ended by signal {ended.status - 128} ({_name(ended.status - 128)}).\n"
    return f"The program ended with exit status {ended.status}.\n"


def _number(name: str) -> int:
    return int(getattr(signal, name, 0))


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
