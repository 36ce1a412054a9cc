"""What running processes use, read from ``/proc`` (Linux; elsewhere nothing is seen)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["descendants", "hidden_files", "is_held", "living", "memory"]

_BLOCK = 512  # what st_blocks counts in, on every file system
_MEMORY_MAPPINGS = ("/dev/zero", "/memfd:", "/SYSV")
_PRIVATE, _SHARED = ("RssAnon", "Pss_Anon"), ("RssShmem", "Pss_Shmem")


def descendants(process: int) -> list[int]:
    """All processes below one, parents before their own children."""
    found: list[int] = []
    pending = [process]
    while pending:
        listings = Path(f"/proc/{pending.pop()}/task").glob("*/children")
        with suppress(OSError):  # it, or one of its threads, ended between the two looks
            for listing in listings:
                children = [int(child) for child in listing.read_text().split()]
                found += children
                pending += children
    return found


def living(process: int) -> list[int]:
    """The processes below one that have a thread that has not ended; those that have none wait for their parents to ask for them."""
    return [below for below in descendants(process) if any(state not in "ZX" for state in _states(below))]


def is_held(process: int) -> bool:
    """Whether no thread of a process can run, because it was told to stop or has ended; also where that cannot be seen."""
    return all(state in "TZX" for state in _states(process))


def memory(processes: Sequence[int], unmapped: int, limit: int) -> int:
    """The bytes of memory that processes hold together, apart from what stands in files.

    What several of them share is counted once; that is slow to find out, so it is looked for only where it decides.

    :param unmapped: The bytes that they hold in anonymous files, which may be mapped too.
    :param limit: The bytes that they may hold.
    """
    private, shared = _summed(processes, "status")
    if private + max(shared, unmapped) > limit:
        exact_private, exact_shared = _summed(processes, "smaps_rollup")
        if exact_private:  # the kernel lets us look
            private, shared = exact_private, exact_shared
    return private + max(shared, unmapped)


def hidden_files(processes: Iterable[int], device: int) -> tuple[int, int]:
    """The bytes in files that have no name any more, but that processes still hold open or mapped.

    :param device: The device that the processes' folders are on.
    :return: The bytes on that device, and those elsewhere: in anonymous files, which are memory.
    """
    sizes: dict[tuple[int, int], int] = {}
    for process in processes:
        for status in _open_files(process):
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                sizes[status.st_dev, status.st_ino] = status.st_blocks * _BLOCK
        for key, size in _deleted_mappings(process):
            sizes.setdefault(key, size)
    on_device = sum(size for (where, _), size in sizes.items() if where == device)
    return on_device, sum(sizes.values()) - on_device


def _states(process: int) -> Iterator[str]:
    """The letters for the states of a process's threads."""
    for listing in Path(f"/proc/{process}/task").glob("*/stat"):
        with suppress(OSError):  # it ended between the two looks
            # The name stands in parentheses and may have any character in it, a parenthesis too.
            yield listing.read_text(errors="replace").rpartition(") ")[2][:1]


def _summed(processes: Iterable[int], name: str) -> tuple[int, int]:
    private = shared = 0
    for process in processes:
        sizes = _sizes(process, name)
        private += sum(sizes.get(key, 0) for key in _PRIVATE)
        shared += sum(sizes.get(key, 0) for key in _SHARED)
    return private, shared


def _sizes(process: int, name: str) -> Mapping[str, int]:
    """The lines ``Key: N kB`` of a file about a process, in bytes."""
    try:
        lines = Path(f"/proc/{process}/{name}").read_text(errors="replace").splitlines()
    except OSError:  # it ended, or is not ours to look at
        return {}
    parted = (line.partition(":") for line in lines if line.endswith(" kB"))
    return {key: int(value.split()[0]) * 1024 for key, _, value in parted}


def _open_files(process: int) -> Iterator[os.stat_result]:
    try:
        entries = list(os.scandir(f"/proc/{process}/fd"))
    except OSError:  # it ended, or is not ours to look at
        return
    for entry in entries:
        with suppress(OSError):  # closed between the two looks
            yield entry.stat()


def _deleted_mappings(process: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Device, inode and size of the files on a disk that are mapped and have been deleted."""
    try:
        lines = Path(f"/proc/{process}/maps").read_text(errors="replace").splitlines()
    except OSError:  # it ended, or is not ours to look at
        return
    for line in lines:
        if not line.endswith(" (deleted)"):
            continue
        addresses, _, _, device, inode, path = line.split(maxsplit=5)
        if not path.startswith(_MEMORY_MAPPINGS):
            first, beyond = (int(address, 16) for address in addresses.split("-"))
            major, minor = (int(number, 16) for number in device.split(":"))
            yield (os.makedev(major, minor), int(inode)), beyond - first
