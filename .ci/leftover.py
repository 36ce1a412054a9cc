"""Runs a program and says on stderr which processes it left behind: ``leftover.py SECONDS GRACE PROGRAM ARGUMENT...``

On Linux whatever outlives the program becomes a child of this one, also what went into a session of its own. Elsewhere the program
is run, and nobody looks. What was left behind is ended.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PREFIX = "left behind: "
STATUS_OF_TIMEOUT = 124
_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; False where the system has no such thing."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def left_behind(grace: float) -> list[str]:
    """The processes that are still there after a moment, each by id and command; they are ended.

    :param grace: Seconds that they have to end by themselves, as those do that die with their parent.
    """
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return []
        if not ended:
            time.sleep(0.02)
    return [_end(child) for child in _children()]


def _children() -> list[Path]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of a process stands in brackets, and may hold anything; the parent's id is the second field after it.
            parent = status.read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has ended meanwhile
            continue
        if int(parent) == os.getpid():
            found.append(status.parent)
    return found


def _end(process: Path) -> str:
    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    os.kill(int(process.name), signal.SIGKILL)
    return f"process {process.name} ({command})"


def main() -> int:
    """Run the program of the command line.

    :return: Its exit status, or 124 when it was ended because its time was over.
    """
    seconds, grace, program = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    watched = adopt_orphans()
    try:
        status = subprocess.run(program, stdin=subprocess.DEVNULL, timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"it did not end within {seconds:g} s", file=sys.stderr)
        status = STATUS_OF_TIMEOUT
    for line in left_behind(grace) if watched else []:
        print(f"{PREFIX}{line}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
