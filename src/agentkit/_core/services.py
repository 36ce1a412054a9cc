"""The other services of a project: where its connections, evaluations and traces are kept, and how they are spoken to.

A hub project has them on hosts of their own, each with its api-version and token scope; a Foundry project has its connections beside the
agents, and by one of them its Application Insights resource; a local service has all of them, where a hub project called "local" would have them.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from urllib.parse import quote

from .endpoint import Endpoint, EndpointKind

__all__ = ["ProjectService", "service_endpoint"]


class ProjectService(Enum):
    """What a project has besides its agents; the value is how an error text calls it."""

    CONNECTIONS = "connections"
    EVALUATIONS = "evaluations"
    APP_INSIGHTS = "the Application Insights resource"


_WORKSPACE = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}"
_MANAGEMENT = {
    "com": "https://management.azure.com",
    "us": "https://management.usgovcloudapi.net",
    "cn": "https://management.chinacloudapi.cn",
}
_BASE = {
    ProjectService.CONNECTIONS: _WORKSPACE,
    ProjectService.EVALUATIONS: "/raisvc/v1.0" + _WORKSPACE,
    ProjectService.APP_INSIGHTS: "",
}
_API_VERSION = {
    ProjectService.CONNECTIONS: "2024-07-01-preview",
    ProjectService.EVALUATIONS: "2024-07-01-preview",
    ProjectService.APP_INSIGHTS: "2020-02-02",
}
_LOCAL = "local"  # the subscription, resource group and project of a local service


def service_endpoint(agents: Endpoint, service: ProjectService) -> Endpoint:
    """Where another service of the project stands.

    :param agents: Where its agents are.
    :param service: Which service.
    :return: The endpoint; its kind is the project's.
    :raises ValueError: This kind of project or resource has no such service; the text says which have.
    """
    if agents.kind is EndpointKind.FOUNDRY_PROJECT and service is not ProjectService.EVALUATIONS:
        return agents
    if agents.kind not in (EndpointKind.HUB_PROJECT, EndpointKind.LOCAL):
        also = "" if service is ProjectService.EVALUATIONS else " or of a Foundry project"
        raise ValueError(
            f"{agents.where()} has no {service.value.removeprefix('the ')}: use a client of a hub project "
            f"(AIProjectClient.from_connection_string){also}, or of a local service"
        )
    names = (agents.subscription_id or _LOCAL, agents.resource_group_name or _LOCAL, agents.project_name or _LOCAL)
    managed = service is not ProjectService.EVALUATIONS and not agents.loopback
    manager = _MANAGEMENT[_cloud(agents)]
    origin = manager if managed else agents.origin
    return replace(
        agents,
        origin=origin,
        base_url=origin + _BASE[service].format(*(quote(name, safe="") for name in names)),
        api_version=_API_VERSION[service],
        scope=f"{manager}/.default" if managed else agents.scope,
    )


def _cloud(endpoint: Endpoint) -> str:
    """The top-level domain of the cloud, as the token scope has it; the public cloud's where no token is taken."""
    domain = (endpoint.scope or "").removesuffix("/.default").rpartition(".")[2]
    return domain if domain in _MANAGEMENT else "com"
