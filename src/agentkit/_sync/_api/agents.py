# Derived by `python -m codegen` from src/agentkit/aio/_api/agents.py; change that and run it again.
"""Agents: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from ..._generated import requests
from ..._types import UNSET
from .._memory import Memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder
    from ..._generated.models.agents import Agent, AgentDeletionStatus, OpenAIPageableListOfAgent
    from ..._generated.models.tools import AgentsApiResponseFormatOption, ToolDefinition, ToolResources
    from ..._types import Body, CallOptions, ToolSource

__all__ = ["AgentsCalls"]


class AgentsCalls(Memory):
    """Agents."""

    def list_agents(
        self,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIPageableListOfAgent:
        """List agents.

        Answers one page, newest first unless `order` says otherwise; pass its `last_id` as `after` for the next.

        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIPageableListOfAgent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        settings = self._settings("list_agents", options)
        request = requests.list_agents(limit=limit, order=order, after=after, before=before)
        return self._page(self._pipeline.send(request, settings), request, settings)

    @overload
    def create_agent(
        self,
        *,
        model: str,
        name: str | None = ...,
        description: str | None = ...,
        instructions: str | None = ...,
        tools: Sequence[ToolDefinition] | None = ...,
        tool_resources: ToolResources | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = ...,
        metadata: dict[str, str] | None = ...,
        toolset: ToolSource | None = ...,
        **options: Unpack[CallOptions],
    ) -> Agent: ...

    @overload
    def create_agent(self, body: Body, **options: Unpack[CallOptions]) -> Agent: ...

    def create_agent(
        self,
        body: Body = UNSET,
        *,
        model: str = UNSET,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        **options: Unpack[CallOptions],
    ) -> Agent:
        """Create an agent.

        Stores a model with its instructions and tools, for runs on any thread.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword model: Model or deployment that answers.
        :keyword name: Name of the agent, at most 256 characters; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword instructions: System instructions, at most 256,000 characters; null for none.
        :keyword tools: Tools that the agent may use, at most 128; null for none.
        :keyword tool_resources: Files, vector stores and indexes of those tools; null for none.
        :keyword temperature: Sampling temperature, 0 (steady) to 2 (varied); null for the default.
        :keyword top_p: Share of the probability mass that sampling considers, 0 to 1; null for the default.
        :keyword response_format: Shape of the answers; null for the default.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword toolset: gives tools and tool_resources together: a tool or a set of tools.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_agent", options)
        return self._agent_made(
            self._pipeline.send(
                requests.create_agent(
                    body,
                    model=model,
                    name=name,
                    description=description,
                    instructions=instructions,
                    tools=tools,
                    tool_resources=tool_resources,
                    temperature=temperature,
                    top_p=top_p,
                    response_format=response_format,
                    metadata=metadata,
                    toolset=toolset,
                ),
                settings,
            ),
            toolset,
        )

    def get_agent(self, agent_id: str = UNSET, *, assistant_id: str = UNSET, **options: Unpack[CallOptions]) -> Agent:
        """Get an agent.

        Fails with 404 when no agent has this id.

        :param agent_id: Id of the agent.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get_agent", options)
        return self._pipeline.send(requests.get_agent(agent_id, assistant_id=assistant_id), settings)

    @overload
    def update_agent(
        self,
        agent_id: str = ...,
        *,
        assistant_id: str = ...,
        model: str | None = ...,
        name: str | None = ...,
        description: str | None = ...,
        instructions: str | None = ...,
        tools: Sequence[ToolDefinition] | None = ...,
        tool_resources: ToolResources | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = ...,
        metadata: dict[str, str] | None = ...,
        toolset: ToolSource | None = ...,
        **options: Unpack[CallOptions],
    ) -> Agent: ...

    @overload
    def update_agent(
        self, agent_id: str = ..., *, body: Body, assistant_id: str = ..., **options: Unpack[CallOptions]
    ) -> Agent: ...

    def update_agent(
        self,
        agent_id: str = UNSET,
        body: Body = UNSET,
        *,
        assistant_id: str = UNSET,
        model: str | None = None,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        **options: Unpack[CallOptions],
    ) -> Agent:
        """Change an agent.

        Fields that are left out keep their value; a list or mapping that is given replaces the old one. Runs already
        under way keep what they started with.

        :param agent_id: Id of the agent.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword model: New model or deployment; null keeps it.
        :keyword name: New name, at most 256 characters; null keeps it.
        :keyword description: New description, at most 512 characters; null keeps it.
        :keyword instructions: New system instructions, at most 256,000 characters; null keeps them.
        :keyword tools: New tools, at most 128, in place of all the old ones; null keeps them.
        :keyword tool_resources: New tool data, in place of the old; null keeps it.
        :keyword temperature: New sampling temperature, 0 to 2; null keeps it.
        :keyword top_p: New share of the probability mass, 0 to 1; null keeps it.
        :keyword response_format: New shape of the answers; null keeps it.
        :keyword metadata: New notes, in place of the old, of at most 16 pairs; null keeps them.
        :keyword toolset: gives tools and tool_resources together: a tool or a set of tools.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("update_agent", options)
        return self._agent_made(
            self._pipeline.send(
                requests.update_agent(
                    agent_id,
                    body,
                    assistant_id=assistant_id,
                    model=model,
                    name=name,
                    description=description,
                    instructions=instructions,
                    tools=tools,
                    tool_resources=tool_resources,
                    temperature=temperature,
                    top_p=top_p,
                    response_format=response_format,
                    metadata=metadata,
                    toolset=toolset,
                ),
                settings,
            ),
            toolset,
        )

    def delete_agent(
        self, agent_id: str = UNSET, *, assistant_id: str = UNSET, **options: Unpack[CallOptions]
    ) -> AgentDeletionStatus:
        """Delete an agent.

        Threads on which it ran stay, with their messages; so do its files and vector stores.

        :param agent_id: Id of the agent.
        :keyword assistant_id: the earlier name of ``agent_id``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentDeletionStatus
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("delete_agent", options)
        return self._agent_gone(self._pipeline.send(requests.delete_agent(agent_id, assistant_id=assistant_id), settings))
