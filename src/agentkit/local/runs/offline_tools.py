"""The tools whose work is done in a cloud, which a service on this machine has not: it says so. Pure."""

from __future__ import annotations

from agentkit.local.models.base import ToolCall
from agentkit.local.runs.outcomes import CallOutcome, refusal

__all__ = ["not_available"]

_WORK = {
    "azure_ai_search": "Azure AI Search indexes",
    "azure_function": "Azure Functions",
    "bing_custom_search": "web search through Bing Custom Search",
    "bing_grounding": "web search through Bing",
    "fabric_dataagent": "Microsoft Fabric data agents",
    "sharepoint_grounding": "SharePoint sites",
}


def not_available(call: ToolCall) -> CallOutcome:
    """What a model is told that calls a tool which works in a cloud, or one that this service does not know."""
    if call.kind in _WORK:
        return refusal(
            f"The tool '{call.kind}' is not available offline: {_WORK[call.kind]} cannot be reached from this local service, so "
            "nothing was looked up or done."
        )
    return refusal(
        f"The tool '{call.kind}' is not available offline: this local service does not know it, so nothing was done."
    )
