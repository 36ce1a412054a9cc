"""Runs the command: in this process, and at a terminal of its own."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from agentkit.cli import main
from agentkit.local import LocalService

__all__ = ["Command", "Said", "Terminal", "environment"]

PATIENCE = 60.0
# A new session has no terminal until its leader takes one: then Ctrl-C in it is a signal. Tests that run in the background were
# told to ignore it, and would hand that on.
_PROGRAM = """
import fcntl, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from agentkit.cli import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that it printed."""
        return json.loads(self.out)


class Keyboard(io.StringIO):
    """A terminal that somebody has typed into."""

    def isatty(self) -> bool:
        return True


class Command:
    """Runs the command in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str | Path, stdin: str = "", typed: str | None = None) -> Said:
        """Run it.

        :param arguments: its command line.
        :param stdin: what is piped into it.
        :param typed: what is typed at a terminal instead.
        """
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin) if typed is None else Keyboard(typed))
        self._capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        said = self._capsys.readouterr()
        return Said(status, said.out, said.err)


def environment(service: LocalService) -> dict[str, str]:
    """The variables that lead the command to a service."""
    return {"PROJECT_ENDPOINT": f"{service.url}", "AGENTKIT_LOCAL_KEY": service.key}


class Terminal:
    """The command at a terminal: what is typed, and what is on the screen.

    :param folder: where it is run.
    :param variables: its environment, over that of the tests.
    """

    def __init__(self, *arguments: str, folder: Path, variables: dict[str, str]) -> None:
        self._screen = ""
        self._master, slave = pty.openpty()
        inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "PYTHONSTARTUP")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**inherited, "TERM": "xterm", "COLUMNS": "120", "INPUTRC": os.devnull, **variables},
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, text: str) -> None:
        """Type a line, or keys such as Ctrl-C."""
        os.write(self._master, text.encode())

    def press(self, key: str, text: str) -> str:
        """Press a key until a text comes: an interrupt between the prompt and the wait for keys is not seen before the next key."""
        end = time.monotonic() + PATIENCE
        self.type(key)
        while text not in self._screen:
            assert time.monotonic() < end, f"no key brought {text!r}: {self._screen!r}"
            piece = self._read(1.0)
            self._screen += piece
            if not piece:
                self.type(key)
        return self.until(text)

    def until(self, text: str) -> str:
        """What comes up to a text, that included."""
        end = time.monotonic() + PATIENCE
        while text not in self._screen:
            piece = self._read(end - time.monotonic())
            assert piece, f"it ended, or waits, without {text!r}: {self._screen!r}"
            self._screen += piece
        seen, _, self._screen = self._screen.partition(text)
        return seen + text

    def end(self, key: str | None = None) -> tuple[int, str]:
        """The exit status, and what is left on the screen.

        :param key: what is pressed until it ends.
        """
        end = time.monotonic() + PATIENCE
        if key is not None:
            self.type(key)
        while time.monotonic() < end:
            piece = self._read(end - time.monotonic() if key is None else 1.0)
            self._screen += piece
            if not piece:
                if key is None or self._process.poll() is not None:
                    break
                self.type(key)
        return self._process.wait(PATIENCE), self._screen

    def _read(self, seconds: float) -> str:
        if not select.select([self._master], [], [], max(seconds, 0))[0]:
            return ""
        try:
            return os.read(self._master, 65536).decode(errors="replace")
        except OSError:  # the other side is closed
            return ""
