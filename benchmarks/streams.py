"""What a thousand streamed runs cost one async client: all must complete, without a warning, and its memory must stay flat.

So many streams are open at a time; each is a run on a thread of its own, which asks for a function, gets its output in the same
stream, and answers. The service runs in another process, so that the figures are the client's alone. Its memory counts as flat
where the peak of its resident size rises by less than 5 MB over the second half of the streams, when every module is loaded and
the caches are full. Handlers that were kept would make it rise by 30 MB over 500 streams.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agentkit.aio import AIProjectClient
from agentkit.models import AsyncFunctionTool, AsyncToolSet, ThreadMessage, ThreadMessageOptions

LIMIT = 5_000_000
MARKS = (0.1, 0.5, 1.0)
"""The shares of the streams after which the figures are printed."""

QUESTION = "What is the weather in Oslo?"
KEY_VARIABLE = "AGENTKIT_LOCAL_KEY"


def get_weather(city: str) -> str:
    """Get the weather of a city.

    :param city: the name of the city.
    """
    return f"{len(city)} degrees and rain"


class Warnings(logging.Handler):
    """Everything that was warned of: by a log record, by Python, or by an exception that nobody could be given."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.name}: {record.getMessage()}")

    def install(self) -> None:
        """Listen from now on."""
        logging.getLogger().addHandler(self)
        logging.captureWarnings(True)
        warnings.simplefilter("always")
        sys.unraisablehook = lambda problem: self.texts.append(f"unraisable: {problem.exc_value!r} in {problem.object!r}")


def peak() -> int:
    """The largest resident size of this process so far, in bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@asynccontextmanager
async def service() -> AsyncIterator[tuple[str, str]]:
    """The address and the key of a local service in another process, which ends with the block."""
    key = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder:
        port = Path(folder, "port")
        command = [sys.executable, "-m", "agentkit.local", "--port", "0", "--port-file", str(port)]
        with subprocess.Popen(command, env={**os.environ, KEY_VARIABLE: key}, stdout=subprocess.DEVNULL) as process:
            try:
                while not port.exists():
                    if process.poll() is not None:
                        raise RuntimeError("the service did not start")
                    await asyncio.sleep(0.02)
                yield f"http://127.0.0.1:{port.read_text()}", key
            finally:
                process.terminate()


async def converse(client: AIProjectClient, agent_id: str) -> str | None:
    """Stream one run to its end; what was wrong with it, or None."""
    thread = await client.agents.create_thread(messages=[ThreadMessageOptions(role="user", content=QUESTION)])
    calls, text = 0, ""
    async with client.agents.create_stream(thread.id, agent_id=agent_id) as handler:
        async for name, data, _ in handler:
            calls += name == "thread.run.requires_action"
            if isinstance(data, ThreadMessage):
                text = "".join(part.text.value for part in data.text_messages)
        run = await handler.get_final_run()
    if str(run.status) != "completed" or calls != 1 or "4 degrees and rain" not in text:
        return f"the run is {run.status} after {calls} calls, and its answer is {text!r}"
    return None


class Load:
    """Streams of one client: so many in all, so many at a time.

    :ivar problems: what went wrong, by stream.
    :ivar peaks: the peak of the memory after each mark, in bytes.
    """

    def __init__(self, client: AIProjectClient, agent_id: str, count: int, at_once: int) -> None:
        self._client = client
        self._agent_id = agent_id
        self._numbers = iter(range(1, count + 1))
        self._at_once = at_once
        self._marks = {max(1, round(share * count)) for share in MARKS}
        self._through = 0
        self._began = time.perf_counter()
        self.problems: list[str] = []
        self.peaks: list[int] = []

    async def run(self) -> None:
        """Stream everything, and print the figures at each mark."""
        await asyncio.gather(*(self._work() for _ in range(self._at_once)))

    async def _work(self) -> None:
        for number in self._numbers:
            try:
                problem = await converse(self._client, self._agent_id)
            except Exception as error:  # noqa: BLE001 - one stream that fails is counted, and the others go on
                problem = f"{type(error).__name__}: {error}"
            if problem is not None:
                self.problems.append(f"stream {number}: {problem}")
            self._through += 1
            if self._through in self._marks:
                self._report()

    def _report(self) -> None:
        self.peaks.append(peak())
        completed, seconds = self._through - len(self.problems), time.perf_counter() - self._began
        print(f"{completed:10,}{seconds:10.1f}{seconds / self._through * 1e3:12.1f}{self.peaks[-1] / 1e6:10.1f}", flush=True)


async def measured(count: int, at_once: int) -> int:
    """Stream, print, and return the exit code."""
    heard = Warnings()
    heard.install()
    tools = AsyncToolSet()
    tools.add(AsyncFunctionTool([get_weather]))
    async with service() as (url, key), AIProjectClient(url, key) as client:
        agent = await client.agents.create_agent(model="offline", toolset=tools)
        print(f"{'completed':>10}{'seconds':>10}{'ms a stream':>12}{'peak, MB':>10}")
        load = Load(client, agent.id, count, at_once)
        await load.run()
    gc.collect()
    for text in (*load.problems, *heard.texts)[:20]:
        print(text)
    rise = load.peaks[-1] - load.peaks[-2:][0]
    print(f"{len(load.problems)} failed, {len(heard.texts)} warnings; the peak rose by {rise / 1e6:.1f} MB in the second half")
    return 0 if not load.problems and not heard.texts and rise < LIMIT else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where a stream failed, anything was warned of, or the memory is not flat."""
    parser = argparse.ArgumentParser(description="What a thousand streamed runs cost one async client.")
    parser.add_argument("--streams", type=int, default=1_000, help="streams in all (default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=100, help="streams that are open at a time (default: %(default)s)")
    options = parser.parse_args(arguments)
    if sys.platform == "win32":
        print("not run: this system does not tell the peak memory of a process in the way that is used here")
        return 0
    return asyncio.run(measured(options.streams, options.at_once))


if __name__ == "__main__":
    sys.exit(main())
