"""Runs a script of ``tests/migration/scripts`` under the published client that it was written for: ``published_scripts.py SCRIPT``.

``start.py`` starts the services, and this program in an environment of its own. What the script prints has to be what stands beside it
in a file of text; the migrated script is held against the same file.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent / "migration" / "scripts"
SCOPE = "00000000-0000-0000-0000-000000000000;local;local"
SECONDS = 120.0


def variables(url: str) -> dict[str, str]:
    """What ``agentkit serve`` prints for a service at a URL, for scripts to find it by."""
    return {
        "PROJECT_CONNECTION_STRING": f"{url.removeprefix('https://')};{SCOPE}",
        "PROJECT_ENDPOINT": f"{url}/api/projects/local",
        "AZURE_OPENAI_ENDPOINT": url,
        "AZURE_OPENAI_API_KEY": os.environ["AGENTKIT_LOCAL_KEY"],
    }


def main() -> int:
    """Run the script against the service over TLS, which every published client speaks to.

    :return: 0 if it printed what it has to.
    """
    parser = argparse.ArgumentParser(description="A script under the published client.")
    parser.add_argument("script", help="name of the script, without .py")
    parser.add_argument("--on", nargs=2, action="append", required=True, metavar="URL", help="URLs of the services")
    options = parser.parse_args()
    url = next(offline for offline, _ in options.on if offline.startswith("https:"))
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / f"{options.script}.py")],
        env={**os.environ, **variables(url)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    wanted = (SCRIPTS / f"{options.script}.txt").read_text(encoding="utf-8")
    if (done.returncode, done.stdout) == (0, wanted):
        print(f"{options.script}.py prints what it has to: {len(wanted.splitlines())} lines")
        return 0
    difference = difflib.unified_diff(wanted.splitlines(), done.stdout.splitlines(), "wanted", "printed", lineterm="")
    print(f"{options.script}.py ended with status {done.returncode}", *difference, sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
