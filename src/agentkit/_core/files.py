"""Names and multipart framing of uploads, as pure text and bytes."""

from __future__ import annotations

import mimetypes
import os.path
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["FilePart", "content_type_of", "file_part", "multipart_frame"]

DEFAULT_NAME = "file"
_OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class FilePart:
    """The file of an upload: its name, its content (bytes, text or a file object) and its content type."""

    name: str
    content: Any
    content_type: str


def file_part(file: Any, filename: str | None) -> FilePart:
    """Sort out what ``upload_file(file=...)`` was given.

    :param file: the content, or (name, content), or (name, content, content type).
    :param filename: the name to use where the file brings none.
    :raises TypeError: it is nothing that can be sent.
    :raises ValueError: the content is empty, or a file that is closed.
    """
    name: Any = None
    content, kind = file, None
    if isinstance(file, tuple):
        if len(file) not in (2, 3):
            raise TypeError(
                f"upload_file() takes file= as content, (name, content) or (name, content, type), not {len(file)} items"
            )
        name, content, kind = (*file, None)[:3]
    if not isinstance(content, (bytes, bytearray, memoryview, str)) and not hasattr(content, "read"):
        raise TypeError(
            f"upload_file() takes file= as bytes, text or an open file, not {type(content).__name__}; for a path use file_path="
        )
    if isinstance(content, (bytes, bytearray, memoryview, str)) and not len(content):
        raise ValueError("upload_file() was given an empty file: there is nothing to upload")
    if getattr(content, "closed", False):
        raise ValueError("upload_file() was given a file that is closed: open it, or give its path as file_path=")
    if kind is not None and not isinstance(kind, str):
        raise TypeError(f"upload_file() takes the content type in file= as text, not {type(kind).__name__}")
    own_name = getattr(content, "name", None)
    chosen = name or filename or (own_name if isinstance(own_name, str) else None) or DEFAULT_NAME
    chosen = os.path.basename(str(chosen).rstrip("/")) or DEFAULT_NAME
    return FilePart(chosen, content, kind or content_type_of(chosen))


def content_type_of(name: str) -> str:
    """The content type that a name's ending stands for."""
    return mimetypes.guess_type(name)[0] or _OCTETS


def multipart_frame(fields: Mapping[str, str], part: FilePart, boundary: str) -> tuple[bytes, bytes]:
    """What comes before and after the file's content in a multipart/form-data body (RFC 7578).

    Text fields precede the file. Names are UTF-8 in quotes, in which a backslash is doubled, as the grammar of quoted texts has it,
    and quotes and line ends are percent-encoded, as browsers send them.
    """
    head = b""
    for field, value in fields.items():
        head += _encoded(f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"\r\n\r\n{value}\r\n')
    disposition = f'form-data; name="file"; filename="{_quoted(part.name)}"'
    head += _encoded(
        f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {_header(part.content_type)}\r\n\r\n"
    )
    return head, f"\r\n--{boundary}--\r\n".encode()


def _encoded(text: str) -> bytes:
    # The name of a file may hold bytes that are no text, which Python shows as lone surrogates.
    return text.encode("utf-8", "replace")


def _quoted(name: str) -> str:
    return name.replace("\\", r"\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _header(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError(f"a content type has no line ends: {value!r}")
    return value
