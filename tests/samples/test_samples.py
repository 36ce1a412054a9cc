"""Every sample runs by its own command, prints what it promises, saves its files, deletes what it made, and stands in the index.

``expected/NN_name.txt`` has lines that a sample prints, in order and possibly with others between them; ``*`` stands for any text.
A line that begins with ``saved `` names a file that it leaves.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

import samples
from agentkit import AIProjectClient
from agentkit.local import LocalService
from samples import Outcome

EXPECTED = Path(__file__).parent / "expected"
INDEX = samples.ROOT / "samples" / "README.md"
SAMPLES = samples.samples()
PACKAGES_OF_EXTRAS = ("openai", "azure.ai.inference", "opentelemetry")

# One turns tracing on for the whole process, and one ends it.
NOT_IN_THIS_PROCESS = ("27_tracing", "28_testing")

_ROW = re.compile(r"^\| (\d\d) \| (.*?) \| .*? \| (.*?) \| (.*?) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """What the index says under a number: the samples, the extras that they need, and the variables that they take."""

    names: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


def read_index() -> dict[str, Row]:
    """The rows of the index by number."""
    return {
        number: Row(
            tuple(re.findall(r"\]\((\w+\.py)\)", links)),
            tuple(re.findall(r"`(\w+)`", extras)),
            tuple(re.findall(r"`([A-Z_]+)`", variables)),
        )
        for number, links, extras, variables in _ROW.findall(INDEX.read_text(encoding="utf-8"))
    }


def row(path: Path) -> Row:
    """What the index says of a sample; nothing where it does not have it."""
    return read_index().get(path.name[:2], Row())


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


@pytest.fixture(scope="module")
def service() -> Iterator[LocalService]:
    """What stands for a service in the cloud."""
    with LocalService() as running:
        yield running


def environment(service: LocalService, variables: tuple[str, ...]) -> dict[str, str]:
    """How the environment names the service to a sample that takes these variables: by the first of them."""
    address = {
        "PROJECT_CONNECTION_STRING": service.connection_string,
        "PROJECT_ENDPOINT": f"{service.url}/api/projects/trial",
        "AZURE_OPENAI_ENDPOINT": f"{service.url}/openai",
    }
    return {
        variables[0]: address[variables[0]],
        "AGENTKIT_LOCAL_KEY": service.key,
        "AZURE_OPENAI_API_KEY": service.key,
    }


def kept(service: LocalService) -> dict[str, str]:
    """What is on the service, by its id; files that agents made do not count."""
    with AIProjectClient(service.url, service.key) as client:
        agents = client.agents
        return {
            **{agent.id: f"agent {agent.name}" for agent in agents.list_agents(limit=100).data},
            **{agent.id: f"agent {agent.name}" for agent in agents.list()},
            **{thread.id: "thread" for thread in agents.list_threads(limit=100).data},
            **{store.id: f"vector store {store.name}" for store in agents.list_vector_stores(limit=100).data},
            **{file.id: f"file {file.filename}" for file in agents.list_files().data if file.purpose != "assistants_output"},
        }


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.stem not in NOT_IN_THIS_PROCESS], ids=lambda path: path.stem)
def test_a_sample_deletes_what_it_made_on_a_service(
    path: Path,
    service: LocalService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = kept(service)
    monkeypatch.chdir(tmp_path)
    for name, value in environment(service, row(path).variables).items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr()
    assert printed.out.strip()
    assert samples.NOTICE not in printed.err
    assert [what for key, what in kept(service).items() if key not in before] == []


def test_an_expectation_is_held_in_its_order() -> None:
    outcome = Outcome(0, 0.1, "one 1\ntwo 2\nthree 3\n", "", {"samples-output/x/a.png": b""})
    assert missing("one *\nthree 3\nsaved samples-output/x/*.png\n", outcome) == []
    assert missing("three *\none *\n", outcome) == ["one *"]
    assert missing("on\nsaved samples-output/x/b.png\n", outcome) == ["on", "saved samples-output/x/b.png"]
