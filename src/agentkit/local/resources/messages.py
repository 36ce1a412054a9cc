"""Messages of threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.errors import ApiError, bad_request
from agentkit.local.operations import Call, operation
from agentkit.local.paging import Paging
from agentkit.local.resources.rules import check_files, merged, refuse_data_sources
from agentkit.local.runs import documents
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import MESSAGES, THREADS

__all__ = ["add_message", "locked"]

_ROLES = ("user", "assistant")


def add_message(tx: Transaction, thread_id: str, wanted: Mapping[str, Any], now: int, param: str = "") -> Document:
    """Write a message that a request describes; whether the thread is locked is the caller's to ask.

    :param wanted: The fields that were sent for it.
    :param now: Unix seconds.
    :param param: What to begin the names of fields with in errors.
    """
    role = wanted["role"]
    if role not in _ROLES:
        raise bad_request(f"{param}role: '{role}' was sent, allowed are 'user', 'assistant'.", f"{param}role")
    attachments = wanted.get("attachments") or []
    for index, attachment in enumerate(attachments):
        where = f"{param}attachments[{index}]."
        refuse_data_sources(attachment, where)
        if not attachment.get("file_id"):
            raise bad_request(f"{where}file_id: required, but nothing was sent.", f"{where}file_id")
        check_files(tx, [attachment["file_id"]], f"{where}file_id")
    content = _content(tx, wanted["content"], f"{param}content")
    attached = [{"file_id": attachment["file_id"], "tools": attachment["tools"]} for attachment in attachments]
    return tx.insert(
        MESSAGES,
        documents.message(thread_id, role, content, now, attachments=attached, metadata=wanted.get("metadata")),
    )


def locked(thread_id: str, run: Document, wish: str) -> ApiError:
    """The refusal of something that has to wait until a run has ended."""
    return bad_request(
        f"{wish} thread '{thread_id}' is not possible while run '{run['id']}' is active (status {run['status']}). "
        "Wait until it has ended, or cancel it.",
        "thread_id",
    )


@operation("create_message")
def create_message(tx: Transaction, call: Call) -> Document:
    thread_id = call.path["threadId"]
    tx.require(THREADS, thread_id)
    call.context.runs.refresh(tx)
    run = call.context.runs.ledger.active(tx, thread_id)
    if run is not None:
        raise locked(thread_id, run, "Adding a message to")
    return add_message(tx, thread_id, call.body, call.context.now())


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
