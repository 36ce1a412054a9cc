"""matplotlib's font list, made once on the host and lent to every execution.

Making the list takes seconds, and matplotlib says so in the program's output. Each execution therefore starts with a copy of
the host's list in its own, writable configuration folder.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

__all__ = ["lend_font_list", "warm_up"]

_LIST = "fontlist-*.json"
_warming = threading.Lock()
_tried = False


def _cache_folders() -> list[Path]:
    """The folders in which matplotlib keeps its caches for this user, the likeliest first."""
    folders = []
    if os.environ.get("MPLCONFIGDIR"):
        folders.append(Path(os.environ["MPLCONFIGDIR"]))
    home = Path(os.path.expanduser("~"))
    if sys.platform.startswith(("linux", "freebsd")):
        folders.append(Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "matplotlib")
    folders.append(home / ".matplotlib")
    return folders


def _font_lists() -> list[Path]:
    """The font lists of the first folder that has any which can be read."""
    for folder in _cache_folders():
        found = sorted(glob.glob(os.path.join(glob.escape(str(folder)), _LIST)))
        readable = [Path(path) for path in found if os.access(path, os.R_OK)]
        if readable:
            return readable
    return []


def warm_up() -> bool:
    """Make matplotlib's font list and byte code on the host, unless that was done before.

    Returns:
        Whether charts can be drawn without the wait: ``False`` where matplotlib is not installed or cannot be imported.
    """
    global _tried
    with _warming:
        if _font_lists():
            return True
        if _tried or importlib.util.find_spec("matplotlib") is None:
            return False
        _tried = True
        program = "import matplotlib.pyplot"
        environment = {**os.environ, "MPLBACKEND": "agg"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        return done.returncode == 0 and bool(_font_lists())


def lend_font_list(folder: Path) -> None:
    """Put a copy of the host's font list into ``folder``, the MPLCONFIGDIR of an execution."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in _font_lists():
        if not (folder / source.name).exists():
            shutil.copyfile(source, folder / source.name)
