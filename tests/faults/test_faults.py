"""Faults between the clients and a service: what is tried here of the whole matrix, which ``make faults`` runs.

Every fault meets an operation of each kind, and every operation a fault of each kind.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from agentkit.operations import (
    AgentsOperations,
    ConnectionsOperations,
    EvaluationsOperations,
    InferenceOperations,
    TelemetryOperations,
)

from .faults import FAULTS, Fault, faults_named
from .matrix import Bench, Cell, bench, cells
from .operations import SENDS_NOTHING, Operation
from .project_operations import ALL_OPERATIONS, operations_named

# Something is made, looked at, deleted; bytes are handed on, and saved; events are read.
KINDS = operations_named("create_message", "get_run", "delete_thread", "get_file_content", "save_file", "create_stream")

# The work is done and nobody is told; the answer breaks off; the service is busy; what comes is no answer.
SOME = faults_named("reset after", "truncated in the body", "503 once", "200, a web page")

GROUPS = {
    "agents": AgentsOperations,
    "connections": ConnectionsOperations,
    "evaluations": EvaluationsOperations,
    "inference": InferenceOperations,
    "telemetry": TelemetryOperations,
}


@pytest.fixture(scope="module")
def at() -> Iterator[Bench]:
    """A service for all cells."""
    with bench() as made:
        yield made


def problems(found: list[Cell]) -> list[str]:
    """What is wrong with cells, in words."""
    return [f"{cell.operation} ({cell.face}) under {cell.fault}: {problem}" for cell in found for problem in cell.problems]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_on_each_kind_of_operation(fault: Fault, at: Bench) -> None:
    first = FAULTS.index(fault) % 2
    faces = [("sync", "async", "keyed"), ("async", "sync", "keyed")][first]
    found = [cell for number, kind in enumerate(KINDS) for cell in cells(at, kind, fault, (faces[number % 2], "keyed"))]
    assert problems(found) == []
    assert len(found) >= len(KINDS)


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_under_some_faults(operation: Operation, at: Bench) -> None:
    found = [cell for fault in SOME for cell in cells(at, operation, fault, ("sync", "async"))]
    assert problems(found) == []
    assert len(found) == 2 * len(SOME)


def test_every_public_operation_is_in_the_matrix() -> None:
    calls = {
        f"{group}.{name}"
        for group, kind in GROUPS.items()
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        # The areas of agents are these operations by other names.
        if not name.startswith("_")
    }
    assert calls == {operation.call for operation in ALL_OPERATIONS} | set(SENDS_NOTHING)


def test_no_name_is_there_twice() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({operation.name for operation in ALL_OPERATIONS}) == len(ALL_OPERATIONS)
