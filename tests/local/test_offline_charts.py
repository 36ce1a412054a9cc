"""Prompts in, charts out: the offline model's code really runs, and the values that it prints are the prompt's."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Mapping

import pytest

from agentkit.local.interpreter import Interpreter
from agentkit.local.models.base import ChatMessage, FileRef, ModelRequest, ToolResult
from agentkit.local.models.offline import OfflineModel

QUICKSTART = (
    "Could you please create a bar chart for the operating profit using the following data and provide the file to me? "
    "Company A: $1.2 million, Company B: $2.5 million, Company C: $3.0 million, Company D: $1.8 million"
)

# prompt, heading that is printed, values by label, file that is made
PROMPTS: list[tuple[str, str, Mapping[str, float], str]] = [
    (
        QUICKSTART,
        "Operating profit (million $)",
        {"Company A": 1.2, "Company B": 2.5, "Company C": 3.0, "Company D": 1.8},
        "operating_profit_bar_chart.png",
    ),
    (
        "Draw a pie chart of household spending: rent 45%, food 25%, transport 15% and fun 15%.",
        "Household spending (%)",
        {"rent": 45, "food": 25, "transport": 15, "fun": 15},
        "household_spending_pie_chart.png",
    ),
    (
        "I need a line chart of website visits per month: Jan 1,200; Feb 1,450; Mar 1,900; Apr 2,300; May 2,150; Jun 2,600",
        "Website visits",
        {"Jan": 1200, "Feb": 1450, "Mar": 1900, "Apr": 2300, "May": 2150, "Jun": 2600},
        "website_visits_line_chart.png",
    ),
    (
        "Can you visualise quarterly cash flow (in thousand EUR)? Q1: 120, Q2: -45, Q3: 80, Q4: −10",
        "Quarterly cash flow (thousand EUR)",
        {"Q1": 120, "Q2": -45, "Q3": 80, "Q4": -10},
        "quarterly_cash_flow_bar_chart.png",
    ),
    (
        "Compare the heights of mountains as a horizontal bar chart: Everest 8,849 m, K2 8,611 m, Kangchenjunga 8,586 m",
        "Heights of mountains (m)",
        {"Everest": 8849, "K2": 8611, "Kangchenjunga": 8586},
        "heights_of_mountains_horizontal_bar_chart.png",
    ),
    (
        "Create a bar chart for the population of the following countries: Germany: 83.2 million, France: 67.8 million, "
        "Luxembourg: 650 thousand, Malta: 0.5 million",
        "Population (million)",
        {"Germany": 83.2, "France": 67.8, "Luxembourg": 0.65, "Malta": 0.5},
        "population_bar_chart.png",
    ),
    (
        "A pie chart of the profit please: Books 5 million EUR, Toys -2 million EUR, Games 4.5 million EUR",
        "Profit (million EUR)",
        {"Books": 5, "Toys": -2, "Games": 4.5},
        "profit_bar_chart.png",
    ),
    (
        "Make a scatter plot of rainfall by city. Bergen = 2250 mm, Oslo = 763 mm, Tromsø = 1031 mm",
        "Rainfall (mm)",
        {"Bergen": 2250, "Oslo": 763, "Tromsø": 1031},
        "rainfall_scatter_plot.png",
    ),
    (
        "Please plot the yearly revenue.\n- 2019: $900 thousand\n- 2020: $1.2 million\n- 2021: $1.35 million\n"
        "- 2022: $0\n- 2023: $2 million\nThanks!",
        "Yearly revenue (million $)",
        {"2019": 0.9, "2020": 1.2, "2021": 1.35, "2022": 0, "2023": 2},
        "yearly_revenue_bar_chart.png",
    ),
    (
        "Turn this table into a line graph:\n\n| Year | Net result (million €) |\n|---|---:|\n| 2021 | 3.5 |\n| 2022 | (1.25) |\n| 2023 | 2 |",
        "Net result (million €)",
        {"2021": 3.5, "2022": -1.25, "2023": 2},
        "net_result_line_chart.png",
    ),
    (
        "Show me a bar chart of energy use: solar - 12 GWh; wind - 30 GWh; hydro – 25.5 GWh; gas - 80 GWh; coal - 40 GWh; "
        "nuclear - 60 GWh; biomass - 9 GWh; oil - 4 GWh; waste - 2.75 GWh",
        "Energy use (GWh)",
        {
            "solar": 12, "wind": 30, "hydro": 25.5, "gas": 80, "coal": 40, "nuclear": 60, "biomass": 9, "oil": 4, "waste": 2.75,
        },
        "energy_use_bar_chart.png",
    ),
    (
        "Company A had a profit of $900 thousand, Company B made a loss of $1.2 million and Company C lost $3 million. "
        "Make a graph of that with 3 colours.",
        "Values (million $)",
        {"Company A": 0.9, "Company B": -1.2, "Company C": -3},
        "values_bar_chart.png",
    ),
    (
        "Make a bar graph showing that Alice has 3 apples, Bob has 5 apples and Carol has 2 apples",
        "Apples",
        {"Alice": 3, "Bob": 5, "Carol": 2},
        "apples_bar_chart.png",
    ),
    (
        "Chart the market share, as a donut: Alpha (40.5 percent), Beta (30 percent), O'Neil & \"Sons\" (29.5 percent)",
        "Market share (%)",
        {"Alpha": 40.5, "Beta": 30, "O'Neil & \"Sons\"": 29.5},
        "market_share_pie_chart.png",
    ),
    (
        "Bar chart titled \"Costs ($) and gains ($)\": 東京: $3k, Zürich: $1.5k, Kraków: $750",
        "Costs ($) and gains ($) (thousand $)",
        {"東京": 3, "Zürich": 1.5, "Kraków": 0.75},
        "costs_and_gains_bar_chart.png",
    ),
]  # fmt: skip


def ask(*texts: str, tools: tuple[str, ...] = ("code_interpreter",), tool_choice: object = None) -> ModelRequest:
    messages = [ChatMessage("user", text) for text in texts]
    return ModelRequest("any", "", messages, tools=[{"type": kind} for kind in tools], tool_choice=tool_choice)


def printed_values(output: str) -> dict[str, float]:
    rows = [line.rsplit(": ", 1) for line in output.splitlines() if ": " in line and not line.startswith("Note: ")]
    return {label: float(value) for label, value in rows}


@pytest.mark.parametrize(("prompt", "heading", "values", "filename"), PROMPTS, ids=[made for *_, made in PROMPTS])
def test_prompt_becomes_a_chart(prompt: str, heading: str, values: Mapping[str, float], filename: str) -> None:
    model, request = OfflineModel(), ask(prompt)
    turn = model.respond(request)
    assert turn.text == ""
    (call,) = turn.tool_calls
    assert call.kind == "code_interpreter"
    with Interpreter(trusted=True) as interpreter:
        outcome = interpreter.execute(call.input)
        assert outcome.error is None
        assert outcome.stdout.splitlines()[0] == heading
        assert printed_values(outcome.stdout) == values
        assert list(printed_values(outcome.stdout)) == list(values)
        assert [(file.name, file.image, file.shown) for file in outcome.files] == [
            ("figure-1.png", True, True),
            (filename, True, False),
        ]
        width, height = struct.unpack(">II", outcome.files[1].path.read_bytes()[16:24])
        assert width >= 1000
        assert height >= 500
    result = ToolResult(call, outcome.stdout, (FileRef("assistant-1", filename),))
    answer = model.respond(dataclasses.replace(request, results=[result]))
    assert answer.tool_calls == ()
    assert f"(sandbox:/mnt/data/{filename})" in answer.text
    assert all(f"- {label}: " in answer.text for label in values)
    assert "not a language model" in answer.text


def test_a_pie_with_a_negative_value_becomes_a_bar_chart_and_says_so() -> None:
    model, request = OfflineModel(), ask("Pie chart of profit: A: 5, B: -2, C: 4")
    (call,) = model.respond(request).tool_calls
    assert "ax.bar(" in call.input
    assert "ax.pie(" not in call.input
    result = ToolResult(call, "Profit\nA: 5\nB: -2\nC: 4\n", (FileRef("f", "profit_bar_chart.png"),))
    answer = model.respond(dataclasses.replace(request, results=[result])).text
    assert "A pie chart cannot show negative values, so this is a bar chart." in answer


def test_the_code_is_plain_python_that_names_every_value() -> None:
    (call,) = OfflineModel().respond(ask(QUICKSTART)).tool_calls
    compile(call.input, "chart", "exec")
    assert '    "Company C": 3.0,\n' in call.input
    assert 'ax.set_ylabel("Operating profit (million $)"' in call.input
    assert 'ax.set_xlabel("Company"' in call.input
    assert max(map(len, call.input.splitlines())) <= 128


def test_the_data_may_stand_in_an_earlier_message() -> None:
    (call,) = OfflineModel().respond(ask("Bar chart of sales: A: 1, B: 2", "Now make it a pie chart")).tool_calls
    assert "ax.pie(" in call.input
    assert '"A": 1,' in call.input
    assert 'ax.set_title("Sales"' in call.input


def test_the_same_request_gives_the_same_turn() -> None:
    assert OfflineModel().respond(ask(QUICKSTART)) == OfflineModel().respond(ask(QUICKSTART))


@pytest.mark.parametrize(
    "prompt",
    [
        "Please create a chart.",
        "Make a chart with 3 colours in 2 columns for Q3 2024",
        "Could you draw a bar chart of our revenue in 2023?",
        "Show the top 5 products as a bar chart",
        "Plot a 10 by 6 inch figure",
        "Make a pie chart of A: 10-20, B: many",
    ],
)
def test_no_data_is_refused_with_an_example(prompt: str) -> None:
    turn = OfflineModel().respond(ask(prompt))
    assert turn.tool_calls == ()
    assert "I found no label with a number" in turn.text
    assert "for example: " in turn.text
    assert "not a language model" in turn.text


def test_one_pair_is_too_little_and_is_named() -> None:
    turn = OfflineModel().respond(ask("Draw a bar chart with Oslo: 3"))
    assert turn.tool_calls == ()
    assert "I found only one pair (Oslo: 3)" in turn.text


def test_the_example_in_the_refusal_works() -> None:
    refusal = OfflineModel().respond(ask("Please create a chart.")).text
    example = refusal.split('for example: "')[1].split('".')[0]
    (call,) = OfflineModel().respond(ask(example)).tool_calls
    assert '"North": 1.2,' in call.input


def test_without_the_tool_it_says_how_to_give_it() -> None:
    turn = OfflineModel().respond(ask(QUICKSTART, tools=("file_search",)))
    assert turn.tool_calls == ()
    assert "this agent has no code_interpreter tool" in turn.text
    assert "CodeInterpreterTool().definitions" in turn.text
    assert "Company A: 1.2" in turn.text


def test_a_run_that_forbids_tools_gets_none() -> None:
    turn = OfflineModel().respond(ask(QUICKSTART, tool_choice="none"))
    assert turn.tool_calls == ()
    assert "tool_choice is none" in turn.text


def test_failed_code_is_told_with_its_last_line() -> None:
    model, request = OfflineModel(), ask(QUICKSTART)
    (call,) = model.respond(request).tool_calls
    output = (
        "Traceback (most recent call last):\n  File \"<code>\", line 1\nModuleNotFoundError: No module named 'matplotlib'\n"
    )
    turn = model.respond(dataclasses.replace(request, results=[ToolResult(call, output, failed=True)]))
    assert turn.tool_calls == ()
    assert "failed, so there is no chart: ModuleNotFoundError: No module named 'matplotlib'" in turn.text
    assert "sandbox:" not in turn.text


def test_a_file_that_was_not_made_is_not_linked() -> None:
    model, request = OfflineModel(), ask(QUICKSTART)
    (call,) = model.respond(request).tool_calls
    turn = model.respond(dataclasses.replace(request, results=[ToolResult(call, "Company A: 1.2\n")]))
    assert "left no file named operating_profit_bar_chart.png" in turn.text
    assert "sandbox:" not in turn.text


@pytest.mark.parametrize("prompt", ["How are you?", "What is a pie chart?", "Oslo: 3, Rome: 12", "", "x" * 1000])
def test_anything_else_is_answered_with_what_it_is(prompt: str) -> None:
    turn = OfflineModel().respond(ask(prompt))
    assert turn.tool_calls == ()
    assert turn.text.startswith("This is agentkit's offline model: fixed rules, not a language model.")
    assert prompt[:100] in turn.text
    assert len(turn.text) < 1000
    assert "LocalService" in turn.text


def test_a_thread_without_messages_is_answered_too() -> None:
    assert "There is no message to answer" in OfflineModel().respond(ModelRequest("any", "", [])).text
