"""Evaluations and their schedules. An evaluation gets on by the clock, and its end is written when it is next looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agentkit.local import evaluating, ids
from agentkit.local.datasets import DataError, count_rows, file_ids_in
from agentkit.local.errors import bad_request
from agentkit.local.links import linked_page
from agentkit.local.operations import Answered, Call, Context, Later, operation
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import EVALUATION_SCHEDULES, EVALUATIONS, FILES

_LONGEST_NAME = 255


@operation("create_evaluation")
def create_evaluation(tx: Transaction, call: Call) -> Answered:
    now = call.context.clock()
    document = evaluating.evaluation_of(call.body, ids.new_id(ids.EVALUATION), now)
    return Answered(201, evaluating.shown(tx.insert(EVALUATIONS, document), now))


@operation("get_evaluation")
def get_evaluation(tx: Transaction, call: Call) -> Later:
    document = tx.require(EVALUATIONS, call.path["id"])
    return Later(lambda: _current(call.context, document))


@operation("list_evaluations")
def list_evaluations(tx: Transaction, call: Call) -> Later:
    page, link = linked_page(tx.select(EVALUATIONS)[::-1], call.query, call.url)
    return Later(lambda: _page([_current(call.context, dict(document)) for document in page], link))


@operation("update_evaluation")
def update_evaluation(tx: Transaction, call: Call) -> Later:
    document = tx.require(EVALUATIONS, call.path["id"])
    document = tx.replace(EVALUATIONS, evaluating.changed(document, call.body, call.context.clock()))
    return Later(lambda: _current(call.context, document))


@operation("create_or_replace_evaluation_schedule")
def create_or_replace_evaluation_schedule(tx: Transaction, call: Call) -> Answered:
    name = call.path["name"]
    if len(name) > _LONGEST_NAME or not name.strip():
        raise bad_request(f"name: a schedule's name has 1 to {_LONGEST_NAME} characters, {len(name)} were sent.", "name")
    evaluating.check_trigger(call.body["trigger"])
    before = tx.get(EVALUATION_SCHEDULES, name)
    document = evaluating.schedule_of(call.body, name, call.context.clock(), before)
    if before is None:
        return Answered(201, _schedule(tx.insert(EVALUATION_SCHEDULES, document)))
    return Answered(200, _schedule(tx.replace(EVALUATION_SCHEDULES, document)))


@operation("get_evaluation_schedule")
def get_evaluation_schedule(tx: Transaction, call: Call) -> Document:
    return _schedule(tx.require(EVALUATION_SCHEDULES, call.path["name"]))


@operation("list_evaluation_schedules")
def list_evaluation_schedules(tx: Transaction, call: Call) -> Document:
    page, link = linked_page(tx.select(EVALUATION_SCHEDULES)[::-1], call.query, call.url)
    return _page([_schedule(document) for document in page], link)


@operation("disable_evaluation_schedule")
def disable_evaluation_schedule(tx: Transaction, call: Call) -> Answered:
    document = tx.require(EVALUATION_SCHEDULES, call.path["name"])
    changed = {**document["systemData"], "lastModifiedAt": evaluating.moment(call.context.clock())}
    tx.replace(EVALUATION_SCHEDULES, {**document, "isEnabled": "false", "systemData": changed})
    return Answered(204)


def _current(context: Context, document: Document) -> Document:
    """An evaluation as it stands now. Its rows are counted outside of a transaction: a large file takes longer than others should wait."""
    now = context.clock()
    if evaluating.is_due(document, now):
        rows, problem = None, ""
        try:
            rows = _rows(context, document["data"])
        except DataError as error:
            problem = str(error)
        with context.store.transaction() as tx:
            # Meanwhile it may have been changed, or brought to its end by another request.
            document = tx.require(EVALUATIONS, document["id"])
            if not document["_settled"]:
                document = tx.replace(EVALUATIONS, evaluating.settled(document, rows, problem))
    return evaluating.shown(document, now)


def _rows(context: Context, data: Mapping[str, Any]) -> int:
    """How many rows the data of an evaluation has.

    :raises DataError: It is not here, or cannot be read.
    """
    if data["type"] != "dataset":
        raise DataError("the local service has no Application Insights whose traces it could read; give a Dataset")
    with context.store.transaction() as tx:
        found = next((file for name in file_ids_in(data["id"]) if (file := tx.get(FILES, name)) is not None), None)
    if found is None:
        raise DataError(
            f"the dataset '{data['id']}' is no file of this local service; upload one with agents.upload_file and give its id"
        )
    return count_rows(context.blobs.path(found["id"]), found["filename"])


def _schedule(document: Mapping[str, Any]) -> Document:
    """A schedule as it goes out: its name is its id."""
    return {"name": document["id"], **{name: value for name, value in document.items() if name not in ("id", "created_at")}}


def _page(entries: Sequence[Document], link: str | None) -> Document:
    return {"value": entries, **({"nextLink": link} if link is not None else {})}
