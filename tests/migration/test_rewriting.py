"""What ``agentkit migrate`` makes of a module, case by case."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.migrate import Rewritten, rewrite
from migration.case import Case
from migration.left import LEFT
from migration.moved import MOVED

CASES = MOVED | LEFT


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_module_becomes_exactly_this(case: Case) -> None:
    made = rewrite(case.before)
    assert made.text == (case.before if case.after is None else case.after)
    told = [(finding.line, finding.text) for finding in made.findings]
    assert [line for line, _ in told] == [line for line, _ in case.left], told
    for (_, text), (_, part) in zip(told, case.left, strict=True):
        assert part in text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_was_rewritten_is_not_rewritten_again(case: Case) -> None:
    after = rewrite(case.before).text
    assert rewrite(after).text == after
    compile(after, "after", "exec")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_line_ends_stay(case: Case) -> None:
    wanted = case.before if case.after is None else case.after
    assert rewrite(case.before.replace("\n", "\r\n")).text == wanted.replace("\n", "\r\n")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_last_line_without_an_end_stays_so(case: Case) -> None:
    wanted = case.before if case.after is None else case.after
    assert rewrite(case.before.rstrip("\n")).text == wanted.rstrip("\n")


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(CASES)), max_size=4))
def test_modules_together_are_a_fixed_point(names: list[str]) -> None:
    """Imports of several cases in one module bind the same names: whatever comes of it, it comes of it at once."""
    text = "".join(CASES[name].before for name in names if "__future__" not in CASES[name].before)
    once = rewrite(text).text
    assert rewrite(once).text == once
    compile(once, "once", "exec")


@pytest.mark.parametrize(
    ("text", "line"),
    [("def f(:\n", 1), ("x = 1\nprint 'azure.ai.projects'\n", 2), ("(" * 2000 + ")" * 2000, 1), ("x = 1\ry = 2\r", 1)],
    ids=["no Python", "Python 2", "nested too deeply", "line ends of old"],
)
def test_what_is_no_python_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SyntaxError) as caught:
        rewrite(text)
    assert caught.value.lineno == line


@pytest.mark.parametrize("long", ["x = " + " + ".join(["1"] * 600), "x = y" + ".z" * 600, "x = " + "-" * 600 + "1"])
def test_long_chains_are_no_obstacle(long: str) -> None:
    limit = sys.getrecursionlimit()
    assert rewrite(f"{long}\nfrom azure.ai.projects import models\n").text == f"{long}\nfrom agentkit import models\n"
    assert sys.getrecursionlimit() == limit


def test_a_module_that_names_nothing_is_not_looked_through() -> None:
    assert rewrite("x = 1\n") == Rewritten("x = 1\n")
