"""Runs every operation under every fault by both clients, and prints what came of each: ``python tests/faults/run.py``.

The table has a line for each operation and a column for each fault. A cell has the outcome, then how many requests of the call the
service got, and how many objects it made. Below it stands what differs where requests carry a key under which the service carries
each out once.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing.util import Finalize
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults.expected import VALUE
from faults.faults import FAULTS, Fault
from faults.matrix import Bench, Cell, bench, cells
from faults.operations import SENDS_NOTHING
from faults.project_operations import ALL_OPERATIONS, operations_named

# Cells wait more than they work, so there are more workers than cores.
WORKERS = 4
WIDTH = 180

SHORT = {
    VALUE: "ok",
    "ServiceRequestError": "unsent",
    "ServiceRequestTimeoutError": "unsent-t",
    "ServiceResponseError": "broken",
    "ServiceResponseTimeoutError": "silent",
    "HttpResponseError": "refused",
    "ClientAuthenticationError": "r401",
    "ResourceNotFoundError": "r404",
    "ResourceExistsError": "r409",
    "DecodeError": "no-json",
    "EventStreamError": "no-events",
}
"""The outcomes as they stand in the table; any other stands there by its own name."""

Table = Mapping[tuple[str, str], Sequence[Cell]]

_here: list[Bench] = []


def main() -> int:
    """Print the table; exit status 1 where a cell is not as it has to be."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("operation", nargs="*", help="the operations to run; by default all")
    started = time.monotonic()
    found = _found(parser.parse_args().operation)
    _print_legend(found)
    _print_table([cell for cell in found if cell.face != "keyed"], FAULTS)
    keyed = [cell for cell in found if cell.face == "keyed"]
    print("Where a request carries a key under which the service carries it out once, these differ:\n")
    _print_table(keyed, [fault for fault in FAULTS if any(cell.fault == fault.name for cell in keyed)])
    wrong = [cell for cell in found if cell.problems]
    for cell in wrong:
        print(_wrong(cell))
    operations = len({cell.operation for cell in found})
    took = time.monotonic() - started
    print(f"{operations} operations x {len(FAULTS)} faults: {len(found)} cells, {len(wrong)} wrong, 0 skipped, {took:.0f} s")
    return 1 if wrong else 0


# --- the work ---------------------------------------------------------------------------------------------------------


def _found(names: Sequence[str]) -> list[Cell]:
    """The cells of these operations, or of all, by several workers; one that is wrong is told of at once."""
    chosen = operations_named(*names) if names else ALL_OPERATIONS
    # Streams take longest, so they come first. A worker takes a fifth of the faults at a time, every fifth one.
    order = sorted(chosen, key=lambda operation: not operation.events)
    parts = [(operation.name, fifth) for operation in order for fifth in range(5)]
    found = []
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), initializer=_begin) as pool:
        for part in pool.map(_part, parts):
            for cell in part:
                found.append(cell)
                if cell.problems:
                    print(_wrong(cell), file=sys.stderr, flush=True)
    return found


def _wrong(cell: Cell) -> str:
    return f"WRONG {cell.operation} ({cell.face}) under {cell.fault}: {'; '.join(cell.problems)}"


def _begin() -> None:
    """Make the service of a worker, which ends with it: before its threads are waited for, which atexit is not."""
    logging.getLogger("agentkit").setLevel(logging.CRITICAL)
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=10)
    _here.append(stack.enter_context(bench()))


def _part(part: tuple[str, int]) -> list[Cell]:
    name, fifth = part
    (operation,) = operations_named(name)
    return [cell for fault in FAULTS[fifth::5] for cell in cells(_here[0], operation, fault)]


# --- the table --------------------------------------------------------------------------------------------------------


def _print_legend(found: Iterable[Cell]) -> None:
    print("The faults:")
    for number, fault in enumerate(FAULTS, 1):
        print(f"{number:5} {fault.name}")
    print("\nThe outcomes:")
    outcomes = {cell.outcome for cell in found}
    for name, short in SHORT.items():
        if name in outcomes:
            print(f"  {short:10} {'the value that the call gives without a fault' if name == VALUE else name}")
    print("\nAfter the outcome: requests of the call that the service got / objects that it made.")
    print("Two cells in one, with | between: the sync and the async client. An empty one: as above.")
    for name, reason in SENDS_NOTHING.items():
        print(f"{name} has no line: {reason}.")
    print()


def _print_table(found: Iterable[Cell], faults: Sequence[Fault]) -> None:
    """Print cells, as many columns side by side as there is room for."""
    table: defaultdict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in found:
        table[cell.operation, cell.fault].append(cell)
    numbers = {fault.name: number for number, fault in enumerate(FAULTS, 1)}
    rows = [operation.name for operation in ALL_OPERATIONS if any(name == operation.name for name, _ in table)]
    first = max(map(len, rows), default=0) + 2
    left = [(fault, _column(table, fault, rows)) for fault in faults]
    while left:
        block: list[tuple[Fault, list[str]]] = []
        used = first
        while left and (not block or used + _width(left[0][1]) <= WIDTH):
            block.append(left.pop(0))
            used += _width(block[-1][1])
        print(" " * first + "".join(f"{numbers[fault.name]:<{_width(column)}}" for fault, column in block).rstrip())
        for row, name in enumerate(rows):
            print(f"{name:{first}}" + "".join(f"{column[row]:{_width(column)}}" for _, column in block).rstrip())
        print()


def _column(table: Table, fault: Fault, rows: Iterable[str]) -> list[str]:
    return [_text(table.get((name, fault.name), ())) for name in rows]


def _width(column: Iterable[str]) -> int:
    return max(len(text) for text in column) + 2


def _text(of: Sequence[Cell]) -> str:
    """The cells of one place: one text where both clients have the same."""
    texts = [f"{SHORT.get(cell.outcome, cell.outcome)} {cell.received}/{cell.made}" for cell in of]
    return "|".join(dict.fromkeys(texts))


if __name__ == "__main__":
    sys.exit(main())
