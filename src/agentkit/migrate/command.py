"""The command ``agentkit migrate``: shows what would change, writes it when asked to, and says what is left to do by hand."""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

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

The difference goes to the standard output, all else to the standard error; with --json all of it is in one document. What stays
as it is, is listed as FILE:LINE with the reason, and changes no exit status.
"""


class _Report:
    """What became of the files: told at once, or kept for the one document of ``--json``."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.files = 0
        self.changed: list[dict[str, Any]] = []
        self.left: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []
        self.requirements: list[dict[str, Any]] = []

    def differs(self, difference: str) -> None:
        """Show a difference, before anything is written."""
        if not self._as_json:
            _put(difference, sys.stdout)

    def change(self, path: Path, difference: str) -> None:
        """Note a file that changes."""
        self.changed.append({"path": str(path), "difference": difference})

    def leave(self, path: Path, line: int, text: str) -> None:
        """Note a place that is left to do by hand."""
        self.left.append({"path": str(path), "line": line, "message": text})
        self._say(f"{path}:{line}: {text}")

    def fail(self, path: Path | str, reason: str, line: int | None = None) -> None:
        """Note a file or folder that is left as it is."""
        self.failed.append({"path": str(path), "line": line, "message": reason})
        self._say(f"{path}{'' if line is None else f':{line}'}: left as it is: {reason}")

    def unreadable(self, error: OSError) -> None:
        """Note that a folder, or a file of requirements, cannot be read."""
        self.fail(error.filename, error.strerror or str(error))

    def require(self, path: Path, line: int, package: str) -> None:
        """Note a requirement that may be needed no more."""
        self.requirements.append({"path": str(path), "line": line, "package": package})
        self._say(f"{package} is named in {path}:{line}; take it out when nothing imports it any more")

    def end(self, *, write: bool) -> None:
        """Tell what all of it comes to."""
        if self._as_json:
            counts = {"files": self.files, "written": write}
            found = {"changed": self.changed, "left": self.left, "failed": self.failed, "requirements": self.requirements}
            _document({**counts, **found})
        self._say(self._summary(write=write))

    def _summary(self, *, write: bool) -> str:
        changed = "rewritten" if write else "would change"
        parts = [f"{self.files} file{'s' * (self.files != 1)} looked at", f"{len(self.changed)} {changed}"]
        if self.left:
            parts.append(f"{len(self.left)} place{'s' * (len(self.left) != 1)} left to do by hand")
        if self.failed:
            parts.append(f"{len(self.failed)} could not be read or written")
        return ", ".join(parts)

    def _say(self, text: str) -> None:
        if not self._as_json:
            _put(f"{text}\n", sys.stderr)


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
    parser.add_argument("--json", action="store_true", help="print one JSON document, and nothing else, on the standard output")
    options = parser.parse_args(arguments)
    if find_spec("libcst") is None:
        needed = "needs libcst: run pip install '.[migrate]' in the checkout of agentkit"
        return _refused(ImportError(f"agentkit migrate {needed}"), as_json=options.json)
    report = _Report(as_json=options.json)
    try:
        paths = list(find(options.paths, report.unreadable))
    except FileNotFoundError as error:
        return _refused(FileNotFoundError(f"agentkit migrate: {error}"), as_json=options.json)
    for path in paths:
        _look_at(path, report, write=options.write)
    for path, line, package in hints(options.paths, report.unreadable):
        report.require(path, line, package)
    report.end(write=options.write)
    if options.check and report.changed:
        return WOULD_CHANGE
    return UNREADABLE if report.failed else DONE


def _refused(error: Exception, *, as_json: bool) -> int:
    """Tell why nothing was looked at."""
    _put(f"{error}\n", sys.stderr)
    if as_json:
        _document({"error": {"type": type(error).__name__, "message": str(error)}})
    return USAGE


def _look_at(path: Path, report: _Report, *, write: bool) -> None:
    """Do one file."""
    from ._rewriting import rewrite

    report.files += 1
    try:
        if path.suffix == ".ipynb":
            _look_at_notebook(path, report)
            return
        source = read_source(path)
        made = rewrite(source.text)
        for finding in made.findings:
            report.leave(path, finding.line, finding.text)
        if made.text == source.text:
            return
        difference = "".join(_difference(source, made.text))
        report.differs(difference)
        if write:
            write_source(source, made.text)
        report.change(path, difference)
    except SyntaxError as error:
        report.fail(path, error.msg, error.lineno or 1)
    except OSError as error:
        report.fail(path, error.strerror or str(error))


def _look_at_notebook(path: Path, report: _Report) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if any(package in line for package in PACKAGES):
            report.leave(path, number, "a notebook names an older package; export it as a script to have it rewritten")


def _difference(source: Source, text: str) -> Iterator[str]:
    """The lines of a unified difference."""
    # Not splitlines(): it parts lines at form feeds too, and the lines of Python end where the file's do.
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", part) for part in (source.text, text))
    for line in difflib.unified_diff(before, after, str(source.path), str(source.path)):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _document(value: dict[str, Any]) -> None:
    _put(json.dumps(value, indent=2) + "\n", sys.stdout)


def _put(text: str, stream: TextIO) -> None:
    """Print text that may have characters which the terminal has not."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
