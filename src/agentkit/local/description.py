"""Reads the bundled OpenAPI description: which operations there are, at which paths, and what they take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["Description", "OperationFacts", "Parameter", "load_description"]

_METHODS = ("get", "post", "put", "patch", "delete")

# What clients of later api-versions, or of other dialects, send beyond the description. Api-version v1 takes a run's own tool
# resources; the dialect of OpenAI describes a vector store in place by its files, where this one has a configuration.
_LATER_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "create_run": {"tool_resources": {"anyOf": [{"$ref": "#/components/schemas/UpdateToolResourcesOptions"}, {"type": "null"}]}}
}
_METADATA: Mapping[str, Any] = {
    "type": ["object", "null"],
    "maxProperties": 16,
    "propertyNames": {"maxLength": 64},
    "additionalProperties": {"type": "string", "maxLength": 512},
}
_STORE_IN_PLACE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"]},
        "configuration": {"anyOf": [{"$ref": "#/components/schemas/VectorStoreConfiguration"}, {"type": "null"}]},
        "file_ids": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 10_000},
        "metadata": _METADATA,
        "chunking_strategy": {"anyOf": [{"$ref": "#/components/schemas/VectorStoreChunkingStrategyRequest"}, {"type": "null"}]},
    },
    "additionalProperties": False,
}
_WITH_STORES = ("FileSearchToolResource", "UpdateFileSearchToolResourceOptions")


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
            body=f"{pointer}/requestBody/content/application~1json/schema" if "application/json" in content else None,
            multipart="multipart/form-data" in content,
        )


@lru_cache(maxsize=1)
def load_description() -> Description:
    """The description that is bundled with the package."""
    source = files("agentkit.local") / "_generated" / "openapi.json"
    document = json.loads(source.read_text(encoding="utf-8"))
    for item in document["paths"].values():
        for operation in item.values():
            later = _LATER_FIELDS.get(operation.get("operationId", "")) if isinstance(operation, dict) else None
            if later:
                properties = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
                properties.update({name: schema for name, schema in later.items() if name not in properties})
    schemas = document["components"]["schemas"]
    # Later api-versions have more kinds of tools; an agent may have them, and is told when it calls one.
    schemas["ToolDefinition"]["discriminator"]["x-open"] = True
    # There the ranker may be left out.
    schemas["FileSearchRankingOptions"]["required"] = ["score_threshold"]
    for name in _WITH_STORES:
        schemas[name]["properties"]["vector_stores"] = {"type": ["array", "null"], "items": _STORE_IN_PLACE, "maxItems": 1}
    return Description(document)
