"""The command ``agentkit``. What a subcommand needs is imported when it is asked for, so that the others start fast."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from .._version import __version__

__all__ = ["main"]


def _chat(arguments: Sequence[str]) -> int:
    from .chat import main as chat

    return chat(arguments)


def _doctor(arguments: Sequence[str]) -> int:
    from .doctor import main as doctor

    return doctor(arguments)


def _serve(arguments: Sequence[str]) -> int:
    from ..local.serving import main as serve

    return serve(arguments)


def _migrate(arguments: Sequence[str]) -> int:
    from ..migrate.command import main as migrate

    return migrate(arguments)


def _of_kind(kind: str) -> Callable[[Sequence[str]], int]:
    def command(arguments: Sequence[str]) -> int:
        from .resources import main as resources

        return resources(kind, arguments)

    return command


# A subcommand has its own options, help included, and is given what stands behind its name.
_COMMANDS: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "agents": ("list, show and delete agents", _of_kind("agents")),
    "chat": ("talk with an agent, or ask it one thing", _chat),
    "doctor": ("check the endpoint, the way to it, the credential and a round trip", _doctor),
    "files": ("list, show, save and delete files", _of_kind("files")),
    "migrate": ("move scripts for azure.ai.projects and azure.ai.agents to agentkit", _migrate),
    "serve": ("serve agents, threads, runs and files to programs of this machine", _serve),
    "stores": ("list, show and delete vector stores", _of_kind("stores")),
    "threads": ("list, show and delete threads", _of_kind("threads")),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; without one, print the help.

    :param arguments: Command line without the program; that of the process when None.
    :return: Exit status of the subcommand.
    """
    listed = "\n".join(f"  {name:<10}{text}" for name, (text, _) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="agentkit",
        description="Agents, threads, runs and files: the command line of agentkit.",
        epilog=f"commands:\n{listed}\n\n'agentkit COMMAND --help' tells the options of one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"agentkit {__version__}")
    parser.add_argument("command", choices=_COMMANDS, nargs="?", metavar="COMMAND", help="what to do")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="its options")
    given = parser.parse_args(arguments)
    if given.command is None:
        parser.print_help()
        return 0
    return _COMMANDS[given.command][1](given.arguments)
