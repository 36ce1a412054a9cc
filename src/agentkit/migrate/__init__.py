"""Moves scripts from the older packages to agentkit: ``agentkit migrate FILE|FOLDER...``.

Imports and dotted names of ``azure.ai.projects`` (1.0.0b1 to b10) and ``azure.ai.agents`` (1.x) become those of agentkit. Classes,
methods and keywords keep the names that a script has: all of them work. One call gives something else than in the last betas, and loops
over it are written anew (``_calls.py``). It needs libcst, which comes with the extra ``migrate``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._reading import Finding as Finding
    from ._rewriting import Rewritten as Rewritten
    from ._rewriting import rewrite as rewrite

__all__ = ["Finding", "Rewritten", "rewrite"]

_HOMES = {"Finding": "._reading", "Rewritten": "._rewriting", "rewrite": "._rewriting"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    from .._suggest import unknown_attribute

    raise unknown_attribute(f"module {__name__!r}", name, __all__)
