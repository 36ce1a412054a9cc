"""The command itself: its help, and what it loads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cli.command import Command

COMMANDS = ["agents", "chat", "doctor", "files", "migrate", "serve", "stores", "threads"]


def test_without_a_command_it_prints_its_help(command: Command) -> None:
    said = command()
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("usage: agentkit ")
    assert [line.split()[0] for line in said.out.partition("commands:\n")[2].splitlines() if line.startswith("  ")] == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_loads_no_client(name: str) -> None:
    program = (
        "import json, sys\nfrom agentkit.cli import main\n"
        f"try:\n    main([{name!r}, '--help'])\n"
        "finally:\n    names = ('pydantic', 'httpx', 'azure', 'starlette', 'rich', 'libcst', 'logging')\n"
        "    print(json.dumps([name for name in names if name in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: agentkit {name} ")
    # The service that is to be served has its log from the start.
    assert json.loads(done.stdout.splitlines()[-1]) == (["logging"] if name == "serve" else [])


@pytest.mark.parametrize(
    "arguments", [["threads"], ["files", "shred"], ["agents", "list", "--limit", "0"], ["chat", "--nothing"]]
)
def test_a_wrong_command_line_ends_with_2(command: Command, arguments: list[str]) -> None:
    said = command(*arguments)
    assert (said.status, said.out) == (2, "")
    assert f"usage: agentkit {arguments[0]}" in said.err


def test_a_reader_that_goes_away_ends_the_command_without_a_word() -> None:
    program = (
        "import sys\nfrom agentkit.cli._running import run\nfrom agentkit.cli._terminal import put\n"
        "def action():\n    sys.stdin.read()\n    for number in range(100_000):\n        put(str(number))\n    return 0\n"
        "sys.exit(run('agentkit', action))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stdin is not None
    process.stdin.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_a_defect_is_not_made_a_line_of() -> None:
    from agentkit.cli._running import run

    def action() -> int:
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        run("agentkit", action)
