"""Models and enums of agents with versions, under the names that azure-ai-projects 2.0.0b3 gives them.

Some of these names belong to classic agents in ``agentkit.models``: ``FunctionTool`` is a tool that runs functions there, and the
description of a function here. Everything else stands in both modules. A name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._generated.index import MODULES

if TYPE_CHECKING:
    from .._generated.enums import AgentKind as AgentKind
    from .._generated.enums import AgentProtocol as AgentProtocol
    from .._generated.enums import AgentVersionStatus as AgentVersionStatus
    from .._generated.enums import AzureAISearchQueryType as AzureAISearchQueryType
    from .._generated.enums import ReasoningEffort as ReasoningEffort
    from .._generated.enums import ToolType as ToolType
    from .._generated.models.hosted import *  # noqa: F403
    from .._generated.models.hosted import (
        AgentTool,
        AISearchIndexAgentResource,
        AzureAISearchAgentToolResource,
        AzureFunctionAgentBinding,
        AzureFunctionAgentDefinition,
        AzureFunctionAgentStorageQueue,
        BingGroundingSearchAgentConfiguration,
        BingGroundingSearchAgentToolParameters,
        CodeInterpreterAgentTool,
        FileSearchAgentTool,
        FunctionAgentTool,
        OpenApiAgentAnonymousAuthDetails,
        OpenApiAgentAuthDetails,
        OpenApiAgentFunctionDefinition,
        OpenApiAgentManagedAuthDetails,
        OpenApiAgentManagedSecurityScheme,
    )

    # For type checkers; the table below is what counts.
    AISearchIndexResource = AISearchIndexAgentResource
    AzureAISearchToolResource = AzureAISearchAgentToolResource
    AzureFunctionBinding = AzureFunctionAgentBinding
    AzureFunctionDefinition = AzureFunctionAgentDefinition
    AzureFunctionStorageQueue = AzureFunctionAgentStorageQueue
    BingGroundingSearchConfiguration = BingGroundingSearchAgentConfiguration
    BingGroundingSearchToolParameters = BingGroundingSearchAgentToolParameters
    CodeInterpreterTool = CodeInterpreterAgentTool
    FileSearchTool = FileSearchAgentTool
    FunctionTool = FunctionAgentTool
    OpenApiAnonymousAuthDetails = OpenApiAgentAnonymousAuthDetails
    OpenApiAuthDetails = OpenApiAgentAuthDetails
    OpenApiFunctionDefinition = OpenApiAgentFunctionDefinition
    OpenApiManagedAuthDetails = OpenApiAgentManagedAuthDetails
    OpenApiManagedSecurityScheme = OpenApiAgentManagedSecurityScheme
    Tool = AgentTool

_ENUMS = ("AgentKind", "AgentProtocol", "AgentVersionStatus", "AzureAISearchQueryType", "ReasoningEffort", "ToolType")

_RENAMED = {
    "AISearchIndexResource": "AISearchIndexAgentResource",
    "AzureAISearchToolResource": "AzureAISearchAgentToolResource",
    "AzureFunctionBinding": "AzureFunctionAgentBinding",
    "AzureFunctionDefinition": "AzureFunctionAgentDefinition",
    "AzureFunctionStorageQueue": "AzureFunctionAgentStorageQueue",
    "BingGroundingSearchConfiguration": "BingGroundingSearchAgentConfiguration",
    "BingGroundingSearchToolParameters": "BingGroundingSearchAgentToolParameters",
    "CodeInterpreterTool": "CodeInterpreterAgentTool",
    "FileSearchTool": "FileSearchAgentTool",
    "FunctionTool": "FunctionAgentTool",
    "OpenApiAnonymousAuthDetails": "OpenApiAgentAnonymousAuthDetails",
    "OpenApiAuthDetails": "OpenApiAgentAuthDetails",
    "OpenApiFunctionDefinition": "OpenApiAgentFunctionDefinition",
    "OpenApiManagedAuthDetails": "OpenApiAgentManagedAuthDetails",
    "OpenApiManagedSecurityScheme": "OpenApiAgentManagedSecurityScheme",
    "Tool": "AgentTool",
}
"""Names that mean something else in ``agentkit.models``, and what stands for them there."""

_NAMES = (*_ENUMS, *(name for name, module in MODULES.items() if module == "hosted"), *_RENAMED)

if not TYPE_CHECKING:  # type checkers know the names from above, and are to report any other
    __all__ = sorted(_NAMES)

    def __getattr__(name: str) -> Any:
        if name in _ENUMS:
            home = "agentkit._generated.enums"
        elif name in _NAMES:
            home = "agentkit._generated.models.hosted"
        else:
            from .._suggest import unknown_attribute

            raise unknown_attribute(f"module {__name__!r}", name, _NAMES)
        value = getattr(import_module(home), _RENAMED.get(name, name))
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
