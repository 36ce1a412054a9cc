"""The works that agentkit is held to by itself: what waiting asks for, functions at once, and how cost grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import Any
from unittest import mock

from agentkit import AIProjectClient
from agentkit.models import FunctionTool, ToolSet

PAUSE = 0.01
"""Seconds that a function takes, where it is to take any."""


@contextmanager
def connected(url: str, **options: Any) -> Iterator[Any]:
    """The operations of a client."""
    with AIProjectClient(url, "a-key", **options) as client:
        yield client.agents


def waiting(url: str, polls: int) -> dict[str, float]:
    """Wait for a run that has ended at so many looks: the requests, and the sleeps before the first look; none takes time."""
    log: list[str] = []
    with (
        mock.patch.object(time, "sleep", lambda seconds: log.append("sleep") if seconds else None),
        connected(url, raw_request_hook=lambda request: log.append(request.http_request.method)) as agents,
    ):
        run = agents.create_and_process_run(f"thread_polls_{polls}", agent_id="asst_1")
    if run.status != "completed":
        raise RuntimeError(f"the benchmark is broken: the run is {run.status}")
    first_look = log.index("GET") if "GET" in log else len(log)
    return {"requests": len(log) - log.count("sleep"), "sleeps": log[:first_look].count("sleep")}


def calls(url: str, count: int, parallel: int, pause: float) -> dict[str, float]:
    """What a round of so many function calls costs, each of which takes so many seconds."""

    def look_up(number: int) -> str:
        """Look a number up.

        :param number: the number.
        """
        if pause:
            time.sleep(pause)
        return str(number)

    tools = ToolSet()
    tools.add(FunctionTool([look_up]))
    with connected(url) as agents:

        def once() -> None:
            run = agents.create_and_process_run(
                f"thread_calls_{count}", agent_id="asst_1", toolset=tools, max_parallel=parallel
            )
            if run.status != "completed":
                raise RuntimeError(f"the benchmark is broken: the run is {run.status}")

        once()
        return timed(once)


def functions(url: str, count: int) -> dict[str, float]:
    """What it costs to describe so many functions, and to make an agent that has them."""

    def named(number: int) -> Callable[[str], str]:
        def function(city: str) -> str:
            """Get the weather of a city.

            :param city: the name of the city.
            """
            return city

        function.__name__ = f"get_weather_{number}"
        return function

    made = [named(number) for number in range(count)]
    with connected(url) as agents:

        def once() -> None:
            tools = ToolSet()
            tools.add(FunctionTool(made))
            agents.create_agent(model="m", toolset=tools)

        return timed(once)


def pages(url: str, count: int) -> dict[str, float]:
    """What it costs to walk over so many pages, of one message each."""
    with connected(url) as agents:

        def once() -> None:
            found = sum(1 for _ in agents.list_messages(f"thread_pages_{count}").auto_paging_iter())
            if found != count:
                raise RuntimeError(f"the benchmark is broken: {found} pages came of {count}")

        return timed(once)


def messages(url: str, count: int) -> dict[str, float]:
    """What it costs to read the text of so many messages, which come on pages of a hundred, the most that services send."""
    with connected(url) as agents:

        def once() -> None:
            listed = agents.list_messages(f"thread_hundreds_{count}", limit=100).auto_paging_iter()
            found = sum(bool(part.text.value) for message in listed for part in message.text_messages)
            if found != count:
                raise RuntimeError(f"the benchmark is broken: {found} texts came of {count}")

        return timed(once)


def timed(work: Callable[[], None]) -> dict[str, float]:
    wall, cpu = perf_counter(), process_time()
    work()
    return {"cpu": process_time() - cpu, "wall": perf_counter() - wall}
