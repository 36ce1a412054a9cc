"""Lists of imported names, taken apart and put together again with their layout and their comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

__all__ = ["dotted", "dotted_name", "pick"]


def dotted(name: str) -> cst.Name | cst.Attribute:
    """A dotted name as an expression."""
    first, *rest = name.split(".")
    node: cst.Name | cst.Attribute = cst.Name(first)
    for part in rest:
        node = cst.Attribute(node, cst.Name(part))
    return node


def dotted_name(node: cst.CSTNode | None) -> str:
    """An expression of names and dots as text; empty where it is anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value, *reversed(parts)]) if isinstance(node, cst.Name) else ""


@dataclass(frozen=True)
class _Row:
    """A name of a list in parentheses.

    :param above: The lines above it, with comments that are about it.
    :param after: What stands between its comma and the next name or the parenthesis.
    """

    above: Sequence[cst.EmptyLine]
    after: cst.BaseParenthesizableWhitespace


def pick(statement: cst.ImportFrom, wanted: Sequence[int], names: Sequence[cst.ImportAlias], *, first: bool) -> cst.ImportFrom:
    """A part of an import statement: each name keeps its line, its comments and the comments above it.

    :param statement: The statement as it was written, with a list of names.
    :param wanted: Positions of the names to take, in order.
    :param names: The names to put there.
    :param first: Whether the comment behind the opening parenthesis goes with this part.
    """
    if statement.lpar is None or statement.rpar is None or isinstance(statement.names, cst.ImportStar):
        return statement.with_changes(names=_separated(names))
    rows, opening, closing = _rows(statement, statement.lpar)
    chosen = [rows[position] for position in wanted]
    aliases = []
    for position, (row, name) in enumerate(zip(chosen[:-1], names[:-1], strict=True)):
        after = _with_above(row.after, chosen[position + 1].above)
        aliases.append(name.with_changes(comma=cst.Comma(whitespace_after=after)))
    last = chosen[-1].after
    if isinstance(last, cst.ParenthesizedWhitespace) and isinstance(closing, cst.ParenthesizedWhitespace):
        whole = wanted[-1] == len(rows) - 1
        lines = closing.empty_lines if whole else ()
        last = last.with_changes(empty_lines=lines, indent=closing.indent, last_line=closing.last_line)
    elif wanted[-1] != len(rows) - 1:
        last = closing
    trailing_comma = isinstance(statement.names[-1].comma, cst.Comma)
    comma = cst.Comma(whitespace_after=last) if trailing_comma else cst.MaybeSentinel.DEFAULT
    aliases.append(names[-1].with_changes(comma=comma))
    before = cst.SimpleWhitespace("") if trailing_comma else last
    if trailing_comma and wanted[-1] == len(rows) - 1:
        before = statement.rpar.whitespace_before
    opening = _with_above(opening if first else _uncommented(opening), chosen[0].above)
    return statement.with_changes(
        names=aliases,
        lpar=statement.lpar.with_changes(whitespace_after=opening),
        rpar=statement.rpar.with_changes(whitespace_before=before),
    )


def _separated(names: Sequence[cst.ImportAlias]) -> list[cst.ImportAlias]:
    """Names on one line, without a comma behind the last."""
    return [*names[:-1], names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]


def _rows(
    statement: cst.ImportFrom, lpar: cst.LeftParen
) -> tuple[list[_Row], cst.BaseParenthesizableWhitespace, cst.BaseParenthesizableWhitespace]:
    """The names of a list in parentheses as rows, with what stands behind the opening and before the closing one."""
    assert not isinstance(statement.names, cst.ImportStar)
    assert statement.rpar is not None
    rows: list[_Row] = []
    before = lpar.whitespace_after
    for alias in statement.names:
        above = before.empty_lines if isinstance(before, cst.ParenthesizedWhitespace) else ()
        after = alias.comma.whitespace_after if isinstance(alias.comma, cst.Comma) else statement.rpar.whitespace_before
        rows.append(_Row(above, after))
        before = after
    return rows, lpar.whitespace_after, before


def _with_above(space: cst.BaseParenthesizableWhitespace, above: Sequence[cst.EmptyLine]) -> cst.BaseParenthesizableWhitespace:
    return space.with_changes(empty_lines=above) if isinstance(space, cst.ParenthesizedWhitespace) else space


def _uncommented(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    return space.with_changes(first_line=cst.TrailingWhitespace(newline=space.first_line.newline))
