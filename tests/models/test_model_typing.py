"""What a type checker sees: the constructors by their public names, from a mapping too, and no name that is not there."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

USAGE = Path(__file__).with_name("typed_usage.py")

WRONG = {
    "from agentkit.models import ThreadRunn": 'has no attribute "ThreadRunn"',
    'Agent(instuctions="x")': 'Unexpected keyword argument "instuctions" for "Agent"',
    "Agent(model=5)": 'Argument "model" to "Agent" has incompatible type "int"',
    'Agent(tools=[ToolOutput(output="x")])': 'incompatible type "ToolOutput"; expected "ToolDefinition"',
    'ThreadRun([("id", "x")])': 'Argument 1 to "ThreadRun" has incompatible type "list[tuple[str, str]]"',
    'Agent(name="x").nmae': '"Agent" has no attribute "nmae"',
    'Agent(name="x").name.nothing': '"str" has no attribute "nothing"',
}


def mypy(program: Path, cache: Path) -> str:
    """What mypy says of a file in its strict mode."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(cache), str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=program.parent)
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def test_the_usage_runs() -> None:
    made = runpy.run_path(str(USAGE))
    assert made["from_a_mapping"] == made["of_a_response"] == {"object": "thread.run", "id": "run_1", "assistant_id": "asst_1"}
    assert made["kinds"] == ["code_interpreter"]
    assert made["schema"] == {"type": "object"}


def test_the_usage_has_nothing_to_complain_about(cache: Path) -> None:
    assert mypy(USAGE, cache) == ""


def test_mistakes_are_found(cache: Path, tmp_path: Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text("from agentkit.models import Agent, ThreadRun, ToolOutput\n" + "".join(f"{line}\n" for line in WRONG))
    errors = [line for line in mypy(program, cache).splitlines() if ": error: " in line]
    found = {int(line.split(":", 2)[1]): line for line in errors}
    for number, (line, message) in enumerate(WRONG.items(), start=2):
        assert message in found.get(number, f"nothing found in line {number}: {line}")
