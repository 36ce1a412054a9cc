"""What a connection of a project is to a script, and the token credential of a connection that has a SAS token."""

from __future__ import annotations

import base64
import copy
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from ._forking import renewed_in_children
from ._generated.enums import AuthenticationType, ConnectionType

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential
    from azure.core.credentials_async import AsyncTokenCredential
    from typing_extensions import Self

__all__ = ["AsyncSASTokenCredential", "ConnectionProperties", "SASTokenCredential", "default_index", "sas_token_of"]

_INDEX_VARIABLE = "DEFAULT_CONNECTION_INDEX"
_HIDDEN = "REDACTED"
_RENEW_BEFORE = 60.0  # seconds: a token is not handed out to end on its way


class ConnectionProperties:
    """One connection of a project. ``client.connections`` gives it.

    Printing it shows neither key nor credential, and a pickle of it holds neither: ask for the connection where it is read.

    :ivar id: the full id.
    :vartype id: str
    :ivar name: the name.
    :vartype name: str
    :ivar authentication_type: how one proves there who one is: ``ApiKey``, ``AAD``, ``SAS``, ``CustomKeys`` or ``None``.
    :vartype authentication_type: str
    :ivar connection_type: what it leads to; a kind that is not known here is plain text.
    :vartype connection_type: ~agentkit.models.ConnectionType
    :ivar endpoint_url: the address that it leads to, without the slash at its end.
    :vartype endpoint_url: str
    :ivar key: the key, where there is one and credentials were asked for.
    :vartype key: str
    :ivar token_credential: what gives the tokens, where it takes tokens and credentials were asked for.
    :vartype token_credential: ~azure.core.credentials.TokenCredential
    :ivar is_default: whether it is the one to use of its kind; None where the service does not say.
    :vartype is_default: bool
    :ivar metadata: labels.
    :vartype metadata: dict[str, str]
    """

    def __init__(
        self,
        *,
        connection: Mapping[str, Any],
        token_credential: TokenCredential | AsyncTokenCredential | None = None,
    ) -> None:
        """Read a connection as the service writes it.

        :keyword connection: the service's object, in the form of a hub project or in that of a Foundry project.
        :keyword token_credential: what gives the tokens.
        """
        known = _facts(connection)
        self.id: str = known["id"]
        self.name: str = known["name"]
        self.authentication_type: str = known["authentication"]
        self.connection_type: ConnectionType | str = _connection_type(known["category"])
        self.endpoint_url: str = known["target"].removesuffix("/")
        self.key: str | None = known["key"]
        self.token_credential: Any = token_credential
        self.is_default: bool | None = known["is_default"]
        self.metadata: dict[str, Any] = known["metadata"]

    def to_evaluator_model_config(
        self, deployment_name: str, api_version: str, *, include_credentials: bool = False
    ) -> dict[str, str]:
        """Describe the model of this connection to an evaluator.

        :param deployment_name: the deployment of the model.
        :param api_version: the api-version that the deployment is spoken to with.
        :keyword include_credentials: whether the key itself stands in it, where this connection has it; otherwise there is a reference
            to the key, which the evaluation service resolves.
        :return: ``azure_deployment``, ``azure_endpoint``, ``type``, ``api_version`` and, with a key, ``api_key``.
        """
        kind = "azure_openai" if self.connection_type == ConnectionType.AZURE_OPEN_AI else str(self.connection_type)
        config = {
            "azure_deployment": deployment_name,
            "azure_endpoint": self.endpoint_url,
            "type": kind,
            "api_version": api_version,
        }
        if self.authentication_type == AuthenticationType.API_KEY:
            config["api_key"] = self.key if include_credentials and self.key else f"{self.id}/credentials/key"
        return config

    def __str__(self) -> str:
        shown = {
            "name": self.name,
            "id": self.id,
            "authentication_type": self.authentication_type,
            "connection_type": str(self.connection_type),
            "endpoint_url": _without_query(self.endpoint_url),
            "key": _HIDDEN if self.key else None,
            "token_credential": _HIDDEN if self.token_credential else None,
        }
        return f"{json.dumps(shown, indent=1, ensure_ascii=False)}\n"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: {self.connection_type}, {self.authentication_type}>"

    def __copy__(self) -> Self:
        made = object.__new__(type(self))
        made.__dict__.update(vars(self))
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        made = self.__copy__()
        made.metadata = copy.deepcopy(self.metadata, memo)
        return made

    def __getstate__(self) -> dict[str, Any]:
        """What pickle keeps."""
        return {**vars(self), "key": None, "token_credential": None}


class SASTokenCredential:
    """Gives the SAS token of a connection as an access token, and asks for the connection again when the token has ended."""

    def __init__(
        self,
        *,
        sas_token: str,
        credential: TokenCredential,
        subscription_id: str,
        resource_group_name: str,
        project_name: str,
        connection_name: str,
    ) -> None:
        """Take a connection's token, and what it is renewed with.

        :keyword sas_token: a JWT that says when it ends.
        :keyword credential: what a hub project is asked for the connection with.
        :keyword subscription_id: of the project.
        :keyword resource_group_name: of the project.
        :keyword project_name: of the project.
        :keyword connection_name: the connection that the token belongs to.
        :raises ValueError: the token is no JWT that says when it ends; the text does not repeat it.
        """
        project = (subscription_id, resource_group_name, project_name)
        self._begin(sas_token, connection_name, lambda: self._asked_for(connection_name, credential, project))

    @classmethod
    def renewed_by(cls, renew: Callable[[], Any], *, sas_token: str, connection_name: str) -> Self:
        """Make one that has a way of its own to a new token.

        :param renew: gives a new token; awaited in the async client.
        :raises ValueError: as of the constructor.
        """
        made = cls.__new__(cls)
        made._begin(sas_token, connection_name, renew)
        return made

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """The token, renewed where it has ended.

        :param scopes: are not looked at, like everything else here: the token is good for what it was made for.
        :keyword claims: see ``scopes``.
        :keyword tenant_id: see ``scopes``.
        :keyword enable_cae: see ``scopes``.
        :return: the token and the unix second at which it ends.
        :raises ~azure.core.exceptions.HttpResponseError: the connection cannot be had any more.
        :raises ValueError: it has no SAS token any more.
        """
        with self._lock:
            if self._has_ended():
                self._take(self._renew())
            return self._token()

    def _begin(self, token: str, name: str, renew: Callable[[], Any]) -> None:
        self._name = name
        self._renew = renew
        self._forked()
        renewed_in_children(self)
        self._take(token)

    def _forked(self) -> None:
        """Wait for nobody: in a child process, whoever was asking for a new token is not there."""
        self._lock = threading.Lock()

    def _take(self, token: str) -> None:
        self._expires_on = _end_of(token, self._name)
        self._sas_token = token

    def _has_ended(self) -> bool:
        return self._expires_on - time.time() < _RENEW_BEFORE

    def _token(self) -> AccessToken:
        from azure.core.credentials import AccessToken

        return AccessToken(self._sas_token, int(self._expires_on))

    def _asked_for(self, name: str, credential: Any, project: tuple[str, str, str]) -> Any:
        from ._sync._client import AIProjectClient

        # Connections are kept by the management service, so any host of the cloud will do.
        with AIProjectClient(_ANY_HUB, *project, credential) as client:
            return _renewed(client.connections.get(connection_name=name, include_credentials=True))


class AsyncSASTokenCredential(SASTokenCredential):
    """As :class:`SASTokenCredential`, to be awaited."""

    async def get_token(  # type: ignore[override]
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """See :meth:`SASTokenCredential.get_token`."""
        if self._has_ended():
            self._take(await self._renew())
        return self._token()

    async def _asked_for(self, name: str, credential: Any, project: tuple[str, str, str]) -> Any:
        from .aio._client import AIProjectClient

        async with AIProjectClient(_ANY_HUB, *project, credential) as client:
            return _renewed(await client.connections.get(connection_name=name, include_credentials=True))

    async def close(self) -> None:
        """Nothing is open between two calls."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()


_ANY_HUB = "https://eastus.api.azureml.ms"


def default_index() -> int | None:
    """Which connection of a kind the environment says to use; None where it says nothing.

    :raises ValueError: DEFAULT_CONNECTION_INDEX is no whole number.
    """
    text = os.environ.get(_INDEX_VARIABLE, "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(
            f"environment variable {_INDEX_VARIABLE} is {text!r}; it has to be a whole number, 0 for the first"
        ) from None


def sas_token_of(connection: Mapping[str, Any]) -> str:
    """The SAS token of a connection as the service writes it.

    :raises ValueError: it has none.
    """
    known = _facts(connection)
    token = known["sas"]
    if not isinstance(token, str) or not token:
        raise ValueError(
            f"the connection {known['name']!r} has no SAS token: its authentication is {known['authentication']}. Look at it with "
            "client.connections.get(connection_name=...)"
        )
    return token


def _renewed(connection: ConnectionProperties) -> str:
    credential = connection.token_credential
    if not isinstance(credential, SASTokenCredential):
        raise ValueError(f"the connection {connection.name!r} has no SAS token any more: {connection.authentication_type}")
    return credential._sas_token


def _facts(connection: Mapping[str, Any]) -> dict[str, Any]:
    """What is in the service's object, whichever kind of project writes it."""
    properties = connection.get("properties")
    if isinstance(properties, Mapping):  # of a hub project
        credentials = _object(properties.get("credentials"))
        authentication, category, told = properties.get("authType"), properties.get("category"), properties
    else:
        credentials = _object(connection.get("credentials"))
        authentication, category, told = credentials.get("type"), connection.get("type"), connection
    return {
        "id": str(connection.get("id") or ""),
        "name": str(connection.get("name") or ""),
        # A Foundry project leaves the type out where there is none.
        "authentication": str(authentication or AuthenticationType.NONE.value),
        "category": str(category or ""),
        "target": str(told.get("target") or ""),
        "key": credentials.get("key"),
        "sas": credentials.get("SAS"),
        "is_default": told.get("isDefault"),
        "metadata": dict(_object(told.get("metadata"))),
    }


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _connection_type(category: str) -> ConnectionType | str:
    try:
        return ConnectionType(category)
    except ValueError:
        return category


def _without_query(url: str) -> str:
    """The address without what may be a signature."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _HIDDEN
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, _HIDDEN if parts.query else "", ""))


def _end_of(token: str, name: str) -> float:
    """The unix second at which a token ends.

    :raises ValueError: it does not say; the text does not repeat it.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(int(claims["exp"]))
    except (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
        problem = f"the SAS token of the connection {name!r} is no JWT with the claim 'exp', so nobody can tell when it ends"
    raise ValueError(problem)  # outside of the handler, so that no error with a part of the token hangs on this one
