"""The operations on what a project has besides its agents: connections, evaluations, traces, and clients of models."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from agentkit.models import ConnectionType

from .operations import OPERATIONS, Objects, Operation

__all__ = ["ALL_OPERATIONS", "INSIGHTS", "operations_named"]

INSIGHTS = "InstrumentationKey=k"
"""What traces are sent by, as the service knows it."""

DATASET = {"data": {"type": "dataset", "id": "d"}, "evaluators": {}}
SCHEDULE = {
    **DATASET,
    "data": {"type": "app_insights", "resourceId": "r", "query": "q", "serviceName": "s"},
    "trigger": {"type": "Recurrence", "frequency": "Day", "interval": 1},
}

_NAMES = (f"schedule-{number}" for number in count(1))


def _evaluation(objects: Objects) -> Any:
    return objects.client.evaluations.create(DATASET).id


def _schedule(objects: Objects) -> Any:
    return objects.client.evaluations.create_or_replace_schedule(next(_NAMES), SCHEDULE).name


def _connection(objects: Objects) -> Any:
    return objects.client.connections.list()[0].name


def _with(**made: Callable[[Objects], Any]) -> Callable[[Objects], dict[str, Any]]:
    return lambda objects: {name: make(objects) for name, make in made.items()}


def _one_of(make: Callable[[Objects], Any]) -> Callable[[Objects], dict[str, Any]]:
    """No keywords, for a list that is not empty."""

    def keywords(objects: Objects) -> dict[str, Any]:
        make(objects)
        return {}

    return keywords


_KIND = _with(connection_type=lambda o: ConnectionType.AZURE_OPEN_AI)
_TAGS = _with(id=_evaluation, resource=lambda o: {"tags": {"k": "v"}})
_NEW_SCHEDULE = _with(name=lambda o: next(_NAMES), resource=lambda o: SCHEDULE)

# The clients of models are made of a connection, which is looked up first; what they send themselves is another package's.
_PROJECT = (
    Operation("connections.get", "GET", _with(connection_name=_connection)),
    Operation("connections.get_default", "GET", _KIND),
    Operation("connections.list", "GET", _KIND),
    Operation("evaluations.create", "POST", _with(evaluation=lambda o: DATASET), ("evaluations",)),
    Operation("evaluations.get", "GET", _with(id=_evaluation)),
    Operation("evaluations.list", "GET", _one_of(_evaluation)),
    Operation("evaluations.update", "PATCH", _TAGS),
    Operation("evaluations.create_or_replace_schedule", "PUT", _NEW_SCHEDULE, ("evaluation_schedules",)),
    Operation("evaluations.get_schedule", "GET", _with(name=_schedule)),
    Operation("evaluations.list_schedule", "GET", _one_of(_schedule)),
    Operation("evaluations.disable_schedule", "PATCH", _with(name=_schedule), silent=True),
    Operation("telemetry.get_connection_string", "GET", _with(), more=True),
    Operation("inference.get_azure_openai_client", "GET", _with(api_version=lambda o: "2024-10-21"), more=True),
    Operation("inference.get_chat_completions_client", "GET", _with(), more=True),
    Operation("inference.get_embeddings_client", "GET", _with(), more=True),
    Operation("inference.get_image_embeddings_client", "GET", _with(), more=True),
)

ALL_OPERATIONS: tuple[Operation, ...] = (*OPERATIONS, *_PROJECT)


def operations_named(*names: str) -> list[Operation]:
    """The operations of these names, in their order."""
    found = {operation.name: operation for operation in ALL_OPERATIONS}
    return [found[name] for name in names]
