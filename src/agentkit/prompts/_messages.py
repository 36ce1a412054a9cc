"""Takes a filled-in prompt apart into messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ._mustache import render

__all__ = ["messages_of"]

_ROLES = ("assistant", "developer", "function", "system", "tool", "user")
_VALUE = "\0{}\0"
_MARK = re.compile(r"\0(\d+)\0")
# The line that begins a message: a role, or a value in its place, before a colon.
_HEADING = re.compile(rf"^[ \t]*#?[ \t]*({'|'.join(_ROLES)}|\0\d+\0)[ \t]*:[ \t]*$", re.IGNORECASE | re.MULTILINE)


def messages_of(template: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages of a prompt, each of which begins with a line such as ``system:``; what comes before the first is the system's.

    A line of a value is no such line, whatever it says: who writes a value cannot speak for another.

    :param template: the prompt, in the Mustache language.
    :param values: values by their names.
    :return: messages with ``role`` and ``content``; those without content are left out.
    :raises ValueError: the template is wrong.
    """
    shown: list[str] = []

    def marked(value: Any) -> str:
        shown.append(str(value))
        return _VALUE.format(len(shown) - 1)

    def whole(text: str) -> str:
        return _MARK.sub(lambda mark: shown[int(mark[1])], text)

    text = render(template.replace("\0", ""), values, marked)
    messages: list[dict[str, Any]] = []
    role, begin = "system", 0
    for heading in _HEADING.finditer(text):
        named = whole(heading[1]).strip().lower()
        if named not in _ROLES:
            continue
        _add(messages, role, whole(text[begin : heading.start()]))
        role, begin = named, heading.end()
    _add(messages, role, whole(text[begin:]))
    return messages


def _add(messages: list[dict[str, Any]], role: str, content: str) -> None:
    if content.strip():
        messages.append({"role": role, "content": content.strip()})
