"""Files on disk: an upload that is read as it is sent, and a download that appears only when it is whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ._core.files import FilePart, file_part, multipart_frame
from ._naming import safe_file_name
from ._types import Progress

__all__ = ["AtomicFile", "Upload", "open_upload"]

CHUNK_SIZE = 256 * 1024


def open_upload(
    body: Any, *, file: Any, file_path: Any, purpose: Any, filename: Any, progress: Progress | bool | None = None
) -> Upload:
    """Check what ``upload_file`` was given and open it.

    :raises ValueError: there is nothing to upload, or no purpose.
    :raises TypeError: an argument is of the wrong type.
    :raises FileNotFoundError: the path is no regular file.
    """
    if body is not None:
        if not isinstance(body, Mapping):
            raise TypeError(f"upload_file() takes as body a mapping with file and purpose, not {type(body).__name__}")
        file, purpose, filename = body.get("file"), body.get("purpose"), body.get("filename", filename)
        file_path = None
    if file is None and file_path is None:
        raise ValueError("upload_file() needs file_path= (a path), file= (content), or a body with file and purpose")
    purpose = getattr(purpose, "value", purpose)
    if not purpose:
        raise ValueError("upload_file() needs purpose=, for example FilePurpose.AGENTS")
    if not isinstance(purpose, str):
        raise TypeError(f"upload_file() takes purpose= as text or a FilePurpose, not {type(purpose).__name__}")
    fields = {"purpose": purpose} | ({"filename": str(filename)} if filename else {})
    if file_path is not None:
        path = Path(os.fspath(file_path))
        if not path.is_file():
            raise FileNotFoundError(f"upload_file() found no file at {str(path)!r}")
        stream = path.open("rb")
        try:
            return Upload(file_part((filename or path.name, stream), None), fields, owned=stream, progress=progress)
        except BaseException:
            stream.close()
            raise
    return Upload(file_part(file, filename), fields, progress=progress)


class Upload:
    """A multipart body: its headers, and its chunks as often as it has to be sent.

    ``replayable`` is false for a stream that cannot be rewound; such a body can be sent once.
    """

    def __init__(
        self,
        part: FilePart,
        fields: Mapping[str, str],
        *,
        owned: IO[bytes] | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        if progress not in (None, True, False) and not callable(progress):
            raise TypeError(
                f"upload_file() takes progress= as True or a callable of (sent, total), not {type(progress).__name__}"
            )
        boundary = secrets.token_hex(16)
        self._head, self._tail = multipart_frame(fields, part, boundary)
        self._owned = owned
        self._content = _as_bytes(part.content)
        self._start, self._size = _extent(self._content)
        if self._size == 0:
            raise ValueError(
                f"upload_file() found nothing to read in {part.name!r}: it is empty, or was read to its end (then call seek(0) first)"
            )
        self.replayable = self._size is not None
        self.headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        if self._size is not None:
            self.headers["Content-Length"] = str(len(self._head) + self._size + len(self._tail))

        self._progress = shown_progress(part.name) if progress is True else progress or None
        self._sent = 0

    def __iter__(self) -> Iterator[bytes]:
        self._sent = -len(self._head)
        yield self._head
        if isinstance(self._content, memoryview):
            for start in range(0, len(self._content), CHUNK_SIZE):
                yield bytes(self._content[start : start + CHUNK_SIZE])
        elif self._size is None:
            while chunk := self._content.read(CHUNK_SIZE):
                yield chunk.encode() if isinstance(chunk, str) else chunk
        else:
            self._content.seek(self._start)
            left = self._size
            # A file that grows meanwhile is sent as long as was announced.
            while left and (chunk := self._content.read(min(left, CHUNK_SIZE))):
                yield chunk
                left -= len(chunk)
        yield self._tail

    def sent(self, count: int) -> None:
        """Note that so many more bytes of the body are on their way, and tell the caller's progress."""
        before = max(self._sent, 0)
        self._sent += count
        total = self._size or 0
        done = max(self._sent, 0) if self._size is None else min(max(self._sent, 0), total)
        if callable(self._progress) and done > before:
            self._progress(done, total)

    def close(self) -> None:
        """Close the file that was opened for this upload; a caller's own file stays open."""
        if self._owned is not None:
            self._owned.close()


def shown_progress(name: str) -> Progress:
    """A progress that is shown on stderr, in one line that is written over."""

    def show(sent: int, total: int) -> None:
        share = f"{100 * sent // total:3d} % of {total / 1e6:.1f} MB" if total else f"{sent / 1e6:.1f} MB"
        sys.stderr.write(f"\r{name}: {share}" + ("\n" if sent == total else ""))
        sys.stderr.flush()

    return show


def _as_bytes(content: Any) -> Any:
    """Text and buffers as a view of their bytes; a stream as it is."""
    if isinstance(content, str):
        content = content.encode()
    return memoryview(content).cast("B") if isinstance(content, (bytes, bytearray, memoryview)) else content


def _extent(content: Any) -> tuple[int, int | None]:
    """Where a content starts and how many bytes it has; None where that cannot be told, as for pipes and text streams."""
    if isinstance(content, memoryview):
        return 0, len(content)
    try:
        start = content.tell()
        end = content.seek(0, os.SEEK_END)
        content.seek(start)
    except (AttributeError, OSError, ValueError):
        return 0, None
    # The position of a text stream counts no bytes.
    return start, None if isinstance(content.read(0), str) else end - start


class AtomicFile:
    """A file that appears under its name only when it is complete; whatever fails before leaves nothing behind.

    :raises ValueError: the name is no name of a file.
    :raises FileExistsError: the folder, or one above it, is a file; or the file is there and is not to be replaced.
    :raises IsADirectoryError: there is a folder of that name.
    """

    def __init__(self, file_name: str, target_dir: str | os.PathLike[str] | None, *, overwrite: bool = True) -> None:
        name = safe_file_name(file_name)
        folder = Path(target_dir).expanduser().resolve() if target_dir is not None else Path.cwd()
        blocking = next((path for path in (folder, *folder.parents) if path.is_file()), None)
        if blocking is not None:
            raise FileExistsError(f"save_file() cannot write into {str(folder)!r}: {str(blocking)!r} is a file, not a folder")
        self.path = folder / name
        if self.path.is_dir():
            raise IsADirectoryError(f"save_file() cannot write {str(self.path)!r}: there is a folder of that name")
        if self.path.exists() and not overwrite:
            raise FileExistsError(f"save_file() found {str(self.path)!r} there already; give another name, or overwrite=True")
        self._temporary = folder / f".{name[:40]}.{secrets.token_hex(8)}.part"
        self._file: IO[bytes] | None = None

    def open(self) -> IO[bytes]:
        """Make the folder and a temporary file beside the target."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._temporary.open("xb")
        return self._file

    def write(self, chunk: bytes) -> None:
        """Append a chunk."""
        (self._file or self.open()).write(chunk)

    def commit(self) -> Path:
        """Put the complete file in its place, over one that was there; return its path."""
        (self._file or self.open()).close()
        os.replace(self._temporary, self.path)
        self._file = None
        return self.path

    def discard(self) -> None:
        """Remove what was written, if it was not committed."""
        if self._file is not None:
            # What cannot be written any more, on a full disk, is not wanted any more.
            with contextlib.suppress(OSError):
                self._file.close()
            self._temporary.unlink(missing_ok=True)
            self._file = None
