"""What ``make check`` makes of the report on the types of the public surface."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import completeness


def symbol(name: str, root: Path, *messages: str, severity: str = "error") -> dict[str, Any]:
    """A name of the report, with what is said of it."""
    said = [
        {
            "file": str(root / "src" / "agentkit" / "_model.py"),
            "severity": severity,
            "message": message,
            "range": {"start": {"line": 9}},
        }
        for message in messages
    ]
    return {"name": name, "diagnostics": said}


def report(known: int, ambiguous: int, score: float, *symbols: dict[str, Any], general: tuple[str, ...] = ()) -> dict[str, Any]:
    """A report in the form of basedpyright's."""
    counts = {"withKnownType": known, "withAmbiguousType": ambiguous, "withUnknownType": 0}
    completeness_of = {"completenessScore": score, "exportedSymbolCounts": counts, "symbols": list(symbols)}
    return {"generalDiagnostics": [{"message": text} for text in general], "typeCompleteness": completeness_of}


def test_what_is_missing_is_named_with_its_place_and_what_follows_from_it_is_not(root: Path) -> None:
    found = report(
        2,
        2,
        0.5,
        symbol("agentkit.Agent.name", root, "Type is missing type annotation\n  Inferred type is str"),
        symbol("agentkit.Agent", root, 'Return type is partially unknown\n  Return type is "Agent"'),
        symbol("agentkit.Other", root, "No docstring", severity="warning"),
        general=("No py.typed file found",),
    )
    assert list(completeness.complaints(found)) == [
        "No py.typed file found",
        "src/agentkit/_model.py:10: agentkit.Agent.name: Type is missing type annotation Inferred type is str",
    ]


@pytest.mark.parametrize(
    ("found", "status", "last"),
    [
        (report(3, 0, 1.0), 0, "3 of 3 public names have complete types: 100.00%"),
        (report(2999, 1, 0.99967), 1, "2999 of 3000 public names have complete types: 99.97%"),
        (report(0, 0, 1.0, general=("Module not found",)), 1, "0 of 0 public names have complete types: 100.00%"),
    ],
    ids=["complete", "one is missing", "no package"],
)
def test_less_than_all_fails(
    found: dict[str, Any], status: int, last: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(completeness, "report", lambda: found)
    assert completeness.main() == status
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_a_checker_that_gives_no_report_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/echo")
    with pytest.raises(SystemExit, match=r"ended with status 0 and gave no report:\n-m basedpyright --verifytypes agentkit"):
        completeness.report()
