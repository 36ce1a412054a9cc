"""Runs the published azure-ai-agents 1.1.0, unmodified, against local services: every call, every way to read a stream.

``start.py`` starts the services, and this program in an environment of its own. What the client has in common with azure-ai-projects it
is put through by the same scenarios, which name the operations as that client does.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import agents_paging
import agents_scenarios
import event_streams
import rounds
import service_tools
from azure.ai.agents import AgentsClient
from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
from azure.core.exceptions import ClientAuthenticationError
from clients import Api, Client, Report, run_client
from credentials import settings
from listening import ListeningApi, each
from scenarios import refused

NAMES: Mapping[str, str] = {
    "create_thread": "threads.create",
    "get_thread": "threads.get",
    "delete_thread": "threads.delete",
    "get_message": "messages.get",
    "create_run": "runs.create",
    "get_run": "runs.get",
    "cancel_run": "runs.cancel",
    "create_stream": "runs.stream",
    "submit_tool_outputs_to_run": "runs.submit_tool_outputs",
    "submit_tool_outputs_to_stream": "runs.submit_tool_outputs_stream",
    "get_run_step": "run_steps.get",
}
"""What azure-ai-projects calls an operation, and what it is called here."""


@dataclass(frozen=True)
class Page:
    """The items of a list, as azure-ai-projects gives them."""

    data: list[Any]

    def get_last_text_message_by_role(self, role: str) -> Any:
        """The newest text of a role."""
        return next(message.text_messages[0] for message in self.data if message.role == role)


class AgentsApi(ListeningApi):
    """The operations of the client, also as azure-ai-projects has them: by its names, in its pages, with its keywords."""

    def __init__(self, target: Any, flavour: str) -> None:
        super().__init__(target, flavour, NAMES, apart=("close",))

    async def list_messages(self, thread_id: str) -> Page:
        return Page([message async for message in each(await self.messages.list(thread_id))])

    async def list_runs(self, thread_id: str) -> Page:
        return Page([run async for run in each(await self.runs.list(thread_id))])

    async def list_run_steps(self, thread_id: str, run_id: str, **keywords: Any) -> Page:
        return Page([step async for step in each(await self.run_steps.list(thread_id, run_id, **keywords))])

    async def create_and_process_run(self, thread_id: str, *, sleep_interval: float, **keywords: Any) -> Any:
        return await self.runs.create_and_process(thread_id, polling_interval=sleep_interval, **keywords)

    async def upload_file_and_poll(self, *, sleep_interval: float, **keywords: Any) -> Any:
        return await self.files.upload_and_poll(polling_interval=sleep_interval, **keywords)

    async def create_vector_store_and_poll(self, *, sleep_interval: float, **keywords: Any) -> Any:
        return await self.vector_stores.create_and_poll(polling_interval=sleep_interval, **keywords)

    async def enable_auto_function_calls(self, max_retry: int = 10, **tools: Any) -> None:
        (given,) = tools.values()  # named functions, function_tool or toolset there
        await self.settled(self.target.enable_auto_function_calls(given, max_retry))
        self.called.add("enable_auto_function_calls")


@asynccontextmanager
async def connected(flavour: str, url: str, key: str) -> AsyncIterator[Api]:
    """The operations of a published client."""
    kind = {"sync": AgentsClient, "async": AsyncAgentsClient}[flavour]
    made = kind(endpoint=f"{url}/api/projects/local", **settings(flavour, url, key))
    async with AsyncExitStack() as stack:
        if flavour == "sync":
            stack.enter_context(made)
        else:
            await stack.enter_async_context(made)
        yield AgentsApi(made, flavour)


async def wrong_key(api: Api, report: Report) -> None:
    with report.check("a wrong key is a ClientAuthenticationError"):
        await refused(api.threads.create(), ClientAuthenticationError)


CLIENT = Client(
    title="azure-ai-agents 1.1.0",
    connect=connected,
    offline=(*agents_scenarios.OFFLINE, *agents_paging.OFFLINE, *rounds.ON_OFFLINE, *service_tools.ON_OFFLINE),
    told=(
        *agents_scenarios.TOLD,
        *event_streams.COMMON,
        *rounds.COMMON,
        service_tools.connected_agents,
        service_tools.open_api,
    ),
    with_wrong_key=wrong_key,
    names=NAMES,
)

if __name__ == "__main__":
    sys.exit(run_client(CLIENT))
