"""What clients make of a service that is killed under their hands, again and again, and comes back at the same address.

A blocking client in several threads and an async one in several tasks hold conversations, stream runs that call functions, and upload
and save files, while the service is killed by SIGKILL at random moments and started again on its folder. Every call has to come to its
result or to an error of the kinds that the clients document. At the end all that was acknowledged is read back: it has to be there,
once, as it was written; what failed may be there or not, and never twice; no run may be left active.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError

import agentkit
import agentkit.aio
from agentkit.models import AsyncFunctionTool, AsyncToolSet

KEY_VARIABLE = "AGENTKIT_LOCAL_KEY"
THREADS = 3
TASKS = 3
START_SECONDS = 60.0
STOP_SECONDS = 120.0
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")


def get_weather(city: str) -> str:
    """What the weather is like.

    :param city: Where.
    """
    return f"Rain in {city}."


@dataclass
class Book:
    """What was asked of the service, and what was acknowledged; filled by many threads.

    :ivar messages: By the text of a message, the thread; None where its writing was not acknowledged.
    :ivar files: By the name of a file, its id and content, or None.
    :ivar runs: By the thread of one run, how that is known to have ended, or None.
    :ivar results: How calls ended: the result's kind, or the error's class.
    :ivar wrong: What came out that should not have.
    """

    messages: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes] | None] = field(default_factory=dict)
    runs: dict[str, str | None] = field(default_factory=dict)
    threads: set[str] = field(default_factory=set)
    results: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Worker:
    """Does one piece of work after the other with a client that is shared, awaiting nothing of it but its calls.

    The operations of the blocking client are called through :class:`Blocking`, so that the work is written once.
    """

    def __init__(self, agents: Any, agent: str, book: Book, seed: int, folder: Path) -> None:
        self._agents, self._agent, self._book, self._folder = agents, agent, book, folder
        self._random = random.Random(seed)
        self._thread = ""

    async def work(self, stop: threading.Event) -> None:
        """Go on until told to stop. An error of the documented kinds ends a piece of work, and no more than that."""
        kinds: tuple[Callable[[], Awaitable[str]], ...] = (self._message, self._message, self._upload, self._run, self._stream)
        while not stop.is_set():
            kind = self._random.choice(kinds)
            try:
                result = await kind()
            except AzureError as error:
                result = type(error).__name__
            except BaseException as error:
                self._book.wrong.append(f"{kind.__name__}: {error!r}")
                raise
            self._book.results[result] += 1

    async def _message(self) -> str:
        if not self._thread:
            self._thread = (await self._agents.create_thread()).id
            self._book.threads.add(self._thread)
        text = secrets.token_hex(12)
        self._book.messages[text] = None
        await self._agents.create_message(self._thread, role="user", content=text)
        self._book.messages[text] = self._thread
        return "message"

    async def _upload(self) -> str:
        name, content = f"{secrets.token_hex(12)}.bin", secrets.token_bytes(self._random.choice((100, 100_000, 3_000_000)))
        self._book.files[name] = None
        file = await self._agents.upload_file_and_poll(file=(name, content), purpose="assistants")
        self._book.files[name] = (file.id, content)
        saved = await self._agents.save_file(file.id, name, str(self._folder))
        if saved.read_bytes() != content:
            self._book.wrong.append(f"{name} was saved with other content")
        saved.unlink()
        return "file"

    async def _run(self) -> str:
        thread = await self._asked()
        run = await self._agents.create_and_process_run(thread, agent_id=self._agent)
        return self._ended(thread, run.status)

    async def _stream(self) -> str:
        thread = await self._asked()
        stream = self._agents.create_stream(thread, agent_id=self._agent)
        status = ""
        async with stream as events:
            async for kind, data, *_ in events:
                if kind.startswith("thread.run.") and "step" not in kind:
                    status = data.status
        return self._ended(thread, status)

    async def _asked(self) -> str:
        message = {"role": "user", "content": "What is the weather in Oslo?"}
        thread: str = (await self._agents.create_thread(messages=[message])).id
        self._book.runs[thread] = None
        return thread

    def _ended(self, thread: str, status: str) -> str:
        self._book.runs[thread] = str(status)
        return f"run {status}"


class Blocking:
    """The operations of the blocking client in the form of the async ones."""

    def __init__(self, agents: Any) -> None:
        self._agents = agents

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._agents, name)
        if name == "create_stream":
            return lambda *args, **kwargs: _Stream(lambda: operation(*args, **kwargs))

        async def called(*args: Any, **kwargs: Any) -> Any:
            return operation(*args, **kwargs)

        return called


class _Stream:
    """A stream of the blocking client in the form of an async one."""

    def __init__(self, opened: Callable[[], Any]) -> None:
        self._opened = opened

    async def __aenter__(self) -> _Stream:
        self._stream = self._opened()
        self._events = self._stream.__enter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        self._stream.__exit__(*error)

    async def __aiter__(self) -> Any:
        for event in self._events:
            yield event


class Service:
    """The service in a process of its own, always at the same address and on the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.key = secrets.token_urlsafe(24)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, and wait until it listens."""
        told = self._folder / "port"
        told.unlink(missing_ok=True)
        command = [sys.executable, "-m", "agentkit.local", "--data", str(self._folder / "data"), "--allow-download"]
        command += ["--port", str(self._port), "--port-file", str(told)]
        environment = {**os.environ, KEY_VARIABLE: self.key, "TMPDIR": str(self._folder)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not told.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"the service did not start (exit status {process.poll()})")
            time.sleep(0.01)
        return process


@contextmanager
def at_work(service: Service, book: Book, seed: int, folder: Path) -> Iterator[None]:
    """Both clients work while the block lasts; they are the same ones all the time."""
    stop = threading.Event()
    client = agentkit.AIProjectClient(service.url, service.key, enable_auto_function_calls={get_weather})
    tools = AsyncToolSet()
    tools.add(AsyncFunctionTool({get_weather}))
    agent = client.agents.create_agent(model="offline", tools=tools.definitions).id

    def block(number: int) -> None:
        asyncio.run(Worker(Blocking(client.agents), agent, book, seed + number, folder).work(stop))

    async def tasks() -> None:
        async with agentkit.aio.AIProjectClient(service.url, service.key, enable_auto_function_calls={get_weather}) as shared:
            workers = [Worker(shared.agents, agent, book, seed + THREADS + number, folder) for number in range(TASKS)]
            await asyncio.gather(*(worker.work(stop) for worker in workers))

    threads = [threading.Thread(target=block, args=(number,), daemon=True) for number in range(THREADS)]
    threads.append(threading.Thread(target=lambda: asyncio.run(tasks()), daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            book.wrong.append("a call hangs")
        client.close()


def read_back(service: Service, book: Book) -> None:
    """Compare what the service has with the book; every difference is noted in that."""
    with agentkit.AIProjectClient(service.url, service.key) as client:
        written: Counter[tuple[str, str]] = Counter()
        for thread in book.threads:
            for message in client.agents.list_messages(thread, limit=100).auto_paging_iter():
                written[thread, message.text_messages[0].text.value] += 1
        texts = Counter(text for _, text in written.elements())
        for text, kept_in in book.messages.items():
            if kept_in is not None and not written[kept_in, text]:
                book.wrong.append(f"the message {text} is lost")
            if texts[text] > 1:
                book.wrong.append(f"the message {text} is there {texts[text]} times")
        there = Counter(file.filename for file in client.agents.list_files().data)
        for name, kept in book.files.items():
            if there[name] > 1:
                book.wrong.append(f"the file {name} is there {there[name]} times")
            if kept is not None and b"".join(client.agents.get_file_content(kept[0])) != kept[1]:
                book.wrong.append(f"the file {name} is not what was uploaded")
        for thread, status in book.runs.items():
            runs = client.agents.list_runs(thread).data
            if len(runs) > 1:
                book.wrong.append(f"there are {len(runs)} runs on {thread}")
            if status is not None and [str(run.status) for run in runs] != [status]:
                book.wrong.append(f"the run on {thread} ended {status}, and is {[str(run.status) for run in runs]}")
            if any(run.status in ACTIVE for run in runs):
                book.wrong.append(f"a run on {thread} is still active")


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, start again, compare and print; the exit code is 1 where something is lost, doubled, hanging or badly told."""
    parser = argparse.ArgumentParser(description="What clients make of a service that is killed.")
    parser.add_argument("--kills", type=int, default=20, help="how often to kill it (default: %(default)s)")
    parser.add_argument(
        "--longest", type=float, default=1.0, help="the longest time before a kill, in seconds (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, help="what the moments and the work are drawn from (default: a random one)")
    options = parser.parse_args(arguments)
    if sys.platform == "win32":
        print("not run: there is no SIGKILL on this system")
        return 0
    seed = options.seed if options.seed is not None else secrets.randbelow(10**6)
    moments, book = random.Random(seed), Book()
    print(f"seed {seed}, {THREADS} threads and {TASKS} tasks at work, killed {options.kills} times", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder)
        process = service.start()
        try:
            (folder / "saved").mkdir()
            with at_work(service, book, seed, folder / "saved"):
                for _ in range(options.kills):
                    time.sleep(moments.uniform(0.1, options.longest))
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    process = service.start()
                time.sleep(options.longest)
            read_back(service, book)
            book.wrong += [f"left behind: {path.name}" for path in (folder / "saved").iterdir() if path.name.endswith(".part")]
        finally:
            process.terminate()
            process.wait()
    return told(book)


def told(book: Book) -> int:
    """Print the book; the exit code."""
    for result, count in sorted(book.results.items()):
        print(f"{count:>8,}  {result}")
    acknowledged = sum(kept is not None for kept in (*book.messages.values(), *book.files.values(), *book.runs.values()))
    print(
        f"{acknowledged:>8,}  objects acknowledged, of {len(book.messages) + len(book.files) + len(book.runs):,} that were asked for"
    )
    print(f"{len(book.wrong):>8,}  lost, doubled, hanging or badly told")
    for problem in book.wrong:
        print(f"          {problem}")
    return 1 if book.wrong or not acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
