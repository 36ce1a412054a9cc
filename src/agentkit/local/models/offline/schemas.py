"""Follows references and joins the parts of JSON schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["MOST_HOPS", "fields_of", "resolved"]

MOST_HOPS = 12


def resolved(root: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    """A schema with its references followed and its ``allOf`` joined; an empty one where there is none.

    :param root: The schema that the references lead into.
    :param schema: The schema.
    """
    return _resolved(root, schema, MOST_HOPS)


def fields_of(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[str]]:
    """The properties of an object, and the names of those that it must have; empty where the schema says nothing that can be read."""
    properties, required = schema.get("properties"), schema.get("required")
    return properties if isinstance(properties, Mapping) else {}, required if isinstance(required, (list, tuple)) else ()


def _resolved(root: Mapping[str, Any], schema: Any, hops: int) -> dict[str, Any]:
    known: dict[str, Any] = dict(schema) if isinstance(schema, Mapping) else {}
    for _ in range(hops):
        reference = known.pop("$ref", None)
        if not isinstance(reference, str) or not reference.startswith("#"):
            break
        target = _target(root, reference)
        known = {**target, **known} if isinstance(target, Mapping) else known
    parts = known.pop("allOf", ())
    for part in parts if hops and isinstance(parts, list) else ():
        joined = _resolved(root, part, hops - 1)
        properties = {**known.get("properties", {}), **joined.get("properties", {})}
        required = [*known.get("required", ()), *joined.get("required", ())]
        known = {
            **joined,
            **known,
            **({"properties": properties} if properties else {}),
            **({"required": required} if required else {}),
        }
    return known


def _target(root: Mapping[str, Any], reference: str) -> Any:
    target: Any = root
    for part in filter(None, reference[1:].split("/")):
        step = part.replace("~1", "/").replace("~0", "~")
        target = target.get(step, {}) if isinstance(target, Mapping) else {}
    return target
