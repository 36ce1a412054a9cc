"""Evaluations and schedules of the local service: bodies, rows, links, refusals, and what survives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from service_wire import PROJECT, Clock, Wire

from agentkit.local.datasets import DataError, count_rows, file_ids_in
from agentkit.local.errors import ApiError
from agentkit.local.links import MAX_PAGE, TOKEN, linked_page

RUNS, SCHEDULES = "/evaluations/runs", "/evaluations/schedules"
WORKSPACE = "/raisvc/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
SCHEDULE: dict[str, Any] = {
    "data": {"type": "app_insights", "resourceId": "r", "query": "q"},
    "evaluators": {},
    "trigger": {"type": "Cron", "expression": "0 9 * * 1-5"},
}


def started(wire: Wire, data_id: str = "d", **more: Any) -> Any:
    """A new evaluation of a dataset."""
    body = {"data": {"type": "dataset", "id": data_id}, "evaluators": {}, **more}
    response = wire.http.post(f"{RUNS}:run", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def ended(wire: Wire, clock: Clock, evaluation: Any) -> Any:
    """An evaluation when it has had its time."""
    clock.now += 2
    return wire.get(f"{RUNS}/{evaluation['id']}")


def scheduled(wire: Wire, name: str = "nightly", **fields: Any) -> httpx.Response:
    return wire.http.put(f"{SCHEDULES}/{name}", json={**SCHEDULE, **fields})


# --- evaluations ----------------------------------------------------------------------------------------------------------


def test_an_evaluation_gets_on_by_the_clock(serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock)
    evaluation = started(
        wire, wire.upload(b"a,b\n1,2\n3,4\n")["id"], displayName="trial", tags={"a": "1"}, properties={"b": "2"}
    )
    assert evaluation["id"].startswith("eval_")
    statuses = [evaluation["status"]]
    for _ in range(4):
        clock.now += 0.5
        found = wire.get(f"{RUNS}/{evaluation['id']}")
        statuses.append(found["status"])
        assert ("local.rows" in found["properties"]) == (found["status"] == "Completed")
    assert statuses == ["Queued", "Running", "Completed", "Completed", "Completed"]
    assert {name: found[name] for name in evaluation if name not in ("status", "properties")} == {
        name: evaluation[name] for name in evaluation if name not in ("status", "properties")
    }
    assert found["properties"] == {
        "b": "2",
        "local.rows": "2",
        "local.scores": "none: the local service counts the rows of the data and runs no evaluators",
    }
    assert found["systemData"]["createdAt"] == "2025-06-15T15:06:40.000Z"


DATA = {
    "rows.jsonl": (b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}', 2),
    "rows.NDJSON": (b'{"a": 1}\n', 1),
    "rows.csv": (b'a,b\n"one\ntwo",2\n\n , \n3,4\n', 2),
    "rows.tsv": (b"a\tb\n1\t2\n", 1),
}


@pytest.mark.parametrize(("name", "content", "rows"), [(name, *data) for name, data in DATA.items()])
def test_the_rows_of_a_file_are_counted(shared: Wire, tmp_path: Path, name: str, content: bytes, rows: int) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert count_rows(path, name) == rows


NO_DATA = {
    "no rows": ("rows.csv", b"a,b\n", "the file 'rows.csv' has no rows"),
    "an empty table": ("rows.tsv", b"\n\n", "has no rows"),
    "no objects": ("rows.jsonl", b'{"a": 1}\n[1]\n', "line 2 is no JSON object"),
    "no JSON": ("rows.jsonl", b"\n\n{a: 1}\n", "line 3 is no JSON object"),
    "nested too deeply": ("rows.jsonl", b"[" * 100_000, "line 1 is no JSON object"),
    "no table": ("rows.csv", b'a,b\n"1"x,2\n', "line 2 is no row of a table"),
    "no text": ("rows.jsonl", b"\xff\xfe", "is not text in UTF-8"),
    "another kind": ("rows.parquet", b"PAR1", "expected JSON lines (.jsonl) or a table with a header (.csv, .tsv)"),
}


@pytest.mark.parametrize(("name", "content", "reason"), NO_DATA.values(), ids=NO_DATA)
def test_data_that_has_no_rows_fails_with_the_reason(
    serve: Callable[..., Wire], clock: Clock, name: str, content: bytes, reason: str
) -> None:
    wire = serve(clock=clock)
    found = ended(wire, clock, started(wire, wire.upload(content, name)["id"]))
    assert (found["status"], set(found["properties"])) == ("Failed", {"local.error"})
    assert reason in found["properties"]["local.error"]


def test_data_of_elsewhere_fails_with_the_reason(serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock)
    found = ended(wire, clock, started(wire, "azureml://locations/eastus/workspaces/w/data/mine/versions/1"))
    assert found["status"] == "Failed"
    assert "'azureml://locations/eastus/workspaces/w/data/mine/versions/1' is no file" in found["properties"]["local.error"]
    traces = started(wire, data={"type": "app_insights", "resourceId": "r", "query": "q"})
    assert "no Application Insights" in ended(wire, clock, traces)["properties"]["local.error"]
    file = wire.upload(b"a\n1\n")
    evaluation = started(wire, file["id"])
    wire.delete(f"/files/{file['id']}")
    assert "is no file of this local service" in ended(wire, clock, evaluation)["properties"]["local.error"]


def test_content_that_is_gone_is_an_error_of_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the content of the file 'rows.csv' is gone"):
        count_rows(tmp_path / "none", "rows.csv")


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "azureml://locations/local/workspaces/local/data/{}/versions/1",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/data/{}/versions/3",
        "azureml:{}:1",
    ],
)
def test_the_id_of_an_asset_may_have_that_of_a_file_in_it(serve: Callable[..., Wire], clock: Clock, form: str) -> None:
    wire = serve(clock=clock)
    file = wire.upload(b"a\n1\n2\n3\n")
    assert file["id"] in file_ids_in(form.format(file["id"]))
    assert ended(wire, clock, started(wire, form.format(file["id"])))["properties"]["local.rows"] == "3"


def test_kinds_are_told_by_their_fields_where_an_older_client_leaves_them_out(serve: Callable[..., Wire]) -> None:
    wire = serve()
    models = [
        ({"azureEndpoint": "e", "apiKey": "k", "azureDeployment": "d"}, "AOAI"),
        ({"azureEndpoint": "e", "apiKey": "k"}, "MAAS"),
    ]
    for model, kind in models:
        made = started(wire, data={"id": "d"}, target={"systemMessage": "s", "modelConfig": model})
        assert (made["data"], made["target"]["modelConfig"]["type"]) == ({"type": "dataset", "id": "d"}, kind)
    traces = started(wire, data={"resourceId": "r", "query": "q"})
    assert traces["data"]["type"] == "app_insights"
    for trigger, kind in (({"expression": "* * * * *"}, "Cron"), ({"frequency": "Day", "interval": 1}, "Recurrence")):
        made = scheduled(wire, data={"resourceId": "r", "query": "q"}, trigger=trigger).json()
        assert (made["trigger"]["type"], made["data"]["type"]) == (kind, "app_insights")


def test_no_key_is_kept(serve: Callable[..., Wire], tmp_path: Path) -> None:
    wire = serve(tmp_path)
    model = {"type": "AOAI", "azureEndpoint": "e", "apiKey": "s3cret-1", "azureDeployment": "d"}
    evaluators = {"e": {"id": "e", "initParams": {"model_config": {"api_key": "s3cret-2"}, "threshold": 3}}}
    target = {"systemMessage": "s", "modelConfig": model}
    made = started(wire, target=target, evaluators=evaluators)
    assert made["target"]["modelConfig"]["apiKey"] == made["evaluators"]["e"]["initParams"]["model_config"]["api_key"] == "***"
    assert made["evaluators"]["e"]["initParams"]["threshold"] == 3
    assert wire.http.patch(f"{RUNS}/{made['id']}", json={"target": target, "evaluators": evaluators}).status_code == 200
    wire.service.stop()
    assert not any(b"s3cret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


BAD_BODIES = {
    "nothing": ({}, "data", "required"),
    "no kind of data": ({"data": {"name": "x"}}, "data.type", "required"),
    "an unknown kind of data": ({"data": {"type": "table", "id": "x"}}, "data.type", "'table' was sent"),
    "an id that is none": ({"data": {"type": "dataset", "id": 5}}, "data.id", "a text is allowed"),
    "an id that is none, without a kind": ({"data": {"id": 5}}, "data.id", "a text is allowed"),
    "traces without a resource": ({"data": {"query": "q"}}, "data.resourceId", "required"),
    "an evaluator without an id": ({"evaluators": {"e": {}}}, "evaluators.e.id", "required"),
    "a target without a model": ({"target": {"systemMessage": "s"}}, "target.modelConfig", "required"),
    "a tag that is no text": ({"tags": {"a": 1}}, "tags.a", "a text is allowed"),
}


@pytest.mark.parametrize(("body", "param", "words"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_evaluation_is_refused(shared: Wire, body: dict[str, Any], param: str, words: str) -> None:
    whole = {"data": {"type": "dataset", "id": "d"}, "evaluators": {}, **body} if body else {}
    error = shared.refused("POST", f"{RUNS}:run", json=whole)
    assert error["param"] == param
    assert words in error["message"]


def test_an_update_merges_and_keeps_what_is_fixed(serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock)
    made = started(wire, displayName="n", description="d", tags={"a": "1", "b": "2"}, properties={"p": "1"})
    clock.now += 0.25
    path, kind = f"{RUNS}/{made['id']}", {"content-type": "application/merge-patch+json"}

    def patched(**fields: Any) -> Any:
        response = wire.http.patch(path, content=json.dumps(fields), headers=kind)
        assert response.status_code == 200, response.text
        return response.json()

    changed = patched(displayName="m", description=None, tags={"b": None, "c": "3"})
    assert changed == {
        **{name: value for name, value in made.items() if name != "description"},
        "displayName": "m",
        "tags": {"a": "1", "c": "3"},
        "systemData": {**made["systemData"], "lastModifiedAt": "2025-06-15T15:06:40.250Z"},
    }
    assert "tags" not in patched(tags=None)
    clock.now += 5
    whole = wire.get(path)
    assert whole["status"] == "Failed"
    assert patched(**whole)["properties"] == whole["properties"]
    for field, value in (("data", {"id": "other"}), ("evaluators", {"e": {"id": "e"}}), ("properties", {}), ("target", {})):
        error = wire.refused("PATCH", path, json={field: value})
        assert error["param"] == field
        assert "keeps what it was created with" in error["message"]
    assert wire.get(path) == patched()


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_evaluation_that_is_not_there_is_a_404(shared: Wire, method: str) -> None:
    error = shared.refused(method, f"{RUNS}/eval_none", 404, **({"json": {}} if method == "PATCH" else {}))
    assert (error["code"], "'eval_none'" in error["message"]) == ("NotFound", True)


def test_evaluations_and_schedules_survive_the_service(serve: Callable[..., Wire], tmp_path: Path, clock: Clock) -> None:
    wire = serve(tmp_path, clock=clock)
    made = started(wire, wire.upload(b"a\n1\n")["id"])
    assert scheduled(wire).status_code == 201
    wire.service.stop()
    again = serve(tmp_path, clock=clock)
    assert ended(again, clock, made)["properties"]["local.rows"] == "1"
    assert again.get(f"{SCHEDULES}/nightly")["name"] == "nightly"


# --- lists ----------------------------------------------------------------------------------------------------------------

ENTRIES = [{"id": f"e{number}"} for number in range(250, 0, -1)]
URL = "http://127.0.0.1:1/base/evaluations/runs?api-version=v&top=9&skip=2&maxpagesize=4"


def test_a_page_says_where_the_next_one_is() -> None:
    page, link = linked_page(ENTRIES, {"top": 9, "skip": 2, "maxpagesize": 4}, URL)
    assert page == ENTRIES[2:6]
    assert link is not None
    assert link.startswith("http://127.0.0.1:1/base/evaluations/runs?")
    assert parse_qs(urlsplit(link).query) == {"api-version": ["v"], "maxpagesize": ["4"], "top": ["5"], TOKEN: [page[-1]["id"]]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ENTRIES),
        ({"top": 3}, ENTRIES[:3]),
        ({"skip": 249}, ENTRIES[249:]),
        ({"skip": 300}, []),
        ({"top": 101, "skip": 1}, ENTRIES[1:102]),
        ({"maxpagesize": 1000}, ENTRIES),
        ({"maxpagesize": 7, "top": 14}, ENTRIES[:14]),
    ],
)
def test_the_pages_together_are_what_was_asked_for(query: dict[str, int], found: list[Any]) -> None:
    walked: list[Any] = []
    url: str | None = "http://127.0.0.1:1/x?" + "&".join(f"{name}={value}" for name, value in query.items())
    sizes = []
    while url is not None:
        sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        page, url = linked_page(ENTRIES, {n: v if n == TOKEN else int(v) for n, v in sent.items()}, url)
        walked += page
        sizes.append(len(page))
    assert walked == found
    assert max(sizes) <= min(query.get("maxpagesize", MAX_PAGE), MAX_PAGE)


def test_a_page_begins_where_the_last_one_ended_whatever_came_since() -> None:
    first, link = linked_page(ENTRIES, {"maxpagesize": 2}, URL)
    later = [{"id": "new"}, *ENTRIES]
    second, _ = linked_page(later, {"maxpagesize": 2, TOKEN: first[-1]["id"]}, link or "")
    assert second == ENTRIES[2:4]
    with pytest.raises(ApiError, match="'nobody' is of no entry of this listing"):
        linked_page(ENTRIES, {TOKEN: "nobody"}, URL)


@pytest.mark.parametrize("path", [RUNS, SCHEDULES])
@pytest.mark.parametrize(
    ("query", "param"), [({"top": "0"}, "top"), ({"skip": "-1"}, "skip"), ({"maxpagesize": "x"}, "maxpagesize")]
)
def test_bad_bounds_of_a_list_are_refused(shared: Wire, path: str, query: dict[str, str], param: str) -> None:
    assert shared.refused("GET", path, params=query)["param"] == param


def test_a_link_leads_on_under_the_base_that_was_asked(serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock)
    made = [started(wire)["id"] for _ in range(3)][::-1]
    base = wire.service.url + WORKSPACE
    page = wire.http.get(f"{base}{RUNS}?maxpagesize=2&api-version=2024-07-01-preview").json()
    assert [one["id"] for one in page["value"]] == made[:2]
    assert page["nextLink"].startswith(f"{base}{RUNS}?")
    clock.now += 5
    last = wire.http.get(page["nextLink"]).json()
    assert [(one["id"], one["status"]) for one in last["value"]] == [(made[2], "Failed")]
    assert "nextLink" not in last


# --- schedules ------------------------------------------------------------------------------------------------------------


def test_a_schedule_is_made_replaced_and_disabled(serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock)
    made = scheduled(wire, tags={"a": "1"}, properties={"p": "1"})
    assert made.status_code == 201
    assert made.json() == {
        **SCHEDULE,
        "name": "nightly",
        "tags": {"a": "1"},
        "properties": {"p": "1", "local.runs": "none: the local service keeps schedules and has no traces to evaluate"},
        "isEnabled": "true",
        "provisioningState": "Succeeded",
        "systemData": {
            "createdAt": "2025-06-15T15:06:40.000Z",
            "createdBy": "local",
            "createdByType": "Key",
            "lastModifiedAt": "2025-06-15T15:06:40.000Z",
        },
    }
    clock.now += 1
    response = wire.http.patch(f"{SCHEDULES}/nightly/disable")
    assert (response.status_code, response.content) == (204, b"")
    disabled = wire.get(f"{SCHEDULES}/nightly")
    assert (disabled["isEnabled"], disabled["systemData"]["lastModifiedAt"]) == ("false", "2025-06-15T15:06:41.000Z")
    clock.now += 1
    replaced = scheduled(wire, description="again")
    assert replaced.status_code == 200
    body = replaced.json()
    assert ("tags" in body, body["isEnabled"], body["description"]) == (False, "true", "again")
    assert (body["systemData"]["createdAt"], body["systemData"]["lastModifiedAt"]) == (
        "2025-06-15T15:06:40.000Z",
        "2025-06-15T15:06:42.000Z",
    )
    scheduled(wire, "weekly day")
    assert [one["name"] for one in wire.get(SCHEDULES)["value"]] == ["weekly day", "nightly"]


BAD_SCHEDULES = {
    "a dataset": ({"data": {"type": "dataset", "id": "d"}}, "data"),
    "no trigger": ({"trigger": None}, "trigger"),
    "no kind of trigger": ({"trigger": {"when": "now"}}, "trigger.type"),
    "four fields": ({"trigger": {"type": "Cron", "expression": "0 9 * *"}}, "trigger.expression"),
    "words": ({"trigger": {"type": "Cron", "expression": "every day at 9 o'clock"}}, "trigger.expression"),
    "no interval": ({"trigger": {"type": "Recurrence", "frequency": "Day", "interval": 0}}, "trigger.interval"),
    "hour 24": (
        {"trigger": {"frequency": "Day", "interval": 1, "schedule": {"hours": [24], "minutes": [0]}}},
        "trigger.schedule.hours[0]",
    ),
}


@pytest.mark.parametrize(("fields", "param"), BAD_SCHEDULES.values(), ids=BAD_SCHEDULES)
def test_a_bad_schedule_is_refused(shared: Wire, fields: dict[str, Any], param: str) -> None:
    error = shared.refused("PUT", f"{SCHEDULES}/bad", json={**SCHEDULE, **fields})
    assert (error["param"] or "").startswith(param), error
    assert shared.refused("GET", f"{SCHEDULES}/bad", 404)["code"] == "NotFound"


def test_a_schedule_that_is_not_there_is_a_404(shared: Wire) -> None:
    for method, path in (("GET", f"{SCHEDULES}/none"), ("PATCH", f"{SCHEDULES}/none/disable")):
        assert "'none'" in shared.refused(method, path, 404)["message"]
    assert shared.refused("PUT", f"{SCHEDULES}/{'x' * 256}", json=SCHEDULE)["param"] == "name"
    assert shared.refused("DELETE", f"{SCHEDULES}/none", 405)["code"] == "MethodNotAllowed"


@pytest.mark.parametrize("base", [PROJECT, WORKSPACE])
def test_evaluations_stand_under_the_bases_of_projects(shared: Wire, base: str) -> None:
    assert shared.http.get(f"{shared.service.url}{base}{RUNS}").status_code == 200
