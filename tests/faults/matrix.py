"""Runs operations under faults, and says of each cell what came of it: the value or the error's class, and what the service counted."""

from __future__ import annotations

import asyncio
import inspect
import operator
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import AzureError

import agentkit
import agentkit.aio
from agentkit.local import Hosting, LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import Table

from .acts import redirected
from .expected import VALUE
from .faults import FAULTS, OTHER_HOST, Fault
from .gate import Exchange, Gate, Reply, Told
from .judging import problems_of_counts, problems_of_error, problems_of_folder, problems_of_value, shape
from .operations import MANIFEST, PROBE, Objects, Operation
from .project_operations import INSIGHTS

__all__ = ["FACES", "Bench", "Cell", "bench", "cells"]

FACES = ("sync", "async", "keyed")
"""The two clients, and the sync one at a service that is known to carry out a request with a key once."""

# Of a service that falls silent, and of one that does not, on a machine that is busy.
SHORT, LONG = 0.4, 20.0
DEADLINE = 30.0


@dataclass(frozen=True)
class Cell:
    """What came of one call.

    :param outcome: ``value``, or the name of the error's class.
    :param received: How many requests of the call the service got.
    :param made: How many objects it made in the tables of the operation.
    :param problems: What is not as it has to be.
    """

    operation: str
    fault: str
    face: str
    outcome: str
    received: int
    made: int
    problems: tuple[str, ...] = ()


def _answer(request: ModelRequest) -> str | ModelTurn:
    """A question back for agents that are to call their function, an echo for all others."""
    if request.instructions == "calls" and not request.results:
        return ModelTurn(tool_calls=[ToolCall(kind="function", name="weather", arguments="{}")])
    return f"You said: {request.last_user_text}"


@dataclass
class Bench:
    """The service, a client that goes to it straight, and another host that must not learn the key.

    :ivar probe: A file that is asked for after each call.
    :ivar usual: What each operation gives without a fault.
    :ivar lasting: The ids of what an operation works on, where that serves it again.
    """

    service: LocalService
    other: Gate
    inserted: Counter[str]
    client: agentkit.AIProjectClient
    probe: str
    shown: list[bytes] = field(default_factory=list)
    usual: dict[str, Any] = field(default_factory=dict)
    lasting: dict[str, dict[str, str]] = field(default_factory=dict)

    def made(self, tables: Iterable[str]) -> int:
        """How many objects were ever made in the tables."""
        return sum(self.inserted[table] for table in tables)

    def closed(self) -> str:
        """The address of a port on which nobody listens."""
        gate = Gate(self.service.url)
        with gate:
            return gate.url


@contextmanager
def bench() -> Iterator[Bench]:
    """A service, and everything that stands before it."""
    hosting = Hosting(seconds=0, manifests={"manifest": MANIFEST})
    with (
        LocalService(model=_answer, allow_download=True, hosting=hosting, app_insights=INSIGHTS) as service,
        _counting() as inserted,
        Gate(service.url) as other,
        agentkit.AIProjectClient(service.url, service.key) as client,
    ):
        probe = client.agents.upload_file(file=(PROBE, b"probe"), purpose="assistants").id
        client.agents.create_agent(name=PROBE, model="m")
        yield Bench(service, other, inserted, client, probe)


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    """Counts what the service's store takes in, by table."""
    inserted: Counter[str] = Counter()
    insert = Transaction.insert

    def counted(transaction: Transaction, table: Table, document: Document) -> Document:
        inserted[table.name] += 1
        return insert(transaction, table, document)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "insert", counted)
        yield inserted


def cells(at: Bench, operation: Operation, fault: Fault, faces: Iterable[str] = FACES) -> list[Cell]:
    """The cells of an operation under a fault: of each client, and with a key where that makes a difference."""
    if operation.name not in at.usual:
        _cell(at, operation, FAULTS[0], FACES[0])
    differs = operation.changes and fault.expect(operation) != fault.expect(replace(operation, keyed=True))
    return [_cell(at, operation, fault, face) for face in faces if face != "keyed" or differs]


def _cell(at: Bench, operation: Operation, fault: Fault, face: str) -> Cell:
    operation = replace(operation, keyed=face == "keyed")
    with tempfile.TemporaryDirectory() as name, Gate(at.service.url) as gate:
        objects = Objects(at.client, Path(name), at.lasting.setdefault(operation.name, {}) if operation.lasting else {})
        keywords = operation.keywords(objects)
        before = at.made(operation.makes)
        call = _Call(at, gate, operation, fault, keywords)
        thread = threading.Thread(target=call.run, args=(face,), daemon=True)
        thread.start()
        thread.join(DEADLINE)
        if thread.is_alive():
            call.outcome = "hangs"
        made = at.made(operation.makes) - before
        left = sorted(path.name for path in objects.folder.iterdir() if path.name != "up.txt")
    problems = [*call.problems, *_wrong(at, call, made), *problems_of_folder(operation, call.outcome, left)]
    return Cell(operation.name, fault.name, face, call.outcome, call.received, made, tuple(problems))


def _wrong(at: Bench, call: _Call, made: int) -> Iterator[str]:
    """What is not as expected of a call that was made."""
    operation, fault = call.operation, call.fault
    expected = fault.expect(operation)
    if call.outcome != expected.outcome:
        yield f"{call.outcome}, expected {expected.outcome}: {call.error}"
    elif call.error is not None:
        yield from problems_of_error(expected, call.error, at.other.last or call.told)
    elif call.outcome == VALUE:
        yield from problems_of_value(operation, fault, call.value, at.usual.setdefault(operation.name, call.value))
    yield from problems_of_counts(operation, expected, call.received, made)


class _Call:
    """One call, and a look afterwards whether the client still works and has let go of everything.

    :ivar value: What the call gave, by its shape.
    :ivar error: What it raised.
    :ivar told: What the answer said of itself that the client got last.
    """

    def __init__(self, at: Bench, gate: Gate, operation: Operation, fault: Fault, keywords: dict[str, Any]) -> None:
        self.operation, self.fault = operation, fault
        self._at, self._gate, self._keywords = at, gate, keywords
        self.outcome, self.value, self.error = VALUE, None, None  # type: str, Any, Exception | None
        self.told: Told | None = None
        self.received = 0
        self.problems: list[str] = []

    def run(self, face: str) -> None:
        """Make the call by one of the clients."""
        kind = agentkit.aio.AIProjectClient if face == "async" else agentkit.AIProjectClient
        asyncio.run(self._with(kind, repeatability=self.operation.keyed))

    async def _with(self, kind: Any, **options: Any) -> None:
        url = self._at.closed() if self.fault.target == "closed" else self._gate.url
        client = kind(
            url, self._at.service.key, read_timeout=SHORT if self.fault.stalls else LONG, retry_backoff_factor=0.001, **options
        )
        try:
            await self._called(client)
            if self.fault.target != "closed":
                await self._look_after(client.agents)
        finally:
            await _done(client.close())
        if not _soon(lambda: self._gate.open == 0):
            self.problems.append(f"{self._gate.open} connections are left open when the client is closed")

    async def _called(self, client: Any) -> None:
        at, gate, fault = self._at, self._gate, self.fault
        if fault.target == "idle":
            await _done(client.agents.get_file(at.probe))
            gate.close_idle()
        at.shown.clear()
        at.other.arm(self._foreign, times=None)
        act = redirected(307, at.other.url.encode()) if fault.name == OTHER_HOST else fault.act
        gate.arm(act, times=fault.times)
        try:
            self.value = shape(await self._result(client))
        except Exception as raised:  # noqa: BLE001 - whatever comes is the outcome
            self.outcome, self.error = type(raised).__name__, raised
        self.received, self.told = gate.forwarded, gate.last
        if at.shown:
            self.problems.append("the other host was shown a secret")

    def _foreign(self, exchange: Exchange) -> None:
        self._at.shown += exchange.secrets
        lines = [b"Content-Type: application/json", b"x-request-id: req_other"]
        exchange.send(Reply(401, lines, b'{"error": {"message": "who are you?"}}').raw())

    async def _look_after(self, agents: Any) -> None:
        """The next call gets its own answer, over the one connection that is kept."""
        self._gate.whole()
        try:
            after = await _done(agents.get_file(self._at.probe, read_timeout=LONG))
        except AzureError as raised:
            self.problems.append(f"the call after it fails: {raised}")
        else:
            if after.id != self._at.probe:
                self.problems.append(f"the call after it gets another's answer: {after}")
        if not _soon(lambda: self._gate.open <= 1):
            self.problems.append(f"{self._gate.open} connections are open after the call")

    async def _result(self, client: Any) -> Any:
        """What the call gives, read to its end; of a stream, what became of the run."""
        method = operator.attrgetter(self.operation.call)(client)
        if self.operation.name == "create_stream":
            async with _Inside(method(**self._keywords)) as handler:
                await _done(handler.until_done())
            return self._run_after()
        if self.operation.name == "submit_tool_outputs_to_stream":
            handler = _handler(client.agents)
            await _done(method(**self._keywords, event_handler=handler))
            await _done(handler.until_done())
            return self._run_after()
        if self.operation.name.startswith("temporary_"):
            async with _Inside(method(**self._keywords)) as made:
                return made
        result = await _done(method(**self._keywords))
        if self.operation.name.startswith("inference."):
            await _done(result.close())
            return self.operation.name
        if self.operation.name == "get_file_content":
            return b"".join([piece async for piece in result] if hasattr(result, "__aiter__") else result)
        if hasattr(result, "__anext__"):
            return type(await anext(result)).__name__
        return type(next(result)).__name__ if hasattr(result, "__next__") else result

    def _run_after(self) -> str:
        """What the service says of the run; a client that has read its stream to the end knows that it has ended."""
        runs = self._at.client.agents.list_runs(self._keywords["thread_id"]).data
        return ", ".join(str(run.status) for run in runs)


class _Inside:
    """The ``async with`` of a context manager of either kind."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def __aenter__(self) -> Any:
        return await self._manager.__aenter__() if hasattr(self._manager, "__aenter__") else self._manager.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        if hasattr(self._manager, "__aexit__"):
            await self._manager.__aexit__(*error)
        else:
            self._manager.__exit__(*error)


def _handler(agents: Any) -> Any:
    from agentkit.models import AgentEventHandler, AsyncAgentEventHandler

    return AsyncAgentEventHandler() if inspect.iscoroutinefunction(agents.get_run) else AgentEventHandler()


def _soon(holds: Any) -> bool:
    """Whether something comes to hold within a second: the gate hears of an end a little later than the client."""
    end = time.monotonic() + 1
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True


async def _done(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
