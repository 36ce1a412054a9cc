"""How long the imports take, as ratios to the import of the published client that is mirrored.

Each import runs in new processes with the byte code in place, the subjects in turn; the fastest counts, since everything that
disturbs a measurement only adds to it. What is not installed is named as not run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / ".make" / "compat" / "bin" / "python"
PROGRAM = "from time import perf_counter as now; start = now(); {}; print(now() - start)"

# Label, statement, and whether it needs the environment of the published client.
SUBJECTS = (
    ("import agentkit", "import agentkit", False),
    ("from agentkit import AIProjectClient", "from agentkit import AIProjectClient", False),
    ("from agentkit.aio import AIProjectClient", "from agentkit.aio import AIProjectClient", False),
    ("from agentkit.models import ThreadRun", "from agentkit.models import ThreadRun", False),
    ("every name of agentkit.models", "from agentkit.models import *", False),
    ("import agentkit.local", "import agentkit.local", False),
    ("import azure.ai.projects", "import azure.ai.projects", True),
    ("from azure.ai.projects import AIProjectClient", "from azure.ai.projects import AIProjectClient", True),
)
BASELINE = "from azure.ai.projects import AIProjectClient"


def seconds(python: Path, statement: str) -> float:
    """The time that one import takes in a new process."""
    done = subprocess.run(
        [str(python), "-c", PROGRAM.format(statement)], capture_output=True, text=True, cwd=ROOT.anchor, check=True
    )
    return float(done.stdout)


def measure(rounds: int) -> dict[str, float]:
    """The fastest import of each subject that can be run here, in seconds, after one run that is not counted."""
    best: dict[str, float] = {}
    for turn in range(rounds + 1):
        for label, statement, peer in SUBJECTS:
            if peer and not PEER.exists():
                continue
            taken = seconds(PEER if peer else Path(sys.executable), statement)
            if turn:
                best[label] = min(best.get(label, taken), taken)
    return best


def report(best: dict[str, float]) -> list[str]:
    """One line for each subject: the time and the ratio to the published client, or why there is none."""
    lines = []
    for label, _, peer in SUBJECTS:
        if label not in best:
            lines.append(f"{label:48} not run: the published client is not installed; `make compat` installs it")
            continue
        ratio = f"{best[label] / best[BASELINE]:6.2f} x" if BASELINE in best else "ratio unknown"
        lines.append(f"{label:48} {best[label] * 1000:7.1f} ms  {ratio}{'  (published)' if peer else ''}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long the imports take.")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each import (default: %(default)s)")
    rounds = parser.parse_args(arguments).rounds
    print(f"Python {sys.version.split()[0]}, fastest of {rounds}; the ratio is to `{BASELINE}`")
    print("\n".join(report(measure(rounds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
