"""The soak finds what it is there to find: it would be no evidence otherwise."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace as Made
from typing import Any

import pytest

from agentkit.exceptions import DecodeError, HttpResponseError, ResourceNotFoundError, ServiceResponseError
from soak import BLOCKS, FILES, MEMORY, WORKERS, Series
from soaking.checking import Verdict, compare
from soaking.gate import FAULTS, NO_ANSWERS, TOLD, Request
from soaking.ledger import Ledger
from soaking.served import service
from soaking.tally import Tally, is_explained
from soaking.usage import Heap, Usage, trim_heap
from soaking.work import at_once

LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell what a process holds")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.jsonl") as opened:
        yield opened


class Service:
    """What a service has, told by the operations that the comparison asks."""

    def __init__(self) -> None:
        self.threads: list[Any] = []
        self.messages: list[Any] = []
        self.runs: list[Any] = []
        self.agents: list[Any] = []
        self.files: dict[str, tuple[str, bytes]] = {}

    def list_threads(self, **_: Any) -> Any:
        return page(self.threads)

    def list_messages(self, thread_id: str, **_: Any) -> Any:
        return page([message for message in self.messages if message.thread_id == thread_id])

    def list_runs(self, thread_id: str, **_: Any) -> Any:
        return page([run for run in self.runs if run.thread_id == thread_id])

    def list_agents(self, **_: Any) -> Any:
        return page(self.agents)

    def list_vector_stores(self, **_: Any) -> Any:
        return page([])

    def list_files(self, **_: Any) -> Any:
        return Made(data=[Made(id=file_id, filename=name) for file_id, (name, _) in self.files.items()])

    def get_file_content(self, file_id: str) -> list[bytes]:
        return [self.files[file_id][1]]


def page(items: list[Any]) -> Any:
    """A page that is walked to its end."""
    return Made(auto_paging_iter=lambda: items)


def agent(number: int, mark: str, instructions: str = "You help.") -> Any:
    """An agent as a service has it."""
    return Made(id=f"asst_{number}", name=mark, instructions=instructions)


def asked(ledger: Ledger, *, acknowledged: str | None = "asst_1", error: str | None = None) -> str:
    """An agent that was asked for, and what came of that; its mark."""
    mark = ledger.new_mark()
    ledger.asked(mark, "agent", "You help.")
    if acknowledged is not None:
        ledger.acknowledged(mark, acknowledged)
    if error is not None:
        ledger.refused(mark, error)
    return mark


def verdict_of(ledger: Ledger, *agents: Any) -> Verdict:
    """What a service with these agents is found to be."""
    service = Service()
    service.agents += agents
    return compare(service, ledger.entries())


def test_what_is_there_as_it_was_written_is_fine(ledger: Ledger) -> None:
    mark = asked(ledger)
    verdict = verdict_of(ledger, agent(1, mark), Made(id="asst_0", name="staff", instructions=None))
    assert (verdict.read, verdict.problems) == (1, [])


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        (lambda mark: [], "lost: agent asst_1"),
        (lambda mark: [agent(1, mark), agent(2, mark)], "doubled: agent {mark} is asst_1, asst_2"),
        (lambda mark: [agent(1, mark, "You hinder.")], "changed: agent asst_1 is"),
        (lambda mark: [agent(2, mark)], "changed: agent asst_1 is"),
        (lambda mark: [agent(1, mark), agent(3, "of others")], "unknown: asst_3, marked 'of others'"),
    ],
)
def test_what_is_not_is_named(ledger: Ledger, there: Callable[[str], list[Any]], problem: str) -> None:
    mark = asked(ledger)
    (found,) = verdict_of(ledger, *there(mark)).problems
    assert found.startswith(problem.format(mark=mark))


def test_what_was_deleted_may_not_come_back(ledger: Ledger) -> None:
    mark = asked(ledger)
    ledger.leaving("asst_1")
    undecided = [verdict_of(ledger), verdict_of(ledger, agent(1, mark))]
    assert [(verdict.undecided, verdict.problems) for verdict in undecided] == [(1, []), (1, [])]
    ledger.gone("asst_1")
    assert (verdict_of(ledger).gone, verdict_of(ledger).problems) == (1, [])
    assert verdict_of(ledger, agent(1, mark)).problems == ["came back: agent asst_1"]


def test_what_was_not_acknowledged_is_counted_by_what_the_client_was_told(ledger: Ledger) -> None:
    marks = [asked(ledger, acknowledged=None, error="DecodeError") for _ in range(2)]
    verdict = verdict_of(ledger, agent(1, marks[0]))
    assert verdict.made == verdict.not_made == {("agent", "DecodeError"): 1}
    assert verdict.problems == []
    assert verdict_of(ledger, agent(1, marks[0]), agent(2, marks[0])).problems == [
        f"doubled: agent {marks[0]} is asst_1, asst_2"
    ]


def test_messages_and_runs_go_with_their_thread(ledger: Ledger) -> None:
    service = Service()
    for mark, kind, object_id, owner in (
        ("t", "thread", "thread_1", ""),
        ("m", "message", "msg_1", "thread_1"),
        ("r", "run", "run_1", "thread_1"),
    ):
        ledger.asked(mark, kind, {"m": "Hello", "r": "asst_1"}.get(mark, ""), owner)
        ledger.acknowledged(mark, object_id)
    text = Made(text=Made(value="Hello"))
    service.threads.append(Made(id="thread_1", metadata={"mark": "t"}))
    service.messages.append(Made(id="msg_1", thread_id="thread_1", metadata={"mark": "m"}, run_id=None, text_messages=[text]))
    service.messages.append(Made(id="msg_2", thread_id="thread_1", metadata={}, run_id="run_1", text_messages=[]))
    service.runs.append(Made(id="run_1", thread_id="thread_1", metadata={"mark": "r"}, agent_id="asst_1"))
    whole = compare(service, ledger.entries())
    assert (whole.read, whole.problems) == (3, [])
    service.messages.clear()
    assert compare(service, ledger.entries()).problems == ["lost: message msg_1"]
    ledger.leaving("thread_1")
    ledger.gone("thread_1")
    service.threads.clear()
    gone = compare(service, ledger.entries())
    assert (gone.gone, gone.problems) == (3, [])


def test_files_are_compared_by_their_content(ledger: Ledger) -> None:
    service = Service()
    mark = ledger.new_mark()
    ledger.asked(mark, "file", sha256(b"as it was").hexdigest())
    ledger.acknowledged(mark, "file_1")
    service.files["file_1"] = (f"{mark}.bin", b"as it was")
    assert compare(service, ledger.entries()).read == 1
    service.files["file_1"] = (f"{mark}.bin", b"as it wa")
    (problem,) = compare(service, ledger.entries()).problems
    assert problem.startswith("changed: file file_1")


@pytest.mark.parametrize(
    ("call", "error", "explained"),
    [
        ("create_run", ServiceResponseError("broken off"), True),
        ("create_run", DecodeError("no JSON"), True),
        ("create_run", HttpResponseError(f"create_run failed: {TOLD}"), True),
        ("create_run", HttpResponseError("create_run failed: the service is on fire"), False),
        ("get_run", ResourceNotFoundError("there is no such run"), False),
        ("delete_thread", ResourceNotFoundError("there is no such thread"), True),
    ],
)
def test_an_error_that_no_fault_explains_is_wrong(call: str, error: Any, explained: bool) -> None:
    tally = Tally()
    tally.failed(call, error)
    assert is_explained(call, error) is explained
    assert bool(tally.wrong) is not explained
    assert tally.errors == {(call, type(error).__name__): 1}


@pytest.mark.parametrize(
    ("line", "operation"),
    [
        (b"POST /api/projects/local/threads?api-version=v1 HTTP/1.1", "POST threads"),
        (b"GET /api/projects/local/threads/thread_1/runs/run_1?api-version=v1 HTTP/1.1", "GET threads/*/runs/*"),
        (b"GET /openai/files/assistant-1/content HTTP/1.1", "GET files/*/content"),
        (b"GET /health HTTP/1.1", "GET "),
    ],
)
def test_requests_are_counted_by_operation(line: bytes, operation: str) -> None:
    assert Request(line + b"\r\nHost: x", b"").operation == operation


def test_every_fault_that_is_named_is_one() -> None:
    assert set(NO_ANSWERS) <= set(FAULTS)
    assert all(weight > 0 for _, weight in FAULTS.values())


@LINUX
def test_an_open_file_is_counted(tmp_path: Path) -> None:
    before = Usage.of(os.getpid())
    with (tmp_path / "open").open("w"):
        during = Usage.of(os.getpid())
    assert during.files == before.files + 1
    assert during.memory > 1_000_000
    assert during.threads >= 1


def test_the_heap_is_trimmed_where_the_c_library_is_glibc() -> None:
    assert trim_heap() is (platform.libc_ver()[0] == "glibc")


@LINUX
def test_what_lives_is_counted_and_what_was_freed_is_not() -> None:
    before = Heap.trimmed().blocks
    kept = [object() for _ in range(50_000)]
    during = Heap.trimmed().blocks
    assert during - before >= len(kept)
    kept.clear()
    assert Heap.trimmed().blocks - before < BLOCKS


@LINUX
def test_the_service_says_what_lives_in_it(tmp_path: Path) -> None:
    with service(tmp_path, "k" * 32) as served:
        heaps = [served.trimmed() for _ in range(2)]
        assert Usage.of(served.pid).memory > 1_000_000
        assert all(heap.blocks > 50_000 for heap in heaps)
        os.kill(served.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="the service ended while the work went on"):
            served.trimmed()


def series(*, blocks: int = 0, **more: int) -> Series:
    """Ten looks of which the last shows more than the others: so many blocks, and so much of what a process holds."""
    held = Usage(memory=75_000_000, files=10, sockets=11, threads=12, children=2)
    last = replace(held, **{name: getattr(held, name) + count for name, count in more.items()})
    before, after = (Heap(count, untrimmed=80_000_000) for count in (314_000, 314_000 + blocks))
    return Series([(held, held)] * 9 + [(last, last)], [(before, before)] * 9 + [(after, after)])


@pytest.mark.parametrize(
    ("what", "allowed"),
    [("memory", MEMORY), ("files", FILES), ("sockets", WORKERS), ("threads", WORKERS), ("blocks", BLOCKS)],
)
def test_what_grows_beyond_its_bound_is_not_flat(what: str, allowed: int) -> None:
    assert all(flat for _, flat in series(**{what: allowed}).changes())
    growing = [line for line, flat in series(**{what: allowed + 1}).changes() if not flat]
    assert growing
    assert all(line.startswith(("the client's " + what, "the service's " + what)) for line in growing)


def test_work_of_a_sync_client_does_not_wait() -> None:
    async def nothing() -> int:
        return 6 * 7

    async def waiting() -> None:
        await Waits()

    assert at_once(nothing()) == 42
    with pytest.raises(RuntimeError, match="waited for something"):
        at_once(waiting())


class Waits:
    """Waits once."""

    def __await__(self) -> Generator[None, None, None]:
        yield
