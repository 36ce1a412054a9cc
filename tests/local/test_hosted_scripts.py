"""Scripts for hosted agents run as they are against a local service: only the endpoint variable is another one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from service_wire import Clock, Wire

from agentkit.local import Hosting

PRINTED = {
    "hosted_agent.py": [
        "made invoice-reader, version 1, creating",
        "version 1: creating",
        "made table-reader",
        "version 1",
        "state creating",
    ],
    "hosted_agent_async.py": ["made mail-sorter, version 1, creating", "version 1: creating"],
}
LEFT = {"hosted_agent.py": ["table-reader"], "hosted_agent_async.py": []}


@pytest.mark.parametrize("script", PRINTED)
@pytest.mark.parametrize("path", ["", "/api/projects/my-project"])
def test_a_script_runs_as_it_is(script: str, path: str, root: Path, serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock, hosting=Hosting(seconds=1))
    done = subprocess.run(
        # The sync script leaves its clients open, as scripts do.
        [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", str(root / "tests" / "scripts" / script)],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AGENTKIT_"))},
            "AZURE_AI_PROJECT_ENDPOINT": wire.service.url + path,
            "AGENTKIT_LOCAL_KEY": wire.service.key,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == PRINTED[script]
    assert [agent["name"] for agent in wire.get("/agents")["data"]] == LEFT[script]
