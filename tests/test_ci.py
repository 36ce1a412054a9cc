"""The programs behind ``make check``: they notice what is wrong, and say what was not run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import check
import environment
import lowest
import smoke


@pytest.mark.parametrize(
    ("requirement", "exact"),
    [
        ("httpx>=0.26,<1", "httpx==0.26"),
        ("typing-extensions>=4.8", "typing-extensions==4.8"),
        ("python-multipart >= 0.0.9", "python-multipart==0.0.9"),
        ("uvicorn[standard]>=0.27,<1", "uvicorn[standard]==0.27"),
    ],
)
def test_a_lower_bound_becomes_exact(requirement: str, exact: str) -> None:
    assert lowest.lowest(requirement) == exact


@pytest.mark.parametrize("requirement", ["httpx", "httpx<1", "httpx==1"])
def test_a_requirement_without_lower_bound_is_an_error(requirement: str) -> None:
    with pytest.raises(ValueError, match=f"'{requirement}' has no lower bound"):
        lowest.lowest(requirement)


def test_every_dependency_of_the_package_has_a_lower_bound(root: Path) -> None:
    exact = lowest.lowest_requirements(root / "pyproject.toml")
    assert {"azure-core", "httpx", "pydantic", "starlette", "matplotlib"} <= {text.partition("==")[0] for text in exact}


def step(status: int) -> check.Step:
    """A step that ends with a status."""
    return check.Step(f"step {status}", lambda: status)


def stop() -> int:
    raise SystemExit("no environment")


def wants() -> int:
    raise check.NotRun("there is no node here")


def test_all_steps_run_and_what_failed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    steps = (step(0), step(3), check.Step("wants", wants), check.Step("stopped", stop))
    assert check.run(steps) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if re.fullmatch(r"== [^:]*", line)] == [f"== {step.name}" for step in steps]
    assert "== wants: not run: there is no node here" in lines
    assert any(line.startswith("== step 0: ok in ") for line in lines)
    assert re.fullmatch(r"4 steps in \d+ s: 1 ok, 2 failed, 1 not run", lines[-4])
    assert lines[-3:] == ["  failed: step 3", "  failed: stopped", "  not run: wants: there is no node here"]


def test_steps_that_are_not_run_are_no_failure() -> None:
    assert check.run((step(0), check.Step("wants", wants))) == 0


def test_a_python_that_is_not_here_is_not_found() -> None:
    assert check.find_python("3.999") is None


def test_an_environment_is_made_anew_when_something_changed(tmp_path: Path) -> None:
    def key(place: str = "here", requirements: tuple[str, ...] = (".[dev]",), *, editable: bool = True) -> str:
        return environment.key_of(tmp_path / place, list(requirements), sys.executable, editable)

    assert key() == key()
    assert len({key(), key("there"), key(requirements=(".[local]",)), key(editable=False)}) == 4


def test_the_versions_of_an_environment_are_told(root: Path) -> None:
    python, *versions = lowest.versions_in(Path(sys.executable), root / "pyproject.toml")
    assert python == f"Python {sys.version.split()[0]}"
    names = [requirement.partition("==")[0] for requirement in lowest.lowest_requirements(root / "pyproject.toml")]
    assert [line.partition(" ")[0] for line in versions] == names


SOURCE = ["agentkit/__init__.py", "agentkit/py.typed", "agentkit/local/_generated/openapi.json"]
ABOUT = [f"agentkit-0.1.0.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")]


def packed(*names: str, without: tuple[str, ...] = ()) -> dict[str, bytes]:
    """What a good wheel holds, and more, or less."""
    return {name: b"x" for name in (*SOURCE, *ABOUT, *names) if not name.endswith(without or ("\0",))}


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        (packed(), []),
        (packed(without=("__init__.py",)), ["the wheel lacks agentkit/__init__.py"]),
        (packed(without=("LICENSE",)), ["the wheel lacks licenses/LICENSE"]),
        (packed(without=("py.typed",)), ["the wheel lacks agentkit/py.typed", "the wheel lacks agentkit/py.typed"]),
        (
            packed("tests/test_ci.py"),
            [
                "the wheel holds tests/test_ci.py, which is no source file",
                "the wheel holds tests/test_ci.py, which belongs into none",
            ],
        ),
        (
            packed("agentkit-0.1.0.dist-info/notes.txt"),
            ["the wheel holds agentkit-0.1.0.dist-info/notes.txt, which belongs into none"],
        ),
    ],
)
def test_a_wheel_is_looked_at(files: dict[str, bytes], wrong: list[str]) -> None:
    assert smoke.wrong_with_wheel(files, SOURCE) == wrong


@pytest.mark.parametrize(
    "name",
    ["agentkit/__pycache__/__init__.cpython-311.pyc", "agentkit/.mypy_cache/x.json", "agentkit/notes.md", "agentkit/x.so"],
)
def test_what_is_no_source_is_noticed_though_it_lies_beside_it(name: str) -> None:
    assert smoke.wrong_with_wheel(packed(name), [*SOURCE, name]) == [f"the wheel holds {name}, which belongs into none"]


def test_an_sdist_is_looked_at() -> None:
    whole = dict.fromkeys(smoke._IN_THE_SDIST, b"x")
    assert smoke.wrong_with_sdist(whole) == []
    assert smoke.wrong_with_sdist({name: data for name, data in whole.items() if name != "SECURITY.md"}) == [
        "the sdist lacks SECURITY.md"
    ]
    for made in (
        "src/agentkit/__pycache__/x.py",
        "tests/x.pyc",
        ".make/dev/stamp",
        "samples-output/chart.png",
        "src/agentkit/x.py~",
    ):
        assert smoke.wrong_with_sdist({**whole, made: b"x"}) == [f"the sdist holds {made}, which was made by working"]


def test_a_packed_file_is_neither_large_nor_of_this_machine() -> None:
    machine = [Path("/srv/work/agentkit")]
    files = {
        "a.py": b"x" * smoke.LARGEST,
        "b.py": b"x" * (smoke.LARGEST + 1),
        "c.py": b"open('/srv/work/agentkit/c.py')",
        "d.py": b"open('/srv/work/agentkit-next/d.py')",
    }
    assert smoke.wrong_with_contents("the wheel", files, machine) == [
        "the wheel: b.py has 400,001 bytes",
        "the wheel: c.py names '/srv/work/agentkit', a folder of this machine",
    ]


def test_two_wheels_are_the_same_or_it_is_said_where_not() -> None:
    assert smoke.differences(packed(), packed()) == []
    other = {**packed("agentkit/more.py"), "agentkit/__init__.py": b"y"}
    assert [line.partition(" ")[0] for line in smoke.differences(packed(), other)] == [
        "agentkit/__init__.py",
        "agentkit/more.py",
    ]
