"""Runs a session's cells inside the containment: ``python runner.py CONTROL``.

It is copied into the session's control folder and uses the standard library alone. CONTROL holds ``settings.json`` and, for each
line on standard input, the next cell as ``code.py``. When a cell has ended, a report of how it did is written to the folder that
the settings name, and the line is printed back; the line reversed is printed where the cell begins.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import io
import json
import linecache
import os
import signal
import sys
import traceback
import types
from typing import Any

CODE_NAME = "<code>"
DATA = "/mnt/data"


class _MapData(ast.NodeTransformer):
    """Replaces ``/mnt/data`` in the program's literals, where no namespace can put the folder there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str):
            node.value = node.value.replace(DATA, self._folder)
        elif isinstance(node.value, bytes):
            node.value = node.value.replace(DATA.encode(), os.fsencode(self._folder))
        return node


def _limit(limits: dict[str, int]) -> None:
    """Set the process's limits by name, never above the ones that it already has."""
    try:
        import resource
    except ImportError:  # Windows has none; the program is trusted there and watched from outside.
        return
    for name, wanted in limits.items():
        which = getattr(resource, name, None)
        if which is None:
            continue
        hard = resource.getrlimit(which)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(which, (value, value))
        except (OSError, ValueError):
            if sys.platform == "linux":  # elsewhere some limits (macOS: the address space) can be read but not set
                raise


def _die_with_parent(parent: int) -> None:
    """Let the kernel end this process when its parent ends, however that happens (Linux)."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that started this program is gone")


def _keep_own_frames(trace: traceback.TracebackException, folder: str, seen: set[int]) -> None:
    """Leave only the program's own frames in a traceback and in all that it links to."""
    if id(trace) in seen:
        return
    seen.add(id(trace))
    trace.stack[:] = [frame for frame in trace.stack if frame.filename.startswith(("<code", folder))]
    linked = [trace.__cause__, trace.__context__, *(getattr(trace, "exceptions", None) or ())]
    for other in filter(None, linked):
        _keep_own_frames(other, folder, seen)


def _describe(error: BaseException, folder: str) -> str:
    try:
        trace = traceback.TracebackException.from_exception(error)
        _keep_own_frames(trace, folder, set())
        return "".join(trace.format())
    except MemoryError:
        return f"{type(error).__name__}: too little memory was left to say more\n"


def _allow_processor_time(seconds: int) -> None:
    """Bound the processor time of the next cell; what the earlier ones took does not count."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _reap() -> None:
    """Let go of the processes that were ended after the last cell."""
    with contextlib.suppress(ChildProcessError, AttributeError):  # none is left; Windows has nothing to let go of
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _flush() -> None:
    """Write out what files that are still open hold back, as the end of a program would."""
    for held in gc.get_objects():
        if type(held) in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            with contextlib.suppress(OSError, ValueError):  # closed, detached, or with nowhere to write to
                held.flush()


def _close_figures() -> None:
    """Close the figures that were not shown, so that the next cell does not show them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    with contextlib.suppress(Exception):
        if pyplot is not None:
            pyplot.close("all")


class _Cells:
    """Runs cells one after another in one ``__main__``."""

    def __init__(self, folder: str) -> None:
        self._folder, self._count = folder, 0
        self._module = types.ModuleType("__main__")
        sys.modules["__main__"] = self._module

    def run(self, source: str) -> str | None:
        """Run the next cell; returns the text of the exception that ended it."""
        self._count += 1
        # Tracebacks through functions of earlier cells show those cells' lines.
        name = CODE_NAME if self._count == 1 else f"<code {self._count}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            tree: Any = ast.parse(source, name)
            if self._folder != DATA:
                tree = _MapData(self._folder).visit(tree)
            exec(compile(tree, name, "exec", dont_inherit=True), self._module.__dict__)
        except SystemExit as stop:
            return None if stop.code in (None, 0) else _describe(stop, self._folder)
        except BaseException as error:  # noqa: BLE001 - whatever ends the cell is its report
            return _describe(error, self._folder)
        return None


class _Channel:
    """Hears of cells on what was standard input, and says on what was standard output that they have ended."""

    def __init__(self) -> None:
        self._commands = io.FileIO(os.dup(0))
        self._answers = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._printed = (sys.stdout, sys.stderr)

    def hear(self) -> str:
        """Wait for the next cell: the word that says when it has ended. Empty when nobody is left to ask for one."""
        return self._commands.readline().decode().strip()

    def open_output(self) -> None:
        """Give the cell standard output and error, whatever the last one did to them."""
        sys.stdout, sys.stderr = self._printed
        for descriptor in (1, 2):
            os.dup2(self._answers, descriptor)
        for name in ("stdout", "stderr"):
            if getattr(sys, name).closed:
                again = io.FileIO(1, "w", closefd=False)
                setattr(sys, name, io.TextIOWrapper(io.BufferedWriter(again), encoding="utf-8", errors="backslashreplace"))
            getattr(sys, name).reconfigure(line_buffering=True)  # what was printed before a stop is not lost
        self._printed = (sys.stdout, sys.stderr)

    def say(self, word: str) -> None:
        """Print a word that the host waits for, after all that was printed."""
        for printed in (*self._printed, sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                printed.flush()
        os.write(self._answers, word.encode())


def main(control: str) -> None:
    with open(os.path.join(control, "settings.json"), encoding="utf-8") as stream:
        settings = json.load(stream)
    if settings["parent"]:
        _die_with_parent(settings["parent"])
    _limit(settings["limits"])
    sys.argv = [CODE_NAME]
    sys.path[0] = ""  # modules that the program wrote beside its data; not the control folder
    channel, cells, me = _Channel(), _Cells(settings["data"]), os.getpid()
    report = os.path.join(settings["out"], "report.json")
    channel.say(settings["ready"])
    while word := channel.hear():
        _reap()
        _allow_processor_time(settings["processor_seconds"])
        channel.open_output()
        channel.say(word[::-1])  # what is printed from here on is the cell's
        with open(os.path.join(control, "code.py"), encoding="utf-8", newline="") as stream:
            source = stream.read()
        error = cells.run(source)
        if os.getpid() != me:
            # A copy that the program made of itself: the report is the first one's, and two that write it would spoil it.
            sys.exit(error)
        _close_figures()
        _flush()
        with open(report, "w", encoding="utf-8", errors="surrogatepass") as stream:
            json.dump({"error": error}, stream)
        channel.say(word)


if __name__ == "__main__":
    main(sys.argv[1])
