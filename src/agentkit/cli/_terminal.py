"""What is shown: plain text on every stream, colours and tables where a terminal takes them. Nothing of a service is shown as control codes."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, TextIO

__all__ = ["document", "fields", "has_colours", "one_line", "printable", "put", "shortened", "styled", "table"]

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
# Characters that turn the direction of what follows: a name could pass for another one.
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def put(text: str, *, end: str = "\n", stream: TextIO | None = None) -> None:
    """Write text at once, with escapes for the characters that the stream lacks; nothing in a program that has no output.

    :param text: what to write.
    :param end: what comes after it.
    :param stream: where to; the standard output when None.
    """
    stream = sys.stdout if stream is None else stream
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    stream.write((text + end).encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def document(value: Any) -> None:
    """Write the one JSON document of a command with ``--json``."""
    put(json.dumps(value, ensure_ascii=True, indent=2))


def printable(text: str) -> str:
    """Text from elsewhere as a terminal may show it: line ends and tabs stay, other control characters become escapes."""
    return "".join(
        f"\\x{ord(character):02x}" if _is_control(character) else character for character in text if character != "\r"
    )


def _is_control(character: str) -> bool:
    return character in _TURNS or (character not in "\n\t" and unicodedata.category(character) == "Cc")


def one_line(text: str) -> str:
    """Text as one line: blanks and line ends become single blanks."""
    return printable(" ".join(text.split()))


def shortened(text: str, length: int) -> str:
    """Text as one line of at most so many characters."""
    line = one_line(text)
    return line if len(line) <= length else f"{line[: length - 3].rstrip()}..."


def has_colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal that takes colours, and ``NO_COLOR`` does not forbid them."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    # The old console of Windows shows the codes themselves; these are set by the terminals that read them.
    return os.name != "nt" or any(os.environ.get(name) for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM"))


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """Text with the codes of a style around it, where the stream takes them."""
    if not has_colours(sys.stdout if stream is None else stream):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows below their headings: by rich on a terminal where it is installed, else in columns of blanks.

    :param columns: the headings.
    :param rows: the cells of each row, as many as there are headings.
    """
    cells = [[one_line(cell) for cell in row] for row in rows]
    if sys.stdout.isatty() and find_spec("rich") is not None:
        _rich_table(columns, cells)
        return
    lines = [[column.upper() for column in columns], *cells]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        put("  ".join(padded).rstrip())


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # An id is worth nothing when it is cut.
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold", no_wrap=column == "id")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console(color_system="auto" if has_colours(sys.stdout) else None, highlight=False).print(shown)


def _width(text: str) -> int:
    """The columns that text takes: characters of East Asian scripts take two, accents none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def fields(values: Mapping[str, str]) -> None:
    """Write names and values, one pair a line, the values below each other."""
    width = max(map(len, values), default=0)
    for name, value in values.items():
        lines = printable(value).splitlines() or [""]
        indent = " " * (width + 2)
        put(f"{name:<{width}}  " + f"\n{indent}".join(lines))
