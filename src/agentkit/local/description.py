"""Reads the bundled OpenAPI description and its supplement: which operations there are, at which paths, and what they take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from agentkit.local.supplement import extend

__all__ = ["Description", "OperationFacts", "Parameter", "load_description"]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """A query parameter: its name and type on the wire (an array's items are joined by commas), and where its schema stands."""

    name: str
    type: str
    pointer: str


@dataclass(frozen=True)
class OperationFacts:
    """One operation: its id, method and path, its query parameters, and where the schema of its body stands."""

    id: str
    method: str
    path: str
    query: tuple[Parameter, ...]
    body: str | None
    multipart: bool


@dataclass(frozen=True)
class Description:
    """The whole document."""

    document: Mapping[str, Any]

    @cached_property
    def operations(self) -> tuple[OperationFacts, ...]:
        """Every operation of the document."""
        return tuple(
            self._facts(path, method, item[method])
            for path, item in self.document["paths"].items()
            for method in _METHODS
            if method in item
        )

    def _facts(self, path: str, method: str, operation: Mapping[str, Any]) -> OperationFacts:
        content = operation.get("requestBody", {}).get("content", {})
        pointer = f"/paths/{path.replace('/', '~1')}/{method}"
        return OperationFacts(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            query=tuple(
                Parameter(parameter["name"], parameter["schema"].get("type", "string"), f"{pointer}/parameters/{index}/schema")
                for index, parameter in enumerate(operation.get("parameters", ()))
                if parameter["in"] == "query"
            ),
            body=next((_schema_of(pointer, kind) for kind in content if kind.endswith("json")), None),
            multipart="multipart/form-data" in content,
        )


def _schema_of(pointer: str, content_type: str) -> str:
    return f"{pointer}/requestBody/content/{content_type.replace('/', '~1')}/schema"


@lru_cache(maxsize=1)
def load_description() -> Description:
    """The description that is bundled with the package, with what the service has beyond it."""
    source = files("agentkit.local") / "_generated" / "openapi.json"
    document = json.loads(source.read_text(encoding="utf-8"))
    extend(document)
    return Description(document)
