"""Structured answers: a pydantic model class as the form of an answer, and an answer read back as one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any, TypeVar

__all__ = ["as_response_format", "parse_answer"]

M = TypeVar("M")

_SCHEMAS_BY_NAME = frozenset({"properties", "$defs"})
_SCHEMAS = frozenset({"items", "additionalProperties"})
_SCHEMA_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_FENCED = r"\s*```(?:json)?[ \t\r]*\n(.*?)\n?\s*```\s*"


def as_response_format(value: Any) -> Any:
    """The ``response_format`` to send: a pydantic model class becomes its JSON schema, everything else stays as it is.

    The schema is one that services take as strict: closed (no additional properties, all properties required), without defaults,
    and with nothing beside a reference.

    :raises TypeError: it is a class, but none of pydantic's models.
    """
    if not isinstance(value, type):
        return value
    from pydantic import BaseModel

    if not issubclass(value, BaseModel):
        raise TypeError(f"response_format takes a pydantic model class, not the class {value.__name__}")
    schema = value.model_json_schema()
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", value.__name__)[:64]
    described = {"description": inspect.cleandoc(value.__doc__)} if value.__doc__ else {}
    strict = _strict(schema, schema.get("$defs", {}))
    return {"type": "json_schema", "json_schema": {"name": name, **described, "schema": strict, "strict": True}}


def _strict(schema: Any, definitions: Mapping[str, Any], within: frozenset[str] = frozenset()) -> Any:
    """A schema without what a strict one may not have.

    :param within: the references that are being written out around it, so that a type that refers to itself comes to an end.
    """
    if not isinstance(schema, dict):
        return schema
    beside = {key: value for key, value in schema.items() if key not in ("$ref", "default")}
    reference = schema.get("$ref")
    if reference is not None:
        if not beside or reference in within:
            return {"$ref": reference}
        # What stands beside a reference, such as the field's own description, is taken only with the type written out.
        target = definitions.get(reference.rpartition("/")[2], {})
        return _strict({**target, **beside}, definitions, within | {reference})
    strict: dict[str, Any] = {}
    for key, value in beside.items():
        if key in _SCHEMAS_BY_NAME:
            strict[key] = {name: _strict(inner, definitions, within) for name, inner in value.items()}
        elif key in _SCHEMAS:
            strict[key] = _strict(value, definitions, within)
        elif key in _SCHEMA_LISTS:
            strict[key] = [_strict(inner, definitions, within) for inner in value]
        else:
            strict[key] = value
    if strict.get("type") == "object" and "properties" in strict:
        strict |= {"additionalProperties": False, "required": list(strict["properties"])}
    return strict


def parse_answer(text: Any, model: type[M]) -> M:
    """An answer's text as a value of the type.

    :param text: the JSON that the model answered; a Markdown code fence around it is taken off. Anything but text counts as none.
    :param model: a pydantic model class, or any type that pydantic reads.
    :raises ValueError: there is no text, or it is not of that form; pydantic's ValidationError is one.
    """
    from pydantic import TypeAdapter

    if not isinstance(text, str):
        raise ValueError("there is no answer to parse: no message of the assistant has text")
    fenced = re.fullmatch(_FENCED, text, re.DOTALL | re.IGNORECASE)
    adapter: TypeAdapter[M] = TypeAdapter(model)
    return adapter.validate_json(fenced[1] if fenced else text)
