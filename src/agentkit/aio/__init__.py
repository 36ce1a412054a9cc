"""The client and its operations; loaded when a name is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._agents_client import AgentsClient
    from ._client import AIProjectClient
    from ._pages import AsyncItemPaged

__all__ = ["AIProjectClient", "AgentsClient", "AsyncItemPaged"]

_HOMES = {
    "AIProjectClient": "._client",
    "AgentsClient": "._agents_client",
    "AsyncItemPaged": "._pages",
    "operations": ".operations",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        home = import_module(_HOMES[name], __name__)
        value = home if name == "operations" else getattr(home, name)
        globals()[name] = value
        return value
    from .._suggest import unknown_attribute

    raise unknown_attribute(f"module {__name__!r}", name, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
