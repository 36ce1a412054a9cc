"""Bytes to text, for files that do not say how they are encoded. Pure."""

from __future__ import annotations

import codecs
import re

__all__ = ["decoded", "is_binary"]

# The longer mark first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4096
# Control characters that are no blank, escape or form feed.
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,40})|<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w-]{2,40})", re.I
)


def is_binary(head: bytes) -> bool:
    """Whether a file that begins with these bytes is no text.

    :param head: The first few thousand bytes.
    """
    if _marked(head) or _utf_16_without_mark(head):
        return False
    return b"\x00" in head or len(_CONTROL.findall(head)) * 20 > len(head)


def decoded(content: bytes) -> str:
    """The text that bytes hold: by their byte order mark, by what they declare, as UTF-8, or else as Windows-1252 or Latin-1.

    :param content: The whole of a file that is no binary one. Bytes that do not fit become replacement characters.
    """
    encoding = _marked(content) or _utf_16_without_mark(content[:_SAMPLE])
    if encoding:
        return content.decode(encoding, errors="replace")
    for candidate in ("utf-8", _declared(content[:_SAMPLE]), "cp1252"):
        if candidate is None:
            continue
        try:
            return content.decode(candidate)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _marked(content: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)


def _utf_16_without_mark(head: bytes) -> str | None:
    """UTF-16 where every other byte, and hardly any of the rest, is NUL, as in European text."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    pairs = len(head) // 2
    if pairs > 1 and odd * 5 > pairs * 4 and even * 20 < pairs:
        return "utf-16-le"
    if pairs > 1 and even * 5 > pairs * 4 and odd * 20 < pairs:
        return "utf-16-be"
    return None


def _declared(head: bytes) -> str | None:
    match = _DECLARED.search(head)
    if match is None:
        return None
    name = (match[1] or match[2]).decode("ascii", errors="ignore")
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    # Some codecs are no character sets: base64, zlib.
    return codec.name if getattr(codec, "_is_text_encoding", False) else None
