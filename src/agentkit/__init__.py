"""A client for agent services, sync here and async under :mod:`agentkit.aio`, with an embedded local service.

    from agentkit import AIProjectClient

    with AIProjectClient.from_env() as client:
        agent = client.agents.create_agent(model="gpt-4o-mini", name="helper", instructions="You help.")

Importing this package loads nothing but the standard library; a name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import aio, exceptions, models, operations
    from . import prompts as prompts
    from . import telemetry as telemetry
    from ._core.run_retry import RunRetry
    from ._sync._agents_client import AgentsClient
    from ._sync._client import AIProjectClient
    from ._sync._pages import ItemPaged
    from .tools import Refuse

__all__ = [
    "AIProjectClient",
    "AgentsClient",
    "ItemPaged",
    "Refuse",
    "RunRetry",
    "__version__",
    "aio",
    "exceptions",
    "models",
    "operations",
]

_MODULES = frozenset({"aio", "exceptions", "models", "operations", "prompts", "telemetry"})
_HOMES = {
    "AIProjectClient": "._sync._client",
    "AgentsClient": "._sync._agents_client",
    "ItemPaged": "._sync._pages",
    "Refuse": ".tools",
    "RunRetry": "._core.run_retry",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name.startswith("_"):  # asked by Python itself, before it imports a module of the name
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ._suggest import unknown_attribute

    raise unknown_attribute(f"module {__name__!r}", name, __all__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
