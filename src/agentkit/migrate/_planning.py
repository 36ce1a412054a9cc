"""Decides what becomes of each import and each use. An import moves only together with everything that is reached through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from ._names import ROOT_NAMES, in_package, locate, module_for, names_of, of_second_generation, why_not
from ._reading import Binding, Finding, Reading, Use
from ._scopes import Scope

__all__ = ["FromPlan", "Plan", "plan"]


@dataclass
class FromPlan:
    """What becomes of ``from MODULE import ...``.

    :param module: The new module.
    :param moved: The names that are imported from there, with what they are called there.
    :param modules: Names that become imports of their own, and the modules that they stand for.
    """

    module: str = ""
    moved: dict[cst.ImportAlias, str] = field(default_factory=dict)
    modules: dict[cst.ImportAlias, str] = field(default_factory=dict)


@dataclass
class Plan:
    """What is to be written anew.

    :param imports: Names of ``import`` statements, and the new modules.
    :param froms: What becomes of ``from`` statements.
    :param stars: ``from MODULE import *``, with the new module and the names to write instead of the star, if any.
    :param uses: Expressions, and the dotted names to put in their place.
    :param loops: Lists of agents that a loop goes through, and whether it is an async one.
    :param findings: What is left as it is.
    """

    imports: dict[cst.ImportAlias, str] = field(default_factory=dict)
    froms: dict[cst.ImportFrom, FromPlan] = field(default_factory=dict)
    stars: dict[cst.ImportFrom, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    uses: dict[cst.CSTNode, str] = field(default_factory=dict)
    loops: dict[cst.BaseExpression, bool] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def plan(reading: Reading) -> Plan:
    """Decide what of a module is written anew.

    :param reading: What was read of it.
    :return: What to change, and what stays with the reasons for it.
    """
    planner = _Planner(reading)
    planner.decide()
    return planner.plan


@dataclass(eq=False)
class _Group:
    """Imports that move together or not at all: those of one thing that bind one name in one scope.

    All ``import azure...`` of a scope are one group: they bind the one name ``azure``.

    :param bindings: The imports.
    :param reasons: Why they stay; they move where there is none.
    """

    bindings: list[Binding] = field(default_factory=list)
    reasons: set[Finding] = field(default_factory=set)


class _Planner:
    def __init__(self, reading: Reading) -> None:
        self.plan = Plan(findings=list(reading.findings))
        self._reading = reading
        self._plain: dict[tuple[Scope, str], _Group] = {}
        self._groups: dict[Binding, _Group] = {}
        named: dict[tuple[Scope, str], dict[str, _Group]] = {}
        for binding in reading.bindings:
            place = (binding.scope, binding.name)
            if binding.plain:
                group = self._plain.setdefault(place, _Group())
            else:
                group = named.setdefault(place, {}).setdefault(binding.dotted, _Group())
            group.bindings.append(binding)
            self._groups[binding] = group
        # Names of modules, and what they may stand for; nothing is looked for on other names.
        self._modules = {
            place: [(dotted, module, group) for dotted, group in groups.items() if (module := module_for(dotted)) is not None]
            for place, groups in named.items()
        }
        self._newer: list[int] = []
        self._new_uses: list[tuple[_Group, cst.CSTNode, str]] = []

    def decide(self) -> None:
        for binding, group in self._groups.items():
            if locate(binding.dotted) is None:
                self._refuse(group, binding.line, binding.dotted)
        for use in self._reading.uses:
            self._judge(use)
        self._keep_second_generation()
        self._keep_shadowed()
        for binding, group in self._groups.items():
            if not group.reasons:
                self._move(binding)
        for group, node, new in self._new_uses:
            if not group.reasons:
                self.plan.uses[node] = new
        for star in self._reading.stars:
            self._star(*star)
        self._report()

    def _judge(self, use: Use) -> None:
        owner = use.scope.owner(use.parts[0])
        if owner is None:
            return
        place = (owner, use.parts[0])
        if place in self._plain:
            self._judge_plain(use, self._plain[place], reached_otherwise=place in self._reading.other_imports)
        if len(use.parts) > 1:
            for dotted, module, group in self._modules.get(place, ()):
                self._judge_named(use, dotted, module, group)

    def _judge_plain(self, use: Use, group: _Group, *, reached_otherwise: bool) -> None:
        """``azure.ai.projects.X``, where ``azure`` was bound by ``import azure.ai.projects``."""
        full = ".".join(use.parts)
        place = locate(full)
        if place is not None:
            self._new_uses.append((group, use.nodes[place.consumed - 1], place.module))
        elif in_package(full):
            self._refuse(group, use.line, full)
        elif not reached_otherwise or len(use.parts) <= 2:
            why = f"{full} is reached through an import of an older package: import it by itself, and run this again"
            self._block(group, use.line, why)

    def _judge_named(self, use: Use, dotted: str, base: str, group: _Group) -> None:
        """``p.X``, where ``p`` was bound to a module."""
        full = f"{dotted}.{'.'.join(use.parts[1:])}"
        place = locate(full)
        if place is None:
            self._refuse(group, use.line, full)
            return
        inside = place.consumed - dotted.count(".") - 1
        old, new = ".".join(use.parts[1 : inside + 1]), place.module.removeprefix(base).removeprefix(".")
        if not place.module.startswith(base):
            self._block(group, use.line, f"{full} is in {place.module} here, which {use.parts[0]!r} does not lead to")
        elif old != new:
            self._new_uses.append((group, use.nodes[inside], ".".join(filter(None, (use.parts[0], new)))))

    def _keep_second_generation(self) -> None:
        """A script for azure-ai-projects 2.x is not torn between two clients."""
        if not self._newer:
            return
        first = min(self._newer)
        for binding, group in self._groups.items():
            if binding.dotted.startswith("azure.ai.projects") and not of_second_generation(binding.dotted):
                text = f"{binding.dotted} stays: the module uses azure-ai-projects 2.x (line {first})"
                self._block(group, binding.line, text)

    def _keep_shadowed(self) -> None:
        """``import azure.ai.projects`` stays where a name is bound twice, or ``agentkit`` is a name of the module's own."""
        own = "'agentkit' is a name of the module's own here; give it another one, and run this again"
        owned = [Finding(line, own) for _, line in self._reading.assigned.get("agentkit", ())]
        if self._plain and owned:
            self.plan.findings += owned
            for group in self._plain.values():
                group.reasons.add(min(owned))
        for name in {name for _, name in self._plain}:
            for scope, line in self._reading.assigned.get(name, ()):
                if (scope, name) in self._plain:
                    self._block(self._plain[scope, name], line, f"{name!r} is bound here and by an import")

    def _move(self, binding: Binding) -> None:
        place = locate(binding.dotted)
        assert place is not None
        if isinstance(binding.statement, cst.Import):
            self.plan.imports[binding.alias] = place.module
            return
        planned = self.plan.froms.setdefault(binding.statement, FromPlan())
        if place.name is not None:
            planned.module = place.module
            planned.moved[binding.alias] = place.name
            return
        new_parent, _, leaf = place.module.rpartition(".")
        if new_parent and new_parent == module_for(binding.dotted.rpartition(".")[0]):
            planned.module = new_parent
            planned.moved[binding.alias] = leaf
        else:
            planned.modules[binding.alias] = place.module

    def _star(self, statement: cst.ImportFrom, module: str, line: int) -> None:
        new = module_for(module)
        wanted = ROOT_NAMES.get(module, ())
        if new is None:
            self.plan.findings.append(Finding(line, f"import *: {why_not(module)}"))
        elif module.rpartition(".")[2].startswith("_"):
            self.plan.findings.append(Finding(line, f"import * of the private module {module}: name what is used of it"))
        elif not set(wanted) <= (names_of(new) or frozenset()):
            self.plan.findings.append(Finding(line, f"import *: {why_not(f'{module}.{wanted[0]}')}"))
        else:
            self.plan.stars[statement] = (new, wanted)

    def _refuse(self, group: _Group, line: int, dotted: str) -> None:
        """Leave what agentkit does not have."""
        if of_second_generation(dotted):
            self._newer.append(line)
        self._block(group, line, why_not(dotted))

    @staticmethod
    def _block(group: _Group, line: int, why: str) -> None:
        group.reasons.add(Finding(line, why))

    def _report(self) -> None:
        calls: list[Finding] = []
        if not self._keeps_client():
            calls = [Finding(line, text) for line, text in self._reading.calls.findings]
            self.plan.loops = self._reading.calls.loops
        self.plan.findings = sorted({*self.plan.findings, *self._reasons(), *calls})

    def _keeps_client(self) -> bool:
        """Whether the client of azure-ai-projects stays; then its calls do."""
        stay = {binding.dotted for binding, group in self._groups.items() if group.reasons}
        names = {name for name in stay if name.startswith("azure.ai.projects")}
        return bool(self._newer) or any(module_for(name) or name.endswith(".AIProjectClient") for name in names)

    def _reasons(self) -> Iterator[Finding]:
        for group in dict.fromkeys(self._groups.values()):
            if not group.reasons:
                continue
            yield from group.reasons
            lines = {reason.line for reason in group.reasons}
            first = min(lines)
            for binding in group.bindings:
                if binding.line not in lines:
                    yield Finding(binding.line, f"the import of {binding.dotted} stays because of line {first}")
