"""Equations, waves, and going back to code of earlier runs: what the offline model makes of them; the code really runs."""

from __future__ import annotations

import contextlib
import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offline_talk import corner, picture_size, request, talk

from agentkit.local.interpreter import Interpreter
from agentkit.local.models.base import Passage, ToolCall, ToolResult
from agentkit.local.models.offline import OfflineModel
from agentkit.local.models.offline.dark import darkened, wants_dark
from agentkit.local.models.offline.equations import NotLinearError, read_equation

SINE = "Create a visualization of a sinewave"
CODE = "Show me the code you used to generate the sinewave"
DARK = "I prefer visualizations in darkmode can you change the colors to make a darkmode version of this visualization."


@pytest.mark.parametrize(
    ("message", "steps", "solution"),
    [
        ("I need to solve the equation `3x + 11 = 14`. Can you help me?",
         ["Subtract 11 from both sides: 3x = 3", "Divide both sides by 3: x = 1"], "x = 1"),
        ("Solve 2(x - 3) = 4x + 5", ["Simplify both sides: 2x - 6 = 4x + 5", "Divide both sides by -2: x = -11/2"], "x = -11/2 = -5.5"),
        ("Please solve 3y = 1 for y.", ["Divide both sides by 3: y = 1/3"], "y = 1/3 (about 0.333333)"),
        ("x/2 + 1/3 = 5/6", ["Simplify both sides: (1/2)x + 1/3 = 5/6"], "x = 1"),
        ("What is a if 14 = −3·a + 0,5?", ["Swap the sides: -3a + 1/2 = 14"], "a = -9/2 = -4.5"),
        ("Can you solve (4x = 10) - thanks", ["Divide both sides by 4: x = 5/2"], "x = 5/2 = 2.5"),
        ("solve 3x + 2 = 3x + 5", ["Subtract 2 from both sides: 0 = 3"], "No solution, because 0 = 3 is never true"),
        ("solve 2x + 2 = 2(x + 1)", ["Subtract 2 from both sides: 0 = 0"],
         "Infinitely many solutions, because 0 = 0 is true whatever number x is"),
    ],
)  # fmt: skip
def test_an_equation_is_solved_with_its_steps(message: str, steps: list[str], solution: str) -> None:
    done = talk(message)
    assert len(done.calls) == 1
    assert all(step in done.outputs[0].splitlines() for step in steps)
    assert all(f". {step}" in done.text for step in steps)
    assert f"**{solution}**" in done.text


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("solve x^2 = 4", "it has a power"),
        ("solve x * x = 4", "multiplied by itself"),
        ("solve 1/x = 4", "below a fraction line"),
        ("solve 2x + y = 3", "more than one unknown (x, y)"),
        ("solve (x + 1)/0 = 3", "it divides by zero"),
        ("solve 2(x + 1 = 3", "a bracket is not closed"),
        (f"solve {'9' * 50}x = 3", "more than 40 digits"),
        (f"solve {'(' * 5000}x = 3", "more than 200 numbers and signs"),
    ],
)
def test_what_is_not_linear_is_said(message: str, why: str) -> None:
    turn = OfflineModel().respond(request(message))
    assert turn.tool_calls == ()
    assert why in turn.text


@pytest.mark.parametrize("message", ["A=1, B=2", "Plot y = 2x + 1", "What is E = mc?", "Chart of A = 1 and B = 2", "1 + 1 = 2"])
def test_what_is_no_equation_to_solve(message: str) -> None:
    assert read_equation(message) is None


coefficients = st.integers(-99, 99)


@settings(max_examples=150, deadline=None)
@given(coefficients, coefficients, coefficients, coefficients, st.sampled_from("xyz"))
def test_equations_come_back(a: int, b: int, c: int, d: int, unknown: str) -> None:
    equation = read_equation(f"Solve {a}{unknown} + {b} = {d} - {c}{unknown} please".replace("+ -", "- ").replace("- -", "+ "))
    assert equation is not None
    assert (equation.unknown, equation.left, equation.right) == (
        unknown,
        (Fraction(a), Fraction(b)),
        (Fraction(-c), Fraction(d)),
    )


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789xy+-*/()=. ^", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(NotLinearError):
        equation = read_equation(f"solve {text}")
        assert equation is None or equation.unknown in "xy"


def test_the_three_prompts_of_one_thread() -> None:
    first = talk(SINE)
    (call,) = first.calls
    assert first.shown == 1
    assert list(first.files) == ["sine_wave.png"]
    assert min(picture_size(first.files["sine_wave.png"])) > 600
    assert corner(first.files["sine_wave.png"]) == (255, 255, 255)
    second = talk(SINE, CODE, earlier_calls=[call])
    assert second.calls == []
    assert f"```python\n{call.input.rstrip()}\n```" in second.text
    third = talk(SINE, CODE, DARK, earlier_calls=[call])
    assert 'plt.style.use("dark_background")' in third.calls[0].input
    assert third.outputs == first.outputs  # the same data
    assert list(third.files) == ["sine_wave_dark.png"]
    assert corner(third.files["sine_wave_dark.png"]) == (0, 0, 0)
    assert "(sandbox:/mnt/data/sine_wave_dark.png)" in third.text


def test_the_code_that_is_meant_is_quoted_and_not_the_newest() -> None:
    model = OfflineModel()
    (sine,) = model.respond(request(SINE)).tool_calls
    (votes,) = model.respond(request("Bar chart of votes: yes: 3, no: 4")).tool_calls
    assert sine.input.rstrip() in model.respond(request(CODE, earlier_calls=[sine, votes])).text
    assert (
        votes.input.rstrip() in model.respond(request("What code did you use for the votes?", earlier_calls=[votes, sine])).text
    )
    assert sine.input.rstrip() in model.respond(request("Which code ran?", earlier_calls=[votes, sine])).text


def test_code_with_fences_in_it_is_quoted_whole() -> None:
    call = ToolCall("code_interpreter", input="print('```')")
    assert (
        "````python\nprint('```')\n````"
        in OfflineModel().respond(request("Show me the code that ran", earlier_calls=[call])).text
    )


def test_where_nothing_ran_no_code_is_invented() -> None:
    turn = OfflineModel().respond(request(CODE))
    assert turn.tool_calls == ()
    assert "no earlier run of this thread has run any" in turn.text


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("Plot two cycles of a cosine wave with amplitude 2.5", ["cosine from -2.5000 to 2.5000"]),
        ("Draw a sine wave of 50 Hz and a cosine", ["1000 points of x from 0 to 0.0400", "sine from -1.0000 to 1.0000"]),
        ("Show 3 periods of sin(x)", ["1000 points of x from 0 to 18.8496"]),
    ],
)
def test_waves(message: str, lines: list[str]) -> None:
    done = talk(message)
    assert set(lines) <= set(done.outputs[0].splitlines())


@pytest.mark.parametrize(
    ("message", "dark"),
    [
        (DARK, True),
        ("in dark mode please", True),
        ("a dark version", True),
        ("dark chocolate: 3, milk: 4", False),
        ("It is dark", False),
    ],
)
def test_wishes_for_dark_mode(message: str, dark: bool) -> None:
    assert wants_dark(message) is dark


def test_a_chart_of_a_message_can_be_dark_at_once() -> None:
    done = talk("Make a dark mode pie of votes: yes 120, no 80, abstain 15")
    assert list(done.files) == ["votes_pie_chart_dark.png"]
    assert corner(done.files["votes_pie_chart_dark.png"]) == (0, 0, 0)
    assert "(sandbox:/mnt/data/votes_pie_chart_dark.png)" in done.text


def test_darkening_twice_changes_nothing_more_and_imports_stay_on_top() -> None:
    code = 'import matplotlib.pyplot as plt\nimport numpy as np\n\nfig, ax = plt.subplots()\nfig.savefig("/mnt/data/a.png")\n'
    dark = darkened(code)
    assert dark.startswith('import matplotlib.pyplot as plt\nimport numpy as np\n\nplt.style.use("dark_background")\n')
    assert 'savefig("/mnt/data/a_dark.png")' in dark
    assert darkened(dark) == dark


def test_files_are_searched_and_the_best_passages_quoted_with_their_markers() -> None:
    model = OfflineModel()
    asked = request("How long is the warranty of the lamp?", tools=("file_search",))
    (call,) = model.respond(asked).tool_calls
    assert call == ToolCall("file_search", input="How long is the warranty of the lamp?")
    passages = (
        Passage("【0:0†source】", "f1", "shop.md", "We ship on Mondays. Returns are free."),
        Passage(
            "【0:1†source】", "f2", "lamp.md", "The lamp is blue.\n\nIts warranty is three years, counted from the invoice."
        ),
    )
    turn = model.respond(dataclasses.replace(asked, results=[ToolResult(call, "told", passages=passages)]))
    assert turn.tool_calls == ()
    assert "\n> The lamp is blue. Its warranty is three years, counted from the invoice. 【0:1†source】\n" in turn.text
    assert "Mondays" not in turn.text
    nothing = model.respond(dataclasses.replace(asked, results=[ToolResult(call, "Nothing was found.")]))
    assert "found no passage that fits" in nothing.text


def test_a_chart_or_an_equation_is_not_searched_for() -> None:
    tools = ("file_search", "code_interpreter")
    for message in (SINE, "solve 3x = 9", "Bar chart of A: 1, B: 2"):
        assert OfflineModel().respond(request(message, tools=tools)).tool_calls[0].kind == "code_interpreter"


def test_a_message_that_is_too_long_is_said_to_be() -> None:
    turn = OfflineModel().respond(request("word " * 12_000))
    assert turn.tool_calls == ()
    assert "Your message has 60,000 characters, and I read at most 50,000." in turn.text


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    },
}


def test_a_forced_tool_is_called_and_its_outcome_told() -> None:
    model = OfflineModel()
    choice = {"type": "function", "function": {"name": "weather"}}
    asked = request("Weather in Oslo for 3 days?", tools=("code_interpreter", WEATHER), tool_choice=choice)
    (call,) = model.respond(asked).tool_calls
    assert (call.kind, call.name, call.arguments) == ("function", "weather", '{"city": "Oslo", "days": 3}')
    turn = model.respond(dataclasses.replace(asked, tool_choice="auto", results=[ToolResult(call, "rain")]))
    assert turn.tool_calls == ()
    assert turn.text.startswith("Weather (city: Oslo, days: 3): rain.\n")
    (searched,) = model.respond(request("Hello", tools=("file_search",), tool_choice="required")).tool_calls
    assert searched.kind == "file_search"


def test_a_forced_interpreter_runs_something_true() -> None:
    (call,) = OfflineModel().respond(request("Hello", tool_choice={"type": "code_interpreter"})).tool_calls
    with Interpreter(trusted=True) as interpreter:
        assert interpreter.execute(call.input).stdout.startswith("0 files in ")
