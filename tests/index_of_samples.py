"""What samples/README.md says of the samples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["INDEX", "Row", "read_index", "row"]

INDEX = Path(__file__).resolve().parent.parent / "samples" / "README.md"

_ROW = re.compile(r"^\| (\d\d) \| (.*?) \| .*? \| (.*?) \| (.*?) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """What the index says under a number: the samples, the extras that they need, and the variables that they take."""

    names: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


def read_index() -> dict[str, Row]:
    """The rows of the index by number."""
    return {
        number: Row(
            tuple(re.findall(r"\]\((\w+\.py)\)", links)),
            tuple(re.findall(r"`(\w+)`", extras)),
            tuple(re.findall(r"`([A-Z_]+)`", variables)),
        )
        for number, links, extras, variables in _ROW.findall(INDEX.read_text(encoding="utf-8"))
    }


def row(path: Path) -> Row:
    """What the index says of a sample; nothing where it does not have it."""
    return read_index().get(path.name[:2], Row())
