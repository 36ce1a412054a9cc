"""The text of HTML pages. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from agentkit.local.search.readers.extracted import Extracted

__all__ = ["html_text"]

_HEADINGS = frozenset(("title", "h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(("script", "style", "template", "svg", "object", "iframe"))
_LINES = frozenset(("br", "li", "tr", "dt", "dd", "option", "caption"))
_CELLS = frozenset(("td", "th"))
_BLOCKS = frozenset(
    (
        *_HEADINGS,
        *("address", "article", "aside", "blockquote", "body", "details", "div", "dl", "fieldset", "figcaption", "figure"),
        *("footer", "form", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"),
    )
)
# What can stand between two texts, the weakest first.
_GAPS = ("", " ", "\n", "\n\n")
_BLANKS = re.compile(r"\s+")


def html_text(text: str) -> Extracted:
    """The text of a page as it would be read: no tags, scripts or styles, one paragraph for each block."""
    page = _Page()
    page.feed(text)
    page.close()
    return Extracted("".join(page.parts), tuple(page.headings))


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.headings: list[str] = []
        self._gap = ""
        self._heading: list[str] | None = None
        self._silent: list[str] = []
        self._kept_as_is = 0

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """What begins with ``<![`` is passed over up to the next ``>``, as browsers do; the base class fails at words unknown to it."""
        return self.parse_bogus_comment(i, report=False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._separate(tag)
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _HEADINGS and not self._silent:
            self._heading = []
        elif tag == "pre":
            self._kept_as_is += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        self._separate(tag)
        if tag in self._silent:
            # An element that was left open ends with the one around it.
            del self._silent[self._silent.index(tag) :]
        elif tag in _HEADINGS and self._heading is not None:
            self.headings.append("".join(self._heading))
            self._heading = None
        elif tag == "pre":
            self._kept_as_is = max(0, self._kept_as_is - 1)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = data if self._kept_as_is else _BLANKS.sub(" ", data)
        if text[:1] == " " and not self._kept_as_is:
            self._widen(" ")
        if text.strip():
            kept = text.strip("\n") if self._kept_as_is else text.strip()
            self.parts += [self._gap if self.parts else "", kept]
            self._gap = " " if text[-1] == " " else ""
        if self._heading is not None:
            self._heading.append(text)

    def _separate(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._widen("\n\n")
        elif tag in _LINES:
            self._widen("\n")
        elif tag in _CELLS:
            self._widen(" ")

    def _widen(self, gap: str) -> None:
        self._gap = max(self._gap, gap, key=_GAPS.index)
