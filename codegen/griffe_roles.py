"""Reads the roles in docstrings, such as ``:class:`~agentkit.models.Agent```, as plain names when the reference is built."""

from __future__ import annotations

import re
from typing import Any

import griffe  # type: ignore[import-not-found, unused-ignore]  # comes with the extra docs

_ROLE = re.compile(r":(?:class|meth|mod|func|attr|exc|data):`(?P<short>~?)(?P<name>[\w.]+)`")
_VARTYPE = re.compile(r"^\s*:vartype\b[^\n]*\n?", re.MULTILINE)  # the annotation says it, and a second word on it is a warning
_TYPE = re.compile(r"^(?P<field>\s*:(?:rtype|raises|type)\b[^\n~]*)~(?:[\w.]+\.)?(?P<name>\w+)", re.MULTILINE)


def plain(text: str) -> str:
    """A docstring with its roles as code, each by the name that it shows."""
    text = _ROLE.sub(lambda found: f"`{found['name'].rpartition('.')[2] if found['short'] else found['name']}`", text)
    text = _VARTYPE.sub("", text)
    return _TYPE.sub(lambda found: f"{found['field']}{found['name']}", text)


class Roles(griffe.Extension):  # type: ignore[misc, unused-ignore]
    """The extension that mkdocs.yml names."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of what was read."""
        if obj.docstring is not None:
            obj.docstring.value = plain(obj.docstring.value)
