"""Does the works of one client in its own environment, and says what they cost this process.

Started with ``works MODULE URL`` it reads one work per line and answers each with a line of JSON; ``first MODULE URL`` and ``memory MODULE
URL DIRECTION SIZE`` do one thing in a process that has done nothing else.
"""

from __future__ import annotations

import sys
from time import perf_counter, process_time

_STARTED = process_time()

# Nothing is imported above that a client may be charged for, or be spared.


def first(module: str, url: str) -> dict[str, float]:
    """Import the client, make one, and call it once."""
    from importlib import import_module

    status = import_module(module).Sync(url).get_run()
    cost = process_time() - _STARTED
    _check(status == "completed", f"the run is {status}")
    return {"cpu": cost}


def memory(module: str, url: str, direction: str, size: str) -> dict[str, float]:
    """How far a transfer raises the peak of the resident size beyond that after a small one."""
    import tempfile
    from importlib import import_module
    from pathlib import Path

    client = import_module(module).Sync(url)
    with tempfile.TemporaryDirectory() as folder:
        transfer(client, direction, 1 << 20, Path(folder))
        before = peak()
        transfer(client, direction, int(size), Path(folder))
        return {"rise": peak() - before}


def peak() -> int:
    """The largest resident size of this process so far, in bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def transfer(client, direction: str, size: int, folder) -> None:  # type: ignore[no-untyped-def]
    """Upload or download a file of so many bytes."""
    if direction == "upload":
        path = folder / f"{size}.bin"
        if not path.exists():
            with path.open("wb") as file:
                file.truncate(size)
        _check(bool(client.upload(path)), "the file has no id")
    else:
        client.download(f"file-{size}", folder)
        found = folder / "download.bin"
        _check(found.stat().st_size == size, f"{found.stat().st_size} bytes came of {size}")
        found.unlink()


def _check(good: bool, problem: str) -> None:
    if not good:
        raise RuntimeError(f"the benchmark is broken: {problem}")


def works(module: str, url: str) -> None:
    """Do each work that comes on a line: its name, how often, and what else it takes."""
    import json
    import tempfile
    from importlib import import_module
    from pathlib import Path

    client = import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        bench = Works(client, url, Path(folder))
        for line in sys.stdin:
            name, *rest = json.loads(line)
            print(json.dumps(getattr(bench, name)(*rest)), flush=True)


class Works:
    """The works of a client, each of which gives what one of so many costs, in seconds."""

    def __init__(self, client, url: str, folder) -> None:  # type: ignore[no-untyped-def]
        self._module = client
        self._url = url
        self._folder = folder
        self._sync = client.Sync(url)

    def get_run(self, count: int) -> dict[str, float]:
        _check(self._sync.get_run() == "completed", "the run has not ended")
        return _timed(count, self._sync.get_run)

    def read_messages(self, count: int, messages: int) -> dict[str, float]:
        thread = f"thread_messages_{messages}"
        _check(self._sync.read_messages(thread) > 100 * messages, "texts are missing")
        return _timed(count, lambda: self._sync.read_messages(thread))

    def stream(self, count: int, deltas: int) -> dict[str, float]:
        thread = f"thread_stream_{deltas}"
        _check(self._sync.stream(thread) > 2 * deltas, "deltas are missing")
        return _timed(count, lambda: self._sync.stream(thread))

    def transfer(self, count: int, direction: str, size: int) -> dict[str, float]:
        transfer(self._sync, direction, 1 << 20, self._folder)
        return _timed(count, lambda: transfer(self._sync, direction, size, self._folder))

    def alone(self, name: str, *arguments) -> dict[str, float]:  # type: ignore[no-untyped-def]
        """A work that no other client is compared in."""
        from importlib import import_module

        figures: dict[str, float] = getattr(import_module("agentkit_alone"), name)(self._url, *arguments)
        return figures

    def in_flight(self, count: int, at_once: int) -> dict[str, float]:
        import asyncio

        return asyncio.run(self._in_flight(count, at_once))

    async def _in_flight(self, count: int, at_once: int) -> dict[str, float]:
        import asyncio

        client = self._module.Async(self._url)

        async def ask(times: int) -> None:
            for _ in range(times):
                _check(await client.get_run() == "completed", "the run has not ended")

        async def everyone(times: int) -> None:
            await asyncio.gather(*(ask(times) for _ in range(at_once)))

        try:
            await everyone(2)
            each = count // at_once
            wall, cpu = perf_counter(), process_time()
            await everyone(each)
            done = each * at_once
            return {"cpu": (process_time() - cpu) / done, "wall": (perf_counter() - wall) / done}
        finally:
            await client.close()


def _timed(count: int, work) -> dict[str, float]:  # type: ignore[no-untyped-def]
    wall, cpu = perf_counter(), process_time()
    for _ in range(count):
        work()
    return {"cpu": (process_time() - cpu) / count, "wall": (perf_counter() - wall) / count}


def main() -> None:
    """Do what the command line says."""
    import json

    what, *arguments = sys.argv[1:]
    if what == "works":
        works(*arguments)
    elif what == "first":
        print(json.dumps(first(*arguments)))
    elif what == "memory":
        print(json.dumps(memory(*arguments)))
    else:
        sys.exit(f"there is no work {what!r}")


if __name__ == "__main__":
    main()
