"""Describe CSV files: for each one line of JSON, and one more for each of its columns."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

FILES: list[str] = []
QUESTION: str = ""  # values that it names are looked for in the columns

FOLDER = Path("/mnt/data")
EMPTY = {"", "-", "–", "—", "--", "n/a", "na", "nan", "null", "none"}
GROUP_MARK = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
PLAIN = re.compile(r"-?[\d.,]+")
UNIT = re.compile(r"\s*(?:%|(?:US)?[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR)\b|(?<!\w)Rs\.?(?!\w))\s*")
ONE_UNIT = {"US$": "$", "USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "Rs": "₹", "Rs.": "₹"}
BRACKETED = re.compile(r"\((.+)\)|(.+)-")  # accountants write losses as (3) or 3-
NUMBER = {
    ".": re.compile(r"[-+]?(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)?(?:(?<=\d)\.|\.\d+)?(?:[eE][-+]?\d{1,3})?"),
    ",": re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{2,3})*\.\d{3}|\d+)?(?:(?<=\d),|,\d+)?(?:[eE][-+]?\d{1,3})?"),
}
YEAR = re.compile(r"(?:19|20)\d\d")
MOST_VALUES, LONGEST_VALUE = 40, 60


@lru_cache(maxsize=256)
def words(text: str) -> str:
    """The words of a text in one spelling: no case, no accents, single blanks between them and around them."""
    plain = unicodedata.normalize("NFKD", text.replace("_", " ")).casefold()
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    found = re.findall(r"[^\W_]+", letters)
    return f" {' '.join(found)} "


def is_named(value: str, question: str) -> bool:
    """Whether a question names a value; a short one such as IT has to stand there as it is written."""
    if not value.strip() or not words(value).strip():
        return False
    if any(unicodedata.east_asian_width(character) in "WF" for character in value):
        return value in question
    if len(value) <= 3:
        return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", question) is not None and not value.islower()
    return words(value) in words(question)


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file, and the encoding that it is in.

    :raises ValueError: It is no text.
    """
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise ValueError(f"it begins as UTF-16 does, and then has bytes that are none ({error.reason})") from error
    if b"\0" in raw:
        raise ValueError("it has zero bytes, as pictures, archives and workbooks have them")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"


def read_rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows that are not blank, each cell on one line."""
    cells = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows = ([" ".join(cell.split()) for cell in row] for row in cells)
    return [row for row in rows if any(row)]


def delimiter_of(text: str) -> str:
    """The delimiter that gives the most rows as many cells as the first one has; of two as good, that with more cells."""

    def fit(mark: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
        widths = [len(row) for row in itertools.islice(filter(None, reader), 200)]
        first = widths[0] if widths else 0
        return (widths.count(first) / len(widths) if first > 1 else 0.0), first

    return max(",;\t|", key=fit)


def bare(cell: str) -> str:
    """A cell's number without group blanks, apostrophes, currency and percent sign; what it is can still be seen by its marks."""
    if PLAIN.fullmatch(cell):
        return cell
    text = UNIT.sub("", GROUP_MARK.sub("", cell.replace("−", "-")))
    match = BRACKETED.fullmatch(text)
    return f"-{match[1] or match[2]}" if match else text


def is_number(cell: str, mark: str) -> bool:
    """Whether a bare cell is a number with this decimal mark."""
    return bool(NUMBER[mark].fullmatch(cell)) and any(map(str.isdigit, cell))


def proofs(cells: list[str]) -> set[str]:
    """The decimal marks that bare cells prove; 1.234 and 1,234 prove none."""
    found = set()
    for cell in cells:
        marks = re.sub(r"[^.,]", "", cell)
        if len(set(marks)) == 2:
            found.add(marks[-1])
        elif len(marks) > 1:
            found.add("," if marks[0] == "." else ".")
        elif marks and not re.fullmatch(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", cell):
            found.add(marks)
    return found


class Column:
    """The cells of a column: how often each occurs, and each that holds a number without its unit."""

    def __init__(self, header: str, cells: list[str]) -> None:
        self.header = header
        self.counts: Counter[str] = Counter(cell for cell in cells if cell.lower() not in EMPTY)
        self.filled: int = sum(self.counts.values())
        self.empty: int = len(cells) - self.filled
        self.numbers: dict[str, str] = {cell: bare(cell) for cell in self.counts}
        self.marks: set[str] = proofs(
            [number for number in self.numbers.values() if is_number(number, ".") or is_number(number, ",")]
        )


def mixed_units(column: Column) -> list[str]:
    """A cell of each unit, where the column's numbers are not of one kind: shares among plain numbers, or several currencies."""
    examples: dict[str, str] = {}
    for cell, number in column.numbers.items():
        unit = "".join(UNIT.findall(cell)).strip()
        if unit or any(mark in "123456789" for mark in number):  # a zero is zero in any unit
            examples.setdefault(ONE_UNIT.get(unit, unit), cell)
    named = [unit for unit in examples if unit]
    return list(examples.values()) if len(named) > 1 or ("%" in named and "" in examples) else []


def describe_column(column: Column, file_marks: set[str], usual: str) -> dict[str, object]:
    """What a column holds: numbers and how they are written, or text and which values the question names.

    :param file_marks: The decimal marks that the whole file proves.
    :param usual: The decimal mark to take where nothing proves one.
    """
    known: dict[str, object] = {"column": column.header, "empty": column.empty, "distinct": len(column.counts)}
    proven = column.marks or file_marks
    mark = next(iter(proven)) if len(proven) == 1 else usual
    unread = [cell for cell, number in column.numbers.items() if not is_number(number, mark)]
    code = any(re.match(r"0\d", number) for number in column.numbers.values())
    year = all(map(YEAR.fullmatch, column.counts)) and re.search(
        r"year|jahr|ann[oé]e?|año|period", column.header, re.IGNORECASE
    )
    if column.filled and sum(column.counts[cell] for cell in unread) <= column.filled // 5 and not code and not year:
        units = {"".join(UNIT.findall(cell)).strip() for cell in column.counts}
        known |= {"type": "number", "decimal": mark, "unit": units.pop() if len(units) == 1 else ""}
        if not proven:
            known["assumed"] = next((cell for cell, number in column.numbers.items() if re.search("[.,]", number)), "")
        known["negative"] = any(number.startswith("-") for number in column.numbers.values())
        known["unread"] = unread[:3]
        known["units"] = mixed_units(column)[:3]
        return known
    known["type"] = "text" if column.filled else "empty"
    if len(column.marks) > 1 and all(is_number(number, ".") or is_number(number, ",") for number in column.numbers.values()):
        known["mixed"] = True
    short = [value for value in column.counts if len(value) <= LONGEST_VALUE]
    known["values"] = short if len(column.counts) <= MOST_VALUES else short[:5]
    known["named"] = [value for value in column.counts if is_named(value, QUESTION)][:MOST_VALUES]
    return known


def headers_of(first: list[str]) -> list[str]:
    """The headers of a row, each different, none empty."""
    headers: list[str] = []
    for number, cell in enumerate(first, 1):
        header, again = cell or f"column {number}", 1
        while header in headers:
            again += 1
            header = f"{cell or f'column {number}'} ({again})"
        headers.append(header)
    return headers


def describe(name: str, text: str, encoding: str) -> list[dict[str, object]]:
    """The description of a file, and then of each of its columns."""
    text = text.replace("\0", "")  # which csv refuses before Python 3.11
    delimiter = delimiter_of(text)
    rows = read_rows(text, delimiter)
    if not rows:
        return [{"file": name, "rows": 0, "columns": 0}]
    headless = all(any(is_number(bare(cell), mark) for mark in ".,") for cell in rows[0] if cell) and len(rows) > 1
    headers = headers_of([""] * len(rows[0]) if headless else rows[0])
    body = rows if headless else rows[1:]
    columns = [Column(header, [row[at] if at < len(row) else "" for row in body]) for at, header in enumerate(headers)]
    marks = set().union(*(column.marks for column in columns))
    usual = "," if delimiter == ";" else "."
    facts: dict[str, object] = {"file": name, "encoding": encoding, "delimiter": delimiter, "rows": len(body)}
    facts |= {"columns": len(headers), "headless": headless, "odd": sum(len(row) != len(headers) for row in body)}
    facts["wide"] = any(unicodedata.east_asian_width(character) in "WF" for character in set(text))
    return [facts, *(describe_column(column, marks, usual) for column in columns)]


def main() -> None:
    csv.field_size_limit(2**31 - 1)
    for name in FILES:
        try:
            lines = describe(name, *read_text(FOLDER / name))
        except ValueError as error:
            lines = [{"file": name, "no_text": str(error)}]
        for line in lines:
            print(json.dumps({key: value for key, value in line.items() if value or key == "rows"}, ensure_ascii=False))


if __name__ == "__main__":
    main()
