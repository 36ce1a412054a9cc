"""Runs the published azure-ai-projects 1.0.0b10, unmodified, against local services: every call that answers without a stream.

``start.py`` starts the services, and this program in an environment of its own. A line is printed for each call that is made and looked
at; in the end a call has passed when it was made and every look at it was content.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import os
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import scenarios
from azure.ai.projects import AIProjectClient
from azure.ai.projects.aio import AIProjectClient as AsyncAIProjectClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

STREAMS = frozenset({"create_stream", "submit_tool_outputs_to_stream"})


class Unfinished(Exception):
    """A look at a call failed, and what follows in its scenario depends on it."""


class Api:
    """The operations of either client, all of them to be awaited."""

    def __init__(self, agents: Any) -> None:
        self._agents = agents

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._agents, name)

        async def call(*arguments: Any, **keywords: Any) -> Any:
            result = method(*arguments, **keywords)
            return await result if inspect.isawaitable(result) else result

        return call

    def names(self) -> list[str]:
        """Every call that answers without a stream."""
        return sorted(name for name in dir(self._agents) if not name.startswith("_") and name not in STREAMS)


class Report:
    """Says of each call what came of it."""

    def __init__(self, flavour: str) -> None:
        self.flavour = flavour
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """Print a line for the call that is made and looked at in the block.

        :param name: The name of the call, or in words what is looked at.
        :raises Unfinished: The block raised.
        """
        try:
            yield
        except Exception as error:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == scenarios.__file__]
            place = f"line {frames[-1].lineno}: {frames[-1].line}" if frames else "outside the scenarios"
            print(f"FAILED  {self.flavour:5}  {name}: {type(error).__name__}: {error} ({place})", flush=True)
            self.failed.add(name)
            raise Unfinished(name) from error
        print(f"ok      {self.flavour:5}  {name}", flush=True)
        self.passed.add(name)

    def close(self, names: list[str]) -> None:
        """Count every call of ``names`` that was never looked at as failed."""
        for name in names:
            if name not in self.passed | self.failed:
                print(f"FAILED  {self.flavour:5}  {name}: it was not reached", flush=True)
                self.failed.add(name)
        self.passed -= self.failed


@asynccontextmanager
async def connected(flavour: str, url: str, key: str) -> AsyncIterator[Api]:
    """The operations of a published client. It sends no token over http, so it shows the key by a policy of its own."""
    made = {"sync": AIProjectClient, "async": AsyncAIProjectClient}[flavour](
        endpoint=url,
        subscription_id="00000000-0000-0000-0000-000000000000",
        resource_group_name="local",
        project_name="local",
        credential=AzureKeyCredential(key),
        authentication_policy=AzureKeyCredentialPolicy(AzureKeyCredential(key), "api-key"),
    )
    async with AsyncExitStack() as stack:
        if flavour == "sync":
            stack.enter_context(made)
        else:
            await stack.enter_async_context(made)
        yield Api(made.agents)


async def run(flavour: str, offline: str, functions: str, key: str) -> Report:
    """Put one of the clients through every scenario.

    :param flavour: ``sync`` or ``async``.
    :param offline: URL of a service with the offline model.
    :param functions: URL of a service whose model calls functions.
    :param key: The key of both.
    """
    report = Report(flavour)
    for url, parts in ((offline, scenarios.OFFLINE), (functions, scenarios.WITH_FUNCTIONS)):
        async with connected(flavour, url, key) as api:
            for part in parts:
                try:
                    await part(api, report)
                except Unfinished:
                    print(f"        {flavour:5}  the rest of the scenario {part.__name__!r} is left out", flush=True)
    async with connected(flavour, offline, "a wrong key") as api:
        try:
            with report.check("a wrong key is a ClientAuthenticationError"):
                await scenarios.refused(api.list_agents(), ClientAuthenticationError)
        except Unfinished:
            print(f"        {flavour:5}  the service let a wrong key in", flush=True)
        report.close(api.names())
    return report


def main() -> int:
    """Run both clients and count."""
    parser = argparse.ArgumentParser(
        description="The published client against local services; the key is in AGENTKIT_LOCAL_KEY."
    )
    parser.add_argument("offline", help="URL of a service with the offline model")
    parser.add_argument("functions", help="URL of a service whose model calls functions")
    options = parser.parse_args()
    key = os.environ["AGENTKIT_LOCAL_KEY"]
    reports = [asyncio.run(run(flavour, options.offline, options.functions, key)) for flavour in ("sync", "async")]
    failed = sum(len(report.failed) for report in reports)
    print(f"{sum(len(report.passed) for report in reports)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
