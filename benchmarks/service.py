"""What the embedded service costs: one turn, many streams at once, and a page of a long thread.

A turn is what a script does that asks one question: write a message, create a run, look until it has ended, list the messages; the
offline model answers, so the figure is the service's own and that of HTTP on the loopback interface. Its median is to stay below
30 ms. Two hundred streams are opened at once, each of a run on a thread of its own; all have to end with ``done`` after a completed
run, while another client goes on asking and is told how long it waited. A page of 20 messages is listed from a thread of 1,000 and
from one of 100,000, in turn; the newest page and one from the middle may cost at most twice as much in the long one.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from agentkit.local import LocalService
from agentkit.local.runs import documents
from agentkit.local.store import Store
from agentkit.local.tables import MESSAGES, THREADS

TURN_MS = 30.0
RATIO = 2.0
LENGTHS = (1_000, 100_000)
PAGE = 20
QUESTION = "What is the average of 3, 4 and 8?"
ACTIVE = ("queued", "in_progress")
BASE = "/v1"


def connected(service: LocalService) -> httpx.Client:
    """A client of the service."""
    return httpx.Client(base_url=service.url + BASE, headers={"api-key": service.key}, timeout=60)


def turn(client: httpx.Client, agent_id: str) -> None:
    """Ask one question on a new thread, and read the answer."""
    thread = client.post("/threads").raise_for_status().json()["id"]
    client.post(f"/threads/{thread}/messages", json={"role": "user", "content": QUESTION}).raise_for_status()
    run = client.post(f"/threads/{thread}/runs", json={"assistant_id": agent_id}).raise_for_status().json()
    while run["status"] in ACTIVE:
        time.sleep(0.001)  # a client that does not pause takes the time from the service: both are in this process
        run = client.get(f"/threads/{thread}/runs/{run['id']}").raise_for_status().json()
    listed = client.get(f"/threads/{thread}/messages").raise_for_status().json()["data"]
    if run["status"] != "completed" or "5" not in listed[0]["content"][0]["text"]["value"]:
        raise RuntimeError(f"the run is {run['status']}, and the last message is {listed[0]['content']}")


def timed(action: Callable[[], object]) -> float:
    """How long something takes, in milliseconds."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1e3


def turns(count: int) -> bool:
    """Print what a turn costs; whether the median is as low as it is to be."""
    with LocalService() as service, connected(service) as client:
        agent = client.post("/assistants", json={"model": "offline"}).raise_for_status().json()["id"]
        turn(client, agent)  # what is loaded on first use
        times = sorted(timed(lambda: turn(client, agent)) for _ in range(count))
    median = statistics.median(times)
    print(
        f"turn, offline: median {median:.1f} ms (bound {TURN_MS:g}), 95 % below {times[int(count * 0.95)]:.1f} ms, {count} turns"
    )
    return median <= TURN_MS


async def streamed(client: httpx.AsyncClient, agent_id: str) -> float:
    """Stream a run to its end; seconds to the first event.

    :raises RuntimeError: It ended otherwise than completed.
    """
    body = {"assistant_id": agent_id, "stream": True, "thread": {"messages": [{"role": "user", "content": QUESTION}]}}
    began, first, names = time.perf_counter(), 0.0, []
    async with client.stream("POST", "/threads/runs", json=body) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            first = first or time.perf_counter() - began
            if line.startswith("event: "):
                names.append(line.removeprefix("event: "))
    if names[-1:] != ["done"] or "thread.run.completed" not in names:
        raise RuntimeError(f"a stream ended with {names[-2:]}")
    return first


async def asking(client: httpx.AsyncClient, ended: asyncio.Event) -> list[float]:
    """How long another client's calls take until the event is set, in milliseconds."""
    times = []
    while not ended.is_set():
        began = time.perf_counter()
        (await client.get("/assistants")).raise_for_status()
        times.append((time.perf_counter() - began) * 1e3)
        await asyncio.sleep(0.02)
    return times


async def streams(count: int) -> bool:
    """Print what many streams at once cost; whether all came to their end."""
    limits = httpx.Limits(max_connections=count + 1)
    with LocalService() as service:
        url, headers = service.url + BASE, {"api-key": service.key}
        async with (
            httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits) as client,
            httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as other,
        ):
            agent = (await client.post("/assistants", json={"model": "offline"})).raise_for_status().json()["id"]
            await streamed(client, agent)
            ended = asyncio.Event()
            bystander = asyncio.create_task(asking(other, ended))
            began = time.perf_counter()
            outcomes = await asyncio.gather(*(streamed(client, agent) for _ in range(count)), return_exceptions=True)
            seconds = time.perf_counter() - began
            ended.set()
            waited = await bystander
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for problem in failed[:5]:
        print(f"  {type(problem).__name__}: {problem}")
    print(
        f"streams at once: {count - len(failed)} of {count} completed in {seconds:.1f} s; "
        f"another client's call took {statistics.median(waited):.0f} ms, at most {max(waited):.0f} ms"
    )
    return not failed


def filled(folder: Path) -> dict[int, tuple[str, str]]:
    """Write threads of each length into a data folder; by length, the thread's id and that of the message in its middle."""
    found = {}
    store = Store(folder)
    try:
        for length in LENGTHS:
            with store.transaction() as tx:
                thread = tx.insert(THREADS, documents.thread(0, {}, {}))["id"]
                ids = [
                    tx.insert(MESSAGES, documents.message(thread, "user", [documents.text_content(f"number {n}")], n))["id"]
                    for n in range(length)
                ]
            found[length] = (thread, ids[length // 2])
    finally:
        store.close()
    return found


def pages(count: int) -> bool:
    """Print what a page of a long thread costs beside that of a short one; whether the ratio is as low as it is to be."""
    times: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        threads = filled(Path(name))
        with LocalService(name) as service, connected(service) as client:

            def listed(thread: str, **query: str) -> None:
                page = client.get(f"/threads/{thread}/messages", params={"limit": str(PAGE), **query}).raise_for_status().json()
                if len(page["data"]) != PAGE or not page["has_more"]:
                    raise RuntimeError(f"the page has {len(page['data'])} messages")

            for _ in range(count):
                for length, (thread, middle) in threads.items():
                    times.setdefault(("newest", length), []).append(timed(lambda thread=thread: listed(thread)))  # type: ignore[misc]
                    after = timed(lambda thread=thread, middle=middle: listed(thread, after=middle))  # type: ignore[misc]
                    times.setdefault(("middle", length), []).append(after)
    good = True
    for place in ("newest", "middle"):
        short, long = (statistics.median(times[place, length]) for length in LENGTHS)
        good = good and long <= short * RATIO
        print(
            f"page of {PAGE}, {place}: {short:.2f} ms of {LENGTHS[0]:,} messages, {long:.2f} ms of {LENGTHS[1]:,}: "
            f"ratio {long / short:.2f} (bound {RATIO:g})"
        )
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where a bound is not kept or a stream failed."""
    parser = argparse.ArgumentParser(description="What the embedded service costs.")
    parser.add_argument("--turns", type=int, default=200, help="turns to time (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=200, help="streams to open at once (default: %(default)s)")
    parser.add_argument("--pages", type=int, default=200, help="pages to time of each kind (default: %(default)s)")
    options = parser.parse_args(arguments)
    kept = [turns(options.turns), asyncio.run(streams(options.streams)), pages(options.pages)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
