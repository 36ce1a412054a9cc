"""The rows of data that is to be evaluated: which file of the service an id means, and how many rows it has."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from agentkit.local.filetypes import extension

__all__ = ["DataError", "count_rows", "file_ids_in"]


class DataError(Exception):
    """The data cannot be evaluated; the text says why and what to give instead."""


def file_ids_in(dataset_id: str) -> list[str]:
    """What in the id of a dataset may be the id of a file: the whole, or a segment of it, the last ones first.

    Ids of assets are paths, such as ``azureml://locations/local/workspaces/local/data/FILE/versions/1``.
    """
    return [dataset_id, *reversed([part for part in re.split(r"[/:]+", dataset_id) if part])]


def count_rows(path: Path, filename: str) -> int:
    """The rows of a file: the objects of JSON lines, or the rows of a table below its header.

    :param path: Where the content lies.
    :param filename: The file's name, whose extension says what it is.
    :return: The rows; lines without anything on them are none.
    :raises DataError: It is neither, or a row of it cannot be read; the text names the row.
    """
    kind = extension(filename)
    counter = _COUNTERS.get(kind)
    if counter is None:
        raise DataError(
            f"the file '{filename}' is no data of rows: expected JSON lines (.jsonl) or a table with a header (.csv, .tsv)"
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = counter(lines)
    except FileNotFoundError:
        raise DataError(f"the content of the file '{filename}' is gone: upload it again") from None
    except UnicodeDecodeError as error:
        raise DataError(f"the file '{filename}' is not text in UTF-8 ({error.reason} at byte {error.start})") from error
    if rows == 0:
        raise DataError(f"the file '{filename}' has no rows")
    return rows


def _objects(lines: Iterator[str]) -> int:
    rows = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise DataError(f"line {number} is no JSON object; each line of JSON lines is one")
        rows += 1
    return rows


def _table(delimiter: str) -> Callable[[Iterator[str]], int]:
    def count(lines: Iterator[str]) -> int:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            return max(0, sum(1 for row in reader if any(cell.strip() for cell in row)) - 1)
        except csv.Error as error:
            raise DataError(f"line {reader.line_num} is no row of a table: {error}") from error

    return count


_COUNTERS: dict[str, Callable[[Iterator[str]], int]] = {
    ".csv": _table(","),
    ".jsonl": _objects,
    ".ndjson": _objects,
    ".tsv": _table("\t"),
}
