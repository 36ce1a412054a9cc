"""Clients of other packages for the models that a project is connected to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..._connections import ConnectionProperties
from ..._core.credentials import CredentialKind, credential_kind, key_of
from ..._core.endpoint import EndpointKind
from ..._core.inference import is_serverless, model_endpoint, openai_scope, user_agent_of
from ..._generated.enums import AuthenticationType, ConnectionType
from ..._inference import async_inference_class, async_openai_class, async_token_provider
from .._group import OperationGroup
from ._connections import ConnectionsOperations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openai import Timeout

    from ..._inference import (
        AsyncAzureOpenAI,
        AsyncChatCompletionsClient,
        AsyncEmbeddingsClient,
        AsyncImageEmbeddingsClient,
    )
    from .._pipeline import Pipeline

__all__ = ["InferenceOperations"]

_VERSION_VARIABLE = "OPENAI_API_VERSION"


class InferenceOperations(OperationGroup):
    """Clients for the models that a project is connected to. A client makes it; it is not made by hand.

    What it returns belongs to the caller, who closes it; it goes on when the project's client is closed.
    """

    def __init__(self, pipeline: Pipeline, connections: ConnectionsOperations) -> None:
        super().__init__(pipeline)
        self._connections = connections

    async def get_chat_completions_client(
        self, *, connection_name: str | None = None, **kwargs: Any
    ) -> AsyncChatCompletionsClient:
        """Make a client of azure-ai-inference for chat completions.

        :keyword connection_name: the connection to a resource with models, or, of the type Serverless, to one model. None takes the default connection of the type AIServices, or
            Serverless where the environment variable USE_SERVERLESS_CONNECTION is ``true``; in a Foundry project, the resource that the
            project belongs to.
        :keyword kwargs: arguments of the client that is made.
        :return: the client, which is the caller's to close.
        :rtype: ~azure.ai.inference.ChatCompletionsClient
        :raises ModuleNotFoundError: azure-ai-inference is not installed; the error names the extra, and nothing was sent.
        :raises ~azure.core.exceptions.ResourceNotFoundError: there is no such connection.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: the name is empty, or clients are not made for the authentication of the connection.
        :raises TypeError: ``endpoint`` or ``credential`` is given, which come from the connection.
        """
        operation = "get_chat_completions_client"
        made = async_inference_class(operation, "ChatCompletionsClient")
        client: AsyncChatCompletionsClient = made(**await self._model_arguments(operation, connection_name, kwargs))
        return client

    async def get_embeddings_client(self, *, connection_name: str | None = None, **kwargs: Any) -> AsyncEmbeddingsClient:
        """Make a client of azure-ai-inference for embeddings of texts.

        :keyword connection_name: see :meth:`get_chat_completions_client`, whose errors it has too.
        :keyword kwargs: arguments of the client that is made.
        :return: the client, which is the caller's to close.
        :rtype: ~azure.ai.inference.EmbeddingsClient
        """
        operation = "get_embeddings_client"
        made = async_inference_class(operation, "EmbeddingsClient")
        client: AsyncEmbeddingsClient = made(**await self._model_arguments(operation, connection_name, kwargs))
        return client

    async def get_image_embeddings_client(
        self, *, connection_name: str | None = None, **kwargs: Any
    ) -> AsyncImageEmbeddingsClient:
        """Make a client of azure-ai-inference for embeddings of pictures.

        :keyword connection_name: see :meth:`get_chat_completions_client`, whose errors it has too.
        :keyword kwargs: arguments of the client that is made.
        :return: the client, which is the caller's to close.
        :rtype: ~azure.ai.inference.ImageEmbeddingsClient
        """
        operation = "get_image_embeddings_client"
        made = async_inference_class(operation, "ImageEmbeddingsClient")
        client: AsyncImageEmbeddingsClient = made(**await self._model_arguments(operation, connection_name, kwargs))
        return client

    async def get_azure_openai_client(
        self,
        *,
        api_version: str | None = None,
        connection_name: str | None = None,
        timeout: float | Timeout | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        **kwargs: Any,
    ) -> AsyncAzureOpenAI:
        """Make a client of the openai package for Azure OpenAI.

        :keyword api_version: the api-version that the client sends; None takes the environment variable OPENAI_API_VERSION.
        :keyword connection_name: the connection to an Azure OpenAI resource. None takes the default connection of the type AzureOpenAI; in
            a Foundry project, the resource that the project belongs to.
        :keyword timeout: seconds that a request of the client may take, or the openai package's own ``Timeout``.
        :keyword max_retries: how often the client sends a request again that failed.
        :keyword default_headers: what the client sends with every request.
        :keyword default_query: what the client adds to the address of every request.
        :keyword kwargs: what the calls that look up the connection accept; see :class:`~agentkit._types.CallOptions`.
        :return: the client, which is the caller's to close.
        :rtype: ~openai.AzureOpenAI
        :raises ModuleNotFoundError: the openai package is not installed; the error names the extra, and nothing was sent.
        :raises ~azure.core.exceptions.ResourceNotFoundError: there is no such connection.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: the name is empty, no api-version is known, or clients are not made for the authentication of the connection.
        :raises TypeError: a keyword is unknown, or of the wrong type.
        """
        operation = "get_azure_openai_client"
        # Checked by the name that was called, not by that of the call which will look up the connection.
        self._settings(operation, kwargs, several=True)
        made = async_openai_class(operation)
        version = api_version or os.environ.get(_VERSION_VARIABLE)
        if not version:
            raise ValueError(f"{operation}() needs api_version, or the environment variable {_VERSION_VARIABLE}")
        connection = await self._connection(operation, connection_name, ConnectionType.AZURE_OPEN_AI, kwargs)
        own = {
            "timeout": timeout,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "default_query": default_query,
        }
        where: dict[str, Any] = {name: value for name, value in own.items() if value is not None}
        where.update(azure_endpoint=connection.endpoint_url, api_version=version)
        secret = _usable(operation, connection)
        if isinstance(secret, str):
            client: AsyncAzureOpenAI = made(api_key=secret, **where)
        else:
            scope = openai_scope(self._pipeline.endpoint)
            client = made(azure_ad_token_provider=async_token_provider(secret, scope), **where)
        return client

    async def _model_arguments(self, operation: str, name: str | None, options: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a client of azure-ai-inference."""
        for taken in ("endpoint", "credential"):
            # Another address would get the key of this connection.
            if taken in options:
                raise TypeError(
                    f"{operation}() does not take {taken}=: it comes from the connection; connection_name= says which one"
                )
        serverless = is_serverless(os.environ)
        kind = ConnectionType.SERVERLESS if serverless else ConnectionType.AZURE_AI_SERVICES
        connection = await self._connection(operation, name, kind, {})
        serverless = serverless or connection.connection_type == ConnectionType.SERVERLESS
        where = model_endpoint(connection.endpoint_url, self._pipeline.endpoint, serverless=serverless)
        secret = _usable(operation, connection)
        arguments: dict[str, Any] = {"user_agent": user_agent_of(self._pipeline.defaults.user_agent), **options}
        if isinstance(secret, str):
            from azure.core.credentials import AzureKeyCredential

            return {"endpoint": where.url, "credential": AzureKeyCredential(secret), **arguments}
        return {"endpoint": where.url, "credential": secret, "credential_scopes": [where.scope], **arguments}

    async def _connection(
        self, operation: str, name: str | None, kind: ConnectionType, options: dict[str, Any]
    ) -> ConnectionProperties:
        """The connection of a name, or the one to use of a kind."""
        if name is not None:
            if not name:
                raise ValueError(f"{operation}() was given an empty connection_name; leave it out for the default connection")
            return await self._connections.get(connection_name=name, include_credentials=True, **options)
        if self._pipeline.endpoint.kind is EndpointKind.FOUNDRY_PROJECT and kind is not ConnectionType.SERVERLESS:
            return _own_resource(self._pipeline, kind)
        return await self._connections.get_default(connection_type=kind, include_credentials=True, **options)


def _own_resource(pipeline: Pipeline, kind: ConnectionType) -> ConnectionProperties:
    """The resource that a Foundry project belongs to, in the form of a connection: it is on the project's host, and takes its credential."""
    credential = pipeline.credential
    is_key = credential_kind(credential) is CredentialKind.KEY
    authentication = AuthenticationType.API_KEY if is_key else AuthenticationType.ENTRA_ID
    told: dict[str, Any] = {"type": authentication.value, **({"key": key_of(credential)} if is_key else {})}
    own = {"id": "", "name": "the project's own resource", "type": kind.value, "target": pipeline.endpoint.origin}
    token_credential: Any = None if is_key else credential
    return ConnectionProperties(connection={**own, "credentials": told}, token_credential=token_credential)


def _usable(operation: str, connection: ConnectionProperties) -> Any:
    """The key of a connection, or what gives its tokens.

    :raises ValueError: it has neither.
    """
    how = connection.authentication_type
    which = f"{operation}() cannot use the connection {connection.name!r}:"
    if how == AuthenticationType.API_KEY:
        if not connection.key:
            raise ValueError(
                f"{which} the service gave no key for it. Check that the connection has one, and that your role may read it"
            )
        return connection.key
    if how == AuthenticationType.ENTRA_ID:
        if connection.token_credential is None:
            raise ValueError(
                f"{which} it takes tokens, and this client has a key. Make the client with a token credential, such as "
                "DefaultAzureCredential(), or use a connection with a key"
            )
        return connection.token_credential
    if how == AuthenticationType.SAS:
        raise ValueError(
            f"{which} authentication by SAS is not supported for clients of models. Use a connection with a key or with AAD"
        )
    raise ValueError(
        f"{which} its authentication {how!r} is unknown for clients of models. Use a connection with a key or with AAD"
    )
