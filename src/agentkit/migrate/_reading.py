"""What a module says of the older packages: what it imports, what it uses of that, and what no rewriting reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from libcst.metadata import (
    Assignment,
    BaseAssignment,
    ExpressionContext,
    ExpressionContextProvider,
    ImportAssignment,
    MetadataWrapper,
    PositionProvider,
    Scope,
    ScopeProvider,
)

from ._calls import Calls, read_calls
from ._imports import dotted_name
from ._names import PACKAGES, in_package

__all__ = ["Binding", "Finding", "Reading", "Use", "read"]

_BETA = frozenset({"assistants", "threads", "vector_stores"})
_OPENAI_MODULES = ("openai.types.beta", "openai.resources.beta", "openai.lib.streaming")
_OPENAI_NAMES = frozenset({"AssistantEventHandler", "AsyncAssistantEventHandler"})
# Functions that take the name of a module, or of something in one, as text.
_BY_TEXT = frozenset(
    {"__import__", "delattr", "find_spec", "import_module", "importorskip", "patch", "resolve_name", "run_module", "setattr"}
)
_AGENTS = frozenset({"azure.ai.agents", "azure.ai.agents.aio"})
_OTHERS = {"azure.ai.ml": "azure-ai-ml is a client of another service, and stays"}
_BY_HAND = "the Assistants API of the openai package is not rewritten: docs/migration.md has a table of what to call instead"
_TYPE_COMMENT = re.compile(r"#\s*type:")
_PACKAGE = re.compile(rf"\b(?:{'|'.join(map(re.escape, PACKAGES))})\b")


@dataclass(frozen=True, order=True)
class Finding:
    """Something that was not rewritten.

    :param line: The line of the module, from 1.
    :param text: What it is, and why.
    """

    line: int
    text: str


@dataclass(eq=False)
class Binding:
    """A name that an import statement binds to a module of the older packages, or to something in one.

    :param statement: The statement.
    :param alias: What it says of this name.
    :param dotted: The full old name of what is bound; with ``import a.b.c`` that of the whole import.
    :param name: The name that is bound.
    :param plain: Whether it is ``import a.b.c``, which binds ``a``.
    :param scope: Where the name is bound.
    :param line: Where the import is.
    """

    statement: cst.Import | cst.ImportFrom
    alias: cst.ImportAlias
    dotted: str
    name: str
    plain: bool
    scope: Scope
    line: int


@dataclass(frozen=True, eq=False)
class Use:
    """A name with what hangs on it by dots, as far as that goes.

    :param parts: The name and the attributes.
    :param nodes: The expression of the name, then with one attribute after the other.
    :param scope: Where it is used.
    :param line: Where it stands.
    """

    parts: tuple[str, ...]
    nodes: tuple[cst.Name | cst.Attribute, ...]
    scope: Scope | None
    line: int


@dataclass
class Reading:
    """What was read of a module."""

    bindings: list[Binding] = field(default_factory=list)
    stars: list[tuple[cst.ImportFrom, str, int]] = field(default_factory=list)
    """``from MODULE import *`` of the older packages, with module and line."""
    uses: list[Use] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    assigned: dict[str, list[tuple[Scope, int]]] = field(default_factory=dict)
    """Names that something else than an import binds, with where."""
    other_imports: dict[str, list[Scope]] = field(default_factory=dict)
    """Names that other imports bind."""
    begun: bool = False
    """Whether the module imports agentkit already."""
    calls: Calls = field(default_factory=Calls)
    """Calls of a client of azure-ai-projects that need another one here."""


def read(wrapper: MetadataWrapper) -> Reading:
    """Read a module.

    :param wrapper: The module.
    :return: What is in it of the older packages.
    """
    reading = Reading()
    reader = _Reader(reading)
    wrapper.visit(reader)
    positions = wrapper.resolve(PositionProvider)
    scopes = {scope for scope in wrapper.resolve(ScopeProvider).values() if scope is not None}
    seen: set[int] = set()
    for scope in scopes:
        for assignment in scope.assignments:
            if not _stands_in_module(assignment, positions):
                continue
            if isinstance(assignment, ImportAssignment):
                _note_import(reading, assignment, seen, positions)
                _note_quoted(reading, assignment, positions)
            elif isinstance(assignment, Assignment):
                line = positions[assignment.node].start.line
                reading.assigned.setdefault(assignment.name, []).append((scope, line))
    reading.bindings.sort(key=lambda binding: binding.line)
    names = {binding.dotted for binding in reading.bindings} | {module for _, module, _ in reading.stars}
    if any(name.startswith("azure.ai.projects") for name in names):
        # An AgentsClient has list_agents() too, and gives all agents, and a client of agentkit is as it is to be already; which one is
        # meant shows only where there is one kind.
        other = reading.begun or any(name.endswith("AgentsClient") or name in _AGENTS for name in names)
        reading.calls = read_calls(wrapper, loops=not other)
    return reading


def _stands_in_module(assignment: BaseAssignment, positions: Mapping[cst.CSTNode, Any]) -> bool:
    """Whether something is assigned by a statement of the module, not in the text of a quoted annotation, where no place is known."""
    return not isinstance(assignment, Assignment) or assignment.node in positions


def _note_import(reading: Reading, assignment: ImportAssignment, seen: set[int], positions: Mapping[cst.CSTNode, Any]) -> None:
    statement = assignment.node
    assert isinstance(statement, cst.Import | cst.ImportFrom)
    for alias, dotted, name, plain in _imported(statement):
        if name != assignment.name or id(alias) in seen:
            continue
        seen.add(id(alias))
        line = positions[alias].start.line
        if in_package(dotted):
            reading.bindings.append(Binding(statement, alias, dotted, name, plain, assignment.scope, line))
        else:
            reading.begun |= _of_agentkit(dotted)
            reading.other_imports.setdefault(name, []).append(assignment.scope)
            reading.findings += [Finding(line, why) for why in _foreign(statement, dotted)]


def _imported(statement: cst.Import | cst.ImportFrom) -> Iterator[tuple[cst.ImportAlias, str, str, bool]]:
    """What a statement imports: each with its full name, the name that is bound, and whether that is only the first part."""
    if isinstance(statement, cst.Import):
        for alias in statement.names:
            full = alias.evaluated_name
            yield alias, full, alias.evaluated_alias or full.partition(".")[0], alias.asname is None
    elif not isinstance(statement.names, cst.ImportStar):
        module = "." * len(statement.relative) + dotted_name(statement.module)
        for alias in statement.names:
            yield alias, f"{module}.{alias.evaluated_name}", alias.evaluated_alias or alias.evaluated_name, False


def _of_agentkit(dotted: str) -> bool:
    return dotted.partition(".")[0] == "agentkit"


def _foreign(statement: cst.Import | cst.ImportFrom, dotted: str) -> Iterator[str]:
    """What is to be said of an import of another package."""
    for package, why in _OTHERS.items():
        if dotted == package or dotted.startswith(f"{package}."):
            yield why
    if dotted.startswith(_OPENAI_MODULES) or (dotted.startswith("openai.") and dotted.rpartition(".")[2] in _OPENAI_NAMES):
        yield _BY_HAND
    if dotted == "azure.ai" and isinstance(statement, cst.ImportFrom):
        yield "a package is reached through 'ai': import azure.ai.projects or azure.ai.agents themselves, and run this again"


def _note_quoted(reading: Reading, assignment: ImportAssignment, positions: Mapping[cst.CSTNode, Any]) -> None:
    """Annotations in quotes that say a full name: strings are left alone."""
    # With `import a.b.c`, the quoted uses are kept with the longest part of the name that is imported.
    for access in assignment.references if in_package(assignment.name) else ():
        if isinstance(access.node, cst.BaseString):
            text = "an annotation in quotes names an older package, and strings are left alone"
            reading.findings.append(Finding(positions[access.node].start.line, text))


class _Reader(cst.CSTVisitor):
    """Collects uses of names, and what names a package where nothing can be rewritten."""

    METADATA_DEPENDENCIES = (ScopeProvider, PositionProvider, ExpressionContextProvider)

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        if isinstance(node.names, cst.ImportStar) and not node.relative:
            module = dotted_name(node.module)
            if in_package(module):
                self._reading.stars.append((node, module, self._line(node)))
            else:
                self._reading.begun |= _of_agentkit(module)
                self._reading.findings += [Finding(self._line(node), why) for why in _foreign(node, module)]
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        nodes: list[cst.Name | cst.Attribute] = []
        inner: cst.BaseExpression = node
        while isinstance(inner, cst.Attribute):
            nodes.append(inner)
            if inner.attr.value in _BETA and isinstance(inner.value, cst.Attribute) and inner.value.attr.value == "beta":
                self._find(inner, _BY_HAND)
            inner = inner.value
        if not isinstance(inner, cst.Name):
            return True
        self._use(inner, [inner, *reversed(nodes)])
        return False

    def visit_Name(self, node: cst.Name) -> None:
        context = self.get_metadata(ExpressionContextProvider, node, None)
        if context in (ExpressionContext.LOAD, ExpressionContext.DEL):
            self._use(node, [node])

    def visit_Call(self, node: cst.Call) -> None:
        function = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        if not isinstance(function, cst.Name) or function.value not in _BY_TEXT:
            return
        for argument in node.args:
            value = argument.value.evaluated_value if isinstance(argument.value, cst.SimpleString) else None
            if isinstance(value, str) and in_package(value):
                self._find(argument, f"{function.value}() is given {value!r} as text, and strings are left alone")

    def visit_Comment(self, node: cst.Comment) -> None:
        if _TYPE_COMMENT.match(node.value) and _PACKAGE.search(node.value):
            self._find(node, "a type comment names an older package, and comments are left alone")

    def _use(self, root: cst.Name, nodes: list[cst.Name | cst.Attribute]) -> None:
        parts = tuple(dotted_name(nodes[-1]).split("."))
        scope = self.get_metadata(ScopeProvider, root, None)
        self._reading.uses.append(Use(parts, tuple(nodes), scope, self._line(root)))

    def _find(self, node: cst.CSTNode, text: str) -> None:
        self._reading.findings.append(Finding(self._line(node), text))

    def _line(self, node: cst.CSTNode) -> int:
        position: Any = self.get_metadata(PositionProvider, node)
        line: int = position.start.line
        return line
