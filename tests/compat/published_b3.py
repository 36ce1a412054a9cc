"""Runs the published azure-ai-projects 2.0.0b3, unmodified, against local services: its agents, and what answers for them.

``start.py`` starts the services, and this program in an environment of its own.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import versions
from azure.ai.projects import AIProjectClient
from azure.ai.projects.aio import AIProjectClient as AsyncAIProjectClient
from azure.core.exceptions import ClientAuthenticationError
from clients import Api, Client, Report, run_client
from credentials import settings


class ProjectApi(Api):
    """The operations on agents, and the client that they belong to, where it can be asked for responses."""

    def __init__(self, target: Any, flavour: str, project: Any) -> None:
        super().__init__(target, flavour)
        self.project = project


@asynccontextmanager
async def connected(flavour: str, url: str, key: str) -> AsyncIterator[ProjectApi]:
    """The operations on agents of a published client."""
    kind = {"sync": AIProjectClient, "async": AsyncAIProjectClient}[flavour]
    made = kind(endpoint=f"{url}/api/projects/local", **settings(flavour, url, key))
    async with AsyncExitStack() as stack:
        if flavour == "sync":
            stack.enter_context(made)
        else:
            await stack.enter_async_context(made)
        # Its client of responses takes tokens alone, and those go over TLS alone.
        yield ProjectApi(made.agents, flavour, made if url.startswith("https:") else None)


async def responses(api: ProjectApi, report: Report) -> None:
    """A prompt agent answers by its name, and by the number of a version."""
    if api.project is None:
        return
    name = f"speaker-{api.flavour}"
    await api.create_version(name, definition=versions.prompt("You are a speaker."))
    openai = api.project.get_openai_client()
    try:
        for reference in ({"name": name}, {"name": name, "version": "1"}):
            with report.check(f"a response of the agent {sorted(reference)}"):
                answer = await api.settled(
                    openai.responses.create(input="Hello!", extra_body={"agent": {"type": "agent_reference", **reference}})
                )
                assert (answer.status, answer.model) == ("completed", "gpt-4o-mini")
                assert answer.output_text
    finally:
        await api.settled(openai.close())
    await api.delete(name)


async def wrong_key(api: Api, report: Report) -> None:
    with report.check("a wrong key is a ClientAuthenticationError"):
        await versions.refused(api.get("helper"), ClientAuthenticationError)


CLIENT = Client(
    title="azure-ai-projects 2.0.0b3",
    connect=connected,
    offline=(*versions.SCENARIOS, responses),
    told=(),
    with_wrong_key=wrong_key,
)

if __name__ == "__main__":
    sys.exit(run_client(CLIENT))
