"""What a script does with its client that the client of agentkit does not do, as far as that shows without knowing any types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

__all__ = ["Calls", "read_calls", "walked"]

_PAGE = "list_agents() of AIProjectClient gives one page here: go through its .data, or through its .auto_paging_iter() for all agents"
# What azure-ai-projects has from 1.0.0b11 on beside agents and connections, with its methods; other packages have such names too.
_LATER: dict[str, frozenset[str]] = {
    "deployments": frozenset({"get", "list"}),
    "datasets": frozenset(
        {"create_or_update", "get", "get_credentials", "list_versions", "pending_upload", "upload_file", "upload_folder"}
    ),
    "indexes": frozenset({"create_or_update", "get", "list_versions"}),
    "red_teams": frozenset({"create", "get", "list"}),
}
_WALKING = frozenset({"any", "enumerate", "filter", "iter", "len", "list", "map", "next", "set", "sorted", "tuple"})


@dataclass
class Calls:
    """Calls of a client of azure-ai-projects that need another one here.

    :param findings: The line of each that stays, from 1, with what is to be said of it.
    :param loops: Lists of agents that a loop goes through, and whether it is an async one.
    """

    findings: list[tuple[int, str]] = field(default_factory=list)
    loops: dict[cst.BaseExpression, bool] = field(default_factory=dict)


def read_calls(wrapper: MetadataWrapper, *, loops: bool) -> Calls:
    """Find the calls of an older client that need another one here.

    :param wrapper: A module that imports ``azure.ai.projects``.
    :param loops: Whether loops over lists of agents are to be written anew; else they are told of.
    """
    reader = _Reader(loops=loops)
    wrapper.visit(reader)
    return Calls(sorted(reader.found()), reader.loops)


def walked(listed: cst.BaseExpression, *, asynchronous: bool) -> cst.BaseExpression:
    """All agents, in place of the page of them.

    :param listed: The call of ``list_agents()``.
    :param asynchronous: Whether it is to be awaited.
    """
    if asynchronous:
        listed = cst.Await(listed, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.Call(cst.Attribute(listed, cst.Name("auto_paging_iter")))


class _Reader(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, *, loops: bool) -> None:
        super().__init__()
        self.loops: dict[cst.BaseExpression, bool] = {}
        self._rewrites_loops = loops
        self._found: list[tuple[int, str]] = []
        self._lists: set[str] = set()
        self._walked: list[tuple[str, int]] = []

    def found(self) -> Iterator[tuple[int, str]]:
        """What was found: a name that is walked counts where it was given a list of agents."""
        yield from self._found
        yield from ((line, _PAGE) for name, line in self._walked if name in self._lists)

    def visit_Assign(self, node: cst.Assign) -> None:
        if _lists_agents(node.value):
            self._lists |= {target.target.value for target in node.targets if isinstance(target.target, cst.Name)}

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if isinstance(node.target, cst.Name) and _lists_agents(node.value):
            self._lists.add(node.target.value)

    def visit_For(self, node: cst.For) -> None:
        self._loop(node)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._loop(node)

    def visit_StarredElement(self, node: cst.StarredElement) -> None:
        self._walk(node.value)

    def visit_Call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Name) and node.func.value in _WALKING:
            for argument in node.args:
                self._walk(argument.value)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        owner = node.value
        if isinstance(owner, cst.Attribute) and node.attr.value in _LATER.get(owner.attr.value, ()):
            name = f"{owner.attr.value}.{node.attr.value}"
            self._found.append((self._line(node.attr), f"{name}() of azure-ai-projects 1.0.0b11 and later is not in agentkit"))

    def _loop(self, node: cst.For | cst.CompFor) -> None:
        if self._rewrites_loops and isinstance(node.iter, cst.Call) and _lists_agents(node.iter) and not _of_self(node.iter):
            self.loops[node.iter] = node.asynchronous is not None
        else:
            self._walk(node.iter)

    def _walk(self, node: cst.BaseExpression) -> None:
        if _lists_agents(node):
            self._found.append((self._line(node), _PAGE))
        elif isinstance(node, cst.Name):
            self._walked.append((node.value, self._line(node)))

    def _line(self, node: cst.CSTNode) -> int:
        position: Any = self.get_metadata(PositionProvider, node)
        line: int = position.start.line
        return line


def _lists_agents(node: cst.BaseExpression | None) -> bool:
    """Whether an expression is a call such as ``client.agents.list_agents()``; an AgentsClient has the method on itself."""
    if isinstance(node, cst.Await):
        node = node.expression
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    owner = node.func.value
    return node.func.attr.value == "list_agents" and isinstance(owner, cst.Attribute) and owner.attr.value == "agents"


def _of_self(call: cst.Call) -> bool:
    """Whether a call is ``self.agents.list_agents()``: what a class calls its agents may be anything."""
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    return isinstance(owner, cst.Attribute) and isinstance(owner.value, cst.Name) and owner.value.value in ("self", "cls")
