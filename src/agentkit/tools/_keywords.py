"""What is said of a keyword that a tool does not take: which was meant, or which other class of that name takes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeVar

from .._suggest import unknown_keyword

__all__ = ["telling_of_later_forms"]

S = TypeVar("S")
P = ParamSpec("P")

# Tools that azure-ai-projects 2.x describes by models of the same names.
_LATER = {
    "CodeInterpreterTool": "CodeInterpreterAgentTool",
    "FileSearchTool": "FileSearchAgentTool",
    "FunctionTool": "FunctionAgentTool",
}


def telling_of_later_forms(init: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """An ``__init__`` that tells of a keyword which it does not take where that keyword belongs.

    :param init: the ``__init__`` of a tool whose name means something else in ``agentkit.models.hosted``.
    :return: the same, which raises TypeError with that hint.
    """
    known = tuple(signature(init).parameters)[1:]
    tool = init.__qualname__.partition(".")[0].removeprefix("Base")

    @wraps(init)
    def made(self: S, /, *args: P.args, **keywords: P.kwargs) -> None:
        for keyword in keywords:
            if keyword not in known:
                raise _unknown(type(self).__name__, tool, keyword, known)
        init(self, *args, **keywords)

    return made


def _unknown(called: str, tool: str, keyword: str, known: tuple[str, ...]) -> TypeError:
    later: Any = getattr(import_module("agentkit._generated.models.hosted"), _LATER[tool])
    if keyword not in later.__fields_by_keyword__:
        return unknown_keyword(called, keyword, known)
    return TypeError(
        f"{called}() got an unexpected keyword argument {keyword!r}. This {tool}, of agentkit.models, takes {', '.join(known)} and is for "
        f"agents that run on threads; the one that takes {keyword}=, as in azure-ai-projects 2.x, is for agents with versions: from "
        f"agentkit.models.hosted import {tool}"
    )
