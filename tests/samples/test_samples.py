"""Every sample runs by its own command, prints what it promises, saves its files, and stands in the index.

``expected/NN_name.txt`` has lines that a sample prints, in order and possibly with others between them; ``*`` stands for any text.
A line that begins with ``saved `` names a file that it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

import samples
from index_of_samples import INDEX, read_index, row
from samples import Outcome

EXPECTED = Path(__file__).parent / "expected"
SAMPLES = samples.samples()
PACKAGES_OF_EXTRAS = ("openai", "azure.ai.inference", "opentelemetry")


def pattern(line: str) -> re.Pattern[str]:
    """What a line of an expectation matches."""
    return re.compile(".*".join(map(re.escape, line.split("*"))))


def missing(expected: str, outcome: Outcome) -> list[str]:
    """The lines of an expectation that the sample did not print, or not in that order, and the files that it did not save."""
    wanted = [line for line in expected.splitlines() if line.strip()]
    printed = iter(outcome.output.splitlines())
    lines = [line for line in wanted if not line.startswith("saved ")]
    files = [line for line in wanted if line.startswith("saved ")]
    return [line for line in lines if not any(pattern(line).fullmatch(text.rstrip()) for text in printed)] + [
        line for line in files if not any(pattern(line).fullmatch(f"saved {name}") for name in outcome.files)
    ]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[Path, Future[Outcome]]]:
    """What comes of the samples that are asked for; a few of them run at once."""
    tests = [item for item in request.session.items if isinstance(item, pytest.Function) and "ran" in item.fixturenames]
    asked = [cast("Path", test.callspec.params["ran"]) for test in tests]
    with ThreadPoolExecutor(samples.AT_ONCE) as pool:
        yield {path: pool.submit(samples.run_sample, path) for path in asked}


@pytest.mark.parametrize("ran", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_prints_what_is_expected(ran: Path, outcomes: dict[Path, Future[Outcome]]) -> None:
    outcome = outcomes[ran].result()
    assert list(outcome.wrong()) == []
    expected = (EXPECTED / f"{ran.stem}.txt").read_text(encoding="utf-8")
    assert missing(expected, outcome) == [], outcome.output


def test_every_expectation_has_its_sample() -> None:
    assert {path.stem for path in EXPECTED.glob("*.txt")} == {path.stem for path in SAMPLES}


@pytest.mark.parametrize("path", [path for path in SAMPLES if len(row(path).extras) > 1], ids=lambda path: path.stem)
def test_without_its_extras_a_sample_says_what_to_install(path: Path, tmp_path: Path) -> None:
    without = tmp_path / "without.py"
    without.write_text(
        f"import runpy, sys\nsys.modules.update(dict.fromkeys({PACKAGES_OF_EXTRAS!r}))\n"
        f"runpy.run_path({str(path)!r}, run_name='__main__')\n"
    )
    outcome = samples.run_sample(without)
    assert list(outcome.wrong()) == []
    for extra in row(path).extras[1:]:
        assert f"pip install '.[{extra}]'" in outcome.output


def test_the_index_has_every_sample_and_no_other() -> None:
    index = read_index()
    assert {name for found in index.values() for name in found.names} == {path.name for path in SAMPLES}
    assert list(index) == [f"{number:02}" for number in range(1, len(index) + 1)]
    assert [name for number, found in index.items() for name in found.names if not name.startswith(f"{number}_")] == []


def test_the_links_of_the_index_lead_to_files() -> None:
    targets = re.findall(r"\]\(([^)#]+)", INDEX.read_text(encoding="utf-8"))
    assert [target for target in targets if not (INDEX.parent / target).exists()] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_says_how_it_is_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"python samples/{path.name}" in text
    extras = row(path).extras
    assert extras[0] == "local"
    assert [extra for extra in extras[1:] if f'"{extra}"' not in text] == []
    assert [variable for variable in row(path).variables if variable not in text] == []


def test_an_expectation_is_held_in_its_order() -> None:
    outcome = Outcome(0, 0.1, "one 1\ntwo 2\nthree 3\n", "", {"samples-output/x/a.png": b""})
    assert missing("one *\nthree 3\nsaved samples-output/x/*.png\n", outcome) == []
    assert missing("three *\none *\n", outcome) == ["one *"]
    assert missing("on\nsaved samples-output/x/b.png\n", outcome) == ["on", "saved samples-output/x/b.png"]
