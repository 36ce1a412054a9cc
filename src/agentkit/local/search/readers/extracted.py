"""What readers give."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["MOST_CHARACTERS", "Extracted", "cleaned", "reason"]

# About five million tokens.
MOST_CHARACTERS = 20_000_000

# SQLite ends a text at a NUL, and half a surrogate pair can be written nowhere.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Extracted:
    """The text of a file, and those lines of it that say what it or a part of it is about."""

    text: str
    headings: tuple[str, ...] = ()


def cleaned(extracted: Extracted) -> Extracted:
    """The same in a form that can be stored: one kind of line end, no characters that are none, no empty headings."""
    headings = (" ".join(_clean(heading).split()) for heading in extracted.headings)
    return Extracted(_clean(extracted.text), tuple(heading for heading in headings if heading))


def reason(error: Exception) -> str:
    """What a parser says is wrong, as the end of a sentence without its full stop; the error's kind where it says nothing."""
    return str(error).strip().rstrip(".") or type(error).__name__


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
