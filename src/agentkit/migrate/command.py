"""The command ``agentkit migrate``: shows what would change, writes it when asked to, and says what is left to do by hand."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from ._files import Source, find, hints, read_source, write_source
from ._names import PACKAGES

__all__ = ["main"]

DONE, WOULD_CHANGE, USAGE, UNREADABLE = 0, 1, 2, 3

_EPILOG = """\
exit status:
  0  everything was looked at; with --write, everything was written
  1  with --check: a file would change
  2  the command line is wrong, a path is not there, or libcst is missing
  3  a file could not be read, is no Python, or could not be written; the others were done

The difference goes to the standard output, all else to the standard error. What stays as it is, is listed as FILE:LINE with the
reason, and changes no exit status.
"""


@dataclass
class _Tally:
    files: int = 0
    changed: int = 0
    left: int = 0
    failed: int = 0

    def unreadable(self, error: OSError) -> None:
        """Note and say that a folder, or a file of requirements, cannot be read."""
        self.failed += 1
        _say(f"{error.filename}: left as it is: {error.strerror}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``agentkit migrate``.

    :param arguments: Its command line; that of the process when None.
    :return: The exit status, as ``--help`` lists them.
    """
    parser = argparse.ArgumentParser(
        prog="agentkit migrate",
        description="Move scripts from azure.ai.projects (1.0.0b1 to b10) and azure.ai.agents to agentkit.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE|FOLDER", help="what to look at; folders with all below")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="write the files; without it, only the difference is shown")
    how.add_argument("--check", action="store_true", help="write nothing, and end with status 1 if a file would change")
    options = parser.parse_args(arguments)
    if find_spec("libcst") is None:
        print("agentkit migrate needs libcst: run pip install '.[migrate]' in the checkout of agentkit", file=sys.stderr)
        return USAGE
    tally = _Tally()
    try:
        paths = list(find(options.paths, tally.unreadable))
    except FileNotFoundError as error:
        print(f"agentkit migrate: {error}", file=sys.stderr)
        return USAGE
    for path in paths:
        _look_at(path, tally, write=options.write)
    for path, line, package in hints(options.paths, tally.unreadable):
        _say(f"{package} is named in {path}:{line}; take it out when nothing imports it any more")
    _say(_summary(tally, write=options.write))
    if options.check and tally.changed:
        return WOULD_CHANGE
    return UNREADABLE if tally.failed else DONE


def _look_at(path: Path, tally: _Tally, *, write: bool) -> None:
    """Do one file."""
    from ._rewriting import rewrite

    tally.files += 1
    try:
        if path.suffix == ".ipynb":
            _look_at_notebook(path, tally)
            return
        source = read_source(path)
        made = rewrite(source.text)
        for finding in made.findings:
            tally.left += 1
            _say(f"{path}:{finding.line}: {finding.text}")
        if made.text == source.text:
            return
        for line in _difference(source, made.text):
            _put(line, sys.stdout)
        if write:
            write_source(source, made.text)
        tally.changed += 1
    except SyntaxError as error:
        tally.failed += 1
        _say(f"{path}:{error.lineno or 1}: left as it is: {error.msg}")
    except OSError as error:
        tally.failed += 1
        _say(f"{path}: left as it is: {error.strerror or error}")


def _look_at_notebook(path: Path, tally: _Tally) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if any(package in line for package in PACKAGES):
            tally.left += 1
            _say(f"{path}:{number}: a notebook names an older package; export it as a script to have it rewritten")


def _difference(source: Source, text: str) -> Iterator[str]:
    """The lines of a unified difference."""
    # Not splitlines(): it parts lines at form feeds too, and the lines of Python end where the file's do.
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", part) for part in (source.text, text))
    for line in difflib.unified_diff(before, after, str(source.path), str(source.path)):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _summary(tally: _Tally, *, write: bool) -> str:
    changed = "rewritten" if write else "would change"
    parts = [f"{tally.files} file{'s' * (tally.files != 1)} looked at", f"{tally.changed} {changed}"]
    if tally.left:
        parts.append(f"{tally.left} place{'s' * (tally.left != 1)} left to do by hand")
    if tally.failed:
        parts.append(f"{tally.failed} could not be read or written")
    return ", ".join(parts)


def _say(text: str) -> None:
    _put(f"{text}\n", sys.stderr)


def _put(text: str, stream: TextIO) -> None:
    """Print text that may have characters which the terminal has not."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
