"""Hands calls of a run to other agents: each really runs, on a thread of its own, in the time of the run that called it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from agentkit.local.models.base import ToolCall
from agentkit.local.runs import documents
from agentkit.local.runs.ledger import Ledger
from agentkit.local.runs.outcomes import CallOutcome, refusal
from agentkit.local.store import Document, Store, Transaction
from agentkit.local.tables import AGENTS, FILES, MESSAGES, RUNS, THREADS

__all__ = ["MAX_DEPTH", "Conduct", "ConnectedAgents", "Interruptible", "nobody_answers"]

MAX_DEPTH = 5
"""How many agents may stand one below the other under the agent of the first run."""

_ENDS = {
    "cancelled": "its run was cancelled",
    "expired": "its run took too long and has expired",
    "incomplete": "its run came to its limit of tokens before it had an answer",
}


class Interruptible(Protocol):
    """Work that can be told to end."""

    def interrupt(self) -> None:
        """Make whoever does it let go of it."""
        ...


Conduct = Callable[[str, tuple[str, ...], Callable[[Interruptible], None]], None]
"""Works on a run to its end: its id, the ids of the agents that wait for it, and who is told of the work before it begins."""


class ConnectedAgents:
    """The other agents that one run may call.

    :param conduct: Works on the run of another agent.
    :param callers: The ids of the agents that wait for this run, the outermost first.
    """

    def __init__(self, store: Store, ledger: Ledger, conduct: Conduct, callers: tuple[str, ...]) -> None:
        self._store = store
        self._ledger = ledger
        self._conduct = conduct
        self._callers = callers
        self._lock = threading.Lock()
        self._interrupted = False
        self._inner: Interruptible | None = None

    def interrupt(self) -> None:
        """End the work of the agent that is being waited for, and begin none any more."""
        with self._lock:
            self._interrupted = True
            inner = self._inner
        if inner is not None:
            inner.interrupt()

    def execute(self, run: Document, call: ToolCall, tokens: int | None) -> CallOutcome:
        """Have another agent do what a call says, and wait for its answer.

        :param run: The run that calls.
        :param tokens: How many tokens the answer may have.
        """
        named = _details(run["tools"], call.name)
        chain = (*self._callers, run["assistant_id"])
        with self._store.transaction() as tx:
            if tx.get(RUNS, run["id"]) is None:
                return refusal(f"The agent '{call.name}' was not called: the thread of this run was deleted.")
            agent = tx.get(AGENTS, named["id"])
            problem = self._problem(tx, agent, call, named["id"], chain)
            if agent is None or problem:
                return refusal(problem)
            inner = self._opened(tx, agent, run, call.input, tokens)
        try:
            self._conduct(inner["id"], chain, self._begun)
        finally:
            with self._lock:
                self._inner = None
        with self._store.transaction() as tx:
            return _told(tx, inner, call.name)

    def _begun(self, inner: Interruptible) -> None:
        with self._lock:
            self._inner = inner
            interrupted = self._interrupted
        if interrupted:
            inner.interrupt()

    def _problem(self, tx: Transaction, agent: Document | None, call: ToolCall, agent_id: str, chain: Sequence[str]) -> str:
        if agent is None:
            return f"The agent '{call.name}' was not called: there is no agent with the id '{agent_id}' any more."
        if not call.input.strip():
            return f"The agent '{call.name}' was not called: the call says nothing that it could work on."
        if agent_id in chain:
            others = [tx.get(AGENTS, one) or {} for one in (*chain[chain.index(agent_id) :], agent_id)]
            way = " -> ".join(str(other.get("name") or other.get("id") or "a deleted agent") for other in others)
            return f"The agent '{call.name}' was not called: it already waits for this answer, so the calls would never end ({way})."
        if len(chain) > MAX_DEPTH:
            return (
                f"The agent '{call.name}' was not called: {MAX_DEPTH} agents stand one below the other already, and this one would "
                "be one more."
            )
        return ""

    def _opened(self, tx: Transaction, agent: Document, run: Document, text: str, tokens: int | None) -> Document:
        """The run of the other agent, on a thread that holds nothing but what it is told, and goes with the thread of its caller."""
        now = self._ledger.now()
        thread = tx.insert(THREADS, {**documents.thread(now), "_outer_thread_id": run["thread_id"]})
        tx.insert(MESSAGES, documents.message(thread["id"], "user", [documents.text_content(text)], now))
        settings = {} if tokens is None else {"max_completion_tokens": tokens}
        # It has no more time than the run that waits for it.
        inner = {**documents.run(agent, thread["id"], settings, now), "expires_at": run["expires_at"]}
        self._ledger.begin(tx, inner)
        return inner


def nobody_answers(name: str) -> str:
    """What a connected agent is told of a function that it calls."""
    return json.dumps(
        {
            "error": f"The function '{name}' was not called: this agent works for another agent, and no application answers the "
            "function calls of a connected agent."
        }
    )


def _details(tools: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    found = (tool["connected_agent"] for tool in tools if tool["type"] == "connected_agent")
    return next(details for details in found if details["name"] == name)


def _told(tx: Transaction, inner: Document, name: str) -> CallOutcome:
    """What came of the other agent's run."""
    run = tx.get(RUNS, inner["id"])
    if run is None:
        return refusal(f"The agent '{name}' gave no answer: its thread was deleted.")
    details = {"agent_id": run["assistant_id"], "run_id": run["id"], "thread_id": run["thread_id"]}
    answers = tx.select(MESSAGES, "thread_id = ? AND run_id = ?", run["thread_id"], run["id"])
    if run["status"] == "completed" and answers:
        return CallOutcome(_text(tx, answers[-1]), details, usage=run["usage"])
    if run["status"] == "incomplete" and answers:
        text = f"{_text(tx, answers[-1])}\n(The answer is cut here: it came to its limit of tokens.)"
        return CallOutcome(text, details, failed=True, usage=run["usage"])
    error = run["last_error"] or {}
    reason = _ENDS.get(run["status"]) or f"its run failed: {error.get('message', 'no reason is known')}"
    return CallOutcome(f"The agent '{name}' gave no answer: {reason.rstrip('.')}.", details, failed=True, usage=run["usage"])


def _text(tx: Transaction, message: Document) -> str:
    """The text of an answer, in which files are named by what holds outside of its thread: their names and ids."""
    parts, shown = [], []
    for block in message["content"]:
        if block["type"] == "text":
            parts.append(_standing_alone(tx, block["text"]["value"], block["text"]["annotations"]))
        elif block["type"] == "image_file":
            shown.append(_file_name(tx, block["image_file"]["file_id"]))
    if shown:
        parts.append(f"(It shows: {', '.join(shown)})")
    return "\n".join(parts)


def _standing_alone(tx: Transaction, text: str, annotations: Sequence[Mapping[str, Any]]) -> str:
    # Markers and sandbox paths count anew in every run: left as they are, they would cite the wrong file in the outer answer.
    for annotation in sorted(annotations, key=lambda one: one["start_index"], reverse=True):
        if annotation["type"] == "file_citation":
            meant = f" [{_file_name(tx, annotation['file_citation']['file_id'])}]"
        else:
            meant = str(annotation["file_path"]["file_id"])
        text = text[: annotation["start_index"]] + meant + text[annotation["end_index"] :]
    return text


def _file_name(tx: Transaction, file_id: str) -> str:
    file = tx.get(FILES, file_id)
    return f"{file['filename']} ({file_id})" if file else file_id
