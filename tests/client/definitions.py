"""Definitions of agents with versions, and what a service says of a version, for the tests of both clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.models import AgentProtocol, ImageBasedHostedAgentDefinition, PromptAgentDefinition, ProtocolVersionRecord

__all__ = ["PROMPT", "VERSION", "hosted"]

VERSION: Mapping[str, Any] = {
    "object": "agent.version",
    "id": "a:1",
    "name": "a",
    "version": "1",
    "created_at": 1,
    "metadata": {},
    "definition": {"kind": "hosted"},
}
"""A body that is a good answer to every call about one version."""


def hosted(**changes: Any) -> ImageBasedHostedAgentDefinition:
    """A good definition of a hosted agent, but for what is changed."""
    values: dict[str, Any] = {
        "container_protocol_versions": [ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version="v1")],
        "image": "registry.example/agents/helper:1.2",
        "cpu": "1",
        "memory": "2Gi",
        **changes,
    }
    return ImageBasedHostedAgentDefinition(**values)


PROMPT = PromptAgentDefinition(model="gpt-4o-mini", instructions="Be brief.")
