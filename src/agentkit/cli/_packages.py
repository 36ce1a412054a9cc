"""Which of the optional packages are here, by the extras that bring them."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass

__all__ = ["Extra", "extras"]

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+).*;.*\bextra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")
# What the project's own developers install.
_UNNAMED = frozenset({"dev", "docs"})


@dataclass(frozen=True)
class Extra:
    """An extra, and those of its packages that are missing here."""

    name: str
    missing: tuple[str, ...]

    @property
    def is_installed(self) -> bool:
        """Whether all of its packages are here."""
        return not self.missing


def extras() -> list[Extra]:
    """The extras of the installed agentkit, by their names; none where agentkit runs from a folder without being installed."""
    try:
        lines = importlib.metadata.requires("agentkit") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    packages: dict[str, list[str]] = {}
    for line in lines:
        found = _REQUIREMENT.match(line)
        if found is not None and found["extra"] not in _UNNAMED:
            packages.setdefault(found["extra"], []).append(found["name"])
    return [Extra(name, tuple(filter(_is_missing, packages[name]))) for name in sorted(packages)]


def _is_missing(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return True
    return False
