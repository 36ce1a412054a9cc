"""The client of agents alone, as azure-ai-agents 1.x has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._setup import agents_endpoint
from .._types import AsyncCredential
from ._areas import Areas
from ._areas.client import AgentMethods
from ._base import Client
from .operations import AgentsOperations

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._types import ClientOptions

__all__ = ["AgentsClient"]


class AgentsClient(Client, AgentMethods, Areas):
    """A client of the agents of one project, resource or local service: agents by its own methods, all else by area.

    The areas are ``threads``, ``messages``, ``runs``, ``run_steps``, ``files``, ``vector_stores``, ``vector_store_files`` and
    ``vector_store_file_batches``.

    :param endpoint: the service's URL, such as ``https://<resource>.services.ai.azure.com/api/projects/<project>``.
    :param credential: a key as text, an AzureKeyCredential, or a token credential.
    :keyword options: what every call accepts, as this client's defaults, and ``api_version``, ``credential_scopes``, ``proxies``,
        ``connection_verify``, ``connection_cert``; see :class:`~agentkit._types.ClientOptions`.
    :raises ValueError: the endpoint is missing, malformed, of no known kind, or a connection string.
    :raises TypeError: a keyword is unknown, or the credential is none.
    """

    def __init__(self, endpoint: str, credential: AsyncCredential, **options: Unpack[ClientOptions]) -> None:
        self._set_up(agents_endpoint(endpoint), credential, options)

    @property
    def _operations(self) -> AgentsOperations:
        return self._agents
