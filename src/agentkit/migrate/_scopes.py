"""The scopes of a module: where a name that is used is bound. The time that this takes grows with the length of the module.

The scopes that libcst finds know of each use all assignments that it may have come from, so that the time for one name, imported and used
again and again, grows with the square of how often it is, and for calls with the cube.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto
from typing import ClassVar, TypeAlias

import libcst as cst
from libcst.metadata import ExpressionContext, ExpressionContextProvider, ProviderT

__all__ = ["Kind", "Scope", "ScopeVisitor"]

Comprehension: TypeAlias = cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp


class Kind(Enum):
    """What makes a scope."""

    MODULE = auto()
    CLASS = auto()
    FUNCTION = auto()
    COMPREHENSION = auto()
    TYPE_PARAMETERS = auto()


class Scope:
    """A part of a module with names of its own.

    :param kind: What makes it.
    :param around: The scope that it stands in; None for a module.
    """

    def __init__(self, kind: Kind, around: Scope | None = None) -> None:
        self.kind = kind
        self._parent = around and around._within
        self._names: set[str] = set()
        self._within: Scope = self
        """What is around a scope that stands in this one."""
        # What stands in a class does not see its names; type parameters do, and what they are of does not.
        if kind is Kind.TYPE_PARAMETERS:
            self._within = Scope(Kind.FUNCTION, around)
            self._within._names = self._names
        else:
            while self._parent is not None and self._parent.kind is Kind.CLASS:
                self._parent = self._parent._parent
        self._elsewhere: dict[str, Scope] = {}
        self._owners: dict[str, Scope | None] = {}

    def bind(self, name: str) -> Scope:
        """Note that a name is bound here.

        :return: The scope whose name it is: another one where ``global`` or ``nonlocal`` says so.
        """
        scope = self._elsewhere.get(name, self)
        scope._names.add(name)
        return scope

    def declare_global(self, name: str) -> None:
        """Note that a name is the module's."""
        module = self
        while module._parent is not None:
            module = module._parent
        if module is not self:
            self._elsewhere[name] = module

    def declare_nonlocal(self, name: str) -> None:
        """Note that a name is that of the function around."""
        if self._parent is not None and self._parent.kind is not Kind.MODULE:
            self._elsewhere[name] = self._parent._elsewhere.get(name, self._parent)

    def owner(self, name: str) -> Scope | None:
        """Find out whose a name is that is used here; to be asked when the whole module was read.

        :return: The scope that binds it; None where it is none of the module's.
        """
        passed: list[Scope] = []
        scope: Scope | None = self
        found: Scope | None = None
        while scope is not None:
            if name in scope._owners:
                found = scope._owners[name]
                break
            passed.append(scope)
            if name in scope._names:
                found = scope
                break
            scope = scope._elsewhere.get(name, scope._parent)
        for one in passed:
            one._owners[name] = found
        return found


class ScopeVisitor(cst.CSTVisitor):
    """Goes through a module, and knows at each place which scope it is in, and of each name whether it is bound or used there."""

    METADATA_DEPENDENCIES: ClassVar[Collection[ProviderT]] = (ExpressionContextProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.passed: set[cst.CSTNode] = set()
        """Names that are no use of what they name, or are counted already."""
        self._scopes = [Scope(Kind.MODULE)]
        self._functions: list[Scope] = []
        self._outermost: list[cst.CompFor] = []

    @property
    def scope(self) -> Scope:
        """Where the visitor is."""
        return self._scopes[-1]

    def bound(self, name: cst.Name, scope: Scope) -> None:
        """Called for each name that is bound otherwise than by an import, with the scope whose name it is."""

    def used(self, name: cst.Name) -> None:
        """Called for each name that is read or deleted."""

    def visit_Name(self, node: cst.Name) -> None:
        if node in self.passed:
            return
        context = self.get_metadata(ExpressionContextProvider, node, None)
        if context is ExpressionContext.STORE:
            self._bind(node)
        elif context is not None:
            self.used(node)

    def _bind(self, name: cst.Name) -> None:
        self.passed.add(name)
        self.bound(name, self.scope.bind(name.value))

    def _enter(self, scope: Scope) -> None:
        self._scopes.append(scope)

    def _leave(self) -> None:
        self._scopes.pop()

    # --- functions ------------------------------------------------------------------------------------------------------------

    def visit_FunctionDef_type_parameters(self, node: cst.FunctionDef) -> None:
        if node.type_parameters is not None:
            self._enter(Scope(Kind.TYPE_PARAMETERS, self.scope))

    def visit_FunctionDef_params(self, node: cst.FunctionDef) -> None:
        self._functions.append(Scope(Kind.FUNCTION, self.scope))

    def visit_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        self._enter(self._functions[-1])

    def leave_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        self._leave()

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._functions.pop()
        if original_node.type_parameters is not None:
            self._leave()

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self._functions.append(Scope(Kind.FUNCTION, self.scope))

    def visit_Lambda_body(self, node: cst.Lambda) -> None:
        self._enter(self._functions[-1])

    def leave_Lambda_body(self, node: cst.Lambda) -> None:
        self._leave()

    def leave_Lambda(self, original_node: cst.Lambda) -> None:
        self._functions.pop()

    def visit_Param_name(self, node: cst.Param) -> None:
        # What it is by default, and its annotation, are outside.
        self._enter(self._functions[-1])

    def leave_Param_name(self, node: cst.Param) -> None:
        self._leave()

    # --- classes, types -------------------------------------------------------------------------------------------------------

    def visit_ClassDef_type_parameters(self, node: cst.ClassDef) -> None:
        if node.type_parameters is not None:
            self._enter(Scope(Kind.TYPE_PARAMETERS, self.scope))

    def visit_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._enter(Scope(Kind.CLASS, self.scope))

    def leave_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._leave()

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        if original_node.type_parameters is not None:
            self._leave()

    def visit_TypeAlias(self, node: cst.TypeAlias) -> None:
        self._bind(node.name)
        self._enter(Scope(Kind.TYPE_PARAMETERS, self.scope))

    def leave_TypeAlias(self, original_node: cst.TypeAlias) -> None:
        self._leave()

    def visit_TypeVar(self, node: cst.TypeVar) -> None:
        self._bind(node.name)

    def visit_TypeVarTuple(self, node: cst.TypeVarTuple) -> None:
        self._bind(node.name)

    def visit_ParamSpec(self, node: cst.ParamSpec) -> None:
        self._bind(node.name)

    # --- comprehensions -------------------------------------------------------------------------------------------------------

    def _visit_comprehension(self, node: Comprehension) -> None:
        self._outermost.append(node.for_in)
        self._enter(Scope(Kind.COMPREHENSION, self.scope))

    def _leave_comprehension(self, original_node: Comprehension) -> None:
        self._outermost.pop()
        self._leave()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension
    leave_ListComp = leave_SetComp = leave_DictComp = leave_GeneratorExp = _leave_comprehension

    def visit_CompFor_iter(self, node: cst.CompFor) -> None:
        # What the outermost loop goes through is made outside.
        self._enter(self._scopes[-2] if node is self._outermost[-1] else self.scope)

    def leave_CompFor_iter(self, node: cst.CompFor) -> None:
        self._leave()

    def visit_NamedExpr_target(self, node: cst.NamedExpr) -> None:
        self._enter(next(scope for scope in reversed(self._scopes) if scope.kind is not Kind.COMPREHENSION))

    def leave_NamedExpr_target(self, node: cst.NamedExpr) -> None:
        self._leave()

    # --- statements and patterns ----------------------------------------------------------------------------------------------

    def visit_Global(self, node: cst.Global) -> None:
        for item in node.names:
            self.passed.add(item.name)
            self.scope.declare_global(item.name.value)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> None:
        for item in node.names:
            self.passed.add(item.name)
            self.scope.declare_nonlocal(item.name.value)

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self.passed.add(node.keyword)

    def visit_MatchKeywordElement(self, node: cst.MatchKeywordElement) -> None:
        self.passed.add(node.key)

    def visit_MatchAs(self, node: cst.MatchAs) -> None:
        if node.name is not None:
            self._bind(node.name)

    def visit_MatchStar(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name)

    def visit_MatchMapping(self, node: cst.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest)
