"""Files on disk: an upload that is read as it is sent, and a download that appears only when it is whole."""

from __future__ import annotations

import contextlib
import inspect
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ._core.files import FilePart, file_part, multipart_frame
from ._naming import safe_file_name
from ._progress import new_line
from ._types import Progress

__all__ = ["AtomicFile", "Counter", "Upload", "open_upload"]

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
            kind = ": it is a folder" if path.is_dir() else ""
            raise FileNotFoundError(f"upload_file() found no file at {str(path)!r}{kind}")
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

    :raises TypeError: ``progress`` cannot be called.
    :raises ValueError: there is nothing to read.
    """

    def __init__(
        self,
        part: FilePart,
        fields: Mapping[str, str],
        *,
        owned: IO[bytes] | None = None,
        progress: Progress | bool | None = None,
    ) -> None:
        self._counter = Counter("upload_file", part.name, progress)
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
        self._sent = self._read = 0

    def __iter__(self) -> Iterator[bytes]:
        self._sent, self._read = -len(self._head), 0
        self._counter.start(self._size)
        yield self._head
        for chunk in self._pieces():
            self._read += len(chunk)
            yield chunk
        self._counter.total = self._read
        yield self._tail

    def _pieces(self) -> Iterator[bytes]:
        """The content, piece by piece, from its start."""
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

    def sent(self, count: int) -> None:
        """Note that so many more bytes of the body are on their way. What frames the content is not counted."""
        self._sent += count
        self._counter.at(min(self._sent, self._read))

    def close(self) -> None:
        """Close the file that was opened for this upload, and what shows its progress; a caller's own file stays open."""
        self._counter.close()
        if self._owned is not None:
            self._owned.close()


class Counter:
    """Tells a caller how many bytes have gone by, each number once.

    :param progress: what is told of it; True shows it at a terminal.
    :raises TypeError: it can be neither called nor shown.
    """

    def __init__(self, operation: str, name: str, progress: Progress | bool | None) -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            raise TypeError(
                f"{operation}() takes progress= as True or a callable of two numbers, not {type(progress).__name__}"
            )
        if inspect.iscoroutinefunction(progress):
            raise TypeError(f"{operation}() takes progress= as a plain function: it is called, not awaited")
        self._line = new_line(name) if progress is True else None
        shown = None if self._line is None else self._line.moved
        self._progress = shown if isinstance(progress, bool) else progress
        self.total: int | None = None
        """The bytes in all; None until that is known."""
        self._count, self._told = 0, (0, 0)

    def start(self, total: int | None) -> None:
        """Count from nothing, also once more when a request is sent again."""
        self.total, self._count, self._told = total, 0, (0, 0)

    def at(self, count: int) -> None:
        """So many bytes have gone by."""
        self._count = count
        now = (count, self.total or 0)
        if self._progress is not None and count > 0 and now != self._told:
            self._told = now
            self._progress(*now)

    def add(self, count: int) -> None:
        """So many more bytes have gone by."""
        self.at(self._count + count)

    def end(self) -> None:
        """All bytes have gone by, however many were to."""
        self.total = self._count
        self.at(self._count)

    def close(self) -> None:
        """Nothing more goes by: what was shown is taken away."""
        if self._line is not None:
            self._line.close()


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
        self._overwrite = overwrite
        if self.path.exists() and not overwrite:
            raise self._taken()
        self._temporary = folder / f".{name[:40]}.{secrets.token_hex(8)}.part"
        self._file: IO[bytes] | None = None
        # A task that is cancelled discards the file while a thread may still be writing to it.
        self._lock = threading.Lock()
        self._over = False

    def write(self, chunk: bytes) -> None:
        """Append a chunk. Raises ValueError when the file is committed or discarded."""
        with self._lock:
            self._opened().write(chunk)

    def commit(self) -> Path:
        """Put the complete file in its place and return its path.

        :raises FileExistsError: a file has got there meanwhile that is not to be replaced.
        """
        with self._lock:
            self._opened().close()
            if not self._overwrite:
                self._claim()
            os.replace(self._temporary, self.path)
            self._file, self._over = None, True
        return self.path

    def discard(self) -> None:
        """Remove what was written, if it was not committed."""
        with self._lock:
            self._over = True
            if self._file is not None:
                # What cannot be written any more, on a full disk, is not wanted any more.
                with contextlib.suppress(OSError):
                    self._file.close()
                self._temporary.unlink(missing_ok=True)
                self._file = None

    def _opened(self) -> IO[bytes]:
        """The temporary file beside the target, made with its folder when it is first needed."""
        if self._over:
            raise ValueError(f"{str(self.path)!r} is not being written any more")
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._temporary.open("xb")
        return self._file

    def _claim(self) -> None:
        try:
            self.path.touch(exist_ok=False)
        except FileExistsError:
            raise self._taken() from None

    def _taken(self) -> FileExistsError:
        return FileExistsError(f"save_file() found {str(self.path)!r} there already; give another name, or overwrite=True")
