"""Questions about uploaded CSV files: the code really runs, and its numbers equal those that the csv module gives here."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from offline_talk import picture_size, request, talk

from agentkit.local.models.base import ToolResult
from agentkit.local.models.offline import OfflineModel

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "data" / "nifty_500_quarterly_results.csv"
PROMPT = (
    "Could you please create bar chart in the TRANSPORTATION sector for the operating profit from the uploaded csv file and "
    "provide file to me?"
)
SALES = (
    "Produkt;Betriebsergebnis (EUR);Abteilung;Umsatz\r\n"
    '"Tisch; groß";1.234,50;Möbel;10.000,00\r\n'
    "Stuhl;(12,25);Möbel;2.345,10\r\n"
    '"Lampe\nmit Fuß";7.000,75;Licht;12.345.678,90\r\n'
    "Regal;−3,00;Möbel;-\r\n"
    "Kerze;;Licht;5,00\r\n"
)


def point(cell: str) -> Decimal:
    return Decimal(cell.replace(",", ""))


def comma(cell: str) -> Decimal:
    negative = cell.startswith(("(", "−"))
    number = Decimal(cell.strip("()−").replace(".", "").replace(",", "."))
    return -number if negative else number


def column(
    content: str, delimiter: str, value: str, where: tuple[str, str] | None, read: Callable[[str], Decimal]
) -> list[Decimal]:
    """The numbers of a column, by the csv module alone."""
    rows = csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter)
    wanted = [row for row in rows if where is None or row[where[0]] == where[1]]
    return [read(row[value]) for row in wanted if row[value] not in ("", "-")]


@pytest.mark.parametrize(
    ("prompt", "value", "sector", "file"),
    [
        (PROMPT, "operating_profit", "TRANSPORTATION", "operating_profit_transportation_bar_chart.png"),
        ("Please plot the Net Profits of the Metals & Mining sector as horizontal bars", "net_profit", "METALS & MINING",
         "net_profit_metals_mining_horizontal_bar_chart.png"),
        ("I want a line chart of profit before tax, sector ENERGY", "profit_before_tax", "ENERGY",
         "profit_before_tax_energy_line_chart.png"),
    ],
)  # fmt: skip
def test_a_chart_of_one_sector(prompt: str, value: str, sector: str, file: str, tmp_path: Path) -> None:
    done = talk(prompt, files={SAMPLE.name: SAMPLE.read_bytes()}, folder=tmp_path)
    expected = column(SAMPLE.read_text(), ",", value, ("sector", sector), point)
    assert len(expected) >= 7
    sums = {label: Decimal(number) for label, number in done.numbers.items()}
    assert sums.pop("Sum") == sum(expected)
    assert sorted(sums.values()) == sorted(expected)
    assert list(done.files) == [file]
    assert done.shown == 1
    assert min(picture_size(done.files[file])) > 600
    assert f"(sandbox:/mnt/data/{file})" in done.text
    assert f"**Sum: {sum(expected)}**" in done.text
    assert all(f"- {label}: " in done.text for label in sums)
    assert "not a language model" in done.text


@pytest.mark.parametrize(
    ("question", "value", "sector", "made"),
    [
        ("What is the total revenue in the uploaded csv?", "revenue", None, {"Sum": sum}),
        ("What are the lowest and the highest EPS in the healthcare sector?", "EPS", "HEALTHCARE", {"Minimum": min, "Maximum": max}),
        ("Average tax of the FINANCIAL SERVICES sector?", "tax", "FINANCIAL SERVICES",
         {"Average": lambda numbers: round(sum(numbers) / len(numbers), 4)}),
        ("Sum the profit TTM of all companies", "profit_TTM", None, {"Sum": sum}),
    ],
)  # fmt: skip
def test_numbers_of_a_column(
    question: str, value: str, sector: str | None, made: dict[str, Callable[[list[Decimal]], Decimal]], tmp_path: Path
) -> None:
    done = talk(question, files={SAMPLE.name: SAMPLE.read_bytes()}, folder=tmp_path)
    numbers = column(SAMPLE.read_text(), ",", value, ("sector", sector) if sector else None, point)
    for name, function in made.items():
        assert Decimal(done.numbers[name]) == function(numbers)
        assert f"{name}: {done.numbers[name]}" in done.text
    assert not done.files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_other_names_separators_and_marks(encoding: str, tmp_path: Path) -> None:
    content = SALES.replace("−", "-") if encoding == "latin-1" else SALES
    done = talk(
        "Sum of the Betriebsergebnis in the csv for Möbel?", files={"umsatz.csv": content.encode(encoding)}, folder=tmp_path
    )
    expected = column(SALES, ";", "Betriebsergebnis (EUR)", ("Abteilung", "Möbel"), comma)
    assert len(expected) == 3
    assert done.numbers == {"Tisch; groß": "1234.50", "Stuhl": "-12.25", "Regal": "-3.00", "Sum": str(sum(expected))}


def test_a_file_with_other_names_is_drawn(tmp_path: Path) -> None:
    done = talk("Draw the Betriebsergebnis as bars", files={"umsatz.csv": SALES.encode()}, folder=tmp_path)
    expected = column(SALES, ";", "Betriebsergebnis (EUR)", None, comma)
    assert Decimal(done.numbers["Sum"]) == sum(expected)
    assert done.numbers["Lampe mit Fuß"] == "7000.75"
    assert list(done.files) == ["betriebsergebnis_eur_bar_chart.png"]
    assert "Note: 1 of 5 rows have no number there: Kerze" in done.text


@pytest.mark.parametrize(
    ("delimiter", "cells", "total"),
    [
        (",", ['"1,234.5"', '"12,345,678.25"', "-7"], "12346905.75"),
        (";", ["1.234,5", "2.000", "0,25"], "3234.75"),
        ("\t", ["1 234,5", "12\u202f345,25", "(4,75)"], "13575.00"),
        ("|", ["1'234.5", "2’000", "-0.5"], "3234.0"),
        (",", ["12%", "3.5 %", "-1%"], "14.5"),
        (",", ["$3.50", "-$1.25", "($0.25)"], "2.00"),
        (",", ['"1,23,456.00"', '"99,999.00"', "5-"], "223450.00"),
        (";", ["1,5e3", "2", "- "], "1502"),
        (",", ["0.1", "0.2", "12345678901234567.3"], "12345678901234567.6"),
    ],
)
def test_ways_to_write_numbers(delimiter: str, cells: list[str], total: str, tmp_path: Path) -> None:
    rows = [f"{label}{delimiter}{cell}" for label, cell in zip(("Oslo", "Rome", "Bonn"), cells, strict=True)]
    content = "\n".join([f"city{delimiter}amount", *rows, ""])
    done = talk("total amount in the csv", files={"a.csv": content.encode()}, folder=tmp_path)
    assert Decimal(done.numbers["Sum"]) == Decimal(total)


def test_more_than_25_bars_are_cut_and_said(tmp_path: Path) -> None:
    content = "item,units sold\n" + "".join(f"item {number},{number}\n" for number in range(1, 41))
    done = talk("Bar chart of the units sold", files={"items.csv": content.encode()}, folder=tmp_path)
    assert [label for label in done.numbers if label != "Sum"] == [f"item {number}" for number in range(40, 15, -1)]
    assert done.numbers["Sum"] == str(sum(range(41)))
    assert "Note: only the 25 largest of 40 are drawn; the sum is that of all." in done.text


def test_rows_of_one_group_are_added(tmp_path: Path) -> None:
    done = talk("Pie chart of revenue by sector", files={SAMPLE.name: SAMPLE.read_bytes()}, folder=tmp_path)
    assert len(done.numbers) == 9
    energy = column(SAMPLE.read_text(), ",", "revenue", ("sector", "ENERGY"), point)
    assert Decimal(done.numbers["ENERGY"]) == sum(energy)
    assert list(done.files) == ["revenue_by_sector_pie_chart.png"]


def test_a_question_goes_on_from_the_one_before(tmp_path: Path) -> None:
    sample = {SAMPLE.name: SAMPLE.read_bytes()}
    done = talk(PROMPT, "And the average net profit there?", files=sample, folder=tmp_path)
    numbers = column(SAMPLE.read_text(), ",", "net_profit", ("sector", "TRANSPORTATION"), point)
    assert Decimal(done.numbers["Average"]) == round(sum(numbers) / len(numbers), 4)
    assert "where sector is TRANSPORTATION" in done.text
    other = talk("Sum of the EPS in the ENERGY sector", "And in HEALTHCARE?", files=sample, folder=tmp_path)
    assert Decimal(other.numbers["Sum"]) == sum(column(SAMPLE.read_text(), ",", "EPS", ("sector", "HEALTHCARE"), point))


def test_another_kind_of_chart_of_the_same(tmp_path: Path) -> None:
    files = {"rain.csv": b"city,rain\nOslo,3\nRome,4\n"}
    done = talk("Pie chart of the rain in the csv", "Now as a line chart", files=files, folder=tmp_path)
    assert list(done.files) == ["rain_line_chart.png"]
    own = talk("Bar chart of snow: Oslo: 5, Rome: 1", "Now make it a pie chart", files=files, folder=tmp_path)
    assert own.numbers == {"Oslo": "5", "Rome": "1"}


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (
            "Bar chart of the profit from the csv",
            "Several columns of nifty_500_quarterly_results.csv fit your words: operating_profit, ",
        ),
        ("Bar chart of the headcount from the csv", "I found no column of nifty_500_quarterly_results.csv with numbers"),
        ("Chart of the operating profit in the BANKING sector", 'has no value "BANKING". It has: '),
        ("Sum of the revenue above 1000 in the csv", "not by comparing numbers"),
        ("Chart of the industry from the csv", 'The column "industry" of nifty_500_quarterly_results.csv holds no numbers'),
        ("Which columns are in the csv?", "- sector (text: "),
    ],
)
def test_what_cannot_be_reckoned_is_said_with_what_there_is(question: str, says: str, tmp_path: Path) -> None:
    done = talk(question, files={SAMPLE.name: SAMPLE.read_bytes()}, folder=tmp_path)
    assert len(done.calls) == 1
    assert says in done.text
    assert "operating_profit" in done.text or "sector" in done.text or "comparing" in done.text


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many companies of the ENERGY sector are in the csv?", "7"),
        ("How many rows does the csv have?", "60"),
        ("How many sectors are in the csv?", "8"),
    ],
)
def test_rows_are_counted(question: str, number: str, tmp_path: Path) -> None:
    done = talk(question, files={SAMPLE.name: SAMPLE.read_bytes()}, folder=tmp_path)
    assert done.numbers["Count"] == number
    assert f"**Count: {number}**" in done.text


@pytest.mark.parametrize("question", ["What is the weather?", "What is a pie chart?"])
def test_a_question_about_something_else_gets_what_the_file_has(question: str, tmp_path: Path) -> None:
    done = talk(question, files={SAMPLE.name: SAMPLE.read_bytes()}, folder=tmp_path)
    assert done.text.startswith(f"I found no column of {SAMPLE.name} with numbers in your message. Its columns are: name, ")


def test_the_file_with_the_column_is_found_among_several(tmp_path: Path) -> None:
    files = {"a.csv": b"city,rain\nOslo,3\nRome,4\n", "b.csv": b"city,snow\nOslo,5\nRome,1\n"}
    done = talk("Total rain in the csv files", files=files, folder=tmp_path)
    assert done.numbers["Sum"] == "7"
    assert "From a.csv" in done.text


def test_a_file_is_named_by_its_name_and_not_by_a_letter(tmp_path: Path) -> None:
    files = {"a.csv": b"city,rain\nOslo,3\n", "snow_2024.csv": b"city,rain\nOslo,5\n"}
    assert talk("Hello, have a good day", files=files, folder=tmp_path).calls == []
    done = talk("Rain of Oslo from snow 2024 please", files=files, folder=tmp_path)
    assert done.numbers["Oslo"] == "5"
    assert "snow_2024.csv" in done.calls[0].input
    assert "a.csv" not in done.calls[0].input


def test_a_description_that_was_cut_is_said_to_be_too_long() -> None:
    asked = request("Sum the rain in the csv", files=["rain.csv"])
    (call,) = OfflineModel().respond(asked).tool_calls
    cut = ToolResult(call, '{"file": "rain.csv", "rows": 2, "columns": 2}\n{"column": "ra')
    assert "too long for me" in OfflineModel().respond(dataclasses.replace(asked, results=[cut])).text


def test_no_file_is_said_with_how_to_give_one() -> None:
    done = talk(PROMPT)
    assert done.calls == []
    assert "No file reached the code interpreter of this run" in done.text
    assert "tool_resources" in done.text


def test_a_broken_file_is_told_and_not_invented(tmp_path: Path) -> None:
    done = talk("Sum the amount in the csv", files={"empty.csv": b""}, folder=tmp_path)
    assert done.text.startswith("There are no rows in empty.csv.")


def test_without_the_tool_it_says_so() -> None:
    turn = OfflineModel().respond(request(PROMPT, tools=(), files=[SAMPLE.name]))
    assert turn.tool_calls == ()
    assert "this agent has no code_interpreter tool" in turn.text
