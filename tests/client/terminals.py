"""A terminal that is looked at: what a program writes to it becomes a screen of lines."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentkit import _progress
from agentkit._progress import Screen

from .faces import Overlay

__all__ = ["Tty", "clock", "is_untouched", "screen", "screens_of", "shown", "tty"]

_CODE = re.compile(r"\x1b\[(?P<number>\d*)(?P<kind>[A-Za-z])|\x1b(?P<short>[78D])|(?P<text>.)", re.DOTALL)
# Codes for colours, and for what a terminal of text does not show.
_UNSEEN = {"m"}


class Tty(io.TextIOBase):
    """A screen of 24 lines, as what is written to it leaves it.

    :param encoding: what the program believes that the terminal reads.
    """

    def __init__(self, encoding: str = "utf-8", height: int = 24) -> None:
        self._encoding, self._height = encoding, height
        self._lines = [""]
        self._row = self._column = 0
        self._saved = (0, 0)
        self.frames: list[str] = []
        """The screen after each write."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> str:
        """All that can be seen, and what has scrolled away above it; blanks at the ends are no text."""
        return "\n".join(line.rstrip() for line in self._lines).rstrip("\n")

    def write(self, text: str) -> int:
        for found in _CODE.finditer(text):
            self._take(found)
        self.frames.append(self.screen)
        return len(text)

    def _take(self, found: re.Match[str]) -> None:
        number = int(found["number"] or 1)
        match found["text"] or found["kind"] or found["short"]:
            case "\n":
                self._down(1, scroll=True)
                self._column = 0
            case "\r":
                self._column = 0
            case "D" if found["short"]:
                self._down(1, scroll=True)
            case "7" if found["short"]:
                self._saved = (self._row, self._column)
            case "8" if found["short"]:
                self._row, self._column = self._saved
            case "A" if found["kind"]:
                self._row = max(self._row - number, len(self._lines) - self._height, 0)
            case "B" if found["kind"]:
                self._down(number, scroll=False)
            case "J" if found["kind"]:
                self._lines = [*self._lines[: self._row], self._lines[self._row][: self._column]]
            case _ if found["kind"] in _UNSEEN:
                pass
            case character if found["text"] and character.isprintable():
                line = self._lines[self._row].ljust(self._column)
                self._lines[self._row] = line[: self._column] + character + line[self._column + 1 :]
                self._column += 1
            case other:
                raise AssertionError(f"this terminal does not know {other!r}")

    def _down(self, number: int, *, scroll: bool) -> None:
        top = max(len(self._lines) - self._height, 0)
        self._row += number
        if not scroll:
            self._row = min(self._row, top + self._height - 1)
        self._lines += [""] * (self._row + 1 - len(self._lines))


def is_untouched(tty: Tty) -> bool:
    """Whether nobody has hooked into the terminal."""
    return "write" not in vars(tty)


def shown(tty: Tty, *words: str) -> bool:
    """Whether all of the words stood on the screen at one moment."""
    return any(all(word in frame for word in words) for frame in tty.frames)


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Tty:
    """The terminal of this process, for what it prints and for its errors."""
    made = Tty()
    # pytest has streams of its own put into sys for each phase of a test.
    monkeypatch.setattr(_progress, "sys", Overlay(sys, stdout=made, stderr=made))
    monkeypatch.setenv("TERM", "xterm")
    return made


@pytest.fixture
def clock() -> list[float]:
    """Seconds that go by when a test says so."""
    return [0.0]


@pytest.fixture
def screen(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> Screen:
    """The lines of the process, under that clock."""
    made = Screen(lambda: clock[0])
    monkeypatch.setattr(_progress, "_screen", made)
    return made


def screens_of(program: str, *arguments: str | Path, folder: Path, path: str = "") -> Tty:
    """The terminal at which a program has run; it must end without an error.

    :param path: where modules are looked for first.
    """
    import pty  # there is none on Windows, where the other tests of the folder run

    master, slave = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=folder,
        env={**inherited, "TERM": "xterm", "PYTHONPATH": path},
    )
    os.close(slave)
    written = b""
    try:
        while piece := _read(master):
            written += piece
        status = process.wait(60)
    finally:
        process.kill()
        process.wait()
        os.close(master)
    tty = Tty()
    # The driver of the terminal has put a return before each line feed.
    for part in re.split(r"(?<=\x1b8)", written.decode()):
        tty.write(part)
    assert status == 0, tty.screen
    return tty


def _read(master: int) -> bytes:
    """What comes next; nothing when the other side is closed."""
    try:
        return os.read(master, 65536)
    except OSError:
        return b""
