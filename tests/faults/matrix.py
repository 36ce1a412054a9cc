"""Runs operations under faults, and says of each cell what came of it: the value or the error's class, and what the service counted."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import AzureError

import agentkit
import agentkit.aio
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import Table

from .faults import OTHER_HOST, VALUE, Fault
from .gate import Exchange, Gate, Reply
from .operations import OPERATIONS, Objects, Operation

__all__ = ["FACES", "Bench", "Cell", "bench", "cells"]

FACES = ("sync", "async")

READ_TIMEOUT = 0.25
DEADLINE = 20.0


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
    """The service, a client that goes to it straight, and another host that must not learn the key."""

    service: LocalService
    other: Gate
    shown: list[bytes]
    inserted: Counter[str]
    client: agentkit.AIProjectClient

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
    with (
        LocalService(model=_answer, allow_download=True) as service,
        _counting() as inserted,
        Gate(service.url) as other,
        agentkit.AIProjectClient(service.url, service.key) as client,
    ):
        made = Bench(service, other, [], inserted, client)
        other.arm(lambda exchange: _foreign(made, exchange), times=None)
        yield made


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


def _foreign(at: Bench, exchange: Exchange) -> None:
    at.shown += exchange.secrets
    exchange.send(Reply(401, [b"Content-Type: application/json"], b'{"error": {"message": "who are you?"}}').raw())


def cells(at: Bench, operation: Operation, fault: Fault) -> list[Cell]:
    """Both clients' cells of an operation under a fault."""
    return [_cell(at, operation, fault, face) for face in FACES]


def _cell(at: Bench, operation: Operation, fault: Fault, face: str) -> Cell:
    with tempfile.TemporaryDirectory() as name, Gate(at.service.url) as gate:
        objects = Objects(at.client, Path(name))
        keywords = operation.keywords(objects)
        before = at.made(operation.makes)
        try:
            call = _Call(at, gate, operation, fault, keywords)
            outcome, error = asyncio.run(
                asyncio.wait_for(call.asynchronous() if face == "async" else call.synchronous(), DEADLINE)
            )
        except TimeoutError:
            outcome, error = "hangs", None
        received, made = call.received, at.made(operation.makes) - before
        left = sorted(path.name for path in objects.folder.iterdir() if path.name != "up.txt")
    problems = [*_wrong(operation, fault, outcome, error, received, made), *call.problems]
    if operation.name == "save_file" and left != (["down.txt"] if outcome == VALUE else []):
        problems.append(f"files left: {left}")
    return Cell(operation.name, fault.name, face, outcome, received, made, tuple(problems))


class _Call:
    """One call by either client, and a look afterwards whether the client still works."""

    def __init__(self, at: Bench, gate: Gate, operation: Operation, fault: Fault, keywords: dict[str, Any]) -> None:
        self._at, self._gate, self._operation, self._fault, self._keywords = at, gate, operation, fault, keywords
        self.problems: list[str] = []
        self.received = 0

    async def synchronous(self) -> tuple[str, Exception | None]:
        return await asyncio.to_thread(lambda: asyncio.run(self._with(agentkit.AIProjectClient)))

    async def asynchronous(self) -> tuple[str, Exception | None]:
        return await self._with(agentkit.aio.AIProjectClient)

    async def _with(self, kind: Any) -> tuple[str, Exception | None]:
        at, fault = self._at, self._fault
        url = at.closed() if fault.target == "closed" else self._gate.url
        client = kind(url, at.service.key, read_timeout=READ_TIMEOUT, retry_backoff_factor=0.001)
        try:
            if fault.target == "idle":
                await _done(client.agents.list_files())
                self._gate.close_idle()
            act = fault.act if fault.name != OTHER_HOST else _to(at.other)
            self._gate.arm(act, times=fault.times)
            at.shown.clear()
            outcome, error = VALUE, None
            try:
                await self._made(client.agents)
            except Exception as raised:  # noqa: BLE001 - whatever comes is the outcome
                outcome, error = type(raised).__name__, raised
            self.received = self._gate.forwarded
            if at.shown:
                self.problems.append("the other host was shown a secret")
            if fault.target != "closed":
                self._gate.whole()
                try:
                    after = await _done(client.agents.list_files())
                except AzureError as raised:
                    self.problems.append(f"the call after it fails: {raised}")
                else:
                    if after.get("object") != "list":
                        self.problems.append(f"the call after it gets another's answer: {after}")
            return outcome, error
        finally:
            await _done(client.close())

    async def _made(self, agents: Any) -> None:
        operation = self._operation
        if operation.name == "submit_tool_outputs_to_stream":
            handler = self._handler(agents)
            await _done(agents.submit_tool_outputs_to_stream(**self._keywords, event_handler=handler))
            await _done(handler.until_done())
            return
        result = getattr(agents, operation.name)(**self._keywords)
        if operation.name == "create_stream":
            await self._streamed(result)
            return
        result = await _done(result)
        if operation.name == "get_file_content":
            if hasattr(result, "__aiter__"):
                _ = [piece async for piece in result]
            else:
                _ = list(result)

    def _handler(self, agents: Any) -> Any:
        from agentkit.models import AgentEventHandler, AsyncAgentEventHandler

        return AsyncAgentEventHandler() if inspect.iscoroutinefunction(agents.get_run) else AgentEventHandler()

    async def _streamed(self, result: Any) -> None:
        if hasattr(result, "__aenter__"):
            async with result as handler:
                await handler.until_done()
        else:
            with result as handler:
                handler.until_done()


def _to(other: Gate) -> Any:
    def act(exchange: Exchange) -> None:
        exchange.send(Reply(307, [b"Location: " + other.url.encode() + exchange.target], b"").raw())

    return act


async def _done(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _wrong(
    operation: Operation, fault: Fault, outcome: str, error: Exception | None, received: int, made: int
) -> Iterator[str]:
    """What is not as expected of one cell."""
    expected = fault.expect(operation)
    if outcome != expected.outcome:
        yield f"{outcome}, expected {expected.outcome}: {error}"
    if error is not None:
        if not isinstance(error, AzureError):
            yield f"{type(error).__mro__} is no AzureError"
        if expected.says not in str(error):
            yield f"says {str(error)!r}"
        with suppress(AttributeError):
            if "gate" in expected.says and (error.request_id != "req_gate" or not error.status_code):  # type: ignore[attr-defined]
                yield "carries no status or request id"
    one_request = not operation.events and not operation.name.endswith(("_and_poll", "_process_run"))
    if one_request and expected.received is not None and operation.name != "save_file" and received != expected.received:
        yield f"the service got {received} requests, expected {expected.received}"
    if operation.makes:
        wanted = len(operation.makes) * min(expected.received or 0, 1)
        if made != wanted:
            yield f"the service made {made} objects, expected {wanted}"


def operations_named(names: Iterable[str]) -> list[Operation]:
    """The operations of these names."""
    return [operation for operation in OPERATIONS if operation.name in names]
