"""From the name and the data of a server-sent event to what a caller gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

    from .._generated.models.messages import ThreadMessage
    from .._generated.models.run_steps import RunStep
    from .._generated.models.runs import ThreadRun
    from .._generated.models.streams import MessageDeltaChunk, RunStepDeltaChunk
    from .._model import Model

    EventData: TypeAlias = ThreadRun | RunStep | RunStepDeltaChunk | ThreadMessage | MessageDeltaChunk | str

__all__ = ["StreamEvent", "fields_of", "model_of", "parse_event"]

# As deep as pydantic reads. Python's own reader takes what nests so deeply that no call could write or copy it again.
_MOST_LEVELS = 200


@dataclass(slots=True)  # not frozen, which would double what it costs to make one
class StreamEvent:
    """One event of a streamed run.

    :param event_type: Its name as it came; equal to the member of ``AgentStreamEvent``, where there is one.
    :param data: The object that the event carries; for an event without one (``thread.created``, ``error``, ``done``, and every
        name that is not known here) its data as text: the text as it came, or Python's ``str()`` of what was JSON.
    :param raw: The data as JSON value, or as text where it is no JSON.
    """

    event_type: str
    data: EventData
    raw: Any


def parse_event(event: str, data: str) -> StreamEvent:
    """Read an event. It never raises: data that does not fit its event is text.

    :param event: The name of the event.
    :param data: Its data.
    :return: The event as a caller gets it.
    """
    raw = _from_json(data)
    kind = model_of(event)
    if kind is None or not isinstance(raw, dict):
        return StreamEvent(event, _shown(raw), raw)
    try:
        # As the class itself would make one, without the way through its __init__.
        value: Any = kind.__pydantic_validator__.validate_python(fields_of(event, raw))
    except ValueError:  # half a surrogate pair in a name, which no field and no text can have
        value = _shown(raw)
    return StreamEvent(event, value, raw)


def model_of(event: str) -> type[Model] | None:
    """The class of the object that an event carries; None for an event that carries none, or is not known."""
    return _models().get(event)


def fields_of(event: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The fields of the object that an event carries, by their wire names.

    :param event: The name of the event.
    :param raw: Its data.
    :return: The data; that of a step has ``expires_at``, which steps have in streams alone, as ``expired_at`` too.
    """
    only_in_streams = raw.get("expires_at") if event.startswith("thread.run.step.") else None
    if only_in_streams is None or raw.get("expired_at") is not None:
        return raw
    return {**raw, "expired_at": only_in_streams}


@cache
def _models() -> Mapping[str, type[Model]]:
    """The classes by the names of the events; loaded with the first event, for they take a while."""
    from .._generated.enums import AgentStreamEvent
    from .._generated.models.messages import ThreadMessage
    from .._generated.models.run_steps import RunStep
    from .._generated.models.runs import ThreadRun
    from .._generated.models.streams import MessageDeltaChunk, RunStepDeltaChunk

    # The first that fits counts.
    kinds: dict[str, type[Model]] = {
        "thread.run.step.delta": RunStepDeltaChunk,
        "thread.run.step.": RunStep,
        "thread.run.": ThreadRun,
        "thread.message.delta": MessageDeltaChunk,
        "thread.message.": ThreadMessage,
    }
    models = {}
    for name in map(str, AgentStreamEvent):
        prefix = next(filter(name.startswith, kinds), None)
        if prefix is not None:
            models[name] = kinds[prefix]
    return models


def _from_json(data: str) -> Any:
    """The value of JSON text; the text itself where it is none, or nests deeper than the bodies of other answers may."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if data.count("[") + data.count("{") > _MOST_LEVELS and _is_deep(value):
        return data
    return value


def _is_deep(value: Any) -> bool:
    level: list[Any] = [[value]]
    for _ in range(_MOST_LEVELS + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
    return bool(level)


def _shown(raw: Any) -> str:
    """The data as azure-ai-projects 1.0.0b10 shows it, which renames ``assistant_id`` before it looks at the kind of event."""
    if isinstance(raw, dict) and "assistant_id" in raw:
        raw = {name: value for name, value in raw.items() if name != "assistant_id"} | {"agent_id": raw["assistant_id"]}
    return str(raw)
