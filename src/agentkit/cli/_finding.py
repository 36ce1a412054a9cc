"""Finds what a command line names, and the names of what a message cites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._citations import cited_files, message_files

if TYPE_CHECKING:
    from .. import AIProjectClient
    from ..models import Agent

__all__ = ["find_agent", "source_names"]


def find_agent(client: AIProjectClient, text: str) -> Agent:
    """The agent of an id or a name.

    :raises ValueError: none or several have this name.
    """
    if text.startswith("asst_"):
        return client.agents.get_agent(text)
    found = [agent for agent in client.agents.list_agents(limit=100).auto_paging_iter() if agent.name == text]
    if len(found) > 1:
        raise ValueError(
            f"{len(found)} agents are named '{text}': give the id of one, {', '.join(agent.id for agent in found)}"
        )
    if not found:
        raise ValueError(f"no agent is named '{text}': 'agentkit agents list' shows those that there are")
    return found[0]


def source_names(client: AIProjectClient, message: Any) -> list[str]:
    """The names of the files that a message cites, without those that it gives out itself; a file that is gone keeps its id."""
    made = {file_id for file_id, _ in message_files(message)}
    return [_name(client, file_id) for file_id in cited_files(message) if file_id not in made]


def _name(client: AIProjectClient, file_id: str) -> str:
    from ..exceptions import ResourceNotFoundError

    try:
        return client.agents.get_file(file_id).filename or file_id
    except ResourceNotFoundError:
        return file_id
