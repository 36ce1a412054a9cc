"""Runs the published azure-ai-projects 1.0.0b10, unmodified, against local services: every call, every way to read a stream.

``start.py`` starts the services, and this program in an environment of its own. A line is printed for each call that is made and looked
at; in the end a call has passed when it was made and every look at it was content.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import inspect
import logging
import os
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import rounds
import scenarios
import service_tools
import streams
from azure.ai.projects import AIProjectClient
from azure.ai.projects.aio import AIProjectClient as AsyncAIProjectClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy
from listening import FACES

HERE = Path(__file__).resolve().parent
READ_SECONDS = 60.0

Scenario = Callable[["Api", "Report"], Awaitable[None]]
ON_OFFLINE: tuple[Scenario, ...] = (*scenarios.OFFLINE, *rounds.ON_OFFLINE, *service_tools.ON_OFFLINE)
ON_TOLD: tuple[Scenario, ...] = (*streams.STREAMS, *rounds.ROUNDS, *service_tools.ON_TOLD)


class Unfinished(Exception):
    """A look at a call failed, and what follows in its scenario depends on it."""


class Api:
    """The operations of either client, all of them to be awaited.

    :param agents: The operations as the client has them.
    :param flavour: ``sync`` or ``async``.
    """

    def __init__(self, agents: Any, flavour: str) -> None:
        self.agents = agents
        self.face = FACES[flavour]
        self._is_async = flavour == "async"

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.agents, name)

        async def call(*arguments: Any, **keywords: Any) -> Any:
            return await self.settled(method(*arguments, **keywords))

        return call

    async def settled(self, result: Any) -> Any:
        """What a call came to, whether it was of the sync or of the async client."""
        return await result if inspect.isawaitable(result) else result

    def awaitable(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as one of the client's own kind."""
        if not self._is_async:
            return function

        @functools.wraps(function)
        async def call(*arguments: Any, **keywords: Any) -> Any:
            return function(*arguments, **keywords)

        return call

    def names(self) -> list[str]:
        """Every call that there is."""
        return sorted(name for name in dir(self.agents) if not name.startswith("_"))


class SwallowedErrors(logging.Handler):
    """Keeps what the client logs of errors in handlers, which it raises to nobody, and drops the rest of its log."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.startswith("Error in event handler"):
            self.texts.append(text)

    def raise_any(self) -> None:
        """Raise what was kept since the last time.

        :raises RuntimeError: There is something.
        """
        texts, self.texts = self.texts, []
        if texts:
            raise RuntimeError("; ".join(texts))


class Report:
    """Says of each call what came of it."""

    def __init__(self, flavour: str, swallowed: SwallowedErrors) -> None:
        self.flavour = flavour
        self.passed: set[str] = set()
        self.failed: set[str] = set()
        self._swallowed = swallowed

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """Print a line for the call that is made and looked at in the block.

        :param name: The name of the call, or in words what is looked at.
        :raises Unfinished: The block raised.
        """
        try:
            try:
                yield
            finally:
                self._swallowed.raise_any()
        except Exception as error:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_scenario(frame.filename)]
            place = "outside the scenarios"
            if frames:
                place = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}: {frames[-1].line}"
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


def is_scenario(path: str) -> bool:
    """Whether a file holds what the client is put through."""
    return Path(path).parent == HERE and path != __file__


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
        read_timeout=READ_SECONDS,
    )
    async with AsyncExitStack() as stack:
        if flavour == "sync":
            stack.enter_context(made)
        else:
            await stack.enter_async_context(made)
        yield Api(made.agents, flavour)


async def run(flavour: str, offline: str, told: str, key: str) -> Report:
    """Put one of the clients through every scenario, each with a client of its own: functions that are enabled stay enabled.

    :param flavour: ``sync`` or ``async``.
    :param offline: URL of a service with the offline model.
    :param told: URL of a service whose model does what it is told.
    :param key: The key of both.
    """
    swallowed = SwallowedErrors()
    logging.basicConfig(handlers=[swallowed], force=True)
    report = Report(flavour, swallowed)
    for url, parts in ((offline, ON_OFFLINE), (told, ON_TOLD)):
        for part in parts:
            async with connected(flavour, url, key) as api:
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
    parser.add_argument("told", help="URL of a service whose model does what it is told")
    options = parser.parse_args()
    key = os.environ["AGENTKIT_LOCAL_KEY"]
    reports = [asyncio.run(run(flavour, options.offline, options.told, key)) for flavour in ("sync", "async")]
    failed = sum(len(report.failed) for report in reports)
    print(f"{sum(len(report.passed) for report in reports)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
