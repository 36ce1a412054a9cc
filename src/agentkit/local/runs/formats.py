"""Holds answers against the response format of their run. Pure."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["FORMATS", "answer_problem", "schema_problem"]

FORMATS = ("text", "json_object", "json_schema")
"""The types of a response format that is an object."""


def schema_problem(schema: Any) -> str | None:
    """What makes a value no JSON Schema, in words; None where it is one."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, dict):
        return f"{json.dumps(schema)} is no object."
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"{error.json_path}: {error.message}"
    return None


def answer_problem(text: str, response_format: Any) -> str | None:
    """Why an answer is not of the format that was asked for, in words; None where it is, or where any text will do.

    :param text: The whole answer.
    :param response_format: As it stands in the run; its schema is valid.
    """
    kind = response_format.get("type") if isinstance(response_format, dict) else None
    if kind not in ("json_object", "json_schema"):
        return None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return f"it is not valid JSON ({error})"
    if kind == "json_object":
        return None if isinstance(value, dict) else "it is valid JSON, but no object"
    return _schema_violation(value, response_format["json_schema"]["schema"])


def _schema_violation(value: Any, schema: Any) -> str | None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # An empty registry: nothing is fetched from elsewhere.
    validator = Draft202012Validator(schema, registry=Registry())
    try:
        error = best_match(validator.iter_errors(value))
    except Unresolvable as unknown:
        return f"its schema refers to '{unknown.ref}', which stands nowhere in it"
    return None if error is None else f"it does not fit the schema at {error.json_path}: {error.message}"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
