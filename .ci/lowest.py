"""Turns the lower bounds of pyproject.toml into exact versions: ``httpx>=0.25,<1`` becomes ``httpx==0.25``; tells which are installed.

Only what users install counts: the dependencies and all extras but ``dev`` and ``docs``. Which pytest or mypy is used is left to pip.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_BOUND = re.compile(r"(?P<name>[A-Za-z0-9._-]+(?:\[[^]]*\])?)\s*>=\s*(?P<version>[0-9][0-9A-Za-z.]*)")


def lowest_requirements(pyproject: Path) -> list[str]:
    """One exact requirement for each dependency of the package and of its extras but ``dev``.

    :param pyproject: The project's pyproject.toml.
    :return: Requirements such as ``httpx==0.25``, in the order of the file.
    :raises ValueError: A dependency has no lower bound.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    extras = (requirements for name, requirements in project["optional-dependencies"].items() if name not in ("dev", "docs"))
    return [lowest(requirement) for requirements in (project["dependencies"], *extras) for requirement in requirements]


def lowest(requirement: str) -> str:
    """The requirement with its lower bound made exact.

    :raises ValueError: It has no lower bound.
    """
    found = _BOUND.match(requirement)
    if found is None:
        raise ValueError(f"pyproject.toml: {requirement!r} has no lower bound; write one as name>=version")
    return f"{found['name']}=={found['version']}"


def versions_in(python: Path, pyproject: Path) -> list[str]:
    """What an environment has of these dependencies, such as ``httpx 0.28.1``, and its Python.

    :param python: The environment's interpreter.
    :param pyproject: The project's pyproject.toml.
    """
    names = [requirement.partition("==")[0].partition("[")[0] for requirement in lowest_requirements(pyproject)]
    program = (
        "import sys; from importlib.metadata import version; print('Python', sys.version.split()[0]);"
        "[print(name, version(name)) for name in sys.argv[1:]]"
    )
    done = subprocess.run([str(python), "-c", program, *names], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    print("\n".join(lowest_requirements(Path(__file__).resolve().parent.parent / "pyproject.toml")))
