"""A purge tells what is old, and deletes it when it is told to."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentkit.exceptions import HttpResponseError
from agentkit.local import LocalService
from agentkit.models import PurgeReport

from .faces import Connect, Face, done
from .rounds import toolset
from .servers import Answer, RawServer


def entry(number: int, name: str | None = "n", **more: Any) -> dict[str, Any]:
    return {"id": f"id_{number}", "name": name, "created_at": number, "filename": name, "purpose": "assistants", **more}


def listed(*entries: dict[str, Any], more: bool = False, **others: Any) -> Answer:
    last = {"last_id": entries[-1]["id"]} if entries else {}
    return Answer(body={"object": "list", "data": list(entries), "has_more": more, **last, **others})


GONE = Answer(body={"id": "x", "deleted": True})


async def two_of_each(agents: Any) -> dict[str, list[str]]:
    """Two objects of each kind, the second ones with names that begin with ``b``."""
    made: dict[str, list[str]] = {"agents": [], "threads": [], "vector_stores": [], "files": []}
    for name in ("a-1", "b-1"):
        made["agents"].append((await done(agents.create_agent(model="m", name=name))).id)
        made["threads"].append((await done(agents.create_thread())).id)
        made["vector_stores"].append((await done(agents.create_vector_store(name=name))).id)
        made["files"].append((await done(agents.upload_file(file=(name, b"x"), purpose="assistants"))).id)
    return made


def by_kind(objects: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"agents": [], "threads": [], "vector_stores": [], "files": []}
    for each in objects:
        found[each.kind].append(each.id)
    return {kind: sorted(ids) for kind, ids in found.items()}


async def test_it_only_looks_unless_it_is_told_to_delete(serve: Any, connect: Connect) -> None:
    agents = connect(serve()).agents
    made = {kind: sorted(ids) for kind, ids in (await two_of_each(agents)).items()}
    report = await done(agents.purge(older_than=0))
    assert isinstance(report, PurgeReport)
    assert report.dry_run
    assert by_kind(report.found) == made
    assert {each.outcome for each in report.objects} == {"found"}
    assert (report.deleted, report.failed, report.undated, report.unlisted) == ([], [], [], {})
    assert by_kind((await done(agents.purge(older_than=0))).found) == made, "nothing was deleted"
    report = await done(agents.purge(older_than=0, dry_run=False))
    assert by_kind(report.deleted) == made
    assert (await done(agents.purge(older_than=0))).objects == ()


async def test_younger_ones_and_other_names_and_kinds_stay(serve: Any, connect: Connect) -> None:
    agents = connect(serve()).agents
    made = await two_of_each(agents)
    assert (await done(agents.purge(older_than=timedelta(minutes=1), dry_run=False))).objects == ()
    report = await done(agents.purge(older_than=0.0, name_prefix="b-", dry_run=False))
    assert by_kind(report.deleted) == {kind: [] if kind == "threads" else ids[1:] for kind, ids in made.items()}
    assert report.unlisted == {"threads": "threads have no names, so that none begins with 'b-'"}
    report = await done(agents.purge(older_than=0, kinds=["files", "threads"], dry_run=False))
    assert by_kind(report.deleted) == by_kind([]) | {"threads": sorted(made["threads"]), "files": made["files"][:1]}
    assert by_kind((await done(agents.purge(older_than=0, kinds="agents"))).found)["agents"] == made["agents"][:1]


async def test_by_area_it_is_a_method_of_the_client(serve: Any, connect_agents: Connect) -> None:
    client = connect_agents(serve())
    thread = await done(client.threads.create())
    report = await done(client.purge(older_than=0, dry_run=False))
    assert [(each.kind, each.id) for each in report.deleted] == [("threads", thread.id)]


async def test_everything_is_listed_before_anything_is_deleted_and_what_refers_goes_first(
    raw: RawServer, connect: Connect
) -> None:
    raw.answers = [listed(entry(1), more=True), listed(entry(2)), listed(entry(3)), listed(entry(4)), listed(entry(5)), GONE]
    report = await done(connect(raw).agents.purge(older_than=0, dry_run=False))
    assert [(seen.method, seen.path.partition("/local")[2]) for seen in raw.seen] == [
        ("GET", "/assistants"),
        ("GET", "/assistants"),
        ("GET", "/threads"),
        ("GET", "/vector_stores"),
        ("GET", "/files"),
        ("DELETE", "/assistants/id_1"),
        ("DELETE", "/assistants/id_2"),
        ("DELETE", "/threads/id_3"),
        ("DELETE", "/vector_stores/id_4"),
        ("DELETE", "/files/id_5"),
    ]
    assert len(report.deleted) == 5


async def test_age_counts_to_the_second(raw: RawServer, connect: Connect, naps: Any) -> None:
    naps.unix = 1000.0
    raw.answers = [listed(entry(899), entry(900), entry(950))]
    report = await done(connect(raw).agents.purge(older_than=100, kinds="agents"))
    assert [each.id for each in report.found] == ["id_899"]
    assert report.before == datetime.fromtimestamp(900, timezone.utc)
    assert report.found[0].created_at == datetime.fromtimestamp(899, timezone.utc)


async def test_what_fails_is_told_and_the_rest_goes_on(raw: RawServer, connect: Connect) -> None:
    refused = Answer(403, body={"error": {"code": "no", "message": "It is not yours."}})
    raw.answers = [listed(entry(1), entry(2), entry(3), entry(4, created_at=None)), refused, Answer(404), GONE]
    report = await done(connect(raw).agents.purge(older_than=0, kinds="agents", dry_run=False))
    assert [each.outcome for each in report.objects] == ["failed", "gone", "deleted", "undated"]
    assert [each.id for each in report.deleted] == ["id_2", "id_3"]
    assert [each.id for each in report.undated] == ["id_4"]
    (failed,) = report.failed
    assert "It is not yours" in failed.reason
    head, *lines = str(report).splitlines()
    assert head.startswith("deleted 2 of 3 objects that were created before 20")
    assert lines[0].startswith("  failed: agents id_1 'n' of 1970-01-01 00:00: ")
    assert lines[3] == "  undated: agents id_4 'n': the service does not say when it was created"


@pytest.mark.parametrize("broken", [Answer(drop=True), Answer(401)], ids=["no connection", "no valid key"])
async def test_when_nothing_can_be_deleted_any_more_it_ends_and_tells(broken: Answer, raw: RawServer, connect: Connect) -> None:
    raw.answers = [listed(entry(1), entry(2), entry(3)), GONE, broken]
    agents = connect(raw, retry_total=0).agents
    report = await done(agents.purge(older_than=0, kinds="agents", dry_run=False))
    assert [each.outcome for each in report.objects] == ["deleted", "failed", "not tried"]
    assert report.failed[1].reason == "the purge ended with id_2"
    assert len(raw.seen) == 3


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_service_without_a_list_of_threads_is_told(status: int, raw: RawServer, connect: Connect) -> None:
    raw.answers = [listed(entry(1)), Answer(status), listed(), listed()]
    report = await done(connect(raw, retry_total=0).agents.purge(older_than=0))
    assert [each.id for each in report.found] == ["id_1"]
    assert set(report.unlisted) == {"threads"}
    assert "the service has no list of them" in str(report)


async def test_a_list_that_is_refused_ends_it_before_anything_is_deleted(raw: RawServer, connect: Connect) -> None:
    raw.answers = [listed(entry(1)), Answer(403)]
    with pytest.raises(HttpResponseError):
        await done(connect(raw).agents.purge(older_than=0, dry_run=False))
    assert {seen.method for seen in raw.seen} == {"GET"}


async def test_files_that_are_not_of_agents_stay(raw: RawServer, connect: Connect) -> None:
    purposes = ["assistants", "fine-tune", "assistants_output", "batch", "vision", None, "new"]
    raw.answers = [listed(*(entry(number, purpose=purpose) for number, purpose in enumerate(purposes)))]
    report = await done(connect(raw).agents.purge(older_than=0, kinds="files"))
    assert [each.id for each in report.objects] == ["id_0", "id_2", "id_4"]


async def test_a_list_of_files_that_is_not_all_of_them_is_told(raw: RawServer, connect: Connect) -> None:
    raw.answers = [listed(entry(1), more=True)]
    report = await done(connect(raw).agents.purge(older_than=0, kinds="files"))
    assert [each.id for each in report.objects] == ["id_1"]
    assert "the first of them only" in report.unlisted["files"]


async def test_the_functions_of_a_deleted_agent_are_forgotten(face: Face, service: LocalService, connect: Connect) -> None:
    def answer() -> str:
        """Answers."""
        return "Yes."

    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m", name="zz-purged", toolset=toolset(face, answer)))
    assert agent.id in agents._known_agents
    await done(agents.purge(older_than=0, name_prefix="zz-purged", kinds="agents", dry_run=False))
    assert agent.id not in agents._known_agents


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, TypeError, "older_than"),
        ({"older_than": "1"}, TypeError, "timedelta or in seconds, not str"),
        ({"older_than": True}, TypeError, "not bool"),
        ({"older_than": -1}, ValueError, "not negative"),
        ({"older_than": timedelta(days=-1)}, ValueError, "not negative"),
        ({"older_than": 1e300}, ValueError, "age of the calendar"),
        ({"older_than": float("nan")}, ValueError, "age of the calendar"),
        ({"older_than": 1, "dry_run": 0}, TypeError, "dry_run= as True or False, not 0"),
        ({"older_than": 1, "dry_run": None}, TypeError, "dry_run="),
        ({"older_than": 1, "name_prefix": ""}, ValueError, "fits every name"),
        ({"older_than": 1, "name_prefix": 1}, TypeError, "name_prefix= as text"),
        ({"older_than": 1, "kinds": "runs"}, ValueError, "agents, threads, vector_stores, files, not runs"),
        ({"older_than": 1, "kinds": []}, ValueError, "not none of them"),
        ({"older_than": 1, "kinds": 3}, TypeError, "not int"),
        ({"older_than": 1, "kinds": [["agents"]]}, ValueError, r"not \['agents'\]"),
        ({"older_than": 1, "dryrun": False}, TypeError, "Did you mean 'dry_run'"),
        ({"older_than": 1, "stream": True}, TypeError, "does not take stream="),
    ],
)
async def test_what_is_wrong_is_refused_before_anything_is_asked(
    arguments: dict[str, Any], error: type[Exception], words: str, raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(error, match=words):
        await done(connect(raw).agents.purge(**arguments))
    assert not raw.seen
