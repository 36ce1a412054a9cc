"""The offline model's parser, by a table of forms written by hand and by generated pairs that must come back."""

from __future__ import annotations

import ast
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentkit.local.models.offline.chart import plan_chart, write_code
from agentkit.local.models.offline.pairs import read_pairs
from agentkit.local.models.offline.quantities import SCALES, Quantity
from agentkit.local.models.offline.request import ChartRequest, read_request
from agentkit.local.models.offline.series import Series, to_series

Expected = list[tuple[str, str, str]]


def read(text: str) -> Expected:
    """Label, number and unit with its scale, of each pair."""
    written = [(pair.label, pair.quantity) for pair in read_pairs(text).pairs]
    return [(label, quantity.literal, f"{quantity.scale} {quantity.unit}".strip()) for label, quantity in written]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A: 12, B: 9", [("A", "12", ""), ("B", "9", "")]),
        ("A = 12; B=9", [("A", "12", ""), ("B", "9", "")]),
        ("A=1 B=2 km C=3 km", [("A", "1", ""), ("B", "2", "km"), ("C", "3", "km")]),
        ("A - 12, B – 9, C — 3", [("A", "12", ""), ("B", "9", ""), ("C", "3", "")]),
        ("A -> 12, B → 9", [("A", "12", ""), ("B", "9", "")]),
        ("Oslo 12, Rome 9", [("Oslo", "12", ""), ("Rome", "9", "")]),
        ("Apples 3 Pears 5 Plums 7", [("Apples", "3", ""), ("Pears", "5", ""), ("Plums", "7", "")]),
        ("Oslo (12), Rome (9 km)", [("Oslo", "12", ""), ("Rome", "9", "km")]),
        ("12 for Oslo, 9 km for Rome", [("Oslo", "12", ""), ("Rome", "9", "km")]),
        ("$400 on ads, $1,100 on rent", [("ads", "400", "$"), ("rent", "1100", "$")]),
        ("Oslo with 12, Rome with 9", [("Oslo", "12", ""), ("Rome", "9", "")]),
        ("Oslo had 12, Rome has about 9, Bonn was at 3", [("Oslo", "12", ""), ("Rome", "9", ""), ("Bonn", "3", "")]),
        ("Ann is 5 years old and Bo is 8 years old", [("Ann", "5", "years old"), ("Bo", "8", "years old")]),
        ("Shop A grew 12%, Shop B fell by 3%", [("Shop A", "12", "%"), ("Shop B", "-3", "%")]),
        ("Store 1 lost $20k, Store 2 made $35k", [("Store 1", "-20", "thousand $"), ("Store 2", "35", "thousand $")]),
        ("A made a loss of EUR 3 million; B a profit of EUR 2 million", [("A", "-3", "million EUR"), ("B", "2", "million EUR")]),
        ("A: -3, B: −3, C: (3), D: minus 3, E: a loss of 3, F: -$3, G: $-3, H: ($3)",
         [(label, "-3", "$" if label in "FGH" else "") for label in "ABCDEFGH"]),
        ("A: $1,234.5, B: 1'234,5 €, C: 1.234,5 EUR, D: 0.5 £, E: .5",
         [("A", "1234.5", "$"), ("B", "1234.5", "€"), ("C", "1234.5", "EUR"), ("D", "0.5", "£"), ("E", "0.5", "")]),
        ("A: 3k, B: 3 thousand, C: $3m, D: 3M, E: 3 mn, F: 3 million, G: €3bn, H: 3 billion",
         [("A", "3", "thousand"), ("B", "3", "thousand"), ("C", "3", "million $"), ("D", "3", "million"), ("E", "3", "million"),
          ("F", "3", "million"), ("G", "3", "billion €"), ("H", "3", "billion")]),
        ("A: 3 million US dollars, B: 2 euros, C: 5 percent, D: 1e3", [
            ("A", "3", "million $"), ("B", "2", "EUR"), ("C", "5", "%"), ("D", "1000", "")]),
        ("A: 12 GWh, B: 3.5 km/h, C: 12 m, D: -4 °C", [("A", "12", "GWh"), ("B", "3.5", "km/h"), ("C", "12", "m"), ("D", "-4", "°C")]),
        ("2019: 12, 2020: 15", [("2019", "12", ""), ("2020", "15", "")]),
        ("Q1 2024: 3, Q2 2024: 4", [("Q1 2024", "3", ""), ("Q2 2024", "4", "")]),
        ("Team 7: 10, Team 8 12", [("Team 7", "10", ""), ("Team 8", "12", "")]),
        ("9:00: 5, 10:30: 6, 2024-01-05: 7", [("9:00", "5", ""), ("10:30", "6", ""), ("2024-01-05", "7", "")]),
        ("Zürich: 1, São Paulo: 2, 東京: 3, Łódź: 4", [("Zürich", "1", ""), ("São Paulo", "2", ""), ("東京", "3", ""), ("Łódź", "4", "")]),
        ("Research and development: 12, Sales and marketing: 9 and Legal: 3", [
            ("Research and development", "12", ""), ("Sales and marketing", "9", ""), ("Legal", "3", "")]),
        ("Bank of America: $3 billion, St. Louis: $2 billion, Portland, OR: $1 billion", [
            ("Bank of America", "3", "billion $"), ("St. Louis", "2", "billion $"), ("Portland, OR", "1", "billion $")]),
        ("Team: 1, Team: 2, Team: 3", [("Team", "1", ""), ("Team (2)", "2", ""), ("Team (3)", "3", "")]),
        ("- Oslo: 12\n* **Rome**: 9\n3. Bonn: 4\n", [("Oslo", "12", ""), ("Rome", "9", ""), ("Bonn", "4", "")]),
        ('{"North": 12, "South": 9}', [("North", "12", ""), ("South", "9", "")]),
        ('[("Oslo", 3), ("Rome", 12)]', [("Oslo", "3", ""), ("Rome", "12", "")]),
        ("Monday, 12; Tuesday, 15", [("Monday", "12", ""), ("Tuesday", "15", "")]),
        ("Labels: A, B and C. Values: 1, 2, 3.", [("A", "1", ""), ("B", "2", ""), ("C", "3", "")]),
        ("Month,Sales\nJan,12\nFeb,1.5\n", [("Jan", "12", ""), ("Feb", "1.5", "")]),
        ("City\tPeople\nOslo\t700k\nRome\t2.8M", [("Oslo", "700", "thousand"), ("Rome", "2.8", "million")]),
        ("| A | B |\n|---|---|\n| x | $1 |\n| y | ($2) |", [("x", "1", "$"), ("y", "-2", "$")]),
        ("Company A's profit is $1 and Company B's profit is $2", [("Company A", "1", "$"), ("Company B", "2", "$")]),
        ("Alice has 3 apples in 2 baskets, Bob has 4 apples in 1 basket", [("Alice", "3", "apples"), ("Bob", "4", "apples")]),
    ],
)  # fmt: skip
def test_forms(text: str, expected: Expected) -> None:
    assert read(text) == expected
    assert read(f"Please make a bar chart of this:\n{text}") == expected


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Make a chart with 3 colours: A: 1, B: 2", ["A", "B"]),
        ("Make a chart in 2 columns for Q3 2024 of A: 1, B: 2", ["A", "B"]),
        ("Show the top 5 products: Widgets 12, Gadgets 20", ["Widgets", "Gadgets"]),
        ("I have 3 shops. Draw their sales: A: 1, B: 2. Make it 10 inches wide.", ["A", "B"]),
        ("Chart the 2023 sales of our 4 regions: North: 120k EUR, South: 95k EUR", ["North", "South"]),
        ("Draw a line chart for monthly sales with January 10, February 12 and March 9", ["January", "February", "March"]),
        ("Plot the temperatures in Oslo (-3), Rome (12) and Cairo (25).", ["Oslo", "Rome", "Cairo"]),
        ("A pie with these shares: 40% for housing, 25% for food", ["housing", "food"]),
        ("Sales were 12 in Oslo, 15 in Bergen, and 9 in Rome. Please plot.", ["Oslo", "Bergen", "Rome"]),
        ("Make a line chart, y axis in thousand units: 2018: 10, 2019: 12.5", ["2018", "2019"]),
        ("Make a chart with 3 colours in 2 columns for Q3 2024", []),
        ("The meeting is on 2024-05-01 at 10:30 in room 4-12, version 1.2.3, see #5", []),
        ("Let us grow 10-20 percent", []),
    ],
)
def test_numbers_that_are_no_data_are_left_out(text: str, labels: list[str]) -> None:
    assert [pair.label for pair in read_pairs(text).pairs] == labels


@pytest.mark.parametrize(
    ("text", "numbers", "unit", "noted"),
    [
        ("A: $900 thousand, B: $1.2 million", ["0.9", "1.2"], "million $", ""),
        ("A: $950,000, B: $1.2 million, C: $2 million", ["0.95", "1.2", "2"], "million $", ""),
        ("A: 3k, B: 4.5k, C: 900", ["3", "4.5", "0.9"], "thousand", ""),
        ("A: 900k, B: 1.2m, C: 1.5m", ["0.9", "1.2", "1.5"], "million", ""),
        ("A: $1.2, B: 2.5 and C: 3 million", ["1.2", "2.5", "3"], "million $", "taken to hold for all"),
        ("A: 12 apples, B: 1 apple", ["12", "1"], "apples", ""),
        ("A: 12 km, B: 3 miles", ["12", "3"], "", "The units differ (A: km, B: miles)"),
        ("A: $12, B: 3", ["12", "3"], "$", ""),
        ("A: 0, B: 2 million", ["0", "2"], "million", ""),
        ("Result (in thousand EUR): A: 12, B: -3", ["12", "-3"], "thousand EUR", ""),
        ("A: 5, B: unknown, C: 7", ["5", "7"], "", 'No number could be read from "B: unknown"'),
        ("A,x,1\nB,y,2", ["1", "2"], "", ""),
        ("N,Cost,Gain\nA,1,5\nB,2,6", ["1", "2"], "", 'only "Cost" is drawn'),
        ("Rent 1.200 EUR, Food 450 EUR, Travel 300 EUR", ["1200", "450", "300"], "EUR", '"1.200" is read as 1200'),
        ("A: €1.200, B: €12.345, C: €7", ["1200", "12345", "7"], "€", '"1.200" is read as 1200'),
        ("A: 1.200, B: 450 EUR, C: 2.100 EUR", ["1200", "450", "2100"], "EUR", '"1.200" is read as 1200'),
        ("A: 1.200 EUR, B: 4.5 EUR", ["1.200", "4.5"], "EUR", ""),
        ("A: 1.200 EUR, B: 2,000 EUR", ["1.200", "2000"], "EUR", ""),
        ("A: 0.125 EUR, B: 0.250 EUR", ["0.125", "0.250"], "EUR", ""),
        ("A: 1.200 million EUR, B: 2 million EUR", ["1.200", "2"], "million EUR", ""),
        ("A: 1.200 km, B: 2 km", ["1.200", "2"], "km", ""),
    ],
)
def test_one_unit_and_one_scale(text: str, numbers: list[str], unit: str, noted: str) -> None:
    series = to_series(read_pairs(text), text)
    assert (list(series.numbers), series.unit_text) == (numbers, unit)
    assert noted in " ".join(series.notes)
    assert bool(noted) == bool(series.notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Create a bar chart for the operating profit using the following data", ("bar", "", "operating profit", "")),
        ("Draw me a line graph of revenue by quarter", ("line", "", "revenue", "quarter")),
        ("Please make a pie chart showing our market share: A 1%", ("pie", "", "market share", "")),
        ("Show sales per region as bars", ("bar", "", "sales", "region")),
        ("Horizontal bar chart of the longest rivers, please", ("barh", "", "longest rivers", "")),
        ("Plot the exam scores", (None, "", "exam scores", "")),
        ('Draw a scatter plot titled "Rain"', ("scatter", "Rain", "", "")),
        ("I need a donut of household spending in million EUR", None),
        ("I need a donut chart of household spending in million EUR", ("pie", "", "household spending", "")),
        ("Here are our energy costs in EUR. Draw a column chart and give me the file.", ("bar", "", "energy costs", "")),
        ("Visualise these values", (None, "", "", "")),
        ("Bar chart please. 2019: 12%", ("bar", "", "", "")),
        ("Make a pie chart, kindly: A 1%", ("pie", "", "", "")),
        ("What is a pie chart?", None),
        ("How do I plot data with pandas?", None),
        ("The bottom line is good", None),
        ("Hello", None),
    ],
)
def test_requests(text: str, expected: tuple[str | None, str, str, str] | None) -> None:
    request = read_request(text)
    assert (request and (request.kind, request.title, request.subject, request.category)) == expected


def test_a_pie_of_something_is_a_chart_where_there_is_data() -> None:
    text = "Give me a pie of votes: yes 120, no 80, abstain 15"
    request = read_request(text, [pair.label for pair in read_pairs(text).pairs])
    assert request == ChartRequest("pie", "", "votes", "")
    assert read_request("Give me a pie of apples") is None


_NOT_LABELS = frozenset(["with", "data", "values", "numbers"])
words = st.sampled_from(
    [
        "Alpha",
        "Beta",
        "North",
        "South",
        "Zürich",
        "Łódź",
        "東京",
        "Ёлка",
        "Omega",
        "Delta",
        "Product",
        "Region",
        "Sector",
        "Vienna",
        "Nairobi",
        "Lima",
        "Quito",
    ]
)
labels = st.one_of(
    words,
    st.builds("{} {}".format, words, words),
    st.builds("{} {}".format, words, st.sampled_from(["A", "B2", "7", "2024", "Ö"])),
    st.builds("{} and {}".format, words, words),
)
quantities = st.builds(
    Quantity,
    st.builds(
        lambda whole, decimals: f"{whole}{decimals}",
        st.integers(-9_999_999, 9_999_999),
        st.sampled_from(["", ".5", ".25", ".125", ".0"]),
    ).filter(lambda literal: not literal.startswith("-0") and Decimal(literal) != 0),
    st.sampled_from(sorted(SCALES)),
    st.sampled_from(["", "$", "€", "EUR", "%", "km", "GWh", "people"]),
).filter(lambda quantity: not (quantity.unit in ("€", "EUR") and quantity.literal.endswith(".125")))  # 1.125 EUR is 1125
forms = st.sampled_from(["{}: {}", "{} = {}", "{} - {}", "{} → {}", "{}={}", "**{}**: {}"])
loose_forms = st.sampled_from(["{} {}", "{} with {}", "{} has {}", "{} ({})"])
separators = st.sampled_from([", ", "; ", "\n", "\n- "])


def write(quantity: Quantity, grouped: bool, minus: str) -> str:
    """A quantity as people write it."""
    number = quantity.literal.removeprefix("-")
    if grouped:
        whole, point, decimals = number.partition(".")
        number = f"{int(whole):,}{point}{decimals}"
    sign = minus if quantity.literal.startswith("-") else ""
    scale = f" {quantity.scale}" if quantity.scale else ""
    if quantity.unit in ("$", "€"):
        return f"{sign}{quantity.unit}{number}{scale}"
    return f"{sign}{number}{scale}{'' if quantity.unit in ('', '%') else ' '}{quantity.unit}"


def expect(pairs: list[tuple[str, Quantity]]) -> list[tuple[str, Decimal, str, str]]:
    return [(label, quantity.value, quantity.scale, quantity.unit) for label, quantity in pairs]


def got(text: str) -> list[tuple[str, Decimal, str, str]]:
    return expect([(pair.label, pair.quantity) for pair in read_pairs(text).pairs])


many_pairs = st.lists(st.tuples(labels, quantities), min_size=2, max_size=9, unique_by=lambda pair: pair[0])


@settings(max_examples=150, deadline=None)
@given(many_pairs, forms, separators, st.booleans(), st.sampled_from("-−"), st.sampled_from(["", "Make a bar chart of it:\n"]))
@example([("A", Quantity("1200", "", "")), ("B", Quantity("1450", "", ""))], "{}: {}", ", ", True, "-", "")
def test_marked_pairs_come_back(
    pairs: list[tuple[str, Quantity]], form: str, separator: str, grouped: bool, minus: str, request: str
) -> None:
    text = request + separator.join(form.format(label, write(quantity, grouped, minus)) for label, quantity in pairs)
    assert got(text) == expect(pairs)


@settings(max_examples=150, deadline=None)
@given(many_pairs, loose_forms, st.sampled_from([", ", "; ", "\n"]), st.booleans())
def test_loose_pairs_come_back(pairs: list[tuple[str, Quantity]], form: str, separator: str, grouped: bool) -> None:
    text = separator.join(form.format(label, write(quantity, grouped, "-")) for label, quantity in pairs)
    assert got(text) == expect(pairs)


@settings(max_examples=100, deadline=None)
@given(many_pairs, st.booleans())
def test_reversed_pairs_come_back(pairs: list[tuple[str, Quantity]], grouped: bool) -> None:
    text = "Plot " + ", ".join(f"{write(quantity, grouped, '-')} for {label}" for label, quantity in pairs)
    assert got(text) == expect(pairs)


@settings(max_examples=100, deadline=None)
@given(many_pairs, st.sampled_from(["| {} | {} |", "{};{}", "{}\t{}"]), st.booleans())
def test_table_rows_come_back(pairs: list[tuple[str, Quantity]], form: str, headed: bool) -> None:
    rows = [form.format(label, write(quantity, False, "-")) for label, quantity in pairs]
    if headed:
        rows = [form.format("Name", "Value"), *rows]
    assert got("Draw this table:\n\n" + "\n".join(rows)) == expect(pairs)


@settings(max_examples=100, deadline=None)
@given(many_pairs)
def test_one_scale_changes_no_value(pairs: list[tuple[str, Quantity]]) -> None:
    text = "\n".join(f"{label}: {write(quantity, False, '-')}" for label, quantity in pairs)
    series = to_series(read_pairs(text))
    if not series.notes:
        factor = Decimal(10) ** SCALES[series.scale]
        assert [value * factor for value in series.values] == [q.value * Decimal(10) ** SCALES[q.scale] for _, q in pairs]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), min_size=2, max_size=5, unique=True),
    st.sampled_from(["bar", "barh", "line", "pie", "scatter"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_any_text_becomes_valid_code(names: list[str], kind: str, title: str) -> None:
    series = Series(tuple(names), tuple(map(str, range(1, len(names) + 1))), "$", "million")
    code = write_code(plan_chart(ChartRequest(kind, title, title), series))  # type: ignore[arg-type]
    data = next(
        node.value for node in ast.parse(code).body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
    )
    assert ast.literal_eval(data) == dict(zip(names, range(1, len(names) + 1), strict=True))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    reading = read_pairs(text)
    read_request(text, [pair.label for pair in reading.pairs])
    if reading.pairs:
        to_series(reading, text)
