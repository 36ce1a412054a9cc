"""Measures how much of the package's public surface has types that every type checker reads alike, and fails below all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from environment import ROOT

PACKAGE = "agentkit"


def report() -> dict[str, Any]:
    """What basedpyright, which stands for pyright, says of the package as it is installed in this environment.

    :raises SystemExit: It gave no report; what it printed stands in the error.
    """
    # It asks the `python` that is found first where packages are.
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [sys.executable, "-m", "basedpyright", "--verifytypes", PACKAGE, "--ignoreexternal", "--outputjson"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"basedpyright ended with status {done.returncode} and gave no report:\n{done.stdout}{done.stderr}")
    return found


def complaints(found: dict[str, Any]) -> Iterator[str]:
    """One line for each thing whose type is unknown, or is told by no annotation; empty for a complete package.

    What is incomplete only because of another such thing has no line of its own.
    """
    for general in found["generalDiagnostics"]:
        yield general["message"]
    for symbol in found.get("typeCompleteness", {}).get("symbols", ()):
        for said in symbol["diagnostics"]:
            if said["severity"] == "error" and "partially unknown" not in said["message"]:
                place = f"{Path(said['file']).relative_to(ROOT)}:{said['range']['start']['line'] + 1}"
                yield f"{place}: {symbol['name']}: {' '.join(said['message'].split())}"


def main() -> int:
    """Print what is missing, and how much is there.

    :return: Exit status: 0 when every type is known.
    """
    found = report()
    completeness = found.get("typeCompleteness", {})
    counts = completeness.get("exportedSymbolCounts", {})
    known, missing = counts.get("withKnownType", 0), counts.get("withAmbiguousType", 0) + counts.get("withUnknownType", 0)
    score = completeness.get("completenessScore", 0)
    print(*complaints(found), f"{known} of {known + missing} public names have complete types: {score:.2%}", sep="\n")
    return 0 if known and score == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
