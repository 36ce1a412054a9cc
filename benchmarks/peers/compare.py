"""Runs agentkit and its peers against one server, in turn, and holds the figures to bounds; exit status 1 where one is missed.

Every client runs in an environment of its own, in a process of its own, over plain http with a key: the Azure clients send a token over
TLS alone, and all are to do the same. The server is a further process that answers from memory. What counts is the processor time of
the client's process, the least of several rounds in which the clients take turns: noise only adds to it, and what disturbs a round
disturbs all. A time of the clock is measured only where waiting is what matters.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peer_environments import CLIENTS, HERE, Worker, ensure_all, once, server
from peer_table import BARE, BEST_PEER, PEERS, Bound, Row, growth, lines_of, missed

MIB = 1 << 20
FILE = 64 * MIB
DELTAS = 5_000
AT_ONCE = 50
COUNTS = (10, 100, 1_000, 10_000)
# Cost that grew with the square would show as 10.
GROWTH = 1.5
ONE_PAGE = "messages on one page"

NAMES = [client.name for client in CLIENTS]
SYNC = [name for name in NAMES if name not in ("agentkit[aio]", "httpx-aiohttp")]
ASYNC = NAMES
AIO = "agentkit[aio]"

HEAVY = ("aiohttp", "asyncio", "azure", "httpx", "openai", "pydantic", "ssl", "json", "typing_extensions")
IMPORT = f"""
from time import process_time
start = process_time()
import agentkit
cpu = process_time() - start
import sys
loaded = [name for name in {HEAVY!r} if name in sys.modules]
import json
print(json.dumps({{"cpu": cpu, "heavy": len(loaded)}}))
"""

# Name, work of the worker and its arguments, what is measured, who takes part.
WORKS: dict[str, tuple[list[Any], list[str]]] = {
    "get_run": (["get_run", 300], SYNC),
    "messages": (["read_messages", 20, 100], SYNC),
    "deltas": (["stream", 1, DELTAS], SYNC),
    "upload": (["transfer", 3, "upload", FILE], SYNC),
    "download": (["transfer", 3, "download", FILE], SYNC),
    "in flight": (["in_flight", 1_000, AT_ONCE], ASYNC),
}

# What is measured beside the first calls of all, whose environment it runs in, and the module that does it.
FIRST_CALLS = (
    ("first call, with a credential", PEERS[0], "with_azure_identity"),
    ("floor of the first call", "agentkit", "with_httpx_and_pydantic"),
)

Figures = dict[str, dict[str, float]]


class Measurements:
    """The least that each client needed for each work, over the rounds so far, in seconds or bytes."""

    def __init__(self) -> None:
        self.least: Figures = {}

    def note(self, work: str, client: str, figure: float) -> None:
        known = self.least.setdefault(work, {})
        known[client] = min(known.get(client, figure), figure)

    def of(self, work: str, factor: float) -> dict[str, float]:
        """The figures of a work by client, in another unit."""
        return {client: figure * factor for client, figure in self.least[work].items()}


def measure(url: str, pythons: dict[str, Path], rounds: int) -> Measurements:
    """Every work of every client, in turn, so many times."""
    modules = {client.name: client.module for client in CLIENTS}
    found = Measurements()
    with contextlib.ExitStack() as stack:
        workers = {name: stack.enter_context(contextlib.closing(Worker(pythons[name], modules[name], url))) for name in NAMES}
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for work, (call, names) in WORKS.items():
                # Another one begins in each round: who comes first finds the caches as another work left them.
                first = number % len(names)
                for name in names[first:] + names[:first]:
                    found.note(work, name, workers[name].do(*call)["cpu"])
            imported = once(pythons["agentkit"], "-c", IMPORT)
            found.note("import", "agentkit", imported["cpu"])
            found.note("heavy", "agentkit", imported["heavy"])
            for name in SYNC:
                found.note("first call", name, once(pythons[name], "first", modules[name], url)["cpu"])
                for direction in ("upload", "download") if number < 2 else ():
                    rise = once(pythons[name], "memory", modules[name], url, direction, str(FILE))["rise"]
                    found.note(f"memory of {direction}", name, rise)
            for work, name, module in FIRST_CALLS:
                found.note(work, name, once(pythons[name], "first", module, url)["cpu"])
    return found


def compared(found: Measurements) -> list[Row]:
    """The rows that have other clients in them, and those of imports."""
    ms, us, mb = 1e3, 1e6, 1e-6
    return [
        Row("import agentkit", "ms", found.of("import", ms), [Bound(30)]),
        Row("heavy packages that it loads", "packages", found.of("heavy", 1), [Bound(0)]),
        Row("import, construct, first call", "ms", found.of("first call", ms), [Bound(0.75, PEERS[0])]),
        Row(
            "  with a credential of azure-identity",
            "ms",
            found.of("first call, with a credential", ms),
            [],
        ),
        Row("  httpx and pydantic alone in its place", "ms", found.of("floor of the first call", ms), []),
        Row("get_run, sync", "µs", found.of("get_run", us), [Bound(1.35, BARE), Bound(0.65, BEST_PEER)]),
        Row(
            "100 messages listed and read",
            "ms",
            found.of("messages", ms),
            [Bound(2.5, BARE), Bound(1 / 8, PEERS[0]), Bound(1 / 4, PEERS[2])],
        ),
        Row(f"{DELTAS:,} deltas streamed, typed", "ms", found.of("deltas", ms), [Bound(4, BARE), Bound(1 / 6, BEST_PEER)]),
        Row("64 MiB uploaded", "ms", found.of("upload", ms), [Bound(1.3, BARE)]),
        Row("64 MiB uploaded, extra memory", "MB", found.of("memory of upload", mb), [Bound(4)]),
        Row("64 MiB downloaded", "ms", found.of("download", ms), [Bound(1.3, BARE)]),
        Row("64 MiB downloaded, extra memory", "MB", found.of("memory of download", mb), [Bound(4)]),
        Row(
            f"get_run, async, {AT_ONCE} in flight",
            "µs",
            found.of("in flight", us),
            [Bound(0.5, BEST_PEER), Bound(1.5, "httpx-aiohttp")],
            AIO,
        ),
    ]


def alone(worker: Worker, rounds: int) -> list[Row]:
    """The rows about what only a client of runs does."""
    rows = []
    for polls in (0, 1, 4):
        waited = worker.do("alone", "waiting", polls)
        name = f"create_and_process_run, {polls} polls"
        rows.append(Row(name, "requests", {"agentkit": waited["requests"]}, [Bound(polls + 1)]))
        rows.append(Row(f"{name}: before the first look", "sleeps", {"agentkit": waited["sleeps"]}, [Bound(0)]))
    seconds = min(worker.do("alone", "calls", 100, 100, 0.01)["wall"] for _ in range(rounds))
    rows.append(Row("100 function calls of 10 ms at once", "s", {"agentkit": seconds}, [Bound(0.2)]))
    return rows


def embedded(turns: int, streams: int) -> list[Row]:
    """The rows of the embedded service, which runs in this process and this environment."""
    sys.path.insert(0, str(HERE.parent))
    service: Any = __import__("service")
    with service.LocalService() as running, service.connected(running) as client:
        agent = client.post("/assistants", json={"model": "offline"}).raise_for_status().json()["id"]
        service.turn(client, agent)
        median = statistics.median(service.timed(lambda: service.turn(client, agent)) for _ in range(turns))
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        good = asyncio.run(service.streams(streams))
    print(told.getvalue(), end="")
    return [
        Row("embedded service: message, run, list", "ms", {"agentkit": median}, [Bound(service.TURN_MS)]),
        Row(f"embedded service: {streams} streams at once", "failures", {"agentkit": 0 if good else 1}, [Bound(0)]),
    ]


def grown(worker: Worker, bare: Worker, rounds: int) -> tuple[list[str], bool]:
    """The table of what one more costs when there are many, and whether it is flat.

    Pages of more than a hundred messages, which no service sends, and what the bare client costs are only shown.
    """
    works: dict[str, tuple[str, list[Any]]] = {
        "messages on pages of 100, read": ("message", ["alone", "messages"]),
        ONE_PAGE: ("message", ["read_messages", 1]),
        f"{ONE_PAGE}, httpx": ("message", ["read_messages", 1]),
        "deltas of a stream": ("delta", ["stream", 1]),
        "deltas of a stream, httpx": ("delta", ["stream", 1]),
        "function calls of a round": ("call", ["alone", "calls"]),
        "functions of a toolset": ("function", ["alone", "functions"]),
        "pages of a list": ("page", ["alone", "pages"]),
    }
    heading = "".join(f"{count:>12,}" for count in COUNTS)
    lines, good = [f"{'µs of one, of so many':34}{'one':<10}{heading}  the last to the one before"], True
    for name, (unit, call) in works.items():
        costs, who = {}, bare if name.endswith(BARE) else worker
        for count in COUNTS:
            times = rounds * (10 if count < 1_000 else 1)
            rest = [1, 0.0] if call[1] == "calls" else []
            costs[count] = min(who.do(*call, count, *rest)["cpu"] for _ in range(times)) / count
        line, flat = growth(name, unit, costs, None if who is bare or name == ONE_PAGE else GROWTH)
        lines.append(line)
        good = good and flat
    return lines, good


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description="agentkit beside its peers, on one server.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each work (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=200, help="turns of the embedded service (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=200, help="streams of the service at once (default: %(default)s)")
    options = parser.parse_args(arguments)
    if sys.platform == "win32":
        print("not run: this system does not tell the peak memory of a process in the way that is used here")
        return 0
    pythons = ensure_all()
    with server() as url:
        rows = compared(measure(url, pythons, options.rounds))
        with (
            contextlib.closing(Worker(pythons["agentkit"], "with_agentkit", url)) as worker,
            contextlib.closing(Worker(pythons[BARE], "with_httpx", url)) as bare,
        ):
            rows += alone(worker, options.rounds)
            growing, flat = grown(worker, bare, max(2, options.rounds // 2))
    rows += embedded(options.turns, options.streams)
    print(f"\nPython {platform.python_version()}, plain http; processor time of the client, least of {options.rounds} rounds\n")
    print("\n".join(lines_of(rows, NAMES)))
    print()
    print("\n".join(growing))
    wrong = missed(rows)
    print(f"\n{wrong} bounds missed" + ("" if flat else "; cost grows"))
    return 1 if wrong or not flat else 0


if __name__ == "__main__":
    sys.exit(main())
