"""Holds requests against the description, and says in words what is wrong with one."""

from __future__ import annotations

import difflib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from agentkit.local.description import Description, OperationFacts, Parameter
from agentkit.local.errors import ApiError, bad_request

__all__ = ["RequestValidator", "explain", "registry_of"]

_LOG = logging.getLogger("agentkit.local")

_DOCUMENT = "urn:agentkit:openapi"
_SHOWN = 60
_MISSPELT = 0.85
_MOST_TOLD = 20
_TRUTH = {"true": True, "false": False}
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _discriminated(validator: Any, discriminator: Mapping[str, Any], instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """The OpenAPI keyword ``discriminator``: one property says by which schema the rest of the object is held.

    With ``x-open`` further kinds pass, unless they are most likely known ones misspelt. With ``x-told-by`` an object without the
    property is of the kind whose own field it has.
    """
    name = discriminator["propertyName"]
    mapping: Mapping[str, str] = discriminator.get("mapping", {})
    if isinstance(instance, dict) and instance.get(name) is None and "x-told-by" in discriminator:
        told = next((kind for kind, field in discriminator["x-told-by"].items() if field in instance), None)
        if told is None:
            yield ValidationError("no kind", validator="required", validator_value=[name], instance={})
        else:
            yield from validator.descend(instance, {"$ref": mapping[told]})
        return
    if not isinstance(instance, dict) or not isinstance(instance.get(name), str) or not mapping:
        return
    kind = instance[name]
    if kind in mapping:
        yield from validator.descend(instance, {"$ref": mapping[kind]})
    elif not discriminator.get("x-open") or difflib.get_close_matches(kind, mapping, n=1, cutoff=_MISSPELT):
        yield ValidationError("unknown kind", path=[name], validator="enum", validator_value=list(mapping), instance=kind)


def _flattened(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with each subtype holding what its base says in itself.

    A subtype names its base under ``allOf`` and the base names its subtypes under ``discriminator``: following both never ends.
    """
    schemas = document["components"]["schemas"]
    flat = {}
    for name, schema in schemas.items():
        for arm in schema.get("allOf", ()):
            base = schemas[arm["$ref"].rpartition("/")[2]]
            schema = {
                **{key: value for key, value in schema.items() if key != "allOf"},
                "properties": {**base.get("properties", {}), **schema.get("properties", {})},
                "required": [*base.get("required", ()), *schema.get("required", ())],
            }
        flat[name] = schema
    return {**document, "components": {**document["components"], "schemas": flat}}


_Validator: Any = extend(Draft202012Validator, {"discriminator": _discriminated})  # type: ignore[no-untyped-call]


def registry_of(description: Description) -> Registry[Any]:
    """The document as the root that every ``$ref`` of it is resolved against."""
    resource = DRAFT202012.create_resource(_flattened(description.document))
    registry: Registry[Any] = Registry().with_resource(_DOCUMENT, resource)
    return registry


class RequestValidator:
    """Checks the query parameters and the JSON body of one operation.

    :param operation: The operation.
    :param registry: The document that the operation stands in.
    """

    def __init__(self, operation: OperationFacts, registry: Registry[Any]) -> None:
        self._operation = operation.id
        self._parameters = operation.query
        self._body = _Validator({"$ref": f"{_DOCUMENT}#{operation.body}"}, registry=registry) if operation.body else None
        self._query = {
            parameter.name: _Validator({"$ref": f"{_DOCUMENT}#{parameter.pointer}"}, registry=registry)
            for parameter in operation.query
        }

    def query(self, sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The query parameters of the operation as values; others, such as api-version, are left aside.

        :param sent: Every parameter of the request with the values it was sent with.
        :raises ApiError: A value is not of the kind that the description allows.
        """
        values: dict[str, Any] = {}
        for parameter in self._parameters:
            texts = sent.get(parameter.name)
            if not texts or texts == [""]:
                continue
            value = _converted(parameter, texts)
            error = next(self._query[parameter.name].iter_errors(value), None)
            if error is not None:
                raise explain(error, under=parameter.name)
            values[parameter.name] = value
        return values

    def body(self, body: Any) -> dict[str, Any]:
        """The JSON body, if it is as the description says, without the fields that are not known.

        :raises ApiError: It is not; the message names the field, what was sent and what is allowed.
        """
        if not isinstance(body, dict):
            raise bad_request(f"The body must be a JSON object, {_shown(body)} was sent.")
        try:
            unknown, errors = self._checked(body)
        except RecursionError:
            raise bad_request("The body is nested too deeply to be read.") from None
        if errors:
            raise explain(min(errors, key=_rank), unknown=unknown)
        for field in unknown[:_MOST_TOLD]:
            _LOG.log(
                logging.WARNING if field.meant else logging.INFO,
                # As repr: a name may hold anything, such as the end of a line.
                "%s: the field %r is not known, so it was left out of account%s",
                self._operation,
                field.path,
                f"; did you mean {field.meant!r}?" if field.meant else "",
            )
        if len(unknown) > _MOST_TOLD:
            _LOG.warning("%s: %d further fields are not known either", self._operation, len(unknown) - _MOST_TOLD)
        return body

    def _checked(self, body: dict[str, Any]) -> tuple[list[_Unknown], list[ValidationError]]:
        """Take out of a body what is not known, for other services let that pass; then say what is wrong with the rest."""
        unknown: list[_Unknown] = []
        while True:
            errors = list(self._body.iter_errors(body)) if self._body is not None else []
            violations = [one for error in errors if _is_unknown(one := _narrowed(error))]
            if not violations:
                return unknown, errors
            for violation in violations:
                unknown += _taken_out(violation)


def _converted(parameter: Parameter, texts: Sequence[str]) -> Any:
    if parameter.type == "array":
        return [item for text in texts for item in text.split(",") if item]
    text = texts[-1]
    if parameter.type == "integer":
        try:
            return int(text)
        except ValueError:
            raise bad_request(f"{parameter.name}: '{text}' was sent, a whole number is allowed.", parameter.name) from None
    if parameter.type == "boolean" and text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    return text


@dataclass(frozen=True)
class _Unknown:
    """A field that is not known: where it was sent, and the known one that it is most likely meant for."""

    path: str
    meant: str | None


def _is_unknown(error: ValidationError) -> bool:
    allowed: Any = error.validator_value
    return error.validator == "additionalProperties" and allowed is False


def _taken_out(error: ValidationError) -> Iterator[_Unknown]:
    """Take the fields out of an object that are not known there."""
    sent: Any = error.instance
    schema: Any = error.schema
    for number, name in enumerate([name for name in sent if name not in schema["properties"]]):
        del sent[name]
        # A comparison takes long, and of so many nobody would be told.
        meant = difflib.get_close_matches(name, schema["properties"], n=1) if number < _MOST_TOLD else ()
        name = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
        yield _Unknown(_path([*error.absolute_path, name], ""), _path([*error.absolute_path, *meant], "") if meant else None)


def explain(error: ValidationError, under: str = "", unknown: Sequence[_Unknown] = ()) -> ApiError:
    """A refusal that says in words what a schema violation is about.

    :param error: What the validator found.
    :param under: Name to begin the parameter's name with.
    :param unknown: What else was sent, and is not known.
    """
    error = _narrowed(error)
    path = _path(error.absolute_path, under)
    sent: Any = error.instance
    allowed: Any = error.validator_value
    if error.validator == "required":
        name = next(name for name in allowed if name not in sent)
        path = f"{path}.{name}" if path else name
        hint = next((f" Was '{field.path}' meant for it?" for field in unknown if field.meant == path), "")
        return bad_request(f"{path}: required, but nothing was sent.{hint}", path)
    if list(error.absolute_schema_path)[-2:-1] == ["propertyNames"]:
        return bad_request(f"{path}: the key {_shown(sent)} {_limit(error)}", path)
    return bad_request(f"{path or 'The body'}: {_limit(error)}", path or None)


def _rank(error: ValidationError) -> list[str]:
    """Outer things first."""
    return [str(part) for part in error.absolute_path]


def _limit(error: ValidationError) -> str:
    sent: Any = error.instance
    allowed: Any = error.validator_value
    if error.validator in ("maxLength", "minLength"):
        bound = "at most" if error.validator == "maxLength" else "at least"
        return f"is {len(sent)} characters long, {bound} {allowed} are allowed."
    if error.validator in ("maxItems", "minItems"):
        bound = "at most" if error.validator == "maxItems" else "at least"
        return f"{len(sent)} items were sent, {bound} {allowed} are allowed."
    if error.validator in ("maxProperties", "minProperties"):
        bound = "at most" if error.validator == "maxProperties" else "at least"
        return f"{len(sent)} pairs were sent, {bound} {allowed} are allowed."
    if error.validator in ("maximum", "minimum"):
        bound = "at most" if error.validator == "maximum" else "at least"
        return f"{_shown(sent)} was sent, {bound} {allowed} is allowed."
    if error.validator == "enum":
        return f"{_shown(sent)} was sent, allowed are {', '.join(_shown(value) for value in allowed)}."
    if error.validator == "const":
        return f"{_shown(sent)} was sent, only {_shown(allowed)} is allowed."
    if error.validator == "type":
        return f"{_shown(sent)} was sent, {_kinds([allowed] if isinstance(allowed, str) else allowed)} is allowed."
    if error.validator in ("anyOf", "oneOf"):
        kinds: list[str] = []
        for cause in error.context or ():
            if cause.validator == "type" and not cause.relative_path:
                value: Any = cause.validator_value
                kinds += [value] if isinstance(value, str) else value
        return (
            f"{_shown(sent)} was sent, {_kinds(kinds)} is allowed."
            if kinds
            else f"{_shown(sent)} is not of a form that is allowed."
        )
    return f"{_shown(sent)} is not allowed: {error.message}"


def _narrowed(error: ValidationError) -> ValidationError:
    """The violation that matters: of several forms, only the one that the value was plainly meant to have."""
    while error.validator in ("anyOf", "oneOf") and error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for cause in error.context:
            branches.setdefault(cause.relative_schema_path[0], []).append(cause)
        meant = [causes for causes in branches.values() if not any(_of_other_kind(cause) for cause in causes)]
        if len(meant) != 1:
            break
        error = meant[0][0]
    return error


def _of_other_kind(cause: ValidationError) -> bool:
    return not cause.relative_path and cause.validator in ("type", "enum", "const")


def _path(parts: Iterable[Any], under: str) -> str:
    path = under
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def _kinds(kinds: Sequence[str]) -> str:
    words = [_KINDS.get(kind, kind) for kind in dict.fromkeys(kinds)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _shown(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
