"""Writes a module anew by a plan, statement for statement. What the plan does not name is not touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper

from ._calls import walked
from ._deep import too_deep, with_deep_stack
from ._imports import dotted, pick
from ._planning import FromPlan, Plan, plan
from ._reading import Finding, read

__all__ = ["Rewritten", "rewrite"]

_LOGIC_ERROR: type[Exception] = getattr(cst, "CSTLogicError", cst.ParserSyntaxError)
"""Raised for texts that are joined in a way that no Python allows; older releases of libcst have no class for it."""


@dataclass(frozen=True)
class Rewritten:
    """A module, written anew.

    :param text: Its text; that which was given where there is nothing to change.
    :param findings: What was left as it is, by line.
    """

    text: str
    findings: tuple[Finding, ...] = ()


def rewrite(text: str) -> Rewritten:
    """Move a module from the older packages to agentkit.

    :param text: The module.
    :return: The module as it is to be, and what could not be done.
    :raises SyntaxError: The text is no Python.
    """
    if "\0" in text:
        raise _unreadable("it has a NUL character in it, so it is no Python", text.count("\n", 0, text.index("\0")) + 1)
    if (found := too_deep(text)) is not None:
        raise _unreadable(*found)
    return with_deep_stack(_rewrite, text)


def _rewrite(text: str) -> Rewritten:
    try:
        module = cst.parse_module(text)
        if module.code != text:
            raise _unreadable("it could not be written back as it is")
        if "azure" not in text and "beta" not in text and "openai" not in text:
            return Rewritten(text)
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        made = plan(read(wrapper))
        written = wrapper.module.visit(_Rewriter(made))
        if _kept_texts(written) != _kept_texts(module):
            return Rewritten(text, (*made.findings, Finding(1, "nothing was rewritten: a comment would have been lost")))
        return Rewritten(written.code, tuple(made.findings))
    except cst.ParserSyntaxError as error:
        raise _unreadable("it is no Python that can be read", error.editor_line) from None
    except _LOGIC_ERROR:
        raise _unreadable("it is no Python that can be read") from None
    except cst.CSTValidationError as error:
        raise _unreadable(f"it is no Python that can be read: {error.msg}") from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise _unreadable("it has half of a character in it, so it is no text", line) from None
    except RecursionError:
        raise _unreadable("it is nested too deeply to be read") from None


def _unreadable(why: str, line: int = 1) -> SyntaxError:
    error = SyntaxError(why)
    error.lineno = line
    return error


def _kept_texts(module: cst.Module) -> Counter[str]:
    """The comments and strings of a module, which are the same before and after."""
    collector = _Texts()
    module.visit(collector)
    return collector.found


class _Texts(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def visit_Comment(self, node: cst.Comment) -> None:
        self.found[node.value] += 1

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self.found[node.value] += 1


class _Rewriter(cst.CSTTransformer):
    def __init__(self, made: Plan) -> None:
        super().__init__()
        self._plan = made

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:
        if not any(alias in self._plan.imports for alias in original_node.names):
            return updated_node
        names: list[cst.ImportAlias] = []
        bound: set[tuple[str, str | None]] = set()
        for before, alias in zip(original_node.names, updated_node.names, strict=True):
            new = self._plan.imports.get(before)
            name = alias if new is None else alias.with_changes(name=dotted(new))
            if (name.evaluated_name, name.evaluated_alias) not in bound:
                bound.add((name.evaluated_name, name.evaluated_alias))
                names.append(name)
        names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(names=names)

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.BaseSmallStatement | cst.FlattenSentinel[cst.BaseSmallStatement]:
        star = self._plan.stars.get(original_node)
        if star is not None:
            module, names = star
            listed = [cst.ImportAlias(cst.Name(name)) for name in names] or updated_node.names
            return updated_node.with_changes(module=dotted(module), names=listed)
        planned = self._plan.froms.get(original_node)
        if planned is None:
            return updated_node
        statements = list(_split(original_node, planned))
        return cst.FlattenSentinel(statements) if len(statements) > 1 else statements[0]

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._put(original_node, updated_node)

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        return self._put(original_node, updated_node)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        asynchronous = self._plan.loops.get(original_node)
        return updated_node if asynchronous is None else walked(updated_node, asynchronous=asynchronous)

    def _put(self, original: cst.CSTNode, updated: cst.Name | cst.Attribute) -> cst.BaseExpression:
        new = self._plan.uses.get(original)
        return updated if new is None else dotted(new).with_changes(lpar=updated.lpar, rpar=updated.rpar)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        if len(original_node.body) > 1 or len(updated_node.body) == len(original_node.body):
            return updated_node
        first, *others = updated_node.body
        lines = [updated_node.with_changes(body=[first], trailing_whitespace=cst.TrailingWhitespace())]
        lines += [cst.SimpleStatementLine([statement]) for statement in others]
        lines[-1] = lines[-1].with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        return cst.FlattenSentinel(lines)


def _split(statement: cst.ImportFrom, planned: FromPlan) -> Iterator[cst.BaseSmallStatement]:
    """The statements that stand for one: what moved, what became an import of its own, what stays."""
    assert not isinstance(statement.names, cst.ImportStar)
    aliases = list(statement.names)
    moved = [position for position, alias in enumerate(aliases) if alias in planned.moved]
    stay = [position for position, alias in enumerate(aliases) if alias not in planned.moved and alias not in planned.modules]
    if moved:
        names = [_renamed(aliases[position], planned.moved[aliases[position]]) for position in moved]
        part = statement if len(moved) == len(aliases) else pick(statement, moved, names, first=True)
        yield part.with_changes(module=dotted(planned.module), names=names if part is statement else part.names)
    for alias, module in planned.modules.items():
        yield _module_import(module, alias.evaluated_alias or alias.evaluated_name)
    if stay:
        yield pick(statement, stay, [aliases[position] for position in stay], first=not moved)


def _renamed(alias: cst.ImportAlias, name: str) -> cst.ImportAlias:
    """The alias with another name, bound to what it was bound to."""
    if alias.evaluated_name == name:
        return alias
    bound = alias.asname or cst.AsName(cst.Name(alias.evaluated_name))
    return alias.with_changes(name=cst.Name(name), asname=bound)


def _module_import(module: str, bound: str) -> cst.BaseSmallStatement:
    """``from a import b as bound``, or ``import a as bound``."""
    parent, _, leaf = module.rpartition(".")
    alias = cst.ImportAlias(cst.Name(leaf), asname=None if leaf == bound else cst.AsName(cst.Name(bound)))
    return cst.ImportFrom(dotted(parent), [alias]) if parent else cst.Import([alias])
