"""The folders of one interpreter on the host, what is put into them, and what is taken out.

The code that ran is not trusted with names: nothing that it made is followed as a link, opened as anything but a regular file, or
overwritten in place.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agentkit.local.temporary import TemporaryFolder, remove_tree

from .disk import Disk
from .outcome import InputFile, Limits, MadeFile

__all__ = ["PREFIX", "Session", "Unreadable"]

_LOG = logging.getLogger("agentkit.local")

PREFIX = "agentkit-code-"
"""What the names of the folders of interpreters begin with."""

_HERE = Path(__file__).parent
_CONTROL = {"runner.py": "runner.py", "figures.py": "agentkit_figures.py"}
_IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"}
_ROUNDING = 64 * 1024  # the largest page that a file's last bytes may take
_REPORT_BYTES = 1024 * 1024
_State = tuple[int, int, int]  # size in bytes, time of the last change in ns, inode


class Unreadable(Exception):
    """The program made a folder that cannot be looked into, so that its files cannot be counted."""


class Session:
    """The folders of one interpreter: ``data`` (/mnt/data), ``scratch`` (/tmp), ``out`` (figures and report), ``control``, ``root``;
    and ``shared`` (/dev/shm) for the rung that has no other place for it.

    The first three are the ones that programs write to. Where there is a disk they are on it: we see them where it says, its
    programs are given them at ``written``.

    Parameters:
        workspace: the folder to use as ``data``, kept by :meth:`remove`; by default one is made.
        owner: the numeric user and group that the program runs as, where that is not this process's own.
        open_disk: mounts a disk at a folder; where that cannot be, or a workspace is given, plain folders serve.
    """

    WRITABLE = ("files", "out")
    """The folders whose size a disk bounds; a program that has filled the first can still be reported on."""

    def __init__(
        self,
        workspace: Path | None = None,
        owner: tuple[int, int] | None = None,
        open_disk: Callable[[Path], Disk] | None = None,
    ) -> None:
        self._folder = TemporaryFolder(PREFIX)
        self.base: Path = self._folder.path
        written = self.base / "written"
        written.mkdir()
        self.disk: Disk | None = None if open_disk is None or workspace is not None else _opened(open_disk, written)
        seen = written if self.disk is None else self.disk.path
        self.data: Path = seen / "files" / "data" if workspace is None else Path(workspace).resolve()
        self.scratch: Path = seen / "files" / "scratch"
        self.out: Path = seen / "out"
        folders = (self.data, self.scratch, self.out)
        self.written: tuple[Path, ...] = (
            folders if self.disk is None else tuple(written / path.relative_to(seen) for path in folders)
        )
        self.control: Path = self.base / "control"
        self.root: Path = self.base / "root"
        self._made = self.base / "made"
        self._owner = owner
        self._runs = 0
        self._given: dict[str, _State] = {}
        self._lent: set[Path] = set()
        self.shared: Path = self.base / "shared"
        for folder in (self.data, self.scratch, self.out, self.shared, self.control, self.root, self._made):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.data, self.scratch, self.out):
            self._give(folder)
        self.control.chmod(0o755)
        for name, target in _CONTROL.items():
            self._publish(target, (_HERE / name).read_bytes())

    @property
    def is_lost(self) -> bool:
        """Whether the files are gone, with the process that kept them."""
        return self.disk is not None and self.disk.is_lost

    def _give(self, path: Path) -> None:
        if self._owner is not None:
            os.chown(path, *self._owner, follow_symlinks=False)

    def _publish(self, name: str, content: bytes) -> None:
        path = self.control / name
        path.write_bytes(content)
        path.chmod(0o644)

    def make_mount_points(self, paths: Sequence[str]) -> None:
        """Make the empty files and folders that paths below /tmp are mounted on, before anything is counted."""
        for path in paths:
            if path.startswith("/tmp/"):
                target = self.scratch / path[len("/tmp/") :]
                (target if os.path.isdir(path) else target.parent).mkdir(parents=True, exist_ok=True)
                if not os.path.isdir(path):
                    target.touch()

    def lend(self, name: str, fill: Callable[[Path], None]) -> None:
        """Let ``fill`` put files into a folder, and copy those that were not lent before to the folder ``name`` in ``scratch``."""
        staged, folder = self.base / "lent" / name, self.scratch / name
        fill(staged)
        fresh = [source for source in sorted(staged.iterdir()) if source not in self._lent]
        if fresh and (folder.is_symlink() or not folder.is_dir()):
            _remove(folder)
            folder.mkdir()
            self._give(folder)
        for source in fresh:
            self._copy_in(source, folder / source.name)
            self._lent.add(source)

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        """Write what a runner must know where it reads it."""
        self._publish("settings.json", json.dumps(settings).encode())

    def write_cell(self, code: str) -> None:
        """Write the next cell where the runner reads it, and clear the last report."""
        self._publish("code.py", code.encode("utf-8", "surrogatepass"))
        _remove(self.out / "report.json")

    def put(self, files: Sequence[InputFile]) -> None:
        """Copy the input files to ``data``; one that was copied before and has not changed since is left as the code left it.

        Raises:
            ValueError: a name that is empty or no plain file name, or one name for two files.
            FileNotFoundError: there is no file at an input's path.
        """
        sources: dict[str, Path] = {}
        for file in files:
            if file.name in ("", ".", "..") or "/" in file.name or "\\" in file.name or "\0" in file.name:
                raise ValueError(f"an input file's name must be a plain file name, got {file.name!r}")
            if sources.setdefault(file.name, file.path) != file.path:
                raise ValueError(f"two input files have the name {file.name!r}; give one of them another name")
        for name, source in sources.items():
            if not source.is_file():
                raise FileNotFoundError(f"the input file {name!r} was not found at {source}")
        states = {name: _state(source.stat()) for name, source in sources.items()}
        fresh = {name: state for name, state in states.items() if self._given.get(name) != state}
        if fresh and self.disk is not None:
            self.disk.make_room(sum(size + _ROUNDING for size, _, _ in fresh.values()), len(fresh))
        for name in fresh:
            self._copy_in(sources[name], self.data / name)
        self._given |= fresh

    def _copy_in(self, source: Path, target: Path) -> None:
        _remove(target)  # the program may have put a link there
        with source.open("rb") as reading, target.open("xb") as writing:
            shutil.copyfileobj(reading, writing)
        self._give(target)

    def snapshot(self) -> dict[str, _State]:
        """The state of every regular file in ``data`` by its name there."""
        return {name: _state(entry.stat(follow_symlinks=False)) for name, entry in _files(self.data)}

    def usage(self) -> tuple[int, int]:
        """How many files and folders the program's folders hold, and how many bytes are in them.

        Raises:
            Unreadable: a folder cannot be looked into.
        """
        count = size = 0
        for folder in (self.data, self.scratch, self.out, self.shared):
            for _, entry in _walk(folder):
                count += 1
                with contextlib.suppress(FileNotFoundError):  # removed between the two looks
                    size += entry.stat(follow_symlinks=False).st_size
        return count, size

    def report(self) -> dict[str, Any] | None:
        """What the runner said of the program's end; ``None`` when it did not get to it, or the program spoilt it."""
        try:
            read = json.loads(_read_regular(self.out / "report.json", _REPORT_BYTES))
        except (OSError, ValueError):
            return None
        return read if isinstance(read, dict) else None

    def take(self, before: Mapping[str, _State], figures: set[str], limits: Limits) -> tuple[MadeFile, ...]:
        """Copy what the program made: figures that are not in ``figures`` yet, and files that differ from ``before``."""
        self._runs += 1
        store = self._made / str(self._runs)
        shown = [(name, entry) for name, entry in _files(self.out) if name.startswith("figure-") and name not in figures]
        changed = [(n, e) for n, e in _files(self.data) if before.get(n) != _state(e.stat(follow_symlinks=False))]
        made = []
        for is_shown, found in ((True, sorted(shown, key=_in_order)), (False, sorted(changed, key=_in_order))):
            for name, entry in found[: limits.files]:
                name = name.encode("utf-8", "backslashreplace").decode()  # bytes that are no text become readable escapes
                target = store / ("shown" if is_shown else "data") / name
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy_out(entry.path, target)
                made.append(MadeFile(name, target, Path(name).suffix.lower() in _IMAGES, is_shown))
        return tuple(made)

    def figures(self) -> set[str]:
        """The names of the figures shown so far."""
        return {name for name, _ in _files(self.out)}

    def remove(self) -> None:
        """Remove every folder that this session made."""
        if self.disk is not None:
            self.disk.close()
        self._folder.remove()


def _state(status: os.stat_result) -> _State:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _opened(open_disk: Callable[[Path], Disk], folder: Path) -> Disk | None:
    try:
        return open_disk(folder)
    except OSError as error:
        _LOG.debug("programs write to plain folders, whose size is looked at: %s", error)
        return None


def _remove(path: Path) -> None:
    """Remove whatever the program put at a path."""
    if path.is_dir() and not path.is_symlink():
        remove_tree(path)
    path.unlink(missing_ok=True)


def _in_order(found: tuple[str, os.DirEntry[str]]) -> tuple[int, str]:
    return len(found[0]) if found[0].startswith("figure-") else 0, found[0]


def _walk(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every entry below ``folder`` with its path from there, links neither followed nor entered."""
    pending = [(str(folder), "")]
    while pending:
        path, prefix = pending.pop()
        try:
            entries = list(os.scandir(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Unreadable(f"the folder {prefix or path!r} cannot be looked into: {error.strerror}") from error
        for entry in entries:
            name = f"{prefix}{entry.name}"
            yield name, entry
            if entry.is_dir(follow_symlinks=False):
                pending.append((entry.path, f"{name}/"))


def _files(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    return (found for found in _walk(folder) if found[1].is_file(follow_symlinks=False))


def _open_regular(path: str | Path) -> int:
    """Open a file that the program made, for reading, unless it is a link, a pipe or a device."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"not a regular file: {path}")
    return descriptor


def _read_regular(path: Path, limit: int) -> bytes:
    with open(_open_regular(path), "rb") as stream:
        return stream.read(limit)


def _copy_out(source: str, target: Path) -> None:
    with open(_open_regular(source), "rb") as reading, target.open("xb") as writing:
        shutil.copyfileobj(reading, writing)
