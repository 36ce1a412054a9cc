"""Runs the service by itself: ``python -m agentkit.local --port 0 --port-file F``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from agentkit.local.service import LocalService
from agentkit.local.store import StoreError

__all__ = ["main"]

_KEY_VARIABLE = "AGENTKIT_LOCAL_KEY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM.

    :param arguments: Command line without the program; that of the process when None.
    :return: Exit status: 0 after a signal, 1 when the service could not start.
    """
    options = _parser().parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    key = options.key or os.environ.get(_KEY_VARIABLE) or None
    try:
        service = LocalService(
            options.data, host=options.host, port=options.port, key=key, allow_download=options.allow_download
        ).start()
    except (OSError, ImportError, StoreError, ValueError) as error:
        print(f"agentkit.local: {error}", file=sys.stderr)
        return 1
    with service:
        print(_greeting(service), flush=True)
        if options.port_file is not None:
            _write_at_once(options.port_file, service.url.rpartition(":")[2])
        while not ended.wait(1.0):  # with a timeout: some systems deliver no signal to a main thread that waits without one
            continue
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agentkit.local", description="An agents service on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--port-file", type=Path, metavar="F", help="file that the port is written to once requests are accepted"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder to keep the data in (default: in memory)")
    parser.add_argument("--key", help=f"key that requests must show (default: ${_KEY_VARIABLE}, or a random one)")
    parser.add_argument(
        "--allow-download", action="store_true", help="give out the content of files that were uploaded for agents, too"
    )
    return parser


def _greeting(service: LocalService) -> str:
    return "\n".join(
        (
            f"The agents service listens at {service.url}",
            f"Its key is {service.key}",
            "For the programs that are to use it:",
            f'export PROJECT_CONNECTION_STRING="{service.connection_string}"',
            f'export PROJECT_ENDPOINT="{service.endpoint}"',
            f'export {_KEY_VARIABLE}="{service.key}"',
        )
    )


def _write_at_once(path: Path, text: str) -> None:
    """Write a file so that a reader finds all of it or nothing."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
