"""Runs every operation under every fault by both clients, and prints what came of each: ``python tests/faults/run.py``.

The table has a line for each operation and a column for each fault. A cell reads ``value 1/1``, or an error's class by its initials, then
how many requests of the call the service got, and how many objects it made. Where the two clients differ, both are given.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults.faults import FAULTS, VALUE
from faults.matrix import Cell, bench, cells
from faults.operations import OPERATIONS

WORKERS = 4


def main() -> int:
    """Print the table; exit status 1 where a cell is not as it has to be."""
    started = time.monotonic()
    with ProcessPoolExecutor(WORKERS) as pool:
        found = [cell for part in pool.map(_part, range(WORKERS)) for cell in part]
    shown = {(cell.operation, cell.fault): [] for cell in found}  # type: dict[tuple[str, str], list[Cell]]
    for cell in found:
        shown[cell.operation, cell.fault].append(cell)
    for number, fault in enumerate(FAULTS, 1):
        print(f"{number:3} {fault.name}")
    classes = sorted({cell.outcome for cell in found} - {VALUE})
    print("\nvalue: what the call gives without a fault; " + ", ".join(f"{_short(name)}: {name}" for name in classes))
    print("outcome, requests that the service got / objects that it made\n")
    for start in range(0, len(FAULTS), 12):
        columns = FAULTS[start : start + 12]
        print(f"{'':42}" + "".join(f"{start + number:<12}" for number in range(1, len(columns) + 1)))
        for operation in OPERATIONS:
            print(f"{operation.name:42}" + "".join(f"{_text(shown[operation.name, f.name]):12}" for f in columns))
        print()
    wrong = [cell for cell in found if cell.problems]
    for cell in wrong:
        print(f"WRONG {cell.operation} ({cell.face}) under {cell.fault}: {'; '.join(cell.problems)}")
    print(f"{len(found)} cells, {len(wrong)} wrong, 0 skipped, {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def _part(worker: int) -> list[Cell]:
    """The cells of every so-manieth operation, in a process of their own."""
    with bench() as at:
        return [cell for operation in OPERATIONS[worker::WORKERS] for fault in FAULTS for cell in cells(at, operation, fault)]


def _short(name: str) -> str:
    return "".join(letter for letter in name.removesuffix("Error") if letter.isupper())


def _text(of: Iterable[Cell]) -> str:
    texts = {f"{c.outcome if c.outcome == VALUE else _short(c.outcome)} {c.received}/{c.made}" for c in of}
    return "|".join(sorted(texts))


if __name__ == "__main__":
    sys.exit(main())
