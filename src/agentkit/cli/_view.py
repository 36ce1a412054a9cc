"""How a conversation looks: the text as it comes, the calls of tools in short, the files that were saved, how a run ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ._terminal import printable, put, shortened, styled

__all__ = ["CitationFilter", "View", "call_name", "call_outputs"]

_LENGTH = 100
_MOST_LINES = 5
_MARKER = re.compile(r"【\d+:\d+†[^】\n]*】")
# What may still become a marker, once more text has come.
_BEGUN = re.compile(r"【(?:\d*|\d+:\d*|\d+:\d+†[^】\n]{0,200})\Z")


class CitationFilter:
    """Takes the markers of citations out of text that comes in pieces; the sources are named at the end instead."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown by now."""
        text = _MARKER.sub("", self._held + piece)
        begun = _BEGUN.search(text)
        self._held = text[begun.start() :] if begun else ""
        return text[: begun.start()] if begun else text

    def rest(self) -> str:
        """What was held back and is no marker, at the end of the text."""
        held, self._held = self._held, ""
        return held


def call_name(call: Any) -> str:
    """What a tool call is shown as: the tool, and what it is called with where that is short."""
    function = getattr(call, "function", None)
    if function is not None and function.name:
        return shortened(f"{function.name}({_arguments(function.arguments)})", _LENGTH)
    return str(call.type or "tool").replace("_", " ")


def call_outputs(call: Any) -> list[str]:
    """What came out of a tool call, each part in a line or a few."""
    interpreter, search, function = (getattr(call, name, None) for name in ("code_interpreter", "file_search", "function"))
    if interpreter is not None:
        return [line for output in interpreter.outputs or () for line in _code_output(output)]
    if search is not None:
        results = search.results or ()
        return [shortened(f"{result.file_name} (score {_score(result.score)})", _LENGTH) for result in results] or [
            "found nothing"
        ]
    if function is not None and function.output:
        return [shortened(str(function.output), _LENGTH)]
    return []


def _score(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _arguments(text: Any) -> str:
    return text.strip().removeprefix("{").removesuffix("}").strip() if isinstance(text, str) else ""


def _code_output(output: Any) -> list[str]:
    if getattr(output, "image", None) is not None:
        return ["an image"]
    logs = getattr(output, "logs", None)
    if not isinstance(logs, str):
        return [str(output.type)]
    lines = [shortened(line, _LENGTH) for line in logs.strip().splitlines()]
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"... {more} more line{'s' * (more != 1)}"]


class View:
    """Shows a conversation on the standard output.

    :param shows: False for a command that prints one document at its end; then nothing is shown.
    """

    def __init__(self, *, shows: bool = True) -> None:
        self._shows = shows
        self._at_start = True
        self._filter = CitationFilter()

    def text(self, piece: str) -> None:
        """A piece of the agent's text has come."""
        self._write(printable(self._filter.feed(piece)))

    def end_of_text(self) -> None:
        """The agent's message has ended."""
        self._write(printable(self._filter.rest()))
        self._new_line()

    def call_begins(self, call: Any) -> None:
        """The agent calls a tool."""
        self.note(f"[{call_name(call)}]", "cyan")

    def call_ends(self, call: Any) -> None:
        """A tool has answered. What a function is called with is complete only now."""
        if getattr(call, "function", None) is not None:
            self.call_begins(call)
        for line in call_outputs(call):
            self.note(f"  {line}", "dim")

    def sources(self, names: Sequence[str]) -> None:
        """The files that a message cites."""
        if names:
            self.note(f"[sources: {', '.join(names)}]", "dim")

    def saved(self, path: Path) -> None:
        """A file that the agent made was saved."""
        here = Path.cwd()
        self.note(f"[saved {path.relative_to(here) if path.is_relative_to(here) else path}]", "green")

    def note(self, text: str, style: str = "dim") -> None:
        """Something that is not the agent's text, in lines of its own."""
        self._new_line()
        if self._shows:
            put(styled(printable(text), style))

    def _write(self, text: str) -> None:
        if self._shows and text:
            put(text, end="")
            self._at_start = text.endswith("\n")

    def _new_line(self) -> None:
        if not self._at_start:
            put("")
            self._at_start = True
