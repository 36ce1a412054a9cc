"""File systems in memory, of a size that the kernel holds to, as the places that a session's programs write to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["Disk"]


class Disk:
    """Limited file systems that only the namespaces of one process have, and those that join them.

    They last longer than a program, because another process keeps them; we look into them by way of that process.

    Parameters:
        folder: where its folders ``names`` are made; in those namespaces a file system is mounted at each.
        names: one for each file system. A full one leaves room in the others.
        size: how many bytes each holds.
        files: how many files and folders each holds.

    Raises:
        OSError: nothing can be mounted on this machine; the text says why.
    """

    def __init__(self, folder: Path, names: Sequence[str], size: int, files: int) -> None:
        self._size, self._files = size, files
        for name in names:
            (folder / name).mkdir()
        plan = folder.with_name("disk.json")
        disks = [str(folder / name) for name in names]
        plan.write_text(json.dumps({"disks": disks, "options": self._options()}), encoding="utf-8")
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py")), str(plan)],
            env={},
            cwd=folder.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.keeper: int = self._keeper.pid
        self.path: Path = Path(f"/proc/{self.keeper}/root{folder}")
        """Where we find the folders."""
        try:
            self._expect_answer()
            for name in names:
                (self.path / name / "probe").mkdir()
                (self.path / name / "probe").rmdir()
        except OSError:
            self.close()
            raise

    @property
    def is_lost(self) -> bool:
        """Whether the process that keeps them has ended, and all files with it."""
        return self._keeper.poll() is not None

    def make_room(self, size: int, files: int) -> None:
        """Let each hold this much more.

        Raises:
            OSError: they could not be made larger.
        """
        self._size, self._files = self._size + size, self._files + files
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(f"{self._options()}\n".encode())
        self._keeper.stdin.flush()
        self._expect_answer()

    def close(self) -> None:
        """Let go of them and of all that is in them."""
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.close()
        self._keeper.wait()
        self._keeper.stdout.close()

    def _options(self) -> str:
        return f"mode=755,size={self._size},nr_inodes={self._files}"

    def _expect_answer(self) -> None:
        assert self._keeper.stdout is not None
        answer = self._keeper.stdout.readline()
        if answer != b"ready\n":
            raise OSError(
                f"no file system of a limited size: {answer.decode(errors='replace').strip() or 'its keeper has ended'}"
            )
