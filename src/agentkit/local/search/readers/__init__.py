"""Reads the text of files, each kind by a reader of its own.

What a file is follows from its content where that is plain, and from the ending of its name otherwise. A reader never runs anything
that a file holds, and what it may read is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

from agentkit.local.search.errors import InvalidFile, UnsupportedFile
from agentkit.local.search.readers.decoding import decoded, is_binary
from agentkit.local.search.readers.docx import read_docx
from agentkit.local.search.readers.extracted import MOST_CHARACTERS, Extracted, cleaned
from agentkit.local.search.readers.markup import html_text
from agentkit.local.search.readers.pdf import read_pdf
from agentkit.local.search.readers.plain import markdown_text, plain_text
from agentkit.local.search.readers.records import csv_text, json_text

__all__ = ["Extracted", "extract"]

# A character takes at most four bytes; what is longer cannot be short enough.
_MOST_TEXT_BYTES = 4 * MOST_CHARACTERS
_SNIFFED = 4096

_TEXT_READERS: dict[str, Callable[[str], Extracted]] = {
    ".md": markdown_text,
    ".markdown": markdown_text,
    ".html": html_text,
    ".htm": html_text,
    ".xhtml": html_text,
    ".json": json_text,
    ".jsonl": json_text,
    ".ndjson": json_text,
    ".ipynb": json_text,
    ".csv": csv_text,
    ".tsv": csv_text,
}
_SUPPORTED = "text, Markdown, HTML, JSON, source code, CSV, PDF and DOCX"


def extract(path: Path, name: str) -> Extracted:
    """Read the text of a file.

    :param path: Where its content lies.
    :param name: What it is called; the ending tells the kinds of text apart.
    :return: The text, with lines ended by a line feed, and its headings.
    :raises UnsupportedFile: It is of no kind that holds readable text.
    :raises InvalidFile: It is broken, locked, empty or too large.
    """
    with path.open("rb") as file:
        head = file.read(_SNIFFED)
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in head[:1024]:
        extracted = read_pdf(path, name)
    elif head.startswith(b"PK\x03\x04") and suffix in (".docx", ".docm"):
        extracted = read_docx(path, name)
    elif suffix in (".pdf", ".docx", ".docm"):
        raise InvalidFile(f"'{name}' is no {suffix[1:].upper()} document: its content begins otherwise.")
    elif is_binary(head):
        raise UnsupportedFile(f"'{name}' is not a kind of file that can be searched. Add {_SUPPORTED}.")
    else:
        extracted = _read_text(path, name, _TEXT_READERS.get(suffix, plain_text))
    extracted = cleaned(extracted)
    if not extracted.text.strip():
        raise InvalidFile(f"'{name}' has no text that could be searched. A scanned document needs text recognition first.")
    return extracted


def _read_text(path: Path, name: str, reader: Callable[[str], Extracted]) -> Extracted:
    size = path.stat().st_size
    if size > _MOST_TEXT_BYTES:
        raise InvalidFile(
            f"'{name}' has {size:,} bytes, at most {_MOST_TEXT_BYTES:,} bytes of text can be searched. Split it into smaller files."
        )
    try:
        extracted = reader(decoded(path.read_bytes()))
    except ValueError as error:
        raise InvalidFile(f"'{name}' cannot be read: {error}") from error
    if len(extracted.text) > MOST_CHARACTERS:
        raise InvalidFile(f"'{name}' has more than {MOST_CHARACTERS:,} characters of text. Split it into smaller files.")
    return extracted
