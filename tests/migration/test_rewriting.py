"""What ``agentkit migrate`` makes of a module, case by case."""

from __future__ import annotations

import cProfile
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.migrate import Rewritten, rewrite
from agentkit.migrate._deep import too_deep
from agentkit.migrate._rewriting import _rewrite
from migration.case import Case
from migration.left import LEFT
from migration.moved import MOVED
from migration.scopes import SCOPES

CASES = MOVED | LEFT
# Some of the scopes have type parameters, which Python reads from 3.12 on; so those are not run through it.
ALL_CASES = CASES | SCOPES


@pytest.mark.parametrize("case", ALL_CASES.values(), ids=ALL_CASES)
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


REPEATED = {
    "names of one import, called": (
        "from azure.ai.projects import ",
        "AIProjectClient, ",
        "AIProjectClient\n",
        "AIProjectClient()\n",
    ),
    "imports, called": ("", "import azure.ai.projects\n", "", "azure.ai.projects.AIProjectClient()\n"),
    "imports of modules, called": ("", "from azure.ai import projects as p, agents as p\n", "", "p.models.Agent()\n"),
    "imports, of which a name is missing": ("", "import azure.ai.projects\n", "", "azure.ai.projects.No\n"),
    "imports beside others": ("", "import azure.ai.projects, azure.core\n", "", "azure.core.No\n"),
    "imports, shadowed": ("", "import azure.ai.projects\n", "", "azure = agentkit = 1\n"),
    "dots": ("import azure.ai.projects\nazure.ai.projects", ".models", "\n", ""),
    "dots behind a call": ("import azure.ai.projects\nclient()", ".models", "\n", ""),
}


@pytest.mark.parametrize("shape", REPEATED.values(), ids=REPEATED)
def test_work_grows_with_the_length_of_a_module_and_not_with_its_square(shape: tuple[str, str, str, str]) -> None:
    """Calls of functions are counted: four times the text makes at most four times as many."""

    def work(times: int) -> int:
        before, again, after, used = shape
        profiler = cProfile.Profile()
        # Not rewrite(), which does it in a thread of its own.
        profiler.runcall(_rewrite, before + again * times + after + used * times)
        return sum(entry.callcount for entry in profiler.getstats())

    work(80)  # what is loaded and remembered
    few, many = work(20), work(80)
    assert 20 < few < many <= 4 * few


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\ny = x" + ".z" * 2500, "too many operators, dots or calls in a row"),
        ("x = 1\ny = x" + ".z()" * 1200, "too many operators, dots or calls in a row"),
        ("x = 1\ny = x" + "[f(0), 1]" * 1001, "too many operators, dots or calls in a row"),
        ("x = 1\ny = " + "-" * 2500 + "x", "too many operators, dots or calls in a row"),
        ("x = 1\ny = " + "not " * 2500 + "x", "too many operators, dots or calls in a row"),
        ("x = 1\ny = " + "[" * 250 + "]" * 250, "its brackets are nested too deeply"),
    ],
    ids=["dots", "calls", "items", "signs", "words", "brackets"],
)
def test_what_is_too_deep_for_the_parser_is_refused_at_once(text: str, why: str) -> None:
    with pytest.raises(SyntaxError, match=why) as caught:
        rewrite(text)
    assert caught.value.lineno == 2


def test_what_is_long_and_not_deep_is_read() -> None:
    long = "x = [" + "1 + a.b(c), " * 1000 + "]\n" + "y = f(1).g[2]\n" * 50
    assert too_deep(long + "x = a.b; " * 1000) is None
    assert rewrite(f"{long}from azure.ai.projects import models\n").text == f"{long}from agentkit import models\n"


def test_a_module_that_names_nothing_is_not_looked_through() -> None:
    assert rewrite("x = 1\n") == Rewritten("x = 1\n")
