"""Reads a table out of a message: Markdown rows, or lines with the same separator in each."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .quantities import Quantity, find_amounts, read_unit

__all__ = ["Table", "lists_problem", "read_cell", "read_table"]

_RULE = re.compile(r"^[\s|:+=-]*-[\s|:+=-]*$")
_LABEL_NAMES, _VALUE_NAMES = r"\b(?:labels?|categories|names|x)\s*[:=]\s*", r"\b(?:values?|numbers?|amounts?|y)\s*[:=]\s*"
_LABEL_LIST = re.compile(
    rf"{_LABEL_NAMES}(?P<list>[^\n;:=]+?)(?=[.,]?\s*(?:and\s+)?{_VALUE_NAMES}|\.(?:\s|$)|[\n;]|$)", re.IGNORECASE
)
_VALUE_LIST = re.compile(rf"{_VALUE_NAMES}(?P<list>[^\n;:=]+?)(?=\.(?:\s|$)|[\n;]|$)", re.IGNORECASE)
_LIST_BREAK = re.compile(r",\s+(?:and\s+)?|\s+and\s+|,(?=\D)")
_TIGHT = re.compile(r"[^\s,]+(?:,[^\s,]+)+")
_ONE_NUMBER = re.compile(r"\d{1,3},\d{3}|\d{1,2}(?:,\d{3})+")
_GROUPED = re.compile(r"(?<![\d\"])\d{1,3}(?:,\d{3})+(?!\d)")
_SEPARATORS = ("|", "\t", ";", ",", "  ")


@dataclass(frozen=True)
class Table:
    """The labels and quantities of a table's first number column, and the headings over the two."""

    rows: tuple[tuple[str, Quantity], ...]
    label_heading: str = ""
    value_heading: str = ""
    notes: tuple[str, ...] = ()


def read_table(text: str) -> Table | None:
    """The first table of a message, or ``None`` when there is none of two rows or more."""
    lists = _read_lists(text)
    if lists is not None:
        return lists
    lines = text.split("\n")
    for separator in _SEPARATORS:
        block: list[list[str]] = []
        for line in [*lines, ""]:
            cells = _cells(line, separator)
            if _RULE.match(line) and block:
                continue
            if cells and (not block or len(cells) == len(block[0])):
                block.append(cells)
                continue
            table = _read_block(block)
            if table is not None:
                return table
            block = [cells] if cells else []
    return None


def lists_problem(text: str) -> str:
    """Why a list of labels and a list of values do not go together; empty where they do, or are not there.

    :param text: A cleaned message.
    """
    lists = _lists(text)
    if lists is None or len(lists[0]) == len(lists[1]):
        return ""
    return (
        f"the list of labels has {len(lists[0])} and the list of values {len(lists[1])}, so I cannot tell which belong together"
    )


def _read_lists(text: str) -> Table | None:
    """Read "Labels: A, B, C. Values: 1, 2, 3" where both lists have the same length."""
    lists = _lists(text)
    if lists is None or len(lists[0]) != len(lists[1]) or len(lists[0]) < 2:
        return None
    names, quantities = lists
    return Table(tuple(zip(names, quantities, strict=True)))


def _lists(text: str) -> tuple[list[str], list[Quantity]] | None:
    """A list of labels and a list of values that a message names as such; None where it has not got both."""
    labels, values = _LABEL_LIST.search(text), _VALUE_LIST.search(text)
    if labels is None or values is None:
        return None
    names = [name.strip("\"'") for name in _entries(labels["list"])]
    cells = [read_cell(cell) for cell in _entries(values["list"])]
    quantities = [cell for cell in cells if cell is not None]
    return (names, quantities) if len(quantities) == len(cells) else None


def _entries(listed: str) -> list[str]:
    """The entries of a list; "1,2,3" has three, "1,200" is one number."""
    listed = listed.strip().rstrip(",")
    if _TIGHT.fullmatch(listed) and not _ONE_NUMBER.fullmatch(listed):
        return listed.split(",")
    return [entry.strip() for entry in _LIST_BREAK.split(listed) if entry.strip()]


def _cells(line: str, separator: str) -> list[str]:
    line = line.strip().replace("\0", "")  # which csv refuses before Python 3.11
    if separator == "," and _GROUPED.search(line):  # commas inside numbers separate nothing
        return []
    if separator == "|":
        line = line.strip("|")
    if separator == "  ":
        cells = re.split(r"\s{2,}", line)
    else:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return [cell.strip() for cell in cells] if len(cells) > 1 and all(cell.strip() for cell in cells) else []


def _read_block(block: Sequence[Sequence[str]]) -> Table | None:
    """Read rows of equal length: a first row without numbers is the heading, the first column the labels."""
    if len(block) < 2:
        return None
    columns = range(1, len(block[0]))
    body_of = {column: [read_cell(row[column]) for row in block[1:]] for column in columns}
    column = next((column for column in columns if all(body_of[column])), None)
    if column is None:
        return None
    first = read_cell(block[0][column])
    quantities = [quantity for quantity in (first, *body_of[column]) if quantity is not None]
    labels = [row[0] for row in (block if first else block[1:])]
    if len(labels) < 2 or any(re.search(r"[:=]\s*\S*\d$", label) for label in labels):
        return None
    heading = ("", "") if first else (block[0][0], block[0][column])
    others = sum(all(body_of[other]) for other in columns) - 1
    which = f'"{heading[1]}"' if heading[1] else "the first"
    notes = (f"The table has {others + 1} columns of numbers; only {which} is drawn.",) if others else ()
    return Table(tuple(zip(labels, quantities, strict=True)), *heading, notes)


def read_cell(cell: str) -> Quantity | None:
    """The quantity that fills a cell: ``12``, ``$1.2 million``, ``(3)`` for minus three, ``-4 %``."""
    inner = re.fullmatch(r"(?P<sign>[-−]?\s*)(?P<currency>\D{0,3})\((?P<inner>[^()]*)\)(?P<rest>.*)", cell)
    if inner is not None:
        quantity = read_cell(f"{inner['currency']}{inner['inner']}{inner['rest']}")
        return quantity.negated() if quantity is not None else None
    amount = next(find_amounts(cell), None)
    if amount is None or cell[: amount.start].strip():
        return None
    unit, rest = read_unit(cell[amount.end :])
    if rest.strip():
        return None
    return Quantity(amount.quantity.literal, amount.quantity.scale, amount.quantity.unit or unit)
