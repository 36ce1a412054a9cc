"""Turns the lower bounds of pyproject.toml into exact versions: ``httpx>=0.25,<1`` becomes ``httpx==0.25``.

Only what users install counts: the dependencies and all extras but ``dev`` and ``docs``. Which pytest or mypy is used is left to pip.
"""

from __future__ import annotations

import re
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


if __name__ == "__main__":
    print("\n".join(lowest_requirements(Path(__file__).resolve().parent.parent / "pyproject.toml")))
