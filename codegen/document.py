"""Bundles the description into the one document by which the local service routes and checks requests."""

from __future__ import annotations

import json
from typing import Any

from .spec import ROOT, Description

PATH = "src/agentkit/local/_generated/openapi.json"


def emit(description: Description) -> dict[str, str]:
    """The bundled document, by path from the project's root."""
    root = description.documents[ROOT]
    bundled: dict[str, Any] = {key: value for key, value in root.items() if key not in ("x-parts", "paths", "components")}
    schemas: dict[str, Any] = {}
    bundled["paths"] = {}
    for document in description.documents.values():
        bundled["paths"] |= _local(document.get("paths") or {})
        schemas |= _local(document.get("components", {}).get("schemas") or {})
    bundled["components"] = {**{k: v for k, v in root["components"].items() if k != "schemas"}, "schemas": schemas}
    return {PATH: json.dumps(bundled, indent=1, ensure_ascii=False) + "\n"}


def _local(value: Any) -> Any:
    """The value with every reference to another file turned into one to this document."""
    if isinstance(value, dict):
        return {k: "#" + v.partition("#")[2] if k == "$ref" else _local(v) for k, v in value.items()}
    return [_local(item) for item in value] if isinstance(value, list) else value
