"""The text of DOCX documents, read by python-docx."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from agentkit.local.search.errors import InvalidFile
from agentkit.local.search.readers.extracted import MOST_CHARACTERS, Extracted, reason

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell

__all__ = ["read_docx"]

# All of a document is held in memory: its pictures as they are, its XML as a tree of many times the size.
_MOST_XML = 50_000_000
_MOST_BYTES = 200_000_000
_BODY = "word/document.xml"


def read_docx(path: Path, name: str) -> Extracted:
    """The paragraphs and tables of a document in their order, a table's cells set off by bars; headings by their style.

    :param path: Where the document lies.
    :param name: What it is called.
    :raises InvalidFile: It is broken or too large.
    """
    # Imported here: most services never see a DOCX.
    import docx

    try:
        _check_size(path, name)
        with path.open("rb") as file:
            document = docx.Document(file)
        headings = [
            paragraph.text
            for paragraph in document.paragraphs
            if paragraph.text.strip() and paragraph.style and str(paragraph.style.name).startswith(("Heading", "Title"))
        ]
        text = "\n\n".join(_blocks(document))
    except InvalidFile:
        raise
    # A broken document shows itself as whatever the parsers of ZIP and XML stumble over.
    except Exception as error:
        raise InvalidFile(f"'{name}' is a broken DOCX document: {reason(error)}.") from error
    if len(text) > MOST_CHARACTERS:
        raise InvalidFile(f"'{name}' has more than {MOST_CHARACTERS:,} characters of text. Split it into smaller files.")
    return Extracted(text, tuple(headings))


def _check_size(path: Path, name: str) -> None:
    # zipfile gives no more of a member than the size that stands here, so a file cannot lie about it.
    with zipfile.ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
    if _BODY not in sizes:
        raise InvalidFile(f"'{name}' is a ZIP file without {_BODY}, so no DOCX document.")
    xml = sum(size for part, size in sizes.items() if part.endswith((".xml", ".rels")))
    if xml > _MOST_XML or sum(sizes.values()) > _MOST_BYTES:
        raise InvalidFile(
            f"'{name}' unpacks to {sum(sizes.values()):,} bytes, at most {_MOST_BYTES:,} bytes and {_MOST_XML:,} of XML "
            "among them can be read. Split it into smaller files, or leave pictures out."
        )


def _blocks(container: Document | _Cell) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for block in container.iter_inner_content():
        text = block.text if isinstance(block, Paragraph) else _table(block)
        if text.strip():
            yield text


def _table(table: Table) -> str:
    lines = []
    for row in table.rows:
        # A merged cell stands in every column that it spans.
        cells = list(dict.fromkeys(row.cells))
        lines.append(" | ".join(" ".join("\n".join(_blocks(cell)).split()) for cell in cells))
    return "\n".join(lines)
