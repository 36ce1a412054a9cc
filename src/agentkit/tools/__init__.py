"""The tools that an agent can be given. A tool is loaded, with the module that holds it, when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._core.functions import FunctionOutcome
    from ._base import Tool
    from ._connections import AzureAISearchTool, BingCustomSearchTool, BingGroundingTool, FabricTool, SharepointTool
    from ._functions import AsyncFunctionTool, FunctionTool
    from ._gate import Refuse
    from ._remote import AzureFunctionTool, ConnectedAgentTool, OpenApiTool
    from ._service import CodeInterpreterTool, FileSearchTool
    from ._toolset import AsyncToolSet, ToolSet

__all__ = [
    "AsyncFunctionTool",
    "AsyncToolSet",
    "AzureAISearchTool",
    "AzureFunctionTool",
    "BingCustomSearchTool",
    "BingGroundingTool",
    "CodeInterpreterTool",
    "ConnectedAgentTool",
    "FabricTool",
    "FileSearchTool",
    "FunctionOutcome",
    "FunctionTool",
    "OpenApiTool",
    "Refuse",
    "SharepointTool",
    "Tool",
    "ToolSet",
]

_MODULES = {
    "AsyncFunctionTool": "._functions",
    "AsyncToolSet": "._toolset",
    "AzureAISearchTool": "._connections",
    "AzureFunctionTool": "._remote",
    "BingCustomSearchTool": "._connections",
    "BingGroundingTool": "._connections",
    "CodeInterpreterTool": "._service",
    "ConnectedAgentTool": "._remote",
    "FabricTool": "._connections",
    "FileSearchTool": "._service",
    "FunctionOutcome": ".._core.functions",
    "FunctionTool": "._functions",
    "OpenApiTool": "._remote",
    "Refuse": "._gate",
    "SharepointTool": "._connections",
    "Tool": "._base",
    "ToolSet": "._toolset",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        from .._suggest import unknown_attribute

        raise unknown_attribute(f"module {__name__!r}", name, __all__)
    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
