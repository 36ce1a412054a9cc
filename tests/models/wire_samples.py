"""Wire forms of every model, made from the facts."""

from __future__ import annotations

import copy
import re
from typing import Any

import agentkit.models
from agentkit._model import Model
from facts import ALIASES, ENUMS, FAMILIES, GENERATED, MODELS, subtypes

__all__ = ["GENERATED", "MODELS", "model", "public_names", "sample"]

_PLAIN: dict[str, Any] = {
    "str": "some text",
    "int": 7,
    "float": 0.5,
    "bool": True,
    "any": {"free": [1, None]},
    "unix seconds": 1_700_000_000,
    "rfc 3339": "2024-05-01T12:00:00Z",
}


def model(name: str) -> type[Model]:
    """The class of a name."""
    found: type[Model] = getattr(agentkit.models, name)
    return found


def public_names(name: str) -> list[str]:
    """The attributes that a class is documented to have."""
    return list(MODELS[name]["fields"])


def sample(name: str) -> dict[str, Any]:
    """A whole wire form of a class, keys in the order of the class: every field set, lists of a family with one item of each kind."""
    fields = MODELS[name]["fields"]
    in_order = {python: fields[python] for python in _in_order(name)}.items()
    made = {f.get("wire", python): f["constant"] if "constant" in f else _value(f["type"]) for python, f in in_order}
    return copy.deepcopy(made)


def _in_order(name: str) -> list[str]:
    """The fields of a class, those of its base first."""
    fact = MODELS.get(name, {})
    return list(dict.fromkeys([*(_in_order(fact["base"]) if "base" in fact else ()), *fact.get("fields", {})]))


def _value(kind: str) -> Any:
    # Of several arms the last but null tells most.
    *_, kind = (arm for arm in re.split(r" \| (?![^\[]*\])", kind) if arm != "null")
    if inner := re.fullmatch(r"list\[(.*)\]", kind):
        family = inner[1] if inner[1] in FAMILIES else None
        return [sample(name) for name in subtypes(family).values()] if family else [_value(inner[1])]
    if inner := re.fullmatch(r"dict\[str, (.*)\]", kind):
        return {"a key": _value(inner[1])}
    if kind in ALIASES:
        return _value(ALIASES[kind])
    if kind in ENUMS:
        return next(iter(ENUMS[kind].values()))
    if kind in FAMILIES:
        return sample(next(iter(subtypes(kind).values())))
    return sample(kind) if kind in MODELS else _PLAIN[kind]
