"""What both clients do when they are constructed: sort out the endpoint and the credential."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from ._core import endpoint as endpoints
from ._core.endpoint import Endpoint
from ._forking import renewed_in_children

if TYPE_CHECKING:
    from .local import LocalService

__all__ = [
    "DefaultCredential",
    "agents_endpoint",
    "endpoint_from_parts",
    "from_environment",
    "local_service",
    "parse_connection_string",
    "with_local_key",
]

parse_connection_string = endpoints.parse_connection_string


def endpoint_from_parts(
    endpoint: Any, subscription_id: Any, resource_group_name: Any, project_name: Any, credential: Any
) -> tuple[Endpoint, Any]:
    """The endpoint and the credential of a constructor's arguments.

    With an endpoint alone the second positional argument is the credential, as in ``AIProjectClient(endpoint, credential)``.

    :raises ValueError: a part is missing or malformed.
    """
    parts = {
        "subscription_id": subscription_id,
        "resource_group_name": resource_group_name,
        "project_name": project_name,
    }
    given = [name for name, value in parts.items() if value is not None]
    if given == ["subscription_id"] and credential is None:
        return endpoints.from_url(_given("endpoint", endpoint)), subscription_id
    if not given:
        return endpoints.from_url(_given("endpoint", endpoint)), credential
    values = {name: _given(name, value) for name, value in parts.items()}
    return endpoints.hub_project(_given("endpoint", endpoint), **values), credential


def agents_endpoint(endpoint: Any) -> Endpoint:
    """The endpoint of a client of agents alone.

    :raises ValueError: it is missing, malformed, or the connection string of a hub project, which has a client of its own.
    """
    if endpoint is None:
        raise ValueError(
            "AgentsClient() is missing endpoint: give the project's URL, such as "
            "https://RESOURCE.services.ai.azure.com/api/projects/PROJECT, or that of a local service; AgentsClient.from_env() takes it "
            "from the environment"
        )
    if isinstance(endpoint, str) and ";" in endpoint:
        raise ValueError(
            "AgentsClient() was given a connection string as endpoint: it takes a project's URL. For a hub project use "
            "AIProjectClient.from_connection_string(conn_str, credential).agents, which has the same areas and methods"
        )
    return endpoints.from_url(endpoint)


def _given(name: str, value: Any) -> str:
    if value is None:
        raise ValueError(
            f"AIProjectClient() is missing {name}: give endpoint, subscription_id, resource_group_name, project_name and "
            "credential for a hub project, or endpoint= and credential= for every other service; AIProjectClient.from_env() takes them "
            "from the environment"
        )
    if not isinstance(value, str):
        raise TypeError(f"AIProjectClient() takes {name} as text, not {type(value).__name__}")
    return value


def with_local_key(endpoint: Endpoint, credential: Any) -> Any:
    """The credential to use: AGENTKIT_LOCAL_KEY in place of any other where the endpoint is a local service.

    :raises ValueError: the endpoint is a local service, and there is neither.
    """
    chosen = endpoints.local_key(endpoint, os.environ) or credential
    if chosen is None and endpoint.loopback:
        raise ValueError(
            f"a credential is missing: {endpoint.where()} takes its key, which 'agentkit serve' printed: give it as credential=, or set "
            f"{endpoints.LOCAL_KEY_VARIABLE} to it"
        )
    return chosen


def from_environment() -> tuple[Endpoint, Any] | None:
    """The endpoint that the environment names, with its key or the default credential; None where it names none."""
    choice = endpoints.from_environment(os.environ)
    if choice is None:
        return None
    return choice.endpoint, choice.key or DefaultCredential()


def local_service(path: str | os.PathLike[str] | None, *, announce: bool, **settings: Any) -> LocalService:
    """Start the embedded service; with ``announce``, say so in one line on stderr.

    :raises ImportError: the packages of the extra ``local`` are missing.
    """
    from .local import LocalService

    service = LocalService(path, **settings)
    service.start()
    if announce:
        print(
            f"agentkit: no service is set in the environment; using the embedded local service at {service.url} "
            "(its offline model is rule-based, no LLM)",
            file=sys.stderr,
        )
    return service


class DefaultCredential:
    """azure-identity's DefaultAzureCredential, made when a token is first needed."""

    def __init__(self) -> None:
        self._credential: Any = None
        self._forked()
        renewed_in_children(self)

    def _forked(self) -> None:
        """Wait for nobody: in a child process, whoever was asking is not there."""
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, **kwargs: Any) -> Any:
        """A token for the scopes, from the first of the default chain that has one."""
        with self._lock:
            if self._credential is None:
                from azure.identity import DefaultAzureCredential

                self._credential = DefaultAzureCredential()
        return self._credential.get_token(*scopes, **kwargs)

    def close(self) -> None:
        """Close the credential, if it was made."""
        with self._lock:
            credential, self._credential = self._credential, None
        if credential is not None:
            credential.close()
