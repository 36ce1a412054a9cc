"""Emits the enums, the models and the index that finds a model's module by its name."""

from __future__ import annotations

from .spec import Description, Field, Schema
from .text import HEADER, docstring, stem

PACKAGE = "src/agentkit/_generated"


def emit(description: Description) -> dict[str, str]:
    """The files of ``_generated`` that hold models, by path from the project's root."""
    files = {
        f"{PACKAGE}/__init__.py": f'{HEADER}"""Models, enums and request builders, made from the description of the API."""\n',
        f"{PACKAGE}/enums.py": _enums(description),
        f"{PACKAGE}/index.py": _index(description),
        f"{PACKAGE}/models/__init__.py": f'{HEADER}"""The models, one module for each part of the description."""\n',
    }
    for part in description.parts:
        text = _module(description, part)
        if text:
            files[f"{PACKAGE}/models/{stem(part)}.py"] = text
    return files


def _enums(description: Description) -> str:
    lines = [
        HEADER,
        '"""The enums. Every member is its wire value; the sets are open, a value not listed stays a string."""\n\n',
    ]
    lines.append("from .._wire import WireEnum\n\n")
    lines.append(f"__all__ = {sorted(e.name for e in description.enums)!r}\n\n")
    for enum in sorted(description.enums, key=lambda e: e.name):
        lines.append(f"\nclass {enum.name}(WireEnum):\n{docstring(enum.description)}\n")
        lines += [f"    {name} = {value!r}\n" for name, value in enum.members]
        lines.append("\n")
    return "".join(lines)


def _index(description: Description) -> str:
    modules = {schema.name: stem(schema.part) for schema in description.schemas if not schema.private}
    private = {schema.name: stem(schema.part) for schema in description.schemas if schema.private}
    modules |= {alias.name: stem(alias.part) for alias in description.aliases}
    enums = sorted(enum.name for enum in description.enums)
    return (
        f'{HEADER}"""Which module holds which public name, so that a module is loaded when a name of it is first used."""\n\n'
        f"ENUMS = frozenset({enums!r})\n\nMODULES = {dict(sorted(modules.items()))!r}\n\n"
        "# What only answers are read into, such as the pages that lists are made of.\n"
        f"PRIVATE = {dict(sorted(private.items()))!r}\n"
    )


def _module(description: Description, part: str) -> str:
    schemas = [s for s in description.schemas if s.part == part]
    aliases = [a for a in description.aliases if a.part == part]
    if not schemas and not aliases:
        return ""
    used = {name for s in schemas for f in s.fields for name in f.type.names} | {n for a in aliases for n in a.type.names}
    used |= {s.base for s in schemas if s.base}
    body = "".join(_ordered(description, part))
    head = [HEADER, f'"""{description.documents[part]["info"]["title"]}."""\n\n']
    if "[datetime" in body or "datetime |" in body or "datetime]" in body:
        head.append("from datetime import datetime\n")
    head.append("from collections.abc import Mapping, Sequence\n")
    typing = [
        name
        for name in ("Any", "ClassVar", "Literal", "Union")
        if f"{name}[" in body or f"[{name}]" in body or f", {name}]" in body
    ]
    head.append(f"from typing import {', '.join(['TYPE_CHECKING', *typing])}\n\n")
    if any(s.members for s in schemas):
        names = sorted(f"{s.name}Members" for s in schemas if s.members)
        head.append(f"from ..._members import {', '.join(names)}\n")
    if "PageMembers[" in body:
        head.append("from ..._paging import PageMembers\n")
    base = [
        name
        for name in ("Constant", "Lax", "Model", "Raw", "Rfc3339")
        if f"{name}[" in body or f"({name})" in body or f" {name})" in body
    ]
    head.append(f"from ..._model import {', '.join(['NOTHING', *base])}, wire\n")
    enums = sorted(used & {e.name for e in description.enums})
    if enums:
        head.append(f"from ..enums import {', '.join(enums)}\n")
    homes = {s.name: s.part for s in description.schemas} | {a.name: a.part for a in description.aliases}
    for other in description.parts:
        names = sorted(name for name in used if homes.get(name) == other)
        if names and other != part:
            head.append(f"from .{stem(other)} import {', '.join(names)}\n")
    exported = sorted([s.name for s in schemas if not s.private] + [a.name for a in aliases])
    head.append(f"\n__all__ = {exported!r}\n\n")
    return "".join(head) + body


def _ordered(description: Description, part: str) -> list[str]:
    """The module's classes and aliases, each after what it mentions, otherwise in the description's order."""
    texts: dict[str, tuple[set[str], str]] = {}
    for schema in description.schemas:
        if schema.part == part:
            needs = {name for f in schema.fields for name in f.type.names} | ({schema.base} if schema.base else set())
            texts[schema.name] = needs, _class(schema, description)
    for alias in description.aliases:
        if alias.part == part:
            arms = alias.type.text
            texts[alias.name] = set(alias.type.names), f"\n{alias.name} = {arms}\n{docstring(alias.description, indent='')}\n"
    done: list[str] = []

    def add(name: str, path: tuple[str, ...] = ()) -> None:
        if name in path:
            raise ValueError(f"{part}: the schemas {' -> '.join([*path, name])} mention each other")
        if name in texts and name not in done:
            for need in sorted(texts[name][0]):
                add(need, (*path, name))
            done.append(name)

    for name in texts:
        add(name)
    return [texts[name][1] for name in done]


def _class(schema: Schema, description: Description) -> str:
    bases = [f"{schema.name}Members"] if schema.members else []
    bases.append(schema.base or "Model")
    bases += [f"PageMembers[{schema.item}]"] if schema.item and not schema.by_links else []
    lines = [f"\nclass {schema.name}({', '.join(bases)}):\n", docstring(schema.description), "\n"]
    if schema.discriminator:
        lines.append(f"    __discriminator__: ClassVar[str | None] = {schema.discriminator!r}\n")
    if schema.tag is not None:
        lines.append(f"    __tag__: ClassVar[str | None] = {schema.tag!r}\n")
    read_only = sorted(f.attribute for f in schema.fields if f.read_only)
    if read_only:
        lines.append(f"    __read_only_fields__: ClassVar[frozenset[str]] = frozenset({read_only!r})\n")
    aliases = {alias: f.attribute for f in schema.fields for alias in f.aliases}
    if aliases:
        lines.append(f"    __aliases__: ClassVar[dict[str, str]] = {aliases!r}\n")
    lines.append("\n")
    for field in schema.fields:
        lines.append(_field(field))
    for alias, attribute in aliases.items():
        kind = next(f.type.text for f in schema.fields if f.attribute == attribute)
        lines.append(
            f"\n    @property\n    def {alias}(self) -> {kind}:\n"
            f'        """The earlier name of ``{attribute}``."""\n        return self.{attribute}\n'
            f"\n    @{alias}.setter\n    def {alias}(self, value: {kind}) -> None:\n        self.{attribute} = value\n"
        )
    return "".join(lines) + _constructor(schema, description) + "\n"


def _constructor(schema: Schema, description: Description) -> str:
    """How the class is made, for type checkers alone: by keywords with their public names, or from a mapping."""
    bases = {s.name: s for s in description.schemas}
    line = [schema]
    while line[0].base:
        line.insert(0, bases[line[0].base])
    fields = {field.python: field for one in line for field in one.fields}
    # pydantic's base class has taken these names with another meaning.
    lines = [
        f"        {f.python}: {f.type.text}  # type: ignore[assignment, misc, unused-ignore]\n"
        for f in schema.fields
        if f.attribute != f.python
    ]
    parameters = ["self", "mapping: Mapping[str, Any] = NOTHING", "/"]
    keywords = [
        f"{name}: {field.type.optional().text.replace('list[', 'Sequence[')} = None"
        for field in fields.values()
        if field.constant is None
        for name in (field.python, *field.aliases)
    ]
    parameters += ["*", *keywords] if keywords else []
    lines.append(f"        def __init__({', '.join(parameters)}) -> None: ...\n")
    return "\n    if TYPE_CHECKING:\n" + "\n".join(lines)


def _field(field: Field) -> str:
    if field.always:
        return f"    {field.attribute}: Constant[{field.type.text}] = {field.constant!r}\n{docstring(field.description)}"
    marker = "Raw" if field.raw else "Rfc3339" if field.rfc3339 else "Lax"
    # What a service always sets is there on every object that comes from one.
    always_there = field.required or field.read_only or field.constant is not None
    kind = field.type if always_there else field.type.optional()
    name = repr(field.wire) if field.wire != field.attribute else ""
    return f"    {field.attribute}: {marker}[{kind.text}] = wire({name})\n{docstring(field.description)}"
