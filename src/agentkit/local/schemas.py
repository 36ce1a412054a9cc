"""The words in which requests and answers beyond the description are described: those of OpenAPI, shortened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "COUNT",
    "FLAG",
    "METADATA",
    "NUMBER",
    "TEXT",
    "Schema",
    "closed",
    "list_of",
    "open_object",
    "operation_of",
    "or_null",
    "ref",
]

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": ["number", "null"]}
FLAG: Schema = {"type": ["boolean", "null"]}
COUNT: Schema = {"type": ["integer", "null"], "minimum": 1}
METADATA: Schema = {
    "type": ["object", "null"],
    "maxProperties": 16,
    "propertyNames": {"maxLength": 64},
    "additionalProperties": {"type": "string", "maxLength": 512},
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def closed(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object of which only these fields are known."""
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def open_object(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object that may have other fields too."""
    return {"type": "object", "required": list(required), "properties": properties}


def list_of(items: Schema, **bounds: Any) -> Schema:
    return {"type": ["array", "null"], "items": items, **bounds}


def operation_of(operation_id: str, gives: Schema, takes: Schema | None = None) -> dict[str, Any]:
    """An operation without query parameters."""
    body = {"requestBody": {"content": {"application/json": {"schema": takes}}}} if takes is not None else {}
    return {"operationId": operation_id, **body, "responses": {"200": {"content": {"application/json": {"schema": gives}}}}}
