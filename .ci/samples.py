"""Runs every sample on the embedded service, each in a folder of its own, and looks at what it printed and made."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from agentkit._core.endpoint import SERVICE_VARIABLES

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120
NOTICE = "agentkit: no service is set in the environment"


def run_sample(path: Path, *, python: str = sys.executable) -> list[str]:
    """Run one sample and say what is wrong with it.

    A quickstart has to leave a chart. On stderr a sample may say that it uses the embedded service, and nothing else.

    :param path: The sample.
    :param python: The interpreter to run it with.
    :return: One line for each thing that is wrong.
    """
    environment = {name: value for name, value in os.environ.items() if name not in SERVICE_VARIABLES}
    with tempfile.TemporaryDirectory(prefix="agentkit-sample-") as folder:
        try:
            done = subprocess.run(
                [python, "-W", "error", str(path)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [f"it did not end within {SECONDS} s"]
        charts = [chart for chart in Path(folder).glob("*.png") if chart.read_bytes().startswith(b"\x89PNG")]
    wrong = [f"it ended with status {done.returncode}"] if done.returncode else []
    wrong += [f"on stderr: {line}" for line in done.stderr.splitlines() if not line.startswith(NOTICE)]
    if not done.stdout.strip():
        wrong.append("it printed nothing")
    if path.stem.startswith("quickstart") and not charts:
        wrong.append("it left no chart in its folder")
    return wrong


def main() -> int:
    """Run all samples; exit status 1 when there is none, or when something is wrong with one."""
    samples = sorted((ROOT / "samples").glob("*.py"))
    if not samples:
        print("there is no sample in samples/")
        return 1
    failed = 0
    for path in samples:
        wrong = run_sample(path)
        failed += bool(wrong)
        print(f"{path.name}: {'failed' if wrong else 'ok'}", *wrong, sep="\n  ", flush=True)
    print(f"{len(samples)} samples, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
