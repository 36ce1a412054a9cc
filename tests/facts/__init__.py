"""The facts of the mirrored client; README.md says how to read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = [
    "AGENTS11",
    "ALIASES",
    "CALLS",
    "ENUMS",
    "FAMILIES",
    "GENERATED",
    "HOSTED",
    "LATER",
    "MODELS",
    "SERVICE_CALLS",
    "subtypes",
]


def _load(name: str) -> Any:
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


MODELS: dict[str, dict[str, Any]] = _load("models.json")["models"]
# What azure-ai-agents 1.1.0 has beyond that: models, and fields that it added or widened.
LATER: dict[str, dict[str, Any]] = _load("models_later.json")
MODELS |= LATER["models"]
for _name, _fields in LATER["fields"].items():
    MODELS[_name]["fields"] |= _fields

# What azure-ai-projects 2.0.0b3 has for agents with versions, under the names of here, and what is otherwise here, or came later.
HOSTED: dict[str, dict[str, Any]] = _load("hosted.json")
MODELS |= HOSTED["models"] | HOSTED["later_models"]
for _name, _fields in HOSTED["departures"].items():
    MODELS[_name] = {**MODELS[_name], "fields": MODELS[_name]["fields"] | _fields}

ALIASES: dict[str, str] = _load("models.json")["aliases"]
ENUMS: dict[str, dict[str, str]] = _load("enums.json")
for _name in HOSTED["enums"] | HOSTED["later_enums"]:
    ENUMS[_name] = {**HOSTED["enums"].get(_name, {}), **HOSTED["later_enums"].get(_name, {})}
CALLS: dict[str, dict[str, Any]] = _load("operations.json")
# The surface of azure-ai-agents 1.1.0, and what its calls send beyond that.
AGENTS11: dict[str, dict[str, Any]] = _load("agents11.json")["methods"]
for _name, _values in _load("agents11.json")["bodies"].items():
    CALLS[_name]["body"] |= _values
SERVICE_CALLS: dict[str, dict[str, dict[str, Any]]] = _load("services.json")

GENERATED = sorted(name for name, fact in MODELS.items() if "hand_written" not in fact)
FAMILIES = sorted(name for name, fact in MODELS.items() if "discriminator" in fact and "tag" not in fact)


def subtypes(family: str) -> dict[str, str]:
    """The classes of a family by the value that tells them."""
    return {fact["tag"]: name for name, fact in MODELS.items() if fact.get("base") == family and "tag" in fact}
