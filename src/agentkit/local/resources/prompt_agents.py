"""Finds the agents that responses are asked of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.errors import ApiError
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import AGENT_VERSIONS, AGENTS

__all__ = ["agent_definition"]


def agent_definition(tx: Transaction, name: str, version: str | None = None) -> Mapping[str, Any]:
    """A version of an agent: its ``name``, its ``version`` and its ``definition``, of whatever kind.

    :param version: Which version; None is the latest.
    :raises ApiError: 404, there is no such agent or version; the message says what there is.
    """
    versions = {str(one["version"]): one for one in tx.select(AGENT_VERSIONS, "name = ?", name)}
    if not versions:
        raise _not_found(_no_agent(tx, name))
    found = versions.get(version) if version else next(reversed(versions.values()))
    if found is None:
        raise _not_found(f"The agent '{name}' has no version '{version}'; it has {', '.join(map(repr, versions))}.")
    return _shown(found)


def _shown(version: Document) -> Mapping[str, Any]:
    return {"name": version["name"], "version": str(version["version"]), "definition": version["definition"]}


def _no_agent(tx: Transaction, name: str) -> str:
    if tx.get(AGENTS, name) is not None:
        return (
            f"'{name}' is the id of an agent that works on threads. A response is asked of an agent with versions, by its name: make one "
            "with agents.create_version()."
        )
    return f"No agent found with the name '{name}'. Make one with agents.create_version(); agents.list() gives those that there are."


def _not_found(message: str) -> ApiError:
    return ApiError(404, message, code="NotFound", param="agent")
