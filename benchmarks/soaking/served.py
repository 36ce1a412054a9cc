"""The service in a process of its own, which also says what lives in it.

It runs as ``python -m agentkit.local`` does. For every byte on its standard input it trims its heap and prints what it was before, as
one line of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from soaking.usage import Heap

KEY_VARIABLE = "AGENTKIT_LOCAL_KEY"


class Served:
    """A service that runs.

    :param process: It, with pipes to it and from it.
    :param url: Its address.
    """

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.pid = process.pid
        self.url = url

    def trimmed(self) -> Heap:
        """Have it trim its heap; what that was before.

        :raises RuntimeError: It has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # nothing is read then either
            os.write(self._process.stdin.fileno(), b"?")
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the service ended while the work went on (exit status {self._process.wait()})")
        return Heap(**json.loads(answer))


@contextmanager
def service(folder: Path, key: str) -> Iterator[Served]:
    """A service on a folder, for as long as the block lasts.

    :param folder: Where its data are.
    :param key: What it asks for.
    :raises RuntimeError: It did not start.
    """
    port = folder / "port"
    command = [sys.executable, "-m", "soaking.served", "--data", str(folder / "data"), "--allow-download"]
    command += ["--port", "0", "--port-file", str(port), "--log-level", "error"]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[1],
        env={**os.environ, KEY_VARIABLE: key},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            while not port.exists():
                if process.poll() is not None:
                    raise RuntimeError(f"the service did not start (exit status {process.returncode})")
                time.sleep(0.02)
            yield Served(process, f"http://127.0.0.1:{port.read_text(encoding='utf-8')}")
        finally:
            process.terminate()


def _answer(answers: TextIO) -> None:
    # Not by sys.stdin, whose lock the end of the interpreter would find taken.
    while os.read(0, 1):
        print(json.dumps(asdict(Heap.trimmed())), file=answers, flush=True)


def main() -> int:
    """Serve until a signal ends it.

    :return: Exit status.
    """
    from agentkit.local.serving import main as serve

    threading.Thread(target=_answer, args=(sys.stdout,), daemon=True).start()
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        return serve()


if __name__ == "__main__":
    sys.exit(main())
