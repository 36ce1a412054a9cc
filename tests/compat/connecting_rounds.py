"""The connections of a project, through the published client: what the management service answers it, the local service does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from azure.core.exceptions import ResourceNotFoundError
from installed import models as m
from scenarios import refused

if TYPE_CHECKING:
    from clients import Api, Report

__all__ = ["connections", "to_service"]

MANAGEMENT = "management.azure.com"
KINDS = {"local-openai": "AzureOpenAI", "local-aiservices": "AIServices", "local-serverless": "Serverless"}


def to_service(url: str) -> Callable[[Any], None]:
    """A hook for every request: what is meant for the management service, whose host the client knows by heart, goes to a local one.

    :param url: Where that listens.
    """
    service = urlsplit(url)

    def redirect(request: Any) -> None:
        target = urlsplit(request.http_request.url)
        if target.hostname == MANAGEMENT:
            request.http_request.url = urlunsplit((service.scheme, service.netloc, target.path, target.query, ""))

    return redirect


async def connections(api: Api, report: Report) -> None:
    try:
        await _connections(api.project.connections, report)
    finally:
        report.note(api.project)


async def _connections(found: Api, report: Report) -> None:
    with report.check("connections.list"):
        listed = await found.list()
        assert {one.name: str(getattr(one.connection_type, "value", one.connection_type)) for one in listed} == KINDS
        assert [one.name for one in await found.list(connection_type=m.ConnectionType.SERVERLESS)] == ["local-serverless"]
    with report.check("connections.get"):
        shown = await found.get(connection_name="local-openai")
        assert (shown.authentication_type, shown.key) == ("ApiKey", None)
        secret = await found.get(connection_name="local-openai", include_credentials=True)
        assert secret.key
        assert secret.key not in str(secret)
        config = secret.to_evaluator_model_config("m", "v")
        assert (config["type"], config["api_key"]) == ("azure_openai", f"{secret.id}/credentials/key")
        await refused(found.get(connection_name="none"), ResourceNotFoundError)
    with report.check("connections.get_default"):
        default = await found.get_default(connection_type=m.ConnectionType.AZURE_AI_SERVICES, include_credentials=True)
        assert (default.name, default.key) == ("local-aiservices", secret.key)
        await refused(found.get_default(connection_type=m.ConnectionType.AZURE_BLOB_STORAGE), ResourceNotFoundError)
