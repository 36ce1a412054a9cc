"""How much memory a large upload and a large download cost the client: its peak must rise by less than 8 MB, whatever the size.

Every transfer runs in a client process of its own, against a server in another process that throws away what it is sent and makes up
what it sends, so that the figure is the client's alone. What is counted is the rise of the peak resident size over that after a
transfer of 1 MB, which loads every module and opens the connection.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LIMIT = 8_000_000
WARM_UP = 1_000_000
BLOCK = b"\0" * 65536
KINDS = ("sync", "async")
DIRECTIONS = ("upload", "download")


class Transfers(BaseHTTPRequestHandler):
    """Takes any file, and gives a file of as many bytes as its id says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, len(BLOCK))))
        answer = json.dumps({"id": "file-1", "object": "file", "purpose": "assistants", "status": "processed"}).encode()
        self._head(len(answer), "application/json")
        self.wfile.write(answer)

    def do_GET(self) -> None:
        left = int(self.path.split("/content")[0].rpartition("-")[2])
        self._head(left, "application/octet-stream")
        while left:
            left -= self.wfile.write(BLOCK[:left])

    def _head(self, length: int, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def serve() -> None:
    """Serve on a free port of this machine, which is printed, until the process is ended."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Transfers) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


def peak() -> int:
    """The largest resident size of this process so far, in bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


async def transfer(agents: Any, direction: str, size: int, folder: Path) -> None:
    """Upload or download a file of so many bytes with either client."""
    if direction == "upload":
        path = folder / f"{size}.bin"
        with path.open("wb") as file:
            file.truncate(size)
        call = agents.upload_file(file_path=path, purpose="assistants")
    else:
        call = agents.save_file(f"file-{size}", "download.bin", folder)
    result = await call if asyncio.iscoroutine(call) else call
    if direction == "download" and result.stat().st_size != size:
        raise RuntimeError(f"{result.stat().st_size} bytes came of {size}")


async def measured(kind: str, direction: str, url: str, size: int) -> dict[str, float]:
    """The rise of the peak in bytes and the time in seconds of one transfer in this process."""
    package: Any = importlib.import_module("agentkit" if kind == "sync" else "agentkit.aio")
    with tempfile.TemporaryDirectory() as folder:
        client = package.AIProjectClient(url, "no-key")
        try:
            await transfer(client.agents, direction, WARM_UP, Path(folder))
            before, began = peak(), time.perf_counter()
            await transfer(client.agents, direction, size, Path(folder))
            return {"rise": peak() - before, "seconds": time.perf_counter() - began}
        finally:
            closed = client.close()
            if closed is not None:
                await closed


def run(*arguments: str) -> list[str]:
    """The command that runs this program in a process of its own."""
    return [sys.executable, str(Path(__file__).resolve()), *arguments]


def compare(size: int) -> bool:
    """Measure both clients in both directions and print what they cost; whether all stay below the limit."""
    print(f"{size / 1e6:.0f} MB over loopback; the rise of the client's peak memory over that after {WARM_UP / 1e6:.0f} MB")
    good = True
    with subprocess.Popen(run("--serve"), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            for kind in KINDS:
                for direction in DIRECTIONS:
                    done = subprocess.run(
                        run("--measure", kind, direction, url, "--size", str(size)), capture_output=True, text=True, check=True
                    )
                    cost = json.loads(done.stdout)
                    below = cost["rise"] < LIMIT
                    good = good and below
                    verdict = "" if below else f"  beyond {LIMIT / 1e6:.0f} MB"
                    print(f"{kind:6} {direction:9} {cost['rise'] / 1e6:6.2f} MB in {cost['seconds']:5.2f} s{verdict}")
        finally:
            server.terminate()
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where a transfer costs too much."""
    parser = argparse.ArgumentParser(description="How much memory a large upload and a large download cost the client.")
    parser.add_argument("--size", type=int, default=300_000_000, help="bytes of the file (default: %(default)s)")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=3, metavar=("KIND", "DIRECTION", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve()
    elif options.measure:
        kind, direction, url = options.measure
        print(json.dumps(asyncio.run(measured(kind, direction, url, options.size))))
    elif sys.platform == "win32":
        print("not run: this system does not tell the peak memory of a process in the way that is used here")
    else:
        return 0 if compare(options.size) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
