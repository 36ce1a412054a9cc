"""Reads the OpenAPI description into the few facts that the emitters need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SPEC = Path(__file__).parent / "spec"
ROOT = "openapi.yaml"

# Attribute names that pydantic's BaseModel or the mapping view has taken; the field gets an underscore, the public name stays.
RESERVED = frozenset({"model_config", "schema", "copy", "json", "dict", "validate", "construct"})
NOTHING = "None"
"""What a call returns whose answer has no body."""

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


@dataclass(frozen=True)
class PythonType:
    """An annotation, with the names of the schemas that it mentions."""

    text: str
    names: frozenset[str] = frozenset()

    def optional(self) -> PythonType:
        return self if _arms(self.text) & {"None", "Any"} else PythonType(f"{self.text} | None", self.names)


@dataclass(frozen=True)
class Field:
    """A property of a schema, or a value of a request: its wire name, its Python name and its type."""

    wire: str
    python: str
    type: PythonType
    description: str
    required: bool
    aliases: tuple[str, ...] = ()
    constant: str | None = None
    always: bool = False
    read_only: bool = False
    rfc3339: bool = False
    raw: bool = False
    fixed: Any = None
    comma_joined: bool = False
    by_member: bool = False
    """A hand-written member of the name reads it, since it may also come under another one."""

    @property
    def attribute(self) -> str:
        return f"{self.python}_" if self.by_member or self.python in RESERVED else self.python


@dataclass(frozen=True)
class Enumeration:
    name: str
    part: str
    description: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Alias:
    name: str
    part: str
    description: str
    type: PythonType


@dataclass(frozen=True)
class Schema:
    """A schema that becomes a class."""

    name: str
    part: str
    description: str
    fields: tuple[Field, ...]
    base: str | None = None
    discriminator: str | None = None
    tag: str | None = None
    members: bool = False
    private: bool = False

    @property
    def by_links(self) -> bool:
        """Whether it is a page that names the next one by a link."""
        return any(field.wire == "nextLink" for field in self.fields)

    @property
    def item(self) -> str | None:
        """What the schema is a page of, if it is one."""
        lists = any(field.wire == "object" and field.constant == "list" for field in self.fields)
        items = "value" if self.by_links else "data"
        return (
            next((next(iter(f.type.names)) for f in self.fields if f.wire == items), None) if lists or self.by_links else None
        )


@dataclass(frozen=True)
class Operation:
    """One call: how it looks in Python and on the wire.

    ``name`` is its own in the whole description, ``call`` the name of the method, which groups may share. ``whole`` is the parameter
    that is the body as a whole: the model that the call returns, or what stands for it.
    """

    name: str
    call: str
    part: str
    method: str
    path: str
    summary: str
    description: str
    ids: tuple[Field, ...]
    query: tuple[Field, ...]
    body: tuple[Field, ...] | None
    returns: str
    whole: str = ""
    content_type: str = "application/json"
    multipart: bool = False
    toolset: bool = False
    needs_free_thread: bool = False
    noted: str = ""
    by_hand: bool = False
    lazy: bool = False
    by_name: bool = False
    success: tuple[int, ...] = (200,)
    version_name: str = "api-version"
    api_version: str | None = None

    @property
    def paged(self) -> bool:
        return self.method == "GET" and self.name.startswith("list_") and not self.lazy

    @property
    def binary(self) -> bool:
        return not self.returns


@dataclass
class Description:
    """Everything that the spec says, in the order in which it says it."""

    parts: list[str]
    documents: dict[str, dict[str, Any]]
    enums: list[Enumeration] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    schemas: list[Schema] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


def load(folder: Path = SPEC) -> Description:
    """Read and resolve all files of the description.

    :raises ValueError: a reference leads nowhere, or an operation is described twice.
    """
    root = _read(folder / ROOT)
    parts = list(root["x-parts"])
    description = Description(parts, {ROOT: root, **{part: _read(folder / part) for part in parts}})
    reader = _Reader(description)
    for part in parts:
        reader.schemas(part)
    for part in parts:
        reader.operations(part)
    for operation in description.operations:
        if operation.lazy and not any(s.name == operation.returns and s.item for s in description.schemas):
            raise ValueError(f"{operation.name} is a lazy list, but answers no page")
    names = [operation.name for operation in description.operations]
    if len(names) != len(set(names)):
        raise ValueError(f"an operation is described twice: {sorted(n for n in names if names.count(n) > 1)}")
    return description


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


class _Reader:
    def __init__(self, description: Description) -> None:
        self.description = description
        self.raw_schemas = {
            (part, name): schema
            for part, document in description.documents.items()
            for name, schema in (document.get("components", {}).get("schemas") or {}).items()
        }

    def resolve(self, reference: str, part: str) -> tuple[str, str, dict[str, Any]]:
        """The part, name and body of what a ``$ref`` names."""
        file, _, pointer = reference.partition("#")
        where, name = file or part, pointer.rsplit("/", 1)[-1]
        if (where, name) not in self.raw_schemas:
            raise ValueError(f"{part}: the reference {reference!r} leads nowhere")
        return where, name, self.raw_schemas[where, name]

    # --- schemas ----------------------------------------------------------------------------------------------------------

    def schemas(self, part: str) -> None:
        for (where, name), body in self.raw_schemas.items():
            if where != part:
                continue
            text = body.get("description", "")
            if "x-enum-names" in body:
                members = tuple(zip(body["x-enum-names"], body["enum"], strict=True))
                self.description.enums.append(Enumeration(name, part, text, members))
            elif body.get("x-alias"):
                self.description.aliases.append(Alias(name, part, text, self.python_type(body, part)))
            else:
                self.description.schemas.append(self.schema(name, body, part))

    def schema(self, name: str, body: dict[str, Any], part: str) -> Schema:
        base = next((self.resolve(parent["$ref"], part)[1] for parent in body.get("allOf", ())), None)
        fields = tuple(self.fields(body, part))
        discriminator = (body.get("discriminator") or {}).get("propertyName")
        tag = self.tag(body, part)
        marks = bool(body.get("x-members")), bool(body.get("x-private"))
        return Schema(name, part, body.get("description", ""), fields, base, discriminator, tag, *marks)

    def tag(self, body: dict[str, Any], part: str) -> str | None:
        """The value that tells a schema from the others of its family; that of its base, where it has none of its own."""
        for parent in body.get("allOf", ()):
            where, _, base = self.resolve(parent["$ref"], part)
            discriminator = (base.get("discriminator") or {}).get("propertyName")
            own: str | None = (body.get("properties") or {}).get(discriminator, {}).get("const")
            return own if own is not None else self.tag(base, where)
        return None

    def fields(self, body: dict[str, Any], part: str) -> Iterator[Field]:
        required = set(body.get("required", ()))
        for wire, spec in (body.get("properties") or {}).items():
            yield self.field(wire, spec, part, required=wire in required)

    def field(
        self, wire: str, spec: dict[str, Any], part: str, *, required: bool, outer: dict[str, Any] | None = None
    ) -> Field:
        outer = outer if outer is not None else spec
        raw = "$ref" in spec and bool(self.resolve(spec["$ref"], part)[2].get("x-raw"))
        raw = raw or any("$ref" in arm and self.resolve(arm["$ref"], part)[2].get("x-raw") for arm in spec.get("anyOf", ()))
        return Field(
            wire=wire,
            python=outer.get("x-python-name", wire),
            type=self.python_type(spec, part),
            description=outer.get("description", ""),
            required=required,
            aliases=tuple(outer.get("x-python-aliases", ())),
            constant=spec.get("const"),
            always=spec.get("x-constant") == "always",
            read_only=bool(spec.get("readOnly")) and "const" not in spec,
            rfc3339=spec.get("format") == "date-time",
            raw=raw,
            fixed=spec.get("x-fixed"),
            comma_joined=outer.get("explode") is False,
            by_member=bool(outer.get("x-read-by-member")),
        )

    # --- types ------------------------------------------------------------------------------------------------------------

    def python_type(self, spec: dict[str, Any], part: str) -> PythonType:
        if "$ref" in spec:
            _, name, body = self.resolve(spec["$ref"], part)
            text = f"str | {name}" if "x-enum-names" in body else name
            return PythonType(text, frozenset({name}))
        if "const" in spec:
            return PythonType(f"Literal[{spec['const']!r}]")
        for key in ("anyOf", "oneOf"):
            if key in spec:
                return _union([self.python_type(arm, part) for arm in spec[key]])
        kinds = spec.get("type")
        if kinds is None:
            return PythonType("Any")
        if isinstance(kinds, list):
            return _union([self.python_type({**spec, "type": kind}, part) for kind in kinds])
        return self.plain_type(kinds, spec, part)

    def plain_type(self, kind: str, spec: dict[str, Any], part: str) -> PythonType:
        if spec.get("format") in ("unix-seconds", "date-time") and kind != "null":
            return PythonType("datetime")
        if spec.get("format") == "binary":
            return PythonType("bytes")
        if kind == "array":
            item = self.python_type(spec["items"], part)
            return PythonType(f"list[{item.text}]", item.names)
        if kind == "object":
            extra = spec.get("additionalProperties")
            value = self.python_type(extra, part) if isinstance(extra, dict) else PythonType("Any")
            return PythonType(f"dict[str, {value.text}]", value.names)
        return PythonType(_SCALARS[kind])

    # --- operations -------------------------------------------------------------------------------------------------------

    def operations(self, part: str) -> None:
        for path, item in (self.description.documents[part].get("paths") or {}).items():
            for method, body in item.items():
                self.description.operations.append(self.operation(path, method, body, part))

    def operation(self, path: str, method: str, body: dict[str, Any], part: str) -> Operation:
        parameters = body.get("parameters", ())

        def of_kind(kind: str) -> tuple[Field, ...]:
            return tuple(
                self.field(p["name"], p["schema"], part, required=p.get("required", False), outer=p)
                for p in parameters
                if p["in"] == kind
            )

        ids = of_kind("path")
        for parameter in ids:
            path = path.replace(f"{{{parameter.wire}}}", f"{{{parameter.python}}}")
        content = (body.get("requestBody") or {}).get("content", {})
        success = tuple(int(status) for status in body["responses"] if status.startswith("2"))
        answers = body["responses"][str(success[0])].get("content")
        answer = (answers or {}).get("application/json", {}).get("schema")
        content_type = next((kind for kind in content if kind.endswith("json")), "application/json")
        whole = body.get("x-body", "")
        json_schema = None if whole else content.get(content_type, {}).get("schema")
        return Operation(
            name=body["operationId"],
            call=body.get("x-call", body["operationId"]),
            part=part,
            method=method.upper(),
            path=path,
            summary=body.get("summary", ""),
            description=body.get("description", ""),
            ids=ids,
            query=of_kind("query"),
            body=tuple(self.fields(json_schema, part)) if json_schema else None,
            returns=self.resolve(answer["$ref"], part)[1] if answer else NOTHING if answers is None else "",
            whole=whole,
            content_type=content_type,
            multipart="multipart/form-data" in content,
            toolset=bool(body.get("x-toolset")),
            needs_free_thread=bool(body.get("x-needs-free-thread")),
            noted=body.get("x-noted", ""),
            by_hand=bool(body.get("x-by-hand")),
            lazy=bool(body.get("x-lazy")),
            by_name=bool(self.description.documents[part].get("x-by-name")),
            success=success,
            version_name=body.get("x-version-name", "api-version"),
            api_version=body.get("x-api-version", self.description.documents[part].get("x-api-version")),
        )


def _arms(text: str) -> set[str]:
    """The top-level arms of a union written with bars."""
    arms, depth, start = set(), 0, 0
    for position, character in enumerate(text):
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "|" and depth == 0:
            arms.add(text[start:position].strip())
            start = position + 1
    return arms | {text[start:].strip()}


def _union(types: list[PythonType]) -> PythonType:
    names = frozenset().union(*(t.names for t in types))
    texts: list[str] = []
    for text in (arm for t in types for arm in _ordered_arms(t.text)):
        if text not in texts:
            texts.append(text)
    if "Any" in texts:
        return PythonType("Any", names)
    return PythonType(" | ".join(sorted(texts, key=lambda t: (t == "None", t != "str"))), names)


def _ordered_arms(text: str) -> list[str]:
    arms = _arms(text)
    return sorted(arms, key=text.index)
