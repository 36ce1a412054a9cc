"""Room for deep recursion: long chains of operators are trees as deep as they are long, and a parser goes down them call by call."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import threading
import tokenize
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["too_deep", "with_deep_stack"]

T = TypeVar("T")

_STACK = 256 << 20
_CALLS = 20_000
# What Python itself takes; a deeper nesting is no Python.
_BRACKETS = 200
# The parser is done with so many in a row within some two seconds; a bracket counts as two.
_OPERATORS = 2_000
# What leads one level down in a tree, where it is a token of its own; comparisons do not.
_DEEPER = re.compile(r"[.(\[{+\-*/%@&|^~]|\b(?:and|await|else|lambda|not|or)\b")

_ONE_AT_A_TIME = threading.Lock()


def with_deep_stack(function: Callable[[str], T], text: str) -> T:
    """Call a function where it may go deeper than Python lets it elsewhere.

    :param function: What to call.
    :param text: Its argument.
    :return: What it returns; what it raises is raised.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(function(text))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            result.set_exception(error)

    with _ONE_AT_A_TIME:
        calls, stack = sys.getrecursionlimit(), threading.stack_size(_STACK)
        sys.setrecursionlimit(max(calls, _CALLS))
        try:
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
        finally:
            threading.stack_size(stack)
            sys.setrecursionlimit(calls)
    return result.result()


def too_deep(text: str) -> tuple[str, int] | None:
    """Find what is nested deeper than the parser in use goes in good time; its time grows with the square of the depth.

    :param text: A module.
    :return: What it is, and its line; None where there is no such thing.
    """
    if max(text.count(opening) for opening in "([{") <= _BRACKETS // 3 and len(_DEEPER.findall(text)) <= _OPERATORS // 2:
        return None
    # How far down the current place is; of each bracket that is open, how far down it stands from the one around it.
    levels, depth, line = [0], 0, 1
    # Where the text cannot be taken apart, the parser says what is wrong, and where.
    with contextlib.suppress(tokenize.TokenError, SyntaxError, UnicodeEncodeError):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.OP, tokenize.NAME) and _DEEPER.match(token.string):
                # A bracket leads down two levels, by what is in it and by what it is put behind.
                down = 2 if token.string in "([{" else 1
                levels[-1] += down
                depth += down
            if token.type == tokenize.OP and token.string in "([{":
                levels.append(0)
            elif token.type == tokenize.OP and token.string in ")]}" and len(levels) > 1:
                depth -= levels.pop()
            elif token.type == tokenize.NEWLINE or (token.type == tokenize.OP and token.string in (",", ";", "=")):
                depth -= levels[-1]
                levels[-1] = 0
            line = token.start[0]
            if len(levels) > _BRACKETS + 1:
                break
            if depth > _OPERATORS:
                return "an expression has too many operators, dots or calls in a row to be read: take it apart", line
    # From Python 3.12 on, its own reader of tokens ends at the bracket that is one too many.
    return ("its brackets are nested too deeply to be read", line) if len(levels) > _BRACKETS else None
