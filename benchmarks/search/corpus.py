"""``python benchmarks/search/corpus.py DIR`` fills DIR with the 1,000 documentation files that the search questions are about.

The files come from the source distributions of nine well-known packages at pinned versions. Nothing is built or installed, and
the result is the same byte for byte on every machine: a fingerprint over all names and contents is checked at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

# Package, version, and the folder of its source distribution that holds the documentation.
SOURCES = (
    ("celery", "5.4.0", "docs"),
    ("django", "5.1.4", "docs"),
    ("flask", "3.1.0", "docs"),
    ("mypy", "1.13.0", "docs/source"),
    ("pytest", "8.3.4", "doc/en"),
    ("scrapy", "2.12.0", "docs"),
    ("sphinx", "8.1.3", "doc"),
    ("sqlalchemy", "2.0.36", "doc/build"),
    ("twisted", "24.11.0", "docs"),
)
SUFFIXES = (".md", ".rst", ".txt")
FILES = 1_000
LEAST_CHARACTERS = 400
FINGERPRINT = "a96573327c582b8a0d4db95193bbf1e26a2b55ab5623e1f54d9ebfd2d1bc8fa3"

# Notes on one patch release are hundreds of near copies of a single list; those on feature releases stay.
PATCH_RELEASE = re.compile(r"\d+\.\d+\.\d+[^/]*$")


def download(target: Path) -> None:
    """Fetch the pinned source distributions into a folder with pip, without their dependencies.

    Parameters:
        target: An existing folder.

    Raises:
        subprocess.CalledProcessError: pip could not fetch one of them; its own words are on stderr.
    """
    names = ",".join(name for name, _, _ in SOURCES)
    pins = [f"{name}=={version}" for name, version, _ in SOURCES]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", names, "--dest", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, *pins], check=True)


def documents(archive: Path, name: str, folder: str) -> dict[str, bytes]:
    """Read the documentation files of one source distribution.

    Parameters:
        archive: A gzipped tar file with a single folder at its top.
        name: The package, which begins every file's flat name.
        folder: The documentation's folder below the top one.

    Returns:
        The contents by flat name, such as ``django__ref__models__fields.txt``.
    """
    with tarfile.open(archive) as tar, tempfile.TemporaryDirectory() as scratch:
        wanted = [member for member in tar if member.isfile() and _is_document(member.name, folder)]
        tar.extractall(scratch, members=wanted, filter="data")
        contents = {_flat_name(member.name, name, folder): (Path(scratch) / member.name).read_bytes() for member in wanted}
    return {flat: content for flat, content in contents.items() if len(content.decode("utf-8")) >= LEAST_CHARACTERS}


def _is_document(path: str, folder: str) -> bool:
    """Whether a member's path is that of prose: below the folder, in no hidden or private folder, and no patch release's notes."""
    below = path.partition("/")[2]
    if not below.startswith(f"{folder}/") or not below.endswith(SUFFIXES):
        return False
    return not PATCH_RELEASE.search(below) and not any(
        part.startswith(("_", ".")) for part in PurePosixPath(below).parent.parts
    )


def _flat_name(path: str, name: str, folder: str) -> str:
    below = path.partition("/")[2].removeprefix(f"{folder}/")
    return f"{name}__{below.replace('/', '__')}"


def fingerprint(files: dict[str, bytes]) -> str:
    """Hash all names and contents, in the names' order.

    Parameters:
        files: The contents by name.

    Returns:
        A SHA-256 in hexadecimal.
    """
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def collect() -> dict[str, bytes]:
    """Download the packages and choose the corpus: the first 1,000 documentation files in the order of their flat names.

    Returns:
        The contents by flat name.

    Raises:
        subprocess.CalledProcessError: pip could not fetch a package.
        RuntimeError: What was fetched is not what the questions were written for.
    """
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        download(Path(folder))
        for name, version, root in SOURCES:
            # A source distribution may spell its name with capitals.
            archives = [path for path in Path(folder).iterdir() if path.name.lower() == f"{name}-{version}.tar.gz"]
            if len(archives) != 1:
                raise RuntimeError(
                    f"pip fetched no {name}-{version}.tar.gz; run pip download {name}=={version} by hand to see why."
                )
            found |= documents(archives[0], name, root)
    files = {name: found[name] for name in sorted(found)[:FILES]}
    if fingerprint(files) != FINGERPRINT:
        raise RuntimeError(
            f"The {len(files)} files fetched are not the corpus of the questions (their fingerprint is {fingerprint(files)}, "
            f"not {FINGERPRINT}). Where SOURCES was changed on purpose, review questions.json and set FINGERPRINT."
        )
    return files


def fill(target: Path) -> int:
    """Put the corpus into a folder, which is made if need be. A folder that holds it already is left as it is.

    Parameters:
        target: A folder that is empty, absent, or holds the corpus.

    Returns:
        The number of files in the folder.

    Raises:
        FileExistsError: The folder holds anything else.
        NotADirectoryError: The path is a file.
        subprocess.CalledProcessError: pip could not fetch a package.
        RuntimeError: What was fetched is not what the questions were written for.
    """
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"{target} is a file; name a folder for the corpus.")
    present = sorted(target.iterdir()) if target.is_dir() else []
    if present:
        if all(path.is_file() for path in present):
            held = {path.name: path.read_bytes() for path in present}
            if fingerprint(held) == FINGERPRINT:
                return len(held)
        raise FileExistsError(f"{target} holds {len(present)} entries that are not the corpus; name an empty or new folder.")
    files = collect()
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    return len(files)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="corpus.py", description="Fill a folder with the 1,000 files of the search benchmark."
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="an empty or new folder")
    folder = parser.parse_args(arguments).folder
    try:
        count = fill(folder)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"The search corpus could not be made: {error}", file=sys.stderr)
        return 1
    print(f"{count} files in {folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
