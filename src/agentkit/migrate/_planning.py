"""Decides what becomes of each import and each use. An import moves only together with everything that is reached through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import ImportAssignment, Scope

from ._names import ROOT_NAMES, locate, module_for, names_of, of_second_generation, why_not
from ._reading import Binding, Finding, Reading, Use

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


class _Planner:
    def __init__(self, reading: Reading) -> None:
        self.plan = Plan(findings=list(reading.findings))
        self._reading = reading
        self._of_statement: dict[tuple[int, str], list[Binding]] = {}
        for binding in reading.bindings:
            self._of_statement.setdefault((id(binding.statement), binding.name), []).append(binding)
        self._stays: dict[Binding, list[Finding]] = {}
        self._newer: list[int] = []
        self._new_uses: list[tuple[list[Binding], cst.CSTNode, str]] = []

    def decide(self) -> None:
        for binding in self._reading.bindings:
            if locate(binding.dotted) is None:
                self._refuse([binding], binding.line, binding.dotted)
        for use in self._reading.uses:
            self._judge(use)
        self._keep_second_generation()
        self._keep_shadowed()
        self._keep_together()
        for binding in self._reading.bindings:
            if binding not in self._stays:
                self._move(binding)
        for bindings, node, new in self._new_uses:
            if not any(binding in self._stays for binding in bindings):
                self.plan.uses[node] = new
        for star in self._reading.stars:
            self._star(*star)
        self._report()

    def _bound(self, use: Use) -> list[Binding]:
        """The imports of the older packages that a name may come from."""
        if use.scope is None:
            return []
        found = []
        for assignment in use.scope[use.parts[0]]:
            if isinstance(assignment, ImportAssignment):
                found += self._of_statement.get((id(assignment.node), use.parts[0]), [])
        return found

    def _judge(self, use: Use) -> None:
        bindings = self._bound(use)
        if not bindings:
            return
        plain = [binding for binding in bindings if binding.plain]
        if plain:
            self._judge_plain(use, plain)
        for binding in bindings:
            if not binding.plain:
                self._judge_named(use, binding)

    def _judge_plain(self, use: Use, bindings: list[Binding]) -> None:
        """``azure.ai.projects.X``, where ``azure`` was bound by ``import azure.ai.projects``."""
        full = ".".join(use.parts)
        place = locate(full)
        if place is not None:
            self._new_uses.append((bindings, use.nodes[place.consumed - 1], place.module))
        elif use.parts[:2] == ("azure", "ai") and len(use.parts) > 2:
            outside = use.parts[2] not in ("agents", "projects")
            if not outside:
                self._refuse(bindings, use.line, full)
            elif not self._reached_otherwise(use):
                self._block(bindings, use.line, self._through(use))
        elif not self._reached_otherwise(use):
            self._block(bindings, use.line, self._through(use))

    def _reached_otherwise(self, use: Use) -> bool:
        """Whether another import than those of the older packages binds ``azure`` there."""
        scopes = {assignment.scope for assignment in use.scope[use.parts[0]]} if use.scope else set()
        return len(use.parts) > 2 and any(scope in scopes for scope in self._reading.other_imports.get(use.parts[0], ()))

    @staticmethod
    def _through(use: Use) -> str:
        return (
            f"{'.'.join(use.parts)} is reached through an import of an older package: import it by itself, and run this again"
        )

    def _judge_named(self, use: Use, binding: Binding) -> None:
        """``p.X``, where ``p`` was bound to a module."""
        base = module_for(binding.dotted)
        if base is None or len(use.parts) == 1:
            return
        full = f"{binding.dotted}.{'.'.join(use.parts[1:])}"
        place = locate(full)
        if place is None:
            self._refuse([binding], use.line, full)
            return
        inside = place.consumed - binding.dotted.count(".") - 1
        old, new = ".".join(use.parts[1 : inside + 1]), place.module.removeprefix(base).removeprefix(".")
        if not place.module.startswith(base):
            self._block([binding], use.line, f"{full} is in {place.module} here, which {use.parts[0]!r} does not lead to")
        elif old != new:
            self._new_uses.append(([binding], use.nodes[inside], ".".join(filter(None, (use.parts[0], new)))))

    def _keep_second_generation(self) -> None:
        """A script for azure-ai-projects 2.x is not torn between two clients."""
        if not self._newer:
            return
        first = min(self._newer)
        for binding in self._reading.bindings:
            if binding.dotted.startswith("azure.ai.projects") and not of_second_generation(binding.dotted):
                text = f"{binding.dotted} stays: the module uses azure-ai-projects 2.x (line {first})"
                self._block([binding], binding.line, text)

    def _keep_shadowed(self) -> None:
        """``import azure.ai.projects`` stays where a name is bound twice, or ``agentkit`` is a name of the module's own."""
        for binding in (binding for binding in self._reading.bindings if binding.plain):
            for _, line in self._reading.assigned.get("agentkit", ()):
                self._block(
                    [binding], line, "'agentkit' is a name of the module's own here; give it another one, and run this again"
                )
            for scope, line in self._reading.assigned.get(binding.name, ()):
                if scope is binding.scope:
                    self._block([binding], line, f"{binding.name!r} is bound here and by an import")

    def _keep_together(self) -> None:
        """All ``import azure...`` of a scope bind the one name ``azure``, so they move together or not at all."""
        staying: set[Scope] = {binding.scope for binding in self._stays if binding.plain}
        for binding in self._reading.bindings:
            if binding.plain and binding.scope in staying and binding not in self._stays:
                self._stays[binding] = []

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

    def _refuse(self, bindings: Iterable[Binding], line: int, dotted: str) -> None:
        """Leave what agentkit does not have."""
        if of_second_generation(dotted):
            self._newer.append(line)
        self._block(bindings, line, why_not(dotted))

    def _block(self, bindings: Iterable[Binding], line: int, why: str) -> None:
        for binding in bindings:
            self._stays.setdefault(binding, []).append(Finding(line, why))

    def _report(self) -> None:
        calls: list[Finding] = []
        if not self._keeps_client():
            calls = [Finding(line, text) for line, text in self._reading.calls.findings]
            self.plan.loops = self._reading.calls.loops
        self.plan.findings = sorted({*self.plan.findings, *self._reasons(), *calls})

    def _keeps_client(self) -> bool:
        """Whether the client of azure-ai-projects stays; then its calls do."""
        names = {binding.dotted for binding in self._stays if binding.dotted.startswith("azure.ai.projects")}
        return bool(self._newer) or any(module_for(name) or name.endswith(".AIProjectClient") for name in names)

    def _reasons(self) -> Iterator[Finding]:
        for binding, reasons in self._stays.items():
            yield from reasons
            if all(reason.line != binding.line for reason in reasons):
                lines = sorted({reason.line for reason in reasons})
                because = f" because of line {lines[0]}" if lines else ""
                yield Finding(binding.line, f"the import of {binding.dotted} stays{because}")
