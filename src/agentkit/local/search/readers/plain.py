"""Plain text and Markdown, which are read as they stand. Pure."""

from __future__ import annotations

import re

from agentkit.local.search.readers.extracted import Extracted

__all__ = ["markdown_text", "plain_text"]

# A line with a line of one repeated sign below it, about as long.
_UNDERLINED = re.compile(r"^(?P<title>\S[^\n]{0,200})\n(?P<sign>[=\-~^*#\"'`+.:])(?P=sign){2,}[ \t]*$", re.M)
_HASHED = re.compile(r"^ {0,3}#{1,6}[ \t]+(?P<title>[^\n]{1,200}?)[ \t#]*$", re.M)
_FENCED = re.compile(r"^ {0,3}(?P<fence>```|~~~).*?(?:^ {0,3}(?P=fence)|\Z)", re.M | re.S)
_SIGNS = re.compile(r"[\W_]*")


def plain_text(text: str) -> Extracted:
    """Text as it is, source code included; underlined lines are its headings."""
    return Extracted(text, tuple(_underlined(text.replace("\r\n", "\n"))))


def markdown_text(text: str) -> Extracted:
    """Markdown as it is, with its headings of both kinds; what stands in a fence is code."""
    prose = _FENCED.sub("", text.replace("\r\n", "\n"))
    return Extracted(text, tuple(match["title"] for match in _HASHED.finditer(prose)) + tuple(_underlined(prose)))


def _underlined(text: str) -> list[str]:
    # A frame around a title looks like a title itself.
    return [match["title"].strip() for match in _UNDERLINED.finditer(text) if not _SIGNS.fullmatch(match["title"])]
