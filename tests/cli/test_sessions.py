"""The sessions of docs/command-line.md are real: each is run on a service, and what comes is compared with what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentkit.local import LocalService
from cli.command import Terminal, environment

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = "> "


def sessions(page: str) -> list[tuple[str, str]]:
    """Each command of the page with what is shown below it, in order."""
    found = []
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            found.append((line, shown))
    return found


def matches(shown: str, seen: str) -> bool:
    """Whether text is as it is shown; three dots stand for anything, and blanks at the end of a line count for nothing."""
    wanted, got = ("\n".join(line.rstrip() for line in text.replace("\r", "").strip().splitlines()) for text in (shown, seen))
    return re.fullmatch(".*?".join(map(re.escape, wanted.split("..."))), got, re.DOTALL) is not None


def program(folder: Path) -> str:
    """A folder with a program ``agentkit`` that runs the one under test."""
    place = folder / "bin"
    place.mkdir()
    script = place / "agentkit"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m agentkit "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return str(place)


def talked(arguments: list[str], shown: str, folder: Path, variables: dict[str, str]) -> str:
    """The screen of a conversation in which the lines that begin with a prompt are typed."""
    typed = [line.removeprefix(_PROMPT) for line in shown.splitlines() if line.startswith(_PROMPT)]
    with Terminal(*arguments, folder=folder, variables={**variables, "TERM": "dumb"}) as terminal:
        screen = ""
        for line in typed:
            screen += terminal.until(f"\n{_PROMPT}")
            terminal.type(f"{line}\n")
        status, left = terminal.end()
    assert status == 0
    return screen + left


@pytest.mark.skipif(sys.platform == "win32", reason="the page shows a shell of the Bourne family")
def test_the_sessions_of_the_page_are_real(root: Path, folder: Path, service: LocalService) -> None:
    (folder / "handbook.md").write_text("# Holidays\n\nEvery employee has 30 days of holiday a year.\n", encoding="utf-8")
    variables = environment(service)
    path = os.pathsep.join((program(folder), os.environ.get("PATH", "")))
    found = sessions((root / "docs" / "command-line.md").read_text(encoding="utf-8"))
    assert len(found) >= 8
    for line, shown in found:
        if f"\n{_PROMPT}" in shown and "/exit" in shown:
            seen = talked(line.split()[1:], shown, folder, variables)
        else:
            done = subprocess.run(
                line,
                shell=True,
                cwd=folder,
                env={**os.environ, **variables, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            seen = done.stdout
        assert service.key not in seen
        assert matches(shown, seen), f"$ {line}\n{seen}"


def test_three_dots_stand_for_anything() -> None:
    assert matches("a ... d\n", "a b\nc d\r\n")
    assert not matches("a ... d", "a b")
    assert not matches("a.b", "axb")


def test_the_table_of_the_page_names_every_command(root: Path) -> None:
    from agentkit.cli import _COMMANDS

    page = (root / "docs" / "command-line.md").read_text(encoding="utf-8")
    table = page.partition("| command | what it does |")[2].partition("\n\n")[0]
    assert all(f"`{name}`" in table or f"`agentkit {name}`" in table for name in _COMMANDS)
