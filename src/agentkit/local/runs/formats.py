"""Holds answers against the response format of their run. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agentkit.local.errors import bad_request

__all__ = ["answer_problem", "check_response_format", "schema_problem"]

_FORMATS = ("text", "json_object", "json_schema")


def check_response_format(wanted: Any, param: str = "response_format") -> None:
    """Refuse a response format that no answer could be held to.

    :raises ApiError: 400, naming the field.
    """
    if wanted is None or wanted in ("auto", "none"):
        return
    kind = wanted if isinstance(wanted, str) else wanted.get("type") or "text"
    if isinstance(wanted, str) or kind not in _FORMATS:
        raise bad_request(
            f"{param}: '{kind}' was sent, allowed are 'auto' and objects of type {', '.join(map(repr, _FORMATS))}.", param
        )
    if kind == "json_schema":
        wrapped = wanted.get("json_schema")
        if not isinstance(wrapped, Mapping) or "schema" not in wrapped:
            raise bad_request(f"{param}.json_schema.schema: required, but nothing was sent.", f"{param}.json_schema.schema")
        problem = schema_problem(wrapped["schema"])
        if problem:
            raise bad_request(
                f"{param}.json_schema.schema: it is no valid JSON Schema: {problem}", f"{param}.json_schema.schema"
            )


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
