"""Runs, as they are asked for, looked at, cancelled and helped on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, Events, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.messages import add_message
from agentkit.local.resources.rules import check_tools, merged
from agentkit.local.resources.threads import new_thread
from agentkit.local.resources.tool_resources import settled
from agentkit.local.runs import documents
from agentkit.local.runs.choice import choice_problem
from agentkit.local.runs.formats import check_response_format
from agentkit.local.runs.states import TERMINAL
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import AGENTS, RUNS, THREADS

_SETTINGS = (
    "additional_instructions",
    "instructions",
    "max_completion_tokens",
    "max_prompt_tokens",
    "metadata",
    "model",
    "parallel_tool_calls",
    "response_format",
    "temperature",
    "tool_choice",
    "tool_resources",
    "tools",
    "top_p",
    "truncation_strategy",
)


@operation("create_run")
def create_run(tx: Transaction, call: Call) -> Document | Events:
    thread_id = call.path["threadId"]
    tx.require(THREADS, thread_id)
    call.context.runs.refresh(tx)
    active = call.context.runs.ledger.active(tx, thread_id)
    if active is not None:
        raise bad_request(
            f"Thread {thread_id} already has an active run {active['id']}. "
            f"Its status is {active['status']}: wait until it has ended, or cancel it.",
            "thread_id",
        )
    for index, message in enumerate(call.body.get("additional_messages") or ()):
        add_message(tx, call.context, thread_id, message, f"additional_messages[{index}].")
    return _launched(tx, call, thread_id)


@operation("create_thread_and_run")
def create_thread_and_run(tx: Transaction, call: Call) -> Document | Events:
    thread = new_thread(tx, call.context, call.body.get("thread") or {}, "thread.")
    return _launched(tx, call, thread["id"], new=thread)


@operation("get_run")
def get_run(tx: Transaction, call: Call) -> Document:
    return _run(tx, call)


@operation("list_runs")
def list_runs(tx: Transaction, call: Call) -> Document:
    thread_id = call.path["threadId"]
    tx.require(THREADS, thread_id)
    call.context.runs.refresh(tx)
    return tx.page(RUNS, Paging.of(call.query), {"thread_id": thread_id})


@operation("update_run")
def update_run(tx: Transaction, call: Call) -> Document:
    return tx.replace(RUNS, merged(_run(tx, call), call, {"metadata": {}}))


@operation("cancel_run")
def cancel_run(tx: Transaction, call: Call) -> Document:
    run = _run(tx, call)
    if run["status"] in TERMINAL:
        raise bad_request(
            f"Run '{run['id']}' has ended already (status {run['status']}); only an active run can be cancelled.", "run_id"
        )
    return run if run["status"] == "cancelling" else call.context.runs.cancel(tx, run)


@operation("submit_tool_outputs_to_run")
def submit_tool_outputs(tx: Transaction, call: Call) -> Document | Events:
    run = _run(tx, call)
    if run["status"] != "requires_action":
        raise bad_request(
            f"Run '{run['id']}' does not wait for tool outputs (status {run['status']}); "
            "send them only while its status is requires_action.",
            "run_id",
        )
    awaited = [wanted["id"] for wanted in run["required_action"]["submit_tool_outputs"]["tool_calls"]]
    outputs = _outputs(run["id"], call.body["tool_outputs"], awaited)
    events = _events(call, run)
    queued = call.context.runs.resume(tx, run, outputs)
    return replace(events, first=("thread.run.queued", queued)) if events else queued


def _run(tx: Transaction, call: Call) -> Document:
    call.context.runs.refresh(tx)
    return tx.require(RUNS, call.path["runId"], call.path["threadId"])


def _launched(tx: Transaction, call: Call, thread_id: str, *, new: Document | None = None) -> Document | Events:
    agent = tx.require(AGENTS, call.body["assistant_id"])
    settings = call.given(*_SETTINGS)
    _check_truncation(settings.get("truncation_strategy", {}))
    check_response_format(settings.get("response_format"))
    if "tool_resources" in settings:
        settings["tool_resources"] = settled(tx, call.context, settings["tool_resources"])
    run = documents.run(agent, thread_id, settings, call.context.now())
    check_tools(tx, run["tools"])
    problem = choice_problem(run["tool_choice"], run["tools"])
    if problem:
        raise bad_request(f"tool_choice: {problem}", "tool_choice")
    events = _events(call, run)
    call.context.runs.launch(tx, run, thread=new)
    return replace(events, first=("thread.run.created", run)) if events else run


def _events(call: Call, run: Document) -> Events | None:
    """What becomes of the run from now on, where the request asks for that."""
    if not call.body.get("stream"):
        return None
    run_id, runs = run["id"], call.context.runs
    stream = runs.stream(run_id, found_text=bool(call.query.get("include[]")))
    return Events(stream, lambda: runs.leave(run_id, stream))


def _check_truncation(strategy: Mapping[str, Any]) -> None:
    kind = strategy.get("type", "auto")
    if kind not in ("auto", "last_messages"):
        name = "truncation_strategy.type"
        raise bad_request(f"{name}: '{kind}' was sent, allowed are 'auto', 'last_messages'.", name)
    if kind == "last_messages" and not (strategy.get("last_messages") or 0) >= 1:
        name = "truncation_strategy.last_messages"
        raise bad_request(f"{name}: with the type last_messages it must be sent, and be at least 1.", name)


def _outputs(run_id: str, sent: list[Mapping[str, Any]], awaited: list[str]) -> dict[str, str]:
    """The outputs by the ids of their calls, if there is one for each call that the run waits for."""
    waits = f"run '{run_id}' waits for {', '.join(repr(call_id) for call_id in awaited)}"
    outputs: dict[str, str] = {}
    for index, entry in enumerate(sent):
        where = f"tool_outputs[{index}]"
        call_id, output = entry.get("tool_call_id"), entry.get("output")
        if call_id not in awaited:
            shown = f"'{call_id}' is no call of this run" if call_id else "required, but nothing was sent"
            raise bad_request(f"{where}.tool_call_id: {shown}; {waits}.", f"{where}.tool_call_id")
        if call_id in outputs:
            raise bad_request(
                f"{where}.tool_call_id: there are two outputs for '{call_id}'; send one.", f"{where}.tool_call_id"
            )
        if not isinstance(output, str):
            raise bad_request(f"{where}.output: the output of call '{call_id}' must be sent, as a text.", f"{where}.output")
        outputs[call_id] = output
    missing = [call_id for call_id in awaited if call_id not in outputs]
    if missing:
        raise bad_request(f"tool_outputs: there is no output for '{missing[0]}'; {waits}, all in one request.", "tool_outputs")
    return outputs
