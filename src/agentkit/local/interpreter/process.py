"""Runs one command under watch: its output is kept up to a limit, and all of it is ended when it must stop."""

from __future__ import annotations

import os
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

__all__ = ["Ended", "supervise"]

_LOOK_SECONDS = 0.05
_END_SECONDS = 5.0
_CHUNK = 65536


@dataclass(frozen=True)
class Ended:
    """How a command ended: its ``output``, its exit ``status`` as a shell gives it, and why it was ``stopped``, if it was."""

    output: str
    status: int
    stopped: str | None
    seconds: float


class _Output:
    """Reads a pipe to its end in a thread, and keeps the beginning."""

    def __init__(self, process: subprocess.Popen[bytes], limit: int) -> None:
        self._limit, self._kept, self._seen = limit, bytearray(), 0
        self._thread = threading.Thread(target=self._read, args=(process,), name="interpreter-output", daemon=True)
        self._thread.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                self._seen += len(chunk)
                self._kept += chunk[: self._limit - len(self._kept)]

    def text(self) -> str:
        """The kept output, with a note in place of what was cut off."""
        self._thread.join(_END_SECONDS)
        text = bytes(self._kept).decode("utf-8", "replace").replace("\r\n", "\n")
        cut = self._seen - len(self._kept)
        return text if not cut else f"{text}\n[The output was cut here: {cut:,} more bytes were printed.]\n"


def supervise(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    limits: Limits,
    contained: bool,
    trouble: Callable[[], str | None],
) -> Ended:
    """Run ``command`` in ``folder`` until it ends, exceeds ``limits`` or ``trouble`` gives a reason to stop it.

    ``contained`` says that the command is the launcher of a process namespace: then nothing that it started is left running.
    Otherwise a process that took itself out of the command's process group may stay.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output = _Output(process, limits.output_bytes)
    stopped = None
    try:
        while process.poll() is None and stopped is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)
                break
            stopped = trouble() or _overuse(process.pid, folder, limits, time.monotonic() - started)
    finally:
        _end(process, contained=contained)
    status = process.returncode
    text = output.text()
    return Ended(text, 128 - status if status < 0 else status, stopped, time.monotonic() - started)


def _overuse(process: int, folder: Path, limits: Limits, seconds: float) -> str | None:
    """Why a running command must stop, if it must: the time, or what all its processes use together."""
    if seconds > limits.seconds:
        return f"it ran longer than {limits.seconds:g} seconds"
    tree = [process, *usage.descendants(process)]
    if len(tree) > limits.processes + 2:  # with the two that keep the containment
        return f"it started more than {limits.processes} processes"
    nameless, anonymous = usage.hidden_files(tree, folder.stat().st_dev)
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
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
    with suppress(ProcessLookupError, PermissionError):  # macOS answers "not permitted" for a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
