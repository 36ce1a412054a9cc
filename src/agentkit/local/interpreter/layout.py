"""What a contained program sees of the machine: the system's programs and this Python, read-only, and nothing else."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Mount", "python_paths", "system_mounts"]

_SYSTEM = ("/usr", "/nix/store", "/gnu/store")
_LINKED_TO_USR = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/matplotlibrc")

_FONTS = ("~/.fonts", "~/.local/share/fonts")  # the lent font list names them


@dataclass(frozen=True)
class Mount:
    """One entry of the file system that the program sees: ``source`` shown read-only or writable, or a link to it."""

    kind: Literal["ro", "rw", "link"]
    source: str
    target: str


def _hops(executable: str) -> Iterator[str]:
    """Every link on the way from ``executable`` to the real file."""
    for _ in range(40):  # as many as the kernel follows
        if not os.path.islink(executable):
            return
        yield executable
        executable = os.path.normpath(os.path.join(os.path.dirname(executable), os.readlink(executable)))


def python_paths() -> list[str]:
    """The files and folders that this Python needs to start and to import its installed packages.

    Folders are named one by one rather than by prefix, because a virtual environment may lie in a folder with other things.
    """
    real = os.path.realpath(sys.executable)
    paths = [*_hops(sys.executable), os.path.dirname(sys.executable), os.path.dirname(real)]
    paths += [os.path.join(sys.prefix, "pyvenv.cfg")]
    paths += [os.path.join(sys.base_prefix, name) for name in ("bin", "lib", "lib64")]
    paths += [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += site.getsitepackages()
    if site.ENABLE_USER_SITE:
        paths.append(site.getusersitepackages())
    return [path for path in paths if os.path.exists(path)]


def system_mounts() -> tuple[Mount, ...]:
    """The read-only part of the file system, outermost first, each path once."""
    mounts = []
    for path in _LINKED_TO_USR:
        if os.path.islink(path):
            mounts.append(Mount("link", os.readlink(path), path))
        elif os.path.isdir(path):
            mounts.append(Mount("ro", path, path))
    wanted = [path for path in (*_SYSTEM, *_ETC) if os.path.exists(path)]
    fonts = (os.path.expanduser(path) for path in _FONTS)
    for path in (*python_paths(), *filter(os.path.isdir, fonts)):
        wanted += [path, os.path.realpath(path)]
    covered = {mount.target for mount in mounts}
    for path in sorted(set(wanted), key=lambda path: (path.count("/"), path)):
        if not _within(path, covered):
            mounts.append(Mount("ro", path, path))
            covered.add(path)
    return tuple(mounts)


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
