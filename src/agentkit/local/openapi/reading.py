"""Reads OpenAPI documents: which operations they describe, and where their parameters and bodies go. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

__all__ = ["Body", "Operation", "Parameter", "SpecDocument", "SpecError", "callable_operations", "operations_of"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PLACES = ("path", "query", "header", "cookie")
# As the specification has it, these are no parameters; the transport sets the others itself.
_NO_PARAMETERS = frozenset(
    {"accept", "authorization", "connection", "content-length", "content-type", "host", "transfer-encoding", "upgrade"}
)
_MAX_HOPS = 16


class SpecError(ValueError):
    """A document cannot be used; the text says which part of it, and why."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation: its name, whether it goes into the path, query, header or cookie, and in which style."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]
    style: str
    explode: bool
    is_json: bool = False
    description: str = ""


@dataclass(frozen=True)
class Body:
    """The body of an operation: its media type, whether it must be sent, its schema, and the fields of it that the document names.

    ``is_open`` says that there may be further fields, ``is_object`` that it has fields at all.
    """

    media_type: str
    required: bool
    fields: Mapping[str, Mapping[str, Any]]
    is_object: bool
    is_open: bool
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One operation: its ``operationId``, its method, its path, the servers that have it, what a call carries, and what it is for."""

    id: str
    method: str
    path: str
    servers: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    description: str = ""


@dataclass(frozen=True)
class SpecDocument:
    """A document, and the way to what its references mean."""

    root: Mapping[str, Any]

    def resolved(self, node: Any, where: str) -> Mapping[str, Any]:
        """The object that a node is, or that its ``$ref`` leads to.

        :raises SpecError: It is none, or the reference leads nowhere or out of the document.
        """
        for _ in range(_MAX_HOPS):
            if not isinstance(node, Mapping):
                raise SpecError(f"{where}: an object is expected, {type(node).__name__} was found.")
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._target(reference, where)
        raise SpecError(f"{where}: its references lead round in a circle.")

    def _target(self, reference: str, where: str) -> Any:
        if not reference.startswith("#/"):
            raise SpecError(f"{where}: '{reference}' leads out of the document; put what it means into the document itself.")
        node: Any = self.root
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, Mapping) and key in node:
                node = node[key]
            elif isinstance(node, Sequence) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            else:
                raise SpecError(f"{where}: '{reference}' leads to nothing in the document.")
        return node


def operations_of(spec: Any) -> list[Operation]:
    """Every operation that a document describes, in its order.

    :param spec: The OpenAPI document, parsed.
    :raises SpecError: It describes no operation, or one of them cannot be called by its ``operationId``.
    """
    if not isinstance(spec, Mapping):
        raise SpecError(f"an OpenAPI document is an object, {type(spec).__name__} was sent. Send it parsed, not as a text.")
    if "swagger" in spec and "openapi" not in spec:
        raise SpecError("this is a document of Swagger 2, but OpenAPI 3 is read. Convert it first.")
    document = SpecDocument(spec)
    found = [_operation(document, *described) for described in _described(document)]
    if not found:
        raise SpecError("the document describes no operation: 'paths' has no path with a method such as 'get' or 'post'.")
    for operation_id, count in Counter(operation.id for operation in found).items():
        if count > 1:
            raise SpecError(f"{count} operations have the operationId '{operation_id}'; give each of them its own.")
    return found


def callable_operations(definitions: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Mapping[str, Any], Operation]]:
    """The operations that a run offers, each with the API's definition, by the names that a model calls them by.

    That is the ``operationId``; where two APIs have the same one, it is the name of the API, an underscore and the ``operationId``.

    :param definitions: Tool definitions; those that are no ``openapi`` are left aside.
    :raises SpecError: A document cannot be used.
    """
    pairs = [
        (tool["openapi"], operation)
        for tool in definitions
        if tool["type"] == "openapi"
        for operation in operations_of(tool["openapi"]["spec"])
    ]
    shared = Counter(operation.id for _, operation in pairs)
    return {
        operation.id if shared[operation.id] == 1 else f"{api['name']}_{operation.id}": (api, operation)
        for api, operation in pairs
    }


def _described(document: SpecDocument) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Path, method, path item and operation of all that is described."""
    paths = document.root.get("paths")
    for path, node in (paths if isinstance(paths, Mapping) else {}).items():
        if path.startswith("x-"):
            continue
        item = document.resolved(node, f"paths['{path}']")
        for method in _METHODS:
            if method in item:
                yield path, method, item, document.resolved(item[method], f"paths['{path}'].{method}")


def _operation(
    document: SpecDocument, path: str, method: str, item: Mapping[str, Any], described: Mapping[str, Any]
) -> Operation:
    where = f"paths['{path}'].{method}"
    operation_id = described.get("operationId")
    if not isinstance(operation_id, str) or not operation_id.strip():
        raise SpecError(f"{where}: it has no operationId, and a model calls an operation by that. Give it one.")
    listed = [*_list(item, "parameters", where), *_list(described, "parameters", where)]
    parameters = [_parameter(document, node, f"{where}.parameters") for node in listed]
    # What the operation says of a parameter stands above what its path says.
    own = {(parameter.place, parameter.name): parameter for parameter in parameters}
    return Operation(
        id=operation_id,
        method=method.upper(),
        path=path,
        servers=_servers(document, described, item),
        parameters=tuple(p for p in own.values() if p.place != "header" or p.name.lower() not in _NO_PARAMETERS),
        body=_body(document, described["requestBody"], f"{where}.requestBody") if described.get("requestBody") else None,
        description=_words(described, "summary", "description"),
    )


def _parameter(document: SpecDocument, node: Any, where: str) -> Parameter:
    described = document.resolved(node, where)
    name, place = described.get("name"), described.get("in")
    if not isinstance(name, str) or place not in _PLACES:
        raise SpecError(
            f"{where}: a parameter needs a name, and 'in' as one of {', '.join(_PLACES)}; {dict(described)} has not."
        )
    content = described.get("content")
    holder = described
    if isinstance(content, Mapping) and content:
        holder = document.resolved(next(iter(content.values())), f"{where}['{name}'].content")
    style = str(described.get("style") or ("form" if place in ("query", "cookie") else "simple"))
    return Parameter(
        name=name,
        place=str(place),
        required=place == "path" or described.get("required") is True,
        schema=document.resolved(holder.get("schema", {}), f"{where}['{name}'].schema"),
        style=style,
        explode=bool(described.get("explode", style == "form")),
        is_json=holder is not described,
        description=_words(described, "description"),
    )


def _body(document: SpecDocument, node: Any, where: str) -> Body | None:
    described = document.resolved(node, where)
    content = described.get("content")
    if not isinstance(content, Mapping) or not content:
        return None
    # JSON where there is a choice: every value that a model gives has a form in it.
    media_type = next((name for name in content if _is_json(name)), next(iter(content)))
    media = document.resolved(content[media_type], f"{where}.content['{media_type}']")
    schema = document.resolved(media.get("schema", {}), f"{where}.content['{media_type}'].schema")
    fields, is_open = _fields(document, schema, f"{where}.content['{media_type}'].schema")
    kind = schema.get("type")
    return Body(
        media_type=media_type,
        required=described.get("required") is True,
        fields=fields,
        is_object=bool(fields) or kind is None or kind == "object" or (isinstance(kind, Sequence) and "object" in kind),
        is_open=is_open,
        schema=schema,
    )


def _fields(
    document: SpecDocument, schema: Mapping[str, Any], where: str, seen: set[int] | None = None
) -> tuple[dict[str, Mapping[str, Any]], bool]:
    """The fields that a schema names, itself or in the schemas that it is made of, and whether there may be others.

    :param seen: The schemas that were looked at: one may be made of itself.
    """
    seen = set() if seen is None else seen
    if id(schema) in seen:
        return {}, True
    seen.add(id(schema))
    properties = schema.get("properties")
    fields = {
        str(name): document.resolved(node, f"{where}.properties['{name}']")
        for name, node in (properties if isinstance(properties, Mapping) else {}).items()
        if isinstance(node, Mapping)
    }
    is_open = schema.get("additionalProperties") is not False
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index, node in enumerate(_list(schema, keyword, where)):
            inner = f"{where}.{keyword}[{index}]"
            further, further_open = _fields(document, document.resolved(node, inner), inner, seen)
            fields = {**further, **fields}
            is_open = is_open and further_open
    return fields, is_open


def _servers(document: SpecDocument, *holders: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of the innermost servers that are named, with their variables at their defaults."""
    for holder in (*holders, document.root):
        servers = [server for server in _list(holder, "servers", "servers") if isinstance(server, Mapping)]
        if servers:
            return tuple(_server_url(server) for server in servers)
    return ()


def _server_url(server: Mapping[str, Any]) -> str:
    url = str(server.get("url", ""))
    variables = server.get("variables")
    for name, variable in (variables if isinstance(variables, Mapping) else {}).items():
        if isinstance(variable, Mapping) and "default" in variable:
            url = url.replace(f"{{{name}}}", str(variable["default"]))
    return url


def _words(holder: Mapping[str, Any], *names: str) -> str:
    """What the named fields say, one after the other; those that are no texts are left aside."""
    return "\n".join(text.strip() for name in names if isinstance(text := holder.get(name), str) and text.strip())


def _list(holder: Mapping[str, Any], name: str, where: str) -> Sequence[Any]:
    value = holder.get(name) or ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise SpecError(f"{where}: '{name}' must be a list, {type(value).__name__} was found.")
    return value


def _is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")
