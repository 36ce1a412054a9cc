"""What a purge takes for old, and how it tells of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from inspect import signature

from agentkit._core.purge import KINDS, PurgedObject, PurgeReport, check_kinds, cut_off, looked_at
from agentkit.models import Agent, OpenAIFile
from agentkit.operations import AgentsOperations

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


def test_an_age_is_a_timedelta_or_seconds() -> None:
    assert cut_off(60, NOW) == cut_off(60.0, NOW) == cut_off(timedelta(minutes=1), NOW) == NOW - timedelta(minutes=1)
    assert cut_off(0, NOW) == NOW


def test_kinds_come_in_the_order_of_deletion() -> None:
    assert check_kinds(reversed(KINDS)) == KINDS
    assert check_kinds({"files", "agents"}) == ("agents", "files")
    assert check_kinds("threads") == ("threads",)


def test_the_name_of_a_file_is_its_file_name() -> None:
    file = OpenAIFile({"id": "f", "filename": "b-1.txt", "purpose": "assistants", "created_at": 1})
    assert looked_at("files", file, NOW, "b-") == PurgedObject("files", "f", "b-1.txt", datetime.fromtimestamp(1, timezone.utc))
    assert looked_at("files", file, NOW, "c-") is None


def test_what_has_no_name_has_no_prefix() -> None:
    assert looked_at("agents", Agent({"id": "a", "name": None, "created_at": 1}), NOW, "b-") is None


def test_what_was_created_at_the_moment_itself_stays() -> None:
    agent = Agent({"id": "a", "created_at": int(NOW.timestamp())})
    assert looked_at("agents", agent, NOW, None) is None
    assert looked_at("agents", agent, NOW + timedelta(seconds=1), None) is not None


def test_a_report_is_read_by_people() -> None:
    found = PurgedObject("agents", "asst_1", "helper", NOW - timedelta(days=9))
    report = PurgeReport(True, NOW, (found, found.became("failed", "no role")), {"threads": "no list"})
    assert str(report).splitlines() == [
        "would delete 2 objects that were created before 2026-03-02 12:00:00 UTC",
        "  found: agents asst_1 'helper' of 2026-02-21 12:00",
        "  failed: agents asst_1 'helper' of 2026-02-21 12:00: no role",
        "  not listed: threads: no list",
    ]


def test_a_purge_looks_at_all_kinds_unless_some_are_named() -> None:
    assert signature(AgentsOperations.purge).parameters["kinds"].default == KINDS
