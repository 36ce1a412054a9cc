"""CSV and JSON, rewritten so that a piece of them says what its values are. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from agentkit.local.search.readers.extracted import Extracted

__all__ = ["csv_text", "json_text"]

_DELIMITERS = ",;\t|"
_SAMPLE = 16_384
_LONGEST_CELL = 10_000_000
_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*%?")


def csv_text(text: str) -> Extracted:
    """One line for each row, each value behind its column's name: ``Name: Ada; Year: 1815``. The names are the heading.

    :raises ValueError: A quotation mark is never closed around more than a cell may hold.
    """
    rows = [[cell.strip() for cell in row] for row in _rows(text)]
    rows = [row for row in rows if any(row)]
    if not rows:
        return Extracted("")
    header, *body = rows
    if not body or not all(header) or any(_NUMBER.fullmatch(cell) for cell in header):
        return Extracted("\n".join("; ".join(row) for row in rows))
    return Extracted("\n".join(_named(header, row) for row in body), (" ".join(header),))


def json_text(text: str) -> Extracted:
    """One line for each value, behind the way to it: ``people.0.name: Ada``. A file of one JSON document a line is read as their list.

    :raises ValueError: It is no JSON; the text says where.
    """
    try:
        return Extracted("\n".join(_flat(_parsed(text))))
    except RecursionError:
        raise ValueError("its JSON is nested too deeply.") from None


def _rows(text: str) -> Iterator[list[str]]:
    try:
        delimiter = csv.Sniffer().sniff(text[:_SAMPLE], _DELIMITERS).delimiter
    except csv.Error:
        delimiter = max(_DELIMITERS, key=text[:_SAMPLE].count)
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise ValueError(f"its CSV is broken: {error}.") from error
    finally:
        csv.field_size_limit(limit)


def _named(header: list[str], row: list[str]) -> str:
    named = [f"{name}: {cell}" for name, cell in zip(header, row, strict=False) if cell]
    return "; ".join([*named, *(cell for cell in row[len(header) :] if cell)])


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise ValueError(f"its JSON is broken: {error}.") from None
    # One document has ended and another follows: one a line, or the file is broken.
    documents = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            documents += [json.loads(line)] if line.strip() else []
        except json.JSONDecodeError as error:
            raise ValueError(f"its JSON is broken in line {number}: {error}.") from None
    return documents


def _flat(value: Any, way: str = "") -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _flat(item, f"{way}.{key}" if way else str(key))
    elif isinstance(value, str):
        yield f"{way}: {value}" if way else value
    else:
        shown = json.dumps(value)
        yield f"{way}: {shown}" if way else shown
