"""Structured answers: a pydantic model class as the form of an answer, and an answer read back as one."""

from __future__ import annotations

import re
from typing import Any, TypeVar

__all__ = ["as_response_format", "parse_answer"]

M = TypeVar("M")


def as_response_format(value: Any) -> Any:
    """The ``response_format`` to send: a pydantic model class becomes its JSON schema, everything else stays as it is.

    The schema is closed (no additional properties, all properties required), as services ask of a strict schema.
    """
    if not isinstance(value, type):
        return value
    from pydantic import BaseModel

    if not issubclass(value, BaseModel):
        raise TypeError(f"response_format takes a pydantic model class, not the class {value.__name__}")
    schema = _closed(value.model_json_schema())
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", value.__name__)[:64]
    described = {"description": value.__doc__.strip()} if value.__doc__ else {}
    return {"type": "json_schema", "json_schema": {"name": name, **described, "schema": schema, "strict": True}}


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed |= {"additionalProperties": False, "required": list(closed["properties"])}
    return closed


def parse_answer(text: str | None, model: type[M]) -> M:
    """An answer's text as a value of the type.

    :param text: the JSON that the model answered; a Markdown code fence around it is taken off.
    :param model: a pydantic model class, or any type that pydantic reads.
    :raises ValueError: there is no text, or it is not of that form; pydantic's ValidationError is one.
    """
    from pydantic import TypeAdapter

    if text is None:
        raise ValueError("there is no answer to parse: no message of the assistant has text")
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", text, re.DOTALL)
    adapter: TypeAdapter[M] = TypeAdapter(model)
    return adapter.validate_json(fenced[1] if fenced else text)
