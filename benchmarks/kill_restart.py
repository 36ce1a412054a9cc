"""What a service loses when it is killed: nothing that it acknowledged.

``python -m agentkit.local --data DIR`` runs in a process of its own under a load of writes by several clients, and is killed by
SIGKILL at a random moment; then it is started again on the same folder. Every write that was acknowledged in that round is read
back and compared, every thread has to take a new message, no run may be active, and no content of a file may lie about without its
file object. A write whose answer did not come may have happened or not. At the end all that was acknowledged in any round is read
back once more, and SQLite checks the database.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import httpx

KEY_VARIABLE = "AGENTKIT_LOCAL_KEY"
WRITERS = 4
START_SECONDS = 60.0
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")
LOCKING = {"type": "function", "function": {"name": "get_weather", "parameters": {"properties": {"city": {"type": "string"}}}}}
GONE = None

State = dict[str, Any] | None
"""What is to be read at a path: these fields with these values, or, where it is None, nothing."""


@dataclass
class Load:
    """What several clients have had acknowledged.

    :ivar states: by path, what may be read there: one state, or two while the answer to a change did not come.
    :ivar contents: by file id, the content.
    :ivar threads: the ids of threads, of which runs may hold some.
    :ivar writes: how many writes were acknowledged.
    """

    states: dict[str, list[State]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    threads: list[str] = field(default_factory=list)
    writes: int = 0

    def merge(self, other: Load) -> None:
        """Take in what another load has had acknowledged; of one path, the later counts."""
        self.states |= other.states
        self.contents |= other.contents
        self.threads += other.threads
        self.writes += other.writes


class Writer:
    """One client that writes what comes to its mind, one request after the other, until the service is gone."""

    def __init__(self, address: str, key: str, seed: int) -> None:
        self.load = Load()
        self._random = random.Random(seed)
        self._http = httpx.Client(base_url=f"{address}/v1", headers={"api-key": key}, timeout=30)
        self._agent = ""
        self._kinds: tuple[Callable[[], None], ...] = (
            self._make_thread,
            self._make_file,
            self._make_agent,
            self._write_message,
            self._write_message,
            self._change_thread,
            self._remove,
            self._run,
        )

    def work(self) -> None:
        """Write until the service is gone."""
        with self._http:
            try:
                self._agent = self._sent("POST", "/assistants", json={"model": "offline", "tools": [LOCKING]})["id"]
                while True:
                    self._random.choice(self._kinds)()
            except httpx.TransportError:  # it was killed
                return

    def _sent(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        response = self._http.request(method, path, **request)
        response.raise_for_status()
        self.load.writes += 1
        body: dict[str, Any] = response.json()
        return body

    def _make_thread(self) -> None:
        metadata = {"made": secrets.token_hex(4)}
        thread = self._sent("POST", "/threads", json={"metadata": metadata})["id"]
        self.load.states[f"/threads/{thread}"] = [{"metadata": metadata}]
        self.load.threads.append(thread)

    def _make_agent(self) -> None:
        name = secrets.token_hex(4)
        agent = self._sent("POST", "/assistants", json={"model": "offline", "name": name})["id"]
        self.load.states[f"/assistants/{agent}"] = [{"name": name}]

    def _make_file(self) -> None:
        content = secrets.token_bytes(self._random.choice((10, 1_000, 200_000)))
        file = self._sent("POST", "/files", data={"purpose": "assistants"}, files={"file": ("some.bin", content)})["id"]
        self.load.states[f"/files/{file}"] = [{"bytes": len(content)}]
        self.load.contents[file] = content

    def _write_message(self) -> None:
        thread = self._any("/threads/")
        if thread is None:
            return self._make_thread()
        text = secrets.token_hex(20)
        response = self._http.post(f"{thread}/messages", json={"role": "user", "content": text})
        if response.status_code == 400:  # a run holds the thread
            return None
        message = response.raise_for_status().json()["id"]
        self.load.writes += 1
        content = [{"type": "text", "text": {"value": text, "annotations": []}}]
        self.load.states[f"{thread}/messages/{message}"] = [{"content": content}]
        return None

    def _change_thread(self) -> None:
        thread = self._any("/threads/")
        if thread is None:
            return
        metadata = {"changed": secrets.token_hex(4)}
        self.load.states[thread].append({"metadata": metadata})
        self._sent("POST", thread, json={"metadata": metadata})
        self.load.states[thread] = [{"metadata": metadata}]

    def _remove(self) -> None:
        path = self._any("/files/") or self._any("/assistants/")
        if path is None:
            return
        self.load.states[path].append(GONE)
        self._sent("DELETE", path)
        self.load.states[path] = [GONE]

    def _run(self) -> None:
        """Start a run that asks for a function whose output nobody will send, or one that answers."""
        text = self._random.choice(("What is the weather in Oslo?", "What is the average of 3 and 5?"))
        body = {"assistant_id": self._agent, "thread": {"messages": [{"role": "user", "content": text}]}}
        run = self._sent("POST", "/threads/runs", json=body)
        self.load.threads.append(run["thread_id"])
        self.load.states[f"/threads/{run['thread_id']}/runs/{run['id']}"] = [{"id": run["id"]}]

    def _any(self, prefix: str) -> str | None:
        there = [
            path for path, states in self.load.states.items() if states[-1] and path.startswith(prefix) and path.count("/") == 2
        ]
        return self._random.choice(there) if there else None


class Service:
    """The service in a process of its own, on one folder of data.

    :param folder: Where the data and the file with the port lie.
    """

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.key = secrets.token_urlsafe(24)
        self._port_file = folder / "port"
        self._environment = {**os.environ, KEY_VARIABLE: self.key, "TMPDIR": str(folder)}

    @contextmanager
    def running(self) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """The process and its address; it is ended with the block, if it has not been killed by then."""
        self._port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "agentkit.local", "--data", str(self.data), "--allow-download"]
        command += ["--port", "0", "--port-file", str(self._port_file)]
        with subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL) as process:
            try:
                deadline = time.monotonic() + START_SECONDS
                while not self._port_file.exists():
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(f"the service did not start (exit status {process.poll()})")
                    time.sleep(0.01)
                yield process, f"http://127.0.0.1:{self._port_file.read_text()}"
            finally:
                process.terminate()

    def client(self, address: str) -> httpx.Client:
        """A client of the service at this address."""
        return httpx.Client(base_url=f"{address}/v1", headers={"api-key": self.key}, timeout=30)


@dataclass
class Tally:
    """What was counted in some rounds."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    active: int = 0
    failed: int = 0
    locked: int = 0
    orphans: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, locked, left active or left over."""
        return not self.lost and not self.locked and not self.orphans and self.active == self.failed

    def row(self) -> str:
        """The counts as a line of the table."""
        return "".join(f"{getattr(self, one.name):>13,}" for one in fields(self))


HEADER = "".join(f"{name:>13}" for name in ("kills", "acknowledged", "lost", "runs cut off", "now failed", "locked", "orphans"))


def attacked(service: Service, seed: int, moment: float) -> Load:
    """Write to a service, and kill it after so many seconds; what was acknowledged by then."""
    with service.running() as (process, address):
        writers = [Writer(address, service.key, seed * WRITERS + number) for number in range(WRITERS)]
        threads = [threading.Thread(target=writer.work, daemon=True) for writer in writers]
        for thread in threads:
            thread.start()
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
    load = Load()
    for writer in writers:
        load.merge(writer.load)
    return load


def as_written(client: httpx.Client, load: Load) -> int:
    """How many acknowledged writes are lost or differ; each is named."""
    lost = 0
    for path, states in load.states.items():
        response = client.get(path)
        found = response.json() if response.status_code == 200 else GONE
        if not any(_matches(found, state) for state in states):
            lost += 1
            print(f"lost: {path}: {found} instead of {states}")
    for file, content in load.contents.items():
        if load.states[f"/files/{file}"] == [GONE]:
            continue
        response = client.get(f"/files/{file}/content")
        if response.content != content and not (response.status_code == 404 and GONE in load.states[f"/files/{file}"]):
            lost += 1
            print(f"lost: the content of {file}: status {response.status_code}, {len(response.content)} bytes")
    return lost


def _matches(found: State, state: State) -> bool:
    if found is None or state is None:
        return found is state
    return all(found.get(name) == value for name, value in state.items())


def looked_after(service: Service, load: Load, cut_off: Sequence[str]) -> Tally:
    """Start the service again, and count what became of a load.

    :param cut_off: The paths of the runs that were active when it was killed, acknowledged or not.
    """
    tally = Tally(kills=1, acknowledged=load.writes, active=len(cut_off))
    with service.running() as (_, address), service.client(address) as client:
        tally.lost = as_written(client, load)
        for path in cut_off:
            run = client.get(path).raise_for_status().json()
            tally.failed += run["status"] == "failed" and run["last_error"]["code"] == "server_error"
        for thread in load.threads:
            written = client.post(f"/threads/{thread}/messages", json={"role": "user", "content": "Still there?"})
            tally.locked += written.status_code != 200
        there = {file["id"] for file in client.get("/files").raise_for_status().json()["data"]}
        tally.orphans = len({path.name for path in (service.data / "files").iterdir()} - there)
    return tally


def active_runs(data: Path) -> list[str]:
    """The paths of the runs that were active when the service was killed, read from a copy of the database as it was left."""
    with tempfile.TemporaryDirectory() as name:
        for path in data.glob("agentkit.sqlite3*"):
            Path(name, path.name).write_bytes(path.read_bytes())
        connection = sqlite3.connect(Path(name, "agentkit.sqlite3"))
        try:
            if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").fetchone()[0]:
                return []  # it was killed before there was anything
            marks = ", ".join("?" * len(ACTIVE))
            rows = connection.execute(f"SELECT thread_id, id FROM runs WHERE status IN ({marks})", ACTIVE).fetchall()
        finally:
            connection.close()
    return [f"/threads/{thread}/runs/{run}" for thread, run in rows]


def integrity(data: Path) -> str:
    """What SQLite says of the databases: ``ok``, or what is wrong."""
    findings = []
    for path in sorted(data.glob("*.sqlite3")):
        connection = sqlite3.connect(path)
        try:
            findings += [row[0] for row in connection.execute("PRAGMA integrity_check")]
        finally:
            connection.close()
    return ", ".join(sorted(set(findings)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, start again, compare and print; the exit code is 1 where anything acknowledged is lost, locked or left over."""
    parser = argparse.ArgumentParser(description="What a service loses when it is killed.")
    parser.add_argument("--kills", type=int, default=100, help="how often to kill it (default: %(default)s)")
    parser.add_argument(
        "--longest", type=float, default=0.8, help="the longest load before a kill, in seconds (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, help="what the moments and the writes are drawn from (default: a random one)")
    options = parser.parse_args(arguments)
    if sys.platform == "win32":
        print("not run: there is no SIGKILL on this system")
        return 0
    seed = options.seed if options.seed is not None else secrets.randbelow(10**6)
    moments = random.Random(seed)
    print(f"seed {seed}, {WRITERS} clients writing, killed after up to {options.longest:g} s\n{HEADER}")
    everything, total, rows = Load(), Tally(), Tally()
    with tempfile.TemporaryDirectory() as name:
        service = Service(Path(name))
        for number in range(1, options.kills + 1):
            load = attacked(service, seed + number, moments.uniform(0.0, options.longest))
            rows += looked_after(service, load, active_runs(service.data))
            everything.merge(load)
            if number % 10 == 0 or number == options.kills:
                print(rows.row(), flush=True)
                total, rows = total + rows, Tally()
        print(f"{total.row()}  in all")
        with service.running() as (_, address), service.client(address) as client:
            lost = as_written(client, everything)
        verdict = integrity(service.data)
        print(f"read again at the end: {len(everything.states):,} paths, {lost} lost; SQLite says: {verdict}")
    return 0 if total.is_clean and not lost and verdict == "ok" else 1


if __name__ == "__main__":
    sys.exit(main())
