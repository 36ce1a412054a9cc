"""How a client of the openai package speaks to the same service as ours: where, with what query, with which headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .endpoint import Endpoint, EndpointKind

__all__ = ["openai_arguments"]

_API_VERSION = "2025-11-15-preview"

_SETTLED = {
    "api_key": "the key or the tokens are those of the AIProjectClient: make it with another credential",
    "base_url": "the address is that of the AIProjectClient: make it with another endpoint",
}


def openai_arguments(endpoint: Endpoint, options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the openai package's client, but for its ``api_key``.

    A key goes out as that client sends it, as a bearer token: it takes that header off where a redirect leads to another host, and would
    leave one of any other name.

    :param endpoint: The service that the client speaks to.
    :param options: Arguments of the caller's own, which win where both have a say.
    :raises TypeError: The caller gives what is settled already.
    :raises ValueError: This kind of service answers no clients of the openai package.
    """
    for name, why in _SETTLED.items():
        if name in options:
            raise TypeError(f"get_openai_client() takes no {name}=, because {why}")
    if endpoint.kind is EndpointKind.HUB_PROJECT:
        raise ValueError(
            f"{endpoint.where()} answers no client of the openai package at its own address: get_openai_client() needs the endpoint of "
            "a Foundry project (https://<resource>.services.ai.azure.com/api/projects/<project>), of an Azure OpenAI resource or of a "
            "local service. The Azure OpenAI resource that a hub project is connected with is reached by "
            "client.inference.get_azure_openai_client()"
        )
    # Azure OpenAI has them under /openai/v1, without an api-version.
    is_resource = endpoint.kind is EndpointKind.AZURE_OPENAI
    settled: dict[str, Any] = {"base_url": f"{endpoint.base_url}/{'v1' if is_resource else 'openai'}"}
    if not is_resource:
        settled["default_query"] = {"api-version": _API_VERSION}
    return {**settled, **{name: value for name, value in options.items() if value is not None}}
