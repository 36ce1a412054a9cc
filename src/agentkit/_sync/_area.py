# Derived by `python -m codegen` from src/agentkit/aio/_area.py; change that and run it again.
"""What the areas of the azure-ai-agents 1.x surface share: each stands in front of the operations, and has no rule of its own."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from .._core.options import CALL_KEYWORDS, REPLACED_KEYWORDS
from .._request import Request, tools_of
from .._suggest import unknown_attribute, unknown_keyword
from .._types import UNSET, ToolOptions, ToolSource
from ._pages import ItemPaged

if TYPE_CHECKING:
    from .operations import AgentsOperations

__all__ = ["Area"]

O = TypeVar("O", bound=Mapping[str, Any])  # noqa: E741
V = TypeVar("V")

_KNOWN = CALL_KEYWORDS | frozenset(ToolOptions.__annotations__)


class Area:
    """Methods that are operations under another name. A client makes it; it is not made by hand."""

    _area: ClassVar[str] = ""
    _agents: AgentsOperations

    def __init__(self, agents: AgentsOperations) -> None:
        self._agents = agents

    @property
    def _overloaded(self) -> Any:
        """The operations, for a call that hands on whichever form of them was used."""
        return self._agents

    def _name(self, method: str) -> str:
        """A method as callers write it."""
        return f"{self._area}.{method}" if self._area else method

    def _checked(self, method: str, options: O) -> O:
        """The keywords of a call that its operation is to take, checked here by the names that they have here.

        :raises TypeError: a keyword is unknown.
        """
        for name in options:
            # What no call takes, but can be done otherwise, the operation tells.
            if name not in _KNOWN | REPLACED_KEYWORDS:
                parameters = signature(getattr(self, method)).parameters.values()
                own = [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]
                raise unknown_keyword(self._name(method), name, {*own, *_KNOWN} - {"self"})
        return options

    def _with_text_outputs(self, method: str, options: O) -> O:
        """The keywords of a call that runs functions whose values are sent as ``str()`` writes them, unless it says otherwise."""
        return cast("O", {"tool_output": "str", **self._checked(method, options)})

    def _either(self, method: str, usual: V, **names: V) -> V:
        """The value of a keyword that has several names: what was given under whichever of them.

        :param usual: its value where none was given.
        :raises TypeError: two of them were given, and differ.
        """
        (current, value), *others = names.items()
        for other, given in others:
            if given is UNSET:
                continue
            if value not in (usual, given):
                raise TypeError(
                    f"{self._name(method)}() got {current}={value!r} and {other}={given!r}: {other!r} is another name of "
                    f"{current!r}, so give only one of them"
                )
            value = given
        return value

    def _resources(self, method: str, toolset: ToolSource | None, given: Any) -> Any:
        """What the tools of a run work with: what was given, else what the toolset has."""
        if given is not None or toolset is None:
            return given
        return tools_of(self._name(method), toolset)["tool_resources"]

    def _listed(self, method: str, request: Request[Any], options: Mapping[str, Any]) -> ItemPaged[Any]:
        """All items of a list.

        :raises TypeError: a keyword is unknown, or asks for the bytes of one response.
        """
        settings = self._agents._settings(request.operation, self._checked(method, options))
        if settings.stream:
            raise TypeError(
                f"{self._name(method)}() does not take stream=: it gives items, and requests several pages for them"
            )
        return ItemPaged(self._agents._pipeline, request, settings)

    if not TYPE_CHECKING:  # a type checker is to report an unknown method itself

        def __getattr__(self, name: str) -> Any:
            known = [known for known in dir(type(self)) if not known.startswith("_")]
            raise unknown_attribute(f"{type(self).__name__!r} object", name, known)
