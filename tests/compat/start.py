"""Runs the published client, in an environment of its own, against local services that run from this one: ``start.py PYTHON``."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
START_SECONDS = 60.0
STOP_SECONDS = 20.0


@contextmanager
def service(name: str, command: list[str], folder: Path, key: str) -> Iterator[str]:
    """A service in a process of its own, as its URL; what it printed is shown when something goes wrong.

    :param name: What to call it in messages.
    :param command: Arguments of Python, to which the file for the port is added.
    :param folder: Where its files go.
    :param key: What it asks for.
    :raises RuntimeError: It did not come up, or did not end when it was asked to.
    """
    port_file, log = folder / f"{name}.port", folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "--port-file", str(port_file)],
            env={**os.environ, "AGENTKIT_LOCAL_KEY": key},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield f"http://127.0.0.1:{_port(process, port_file)}"
    except BaseException:
        print(f"--- what the service {name!r} printed\n{log.read_text(encoding='utf-8', errors='replace')}---", file=sys.stderr)
        raise
    finally:
        process.terminate()
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"the service {name!r} did not end within {STOP_SECONDS:.0f} s of SIGTERM") from None
    if status != 0:
        raise RuntimeError(f"the service {name!r} ended with status {status}")


def _port(process: subprocess.Popen[bytes], port_file: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if port_file.exists():
            return int(port_file.read_text(encoding="utf-8"))
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with status {process.returncode} before it listened")
        time.sleep(0.05)
    raise RuntimeError(f"the service did not listen within {START_SECONDS:.0f} s")


def main() -> int:
    """Start the services, run the client, stop the services.

    :return: Exit status of the client's program.
    """
    parser = argparse.ArgumentParser(description="The published client against local services.")
    parser.add_argument("client", type=Path, help="the Python that the published client is installed for")
    client, key = parser.parse_args().client.absolute(), secrets.token_urlsafe(24)
    with (
        tempfile.TemporaryDirectory(prefix="agentkit-compat-") as name,
        service("offline", ["-m", "agentkit.local", "--port", "0", "--allow-download"], Path(name), key) as offline,
        service("told", [str(HERE / "serve.py")], Path(name), key) as told,
    ):
        return subprocess.run(
            [str(client), str(HERE / "published_b10.py"), offline, told],
            cwd=name,
            env={**os.environ, "AGENTKIT_LOCAL_KEY": key},
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
