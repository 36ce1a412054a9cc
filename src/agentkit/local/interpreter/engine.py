"""The interpreter of one session: its folders, its executions, and what each came to."""

from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from . import rungs
from .fonts import lend_font_list, warm_up
from .outcome import InputFile, Limits, MadeFile, Outcome
from .process import Ended, Program
from .session import Session, Unreadable

__all__ = ["Interpreter"]

_DEFAULTS = Limits()
_AFRESH = (
    "The session ended with it: variables and imports are gone, files under /mnt/data stay. The next program starts afresh.\n"
)
_FULL = "The session ended with it, and its files are gone with variables and imports: it had made all the files that a session may.\n"
_DRAWS = ("matplotlib", "pylab", "seaborn", "pandas")
_NO_KEEPER = "the process that kept the files of this session has ended"


class Interpreter:
    """Runs programs one after another in one session: variables, imports and ``/mnt/data`` last from one to the next.

    The programs are cells of one runner. A cell that exceeds a limit, or ends the runner, takes the variables with it; then the
    outcome has a notice, and the next cell starts afresh on the same files. Between two cells nothing of the session runs.

    The interpreter is a context manager, and safe to use from several threads: executions wait for each other, and :meth:`close`
    stops the one that is going on.

    Parameters:
        limits: how much each execution may use, and all of them together.
        trusted: whether the code comes from rules of this package; such code may run where nothing can contain it.
        workspace: the folder to use as /mnt/data, which is then kept on closing (a service that runs as root may hand the folder
            to an unprivileged user); by default a temporary one is made.
    """

    def __init__(self, *, limits: Limits = _DEFAULTS, trusted: bool = False, workspace: Path | None = None) -> None:
        self._limits, self._trusted, self._workspace = limits, trusted, workspace
        self._rung: rungs.Rung | None = None
        self._program: Program | None = None
        self._allowance: _Allowance | None = None
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
            self._forget(files=True)

    def forget(self) -> None:
        """Let go of variables and imports; files stay. Waits for the end of what is running."""
        with self._running:
            self._forget(files=False)

    def _forget(self, *, files: bool) -> None:
        if self._program is not None:
            self._program.end()
            self._program = None
        if files and self._rung is not None:
            self._rung.session.remove()
            self._rung = self._allowance = None

    def execute(self, code: str, files: Sequence[InputFile] = (), *, cancelled: threading.Event | None = None) -> Outcome:
        """Run a program and wait for its end.

        Parameters:
            code: Python source text, run as the next cell of ``__main__``, at first in ``/mnt/data``, with standard input closed.
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
                self._rung = rungs.Rung(name, self._limits, self._workspace)
            return self._execute(self._rung, code, files, cancelled or threading.Event())

    def _execute(self, rung: rungs.Rung, code: str, files: Sequence[InputFile], cancelled: threading.Event) -> Outcome:
        session = rung.session
        if session.is_lost:
            return self._lost(rung, _NO_KEEPER)
        try:
            allowance = self._allowance = self._allowance or _Allowance(session, self._limits)
            with allowance.given():
                session.put(files)
                if any(name in code for name in _DRAWS):
                    warm_up()
                session.lend("matplotlib", lend_font_list)
            before, figures = session.snapshot(), session.figures()
        except Unreadable as unreadable:
            return self._lost(rung, f"the files of this session cannot be read any more ({unreadable})")
        except OSError as failure:
            if failure.errno != errno.ENOSPC:
                raise
            return self._lost(rung, "the files of this session leave no room")

        def trouble() -> str | None:
            if cancelled.is_set() or self._closed.is_set():
                return "it was cancelled"
            return _NO_KEEPER if session.is_lost else allowance.exceeded()

        try:
            ended = self._run(rung, code, trouble)
            stopped = ended.stopped or allowance.exceeded()
        except BaseException:
            self._forget(files=False)
            raise
        if stopped or ended.status is not None:
            self._forget(files=False)
        made: tuple[MadeFile, ...] = ()
        error: str | None
        try:
            error = _error(session, ended, stopped, self._limits)
            made = session.take(before, figures, self._limits)
        except Unreadable as unreadable:
            error = f"The program's files could not be read: {unreadable}\n"
        if session.is_lost:  # then every folder looks empty
            error = f"The program's files were lost: {_NO_KEEPER}.\n"
        output = ended.output
        if not rung.contained:  # the program was given the workspace's own path instead of /mnt/data
            output = output.replace(str(session.data), "/mnt/data")
            error = error and error.replace(str(session.data), "/mnt/data")
        notice = None if self._program is not None else _FULL if allowance.is_used_up else _AFRESH
        return Outcome(output, error, made, rung.name, ended.seconds, notice, last=allowance.is_used_up)

    def _lost(self, rung: rungs.Rung, reason: str) -> Outcome:
        self._forget(files=True)
        error = f"The program was not run: {reason}. The next program has a new session, without variables and files.\n"
        return Outcome("", error, (), rung.name, 0.0, last=True)

    def _run(self, rung: rungs.Rung, code: str, trouble: Callable[[], str | None]) -> Ended:
        rung.session.write_cell(code)
        if self._program is None:
            self._program = rung.start(trouble)
            if self._program.started.status is not None:
                return self._program.started
        return self._program.run(trouble)


class _Allowance:
    """Watches that no execution makes more files and bytes than it may, nor all of a session; what is put there does not count."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session, self._limits = session, limits
        self._at_start = self._base = session.usage()
        self.is_used_up = False

    @contextmanager
    def given(self) -> Iterator[None]:
        """Begin an execution with what is put there meanwhile."""
        before = self._session.usage()
        yield
        self._at_start = self._session.usage()
        (files, size), (files_then, size_then) = self._at_start, before
        self._base = (self._base[0] + files - files_then, self._base[1] + size - size_then)

    def exceeded(self) -> str | None:
        try:
            files, size = self._session.usage()
        except Unreadable as error:
            return f"its files cannot be counted ({error})"
        limits = self._limits
        all_made = _beyond(files - self._base[0], limits.session_files, size - self._base[1], limits.session_bytes)
        self.is_used_up = self.is_used_up or all_made is not None
        made = _beyond(files - self._at_start[0], limits.files, size - self._at_start[1], limits.file_bytes)
        return f"it {made}" if made else all_made and f"it and those before it {all_made}"


def _beyond(files: int, most_files: int, size: int, most_bytes: int) -> str | None:
    if files > most_files:
        return f"made more than {most_files} files and folders"
    return f"wrote more than {most_bytes // 2**20} MiB of files" if size > most_bytes else None


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
    if not ended.status:
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
