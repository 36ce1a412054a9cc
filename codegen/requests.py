"""Emits the pure request builders: one function for each call of the description."""

from __future__ import annotations

from .spec import NOTHING, Description, Field, Operation
from .text import HEADER, stem

PATH = "src/agentkit/_generated/requests.py"


def emit(description: Description) -> dict[str, str]:
    """The module of request builders, by path from the project's root."""
    built = [operation for operation in description.operations if not operation.multipart]
    homes = {schema.name: stem(schema.part) for schema in description.schemas}
    used = {operation.returns for operation in built if operation.returns not in ("", NOTHING)}
    imports = "".join(f"    from .models.{homes[name]} import {name}\n" for name in sorted(used))
    linked = {schema.name for schema in description.schemas if schema.by_links}
    head = (
        f'{HEADER}"""Pure request builders: what each call sends, and nothing about how."""\n\n'
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING, Any\n\nfrom .._naming import either\nfrom .._request import Request, json_request, plain_request, query_list, whole_request\n"
        "from .._structured import as_response_format\n"
        f"from .._types import UNSET\n\nif TYPE_CHECKING:\n{imports}\n"
        f"__all__ = {sorted(o.name for o in built)!r}\n\n"
    )
    return {PATH: head + "".join(_builder(operation, by_links=operation.returns in linked) for operation in built)}


def parameters(operation: Operation) -> list[str]:
    """The parameters of a call by name, in the order of the Python signature, an old name behind its new one."""
    positional = [f.python for f in operation.ids] + ([operation.whole] if operation.whole else [])
    positional += ["body"] if operation.body is not None else []
    keywords: list[str] = []
    for field in (*operation.ids, *operation.query, *settable(operation)):
        if field not in operation.ids:
            keywords.append(field.python)
        keywords += field.aliases
    return [*positional, "*", *keywords, *(["toolset"] if operation.toolset else [])]


def settable(operation: Operation) -> tuple[Field, ...]:
    """The values of the body that a caller gives by keyword."""
    return tuple(field for field in operation.body or () if field.fixed is None)


def default(field: Field) -> str:
    """How a keyword's default is written: None, or the sentinel where None may not stand in for a value."""
    return "UNSET" if field.required else "None"


def _builder(operation: Operation, *, by_links: bool) -> str:
    signature = [f"{f.python}: Any{' = UNSET' if f.aliases else ''}" for f in operation.ids]
    if operation.whole:
        signature.append(f"{operation.whole}: Any")
    if operation.body is not None:
        signature.append("body: Any = UNSET")
    keywords: list[str] = []
    for field in (*operation.ids, *operation.query, *settable(operation)):
        if field not in operation.ids:
            keywords.append(f"{field.python}: Any = {default(field)}")
        keywords += [f"{alias}: Any = UNSET" for alias in field.aliases]
    if operation.toolset:
        keywords.append("toolset: Any = None")
    if keywords:
        signature += ["*", *keywords]
    ids = ", ".join(f"{f.python!r}: {_value(operation, f)}" for f in operation.ids)
    arguments = [
        repr(operation.call),
        repr(operation.method),
        repr(operation.path),
        f"{{{ids}}}",
        f"returns={operation.returns!r}",
    ]
    if operation.query:
        pairs = (f"{f.wire!r}: {f'query_list({f.python})' if f.comma_joined else f.python}" for f in operation.query)
        arguments.append(f"params={{{', '.join(pairs)}}}")
    maker = "plain_request"
    if operation.body is not None:
        maker = "json_request"
        values = ", ".join(f"{f.wire!r}: {_value(operation, f)}" for f in operation.body)
        required = ", ".join(f"{f.wire!r}: {f.python!r}" for f in operation.body if f.required and f.fixed is None)
        arguments += ["body=body", f"values={{{values}}}", f"required={{{required}}}"]
        if operation.toolset:
            arguments.append("toolset=toolset")
    elif operation.whole:
        maker = "whole_request"
        arguments += [f"name={operation.whole!r}", f"body={operation.whole}", f"content_type={operation.content_type!r}"]
    elif operation.binary:
        arguments.append('accept="application/octet-stream"')
    if by_links:
        arguments.append("by_links=True")
    if operation.success != (200,):
        arguments.append(f"success={operation.success!r}")
    if operation.version_name != "api-version":
        arguments.append(f"version_name={operation.version_name!r}")
    if operation.api_version is not None:
        arguments.append(f"api_version={operation.api_version!r}")
    return (
        f"\ndef {operation.name}({', '.join(signature)}) -> Request[{operation.returns or 'Any'}]:\n"
        f'    """{operation.method} {operation.path}"""\n'
        f"    return {maker}({', '.join(arguments)})\n\n"
    )


def _value(operation: Operation, field: Field) -> str:
    if field.fixed is not None:
        return repr(field.fixed)
    if field.aliases:
        (old,) = field.aliases
        needed = "" if field in operation.ids else ", required=False"
        return f"either({operation.call!r}, {field.python!r}, {field.python}, {old!r}, {old}, unset=UNSET{needed})"
    if field.python == "response_format":
        return "as_response_format(response_format)"
    return field.python
