"""Runs the published azure-ai-projects 1.0.0b10, unmodified, against local services: every call, every way to read a stream.

``start.py`` starts the services, and this program in an environment of its own.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

import connecting_rounds
import evaluating_rounds
import event_streams
import rounds
import scenarios
import service_tools
from azure.ai.projects import AIProjectClient
from azure.ai.projects.aio import AIProjectClient as AsyncAIProjectClient
from azure.core.exceptions import ClientAuthenticationError
from clients import Api, Client, Report, run_client
from credentials import settings
from listening import ListeningApi

SCOPE = "00000000-0000-0000-0000-000000000000;local;local"


class ProjectApi(ListeningApi):
    """The operations on agents; ``project`` has the groups of a client beside them."""

    project: Api


@asynccontextmanager
async def connected(flavour: str, url: str, key: str) -> AsyncIterator[Api]:
    """The operations of a published client, which puts ``https://`` before the host of a connection string."""
    keywords = {**settings(flavour, url, key), "raw_request_hook": connecting_rounds.to_service(url)}
    kind = {"sync": AIProjectClient, "async": AsyncAIProjectClient}[flavour]
    if url.startswith("https://"):
        made = kind.from_connection_string(f"{url.removeprefix('https://')};{SCOPE}", **keywords)
    else:
        subscription, group, project = SCOPE.split(";")
        made = kind(
            endpoint=url,
            subscription_id=subscription,
            resource_group_name=group,
            project_name=project,
            **keywords,
        )
    async with AsyncExitStack() as stack:
        if flavour == "sync":
            stack.enter_context(made)
        else:
            await stack.enter_async_context(made)
        api = ProjectApi(made.agents, flavour)
        api.project = Api(SimpleNamespace(connections=made.connections, evaluations=made.evaluations), flavour)
        yield api


async def wrong_key(api: Api, report: Report) -> None:
    with report.check("a wrong key is a ClientAuthenticationError"):
        await scenarios.refused(api.list_agents(), ClientAuthenticationError)


CLIENT = Client(
    title="azure-ai-projects 1.0.0b10",
    connect=connected,
    offline=(
        *scenarios.OFFLINE,
        *rounds.ON_OFFLINE,
        *service_tools.ON_OFFLINE,
        evaluating_rounds.evaluations,
        connecting_rounds.connections,
    ),
    told=(*event_streams.STREAMS, *rounds.ROUNDS, *service_tools.ON_TOLD),
    with_wrong_key=wrong_key,
)

if __name__ == "__main__":
    sys.exit(run_client(CLIENT))
