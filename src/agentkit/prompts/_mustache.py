"""Fills in a template of the Mustache language. Pure.

There are ``{{name}}``, ``{{a.b}}``, sections ``{{#name}}...{{/name}}``, their opposites ``{{^name}}...{{/name}}`` and comments
``{{! }}``. Prompts are no HTML, so ``{{{name}}}`` and ``{{&name}}`` are the same as ``{{name}}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["render"]

_TAG = re.compile(r"\{\{(?:\{\s*(?P<raw>[^{}]*?)\s*\}|(?P<kind>[#^/&!>=]?)\s*(?P<name>[^{}]*?)\s*)\}\}")
# A tag that says nothing leaves no empty line where it stands alone on its line.
_ALONE = re.compile(r"^[ \t]*(\{\{[#^/!][^{}]*\}\})[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_NOTHING = object()
# Sections are filled in by as many calls within one another.
_MOST_LEVELS = 100


@dataclass
class _Section:
    """A part of a template: texts, names of values, and sections. The outermost one has no name."""

    name: str
    opposite: bool
    parts: list[str | tuple[str] | _Section]


def render(template: str, values: Mapping[str, Any], show: Callable[[Any], str] = str) -> str:
    """The template with values in place of its tags. A name without a value is replaced by nothing.

    :param template: the text.
    :param values: values by their names.
    :param show: makes the text of a value.
    :return: the text.
    :raises ValueError: a section is not closed, or closed where it was not opened, or a tag is of a kind that there is not.
    """
    return "".join(_filled(_parsed(template), (values,), show))


def _parsed(template: str) -> _Section:
    template = _ALONE.sub(r"\1", template)
    open_sections = [_Section("", False, [])]
    end = 0
    for tag in _TAG.finditer(template):
        parts = open_sections[-1].parts
        parts.append(template[end : tag.start()])
        end = tag.end()
        kind, name = (tag["kind"] or "", tag["name"]) if tag["raw"] is None else ("", tag["raw"])
        if kind in ("#", "^"):
            section = _Section(name, kind == "^", [])
            parts.append(section)
            open_sections.append(section)
            if len(open_sections) > _MOST_LEVELS:
                raise ValueError(f"the template opens {_MOST_LEVELS} sections within one another, at {name!r}; make it flatter")
        elif kind == "/":
            if open_sections.pop().name != name or not open_sections:
                raise ValueError(f"the template closes {name!r} where it is not open: {tag.group()}")
        elif kind in ("", "&"):
            parts.append((name,))
        elif kind != "!":
            raise ValueError(f"the template has {tag.group()}: parts of other files and other delimiters are not known here")
    if len(open_sections) > 1:
        raise ValueError(f"the template opens {open_sections[-1].name!r} and does not close it")
    open_sections[0].parts.append(template[end:])
    return open_sections[0]


def _filled(section: _Section, scopes: Sequence[Any], show: Callable[[Any], str]) -> Iterator[str]:
    for part in section.parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, tuple):
            value = _value(part[0], scopes)
            yield "" if value is _NOTHING or value is None else show(value)
        else:
            value = _value(part.name, scopes)
            there = value is not _NOTHING and bool(value)
            if part.opposite:
                yield from () if there else _filled(part, scopes, show)
            elif there:
                several = isinstance(value, Sequence) and not isinstance(value, str)
                for item in value if several else (value,):
                    yield from _filled(part, (*scopes, item), show)


def _value(name: str, scopes: Sequence[Any]) -> Any:
    """The value of a name: its first part is looked for from the innermost section outwards."""
    if name == ".":
        return scopes[-1]
    first, *rest = name.split(".")
    value = next((found for scope in reversed(scopes) if (found := _of(scope, first)) is not _NOTHING), _NOTHING)
    for part in rest:
        value = _of(value, part)
    return value


def _of(scope: Any, name: str) -> Any:
    return scope[name] if isinstance(scope, Mapping) and name in scope else _NOTHING
