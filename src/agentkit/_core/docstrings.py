"""What a docstring says: its first line, and the text of each parameter, in Sphinx, Google and NumPy style."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Any

__all__ = ["first_line", "parameter_texts"]

# ":param name: text", ":param type name: text" and ":param name (type): text"; a type may have blanks and brackets.
_FIELD = re.compile(r"\s*:(?:param|parameter|arg|argument|key|keyword|kwarg)\s+(?P<head>[^:]+?)\s*:(?:\s+(?P<text>.*))?$")
_NAME_FIRST = re.compile(r"\\?\*{0,2}(\w+)\s*\(.*\)$")
_NAME_LAST = re.compile(r"(?:.*[\s*])?(\w+)$")

_PARAMETER_SECTIONS = frozenset({"param", "other_param"})


def first_line(docstring: str) -> str:
    """The first line of a docstring; empty where it begins with a field, which describes something else.

    :param docstring: the docstring without its indentation, as :func:`inspect.getdoc` gives it.
    """
    line = docstring.strip().partition("\n")[0].strip()
    return "" if _FIELD.match(line) else line


def parameter_texts(docstring: str) -> dict[str, str]:
    """The text of each parameter that a docstring describes, by name.

    Of a Sphinx field it is the first line, as in the mirrored client; in the other styles, which that client does not read, it is
    the whole text on one line.

    :param docstring: the docstring without its indentation.
    """
    return _fields(docstring) or _sections(docstring)


def _fields(docstring: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    lines = docstring.splitlines()
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if field := _FIELD.match(line):
            head = field["head"]
            name = _NAME_FIRST.match(head) or _NAME_LAST.match(head)
            text = (field["text"] or "").strip() or ("" if _FIELD.match(following) else following.strip())
            if name and text:
                texts.setdefault(name[1], text)
    return texts


def _sections(docstring: str) -> dict[str, str]:
    if "\n" not in docstring:
        return {}
    from docstring_parser import ParseError, google, numpydoc

    more = [
        google.Section(title, "param", google.SectionType.MULTIPLE)
        for title in ("Keyword Args", "Keyword Arguments", "Other Parameters")
    ]
    parsers: tuple[Any, ...] = (google.GoogleParser([*google.DEFAULT_SECTIONS, *more]), numpydoc.NumpydocParser())
    for parser in parsers:
        try:
            described = parser.parse(docstring).params
        except ParseError:  # the text only looks like this style
            continue
        texts = {
            name.strip().lstrip("\\*"): " ".join(parameter.description.split())
            for parameter in described
            if parameter.args[0] in _PARAMETER_SECTIONS and parameter.description
            for name in parameter.arg_name.split(",")
        }
        if texts:
            return texts
    return {}
