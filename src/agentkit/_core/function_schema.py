"""What a model is told of a function, and how what it sends becomes the function's arguments: both from the type hints, by pydantic.

For plain annotations (str, int, float, bool, list, dict, ``List[X]``, ``Optional[X]``, ``Union``) the schema is that of the mirrored
client; for all others that client says ``string``, and here it is pydantic's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import GenericAlias, UnionType
from typing import Annotated, Any, List, Union, get_args, get_origin  # noqa: UP035  (typing.List is compared with, not used)

from pydantic import TypeAdapter, WithJsonSchema
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .docstrings import first_line, parameter_texts
from .json_schema import inlined, tidy
from .signatures import SignatureParameter, documentation, given_keywords, is_async, name_of, parameters_of
from .typed_dicts import with_readable_dicts

__all__ = ["NO_DESCRIPTION", "FunctionSpec", "Parameter", "describe_function"]

NO_DESCRIPTION = "No description"

# What has no annotation, or Any, takes every JSON value, and models are told that it is a string, as in the mirrored client.
_ANYTHING = Annotated[Any, WithJsonSchema({"type": "string"})]

_UNIONS = (Union, UnionType)

POSITIONAL_ONLY = inspect.Parameter.POSITIONAL_ONLY
POSITIONAL_OR_KEYWORD = inspect.Parameter.POSITIONAL_OR_KEYWORD
VAR_POSITIONAL = inspect.Parameter.VAR_POSITIONAL
VAR_KEYWORD = inspect.Parameter.VAR_KEYWORD


class _Generator(GenerateJsonSchema):
    # A default that is no JSON value is left out of the schema; that is nothing to warn of.
    ignored_warning_kinds = frozenset({"skipped-choice", "non-serializable-default"})  # type: ignore[assignment]

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A number, or its digits as text: not every release of pydantic says that it cannot be any other text."""
        written = super().decimal_schema(schema)
        for choice in written.get("anyOf", ()):
            if choice.get("type") == "string":
                choice.setdefault("pattern", r"^-?[0-9]+(\.[0-9]+)?$")
        return written


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function as calls by a model see it.

    :ivar adapter: reads a JSON value as the parameter's type; of ``*args`` the whole array, of ``**kwargs`` one value.
    :ivar default: the default; ``inspect.Parameter.empty`` where there is none.
    :ivar field: the pydantic field that has the default, where one has.
    :ivar nullable: whether None is of the type.
    """

    name: str
    kind: Any
    adapter: TypeAdapter[Any]
    default: Any
    field: FieldInfo | None
    nullable: bool

    @property
    def has_default(self) -> bool:
        """Whether a call without it is complete. An optional type counts as having the default None, as in the mirrored client."""
        return self.has_own_default or self.field is not None or self.nullable

    @property
    def has_own_default(self) -> bool:
        """Whether the function itself knows the value of a call without it."""
        return self.default is not inspect.Parameter.empty

    @property
    def required(self) -> bool:
        """Whether a model has to give it."""
        return self.kind not in (VAR_POSITIONAL, VAR_KEYWORD) and not self.has_default

    def default_value(self) -> Any:
        """The value of a call without it."""
        if self.has_own_default:
            return self.default
        return self.field.get_default(call_default_factory=True) if self.field is not None else None


@dataclass(frozen=True)
class FunctionSpec:
    """A function that models can call.

    :ivar name: the name by which they call it.
    :ivar description: what they are told that it does.
    :ivar function: the callable.
    :ivar parameters: its parameters, in their order.
    :ivar schema: the JSON schema (draft 2020-12) of its arguments.
    :ivar is_async: whether a call gives a coroutine.
    :ivar given: the keywords that a partial has given, which no call may give again.
    """

    name: str
    description: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    schema: dict[str, Any]
    is_async: bool
    given: frozenset[str]


def describe_function(function: Callable[..., Any]) -> FunctionSpec:
    """Read what a model has to know of a function: from its name, its docstring and its type hints.

    :param function: a function, a bound method, a partial, or any other callable.
    :return: the description.
    :raises TypeError: it is no callable, or an annotation cannot be described; the text names function and parameter.
    :raises ValueError: services take no function of that name.
    """
    if not callable(function):
        raise TypeError(f"a function tool takes functions, not {type(function).__name__}: {function!r:.80}")
    name = name_of(function)
    docstring = documentation(function)
    annotated = {p.name: _annotation(p) for p in parameters_of(name, function)}
    parameters = tuple(_parameter(name, p, annotation) for p, annotation in annotated.values())
    return FunctionSpec(
        name=name,
        description=first_line(docstring) or NO_DESCRIPTION,
        function=function,
        parameters=parameters,
        schema=_schema(name, parameters, {key: pair[1] for key, pair in annotated.items()}, parameter_texts(docstring)),
        is_async=is_async(function),
        given=given_keywords(function),
    )


def _annotation(parameter: SignatureParameter) -> tuple[SignatureParameter, Any]:
    """The parameter beside the type that its value is read as."""
    annotation = _with_any_as_text(with_readable_dicts(parameter.annotation))
    if isinstance(parameter.default, FieldInfo):
        annotation = Annotated[annotation, parameter.default]
    if parameter.kind is VAR_POSITIONAL:
        annotation = GenericAlias(list, annotation)
    return parameter, annotation


def _with_any_as_text(annotation: Any) -> Any:
    """The annotation with ``Any`` told to models as a string: alone, in a list, in a union. Elsewhere pydantic's own word is right."""
    if annotation in (Any, object, inspect.Parameter.empty):
        return _ANYTHING
    if annotation is List:  # noqa: UP006
        return GenericAlias(list, _ANYTHING)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _subscripted(Annotated, (_with_any_as_text(arguments[0]), *arguments[1:]))
    if origin is list:
        return GenericAlias(list, _with_any_as_text(arguments[0]))
    if origin in _UNIONS:
        return _subscripted(Union, tuple(map(_with_any_as_text, arguments)))
    return annotation


def _subscripted(form: Any, arguments: Any) -> Any:
    """``form[arguments]`` of a special form, whose arguments type checkers would want to know."""
    return form[arguments]


def _parameter(function: str, parameter: SignatureParameter, annotation: Any) -> Parameter:
    with_default = [field for field in _fields(annotation) if not field.is_required()]
    given = isinstance(parameter.default, FieldInfo)
    return Parameter(
        name=parameter.name,
        kind=parameter.kind,
        adapter=_adapter(function, parameter.name, annotation),
        default=inspect.Parameter.empty if given else parameter.default,
        field=with_default[-1] if with_default and parameter.kind is not VAR_POSITIONAL else None,
        nullable=_is_nullable(annotation),
    )


def _adapter(function: str, parameter: str, annotation: Any) -> TypeAdapter[Any]:
    """What reads the parameter's values; made at once, so that what cannot be described is found when a function is registered."""
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        adapter.json_schema(schema_generator=_Generator)
    except (PydanticUserError, PydanticUndefinedAnnotation, TypeError) as error:
        # The rest of pydantic's text is on settings of models, which a function does not have.
        reason = str(error).partition("\n")[0].partition(" Set `arbitrary_types_allowed")[0].rstrip(". ")
        raise TypeError(
            f"{function}(): parameter {parameter!r} has a type that cannot be described to a model: {reason}. "
            "Use a type that pydantic can read from JSON, or Any, and convert the value in the function"
        ) from error
    return adapter


def _schema(
    function: str, parameters: tuple[Parameter, ...], annotations: dict[str, Any], texts: dict[str, str]
) -> dict[str, Any]:
    """The schema of the arguments. All parameters are written at once, so that two types of one name get two definitions."""
    written, shared = TypeAdapter.json_schemas(
        [(p.name, "validation", p.adapter) for p in parameters], schema_generator=_Generator
    )
    schemas, definitions = inlined({name: schema for (name, _), schema in written.items()}, shared.get("$defs", {}))
    properties: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for parameter in parameters:
        schema = tidy(schemas[parameter.name])
        text = _field_text(annotations[parameter.name]) or texts.get(parameter.name) or schema.get("description")
        described = {**schema, "description": text or NO_DESCRIPTION}
        if parameter.kind is not VAR_KEYWORD:
            properties[parameter.name] = described
        elif parameter.adapter.core_schema["type"] != "any":
            rest["additionalProperties"] = described
    if definitions:
        rest["$defs"] = {name: tidy(schema) for name, schema in definitions.items()}
    required = [parameter.name for parameter in parameters if parameter.required]
    return {"type": "object", "properties": properties, "required": required, **rest}


def _fields(annotation: Any) -> list[FieldInfo]:
    return [extra for extra in _extras(annotation) if isinstance(extra, FieldInfo)]


def _field_text(annotation: Any) -> str | None:
    """The description in the annotation's extras: of a ``Field``, of a ``Doc``, or a plain string, as other agent kits take it."""
    found = None
    for extra in _extras(annotation):
        text = extra if isinstance(extra, str) else getattr(extra, "description", None) or getattr(extra, "documentation", None)
        found = text if isinstance(text, str) and text else found
    return found


def _extras(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return get_args(annotation)[1:]
    return ()


def _is_nullable(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _is_nullable(get_args(annotation)[0])
    if get_origin(annotation) in _UNIONS:
        return any(_is_nullable(argument) for argument in get_args(annotation))
    return annotation in (None, type(None))
