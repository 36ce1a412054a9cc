"""Drives every target with made-up input, and prints what came of it: ``python tests/fuzz/run.py [--inputs 200000] [TARGET...]``.

The inputs are made by a mutator of valid samples; the seed that is printed makes the same ones again. A crash is told apart by the class
of the error and the place in the package where it came from; its shortest input is printed as a literal, to be kept as a case.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# What pytest adds for the tests.
sys.path.extend(str(Path(__file__).resolve().parents[2] / part) for part in ("", "tests", "tests/local", "tests/models"))

from fuzz.cases import CASES
from fuzz.target import Result, drive, shown
from fuzz.targets import TARGETS

INPUTS = 200_000
PART = 5_000
"""So many inputs are made from one seed, by one process at a stretch."""


def main() -> int:
    """Print the table; exit status 1 where a crash is left."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"one or several of: {', '.join(TARGETS)}; all of them by default"
    )
    parser.add_argument("--inputs", type=int, default=INPUTS, help="how many each of them gets (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (%(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (%(default)s)")
    options = parser.parse_args()
    unknown = sorted(set(options.targets) - set(TARGETS))
    if unknown:
        parser.error(f"there is no target {unknown[0]!r}; the targets are: {', '.join(TARGETS)}")
    print(f"seed {options.seed}: mutated samples, {options.inputs} inputs for a target\n")
    print(f"{'target':24}{'inputs':>9}{'once found':>12}{'left':>6}{'CPU seconds':>13}", flush=True)
    started, results = time.monotonic(), []
    with ProcessPoolExecutor(options.processes, initializer=_quiet) as pool:
        for name in options.targets or TARGETS:
            result = Result(name)
            sizes = [min(PART, options.inputs - start) for start in range(0, options.inputs, PART)]
            seeds = [options.seed * 1_000_000 + number for number in range(len(sizes))]
            for part in pool.map(_part, [name] * len(sizes), sizes, seeds):
                result.add(part)
            results.append(result)
            found = sum(case.target == name for case in CASES)
            print(f"{name:24}{result.inputs:9}{found:12}{len(result.crashes):6}{result.seconds:13.1f}", flush=True)
    left = [(result.target, crash) for result in results for crash in result.crashes.values()]
    for target, crash in left:
        print(f"\nLEFT in {target}: {crash.kind}: {crash.error}\n    {shown(crash.given, 4000)}")
    inputs = sum(result.inputs for result in results)
    print(f"\n{len(results)} targets, {inputs} inputs, {len(left)} crashes left, {time.monotonic() - started:.0f} s")
    return 1 if left else 0


def _quiet() -> None:
    logging.disable(logging.CRITICAL)
    os.environ.pop("NOT_SET", None)


def _part(name: str, inputs: int, seed: int) -> Result:
    before = time.process_time()
    result = drive(TARGETS[name], inputs, seed)
    result.seconds = time.process_time() - before
    return result


if __name__ == "__main__":
    sys.exit(main())
