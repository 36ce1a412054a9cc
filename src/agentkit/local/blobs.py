"""The content of files, one file of the disk for each, named by its id.

Content is there under its id before the file object is committed, and is removed after the file object is: a process that ends in
between leaves content without an object, never an object without its content. The next start sweeps it up.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Container, Sequence
from pathlib import Path, PurePosixPath
from uuid import uuid4

from agentkit.local import ids
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import FILES

__all__ = ["Blobs", "bare_name", "distinct_names", "keep_file"]

_LOG = logging.getLogger("agentkit.local")

_PART = ".part"


class Blobs:
    """The folder that holds the content of files.

    :param folder: Made where it is missing; what an interrupted upload left in it is removed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"*{_PART}"):
            left.unlink()

    def new_part(self) -> Path:
        """A path for content that is still on its way."""
        return self._folder / f"{uuid4().hex}{_PART}"

    def copy_in(self, source: Path) -> Path:
        """Copy a file of the disk to a new part."""
        part = self.new_part()
        shutil.copyfile(source, part)
        return part

    def adopt(self, part: Path, file_id: str) -> None:
        """Make a part the content of the file with this id."""
        part.replace(self.path(file_id))

    def path(self, file_id: str) -> Path:
        """Where the content of this file lies."""
        return self._folder / file_id

    def delete(self, file_id: str) -> None:
        """Remove the content of a file whose object is gone; what cannot be removed now is swept at the next start."""
        try:
            self.path(file_id).unlink(missing_ok=True)
        except OSError as error:  # some systems keep a file that is being read
            _LOG.warning("the content of file %s could not be removed yet: %s", file_id, error)

    def sweep(self, kept: Container[str]) -> list[str]:
        """Remove the content of files that are no more.

        :param kept: The ids of the files that there are.
        :return: The ids whose content was removed.
        """
        # Only names that this service gives: the folder is the user's.
        orphans = [path.name for path in self._folder.glob(f"{ids.FILE}*") if path.name not in kept]
        for file_id in orphans:
            self.delete(file_id)
        return orphans


def keep_file(tx: Transaction, blobs: Blobs, part: Path, filename: str, purpose: str, now: int) -> Document:
    """Turn a part into a file of the service.

    :param filename: The name that the file is known by, without folders.
    :param now: Unix seconds.
    :return: The new file object.
    """
    file_id = ids.new_id(ids.FILE)
    size = part.stat().st_size
    blobs.adopt(part, file_id)
    return tx.insert(
        FILES,
        {
            "object": "file",
            "id": file_id,
            "bytes": size,
            "filename": filename,
            "created_at": now,
            "purpose": purpose,
            "status": "processed",
            "status_details": None,
        },
    )


def bare_name(name: str) -> str:
    """The last component of a name as any system may write it, without control characters; empty where nothing is left."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(character for character in last if character.isprintable()).strip()
    return "" if printable in (".", "..") else printable


def distinct_names(names: Sequence[str]) -> list[str]:
    """The names, with a number before the suffix of each that was there already, so that all fit into one folder."""
    taken: set[str] = set()
    distinct = []
    for name in names:
        path, candidate, number = PurePosixPath(name), name, 1
        while candidate in taken:
            number += 1
            candidate = f"{path.stem}-{number}{path.suffix}"
        taken.add(candidate)
        distinct.append(candidate)
    return distinct
