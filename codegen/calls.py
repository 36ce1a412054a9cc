"""Emits the async one-line operations: typed, documented, each handing a built request to the pipeline."""

from __future__ import annotations

from .requests import default, settable
from .spec import NOTHING, Description, Field, Operation
from .text import HEADER, stem, wrapped

FOLDER = "src/agentkit/aio/_api"


def emit(description: Description) -> dict[str, str]:
    """The modules of ``aio/_api``, by path from the project's root: one mixin class for each part of the description."""
    parts = [part for part in description.parts if _calls(description, part)]
    files = {f"{FOLDER}/{stem(part)}.py": _module(description, part) for part in parts}
    # The operations of another group have a class of their own to themselves.
    names = [(stem(part), _class_name(part)) for part in parts if "x-group" not in description.documents[part]]
    imports = "".join(f"from .{module} import {name}\n" for module, name in sorted(names))
    files[f"{FOLDER}/__init__.py"] = (
        f'{HEADER}"""The single calls of the agents API."""\n\n{imports}\n__all__ = ["AgentsApi"]\n\n\n'
        f'class AgentsApi({", ".join(name for _, name in names)}):\n    """Every single call of the agents API."""\n'
    )
    return files


def _calls(description: Description, part: str) -> list[Operation]:
    return [o for o in description.operations if o.part == part and not (o.multipart or o.binary or o.by_hand)]


def _class_name(part: str) -> str:
    return "".join(word.capitalize() for word in stem(part).split("_")) + "Calls"


def _module(description: Description, part: str) -> str:
    operations = _calls(description, part)
    pages = {s.name: s.item for s in description.schemas}
    body = "".join(_call(operation, pages.get(operation.returns)) for operation in operations)
    homes = {s.name: stem(s.part) for s in description.schemas} | {a.name: stem(a.part) for a in description.aliases}
    enums = {e.name for e in description.enums}
    used = {(pages[o.returns] or "") if o.lazy else o.returns for o in operations} | {
        n for o in operations for f in (*o.query, *settable(o)) for n in f.type.names
    }
    imports = [f"    from ..._generated.enums import {', '.join(sorted(used & enums))}\n"] if used & enums else []
    imports += [
        f"    from ..._generated.models.{home} import {', '.join(sorted(n for n in used if homes.get(n) == home))}\n"
        for home in sorted({homes[name] for name in used if name in homes})
    ]
    types = [name for name in ("Body", "ToolSource") if f"{name} " in body or f"{name} |" in body]
    types += sorted({_options(operation) for operation in operations})
    runtime = ["UNSET"] if "UNSET" in body else []
    abstract = [name for name in ("Mapping", "Sequence") if f"{name}[" in body]
    group = description.documents[part].get("x-group")
    base = "ServiceGroup" if group else _base(operations)
    title = description.documents[part]["info"]["title"]
    return (
        f'{HEADER}"""{title}: the single calls."""\n\nfrom __future__ import annotations\n\n'
        f"from typing import TYPE_CHECKING{', Any' if 'Any]' in body else ''}{', overload' if '@overload' in body else ''}\n\n"
        "from ..._generated import requests\n"
        + (f"from ..._types import {', '.join(runtime)}\n" if runtime else "")
        + f"from ..{_HOMES[base]} import {base}\n"
        + ("from .._pages import AsyncItemPaged\n" if any(o.lazy for o in operations) else "")
        + "\nif TYPE_CHECKING:\n    from typing_extensions import Unpack\n\n"
        + (f"    from collections.abc import {', '.join(abstract)}\n\n" if abstract else "")
        + "".join(imports)
        + f"    from ..._types import {', '.join(sorted(types))}\n\n"
        + f"__all__ = [{_class_name(part)!r}]\n\n\nclass {_class_name(part)}({base}):\n"
        f'    """{title}."""\n' + body
    )


_HOMES = {
    "Waiting": "_waiting",
    "Memory": "_memory",
    "NamedAgents": "_named_agents",
    "OperationGroup": "_group",
    "ServiceGroup": "_group",
}


def _base(operations: list[Operation]) -> str:
    """The class whose methods the calls of a part use: each is one of those that stand behind it in the table."""
    if any(operation.needs_free_thread for operation in operations):
        return "Waiting"
    if any(operation.by_name for operation in operations):
        return "NamedAgents"
    return "Memory" if any(operation.noted for operation in operations) else "OperationGroup"


def _accepted(kind: str) -> str:
    """A parameter's type: any sequence where the model has a list, since a list of a subclass is no list of its base."""
    return kind.replace("list[", "Sequence[")


def _keyword_type(field: Field) -> str:
    kind = (field.type if field.required else field.type.optional()).text
    if field.python == "response_format":
        kind = f"type[Any] | Mapping[str, Any] | {kind}"
    if field.python == "definition":
        kind = f"Mapping[str, Any] | {kind}"
    return _accepted(kind)


def _call(operation: Operation, item: str | None) -> str:
    """The whole method: its overloads, where it takes a body, and the one-liner.

    :param item: what its answer is a page of.
    """
    passed = [f.python for f in operation.ids] + ([operation.whole] if operation.whole else [])
    passed += ["body"] if operation.body is not None else []
    for field in (*operation.ids, *operation.query, *settable(operation)):
        names = field.aliases if field in operation.ids else (field.python, *field.aliases)
        passed += [f"{name}={name}" for name in names]
    if operation.toolset:
        passed.append("toolset=toolset")
    ids = [f"{f.python}: {f.type.text}{' = UNSET' if f.aliases else ''}" for f in operation.ids]
    body = [f"{operation.whole}: {operation.returns} | Body | bytes"] if operation.whole else []
    body += ["body: Body = UNSET"] if operation.body is not None else []
    return (
        f"{_overloads(operation)}"
        f"\n    {'' if operation.lazy else 'async '}def {operation.call}"
        f"({_signature(operation, [*ids, *body], _keywords(operation, settable(operation)))}) "
        f"-> {f'AsyncItemPaged[{item}]' if operation.lazy else operation.returns}:\n"
        f"{_docstring(operation, item)}"
        f"        settings = self._settings({operation.call!r}, options)\n"
        f"{_sending(operation, passed)}"
    )


def _overloads(operation: Operation) -> str:
    """The two forms of a call with a body: by keywords, the needed ones without a default, or by the body."""
    if operation.body is None:
        return ""
    ids = [f"{f.python}: {f.type.text}{' = ...' if f.aliases else ''}" for f in operation.ids]
    forms = (
        _signature(operation, ids, _keywords(operation, settable(operation), form=True)),
        # After an id that may come under its old name, the body has to be named.
        _signature(
            operation,
            [*ids, *([] if any(f.aliases for f in operation.ids) else ["body: Body"])],
            [
                *(["body: Body"] if any(f.aliases for f in operation.ids) else []),
                *_keywords(operation, (), form=True),
            ],
        ),
    )
    return "".join(f"\n    @overload\n    async def {operation.call}({form}) -> {operation.returns}: ...\n" for form in forms)


def _keywords(operation: Operation, values: tuple[Field, ...], *, form: bool = False) -> list[str]:
    """The keyword parameters; in an overload (``form``) defaults are not spelt out and needed ones have none."""
    keywords = []
    for field in (*operation.ids, *operation.query, *values):
        usual = "..." if form else default(field)
        if field not in operation.ids:
            needed = form and field.required and not field.aliases
            keywords.append(f"{field.python}: {_keyword_type(field)}{'' if needed else f' = {usual}'}")
        keywords += [f"{alias}: {field.type.text} = {'...' if form else 'UNSET'}" for alias in field.aliases]
    if operation.toolset and values:
        keywords.append(f"toolset: ToolSource | None = {'...' if form else 'None'}")
    if operation.needs_free_thread:
        keywords.append(f"if_active: str = {'...' if form else repr('error')}")
    return keywords


def _signature(operation: Operation, positional: list[str], keywords: list[str]) -> str:
    star = ["*"] if keywords else []
    return ", ".join(["self", *positional, *star, *keywords, f"**options: Unpack[{_options(operation)}]"])


def _options(operation: Operation) -> str:
    streamed = any(field.wire == "stream" and field.fixed is not None for field in operation.body or ())
    return "StreamedOptions" if streamed else "CallOptions"


def _sending(operation: Operation, passed: list[str]) -> str:
    built = f"requests.{operation.name}({', '.join(passed)})"
    if operation.by_name:
        built = f"self._by_name({built})"
    if operation.lazy:
        return f"        return AsyncItemPaged(self._pipeline, {built}, settings)\n"
    if operation.paged:
        return (
            f"        request = {built}\n"
            "        return self._page(await self._pipeline.send(request, settings), request, settings)\n"
        )
    if operation.needs_free_thread:
        return f"        return await self._on_free_thread(thread_id, {built}, settings, if_active)\n"
    if operation.noted:
        # An id that may come under its old name is read off the answer.
        ids = [field.python for field in operation.ids if not field.aliases]
        toolset = ["toolset"] if operation.toolset else []
        values = ", ".join([f"await self._pipeline.send({built}, settings)", *ids, *toolset])
        return f"        return self._{operation.noted}({values})\n"
    return f"        return await self._pipeline.send({built}, settings)\n"


def _docstring(operation: Operation, item: str | None) -> str:
    pad = " " * 8
    lines = [f'{pad}"""{operation.summary.rstrip(".")}.', ""]
    if operation.description:
        lines += [*wrapped(operation.description, pad), ""]
    for field in operation.ids:
        lines += _parameter("param", field)
    if operation.whole:
        lines += wrapped(
            f":param {operation.whole}: the model, a mapping by wire names, or a binary stream or bytes of JSON. Fields that the service "
            "alone sets are left out of a model.",
            pad,
            "    ",
        )
    if operation.body is not None:
        lines += wrapped(
            ":param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.",
            pad,
            "    ",
        )
    for field in (*operation.query, *settable(operation)):
        lines += _parameter("keyword", field)
    if operation.toolset:
        lines += wrapped(":keyword toolset: gives tools and tool_resources together: a tool or a set of tools.", pad, "    ")
    if operation.needs_free_thread:
        lines += wrapped(
            ":keyword if_active: what to do when the thread has an active run: ``error`` raises, ``wait`` waits for its end, at most 15 "
            "minutes, ``cancel`` cancels it first.",
            pad,
            "    ",
        )
    lines += wrapped(
        f":keyword options: what every call accepts; see :class:`~agentkit._types.{_options(operation)}`.", pad, "    "
    )
    if operation.lazy:
        lines += wrapped(
            ":return: all of them, page after page as they are asked for; nothing is requested before.", pad, "    "
        )
        lines.append(f"{pad}:rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.{item}]")
    elif operation.returns != NOTHING:
        lines += [f"{pad}:return: the service's answer.", f"{pad}:rtype: ~agentkit.models.{operation.returns}"]
    lines += wrapped(
        ":raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.", pad, "    "
    )
    if operation.needs_free_thread:
        lines += wrapped(
            ":raises ~agentkit.exceptions.ActiveRunError: the thread has an active run, and ``if_active`` is ``error``.",
            pad,
            "    ",
        )
        lines += wrapped(":raises ~agentkit.exceptions.WaitTimeoutError: the active run does not end.", pad, "    ")
    if operation.ids or operation.body or operation.whole:
        lines += wrapped(":raises ValueError: an id is empty or cannot stand in a path.", pad, "    ") if operation.ids else []
        lines += wrapped(":raises TypeError: an argument is missing, unknown, or of the wrong type.", pad, "    ")
    return "\n".join([*lines, f'{pad}"""']) + "\n"


def _parameter(kind: str, field: Field) -> list[str]:
    lines = wrapped(f":{kind} {field.python}: {field.description}", " " * 8, "    ")
    for alias in field.aliases:
        lines += wrapped(f":keyword {alias}: the earlier name of ``{field.python}``.", " " * 8, "    ")
    return lines
