"""Writes the Python code that answers a question from a CSV file."""

from __future__ import annotations

from dataclasses import replace

from ..source import literal, slug
from .description import Column, Sheet
from .plot import MOST_BARS, drawing
from .question import Question

__all__ = ["chart_file", "heading", "results", "write_analysis"]

_OF_GROUP = {
    "Sum": "sum(group)",
    "Average": "sum(group) / len(group)",
    "Median": "median(group)",
    "Minimum": "min(group)",
    "Maximum": "max(group)",
    "Count": "len(group)",
}
_MOST_LISTED, _MOST_SLICES = 25, 12
_NUMBER = r'''
def number(cell):
    """The number that a cell holds, exactly; None where it holds none."""
    text = re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))", "", cell.replace("−", "-"))  # 1 234 and 1'234
    text = re.sub(r"\s*(?:%|(?:US)?[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR)\b|(?<!\w)Rs\.?(?!\w))\s*", "", text)
    if match := re.fullmatch(r"\((.+)\)|(.+)-", text):  # losses as (3) or 3-
        text = f"-{match[1] or match[2]}"
    text = PLAIN
    return Decimal(text) if re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", text) else None
'''


def heading(question: Question) -> str:
    """What is shown, in words: ``operating profit by name, where sector is TRANSPORTATION``."""
    what = question.value.words if question.value is not None else "rows"
    if question.grouped:
        what = f"{question.group_operation.lower()} of {what}"
    by = f" by {question.label.words}" if question.label is not None and (question.value or question.grouped) else ""
    wheres = [f"{column.words} is {' or '.join(values)}" for column, values in question.filters]
    return what + by + (f", where {' and '.join(wheres)}" if wheres else "")


def _title(question: Question) -> str:
    """What stands over the chart: ``Operating profit, sector TRANSPORTATION``."""
    what = heading(replace(question, filters=())) if question.grouped else question.value.words if question.value else "rows"
    wheres = [f", {column.words} {' or '.join(values)}" for column, values in question.filters]
    return question.title or what[:1].upper() + what[1:] + "".join(wheres)


def results(question: Question) -> tuple[str, ...]:
    """What is made of all the numbers; the sum in any case, where adding them makes sense."""
    if question.value is None:
        return ("Count",)
    if question.grouped:
        return ("Sum",) if question.group_operation == "Sum" else ()
    return tuple(dict.fromkeys((*question.operations, "Sum")))


def chart_file(question: Question) -> str:
    """The name of the picture."""
    what = question.value.words if question.value is not None else "count"
    values = " ".join(value for _, some in question.filters for value in some[:2])
    by = f"by {question.label.words}" if question.grouped and question.label is not None else ""
    kind = {"barh": "horizontal bar chart", "scatter": "scatter plot"}.get(question.chart or "", f"{question.chart} chart")
    return f"{slug(f'{what} {values} {by}')[:40].strip('_') or 'values'}_{slug(kind)}.png"


def write_analysis(question: Question) -> str:
    """Code that reads the file, keeps the rows that are meant, prints ``Label: value`` lines and what is made of them.

    The numbers are exact decimals; the chart is drawn and saved where one is wanted.
    """
    lines = [*_imports(question), "", *_places(question), *_number(question), *_read(question), *_collect(question)]
    lines += _print(question)
    if question.chart is not None:
        lines += drawing(question, _title(question), chart_file(question))
    return "\n".join([*lines, ""])


def _imports(question: Question) -> list[str]:
    names = ["import csv"]
    if question.value is not None:
        names += ["import re", "from decimal import Decimal"]
    if "Median" in question.operations:
        names += ["from statistics import median"]
    return [*names, *(["", "import matplotlib.pyplot as plt"] if question.chart is not None else [])]


def _places(question: Question) -> list[str]:
    """Names for the places of the columns that are used: ``OPERATING_PROFIT = 7``."""
    used = [question.label, question.value, *(column for column, _ in question.filters)]
    columns = {column.at: column for column in used if column is not None}
    if not columns:
        return []
    names = ", ".join(_place(question.sheet, column) for column in columns.values())
    return [
        f"{names} = {', '.join(map(str, columns))}"
        + ("  # the columns' places" if len(columns) > 1 else "  # the column's place")
    ]


def _place(sheet: Sheet, column: Column) -> str:
    """A name for a column's place, that of no other column."""
    name = slug(column.words).upper()
    plain = name and not name[0].isdigit() and [slug(other.words).upper() for other in sheet.columns].count(name) == 1
    return name if plain else f"COLUMN_{column.at + 1}"


def _number(question: Question) -> list[str]:
    """The function that reads a cell, for the decimal mark of its column."""
    if question.value is None:
        return []
    plain = 'text.replace(",", "")' if question.value.decimal == "." else 'text.replace(".", "").replace(",", ".")'
    return ["", *_NUMBER.replace("PLAIN", plain).splitlines(), ""]


def _read(question: Question) -> list[str]:
    sheet = question.sheet
    lines = [
        "",
        f'with open({literal("/mnt/data/" + sheet.name)}, encoding={literal(sheet.encoding)}, newline="") as file:',
        f"    table = csv.reader(file, delimiter={literal(sheet.delimiter)}, skipinitialspace=True)",
        '    rows = [[" ".join(cell.split()) for cell in row] for row in table if any(map(str.strip, row))]',
    ]
    if not sheet.headless:
        lines += ["rows = rows[1:]  # without the header"]
    if sheet.odd:
        lines += [f'rows = [row + [""] * ({len(sheet.columns)} - len(row)) for row in rows]  # some rows are short']
    wheres = []
    for column, values in question.filters:
        folded = list(dict.fromkeys(value.casefold() for value in values))
        test = f"== {literal(folded[0])}" if len(folded) == 1 else f"in ({', '.join(map(literal, folded))})"
        wheres.append(f"row[{_place(sheet, column)}].casefold() {test}")
    return [*lines, f"chosen = [row for row in rows if {' and '.join(wheres)}]" if wheres else "chosen = rows"]


def _collect(question: Question) -> list[str]:
    """Lines that make ``groups``, the numbers by their labels, ``numbers``, all of them, and ``data``, what is shown."""
    label = f'row[{_place(question.sheet, question.label)}] or "(empty)"' if question.label is not None else 'f"row {place}"'
    loop = "for row in chosen:" if question.label is not None else "for place, row in enumerate(chosen, 1):"
    if question.value is None:
        lines = ["", "groups = {}", loop, f"    groups.setdefault({label}, []).append(row)"]
        return [*lines, *_data(question)] if question.grouped else []
    none = literal(f"No row has a number in {question.value.header}.")
    return [
        "",
        "groups, missing = {}, []",
        loop,
        f"    label = {label}",
        f"    value = number(row[{_place(question.sheet, question.value)}])",
        "    if value is None:",
        "        missing.append(label)",
        "    else:",
        "        groups.setdefault(label, []).append(value)",
        "numbers = [value for group in groups.values() for value in group]",
        "if missing:",
        "    print(f\"Note: {len(missing)} of {len(chosen)} rows have no number there: {', '.join(missing[:10])}\")",
        "if not numbers:",
        f"    print({none})",
        "    raise SystemExit",
        *_data(question),
    ]


def _data(question: Question) -> list[str]:
    """Lines that make one value of each group, and put them in order where an order is wanted."""
    made = _OF_GROUP[question.group_operation]
    lines = [f"data = {{label: {made} for label, group in groups.items()}}"]
    order = "" if question.ascending else ", reverse=True"
    ranked = f"data = dict(sorted(data.items(), key=lambda pair: pair[1]{order})"
    if question.top is not None:
        lines += [f"{ranked}[:{question.top}])"]
        return lines if question.grouped else [*lines, "numbers = list(data.values())"]
    if question.chart == "pie" and question.group_operation in ("Sum", "Count"):
        return [
            *lines,
            "ranked = sorted(data.items(), key=lambda pair: pair[1], reverse=True)",
            "data = dict(ranked)",
            f"if len(ranked) > {_MOST_SLICES}:",
            f"    rest = [value for _, value in ranked[{_MOST_SLICES - 1}:]]",
            f'    data = {{**dict(ranked[:{_MOST_SLICES - 1}]), f"{{len(rest)}} others": sum(rest)}}',
        ]
    if question.chart in ("bar", "barh", "pie"):
        summed = "; the sum is that of all" if "Sum" in results(question) else ""
        lines += [f"if len(data) > {MOST_BARS}:"]
        lines += [f'    print(f"Note: only the {MOST_BARS} largest of {{len(data)}} are drawn{summed}.")']
        lines += [f"    {ranked}[:{MOST_BARS}])"] if question.in_time else [f"{ranked}[:{MOST_BARS}])"]
    return lines


def _print(question: Question) -> list[str]:
    lines = ["", f"print({literal(heading(question))})", 'print(f"{len(chosen)} of {len(rows)} rows")']
    if question.value is not None or question.grouped:
        show = ["for label, value in data.items():", f'    print(f"{{label}}: {_shown("value", question.group_operation)}")']
        listing = question.chart is not None or question.grouped or not question.operations or question.top is not None
        lines += show if listing else [f"if len(data) <= {_MOST_LISTED}:", *(f"    {line}" for line in show)]
    for name in results(question):
        counted = "len(data)" if question.counts_labels else "len(chosen)"
        made = counted if question.value is None else _OF_GROUP[name].replace("group", "numbers")
        lines += [f'print(f"{name}: {_shown(made, name)}")']
        if name in ("Minimum", "Maximum") and question.label is not None:
            best = name[:3].lower()
            lines += [
                f"{best}imum = {best}(groups, key=lambda label: {best}(groups[label]))",
                f'print(f"{name} at: {{{best}imum}}")',
            ]
    return lines


def _shown(value: str, operation: str) -> str:
    """A number in an f-string: exact, but for averages."""
    return f"{{{value}{ {'Average': ':.4f', 'Count': ''}.get(operation, ':f') }}}"
