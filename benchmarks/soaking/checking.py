"""The comparison at the end: what the service has, object by object, with what it acknowledged."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from soaking.ledger import Entry
from soaking.work import text_of


@dataclass
class Verdict:
    """What came of the objects.

    :ivar read: Acknowledged objects that are there once, as they were written.
    :ivar gone: Acknowledged objects whose deletion was acknowledged too, or that of their thread, and that are not there.
    :ivar undecided: Those whose deletion was asked for without an answer; they may be there or not.
    :ivar made: Objects that are there without having been acknowledged, by kind and class of the error that the client was given.
    :ivar not_made: The same for those that are not there.
    :ivar problems: Lost, doubled, changed, unknown or come back, one line each.
    """

    read: int = 0
    gone: int = 0
    undecided: int = 0
    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_made: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """An object that the service has: its id and what can be read of it."""

    id: str
    content: str


def compare(agents: Any, entries: Mapping[str, Entry]) -> Verdict:
    """Read everything and compare.

    :param agents: The operations of a sync client that reaches the service itself.
    :param entries: What was written down, by mark.
    """
    there: dict[str, list[Found]] = {}
    for mark, found in _everything(agents):
        there.setdefault(mark, []).append(found)
    verdict = Verdict()
    verdict.problems += [f"unknown: {one.id}, marked {mark!r}" for mark in there.keys() - entries for one in there[mark]]
    fates = {entry.id: entry.fate for entry in entries.values() if entry.kind == "thread"}
    for entry in entries.values():
        _judge(entry, there.get(entry.mark, []), _fate(entry, fates), verdict)
    return verdict


def _fate(entry: Entry, fates: Mapping[str | None, str]) -> str:
    """What was to become of an object; a message and a run go with their thread."""
    return fates.get(entry.owner, entry.fate)


def _judge(entry: Entry, found: list[Found], fate: str, verdict: Verdict) -> None:
    if len(found) > 1:
        verdict.problems.append(f"doubled: {entry.kind} {entry.mark} is {', '.join(one.id for one in found)}")
    elif entry.id is None:
        counts = verdict.made if found else verdict.not_made
        counts[entry.kind, entry.error or "no answer"] += 1
    elif fate == "leaving":
        verdict.undecided += 1
    elif fate == "gone":
        verdict.gone += 1
        verdict.problems += [f"came back: {entry.kind} {one.id}" for one in found]
    elif not found:
        verdict.problems.append(f"lost: {entry.kind} {entry.id}")
    elif found[0] != Found(entry.id, entry.content):
        verdict.problems.append(f"changed: {entry.kind} {entry.id} is {found[0]} instead of {entry.content!r}")
    else:
        verdict.read += 1


def _everything(agents: Any) -> Iterator[tuple[str, Found]]:
    """The objects of the service with their marks."""
    for thread in _all(agents.list_threads(limit=100)):
        yield thread.metadata["mark"], Found(thread.id, "")
        for message in _all(agents.list_messages(thread.id, limit=100)):
            if message.run_id is None:
                yield message.metadata["mark"], Found(message.id, text_of(message))
        for run in _all(agents.list_runs(thread.id, limit=100)):
            yield run.metadata["mark"], Found(run.id, run.agent_id)
    for agent in _all(agents.list_agents(limit=100)):
        if agent.name != "staff":
            yield agent.name, Found(agent.id, agent.instructions)
    for store in _all(agents.list_vector_stores(limit=100)):
        files = [file.id for file in _all(agents.list_vector_store_files(store.id, limit=100))]
        yield store.name, Found(store.id, ", ".join(files))
    for file in agents.list_files(purpose="assistants").data:
        content = b"".join(agents.get_file_content(file.id))
        yield file.filename.rpartition(".")[0], Found(file.id, hashlib.sha256(content).hexdigest())


def _all(page: Any) -> Iterator[Any]:
    return iter(page.auto_paging_iter())
