"""Runs every sample on the embedded service, and prints how long each took, how it ended, and what it shows.

What the samples have to print is held by tests/samples.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from agentkit._core.endpoint import SERVICE_VARIABLES

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120
GRACE = 3.0
AT_ONCE = 3
OUTPUT = "samples-output"
NOTICE = "agentkit: no service is set in the environment"

_SAVED = re.compile(rf"{OUTPUT}/[\w./-]*\w\.\w+")


@dataclass(frozen=True)
class Outcome:
    """What came of a sample: its exit status and seconds, what it printed, and the files in its folder with their content."""

    status: int
    seconds: float
    output: str
    errors: str
    files: dict[str, bytes] = field(repr=False)

    def wrong(self) -> Iterator[str]:
        """One line for each thing that is wrong with it.

        A sample ends with status 0, prints something, leaves the files that it names, and no other file and no process. On stderr it
        may say that it uses the embedded service, and nothing else.
        """
        if self.status:
            yield f"it ended with status {self.status}"
        yield from (f"on stderr: {line}" for line in self.errors.splitlines() if not line.startswith(NOTICE))
        if not self.output.strip():
            yield "it printed nothing"
        yield from (f"it names {name}, which is not there" for name in _SAVED.findall(self.output) if name not in self.files)
        yield from (f"it left {name}, outside {OUTPUT}" for name in self.files if not name.startswith(f"{OUTPUT}/"))
        for name, content in self.files.items():
            if name.endswith(".png") and not content.startswith(b"\x89PNG"):
                yield f"{name} is no PNG image"


def samples() -> list[Path]:
    """All samples, in the order in which they are to be read."""
    return sorted((ROOT / "samples").glob("*.py"))


def shows(path: Path) -> str:
    """What a sample shows: the first line of its docstring."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def run_sample(path: Path, *, python: str = sys.executable, options: tuple[str, ...] = ("-W", "error")) -> Outcome:
    """Run a sample, with no service in its environment.

    :param path: The sample.
    :param python: The interpreter to run it with.
    :param options: The interpreter's options.
    """
    environment = {
        name: value for name, value in os.environ.items() if name not in (*SERVICE_VARIABLES, "MODEL_DEPLOYMENT_NAME")
    }
    watcher = [sys.executable, "-I", str(ROOT / ".ci" / "leftover.py"), str(SECONDS), str(GRACE)]
    with tempfile.TemporaryDirectory(prefix="agentkit-sample-") as folder:
        started = time.monotonic()
        done = subprocess.run(
            [*watcher, python, *options, str(path)],
            cwd=folder,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        seconds = time.monotonic() - started
        files = {item.relative_to(folder).as_posix(): item.read_bytes() for item in Path(folder).rglob("*") if item.is_file()}
    return Outcome(done.returncode, seconds, done.stdout, done.stderr, files)


def main() -> int:
    """Run all samples, a few at once; exit status 1 when there is none, or when something is wrong with one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--python", default=sys.executable, help="the interpreter to run the samples with (default: this one)")
    chosen = parser.parse_args().python
    found = samples()
    if not found:
        print("there is no sample in samples/")
        return 1
    failed = 0
    width = max(len(path.name) for path in found)
    print(f"{'sample':{width}}  seconds  status  shows")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for path, outcome in zip(found, pool.map(lambda path: run_sample(path, python=chosen), found), strict=True):
            print(f"{path.name:{width}}  {outcome.seconds:7.1f}  {outcome.status:6}  {shows(path)}", flush=True)
            wrong = list(outcome.wrong())
            failed += bool(wrong)
            print(*(f"  {line}\n" for line in wrong), sep="", end="", flush=True)
    print(f"{len(found)} samples, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
