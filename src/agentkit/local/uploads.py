"""Reads a multipart form while it arrives: its file goes straight to the disk, so memory stays the same whatever its size."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool

from agentkit.local.blobs import Blobs
from agentkit.local.errors import bad_request, too_large
from agentkit.local.operations import Form

if TYPE_CHECKING:
    import python_multipart as multipart
    from python_multipart.exceptions import FormParserError
else:
    try:
        import python_multipart as multipart
        from python_multipart.exceptions import FormParserError
    except ModuleNotFoundError:  # the name of the module before its version 0.0.13
        import multipart
        from multipart.exceptions import FormParserError

__all__ = ["MAX_FILE_BYTES", "disposition", "read_form"]

MAX_FILE_BYTES = 512 * 1024 * 1024
"""The largest file that is taken, in bytes."""

_MAX_FIELD_BYTES = 64 * 1024
_MAX_PARTS = 16
_MAX_HEADER_BYTES = 16 * 1024
_LONGEST_BOUNDARY = 70
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_BOUNDARY = re.compile(r"""boundary=(?:"([^"]+)"|([^\s;]+))""", re.IGNORECASE)
# Two dashes stand before a boundary, and a line break after it.
_FIRST_LINE = re.compile(rb"--([^\r\n]{1,%d})\r\n" % _LONGEST_BOUNDARY)
_LONGEST_LINE = _LONGEST_BOUNDARY + 4
# What forms of web pages write for the three characters that a quoted name cannot hold.
_PAGE_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}


async def read_form(content_type: str, chunks: AsyncIterator[bytes], blobs: Blobs) -> Form:
    """Read a form to its end.

    :param content_type: The request's Content-Type; a form that comes without the boundary in it shows it in its first line.
    :param chunks: The body as it arrives.
    :param blobs: Where the content of the file is put, as a part.
    :raises ApiError: 400, it is no form; 413, the file is larger than is taken.
    """
    head = b""
    named = _BOUNDARY.search(content_type)
    boundary = (named[1] or named[2]).encode("latin-1") if named else b""
    is_form = not content_type or content_type.lower().startswith("multipart/form-data")
    if is_form and not boundary:
        while len(head) < _LONGEST_LINE and (chunk := await anext(chunks, b"")):
            head += chunk
        first = _FIRST_LINE.match(head)
        boundary = first[1] if first else b""
    if not is_form or not boundary:
        raise bad_request(
            f"The request was sent as '{content_type or 'nothing'}'; a file is sent as multipart/form-data with the parts purpose "
            "and file. Clients leave the file part out when the file is empty, and an empty file cannot be uploaded.",
            "file",
        )
    if len(boundary) > _LONGEST_BOUNDARY:
        raise bad_request(
            f"The multipart form has a boundary of {len(boundary)} characters, and {_LONGEST_BOUNDARY} are the most that it may have."
        )
    reader = _Reader(boundary, blobs)
    try:
        if head:
            await run_in_threadpool(reader.feed, head)
        async for chunk in chunks:
            await run_in_threadpool(reader.feed, chunk)
        return reader.finish()
    except BaseException:
        reader.discard()
        raise


class _Reader:
    """Turns the parser's events into fields and one file."""

    def __init__(self, boundary: bytes, blobs: Blobs) -> None:
        self._blobs = blobs
        self._open = ExitStack()
        self._fields: dict[str, str] = {}
        self._part: Path | None = None
        self._filename: str | None = None
        self._size = 0
        self._parts = 0
        self._ended = False
        self._header = [b"", b""]
        self._disposition = b""
        self._name = ""
        self._text = bytearray()
        self._file: IO[bytes] | None = None
        self._parser = multipart.MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": lambda data, start, end: self._header_part(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._header_part(1, data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": lambda data, start, end: self._part_data(data[start:end]),
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise bad_request(f"The multipart form cannot be read: {error}") from None
        except IndexError:  # early versions of the parser, at a boundary that is not one after all
            raise bad_request("The multipart form cannot be read: its boundaries are broken.") from None

    def finish(self) -> Form:
        self._open.close()
        if not self._ended:
            raise bad_request("The multipart form broke off before its end; send the request again.")
        return Form(self._fields, self._part, self._filename)

    def discard(self) -> None:
        self._open.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise bad_request(f"The multipart form has more than {_MAX_PARTS} parts; send purpose, filename and file.")
        self._disposition = b""
        self._text = bytearray()

    def _header_part(self, which: int, data: bytes) -> None:
        # Not every version of the parser has a limit of its own.
        if len(self._header[which]) + len(data) > _MAX_HEADER_BYTES:
            raise bad_request(f"The multipart form has a part with a header of more than {_MAX_HEADER_BYTES} bytes.")
        self._header[which] += data

    def _header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = [b"", b""]

    def _headers_finished(self) -> None:
        self._name, filename = disposition(self._disposition)
        if self._name == "file":
            if self._part is not None:
                raise bad_request("file: two file parts were sent; send one request for each file.", "file")
            self._part, self._filename = self._blobs.new_part(), filename
            self._file = self._open.enter_context(self._part.open("wb"))

    def _part_data(self, data: bytes) -> None:
        if self._file is None:
            self._text += data
            if len(self._text) > _MAX_FIELD_BYTES:
                raise too_large(f"{self._name}: more than {_MAX_FIELD_BYTES} bytes were sent in this part.", self._name)
            return
        self._size += len(data)
        if self._size > MAX_FILE_BYTES:
            raise too_large(f"file: it is larger than {MAX_FILE_BYTES} bytes, the most that is taken.", "file")
        self._file.write(data)

    def _part_end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        else:
            self._fields[self._name] = self._text.decode("utf-8", "replace")

    def _end(self) -> None:
        self._ended = True


def disposition(header: bytes) -> tuple[str, str | None]:
    """The name and the filename of a part, from its Content-Disposition.

    The filename may stand as ``filename="..."`` in UTF-8, as web pages, httpx and curl write it, or as
    ``filename*=UTF-8''...``, as urllib3 did; the latter counts where both stand. A filename that is percent-encoded throughout, as
    aiohttp writes all of them, is decoded.
    """
    try:
        text = header.decode("utf-8")
    except UnicodeDecodeError:
        text = header.decode("latin-1")
    values: dict[str, str] = {}
    for key, value in _PARAMETER.findall(text):
        if value.startswith('"'):
            value = _unescaped(value[1:-1])
        values[key.lower()] = value.strip()
    extended = values.get("filename*")
    if extended and extended.count("'") >= 2:
        charset, _, encoded = extended.split("'", 2)
        known = "latin-1" if charset.lower() == "iso-8859-1" else "utf-8"
        return values.get("name", ""), unquote(encoded, encoding=known, errors="replace")
    return values.get("name", ""), values.get("filename")


def _unescaped(value: str) -> str:
    """What a quoted value stands for."""
    with suppress(UnicodeDecodeError):
        decoded = unquote(value, errors="strict")
        # Only where every character that may be encoded is: "50% off.txt" and "a%20b c.txt" are names as they stand.
        if quote(decoded, safe="") == value:
            return decoded
    value = re.sub(r'\\(["\\])', r"\1", value)
    for escape, character in _PAGE_ESCAPES.items():
        value = value.replace(escape, character)
    return value
