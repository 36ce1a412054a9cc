"""What the programs of the published Python clients share: calls that can be awaited, reports of them, and the way through the scenarios.

A line is printed for each call that is made and looked at. In the end an operation has been called when a scenario called it on every
face of the client, and it has passed when every look at it was content there.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import inspect
import logging
import os
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

Scenario = Callable[[Any, "Report"], Awaitable[None]]


class Unfinished(Exception):
    """A look at a call failed, and what follows in its scenario depends on it."""


class Api:
    """The operations of either client, sync or async, all of them to be awaited.

    :param target: The client, or what holds its operations; its own groups of operations are given as more of these.
    :param flavour: ``sync`` or ``async``.
    :param names: Other names that operations are called by, and their own, such as ``runs.stream``.
    :param apart: Names of the target that are no operations.
    """

    def __init__(self, target: Any, flavour: str, names: Mapping[str, str] | None = None, apart: Sequence[str] = ()) -> None:
        self.target = target
        self.flavour = flavour
        self.called: set[str] = set()
        self._names = names or {}
        self._apart = apart
        self._prefix = ""

    def __getattr__(self, name: str) -> Any:
        found, own_name = self.raw(name), self._prefix + self._names.get(name, name)
        if not callable(found):
            return self._group(found, f"{own_name}.")

        async def call(*arguments: Any, **keywords: Any) -> Any:
            self.called.add(own_name)
            return await self.settled(found(*arguments, **keywords))

        return call

    def raw(self, name: str) -> Any:
        """The operation as the client has it."""
        return attrgetter(self._names.get(name, name))(self.target)

    def _group(self, target: Any, prefix: str) -> Api:
        group = Api(target, self.flavour)
        group.called, group._prefix = self.called, prefix
        return group

    async def settled(self, result: Any) -> Any:
        """What a call came to, whether it was of the sync or of the async client."""
        return await result if inspect.isawaitable(result) else result

    def awaitable(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as one of the client's own kind."""
        if self.flavour == "sync":
            return function

        @functools.wraps(function)
        async def call(*arguments: Any, **keywords: Any) -> Any:
            return function(*arguments, **keywords)

        return call

    def operations(self) -> list[str]:
        """Every operation that the client offers, such as ``runs.stream``."""
        offered: list[str] = []
        for name in dir(self.target):
            if name.startswith("_") or name in self._apart:
                continue
            found = getattr(self.target, name)
            if callable(found):
                offered.append(name)
            else:
                offered += [f"{name}.{inner}" for inner in self._group(found, "").operations()]
        return offered


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
    """Says of each call what came of it.

    :param face: What is tried, in a few words that lead each line.
    :param swallowed: What the client logged and did not raise.
    :param names: Other names that operations are called by, and their own.
    """

    def __init__(self, face: str, swallowed: SwallowedErrors, names: Mapping[str, str] | None = None) -> None:
        self.face = face
        self.looks = 0
        self.passed: set[str] = set()
        self.failed: set[str] = set()
        self.offered: set[str] = set()
        self.called: set[str] = set()
        self._swallowed = swallowed
        self._names = names or {}

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """Print a line for the call that is made and looked at in the block.

        :param name: The name of the operation, or in words what is looked at.
        :raises Unfinished: The block raised.
        """
        name = self._names.get(name, name)
        self.looks += 1
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
            self.fail(name, f"{type(error).__name__}: {error} ({place})")
            raise Unfinished(name) from error
        print(f"ok      {self.face}  {name}", flush=True)
        self.passed.add(name)

    def fail(self, name: str, reason: str) -> None:
        """Count the call as failed, and say so."""
        print(f"FAILED  {self.face}  {name}: {reason}", flush=True)
        self.failed.add(name)

    def note(self, api: Api) -> None:
        """Take over from a client which operations it offers, and which of them were called."""
        self.offered.update(api.operations())
        self.called |= api.called

    def close(self) -> None:
        """Count every operation that was never called, or never looked at, as failed."""
        self.passed -= self.failed
        for name in sorted(self.offered - self.failed):
            if name not in self.called:
                self.fail(name, "it was not called")
            elif name not in self.passed:
                self.fail(name, "nothing looked at what came of it")
        self.passed -= self.failed


def is_scenario(path: str) -> bool:
    """Whether a file holds what the client is put through."""
    return Path(path).parent == HERE and path != __file__


@dataclass(frozen=True)
class Client:
    """A published client, and what it is put through.

    :ivar title: Its name and version.
    :ivar connect: Opens it: flavour, URL of the service, key. Over http it shows the key, over TLS a token.
    :ivar offline: Scenarios for a service with the offline model.
    :ivar told: Scenarios for a service whose model does what it is told.
    :ivar with_wrong_key: A scenario for a client that has a wrong key.
    :ivar names: Other names that the scenarios have for operations, and their own.
    """

    title: str
    connect: Callable[[str, str, str], AbstractAsyncContextManager[Api]]
    offline: Sequence[Scenario]
    told: Sequence[Scenario]
    with_wrong_key: Scenario
    names: Mapping[str, str] = field(default_factory=dict)


async def put_through(client: Client, flavour: str, offline: str, told: str, key: str) -> Report:
    """Put a client through every scenario, each with one of its own: functions that are enabled stay enabled.

    :param flavour: ``sync`` or ``async``.
    :param offline: URL of a service with the offline model.
    :param told: URL of a service whose model does what it is told.
    :param key: The key of both.
    """
    swallowed = SwallowedErrors()
    logging.basicConfig(handlers=[swallowed], force=True)
    logging.getLogger("azure.ai").setLevel(logging.DEBUG)  # where one of the clients tells of errors in handlers
    shown = f"{flavour:5}  {'https' if offline.startswith('https:') else 'http':5}"
    report = Report(shown, swallowed, client.names)
    trials = [
        *((offline, key, part) for part in client.offline),
        *((told, key, part) for part in client.told),
        (offline, "a wrong key", client.with_wrong_key),
    ]
    for url, shown_key, part in trials:
        async with client.connect(flavour, url, shown_key) as api:
            try:
                await part(api, report)
            except Unfinished:
                print(f"        {shown}  the rest of the scenario {part.__name__!r} is left out", flush=True)
            report.note(api)
    report.close()
    return report


def run_client(client: Client) -> int:
    """Put both faces of a client through its scenarios on the services of the command line, and count.

    :return: Exit status: 0 when everything passed.
    """
    parser = argparse.ArgumentParser(description=f"{client.title} against local services; their key is in AGENTKIT_LOCAL_KEY.")
    parser.add_argument("--on", nargs=2, action="append", required=True, metavar=("OFFLINE", "TOLD"), help="URLs of services")
    services = parser.parse_args().on
    key = os.environ["AGENTKIT_LOCAL_KEY"]
    reports = [
        asyncio.run(put_through(client, flavour, offline, told, key))
        for offline, told in services
        for flavour in ("sync", "async")
    ]
    print(summary(client.title, reports))
    return 1 if any(report.failed for report in reports) else 0


def summary(title: str, reports: Sequence[Report]) -> str:
    """A table with a line for each face of a client, and a line for the client."""
    lines = [f"\n{title:32}  offered  called  passed   looks  failed"]
    for report in reports:
        counts = (report.offered, report.called & report.offered, report.passed & report.offered)
        offered, called, passed = (len(names) for names in counts)
        lines.append(f"  {report.face:30}  {offered:7}  {called:6}  {passed:6}  {report.looks:6}  {len(report.failed):6}")
    every = set[str]().union(*(report.offered for report in reports))
    called = len(every.intersection(*(report.called for report in reports)))
    passed = len(every.intersection(*(report.passed for report in reports)))
    lines.append(f"{title}: {len(every)} operations offered, {called} called, {passed} passed")
    return "\n".join(lines)
