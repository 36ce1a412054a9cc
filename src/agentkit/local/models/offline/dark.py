"""Turns the code of a picture into the code of the same picture on a dark ground."""

from __future__ import annotations

import re

from .source import BLUE, RED

__all__ = ["dark_name", "darkened", "wants_dark"]

_DARK = re.compile(r"\bdark[\s-]?(?:mode|themed?|version|style|background|colou?rs)\b|\bin dark\b|\bdarker\b", re.IGNORECASE)
_STYLE = 'plt.style.use("dark_background")'
_PYPLOT = r"(?:import matplotlib\.pyplot as plt|from matplotlib import pyplot as plt)[^\n]*\n"
_IMPORTS = re.compile(rf"^{_PYPLOT}(?:(?:import|from) [^\n]*\n)*", re.MULTILINE)
_SAVED = re.compile(r"(?<=savefig\()(\s*f?[\"'])([^\"'\n]+)(?=[\"'])")
_BRIGHTER = {
    BLUE: "#4DD0E1",
    RED: "#FF8A65",
    "#E3E3E3": "#3A3A3A",  # the grid
    "#333333": "#BDBDBD",  # the line at zero
    '"facecolor": "white"': '"facecolor": "black"',
    '"edgecolor": "white"': '"edgecolor": "black"',
}


def wants_dark(text: str) -> bool:
    """Whether a message asks for dark mode."""
    return bool(_DARK.search(text))


def darkened(code: str) -> str:
    """The same program with matplotlib's dark style, colours that stand out on it, and another name for the picture.

    Nothing else of it changes, so the data stays what it was.
    """
    if _STYLE in code:
        return code
    for light, dark in _BRIGHTER.items():
        code = code.replace(light, dark)
    code, found = _IMPORTS.subn(rf"\g<0>\n{_STYLE}\n", code, count=1)
    if not found:
        code = f"import matplotlib.pyplot as plt\n\n{_STYLE}\n\n{code}"
    return _SAVED.sub(lambda match: match[1] + dark_name(match[2]), code)


def dark_name(filename: str) -> str:
    """The name of a picture's dark version."""
    return re.sub(r"(?:_dark)?(\.\w+)$", r"_dark\1", filename)
