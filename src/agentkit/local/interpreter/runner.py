"""Runs one program inside the containment: ``python runner.py CONTROL``.

It is copied into the execution's control folder and uses the standard library alone. CONTROL holds ``code.py`` and
``settings.json``; the report of how the program ended is written to the folder that the settings name.
"""

from __future__ import annotations

import ast
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
    trace.stack[:] = [frame for frame in trace.stack if frame.filename == CODE_NAME or frame.filename.startswith(folder)]
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


def _execute(source: str, folder: str) -> str | None:
    """Run the program as ``__main__``; returns the text of the exception that ended it."""
    linecache.cache[CODE_NAME] = (len(source), None, source.splitlines(keepends=True), CODE_NAME)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        tree: Any = ast.parse(source, CODE_NAME)
        if folder != DATA:
            tree = _MapData(folder).visit(tree)
        exec(compile(tree, CODE_NAME, "exec", dont_inherit=True), module.__dict__)
    except SystemExit as stop:
        return None if stop.code in (None, 0) else _describe(stop, folder)
    except BaseException as error:  # noqa: BLE001 - whatever ends the program is its report
        return _describe(error, folder)
    return None


def main(control: str) -> None:
    with open(os.path.join(control, "settings.json"), encoding="utf-8") as stream:
        settings = json.load(stream)
    with open(os.path.join(control, "code.py"), encoding="utf-8", newline="") as stream:
        source = stream.read()
    if settings["parent"]:
        _die_with_parent(settings["parent"])
    _limit(settings["limits"])
    sys.argv = [CODE_NAME]
    sys.path[0] = ""  # modules that the program wrote beside its data; not the control folder
    for printed in (sys.stdout, sys.stderr):
        if isinstance(printed, io.TextIOWrapper):
            printed.reconfigure(line_buffering=True)  # what was printed before a stop is not lost
    me = os.getpid()
    error = _execute(source, settings["data"])
    sys.stdout.flush()
    if os.getpid() != me:
        # A copy that the program made of itself: the report is the first one's, and two that write it would spoil it.
        sys.exit(error)
    report = os.path.join(settings["out"], "report.json")
    with open(report, "w", encoding="utf-8", errors="surrogatepass") as stream:
        json.dump({"error": error}, stream)
    sys.exit(1 if error else 0)


if __name__ == "__main__":
    main(sys.argv[1])
