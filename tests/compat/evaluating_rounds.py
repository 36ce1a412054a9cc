"""What the published client is put through with evaluations and their schedules."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from installed import models as m
from scenarios import refused

if TYPE_CHECKING:
    from clients import Api, Report

ROWS = b'{"query": "one", "response": "1"}\n{"query": "two", "response": "2"}\n{"query": "three", "response": "3"}\n'


async def every(items: Any) -> list[Any]:
    """All items of a lazy list, sync or async."""
    return [item async for item in items] if hasattr(items, "__aiter__") else list(items)


async def evaluations(api: Api, report: Report) -> None:
    project = api.project
    try:
        await _evaluations(api, project.evaluations, report)
        await _schedules(project.evaluations, report)
    finally:
        report.note(project)


async def _evaluations(api: Api, made: Api, report: Report) -> None:
    file = await api.upload_file(file=("rows.jsonl", ROWS), purpose="assistants")
    evaluators = {"relevance": m.EvaluatorConfiguration(id="azureml://evaluators/relevance", init_params={"threshold": 3})}
    with report.check("evaluations.create"):
        # This client leaves out of what kind the data is.
        evaluation = await made.create(
            m.Evaluation(display_name="trial", data=m.Dataset(id=file.id), evaluators=evaluators, tags={"a": "1"})
        )
        assert evaluation.status in ("Queued", "Running")
        assert isinstance(evaluation.data, m.Dataset)
        assert (evaluation.data.id, evaluation.evaluators["relevance"].init_params) == (file.id, {"threshold": 3})
        assert evaluation.system_data.created_at.tzinfo is not None
    with report.check("evaluations.get"):
        for _ in range(100):
            evaluation = await made.get(evaluation.id)
            if evaluation.status not in ("Queued", "Running"):
                break
            await asyncio.sleep(0.1)
        assert (evaluation.status, evaluation.properties["local.rows"]) == ("Completed", "3")
        await refused(made.get("eval_none"), ResourceNotFoundError)
    with report.check("evaluations.update"):
        changed = await made.update(evaluation.id, m.Evaluation({"displayName": "renamed", "tags": {"b": "2"}}))
        assert (changed.display_name, changed.tags, changed.status) == ("renamed", {"a": "1", "b": "2"}, "Completed")
        assert (await made.update(evaluation.id, evaluation)).display_name == "trial"
        await refused(made.update(evaluation.id, {"evaluators": {}}), HttpResponseError)
    with report.check("evaluations.list"):
        more = [await made.create({"data": {"id": file.id}, "evaluators": {}}) for _ in range(4)]
        newest = [one.id for one in reversed(more)]
        assert [one.id for one in await every(await made.list(top=5, maxpagesize=2))] == [*newest, evaluation.id]
        assert [one.id for one in await every(await made.list(top=2, skip=1))] == newest[1:3]


async def _schedules(made: Api, report: Report) -> None:
    schedule = m.EvaluationSchedule(
        data=m.ApplicationInsightsConfiguration(resource_id="r", query="traces"),
        evaluators={},
        trigger=m.RecurrenceTrigger(frequency="Day", interval=1, schedule=m.RecurrenceSchedule(hours=[1], minutes=[0])),
    )
    name = f"schedule of {id(made)}"
    with report.check("evaluations.create_or_replace_schedule"):
        new = await made.create_or_replace_schedule(name, schedule)
        assert (new.name, new.is_enabled, type(new.trigger)) == (name, "true", m.RecurrenceTrigger)
        schedule.trigger = m.CronTrigger(expression="0 1 * * *")
        assert isinstance((await made.create_or_replace_schedule(name, schedule)).trigger, m.CronTrigger)
    with report.check("evaluations.disable_schedule"):
        assert await made.disable_schedule(name) is None
    with report.check("evaluations.get_schedule"):
        assert (await made.get_schedule(name)).is_enabled == "false"
        await refused(made.get_schedule("none"), ResourceNotFoundError)
    with report.check("evaluations.list_schedule"):
        assert name in [one.name for one in await every(await made.list_schedule(maxpagesize=1))]
