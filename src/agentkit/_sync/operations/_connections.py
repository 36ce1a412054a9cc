# Derived by `python -m codegen` from src/agentkit/aio/operations/_connections.py; change that and run it again.
"""What a project is connected to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ... import _hooks
from ..._connections import ConnectionProperties, SASTokenCredential, default_index, sas_token_of
from ..._core.endpoint import EndpointKind
from ..._core.services import ProjectService
from ..._generated import requests
from ..._generated.enums import AuthenticationType
from .._group import ServiceGroup
from .._pages import all_items

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._generated.enums import ConnectionType
    from ..._request import Request
    from ..._types import CallOptions
    from .._pipeline import Pipeline

__all__ = ["ConnectionsOperations"]


class ConnectionsOperations(ServiceGroup):
    """The connections of a project. A client makes it; it is not made by hand."""

    service = ProjectService.CONNECTIONS

    def get(
        self, *, connection_name: str, include_credentials: bool = False, **options: Unpack[CallOptions]
    ) -> ConnectionProperties:
        """Get a connection by its name.

        :keyword connection_name: the connection.
        :keyword include_credentials: whether to get its key or its token credential too.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the connection.
        :rtype: ~agentkit.models.ConnectionProperties
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: the name is empty, or the client's kind of project has no connections.
        """
        settings = self._settings("get", options)
        return self._get(connection_name, include_credentials, settings)

    def get_default(
        self, *, connection_type: str | ConnectionType, include_credentials: bool = False, **options: Unpack[CallOptions]
    ) -> ConnectionProperties:
        """Get the connection to use of a kind: the one that the project says is the default, else the first one.

        The environment variable DEFAULT_CONNECTION_INDEX says to take another by its number, 0 being the first.

        :keyword connection_type: the kind.
        :keyword include_credentials: whether to get its key or its token credential too, by a second request.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the connection.
        :rtype: ~agentkit.models.ConnectionProperties
        :raises ~azure.core.exceptions.ResourceNotFoundError: the project has no connection of the kind.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: the kind is empty, or the client's kind of project has no connections.
        :raises IndexError: there are fewer connections than DEFAULT_CONNECTION_INDEX says.
        """
        settings = self._settings("get_default", options, several=True)
        if not connection_type:
            raise ValueError("get_default() needs connection_type, such as ConnectionType.AZURE_OPEN_AI")
        index = default_index()
        asked = replace(self._listing(connection_type), operation="get_default")
        with _hooks.request(self._pipeline.endpoint, asked, settings):
            chosen = self._chosen(self._list(connection_type, settings), connection_type, index)
            return self._get(chosen.name, True, settings) if include_credentials else chosen

    def _chosen(self, found: Sequence[ConnectionProperties], kind: Any, index: int | None) -> ConnectionProperties:
        """The connection to use of those of a kind; ``index`` is what DEFAULT_CONNECTION_INDEX says."""
        if not found:
            from ...exceptions import ResourceNotFoundError

            raise ResourceNotFoundError(
                f"get_default found no connection of type {kind} in {self._client_pipeline.endpoint.where()}. Add one to the "
                "project, or name another with connections.get(connection_name=...); connections.list() tells what there is"
            )
        if index is None:
            return next((one for one in found if one.is_default), found[0])
        if -len(found) <= index < len(found):
            return found[index]
        raise IndexError(f"DEFAULT_CONNECTION_INDEX is {index}, but the project has {len(found)} of type {kind}")

    def list(
        self, *, connection_type: str | ConnectionType | None = None, **options: Unpack[CallOptions]
    ) -> Sequence[ConnectionProperties]:
        """List the connections, without their credentials.

        :keyword connection_type: the kind to list; None lists all.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all connections.
        :rtype: list[~agentkit.models.ConnectionProperties]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises ValueError: the client's kind of project has no connections.
        """
        return self._list(connection_type, self._settings("list", options, several=True))

    # --- the two kinds of project -------------------------------------------------------------------------------------

    @property
    def _in_foundry(self) -> bool:
        return self._client_pipeline.endpoint.kind is EndpointKind.FOUNDRY_PROJECT

    def _get(self, name: str, secrets: bool, settings: CallSettings) -> ConnectionProperties:
        if name is None or name == "":
            raise ValueError("get() needs connection_name: the name of a connection; connections.list() tells the names")
        request: Request[Any] = requests.get_connection(name)
        if secrets:
            request = _with_secrets(name, foundry=self._in_foundry)
        result: ConnectionProperties
        if settings.stream:
            result = self._pipeline.send(request, settings)
            return result
        own = settings.cls

        def made(response: Any, found: Any, headers: Any) -> Any:
            properties = self._properties(found, secrets)
            return properties if own is None else own(response, properties, headers)

        result = self._pipeline.send(request, replace(settings, cls=made))
        return result

    def _list(self, kind: Any, settings: CallSettings) -> Sequence[ConnectionProperties]:
        request, pipeline = self._listing(kind), self._pipeline
        first = pipeline.send(request, settings)
        return [self._properties(found, False) for found in all_items(pipeline, request, settings, first)]

    def _listing(self, kind: Any) -> Request[Any]:
        """The request for the connections of a kind, or for all."""
        if self._in_foundry:
            return requests.list_connections(connection_type=kind)
        return requests.list_connections(category=kind, include_all=True)

    def _properties(self, found: Any, secrets: bool) -> ConnectionProperties:
        connection = ConnectionProperties(connection=found)
        if secrets and connection.authentication_type == AuthenticationType.ENTRA_ID:
            credential = self._client_pipeline.credential
            # A key is no answer to who asks for a token.
            connection.token_credential = credential if hasattr(credential, "get_token") else None
        elif secrets and connection.authentication_type == AuthenticationType.SAS:
            renew = _renewal(self._pipeline, connection.name, foundry=self._in_foundry)
            connection.token_credential = SASTokenCredential.renewed_by(
                renew, sas_token=sas_token_of(found), connection_name=connection.name
            )
        return connection


def _with_secrets(name: str, *, foundry: bool) -> Request[Any]:
    request = requests.get_connection_with_credentials(name) if foundry else requests.list_connection_secrets(name)
    return replace(request, reads=True)


def _renewal(pipeline: Pipeline, name: str, *, foundry: bool) -> Callable[[], Any]:
    """What gets a new SAS token of a connection, also when the client that asked for the first one is closed."""

    def renewed() -> str:
        twin = pipeline.twin()
        try:
            return sas_token_of(twin.send(_with_secrets(name, foundry=foundry), twin.defaults))
        finally:
            twin.close()

    return renewed
