# Derived by `python -m codegen` from src/agentkit/aio/_client.py; change that and run it again.
"""The client: one endpoint, one credential, and the operations on it."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._core.endpoint import Endpoint, hub_project
from .._setup import (
    endpoint_from_parts,
    parse_connection_string,
)
from .._types import Credential
from ._base import Client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openai import OpenAI, Timeout
    from typing_extensions import Self, Unpack

    from .._types import ClientOptions
    from .operations import (
        AgentsOperations,
        ConnectionsOperations,
        EvaluationsOperations,
        InferenceOperations,
        TelemetryOperations,
    )

__all__ = ["AIProjectClient"]


class AIProjectClient(Client):
    """A client of one project, resource or local service.

    :param endpoint: the service's URL; its form tells the kind of service.
    :param subscription_id: of a hub project, with the next two.
    :param resource_group_name: of a hub project.
    :param project_name: of a hub project.
    :param credential: a key as text, an AzureKeyCredential, or a token credential.
    :keyword options: what every call accepts, as this client's defaults, and ``api_version``, ``credential_scopes``, ``proxies``,
        ``connection_verify``, ``connection_cert``; see :class:`~agentkit._types.ClientOptions`.
    :raises ValueError: a part is missing or malformed, or the endpoint is of no known kind.
    :raises TypeError: a keyword is unknown, or the credential is none.
    """

    agents: AgentsOperations

    def __init__(
        self,
        endpoint: str,
        subscription_id: str | Credential | None = None,
        resource_group_name: str | None = None,
        project_name: str | None = None,
        credential: Credential | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        where, who = endpoint_from_parts(endpoint, subscription_id, resource_group_name, project_name, credential)
        self._set_up(where, who, options)

    @classmethod
    def from_connection_string(cls, conn_str: str, credential: Credential, **options: Unpack[ClientOptions]) -> Self:
        """A client of the hub project that a connection string names.

        :param conn_str: ``<host>;<subscription id>;<resource group name>;<project name>``; the host of a local service is written
            ``http://127.0.0.1:PORT``.
        :param credential: a key as text, an AzureKeyCredential, or a token credential.
        :keyword options: as of the constructor.
        :raises ValueError: the string does not have four parts, or one of them is malformed.
        """
        parts = parse_connection_string(conn_str)
        where = hub_project(parts.endpoint, parts.subscription_id, parts.resource_group_name, parts.project_name)
        return cls._made(where, credential, options)

    @cached_property
    def connections(self) -> ConnectionsOperations:
        """What the project is connected to. A hub project, a Foundry project and a local service have connections."""
        from .operations import ConnectionsOperations

        return ConnectionsOperations(self._pipeline)

    @cached_property
    def inference(self) -> InferenceOperations:
        """Clients of other packages for the models that the project is connected to."""
        from .operations import InferenceOperations

        return InferenceOperations(self._pipeline, self.connections)

    @cached_property
    def telemetry(self) -> TelemetryOperations:
        """Traces of what clients do, and where the project keeps its traces."""
        from .operations import TelemetryOperations

        return TelemetryOperations(self._pipeline)

    @property
    def scope(self) -> dict[str, str | None]:
        """The ``subscription_id``, ``resource_group_name`` and ``project_name`` of the project.

        What the endpoint does not tell is None: a Foundry project has its name alone, other services have none of the three.
        """
        where = self._pipeline.endpoint
        return {
            "subscription_id": where.subscription_id,
            "resource_group_name": where.resource_group_name,
            "project_name": where.project_name,
        }

    def upload_file(self, file_path: str | os.PathLike[str]) -> tuple[str, str]:
        """Upload a file to the project, for evaluations; ``client.agents.upload_file`` gives a file to agents.

        A hub project takes it by the package azure-ai-ml, a local service among its files. This waits, in the async client too.

        :param file_path: the file.
        :return: the id of the asset, and its address.
        :raises ImportError: azure-ai-ml is not installed; the error says how to install it, and what does without.
        :raises ValueError: the client is of neither a hub project nor a local service.
        :raises OSError: the file cannot be read.
        """
        from .._assets import upload_asset

        pipeline = self._pipeline
        return upload_asset(pipeline.endpoint, pipeline.credential, file_path, verify=pipeline.verify)

    @cached_property
    def evaluations(self) -> EvaluationsOperations:
        """Evaluations of the project, and their schedules. A hub project and a local service have them."""
        from .operations import EvaluationsOperations

        return EvaluationsOperations(self._pipeline)

    def get_openai_client(
        self,
        *,
        timeout: float | Timeout | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        **kwargs: Any,
    ) -> OpenAI:
        """A client of the openai package for this project: its responses, conversations, files and models, with this client's credential.

        It is the caller's to close.

        :keyword timeout: seconds that a request may take, or the openai package's own ``Timeout``.
        :keyword max_retries: how often a request that failed is sent again.
        :keyword default_headers: sent with every request.
        :keyword default_query: added to the address of every request, such as another ``api-version``.
        :param kwargs: other arguments of the openai client, such as ``http_client``.
        :raises TypeError: ``api_key`` or ``base_url`` is given, which come from this client.
        :raises ValueError: a hub project answers no such clients; the error says which kinds do.
        :raises ModuleNotFoundError: the openai package is not installed; the error names the extra.
        """
        from ._openai import openai_client

        named = {
            "timeout": timeout,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "default_query": default_query,
        }
        return openai_client(self._pipeline, {**named, **kwargs})

    def _set_up(self, where: Endpoint, who: Any, options: Any, **parts: Any) -> None:
        super()._set_up(where, who, options, **parts)
        self.agents = self._agents
