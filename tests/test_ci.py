"""The programs behind ``make check``: they notice what is wrong, and say what was not run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import check
import environment
import lowest
import samples


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


def test_all_steps_run_and_what_failed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    steps = (step(0), step(3), check.Step("later", check.later("a feature")), check.Step("stopped", stop))
    assert check.run(steps) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if re.fullmatch(r"== [^:]*", line)] == [f"== {step.name}" for step in steps]
    assert "== later: not run: comes with a feature" in lines
    assert any(line.startswith("== step 0: ok in ") for line in lines)
    assert re.fullmatch(r"4 steps in \d+ s: 1 ok, 2 failed, 1 not run", lines[-4])
    assert lines[-3:] == ["  failed: step 3", "  failed: stopped", "  not run: later: comes with a feature"]


def test_steps_that_are_not_run_are_no_failure() -> None:
    assert check.run((step(0), check.Step("later", check.later("a feature")))) == 0


def test_a_python_that_is_not_here_is_not_found() -> None:
    assert check.find_python("3.999") is None


def test_an_environment_is_made_anew_when_something_changed(tmp_path: Path) -> None:
    def key(place: str = "here", requirements: tuple[str, ...] = (".[dev]",), *, editable: bool = True) -> str:
        return environment.key_of(tmp_path / place, list(requirements), sys.executable, editable)

    assert key() == key()
    assert len({key(), key("there"), key(requirements=(".[local]",)), key(editable=False)}) == 4


CHART = "from pathlib import Path\nprint('done')\nPath('chart.png').write_bytes({})"


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("quickstart.py", CHART.format(r"b'\x89PNG'"), []),
        ("other.py", "print('done')", []),
        ("other.py", "pass", ["it printed nothing"]),
        ("quickstart.py", "print('done')", ["it left no chart in its folder"]),
        ("quickstart.py", CHART.format("b'no image'"), ["it left no chart in its folder"]),
        ("other.py", "print('done')\nraise SystemExit(3)", ["it ended with status 3"]),
        ("other.py", "import sys\nprint('done')\nprint('oh', file=sys.stderr)", ["on stderr: oh"]),
        ("other.py", f"import sys\nprint('done')\nprint({samples.NOTICE!r}, file=sys.stderr)", []),
    ],
)
def test_a_sample_is_looked_at(tmp_path: Path, name: str, text: str, wrong: list[str]) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert samples.run_sample(path) == wrong


def test_a_sample_sees_no_service_of_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJECT_ENDPOINT", "https://r.services.ai.azure.com/api/projects/p")
    path = tmp_path / "other.py"
    path.write_text("import os\nprint('done')\nassert 'PROJECT_ENDPOINT' not in os.environ")
    assert samples.run_sample(path) == []
