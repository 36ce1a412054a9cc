"""``python -m codegen.names`` writes the tables of old names into the page on migration; ``--check`` says whether they are there.

They stand between marks, ``<!-- names: KIND -->`` and ``<!-- end -->``, and come from the table in ``agentkit/_history.py``.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from agentkit._history import Kind, Renamed, of_kind

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/migration.md"
SCRIPTS = "tests/migration/scripts"

_HEADS: dict[Kind, tuple[str, str]] = {
    "import": ("old import", "new import"),
    "class": ("name there", "name here"),
    "method": ("name there", "also called here"),
    "keyword": ("keyword there", "also called here"),
    "attribute": ("attribute there", "also called here"),
    "openai": ("`openai`: `client.`", "agentkit: `client.`"),
}


def filled(root: Path, page: str) -> str:
    """A page with its tables as they should be.

    :param root: The folder of the project.
    :param page: The page, with the marks.
    :return: The page with everything between the marks written anew.
    :raises ValueError: A mark is missing.
    """
    for kind in _HEADS:
        page = _between(page, f"names: {kind}", "\n".join(_table(kind)))
    return _between(page, "difference", "\n".join(_difference(root)))


def _between(page: str, mark: str, text: str) -> str:
    opening = f"<!-- {mark} -->\n"
    found = re.compile(f"{re.escape(opening)}.*?<!-- end -->\n", re.DOTALL)
    if not found.search(page):
        raise ValueError(f"the page has no {opening.strip()} with an <!-- end --> behind it")
    return found.sub(lambda _: f"{opening}\n{text}\n\n<!-- end -->\n", page, count=1)


def _table(kind: Kind) -> Iterator[str]:
    """The lines of the table of a kind."""
    entries = list(of_kind(kind))
    with_place = kind != "openai"
    with_notes = any(entry.note for entry in entries)
    heads = [*_HEADS[kind], *(["where"] if with_place else []), *(["what else"] if with_notes else [])]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for entry in entries:
        cells = [f"`{entry.old}`", f"`{entry.new}`" if entry.new else "", *([entry.where] if with_place else [])]
        yield _row([*cells, *([_said(entry)] if with_notes else [])])


def _said(entry: Renamed) -> str:
    works = "" if entry.works or entry.kind in ("import", "openai") else "the old name is not here"
    return "; ".join(part for part in (works, entry.note) if part)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _difference(root: Path) -> Iterator[str]:
    """The script for Assistants before and after it was rewritten by hand."""
    names = ("openai_threads.py", "openai_threads_migrated.py")
    before, after = ((root / SCRIPTS / name).read_text(encoding="utf-8").splitlines() for name in names)
    yield "```diff"
    yield from difflib.unified_diff([line for line in before if not line.startswith("# mypy")], after, *names, n=1, lineterm="")
    yield "```"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m codegen.names", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is not as it should be")
    check = parser.parse_args(arguments).check
    path = ROOT / PAGE
    page = path.read_text(encoding="utf-8")
    wanted = filled(ROOT, page)
    if check:
        print(f"{PAGE} is {'current' if wanted == page else 'not as it should be; run `python -m codegen.names`'}")
        return int(wanted != page)
    path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
