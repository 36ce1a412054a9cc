"""Mixed work for a long time on one client of each kind and one service, with faults on the way: nothing may grow, be lost or be doubled.

Threads share a sync client and tasks share an async one: runs with and without functions, streams, streams that are left, cancelled runs,
uploads and downloads, searches in vector stores, agents, charts. Between them and the service, which runs in a process of its own on a
folder, a gate lets some requests go wrong (``--faults``). Most objects are deleted as soon as they were looked at; the others stay.

Once a minute all work pauses, and memory, files, sockets and threads of both processes are printed. After a tenth of the time, in
which modules load and caches fill, they have to stay flat: the memory within 10 MB, files within 4, sockets and threads within one for each
worker, since each may keep a connection and have the service keep a thread. The files by which the service speaks to the processes that run
code do not count.

A process keeps much of what was freed: each thread allocates from a heap of its own, and a heap shrinks no further than the last thing in
it that lives. How much that is tells how the work fell together and not what is held, so both processes have the C library hand it back
(``malloc_trim``, which glibc has) before their memory is read; what they had until then is printed beside it. What is held is counted
as well: the blocks of memory that Python's objects take. 20,000 more are allowed, because what is rarely needed is loaded late.

At the end every object that the service has is compared with what it acknowledged. The exit status is 1 where something grew, was lost
or doubled, or an error came that no fault explains.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentkit import AIProjectClient
from agentkit.aio import AIProjectClient as AsyncAIProjectClient
from agentkit.models import AsyncFunctionTool, AsyncToolSet, FunctionTool, ToolSet
from soaking.checking import Verdict, compare
from soaking.ledger import Ledger
from soaking.served import Served, service
from soaking.tally import Tally
from soaking.usage import Heap, Usage, header, trim_heap
from soaking.work import Staff, Worker, get_weather, in_loop, in_thread

THREADS, TASKS = 4, 8
READ_TIMEOUT = 3.0
WORKERS = THREADS + TASKS
MEMORY, FILES = 10_000_000, 4
BLOCKS = 20_000
# Of each process that runs code, of which the service has up to eight. They end with their threads, of which some are kept.
SESSION_FILES = 3
# Of each session whose process was stopped at its limit of time: its folder, and the end of a pipe. They count among the eight.
STOPPED_SESSIONS, STOPPED_SESSION_FILES = 8, 2
SETTLE = 2.0


class GateProcess:
    """The gate in a process of its own.

    :param target: The address of the service.
    :param rate: The share of the requests that go wrong.
    """

    def __init__(self, target: str, rate: float, seed: int) -> None:
        command = [sys.executable, "-m", "soaking.gate", target, "--rate", str(rate), "--seed", str(seed)]
        self._process = subprocess.Popen(
            command, cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"

    def close(self) -> dict[str, dict[str, int]]:
        """End it; what it saw: ``requests`` by operation and ``faults`` by kind."""
        said, _ = self._process.communicate()
        seen: dict[str, dict[str, int]] = json.loads(said) if said.strip() else {"requests": {}, "faults": {}}
        return seen


class Crew:
    """The workers of both clients, who work for a while and then rest, as often as they are told to.

    :param in_threads: Those of the sync client, a thread for each.
    :param in_tasks: Those of the async client, whose loop runs in a thread of its own.
    :param pause: Seconds that a worker rests between two pieces of work, at most.
    """

    def __init__(
        self, in_threads: Sequence[Worker], in_tasks: Sequence[Worker], loop: asyncio.AbstractEventLoop, pause: float
    ) -> None:
        self._in_threads = in_threads
        self._in_tasks = in_tasks
        self._loop = loop
        self._pool = ThreadPoolExecutor(len(in_threads), "worker")
        self._pause = pause

    def work(self, seconds: float) -> None:
        """Work for so long, and return when everybody has finished what was begun."""
        until = time.monotonic() + seconds

        def ended() -> bool:
            return time.monotonic() > until

        def rest() -> float:
            return random.uniform(0, self._pause)

        async def tasks() -> None:
            await asyncio.gather(*(in_loop(worker, ended, rest) for worker in self._in_tasks))

        looping = asyncio.run_coroutine_threadsafe(tasks(), self._loop)
        working = [self._pool.submit(in_thread, worker, ended, lambda: time.sleep(rest())) for worker in self._in_threads]
        for future in (*working, looping):
            future.result()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loop")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@dataclass
class Series:
    """What the two processes held, minute by minute, while nothing was under way: the client's first."""

    usages: list[tuple[Usage, Usage]] = field(default_factory=list)
    heaps: list[tuple[Heap, Heap]] = field(default_factory=list)

    def look(self, minute: str, served: Served, tally: Tally) -> None:
        """Look at both, and print a line for each."""
        time.sleep(SETTLE)
        heaps = Heap.trimmed(), served.trimmed()
        usages = Usage.of(os.getpid()), Usage.of(served.pid)
        self.heaps.append(heaps)
        self.usages.append(usages)
        works, calls, errors, wrong = tally.totals()
        counts = f"{works:>10,}{calls:>10,}{errors:>10,}{wrong:>10,}"
        print(f"{minute:>8}{'client':>10}{usages[0].row()}{heaps[0].row()}{counts}", flush=True)
        print(f"{'':>8}{'service':>10}{usages[1].row()}{heaps[1].row()}", flush=True)

    def changes(self) -> Iterator[tuple[str, bool]]:
        """What each process held after the warm-up, a tenth of the time, and at the end, one line for each kind; whether it is flat."""
        warm = len(self.usages) // 10
        for place, name in enumerate(("client", "service")):
            first, last = self.usages[warm][place], self.usages[-1][place]
            for what, allowed in (("memory", MEMORY), ("files", FILES), ("threads", WORKERS), ("sockets", WORKERS)):
                before, after = getattr(first, what), getattr(last, what)
                if (name, what) == ("service", "files"):
                    before, after = before - SESSION_FILES * first.children, after - SESSION_FILES * last.children
                    allowed += STOPPED_SESSION_FILES * STOPPED_SESSIONS
                yield _change(f"the {name}'s {what}", before, after, allowed)
            yield _change(f"the {name}'s blocks", self.heaps[warm][place].blocks, self.heaps[-1][place].blocks, BLOCKS)


def _change(what: str, before: int, after: int, allowed: int) -> tuple[str, bool]:
    return (
        f"{what}: {before:,} after the warm-up, {after:,} at the end; {allowed:,} more are allowed",
        after - before <= allowed,
    )


class Warnings(logging.Handler):
    """Counts what is warned of: by a log record, by Python, or by an exception that nobody could be given.

    :ivar seen: by logger and text, without what differs from record to record.
    :ivar unraisable: exceptions that nobody could be given.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: Counter[str] = Counter()
        self.unraisable: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen[f"{record.name}: {record.msg if record.name != 'py.warnings' else record.getMessage()}"] += 1

    def install(self) -> None:
        """Listen from now on."""
        logging.getLogger().addHandler(self)
        logging.captureWarnings(True)
        warnings.simplefilter("always")
        sys.unraisablehook = lambda problem: self.unraisable.append(f"unraisable: {problem.exc_value!r} in {problem.object!r}")

    def problems(self) -> list[str]:
        """What nobody is to be warned of: anything that is not agentkit's own word about a fault."""
        return self.unraisable + [f"warned: {text}" for text in self.seen if not text.startswith("agentkit")]


def table(title: str, counts: dict[str, int] | Counter[str]) -> None:
    """Print counts, the largest first."""
    print(f"\n{title}: {sum(counts.values()):,}")
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:>10,}  {name}")


def report(tally: Tally, seen: dict[str, dict[str, int]], verdict: Verdict, heard: Warnings) -> None:
    """Print what was done and what came of it."""
    table("pieces of work that came to their end", tally.works)
    table("pieces of work that an error ended", tally.broken)
    print(
        f"\ncharts whose code was stopped at its limit of time, on a machine that is busy with other things: {tally.out_of_time}"
    )
    table("calls of the client", tally.calls)
    table("requests, as the gate saw them", seen["requests"])
    table("faults", seen["faults"])
    table("errors that callers were given", Counter({f"{error} of {call}": n for (call, error), n in tally.errors.items()}))
    table("errors by class", _by_class(tally.errors))
    table("warnings", heard.seen)
    print(
        f"\nacknowledged and there, each once and as it was written: {verdict.read:,}; acknowledged and deleted: {verdict.gone:,}; "
        f"deletion without an answer: {verdict.undecided:,}"
    )
    kinds = Counter(problem.partition(":")[0] for problem in verdict.problems)
    print(", ".join(f"{kind}: {kinds[kind]:,}" for kind in ("lost", "doubled", "changed", "came back", "unknown")))
    for title, made in (("there", verdict.made), ("not there", verdict.not_made)):
        table(
            f"not acknowledged, {title}", Counter({f"{kind}, the call raised {error}": n for (kind, error), n in made.items()})
        )


def _by_class(errors: Counter[tuple[str, str]]) -> Counter[str]:
    classes: Counter[str] = Counter()
    for (_, error), count in errors.items():
        classes[error] += count
    return classes


def soak(minutes: float, rate: float, pause: float, seed: int, folder: Path) -> int:
    """Work, look, compare, print.

    :return: Exit status.
    """
    key, tally, heard = secrets.token_urlsafe(24), Tally(), Warnings()
    heard.install()
    downloads = folder / "downloads"
    downloads.mkdir()
    with contextlib.ExitStack() as stack:
        ledger = stack.enter_context(Ledger(folder / "ledger.jsonl"))
        served = stack.enter_context(service(folder, key))
        direct = stack.enter_context(AIProjectClient(served.url, key))
        staff = Staff.hired(direct.agents)
        gate = GateProcess(served.url, rate, seed)
        stack.callback(gate.close)
        client = stack.enter_context(AIProjectClient(gate.url, key, read_timeout=READ_TIMEOUT))
        loop = stack.enter_context(running_loop())
        other = AsyncAIProjectClient(gate.url, key, read_timeout=READ_TIMEOUT)
        stack.callback(lambda: asyncio.run_coroutine_threadsafe(other.close(), loop).result())
        tools, other_tools = ToolSet(), AsyncToolSet()
        tools.add(FunctionTool([get_weather]))
        other_tools.add(AsyncFunctionTool([get_weather]))

        def workers(agents: Any, tools: Any, count: int, first: int) -> list[Worker]:
            draws = [random.Random(seed + first + number) for number in range(count)]
            return [Worker(agents, tools, staff, ledger, tally, draw, downloads) for draw in draws]

        crew = Crew(workers(client.agents, tools, THREADS, 1), workers(other.agents, other_tools, TASKS, 100), loop, pause)
        stack.callback(crew.close)
        series = Series()
        began = time.monotonic()
        stretch = min(60.0, minutes * 60 / 10)
        while (spent := time.monotonic() - began) < minutes * 60:
            crew.work(min(stretch, minutes * 60 - spent))
            series.look(f"{(time.monotonic() - began) / 60:.1f}", served, tally)
        leftovers = sorted(path.name for path in downloads.iterdir())
        seen = gate.close()
        verdict = compare(direct.agents, ledger.entries())
    report(tally, seen, verdict, heard)
    changes = list(series.changes())
    print("", *(line for line, _ in changes), sep="\n")
    problems = [
        *tally.wrong,
        *verdict.problems,
        *heard.problems(),
        *(f"not flat: {line}" for line, flat in changes if not flat),
    ]
    if tally.out_of_time > max(1, tally.works["chart"] // 100):
        problems.append(f"the code of {tally.out_of_time} charts was stopped at its limit of time")
    problems += [f"left in the folder of downloads: {name}" for name in leftovers]
    print(f"\nproblems: {len(problems)}")
    print("\n".join(problems[:50]))
    return 1 if problems else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and soak."""
    parser = argparse.ArgumentParser(
        description="Mixed work with faults for a long time: nothing may grow, be lost or be doubled."
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long (default: %(default)g; 30 tell more)")
    parser.add_argument("--faults", type=float, default=0.02, help="the share of requests that go wrong (default: %(default)g)")
    parser.add_argument(
        "--pause", type=float, default=0.4, help="the longest rest of a worker, in seconds (default: %(default)g)"
    )
    parser.add_argument("--seed", type=int, help="what work and faults are drawn from (default: a random one)")
    options = parser.parse_args(arguments)
    if not Path("/proc/self/fd").exists():
        print("not run: this system does not tell what a process holds in the way that is used here")
        return 0
    seed = options.seed if options.seed is not None else secrets.randbelow(10**6)
    print(
        f"seed {seed}; {THREADS} threads on a sync client, {TASKS} tasks on an async one; {options.faults:.1%} of the requests go wrong"
    )
    if not trim_heap():
        print("the C library cannot be told to hand freed memory back, so what it keeps of that counts as held")
    print(f"{'minute':>8}{'':>10}{header()}{'works':>10}{'calls':>10}{'errors':>10}{'wrong':>10}")
    with tempfile.TemporaryDirectory(prefix="agentkit-soak-") as folder:
        return soak(options.minutes, options.faults, options.pause, seed, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
