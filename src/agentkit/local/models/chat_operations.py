"""Describes the operations of HTTP APIs as functions: what each is for, and the schema of its arguments. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.openapi.reading import Body, Operation, SpecDocument, SpecError

__all__ = ["operation_arguments", "operation_description"]

_MOST_REFERENCES = 200
# What these keywords hold are values or names, no schemas.
_VALUES = frozenset({"const", "default", "description", "enum", "required", "title", "type"})
# Their members are schemas by names, which may be spelled as a keyword is.
_NAMED = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
# These say nothing that a model needs, and are no keywords of JSON Schema.
_IDLE = frozenset({"discriminator", "example", "externalDocs", "xml"})


def operation_description(operation: Operation, api: Mapping[str, Any]) -> str:
    """What an operation is for, in the words of its document.

    :param api: The definition of its API: its name and description.
    """
    known = operation.description or f"{operation.method} {operation.path}"
    about = f"{api['name']}: {api['description']}" if api.get("description") else api["name"]
    return f"{known}\n(An operation of the API {about})"


def operation_arguments(operation: Operation, api: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a call's arguments: parameters by their names, with the fields of a body beside them or the body as ``body``.

    :param api: The definition of its API; what it fixes in ``default_params`` is not offered.
    """
    schemas = _Schemas(SpecDocument(api["spec"]))
    fixed = frozenset(api.get("default_params") or ())
    properties: dict[str, Any] = {}
    required: list[str] = []
    if operation.body is not None:
        fields, needed = _body_fields(operation.body, schemas)
        properties.update({name: schema for name, schema in fields.items() if name not in fixed})
        required += [name for name in needed if name in properties]
    for parameter in operation.parameters:
        if parameter.name in fixed:
            continue
        schema = schemas.standing_alone(parameter.schema)
        properties[parameter.name] = {**schema, "description": parameter.description} if parameter.description else schema
        if parameter.required and "default" not in parameter.schema:
            required.append(parameter.name)
    arguments: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        arguments["required"] = list(dict.fromkeys(required))
    return arguments


def _body_fields(body: Body, schemas: _Schemas) -> tuple[dict[str, Any], list[str]]:
    """The arguments that a body takes, by their names, and those of them that must be there."""
    if not body.is_object or not body.fields:
        whole = schemas.standing_alone(body.schema) or {"type": "object"}
        return {"body": whole}, ["body"] if body.required else []
    needed = body.schema.get("required")
    fields = {name: schemas.standing_alone(schema) for name, schema in body.fields.items()}
    return fields, [str(name) for name in needed] if body.required and isinstance(needed, list) else []


class _Schemas:
    """Takes schemas out of a document: what their references mean is put in place of the references."""

    def __init__(self, document: SpecDocument) -> None:
        self._document = document
        self._left = _MOST_REFERENCES

    def standing_alone(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema without references; one that leads back to itself, or to nothing, becomes a schema that takes anything."""
        return self._copied(schema, ())

    def _copied(self, schema: Mapping[str, Any], trail: tuple[str, ...]) -> dict[str, Any]:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return {key: self._member(key, value, trail) for key, value in schema.items() if key not in _IDLE}
        beside = {key: value for key, value in schema.items() if key in _VALUES}
        if reference in trail or not self._left:
            return beside
        self._left -= 1
        try:
            meant = self._document.resolved({"$ref": reference}, "schema")
        except SpecError:
            return beside
        return {**self._copied(meant, (*trail, reference)), **beside}

    def _member(self, key: str, value: Any, trail: tuple[str, ...]) -> Any:
        if key in _VALUES:
            return value
        if key in _NAMED and isinstance(value, Mapping):
            return {name: self._value(one, trail) for name, one in value.items()}
        return self._value(value, trail)

    def _value(self, value: Any, trail: tuple[str, ...]) -> Any:
        if isinstance(value, Mapping):
            return self._copied(value, trail)
        return [self._value(one, trail) for one in value] if isinstance(value, list) else value
