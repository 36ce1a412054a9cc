"""Finds the files to look at, reads them as Python does, and writes them so that nothing but the text changes."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import re
import secrets
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Source", "find", "hints", "read_source", "write_source"]

_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_SUFFIXES = frozenset({".py", ".pyi", ".pyw", ".ipynb"})
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
_REQUIREMENTS = re.compile(
    r"(.*requirements.*|constraints.*)\.(txt|in)|pyproject\.toml|setup\.(cfg|py)|Pipfile|environment\.ya?ml"
)
_DISTRIBUTION = re.compile(r"^[^#]*?(?<![\w.-])(?P<name>azure[-_]ai[-_](?:projects|agents))(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A file of Python.

    :param path: The file.
    :param text: What is in it, its line ends as they are.
    :param encoding: The encoding that it declares.
    """

    path: Path
    text: str
    encoding: str


def find(given: Iterable[Path], failed: Callable[[OSError], None]) -> Iterator[Path]:
    """The files of Python, and the notebooks, that are meant by files and folders; each of them once.

    In a folder, virtual environments, hidden entries and links to folders are passed over; a file that is named is taken as it is.

    :param given: Files and folders.
    :param failed: Told of each folder that cannot be read.
    :raises FileNotFoundError: One of them is not there.
    """
    seen: set[Path] = set()
    for path in given:
        if not path.exists():
            raise FileNotFoundError(f"there is no file or folder {str(path)!r}")
        below = (file for file in _files_below(path, failed) if file.suffix in _SUFFIXES) if path.is_dir() else [path]
        for found in below:
            real = found.resolve()
            if real not in seen:
                seen.add(real)
                yield found


def hints(given: Iterable[Path], failed: Callable[[OSError], None]) -> Iterator[tuple[Path, int, str]]:
    """Where files of requirements name the older packages: file, line, and the package.

    :param given: Files and folders; for a file, what lies beside it is looked at.
    :param failed: Told of each file that cannot be read.
    """
    seen: set[Path] = set()
    for path in given:
        for file in _files_below(path, lambda _: None) if path.is_dir() else sorted(path.parent.glob("*")):
            if not _REQUIREMENTS.fullmatch(file.name) or not file.is_file() or file.resolve() in seen:
                continue
            seen.add(file.resolve())
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                failed(error)
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if named := _DISTRIBUTION.match(line):
                    yield file, number, named["name"].lower().replace("_", "-")


def _files_below(folder: Path, failed: Callable[[OSError], None]) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, onerror=failed):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if not _passed_over(here / name))
        yield from (here / name for name in sorted(files) if not name.startswith("."))


def _passed_over(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _SKIPPED:
        return True
    return any((folder / mark).exists() for mark in _ENVIRONMENT)


def read_source(path: Path) -> Source:
    """Read a file of Python in the encoding that it declares.

    :param path: The file.
    :return: Its text.
    :raises OSError: It cannot be read.
    :raises SyntaxError: It is no text in that encoding.
    """
    data = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SyntaxError(f"it is no text in {encoding}: {error.reason} at byte {error.start}") from None
    if "\0" in text:
        raise SyntaxError("it has a NUL character, so it is no Python")
    return Source(path, text, encoding)


def write_source(source: Source, text: str) -> None:
    """Put another text into a file, all at once: its mode and encoding stay, and a link goes on leading to it.

    :param source: The file as it was read.
    :param text: Its new text.
    :raises OSError: It cannot be written; then it is as it was.
    """
    target = source.path.resolve()
    if not os.access(target, os.W_OK):
        raise PermissionError(f"{str(target)!r} is not to be written to")
    data = codecs.encode(text, source.encoding)
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.part")
    mode = target.stat().st_mode
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
