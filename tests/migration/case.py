"""Small modules and what becomes of them: the table behind the tests of the rewriting."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

__all__ = ["Case", "case"]


@dataclass(frozen=True)
class Case:
    """A module, before and after.

    :param before: Its text.
    :param after: What it becomes; None where it stays as it is.
    :param left: The lines that are listed, each with a part of the reason.
    """

    before: str
    after: str | None = None
    left: tuple[tuple[int, str], ...] = ()


def case(before: str, after: str | None = None, *left: tuple[int, str]) -> Case:
    """A case whose texts are indented as the table is."""
    return Case(dedent(before).lstrip("\n"), None if after is None else dedent(after).lstrip("\n"), left)
