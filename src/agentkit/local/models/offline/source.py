"""Pieces of Python source that the written programs share."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from pprint import pformat

__all__ = ["BLUE", "PALETTE", "RED", "WIDE_FONTS", "literal", "program", "slug"]

BLUE, RED = "#3B75AF", "#C8553D"
PALETTE = ("#3B75AF", "#E08E45", "#5B9A68", "#C8553D", "#8A6FB0", "#8C6D5A", "#D184B5", "#7F8790", "#B5AE4C", "#4FA9B8")

WIDE_FONTS = (
    "",
    "# The labels have characters that matplotlib's own font lacks: use an installed font that has them.",
    "from matplotlib import font_manager",
    "",
    'wanted = ("CJK", "Source Han", "WenQuanYi", "Hiragino", "PingFang", "Yu Gothic", "Malgun", "Microsoft YaHei", "SimHei")',
    "installed = sorted({font.name for font in font_manager.fontManager.ttflist})",
    "fonts = [name for name in installed if any(part in name for part in wanted)]",
    'plt.rcParams["font.family"] = ["DejaVu Sans", *fonts]',
    "if not fonts:",
    "    import warnings",
    "",
    '    warnings.filterwarnings("ignore", message="Glyph")',
    '    print("Note: no installed font has some characters of the labels; they are drawn as boxes.")',
    "",
)
"""Lines that choose a font for wide characters; ``plt`` is imported by then."""


def literal(text: str) -> str:
    """A string literal, in double quotes where the text has none: Python's own choice once a single quote stands in it."""
    return repr(text) if '"' in text else '"' + repr("'" + text)[2:]


def slug(text: str) -> str:
    """A file name's stem: lower-case words of plain letters and digits, joined by underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", plain))[:60].rstrip("_")


def program(name: str, **constants: object) -> str:
    """The source of a module of ``programs``, with other values for some of the constants at its top.

    :param name: The module's name.
    :param constants: Values that Python can write as literals, by the names of the constants.
    :raises KeyError: The module has no such constant.
    """
    source = _source(name)
    for constant, value in constants.items():
        written = literal(value) if isinstance(value, str) else pformat(value, width=120, sort_dicts=False)
        pattern = re.compile(rf"^{constant}(?:: [^=\n]+)? = .*$", re.MULTILINE)
        match = pattern.search(source)
        if match is None:
            raise KeyError(constant)
        source = f"{source[: match.start()]}{constant} = {written}{source[match.end() :]}"
    return source


@cache
def _source(name: str) -> str:
    return (files(__name__.rpartition(".")[0]) / "programs" / f"{name}.py").read_text(encoding="utf-8")
