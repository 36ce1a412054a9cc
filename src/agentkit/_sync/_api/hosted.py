# Derived by `python -m codegen` from src/agentkit/aio/_api/hosted.py; change that and run it again.
"""Agents with versions: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from ..._generated import requests
from ..._types import UNSET
from .._named_agents import NamedAgents
from .._pages import ItemPaged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from ..._generated.enums import AgentKind
    from ..._generated.models.hosted import (
        AgentDefinition,
        AgentDetails,
        AgentVersionDetails,
        DeleteAgentResponse,
        DeleteAgentVersionResponse,
    )
    from ..._types import Body, CallOptions

__all__ = ["HostedCalls"]


class HostedCalls(NamedAgents):
    """Agents with versions."""

    def list(
        self,
        *,
        kind: str | AgentKind | None = None,
        limit: int | None = None,
        order: str | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[AgentDetails]:
        """List agents by name.

        Each agent comes with its newest version.

        :keyword kind: Only agents of this sort; all unless given.
        :keyword limit: Most entries on a page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.AgentDetails]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        settings = self._settings("list", options)
        return ItemPaged(
            self._pipeline,
            self._by_name(requests.list_versioned_agents(kind=kind, limit=limit, order=order, after=after, before=before)),
            settings,
        )

    @overload
    def create(
        self,
        *,
        name: str,
        definition: Mapping[str, Any] | AgentDefinition,
        metadata: dict[str, str] | None = ...,
        description: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentDetails: ...

    @overload
    def create(self, body: Body, **options: Unpack[CallOptions]) -> AgentDetails: ...

    def create(
        self,
        body: Body = UNSET,
        *,
        name: str = UNSET,
        definition: Mapping[str, Any] | AgentDefinition = UNSET,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentDetails:
        """Create an agent with its first version.

        Fails with 409 when there is an agent of that name.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword name: Name of the agent: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.
        :keyword definition: What the version consists of: a definition of any kind, or a mapping by wire names.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create", options)
        return self._pipeline.send(
            self._by_name(
                requests.create_versioned_agent(
                    body, name=name, definition=definition, metadata=metadata, description=description
                )
            ),
            settings,
        )

    @overload
    def create_from_manifest(
        self,
        *,
        name: str,
        manifest_id: str,
        parameter_values: dict[str, Any],
        metadata: dict[str, str] | None = ...,
        description: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentDetails: ...

    @overload
    def create_from_manifest(self, body: Body, **options: Unpack[CallOptions]) -> AgentDetails: ...

    def create_from_manifest(
        self,
        body: Body = UNSET,
        *,
        name: str = UNSET,
        manifest_id: str = UNSET,
        parameter_values: dict[str, Any] = UNSET,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentDetails:
        """Create an agent from a manifest.

        The service makes the definition of the first version from a manifest that it knows.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword name: Name of the agent: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.
        :keyword manifest_id: Id of the manifest.
        :keyword parameter_values: Values for the parameters that the manifest has, by name.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_from_manifest", options)
        return self._pipeline.send(
            self._by_name(
                requests.create_versioned_agent_from_manifest(
                    body,
                    name=name,
                    manifest_id=manifest_id,
                    parameter_values=parameter_values,
                    metadata=metadata,
                    description=description,
                )
            ),
            settings,
        )

    def get(self, agent_name: str, **options: Unpack[CallOptions]) -> AgentDetails:
        """Get an agent by its name.

        Fails with 404 when no agent has this name.

        :param agent_name: Name of the agent.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get", options)
        return self._pipeline.send(self._by_name(requests.get_versioned_agent(agent_name)), settings)

    @overload
    def update(
        self,
        agent_name: str,
        *,
        definition: Mapping[str, Any] | AgentDefinition,
        metadata: dict[str, str] | None = ...,
        description: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentDetails: ...

    @overload
    def update(self, agent_name: str, body: Body, **options: Unpack[CallOptions]) -> AgentDetails: ...

    def update(
        self,
        agent_name: str,
        body: Body = UNSET,
        *,
        definition: Mapping[str, Any] | AgentDefinition = UNSET,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentDetails:
        """Change an agent.

        A definition that differs from that of the newest version becomes a new version; the versions before stay. One
        that is the same makes none.

        :param agent_name: Name of the agent.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword definition: What the version consists of: a definition of any kind, or a mapping by wire names.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("update", options)
        return self._pipeline.send(
            self._by_name(
                requests.update_versioned_agent(
                    agent_name, body, definition=definition, metadata=metadata, description=description
                )
            ),
            settings,
        )

    def delete(self, agent_name: str, **options: Unpack[CallOptions]) -> DeleteAgentResponse:
        """Delete an agent with all its versions.

        Fails with 404 when no agent has this name.

        :param agent_name: Name of the agent.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.DeleteAgentResponse
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("delete", options)
        return self._pipeline.send(self._by_name(requests.delete_versioned_agent(agent_name)), settings)

    @overload
    def update_from_manifest(
        self,
        agent_name: str,
        *,
        manifest_id: str,
        parameter_values: dict[str, Any],
        metadata: dict[str, str] | None = ...,
        description: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentDetails: ...

    @overload
    def update_from_manifest(self, agent_name: str, body: Body, **options: Unpack[CallOptions]) -> AgentDetails: ...

    def update_from_manifest(
        self,
        agent_name: str,
        body: Body = UNSET,
        *,
        manifest_id: str = UNSET,
        parameter_values: dict[str, Any] = UNSET,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentDetails:
        """Change an agent by a manifest.

        What the service makes of the manifest becomes a new version of the agent.

        :param agent_name: Name of the agent.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword manifest_id: Id of the manifest.
        :keyword parameter_values: Values for the parameters that the manifest has, by name.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("update_from_manifest", options)
        return self._pipeline.send(
            self._by_name(
                requests.update_versioned_agent_from_manifest(
                    agent_name,
                    body,
                    manifest_id=manifest_id,
                    parameter_values=parameter_values,
                    metadata=metadata,
                    description=description,
                )
            ),
            settings,
        )

    def list_versions(
        self,
        agent_name: str,
        *,
        limit: int | None = None,
        order: str | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[AgentVersionDetails]:
        """List the versions of an agent.

        Fails with 404 when no agent has this name.

        :param agent_name: Name of the agent.
        :keyword limit: Most entries on a page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.AgentVersionDetails]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("list_versions", options)
        return ItemPaged(
            self._pipeline,
            self._by_name(requests.list_agent_versions(agent_name, limit=limit, order=order, after=after, before=before)),
            settings,
        )

    @overload
    def create_version(
        self,
        agent_name: str,
        *,
        definition: Mapping[str, Any] | AgentDefinition,
        metadata: dict[str, str] | None = ...,
        description: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentVersionDetails: ...

    @overload
    def create_version(self, agent_name: str, body: Body, **options: Unpack[CallOptions]) -> AgentVersionDetails: ...

    def create_version(
        self,
        agent_name: str,
        body: Body = UNSET,
        *,
        definition: Mapping[str, Any] | AgentDefinition = UNSET,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentVersionDetails:
        """Create a version of an agent.

        The agent itself is made where there is none of this name. A hosted agent is deployed after the answer: its
        state goes from creating to active or failed.

        :param agent_name: Name of the agent.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword definition: What the version consists of: a definition of any kind, or a mapping by wire names.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentVersionDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_version", options)
        return self._pipeline.send(
            self._by_name(
                requests.create_agent_version(
                    agent_name, body, definition=definition, metadata=metadata, description=description
                )
            ),
            settings,
        )

    @overload
    def create_version_from_manifest(
        self,
        agent_name: str,
        *,
        manifest_id: str,
        parameter_values: dict[str, Any],
        metadata: dict[str, str] | None = ...,
        description: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentVersionDetails: ...

    @overload
    def create_version_from_manifest(
        self, agent_name: str, body: Body, **options: Unpack[CallOptions]
    ) -> AgentVersionDetails: ...

    def create_version_from_manifest(
        self,
        agent_name: str,
        body: Body = UNSET,
        *,
        manifest_id: str = UNSET,
        parameter_values: dict[str, Any] = UNSET,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentVersionDetails:
        """Create a version of an agent from a manifest.

        The agent itself is made where there is none of this name.

        :param agent_name: Name of the agent.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword manifest_id: Id of the manifest.
        :keyword parameter_values: Values for the parameters that the manifest has, by name.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword description: What the agent is for, at most 512 characters; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentVersionDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_version_from_manifest", options)
        return self._pipeline.send(
            self._by_name(
                requests.create_agent_version_from_manifest(
                    agent_name,
                    body,
                    manifest_id=manifest_id,
                    parameter_values=parameter_values,
                    metadata=metadata,
                    description=description,
                )
            ),
            settings,
        )

    def get_version(
        self, agent_name: str, agent_version: str = UNSET, *, version: str = UNSET, **options: Unpack[CallOptions]
    ) -> AgentVersionDetails:
        """Get a version of an agent.

        Fails with 404 when the agent has no such version.

        :param agent_name: Name of the agent.
        :param agent_version: Number of the version, as text.
        :keyword version: the earlier name of ``agent_version``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentVersionDetails
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get_version", options)
        return self._pipeline.send(
            self._by_name(requests.get_agent_version(agent_name, agent_version, version=version)), settings
        )

    def delete_version(
        self, agent_name: str, agent_version: str = UNSET, *, version: str = UNSET, **options: Unpack[CallOptions]
    ) -> DeleteAgentVersionResponse:
        """Delete a version of an agent.

        The agent itself goes with its last version.

        :param agent_name: Name of the agent.
        :param agent_version: Number of the version, as text.
        :keyword version: the earlier name of ``agent_version``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.DeleteAgentVersionResponse
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("delete_version", options)
        return self._pipeline.send(
            self._by_name(requests.delete_agent_version(agent_name, agent_version, version=version)), settings
        )
