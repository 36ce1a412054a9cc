"""What the offline model reads out of a CSV file's description and a question, by tables; no code is run."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.local.models.offline.programs.describe_csv import describe, is_named, words
from agentkit.local.models.offline.sheets.analysis import write_analysis
from agentkit.local.models.offline.sheets.description import Sheet, Unclear, read_description
from agentkit.local.models.offline.sheets.question import Question, read_question

STAFF = (
    "Employee,Department,Country,hire year,BaseSalary,bonus_paid,Working Days,total\n"
    'Ann Lee,IT,US,2019,"51,000.50",1200,220,9\n'
    'Bo Kim,Human Resources,IN,2021,"48,200.00",,215,8\n'
    'Cy Roe,IT,IN,2020,"60,250.25",900,199,7\n'
    'Di Fox,Sales,US,2021,"39,999.00",450,230,6\n'
)


def sheet_of(content: str, question: str = "") -> Sheet:
    """The sheet as the describing program prints it for this question."""
    from agentkit.local.models.offline.programs import describe_csv

    describe_csv.QUESTION = question
    lines = describe("file.csv", content, "utf-8-sig")
    (sheet,) = read_description("\n".join(json.dumps(line) for line in lines))
    return sheet


def ask(question: str, content: str = STAFF) -> Question | Unclear:
    return read_question(sheet_of(content, question), question)


@pytest.mark.parametrize(
    ("question", "value", "label", "filters"),
    [
        ("total base salary", "BaseSalary", "Employee", {}),
        ("Sum of the Base-Salaries in IT", "BaseSalary", "Employee", {"Department": ("IT",)}),
        ("sum of BASE_SALARY, can it be done?", "BaseSalary", "Employee", {}),
        ("Show the bonuses paid in human resources and Sales", "bonus_paid", "Employee",
         {"Department": ("Human Resources", "Sales")}),
        ("chart of bonus_paid by department", "bonus_paid", "Department", {}),
        ("bar chart of the working day for each country", "Working Days", "Country", {}),
        ("average bonus paid of 2021", "bonus_paid", "Employee", {"hire year": ("2021",)}),
        ("base salary of Ann Lee and Di Fox", "BaseSalary", "Employee", {"Employee": ("Ann Lee", "Di Fox")}),
        ("total working days in the US", "Working Days", "Employee", {"Country": ("US",)}),
        ("sum of the total", "total", "Employee", {}),
        ("total bonus paid", "bonus_paid", "Employee", {}),
        ("plot the salary", "BaseSalary", "Employee", {}),
        ("sum of the bonus_paid in the Human department", "bonus_paid", "Employee", {"Department": ("Human Resources",)}),
        ("How many people are in IT?", None, "Employee", {"Department": ("IT",)}),
    ],
)  # fmt: skip
def test_columns_and_values(question: str, value: str | None, label: str, filters: dict[str, tuple[str, ...]]) -> None:
    asked = ask(question)
    assert isinstance(asked, Question)
    assert (asked.value and asked.value.header) == value
    assert asked.label is not None
    assert asked.label.header == label
    assert {column.header: values for column, values in asked.filters} == filters


@pytest.mark.parametrize(
    ("question", "operations", "chart", "top", "ascending"),
    [
        ("total working days", ("Sum",), None, None, False),
        ("What is the mean and the median of the working days?", ("Average", "Median"), None, None, False),
        ("lowest base salary", ("Minimum",), None, None, False),
        ("top 2 employees by base salary", (), None, 2, False),
        ("the 2 employees with the lowest base salary", (), None, 2, True),
        ("bar chart of the best 3 working days", (), "bar", 3, False),
        ("working days as a pie chart", (), "pie", None, False),
        ("average working days by country as horizontal bars", ("Average",), "barh", None, False),
        ("draw the working days", (), "bar", None, False),
        ("the top three employees by base salary", (), None, 3, False),
        ("Which department has the lowest bonus paid?", (), None, 3, True),
    ],
)
def test_what_is_made_of_them(
    question: str, operations: tuple[str, ...], chart: str | None, top: int | None, ascending: bool
) -> None:
    asked = ask(question)
    assert isinstance(asked, Question)
    assert (asked.operations, asked.chart, asked.top, asked.ascending) == (operations, chart, top, ascending)
    compile(write_analysis(asked), "analysis", "exec")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("chart of the revenue", "Its columns are: Employee, Department, Country, hire year, BaseSalary"),
        ("bonus_paid in the Marketing department", 'The column "Department" of file.csv has no value "Marketing". It has: IT'),
        ("sum of the countries", 'The column "Country" of file.csv holds no numbers'),
        ("base salary where working days > 200", "not by comparing numbers"),
    ],
)
def test_what_is_unclear_is_said(question: str, says: str) -> None:
    asked = ask(question)
    assert isinstance(asked, Unclear)
    assert says in asked.why


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("total base salary without IT", "not leave them out"),
        ("sum of BaseSalary, excluding Sales", "not leave them out"),
        ("average bonus paid of those not in Human Resources", "not leave them out"),
        ("total base salary over 45000", "comparing numbers"),
        ("sum of BaseSalary after 2020", "comparing numbers"),
        ("average salary of those larger than 50,000", "comparing numbers"),
        ("total bonus paid in February", "parts of dates"),
        ("total base salary per month", "parts of dates"),
        ("sum of the bonus paid in 1999", "parts of dates"),
    ],
)
def test_a_condition_that_is_not_read_is_refused(question: str, says: str) -> None:
    refused = ask(question)
    assert isinstance(refused, Unclear)
    assert says in refused.why


def test_how_many_of_a_column_of_numbers_is_their_sum() -> None:
    asked = ask("How many working days are there in IT?")
    assert isinstance(asked, Question)
    assert (asked.value and asked.value.header, asked.operations) == ("Working Days", ("Sum",))


def test_several_columns_that_fit_are_named() -> None:
    asked = ask("chart of the profit", "name,gross profit,net profit\nA,1,2\nB,3,4\n")
    assert isinstance(asked, Unclear)
    assert "gross profit, net profit. Name one of them in full." in asked.why


def test_the_longer_header_counts() -> None:
    asked = ask("sum of the net profit margin", "name,net profit,net profit margin\nA,1,2\nB,3,4\n")
    assert isinstance(asked, Question)
    assert asked.value is not None
    assert asked.value.header == "net profit margin"


@pytest.mark.parametrize(
    ("question", "label", "counts_labels"),
    [
        ("Which department has the highest bonus paid?", "Department", False),
        ("Compare the departments by bonus paid", "Department", False),
        ("How many countries are there?", "Country", True),
        ("How many employees by country?", "Country", False),
        ("Bonus paid in the IT and Sales departments", "Employee", False),
    ],
)
def test_rows_are_put_together_by_what_is_asked_for(question: str, label: str, counts_labels: bool) -> None:
    asked = ask(question)
    assert isinstance(asked, Question)
    assert asked.label is not None
    assert (asked.label.header, asked.grouped, asked.counts_labels) == (label, label != "Employee", counts_labels)


def test_a_word_of_the_request_is_no_value() -> None:
    for question, filtered in (("bar chart of the sales by kind", False), ("total sales of kind Bar", True)):
        asked = ask(question, "place,kind,sales\nA,Bar,1\nB,Club,2\nC,Bar,3\n")
        assert isinstance(asked, Question)
        assert bool(asked.filters) is filtered


def test_a_value_of_two_columns_is_that_of_the_one_beside_it() -> None:
    content = "name,home,work,pay\nA,Oslo,Rome,1\nB,Rome,Oslo,2\n"
    for text, header in (("sum of pay with work Oslo", "work"), ("sum of pay with home Oslo", "home")):
        asked = ask(text, content)
        assert isinstance(asked, Question)
        assert [column.header for column, _ in asked.filters] == [header]


def test_two_named_columns_are_noted() -> None:
    asked = ask("chart of the working days and the base salary")
    assert isinstance(asked, Question)
    assert asked.value is not None
    assert asked.value.header == "Working Days"
    assert 'not "BaseSalary"' in asked.notes[0]


def test_a_pie_of_losses_becomes_bars_and_says_so() -> None:
    asked = ask("pie chart of the gain", "name,gain\nA,5\nB,-2\n")
    assert isinstance(asked, Question)
    assert asked.chart == "bar"
    assert "negative values" in asked.notes[0]


@pytest.mark.parametrize(
    ("value", "question", "named"),
    [
        ("TRANSPORTATION", "in the transportation sector", True),
        ("Metals & Mining", "the metals  mining sector", True),
        ("São Paulo", "sales in sao paulo", True),
        ("IT", "how is it going", False),
        ("IT", "the IT people", True),
        ("in", "sales in Rome", False),
        ("Rome", "Romeo and Juliet", False),
        ("東京", "東京の売上", True),
        ("", "anything", False),
        ("&", "a & b", False),
    ],
)
def test_values_that_a_question_names(value: str, question: str, named: bool) -> None:
    assert is_named(value, question) is named


@pytest.mark.parametrize(
    ("content", "column", "kind", "decimal", "assumed"),
    [
        ('n,x\na,"1,234"\nb,"5,678"\n', "x", "number", ".", "1,234"),
        ("n;x\na;1,234\nb;5,678\n", "x", "number", ",", "1,234"),
        ("n;x\na;1.234\nb;5.678\n", "x", "number", ",", "1.234"),
        ("n;x;y\na;1.234;2,5\nb;5.678;1,5\n", "x", "number", ",", ""),
        ("n\tx\na\t1.234\nb\t5.67\n", "x", "number", ".", ""),
        ('n,x\na,"1,5"\nb,"1,234.5"\n', "x", "text", ".", ""),
        ("n,x\na,007\nb,123\n", "x", "text", ".", ""),
        ("n,year\na,2020\nb,2021\n", "year", "text", ".", ""),
        ("n,x\na,2024-01-05\nb,2024-01-06\n", "x", "text", ".", ""),
        ("n,x\na,-\nb,n/a\n", "x", "empty", ".", ""),
    ],
)
def test_how_numbers_are_written(content: str, column: str, kind: str, decimal: str, assumed: str) -> None:
    found = next(one for one in sheet_of(content).columns if one.header == column)
    assert (found.type, found.decimal if kind == "number" else ".", found.assumed) == (kind, decimal, assumed)


def test_a_column_with_two_ways_to_write_numbers_is_said_to_have_them() -> None:
    asked = ask("sum of the x", 'n,x\na,"1,5"\nb,"1,234.5"\nc,"2,5"\nd,"1,000.5"\n')
    assert isinstance(asked, Unclear)
    assert "some numbers with a decimal comma and some with a decimal point" in asked.why


def test_odd_shapes_are_described() -> None:
    sheet = sheet_of('a,a,,d\n1,2,3,4\n\n5,6\n"x\ny",7,8,9,10\n')
    assert [column.header for column in sheet.columns] == ["a", "a (2)", "column 3", "d"]
    assert (sheet.rows, sheet.odd) == (3, 2)
    assert sheet.columns[0].values == ("1", "5", "x y")
    headless = sheet_of("1,2\n3,4\n")
    assert (headless.headless, headless.rows, [column.header for column in headless.columns]) == (
        True,
        2,
        ["column 1", "column 2"],
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), min_size=2, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([".", ","]),
    st.booleans(),
)
def test_numbers_come_back_whatever_the_marks(numbers: list[Decimal], delimiter: str, mark: str, grouped: bool) -> None:
    def write(number: Decimal) -> str:
        text = f"{number:,.2f}" if grouped else f"{number:.2f}"
        return text if mark == "." else text.translate(str.maketrans(",.", ".,"))

    rows = "".join(f'row {at}{delimiter}"{write(number)}"\n' for at, number in enumerate(numbers))
    sheet = sheet_of(f"label{delimiter}amount\n{rows}")
    assert (sheet.delimiter, sheet.columns[1].type, sheet.columns[1].decimal) == (delimiter, "number", mark)
    code = write_analysis(Question(sheet, sheet.columns[1], sheet.columns[0]))
    names: dict[str, object] = {}
    exec(code[: code.index("with open")], names)
    read = names["number"]
    assert callable(read)
    assert [read(write(number)) for number in numbers] == numbers


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_no_file_and_no_question_breaks_it(content: str, question: str) -> None:
    sheet = sheet_of(content, question)
    asked = read_question(sheet, question) if sheet.columns else None
    if isinstance(asked, Question):
        compile(write_analysis(asked), "analysis", "exec")
    assert words(question) == words(words(question))
