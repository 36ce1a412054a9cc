"""Runs the program of a published client against local services: ``start.py PYTHON PROGRAM``.

The services run from this environment, the client in one of its own. There is a service with the offline model and one whose model does
what it is told, each over http and over TLS. A client finds the authorities that it has to trust by the variables that services print.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
START_SECONDS = 60.0
STOP_SECONDS = 20.0

OFFLINE = ("-m", "agentkit", "serve", "--port", "0", "--allow-download")
TOLD = (str(HERE / "serve.py"),)
KEY, URL = "AGENTKIT_LOCAL_KEY", "AZURE_OPENAI_ENDPOINT"
AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")

_EXPORT = re.compile(r"^export (\w+=.*)\n", re.MULTILINE)

Variables = Mapping[str, str]


@contextmanager
def service(name: str, command: Sequence[str], folder: Path, key: str) -> Iterator[Variables]:
    """A service in a process of its own, as the variables that it prints; all that it printed is shown when something goes wrong.

    :param name: What to call it in messages.
    :param command: Arguments of Python.
    :param folder: Where its log goes.
    :param key: What it asks for.
    :raises RuntimeError: It did not come up, or did not end when it was asked to.
    """
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**_outside(), KEY: key},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _printed(process, log, AUTHORITIES[-1] if "--tls" in command else KEY)
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


def _printed(process: subprocess.Popen[bytes], log: Path, last: str) -> Variables:
    """The variables that a service prints, once it has printed the last of them."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8", errors="replace")
        found = dict(shlex.split(line)[0].split("=", 1) for line in _EXPORT.findall(text))
        if last in found:
            return found
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with status {process.returncode} before it listened")
        time.sleep(0.05)
    raise RuntimeError(f"the service did not listen within {START_SECONDS:.0f} s")


def _outside() -> Variables:
    """This environment, without what would set a service up otherwise or lead a client past it."""
    return {name: value for name, value in os.environ.items() if not re.match(r"(?i)AGENTKIT_|(https?|all)_proxy$", name)}


def trusting(services: Sequence[Variables], folder: Path) -> Variables:
    """The variables that have a client trust several services: a variable can name one file only, so theirs go into one."""
    bundle = folder / "authorities.pem"
    bundle.write_text("".join(Path(one["SSL_CERT_FILE"]).read_text(encoding="utf-8") for one in services), encoding="utf-8")
    return dict.fromkeys(AUTHORITIES, str(bundle))


def main() -> int:
    """Start the services, run the client, stop the services.

    :return: Exit status of the client's program.
    """
    parser = argparse.ArgumentParser(description="A published client against local services.")
    parser.add_argument("client", help="what runs the client's program: a Python, or node")
    parser.add_argument("program", type=Path, help="the client's program, which is given the URLs of the services")
    parser.add_argument("arguments", nargs="*", help="what else the program is given")
    options, key = parser.parse_args(), secrets.token_urlsafe(24)
    # A link to the Python of an environment must stay one, or the environment is not found.
    command = [os.path.abspath(options.client) if os.sep in options.client else options.client, str(options.program.resolve())]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentkit-compat-")))

        def started(name: str, *arguments: str) -> Variables:
            return stack.enter_context(service(name, arguments, folder, key))

        offline, told = started("offline", *OFFLINE), started("told", *TOLD)
        safe = (started("offline over TLS", *OFFLINE, "--tls"), started("told over TLS", *TOLD, "--tls"))
        pairs = ["--on", offline[URL], told[URL], "--on", safe[0][URL], safe[1][URL]]
        return subprocess.run(
            [*command, *options.arguments, *pairs],
            cwd=folder,
            env={**_outside(), **trusting(safe, folder), KEY: key},
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
