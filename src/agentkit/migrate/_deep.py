"""Room for deep recursion: long chains of operators are trees as deep as they are long, and a parser goes down them call by call."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import tokenize
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["brackets_too_deep", "with_deep_stack"]

T = TypeVar("T")

_STACK = 256 << 20
_CALLS = 20_000
# What Python itself takes; a deeper nesting is no Python.
_BRACKETS = 200

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


def brackets_too_deep(text: str) -> bool:
    """Whether brackets are nested deeper than Python takes, which the parser in use does not survive."""
    if max(text.count(opening) for opening in "([{") <= _BRACKETS // 3:
        return False
    depth = deepest = 0
    # Where the text cannot be taken apart, the parser says what is wrong, and where.
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
                deepest = max(deepest, depth)
    return deepest > _BRACKETS
