"""What evaluations and their schedules are made of: bodies as they are kept, and how an evaluation gets on. Pure.

Evaluators are not run here: that takes models and programs of a cloud. An evaluation is accepted, its data is looked up and its rows are
counted, and it says in its properties that there are no scores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.store import Document

__all__ = [
    "COMPLETED",
    "FAILED",
    "OWN",
    "PLAIN_KINDS",
    "changed",
    "check_trigger",
    "evaluation_of",
    "is_due",
    "moment",
    "schedule_of",
    "settled",
    "shown",
]

QUEUED, RUNNING, COMPLETED, FAILED = "Queued", "Running", "Completed", "Failed"

_QUEUED_SECONDS = 0.5
_SECONDS = 1.0

OWN = "local."
"""What the names of the properties begin with that the service sets itself."""

_NO_SCORES = "none: the local service counts the rows of the data and runs no evaluators"
_NO_RUNS = "none: the local service keeps schedules and has no traces to evaluate"

PLAIN_KINDS: Mapping[str, Mapping[str, str]] = {
    "InputData": {"dataset": "id", "app_insights": "query"},
    "TargetModelConfig": {"AOAI": "azureDeployment", "MAAS": "azureEndpoint"},
    "Trigger": {"Cron": "expression", "Recurrence": "frequency"},
}
"""By which field a kind is told where ``type`` is missing: azure-ai-projects 1.0.0b10 leaves it out of bodies."""

_FIXED = ("data", "target", "evaluators", "properties")
_LABELS = ("displayName", "description")
_SECRETS = frozenset({"apikey"})
_HIDDEN = "***"
_CRON_FIELD = re.compile(r"[\w*?,/#-]+", re.ASCII)


def evaluation_of(body: Mapping[str, Any], evaluation_id: str, now: float) -> Document:
    """A new evaluation as it is kept.

    :param body: The body of the request, which was held against the description.
    :param now: Unix seconds.
    """
    sent = {name: body[name] for name in (*_FIXED, *_LABELS, "tags") if body.get(name) is not None}
    return {
        **_kept(sent),
        "id": evaluation_id,
        "created_at": int(now),
        "status": QUEUED,
        "systemData": _system_data(now),
        "_began": now,
        "_settled": False,
    }


def changed(document: Document, body: Mapping[str, Any], now: float) -> Document:
    """An evaluation with what was sent merged into it: a null takes a field or a label away.

    :raises ApiError: 400, what stays as it was created was sent with another value.
    """
    for name in _FIXED:
        if body.get(name) is not None and _own_left_out(_kept({name: body[name]})) != _own_left_out({name: document.get(name)}):
            raise bad_request(
                f"{name}: an evaluation keeps what it was created with; only displayName, description and tags can be changed. "
                "Create another evaluation, or leave the field out.",
                name,
            )
    document = {**document, "systemData": {**document["systemData"], "lastModifiedAt": moment(now)}}
    for name in _LABELS:
        _put(document, name, body.get(name, document.get(name)))
    if "tags" in body:
        tags = {**document.get("tags", {}), **body["tags"]} if body["tags"] is not None else {}
        _put(document, "tags", {label: text for label, text in tags.items() if text is not None} or None)
    return document


def is_due(document: Mapping[str, Any], now: float) -> bool:
    """Whether an evaluation has taken its time and has no result yet."""
    return not document["_settled"] and now - document["_began"] >= _SECONDS


def settled(document: Document, rows: int | None, problem: str = "") -> Document:
    """The evaluation with its end.

    :param rows: How many the data has; None where it cannot be read.
    :param problem: Why.
    """
    told = {"error": problem} if rows is None else {"rows": str(rows), "scores": _NO_SCORES}
    properties = {**document.get("properties", {}), **{OWN + name: text for name, text in told.items()}}
    return {**document, "properties": properties, "status": FAILED if rows is None else COMPLETED, "_settled": True}


def shown(document: Mapping[str, Any], now: float) -> Document:
    """An evaluation as it goes out."""
    wire = {name: value for name, value in document.items() if name != "created_at" and not name.startswith("_")}
    if not document["_settled"] and now - document["_began"] >= _QUEUED_SECONDS:
        wire["status"] = RUNNING
    return wire


def schedule_of(body: Mapping[str, Any], name: str, now: float, before: Document | None) -> Document:
    """A schedule as it is kept.

    :param before: The one that it replaces.
    """
    sent = {
        field: body[field]
        for field in ("data", "description", "evaluators", "properties", "tags", "trigger")
        if body.get(field) is not None
    }
    created = _system_data(now)
    if before is not None:
        created = {**before["systemData"], "lastModifiedAt": created["lastModifiedAt"]}
    document = {
        **_kept(sent),
        "id": name,
        "created_at": int(now) if before is None else before["created_at"],
        "systemData": created,
        "provisioningState": "Succeeded",
        "isEnabled": "true",
    }
    document["properties"] = {**document.get("properties", {}), f"{OWN}runs": _NO_RUNS}
    return document


def check_trigger(trigger: Mapping[str, Any]) -> None:
    """Refuse a cron expression that is none.

    :raises ApiError: 400.
    """
    if "expression" in trigger:
        fields = trigger["expression"].split()
        if len(fields) != 5 or not all(_CRON_FIELD.fullmatch(field) for field in fields):
            raise bad_request(
                f"trigger.expression: '{trigger['expression'][:60]}' was sent; a cron expression has five fields: minute, hour, day of "
                "the month, month, day of the week.",
                "trigger.expression",
            )


def moment(now: float) -> str:
    """Unix seconds in RFC 3339."""
    return datetime.fromtimestamp(now, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _system_data(now: float) -> Document:
    return {"createdAt": moment(now), "createdBy": "local", "createdByType": "Key", "lastModifiedAt": moment(now)}


def _kept(sent: Mapping[str, Any]) -> Document:
    """What was sent, each kind named, and no key in it: nothing here signs in with them."""
    document: Document = _without_keys(sent)
    _name_kind(document.get("data"), "InputData")
    _name_kind(document.get("trigger"), "Trigger")
    target = document.get("target")
    if isinstance(target, dict):
        _name_kind(target.get("modelConfig"), "TargetModelConfig")
    return document


def _name_kind(value: Any, family: str) -> None:
    if isinstance(value, dict) and value.get("type") is None:
        kind = next((kind for kind, field in PLAIN_KINDS[family].items() if field in value), None)
        if kind is not None:
            value["type"] = kind


def _without_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _HIDDEN if name.replace("_", "").lower() in _SECRETS and isinstance(inner, str) else _without_keys(inner)
            for name, inner in value.items()
        }
    return [_without_keys(item) for item in value] if isinstance(value, list) else value


def _own_left_out(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = fields.get("properties")
    if "properties" not in fields:
        return fields
    return {"properties": {name: text for name, text in (properties or {}).items() if not name.startswith(OWN)}}


def _put(document: Document, name: str, value: Any) -> None:
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value
