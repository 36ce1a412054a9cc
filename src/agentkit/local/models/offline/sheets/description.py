"""Reads back what the describing program printed of the files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

__all__ = ["Column", "Sheet", "Unclear", "read_description"]

_CODE = re.compile(r"(?:^|[\s_-])(?:id|ids|code|codes|no|nr|number|zip|postcode|phone|isin|key|index)$", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One column: its place, its header, and what its cells hold.

    ``decimal`` is the decimal mark of its numbers and ``assumed`` a number whose reading nothing in the file proves; ``values``
    are some of its distinct texts, all of them where there are few; ``named`` are those that the question names; ``units`` has a
    cell of each unit where the numbers are not of one kind.
    """

    at: int
    header: str
    type: str
    distinct: int = 0
    empty: int = 0
    rows: int = 0
    decimal: str = "."
    unit: str = ""
    assumed: str = ""
    negative: bool = False
    mixed: bool = False
    unread: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        """Whether the column numbers things rather than measuring them."""
        return bool(_CODE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.header)))

    @property
    def words(self) -> str:
        """The header as people write it: ``operating profit``."""
        return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.header).replace("_", " ").split())


@dataclass(frozen=True)
class Sheet:
    """One CSV file: how it is written, and its columns; a ``headless`` one has no headers, ``odd`` rows have more or fewer cells than the first one.

    ``no_text`` says why a file cannot be read as text.
    """

    name: str
    rows: int = 0
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    headless: bool = False
    odd: int = 0
    wide: bool = False
    no_text: str = ""
    columns: tuple[Column, ...] = field(default=())

    def of_type(self, kind: str) -> list[Column]:
        """The columns that hold ``number`` or ``text``."""
        return [column for column in self.columns if column.type == kind]


@dataclass(frozen=True)
class Unclear:
    """Why a question cannot be answered from a sheet; ``known`` says how many of its words the sheet knows."""

    why: str
    known: int = 0


def read_description(output: str) -> list[Sheet]:
    """The sheets that the program described.

    :param output: All that it printed.
    :raises ValueError: It is no description, or an incomplete one.
    """
    found: list[tuple[dict[str, object], list[Column]]] = []
    for line in filter(str.strip, output.splitlines()):
        facts = json.loads(line)
        if "file" in facts:
            found.append((facts, []))
        elif found and "column" in facts:
            found[-1][1].append(_column(len(found[-1][1]), facts))
        else:
            raise ValueError(f"a line of the description is neither of a file nor of a column: {line[:80]}")
    return [_sheet(facts, columns) for facts, columns in found]


def _sheet(facts: dict[str, object], columns: Sequence[Column]) -> Sheet:
    known = {key: facts[key] for key in ("rows", "encoding", "delimiter", "headless", "odd", "wide", "no_text") if key in facts}
    placed = tuple(replace(column, rows=facts.get("rows", 0)) for column in columns)  # type: ignore[arg-type]
    return Sheet(name=str(facts["file"]), columns=placed, **known)  # type: ignore[arg-type]


def _column(at: int, facts: dict[str, object]) -> Column:
    names = (
        "type",
        "distinct",
        "empty",
        "decimal",
        "unit",
        "assumed",
        "negative",
        "mixed",
        "unread",
        "units",
        "values",
        "named",
    )
    known = {key: tuple(value) if isinstance(value := facts[key], list) else value for key in names if key in facts}
    return Column(at=at, header=str(facts["column"]), **known)  # type: ignore[arg-type]
