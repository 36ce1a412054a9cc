"""A slice of the matrix: every fault on operations of each kind, and every operation under faults of each kind.

``make faults`` runs the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .faults import FAULTS, Fault
from .matrix import Bench, bench, cells, operations_named
from .operations import OPERATIONS, Operation

SOME = operations_named(["create_message", "get_run", "delete_thread", "get_file_content", "save_file", "create_stream"])
KINDS = [fault for fault in FAULTS if fault.name in ("no fault", "reset after", "503 once", "200, half the JSON")]


@pytest.fixture(scope="module")
def at() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault(fault: Fault, at: Bench) -> None:
    for operation in SOME:
        assert [cell.problems for cell in cells(at, operation, fault)] == [(), ()], operation.name


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation(operation: Operation, at: Bench) -> None:
    for fault in KINDS:
        assert [cell.problems for cell in cells(at, operation, fault)] == [(), ()], fault.name
