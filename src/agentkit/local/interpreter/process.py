"""Keeps one runner under watch: it is fed cells, what each prints is kept up to a limit, and all of it is ended when it must stop."""

from __future__ import annotations

import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import usage
from .outcome import Limits

__all__ = ["Ended", "Program"]

_LOOK_SECONDS = 0.05
_END_SECONDS = 5.0
_START_SECONDS = 30.0  # before the first cell, whose time does not begin until then
_CHUNK = 65536


@dataclass(frozen=True)
class Ended:
    """How a cell ended: its ``output``, and why it was ``stopped``, if it was.

    ``status`` is the exit status of the runner as a shell gives it, or ``None`` where the runner waits for the next cell.
    """

    output: str
    status: int | None
    stopped: str | None
    seconds: float


class _Output:
    """Starts a process, reads its output to the end in a thread, and keeps the beginning of what each cell prints.

    The thread that starts the process must outlive it: Linux takes the end of that thread for the end of the parent.
    """

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._begin, self._marker, self._held, self._kept, self._seen = b"", b"", bytearray(), bytearray(), 0
        self._came = threading.Event()
        self.heard = False
        born: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, args=(start, born), name="interpreter-output", daemon=True)
        self._thread.start()
        process = born.get()
        if isinstance(process, OSError):
            raise process
        self.process = process

    def _read(
        self, start: Callable[[], subprocess.Popen[bytes]], born: queue.SimpleQueue[subprocess.Popen[bytes] | OSError]
    ) -> None:
        try:
            process = start()
        except OSError as error:
            born.put(error)
            return
        born.put(process)
        assert process.stdout is not None
        with process.stdout as stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                with self._lock:
                    self._take(chunk)
        with self._lock:
            if not self._begin:
                self._keep(self._held)
            self._came.set()
        process.wait()

    def _take(self, chunk: bytes) -> None:
        if not self._marker:  # printed between two cells, by what is about to be ended
            return
        self._held += chunk
        if self._begin:  # printed between two cells as well, and read only now
            at = self._held.find(self._begin)
            if at < 0:
                del self._held[: 1 - len(self._begin)]
                return
            del self._held[: at + len(self._begin)]
            self._begin = b""
        at = self._held.find(self._marker)
        if at < 0:  # the marker may have begun at the very end
            self._keep(self._held[: 1 - len(self._marker)])
            del self._held[: 1 - len(self._marker)]
            return
        self._keep(self._held[:at])
        self._held.clear()
        self._marker, self.heard = b"", True
        self._came.set()

    def _keep(self, printed: bytes | bytearray) -> None:
        self._seen += len(printed)
        self._kept += printed[: self._limit - len(self._kept)]

    def listen(self, begin: bytes, marker: bytes) -> None:
        """Keep what comes from now on between ``begin``, which may be empty, and ``marker``."""
        with self._lock:
            self._begin, self._marker, self._seen, self.heard = begin, marker, 0, False
            self._held.clear()
            self._kept.clear()
            self._came.clear()

    def wait(self, seconds: float) -> bool:
        """Wait for the marker or the end of all output; whether one of them came. ``heard`` is set by the marker."""
        return self._came.wait(seconds)

    def join(self) -> None:
        """Wait for the end of all output."""
        self._thread.join(_END_SECONDS)

    def text(self) -> str:
        """The kept output, with a note in place of what was cut off."""
        with self._lock:
            text = bytes(self._kept).decode("utf-8", "replace").replace("\r\n", "\n")
            cut = self._seen - len(self._kept)
        return text if not cut else f"{text}\n[The output was cut here: {cut:,} more bytes were printed.]\n"


class Program:
    """A running runner. Between two cells nothing of it runs: its threads are held, and what it started is ended.

    Parameters:
        command: starts the runner, which prints ``ready`` when it waits for the first cell.
        contained: says that the command is the launcher of a process namespace: then nothing that it started is left running.
            Otherwise a process that took itself out of the command's process group may stay.
        trouble: asked often for a reason to give up the start.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        limits: Limits,
        contained: bool,
        ready: str,
        trouble: Callable[[], str | None],
    ) -> None:
        self._device, self._limits, self._contained = folder.stat().st_dev, limits, contained

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command,
                bufsize=0,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

        self._output = _Output(start, limits.output_bytes)
        self._process = self._output.process
        assert self._process.stdin is not None
        self._commands = self._process.stdin
        if sys.platform != "win32":
            os.set_blocking(self._commands.fileno(), False)  # hostile code could fill the pipe and have us wait
        # Until the first cell there is nothing but the runner, last, and what keeps the containment.
        self._kept = {self._process.pid}
        self._runner = self._process.pid
        self.started: Ended = self._exchange("", ready, lambda: None, _START_SECONDS, trouble)
        """How the start ended; its status is ``None`` where all went well."""

    def run(self, trouble: Callable[[], str | None]) -> Ended:
        """Have the runner run the cell that lies in the control folder, until it ends, exceeds a limit, or is in trouble."""
        token = secrets.token_hex(16)

        def begin() -> None:
            self._hold(held=False)
            with suppress(OSError):  # it has ended, or spoilt the pipe: then the marker never comes
                self._commands.write(f"{token}\n".encode())

        return self._exchange(token[::-1], token, begin, self._limits.seconds, trouble)

    def end(self) -> None:
        """End the runner with all that it started, and wait until it is gone."""
        if self._commands.closed:
            return
        self._commands.close()
        _end(self._process, contained=self._contained)
        self._output.join()

    def _exchange(
        self, first: str, last: str, begin: Callable[[], None], most: float, trouble: Callable[[], str | None]
    ) -> Ended:
        started = time.monotonic()
        stopped, alive = None, False
        self._output.listen(first.encode(), last.encode())
        try:
            begin()
            while stopped is None and self._process.poll() is None:
                if self._output.wait(_LOOK_SECONDS):
                    alive = self._output.heard
                    if alive:
                        break
                    with suppress(subprocess.TimeoutExpired):  # it is about to end, or goes on without any output
                        self._process.wait(_LOOK_SECONDS)
                        break
                stopped = trouble() or self._overuse()
                if stopped is None and time.monotonic() - started > most:
                    stopped = f"it ran longer than {most:g} seconds"
            seconds = time.monotonic() - started
            alive = alive and self._pause()
        finally:
            if not alive:
                self.end()
        code = self._process.returncode
        status = None if alive or code is None else 128 - code if code < 0 else code
        return Ended(self._output.text(), status, stopped, seconds)

    def _pause(self) -> bool:
        """Hold the runner and end what it left running; whether that came about."""
        if sys.platform == "win32":
            return True
        if self._kept == {self._process.pid} and self._contained:
            tree = usage.descendants(self._process.pid)
            if not tree:
                return False
            self._kept.update(tree)
            self._runner = tree[-1]
        self._hold(held=True)
        deadline = time.monotonic() + _END_SECONDS
        while (left := self._left_running()) or not usage.is_held(self._runner):
            for pid in left:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS / 25)
        return True

    def _left_running(self) -> list[int]:
        return [pid for pid in usage.living(self._process.pid) if pid not in self._kept]

    def _hold(self, *, held: bool) -> None:
        """Stop the runner, or have it go on; the launcher too, which has nothing to watch meanwhile."""
        if sys.platform == "win32":
            return
        for pid in {self._runner, self._process.pid}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if held else signal.SIGCONT)

    def _overuse(self) -> str | None:
        """Why a running cell must stop, if it must: what all its processes use together."""
        limits = self._limits
        tree = [self._process.pid, *usage.descendants(self._process.pid)]
        if len(tree) > limits.processes + 2:  # with the two that keep the containment
            return f"it started more than {limits.processes} processes"
        nameless, anonymous = usage.hidden_files(tree, self._device)
        if nameless > limits.file_bytes:
            return f"it wrote more than {limits.file_bytes // 2**20} MiB of files"
        if usage.memory(tree, anonymous, limits.memory_bytes) > limits.memory_bytes:
            return f"its processes used more than {limits.memory_bytes // 2**20} MiB of memory together"
        return None


def _end(process: subprocess.Popen[bytes], *, contained: bool) -> None:
    """End a command with all that it started, and wait until it is gone.

    A containment's launcher is left to end by itself, which it does once the first process inside has ended and the kernel has
    ended all the others: then nothing inside can write any more.
    """
    if sys.platform == "win32":
        process.kill()
        process.wait()
        return
    deadline = time.monotonic() + (_END_SECONDS if contained else 0)
    while process.poll() is None:
        for child in usage.descendants(process.pid):
            with suppress(ProcessLookupError, PermissionError):  # gone already, or not ours: then its group is ended below
                os.kill(child, signal.SIGKILL)
        if time.monotonic() >= deadline:
            break
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)  # it is held between two cells
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
    with suppress(ProcessLookupError, PermissionError):  # macOS answers "not permitted" for a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
