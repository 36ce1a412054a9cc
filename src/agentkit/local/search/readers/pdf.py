"""The text of PDF documents, read by pypdf."""

from __future__ import annotations

import logging
from pathlib import Path

from agentkit.local.search.errors import InvalidFile
from agentkit.local.search.readers.extracted import MOST_CHARACTERS, Extracted, reason

__all__ = ["read_pdf"]

_MOST_PAGES = 10_000

# What is odd about a document goes to whoever listens to pypdf's log, and otherwise nowhere rather than to the terminal.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def read_pdf(path: Path, name: str) -> Extracted:
    """The text of all pages, a blank line between two; the document's title is its heading.

    :param path: Where the document lies.
    :param name: What it is called.
    :raises InvalidFile: It is broken, locked by a password, or too long.
    """
    # Imported here: most services never see a PDF.
    from pypdf import PasswordType, PdfReader

    try:
        with PdfReader(path) as reader:
            if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                raise InvalidFile(f"'{name}' is locked by a password. Add a copy without one.")
            if len(reader.pages) > _MOST_PAGES:
                raise InvalidFile(f"'{name}' has more than {_MOST_PAGES:,} pages. Split it into smaller files.")
            pages: list[str] = []
            length = 0
            for page in reader.pages:
                pages.append(page.extract_text())
                length += len(pages[-1])
                if length > MOST_CHARACTERS:
                    raise InvalidFile(f"'{name}' has more than {MOST_CHARACTERS:,} characters of text. Split it.")
            title = reader.metadata.title if reader.metadata else None
    except InvalidFile:
        raise
    # A broken document shows itself as whatever the parser stumbles over.
    except Exception as error:
        raise InvalidFile(f"'{name}' is a broken PDF document: {reason(error)}.") from error
    return Extracted("\n\n".join(page.strip() for page in pages), (title,) if isinstance(title, str) and title else ())
