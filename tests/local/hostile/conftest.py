"""Prints what became of each hostile program on each rung, as a table under the tests."""

from __future__ import annotations

import pytest

RUNGS = ("bubblewrap", "namespaces", "subprocess")
_VERDICTS = pytest.StashKey[dict[tuple[str, str], str]]()
_REASONS = pytest.StashKey[dict[str, str]]()


class Verdicts:
    """Takes down what became of an attack on a rung, and why a rung is not run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def note(self, attack: str, rung: str, verdict: str, reason: str = "") -> None:
        self._config.stash.setdefault(_VERDICTS, {})[attack, rung] = verdict
        if reason:
            self._config.stash.setdefault(_REASONS, {})[f"{rung}: {verdict}"] = reason


@pytest.fixture
def verdicts(request: pytest.FixtureRequest) -> Verdicts:
    return Verdicts(request.config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    table = config.stash.get(_VERDICTS, {})
    if not table:
        return
    terminalreporter.section("hostile programs, by rung")
    attacks = list(dict.fromkeys(attack for attack, _ in table))
    width = max(map(len, attacks)) + 2
    terminalreporter.write_line(" " * width + "".join(f"{rung:<14}" for rung in RUNGS))
    for attack in attacks:
        cells = "".join(f"{table.get((attack, rung), '-'):<14}" for rung in RUNGS)
        terminalreporter.write_line(f"{attack:<{width}}{cells}".rstrip())
    for verdict, reason in config.stash.get(_REASONS, {}).items():
        terminalreporter.write_line(f"{verdict}: {reason}")
