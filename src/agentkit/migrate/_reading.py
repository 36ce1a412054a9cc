"""What a module says of the older packages: what it imports, what it uses of that, and what no rewriting reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from ._calls import Calls, read_calls
from ._imports import dotted_name
from ._names import PACKAGES, in_package
from ._scopes import Scope, ScopeVisitor

__all__ = ["Binding", "Finding", "Reading", "Use", "read"]

_BETA = frozenset({"assistants", "threads", "vector_stores"})
_OPENAI_MODULES = ("openai.types.beta", "openai.resources.beta", "openai.lib.streaming")
_OPENAI_NAMES = frozenset({"AssistantEventHandler", "AsyncAssistantEventHandler"})
# Functions that take the name of a module, or of something in one, as text.
_BY_TEXT = frozenset(
    {
        *("NewType", "TypeVar", "__import__", "cast", "delattr", "find_spec", "import_module", "importorskip", "patch"),
        *("resolve_name", "run_module", "setattr"),
    }
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
    scope: Scope
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
    other_imports: set[tuple[Scope, str]] = field(default_factory=set)
    """Names that other imports bind, with where."""
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
    wrapper.visit(_Reader(reading))
    reading.bindings.sort(key=lambda binding: binding.line)
    names = {binding.dotted for binding in reading.bindings} | {module for _, module, _ in reading.stars}
    if any(name.startswith("azure.ai.projects") for name in names):
        # An AgentsClient has list_agents() too, and gives all agents, and a client of agentkit is as it is to be already; which one is
        # meant shows only where there is one kind.
        other = reading.begun or any(name.endswith("AgentsClient") or name in _AGENTS for name in names)
        reading.calls = read_calls(wrapper, loops=not other)
    return reading


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


def _text(node: cst.BaseExpression) -> str:
    """What a string says, as it is written; that of strings side by side is one."""
    parts: list[cst.BaseExpression] = []
    while isinstance(node, cst.ConcatenatedString):
        parts.append(node.left)
        node = node.right
    return "".join(part.raw_value for part in [*parts, node] if isinstance(part, cst.SimpleString))


class _Reader(ScopeVisitor):
    """Collects imports, uses of names, and what names a package where nothing can be rewritten."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading
        self._typing: set[str] = set()
        self._annotations = self._hints = self._literals = 0

    # --- imports --------------------------------------------------------------------------------------------------------------

    def visit_Import(self, node: cst.Import) -> bool:
        self._import(node)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        if not isinstance(node.names, cst.ImportStar):
            self._import(node)
        elif not node.relative:
            module = dotted_name(node.module)
            if in_package(module):
                self._reading.stars.append((node, module, self._line(node)))
            else:
                self._reading.begun |= _of_agentkit(module)
                self._reading.findings += [Finding(self._line(node), why) for why in _foreign(node, module)]
        return False

    def _import(self, statement: cst.Import | cst.ImportFrom) -> None:
        for alias, dotted, name, plain in _imported(statement):
            scope, line = self.scope.bind(name), self._line(alias)
            if in_package(dotted):
                self._reading.bindings.append(Binding(statement, alias, dotted, name, plain, scope, line))
                continue
            self._reading.begun |= _of_agentkit(dotted)
            self._reading.other_imports.add((scope, name))
            self._reading.findings += [Finding(line, why) for why in _foreign(statement, dotted)]
            if dotted.startswith(("typing.", "typing_extensions.")):
                self._typing.add(name)

    # --- names ----------------------------------------------------------------------------------------------------------------

    def bound(self, name: cst.Name, scope: Scope) -> None:
        self._reading.assigned.setdefault(name.value, []).append((scope, self._line(name)))

    def used(self, name: cst.Name) -> None:
        self._use(name, [name])

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if node in self.passed:
            return
        nodes: list[cst.Name | cst.Attribute] = []
        inner: cst.BaseExpression = node
        while isinstance(inner, cst.Attribute):
            nodes.append(inner)
            if inner.attr.value in _BETA and isinstance(inner.value, cst.Attribute) and inner.value.attr.value == "beta":
                self._find(inner, _BY_HAND)
            inner = inner.value
        self.passed.update(nodes)
        if isinstance(inner, cst.Name):
            self.passed.add(inner)
            self._use(inner, [inner, *reversed(nodes)])

    def _use(self, root: cst.Name, nodes: list[cst.Name | cst.Attribute]) -> None:
        parts = tuple(dotted_name(nodes[-1]).split("."))
        self._reading.uses.append(Use(parts, tuple(nodes), self.scope, self._line(root)))

    # --- texts ----------------------------------------------------------------------------------------------------------------

    def visit_Annotation(self, node: cst.Annotation) -> None:
        self._annotations += 1

    def leave_Annotation(self, original_node: cst.Annotation) -> None:
        self._annotations -= 1

    def visit_Subscript(self, node: cst.Subscript) -> None:
        self._hints += self._of_typing(node)
        self._literals += _is_literal(node)

    def leave_Subscript(self, original_node: cst.Subscript) -> None:
        self._hints -= self._of_typing(original_node)
        self._literals -= _is_literal(original_node)

    def _of_typing(self, node: cst.Subscript) -> bool:
        return isinstance(node.value, cst.Name) and node.value.value in self._typing

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self._quoted(node)

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:
        return not self._quoted(node)

    def _quoted(self, node: cst.SimpleString | cst.ConcatenatedString) -> bool:
        """Whether a text is an annotation that says a full name."""
        if self._literals or not (self._annotations or self._hints) or not _PACKAGE.search(_text(node)):
            return False
        self._find(node, "an annotation in quotes names an older package, and strings are left alone")
        return True

    def visit_Call(self, node: cst.Call) -> None:
        function = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        if not isinstance(function, cst.Name) or function.value not in _BY_TEXT:
            return
        for argument in node.args:
            value = _text(argument.value)
            if in_package(value):
                self._find(argument, f"{function.value}() is given {value!r} as text, and strings are left alone")

    def visit_Comment(self, node: cst.Comment) -> None:
        if _TYPE_COMMENT.match(node.value) and _PACKAGE.search(node.value):
            self._find(node, "a type comment names an older package, and comments are left alone")

    def _find(self, node: cst.CSTNode, text: str) -> None:
        self._reading.findings.append(Finding(self._line(node), text))

    def _line(self, node: cst.CSTNode) -> int:
        position: Any = self.get_metadata(PositionProvider, node)
        line: int = position.start.line
        return line


def _is_literal(node: cst.Subscript) -> bool:
    return dotted_name(node.value).rpartition(".")[2] == "Literal"
