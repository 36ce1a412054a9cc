"""SECURITY.md promises nothing that no test holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_PROMISE = re.compile(r"^\| (?P<promise>[^|]+?) \| (?P<tests>`tests/[^|]+?) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[^`]+)`")
_LINK = re.compile(r"\]\((?P<file>[^)#]+)(?:#(?P<place>[^)]+))?\)")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    """The text of SECURITY.md."""
    return (root / "SECURITY.md").read_text(encoding="utf-8")


def promises(page: str) -> dict[str, list[str]]:
    """The tests that hold each promise, as pytest names them."""
    return {found["promise"]: _TEST.findall(found["tests"]) for found in _PROMISE.finditer(page)}


def names_of_tests(path: Path) -> set[str]:
    """The names of the tests in a file, those of a class behind its name."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = [(f"{node.name}::", one) for one in node.body] if isinstance(node, ast.ClassDef) else [("", node)]
        names |= {
            f"{before}{one.name}"
            for before, one in inner
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name.startswith("test_")
        }
    return names


def missing(root: Path, test: str) -> str | None:
    """Why a test is not there, or None; a file alone stands for all tests in it."""
    name, _, test_name = test.partition("::")
    if not (root / name).is_file():
        return f"there is no file {name}"
    there = names_of_tests(root / name)
    if test_name and test_name not in there:
        return f"{name} has no test {test_name}"
    return None if there else f"{name} has no tests"


def test_every_promise_names_tests_that_are_there(root: Path, page: str) -> None:
    found = promises(page)
    assert len(found) > 20
    assert [reason for tests in found.values() for test in tests if (reason := missing(root, test))] == []


def test_no_row_of_the_promises_goes_without_a_test(page: str) -> None:
    tables = [text.partition("\n## ")[0] for text in page.split("\n## What is promised: ")[1:]]
    rows = [
        line for table in tables for line in table.splitlines() if line.startswith("| ") and not line.startswith("| promise ")
    ]
    assert len(tables) == 2
    assert [row for row in rows if not _PROMISE.fullmatch(row)] == []


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("tests/test_security.py::test_no_row_of_the_promises_goes_without_a_test", None),
        ("tests/test_security.py", None),
        ("tests/test_security.py::test_that_nobody_wrote", "tests/test_security.py has no test test_that_nobody_wrote"),
        ("tests/test_nowhere.py::test_it", "there is no file tests/test_nowhere.py"),
        ("tests/conftest.py", "tests/conftest.py has no tests"),
    ],
)
def test_a_test_that_is_not_there_is_noticed(root: Path, test: str, reason: str | None) -> None:
    assert missing(root, test) == reason


def test_its_links_lead_to_places(root: Path, page: str) -> None:
    links = list(_LINK.finditer(page))
    assert links
    for link in links:
        text = (root / link["file"]).read_text(encoding="utf-8")
        headings = {
            re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-") for line in re.findall(r"^#+ (.*)", text, re.M)
        }
        assert link["place"] is None or link["place"] in headings


def test_its_commands_are_targets(root: Path, page: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)`", page)) <= set(targets)


def test_it_says_how_the_interpreter_is_contained_as_the_service_does(root: Path, page: str) -> None:
    rungs = re.findall(r"^\| `([a-z]+)` \|", (root / "docs" / "local-service.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert rungs == ["bubblewrap", "namespaces", "subprocess"]
    assert all(f"`{rung}`" in page for rung in rungs)


def test_it_goes_with_the_source(root: Path) -> None:
    assert '"SECURITY.md"' in (root / "pyproject.toml").read_text(encoding="utf-8")
