"""An environment for each client of the comparison, and what runs in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / ".ci"))

from environment import ROOT, ensure  # noqa: E402 - the folder has to be on the path first

__all__ = ["CLIENTS", "Client", "Worker", "ensure_all", "once", "server"]

AZURE = ("azure-identity", "aiohttp")
WORKER = str(HERE / "peer_worker.py")


@dataclass(frozen=True)
class Client:
    """One client of the comparison.

    :ivar name: What it is called in the table.
    :ivar module: The module of this folder that does the works with it.
    :ivar environment: The folder of its environment under ``.make``.
    :ivar requirements: What is installed there.
    """

    name: str
    module: str
    environment: str
    requirements: tuple[str, ...]


# The published clients share their environments with `make compat`.
CLIENTS = (
    Client("agentkit", "with_agentkit", "peers-agentkit", (".",)),
    Client("agentkit[aio]", "with_agentkit", "peers-agentkit-aio", (".[aio]",)),
    Client("azure-ai-projects", "with_azure_projects", "compat", ("azure-ai-projects==1.0.0b10", *AZURE)),
    Client("azure-ai-agents", "with_azure_agents", "compat-agents", ("azure-ai-agents==1.1.0", *AZURE)),
    Client("openai", "with_openai", "compat-openai", ("openai==3.54.0",)),
    Client("httpx", "with_httpx", "peers-httpx", ("httpx==0.28.1",)),
    Client("httpx-aiohttp", "with_httpx_aiohttp", "peers-httpx-aiohttp", ("httpx==0.28.1", "httpx-aiohttp==0.2.0")),
)


def ensure_all() -> dict[str, Path]:
    """Make what is not there yet; the interpreters by the names of the clients. agentkit is installed as a wheel of the checkout.

    :raises SystemExit: An environment could not be made.
    """
    pythons = {
        client.name: ensure(client.environment, list(client.requirements), editable=False)
        if _is_ours(client)
        else ensure(client.environment, list(client.requirements))
        for client in CLIENTS
    }
    stale = [client for client in CLIENTS if _is_ours(client) and _installed_of(client) != _sources()]
    if stale:
        wheel = _wheel()
        for client in stale:
            _run(str(pythons[client.name]), "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(wheel))
            _note(client).write_text(_sources(), encoding="utf-8")
    return pythons


def _is_ours(client: Client) -> bool:
    return client.module == "with_agentkit"


def _note(client: Client) -> Path:
    """Where it stands which sources the wheel of an environment was made from; gone when the environment is made anew."""
    return ROOT / ".make" / client.environment / "sources"


def _installed_of(client: Client) -> str:
    note = _note(client)
    return note.read_text(encoding="utf-8") if note.exists() else ""


def _sources() -> str:
    """A digest of the package's files."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src" / "agentkit").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _wheel() -> Path:
    """A wheel of the checkout as it is now."""
    folder = ROOT / ".make" / "peers-wheel"
    shutil.rmtree(folder, ignore_errors=True)
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed with status {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")


def _outside() -> dict[str, str]:
    """This environment, without what leads a client past the server, or to other packages."""
    away = r"(?i)AGENTKIT_|AZURE_|OPENAI_|PROJECT_|PYTHON|VIRTUAL_ENV|(https?|all|no)_proxy$"
    return {name: value for name, value in os.environ.items() if not re.match(away, name)}


@contextmanager
def server() -> Iterator[str]:
    """The URL of the canned server, which runs in a process of its own and ends with the block."""
    command = [sys.executable, str(HERE / "canned_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise RuntimeError("the server did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


class Worker:
    """A process that does the works of one client, one after the other; ended by :meth:`close`."""

    def __init__(self, python: Path, module: str, url: str) -> None:
        self._process = subprocess.Popen(
            [str(python), WORKER, "works", module, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_outside(),
            cwd=ROOT.anchor,
        )

    def do(self, name: str, *arguments: Any) -> dict[str, float]:
        """Do one work, and return its figures.

        :raises RuntimeError: It failed; what happened stands on stderr.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{name} failed; what happened stands above")
        figures: dict[str, float] = json.loads(answer)
        return figures

    def close(self) -> None:
        """End the process."""
        with self._process:
            if self._process.stdin is not None:
                self._process.stdin.close()


def once(python: Path, *arguments: str) -> dict[str, float]:
    """The figures of one work in a process that does nothing else.

    :param arguments: What, module, URL and the rest, as the worker takes them; or ``-c`` and a program.
    :raises RuntimeError: It failed; what happened stands on stderr.
    """
    command = [str(python), *(arguments if arguments[0] == "-c" else (WORKER, *arguments))]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=_outside(), cwd=ROOT.anchor, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments[:2])} failed; what happened stands above")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
