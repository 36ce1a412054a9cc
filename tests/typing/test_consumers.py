"""What users see of the types: both checkers read the programs of this folder and find nothing, and the programs run.

``consumer_mistakes.py`` is the other half: each of its lines is a mistake that both checkers have to find.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

import agentkit
import agentkit.aio
from agentkit.local import LocalService

HERE = Path(__file__).parent
MISTAKES = HERE / "consumer_mistakes.py"

CHECKERS = {"mypy": (), "basedpyright": ("--level", "error")}


def checked(checker: str, root: Path, *programs: Path) -> str:
    """What a type checker says of programs, with the project's configuration; empty where it finds nothing."""
    # basedpyright asks the `python` that is found first where packages are.
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [sys.executable, "-m", checker, *CHECKERS[checker], *map(str, programs)]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout if done.returncode else ""


def program(name: str) -> Any:
    """A program of this folder as a module."""
    spec = spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks there for what the annotations of its models mean
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_strict_checker_finds_nothing(checker: str, root: Path) -> None:
    assert checked(checker, root, *sorted(HERE.glob("consumer_*.py"))) == ""


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_mistake_is_found(checker: str, root: Path, tmp_path: Path) -> None:
    text = MISTAKES.read_text(encoding="utf-8")
    marked = {number for number, line in enumerate(text.splitlines(), start=1) if "# type: ignore[" in line}
    bare = tmp_path / MISTAKES.name
    bare.write_text(re.sub(r"  # type: ignore\[.*", "", text), encoding="utf-8")
    said = checked(checker, root, bare)
    found = {int(number) for number in re.findall(rf"{bare.name}:(\d+)(?::\d+)?(?: -|:) error", said)}
    assert len(marked) > 25
    assert found == marked, said


# --- the programs run ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service() -> Iterator[LocalService]:
    with LocalService(allow_download=True) as started:
        yield started


def test_the_sync_programs_run(service: LocalService, tmp_path: Path) -> None:
    with agentkit.AIProjectClient(service.url, credential=service.key) as client:
        program("consumer_sync").main(client, str(tmp_path))
        program("consumer_tools").main(client)
    program("consumer_sync").alone(agentkit.AgentsClient(service.url, service.key))


def test_the_async_program_runs(service: LocalService) -> None:
    async def run() -> None:
        asynchronous = program("consumer_async")
        async with agentkit.aio.AIProjectClient(service.url, credential=service.key) as client:
            await asynchronous.main(client)
        await asynchronous.alone(agentkit.aio.AgentsClient(service.url, service.key))

    asyncio.run(run())
