"""Messages of threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, Context, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import check_code_files, check_files, files_of_sources, merged
from agentkit.local.resources.tool_resources import add_to_thread
from agentkit.local.runs import documents
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import MESSAGES, THREADS

__all__ = ["add_message"]

_ROLES = ("user", "assistant")


def add_message(tx: Transaction, context: Context, thread_id: str, wanted: Mapping[str, Any], param: str = "") -> Document:
    """Write a message that a request describes; whether the thread is locked is the caller's to ask.

    :param wanted: The fields that were sent for it.
    :param param: What to begin the names of fields with in errors.
    """
    role = wanted["role"]
    if role not in _ROLES:
        raise bad_request(f"{param}role: '{role}' was sent, allowed are 'user', 'assistant'.", f"{param}role")
    content = _content(tx, wanted["content"], f"{param}content")
    attached = [
        _attachment(tx, attachment, f"{param}attachments[{index}].")
        for index, attachment in enumerate(wanted.get("attachments") or ())
    ]
    searched = [attachment["file_id"] for attachment in attached if _is_for(attachment, "file_search")]
    if searched:
        add_to_thread(tx, context, thread_id, searched, f"{param}attachments")
    return tx.insert(
        MESSAGES,
        documents.message(thread_id, role, content, context.now(), attachments=attached, metadata=wanted.get("metadata")),
    )


@operation("create_message")
def create_message(tx: Transaction, call: Call) -> Document:
    thread_id = call.path["threadId"]
    tx.require(THREADS, thread_id)
    _check_idle(tx, call, "add messages to")
    return add_message(tx, call.context, thread_id, call.body)


@operation("get_message")
def get_message(tx: Transaction, call: Call) -> Document:
    return tx.require(MESSAGES, call.path["messageId"], call.path["threadId"])


@operation("list_messages")
def list_messages(tx: Transaction, call: Call) -> Document:
    thread_id = call.path["threadId"]
    tx.require(THREADS, thread_id)
    by_run = {"run_id": call.query["run_id"]} if "run_id" in call.query else {}
    return tx.page(MESSAGES, Paging.of(call.query), {"thread_id": thread_id, **by_run})


@operation("update_message")
def update_message(tx: Transaction, call: Call) -> Document:
    message = tx.require(MESSAGES, call.path["messageId"], call.path["threadId"])
    return tx.replace(MESSAGES, merged(message, call, {"metadata": {}}))


@operation("delete_message")
def delete_message(tx: Transaction, call: Call) -> Document:
    thread_id, message_id = call.path["threadId"], call.path["messageId"]
    tx.require(MESSAGES, message_id, thread_id)
    _check_idle(tx, call, "delete messages of")
    tx.delete(MESSAGES, message_id, thread_id)
    return {"id": message_id, "object": "thread.message.deleted", "deleted": True}


def _check_idle(tx: Transaction, call: Call, wish: str) -> None:
    """Refuse what cannot be done while a run works on the thread.

    :param wish: What was asked for, as it stands before the thread's id.
    """
    thread_id = call.path["threadId"]
    call.context.runs.refresh(tx)
    run = call.context.runs.ledger.active(tx, thread_id)
    if run is not None:
        raise bad_request(
            f"Can't {wish} {thread_id} while a run {run['id']} is active. "
            f"Its status is {run['status']}: wait until it has ended, or cancel it.",
            "thread_id",
        )


def _attachment(tx: Transaction, sent: Mapping[str, Any], param: str) -> dict[str, Any]:
    source = sent.get("data_source")
    file_id = sent.get("file_id") or next(iter(files_of_sources(tx, [source] if source else (), f"{param}data_source")), None)
    if not file_id:
        raise bad_request(f"{param}file_id: required, but nothing was sent.", f"{param}file_id")
    attachment = {"file_id": file_id, "tools": sent["tools"]}
    check = check_code_files if _is_for(attachment, "code_interpreter") else check_files
    check(tx, [file_id], f"{param}file_id")
    return attachment


def _is_for(attachment: Mapping[str, Any], tool: str) -> bool:
    return any(one["type"] == tool for one in attachment["tools"])


def _content(tx: Transaction, sent: str | list[dict[str, Any]], param: str) -> list[dict[str, Any]]:
    if not sent:
        raise bad_request(
            f"{param}: it is empty, but a message says something. Send a text, or a list of content blocks.", param
        )
    if isinstance(sent, str):
        return [documents.text_content(sent)]
    blocks = []
    for index, block in enumerate(sent):
        if block["type"] == "text":
            blocks.append(documents.text_content(block["text"]))
            continue
        if block["type"] == "image_file":
            check_files(tx, [block["image_file"]["file_id"]], f"{param}[{index}].image_file.file_id")
        blocks.append({"type": block["type"], block["type"]: block[block["type"]]})
    return blocks
