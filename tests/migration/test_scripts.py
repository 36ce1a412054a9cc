"""Scripts of the older clients print the same after they were moved to agentkit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentkit.local import LocalService
from agentkit.migrate import rewrite

SCRIPTS = Path(__file__).parent / "scripts"
SECONDS = 60


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """The environment of a program that is to use a local service, as ``agentkit serve`` prints it."""
    with LocalService() as service:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("AGENTKIT_", "PYTHONPATH"))}
        yield {**ours, **service.variables}


def printed(program: Path, variables: dict[str, str]) -> str:
    """What a program prints, which must end well."""
    command = [sys.executable, "-W", "error", str(program)]
    done = subprocess.run(
        command, env=variables, cwd=program.parent, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def expected(script: str) -> str:
    """What a script printed under the published client that it was written for; ``make compat`` holds that."""
    return (SCRIPTS / f"{script}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", ["projects_b10", "agents_11"])
def test_a_script_prints_the_same_when_its_imports_were_rewritten(
    script: str, variables: dict[str, str], tmp_path: Path
) -> None:
    before = (SCRIPTS / f"{script}.py").read_text(encoding="utf-8")
    made = rewrite(before)
    assert made.findings == ()
    changed = [line for line, old in zip(made.text.splitlines(), before.splitlines(), strict=True) if line != old]
    assert all("import" in line and "agentkit" in line for line in changed)
    assert "azure.ai" not in made.text
    program = tmp_path / f"{script}.py"
    program.write_text(made.text, encoding="utf-8")
    assert printed(program, variables) == expected(script)


def test_a_script_for_assistants_prints_the_same_when_it_was_rewritten_by_hand(variables: dict[str, str]) -> None:
    assert printed(SCRIPTS / "openai_threads.py", variables) == expected("openai_threads")
    assert printed(SCRIPTS / "openai_threads_migrated.py", variables) == expected("openai_threads")


def test_the_places_to_rewrite_by_hand_are_listed() -> None:
    text = (SCRIPTS / "openai_threads.py").read_text(encoding="utf-8")
    made = rewrite(text)
    called = {number for number, line in enumerate(text.splitlines(), 1) if ".beta." in line}
    assert made.text == text
    assert {finding.line for finding in made.findings} == called
    assert all("docs/migration.md" in finding.text for finding in made.findings)
    assert rewrite((SCRIPTS / "openai_threads_migrated.py").read_text(encoding="utf-8")).findings == ()
