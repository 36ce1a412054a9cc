"""Temporary folders that do not stay: what a killed process left behind, the next one removes.

A folder is locked for as long as its process lives; the kernel gives the lock up with the process, however that ends. Where there are
no such locks (Windows), a folder that was left behind stays.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["TemporaryFolder", "remove_tree", "sweep"]

_GRACE_SECONDS = 60
"""How old a folder without a lock has to be: a new one is made before it is locked."""


class TemporaryFolder:
    """A new folder in the system's place for them.

    :param prefix: What its name begins with, and :func:`sweep` is to know it by.
    """

    def __init__(self, prefix: str) -> None:
        self.path: Path = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove it with all that is in it. Does nothing where it is gone."""
        if self.path.exists():
            remove_tree(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def sweep(prefix: str) -> list[Path]:
    """Remove the folders of processes of this user that are no more.

    :param prefix: What their names begin with.
    :return: The folders that were removed.
    """
    if sys.platform == "win32":
        return []
    swept = []
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(FileNotFoundError):  # its process removed it
            status = path.lstat()
            if not path.is_dir() or path.is_symlink() or status.st_uid != os.geteuid():
                continue
            if time.time() - status.st_mtime < _GRACE_SECONDS:
                continue
            lock = _locked(path)
            if lock is not None:
                try:
                    remove_tree(path)
                    swept.append(path)
                finally:
                    os.close(lock)
    return swept


def remove_tree(folder: Path) -> None:
    """Remove a tree, also where somebody took away the permission to look into it."""
    for parent, names, _ in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names):
            if not os.path.islink(path):
                os.chmod(path, 0o700)
    shutil.rmtree(folder)


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the folder's lock; None where another process holds it, or there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl  # not on Windows

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or the file system has none
        os.close(descriptor)
        return None
    return descriptor
