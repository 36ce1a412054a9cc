"""Evaluations and their schedules: what is sent, what comes back, and lists that are walked by links."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import HttpResponseError, ResourceNotFoundError
from agentkit.local import LocalService
from agentkit.models import (
    AOAIModelConfig,
    ApplicationInsightsConfiguration,
    CronTrigger,
    Dataset,
    Evaluation,
    EvaluationSchedule,
    EvaluationTarget,
    EvaluatorConfiguration,
    Frequency,
    InputData,
    MAASModelConfig,
    RecurrenceSchedule,
    RecurrenceTrigger,
)

from .faces import KEY, Connect, Face, done, pieces
from .servers import Answer, RawServer

WORKSPACE = "/raisvc/v1.0/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}"
BASE = WORKSPACE.format("local", "local", "local")
VERSION = "2024-07-01-preview"
BODY = {"id": "eval_1", "data": {"type": "dataset", "id": "d"}, "evaluators": {}, "status": "Queued"}
SCHEDULE = {"name": "nightly", "isEnabled": "true", "trigger": {"type": "Cron", "expression": "0 0 * * *"}}
EVALUATORS = {"relevance": EvaluatorConfiguration(id="azureml://evaluators/relevance", data_mapping={"query": "${data.q}"})}
RELEVANCE = {"relevance": {"id": "azureml://evaluators/relevance", "dataMapping": {"query": "${data.q}"}}}


class Clock:
    """A clock that stands still until it is put forward."""

    now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


# --- what is sent ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "arguments", "sent", "query", "answer"),
    [
        ("create", [Evaluation(data=Dataset(id="d"))], "POST /evaluations/runs:run", {"apiVersion": VERSION}, (201, BODY)),
        ("get", ["eval_1"], "GET /evaluations/runs/eval_1", {"api-version": VERSION}, (200, BODY)),
        ("get", ["a bü%"], "GET /evaluations/runs/a%20b%C3%BC%25", {"api-version": VERSION}, (200, BODY)),
        ("update", ["eval_1", {"tags": None}], "PATCH /evaluations/runs/eval_1", {"api-version": VERSION}, (200, BODY)),
        (
            "create_or_replace_schedule",
            ["nightly", {}],
            "PUT /evaluations/schedules/nightly",
            {"api-version": VERSION},
            (201, SCHEDULE),
        ),
        (
            "create_or_replace_schedule",
            ["nightly", {}],
            "PUT /evaluations/schedules/nightly",
            {"api-version": VERSION},
            (200, SCHEDULE),
        ),
        ("get_schedule", ["nightly"], "GET /evaluations/schedules/nightly", {"api-version": VERSION}, (200, SCHEDULE)),
        ("disable_schedule", ["nightly"], "PATCH /evaluations/schedules/nightly/disable", {"apiVersion": VERSION}, (204, b"")),
    ],
)
async def test_each_call_has_its_path_and_its_spelling_of_the_version(
    call: str, arguments: list[Any], sent: str, query: dict[str, str], answer: tuple[int, Any], raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(*answer)]
    result = await done(getattr(connect(raw).evaluations, call)(*arguments))
    method, path = sent.split()
    assert (raw.last.method, raw.last.path, raw.last.query) == (method, BASE + path, query)
    assert raw.last.headers["api-key"] == KEY
    content_type = {"POST": "application/json", "PUT": "application/json", "PATCH": "application/merge-patch+json"}
    assert raw.last.headers["Content-Type"] == (content_type.get(method) if raw.last.body else None)
    assert result is None if answer[0] == 204 else result == answer[1]


async def test_an_evaluation_is_sent_with_every_kind_named_and_nothing_that_the_service_sets(
    raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(201, BODY)]
    evaluation = Evaluation(
        display_name="trial",
        data=Dataset(id="file_1"),
        target=EvaluationTarget(
            system_message="Answer.",
            model_config=AOAIModelConfig(azure_endpoint="https://m.example", api_key="k", azure_deployment="gpt"),
            model_params={"temperature": 0.0},
        ),
        evaluators=EVALUATORS,
        tags={"a": "1"},
        properties={"b": "2"},
    )
    evaluation["id"], evaluation["status"], evaluation["systemData"] = "mine", "Done", {"createdBy": "me"}
    made = await done(connect(raw).evaluations.create(evaluation))
    assert type(made) is Evaluation
    assert (made.id, type(made.data)) == ("eval_1", Dataset)
    assert raw.last.json() == {
        "displayName": "trial",
        "data": {"type": "dataset", "id": "file_1"},
        "target": {
            "systemMessage": "Answer.",
            "modelConfig": {
                "type": "AOAI",
                "azureEndpoint": "https://m.example",
                "apiKey": "k",
                "azureDeployment": "gpt",
            },
            "modelParams": {"temperature": 0.0},
        },
        "evaluators": RELEVANCE,
        "tags": {"a": "1"},
        "properties": {"b": "2"},
    }


async def test_a_schedule_is_sent_with_every_kind_named(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(201, SCHEDULE)]
    schedule = EvaluationSchedule(
        data=ApplicationInsightsConfiguration(resource_id="r", query="q"),
        evaluators=EVALUATORS,
        trigger=RecurrenceTrigger(
            frequency=Frequency.WEEK, interval=2, schedule=RecurrenceSchedule(hours=[1], minutes=[30], week_days=["Monday"])
        ),
    )
    made = await done(connect(raw).evaluations.create_or_replace_schedule("nightly", schedule))
    assert (made.name, made.is_enabled, type(made.trigger)) == ("nightly", "true", CronTrigger)
    assert raw.last.json() == {
        "data": {"type": "app_insights", "resourceId": "r", "query": "q"},
        "evaluators": RELEVANCE,
        "trigger": {
            "type": "Recurrence",
            "frequency": "Week",
            "interval": 2,
            "schedule": {"hours": [1], "minutes": [30], "weekDays": ["Monday"]},
        },
    }
    assert MAASModelConfig(azure_endpoint="e", api_key="k").as_dict(exclude_readonly=True)["type"] == "MAAS"


BODIES: dict[str, Callable[[], Any]] = {
    "a mapping": lambda: {"data": {"type": "dataset", "id": "d"}, "evaluators": EVALUATORS},
    "bytes": lambda: json.dumps({"data": {"type": "dataset", "id": "d"}, "evaluators": RELEVANCE}).encode(),
    "a stream": lambda: io.BytesIO(json.dumps({"data": {"type": "dataset", "id": "d"}, "evaluators": RELEVANCE}).encode()),
}


@pytest.mark.parametrize("made", BODIES.values(), ids=BODIES)
async def test_a_body_may_come_in_other_forms(made: Callable[[], Any], raw: RawServer, connect: Connect) -> None:
    evaluations = connect(raw).evaluations
    raw.answers = [Answer(503, headers={"Retry-After": "0"}), Answer(201, BODY)]
    await done(evaluations.create(evaluation=made(), retry_on_methods=["POST"]))
    assert [seen.json() for seen in raw.seen] == [{"data": {"type": "dataset", "id": "d"}, "evaluators": RELEVANCE}] * 2
    raw.answers = [Answer(200, BODY)]
    await done(evaluations.update("eval_1", resource=made(), content_type="application/json"))
    assert raw.last.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("body", [None, "text", 5, ["a list"]])
async def test_a_body_of_another_form_is_refused_before_anything_is_sent(body: Any, raw: RawServer, connect: Connect) -> None:
    evaluations = connect(raw).evaluations
    for kind in (TypeError, ValueError):
        with pytest.raises(
            kind, match=r"create\(\) takes as evaluation an Evaluation, a mapping .*, not " + type(body).__name__
        ):
            await done(evaluations.create(body))
        with pytest.raises(kind, match="takes as resource an EvaluationSchedule"):
            await done(evaluations.create_or_replace_schedule("n", body))
    assert raw.seen == []


async def test_a_status_that_is_not_the_calls_own_is_an_error(raw: RawServer, connect: Connect) -> None:
    evaluations = connect(raw).evaluations
    raw.answers = [Answer(200, BODY)]
    with pytest.raises(HttpResponseError) as caught:
        await done(evaluations.create({}))
    assert caught.value.status_code == 200
    with pytest.raises(HttpResponseError):
        await done(evaluations.disable_schedule("n"))


async def test_the_version_of_the_agents_is_not_that_of_evaluations(raw: RawServer, connect: Connect) -> None:
    client = connect(raw, api_version="2030-01-01")
    raw.answers = [Answer(200, BODY)]
    await done(client.evaluations.get("eval_1"))
    assert raw.last.query == {"api-version": VERSION}
    assert client.evaluations is client.evaluations


async def test_a_hub_projects_evaluations_stand_under_its_names(raw: RawServer, connect: Connect, face: Face) -> None:
    raw.answers = [Answer(200, BODY)]
    client = face.Client(raw.url, "s 1", "g", "w", KEY)
    await done(client.evaluations.get("eval_1"))
    await done(client.close())
    assert raw.last.path == WORKSPACE.format("s%201", "g", "w") + "/evaluations/runs/eval_1"


@pytest.mark.parametrize("path", ["/api/projects/p", "/openai"])
async def test_a_kind_without_evaluations_says_who_has_them(path: str, raw: RawServer, connect: Connect) -> None:
    client = connect(raw.url + path)
    with pytest.raises(ValueError, match=r"has no evaluations: use a client of a hub project .*, or of a local service"):
        await done(client.evaluations.get("eval_1"))
    assert raw.seen == []


# --- lists ----------------------------------------------------------------------------------------------------------------


def page(link: Any, *ids: str) -> Answer:
    return Answer(200, {"value": [{"id": one} for one in ids]} | ({"nextLink": link} if link != "" else {}))


async def ids_of(items: Any) -> list[str]:
    return [item.id for item in await pieces(items)]


async def test_a_list_goes_from_link_to_link_with_its_own_version(raw: RawServer, connect: Connect) -> None:
    evaluations = connect(raw).evaluations
    raw.answers = [
        page(f"{raw.url}/next?skip=a%20b&api-version=1999&$filter=x%26y&empty=", "1", "2"),
        page("/other?$top=1", "3"),
        page("?page=4"),
        page(None, "4"),
    ]
    found = evaluations.list(top=4, skip=2, maxpagesize=2, params={"more": "1"}, headers={"x-own": "1"})
    assert raw.seen == []
    assert await ids_of(found) == ["1", "2", "3", "4"]
    assert [(seen.path, seen.query) for seen in raw.seen] == [
        (f"{BASE}/evaluations/runs", {"api-version": VERSION, "top": "4", "skip": "2", "maxpagesize": "2", "more": "1"}),
        ("/next", {"api-version": VERSION, "skip": "a b", "$filter": "x&y", "empty": ""}),
        ("/other", {"api-version": VERSION, "$top": "1"}),
        ("/other", {"api-version": VERSION, "page": "4"}),
    ]
    assert {(seen.headers["api-key"], seen.headers["x-own"]) for seen in raw.seen} == {(KEY, "1")}


async def test_schedules_are_a_list_of_their_own(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(200, {"value": [SCHEDULE], "nextLink": ""})]
    (schedule,) = await pieces(connect(raw).evaluations.list_schedule())
    assert (type(schedule), schedule.name) == (EvaluationSchedule, "nightly")
    assert raw.last.path == f"{BASE}/evaluations/schedules"
    assert raw.last.query == {"api-version": VERSION}


OTHERS = [
    "https://elsewhere.example/next",
    "http://127.0.0.1:1/next",
    "//elsewhere.example/next",
    "https://{host}/next",
    "http://{host}@elsewhere.example/next",
    "http://user@{host}/next",
    "http://{host}\\@elsewhere.example/next",
    "http://[broken/next",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("link", OTHERS)
async def test_a_link_to_another_place_is_not_followed(link: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(link.format(host=raw.url.removeprefix("http://")), "1"), page("", "2")]
    found, seen = connect(raw).evaluations.list(), list[str]()
    with pytest.raises(RuntimeError, match=r"list: the service names a next page that is not on its own host.* 127\.0\.0\.1"):
        await pieces(_kept(found, seen))
    assert (seen, len(raw.seen)) == (["1"], 1)
    with pytest.raises(RuntimeError, match="not on its own host"):
        connect(raw).evaluations.list().by_page(continuation_token="https://elsewhere.example/next")


async def test_links_that_lead_in_a_circle_are_an_error(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page("/a", "1"), page("/b", "2"), page("/a", "3"), page("/b", "never")]
    seen: list[str] = []
    found = connect(raw).evaluations.list()
    with pytest.raises(RuntimeError, match="names a page as the next one that was read already; stopped after 2 pages"):
        seen += [item.id for item in await pieces(_kept(found, seen))]
    assert seen == ["1", "2"]
    assert len(raw.seen) == 3


def _kept(items: Any, seen: list[str]) -> Any:
    """The items, each noted as it comes."""
    if hasattr(items, "__anext__"):

        async def each() -> Any:
            async for item in items:
                seen.append(item.id)
                yield item

        return each()
    return (seen.append(item.id) or item for item in items)  # type: ignore[func-returns-value]


async def test_pages_can_be_gone_on_from(raw: RawServer, connect: Connect) -> None:
    evaluations = connect(raw).evaluations
    raw.answers = [page("/second?x=1", "1"), page("", "2")]
    pages = evaluations.list().by_page()
    first = await done(anext(pages) if hasattr(pages, "__anext__") else next(pages))
    assert await ids_of(first) == ["1"]
    assert pages.continuation_token == f"{raw.url}/second?x=1"
    again = evaluations.list().by_page(continuation_token=pages.continuation_token)
    (second,) = await pieces(again)
    assert await ids_of(second) == ["2"]
    assert (raw.last.path, raw.last.query) == ("/second", {"x": "1", "api-version": VERSION})
    assert again.continuation_token is None


# --- on the service -------------------------------------------------------------------------------------------------------


async def test_an_evaluation_goes_through_its_life(serve: Callable[..., LocalService], connect: Connect) -> None:
    clock = Clock()
    client = connect(serve(clock=clock))
    rows = b'{"q": "one"}\n\n{"q": "two"}\n{"q": "three"}'
    file = await done(client.agents.upload_file(file=("rows.jsonl", rows), purpose="assistants"))
    evaluations = client.evaluations
    made = await done(evaluations.create(Evaluation(display_name="trial", data=Dataset(id=file.id), evaluators=EVALUATORS)))
    assert (made.status, made.display_name, made.properties) == ("Queued", "trial", None)
    assert made.system_data.created_at.timestamp() == clock.now
    clock.now += 0.625
    assert (await done(evaluations.get(made.id))).status == "Running"
    clock.now += 0.625
    ended = await done(evaluations.get(made.id))
    assert (ended.status, ended.properties["local.rows"]) == ("Completed", "3")
    assert ended.properties["local.scores"].startswith("none: ")
    ended.display_name, ended.tags = "renamed", {"a": "1"}
    changed = await done(evaluations.update(ended.id, ended))
    assert (changed.display_name, changed.tags, changed.status) == ("renamed", {"a": "1"}, "Completed")
    assert changed.system_data.last_modified_at.timestamp() == clock.now
    cleared = await done(evaluations.update(ended.id, {"displayName": None, "tags": {"a": None, "b": "2"}}))
    assert (cleared.display_name, cleared.tags) == (None, {"b": "2"})
    with pytest.raises(HttpResponseError, match="evaluators: an evaluation keeps what it was created with"):
        await done(evaluations.update(ended.id, {"evaluators": {}}))
    with pytest.raises(ResourceNotFoundError, match="No evaluation found with id 'eval_none'"):
        await done(evaluations.get("eval_none"))


async def test_evaluations_are_listed_page_by_page(serve: Callable[..., LocalService], connect: Connect) -> None:
    evaluations = connect(serve()).evaluations
    body = {"data": {"type": "dataset", "id": "d"}, "evaluators": {}}
    made = [(await done(evaluations.create(body))).id for _ in range(7)][::-1]
    assert await ids_of(evaluations.list()) == made
    assert await ids_of(evaluations.list(maxpagesize=2)) == made
    assert await ids_of(evaluations.list(top=5, skip=1, maxpagesize=2)) == made[1:6]
    pages = await pieces(evaluations.list(top=5, maxpagesize=2).by_page())
    assert [await ids_of(one) for one in pages] == [made[:2], made[2:4], made[4:5]]


async def test_a_schedule_goes_through_its_life(serve: Callable[..., LocalService], connect: Connect) -> None:
    evaluations = connect(serve()).evaluations
    schedule = EvaluationSchedule(
        data=ApplicationInsightsConfiguration(resource_id="r", query="q"),
        evaluators=EVALUATORS,
        trigger=CronTrigger(expression="0 9 * * 1-5"),
        tags={"a": "1"},
    )
    made = await done(evaluations.create_or_replace_schedule("nightly", schedule))
    assert (made.name, made.is_enabled, made.provisioning_state, made.trigger.expression) == (
        "nightly",
        "true",
        "Succeeded",
        "0 9 * * 1-5",
    )
    await done(evaluations.disable_schedule("nightly"))
    assert (await done(evaluations.get_schedule("nightly"))).is_enabled == "false"
    schedule.tags = None
    again = await done(evaluations.create_or_replace_schedule("nightly", schedule))
    assert (again.is_enabled, again.tags, again.system_data.created_at) == ("true", None, made.system_data.created_at)
    assert [one.name for one in await pieces(evaluations.list_schedule())] == ["nightly"]
    for call in (evaluations.get_schedule, evaluations.disable_schedule):
        with pytest.raises(ResourceNotFoundError, match="No evaluation schedule found with id 'weekly'"):
            await done(call("weekly"))


async def test_unknown_kinds_of_an_answer_keep_their_data(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(200, {**BODY, "data": {"type": "of tomorrow", "more": [1]}, "status": 5})]
    evaluation = await done(connect(raw).evaluations.get("eval_1"))
    assert (type(evaluation.data), evaluation.data["more"], evaluation.status) == (InputData, [1], 5)
