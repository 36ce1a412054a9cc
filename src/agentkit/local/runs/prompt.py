"""Reads from the store what a model is told of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentkit.local.blobs import bare_name, distinct_names
from agentkit.local.models.base import ChatMessage, FileRef, ModelRequest, ToolResult
from agentkit.local.runs.tokens import count_tokens
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import FILES, MESSAGES, THREADS

__all__ = ["conversation", "files_of_run", "prompt_tokens", "request_of"]


def conversation(tx: Transaction, run: Document) -> list[Document]:
    """The messages that the run sees, oldest first, cut as its truncation strategy says."""
    messages = tx.select(MESSAGES, "thread_id = ?", run["thread_id"])
    strategy = run["truncation_strategy"]
    if strategy["type"] == "last_messages" and strategy["last_messages"]:
        return messages[-strategy["last_messages"] :]
    return messages


def files_of_run(tx: Transaction, run: Document, messages: Iterable[Document]) -> list[FileRef]:
    """The files that code of this run finds under ``/mnt/data``, by the names that they have there.

    They are those of the run's tool resources, of the thread's, and the messages' attachments for the code interpreter.
    """
    thread = tx.require(THREADS, run["thread_id"])
    wanted = [
        *_interpreter_files(run["tool_resources"]),
        *_interpreter_files(thread["tool_resources"]),
        *(
            attachment["file_id"]
            for message in messages
            for attachment in message["attachments"]
            if any(tool["type"] == "code_interpreter" for tool in attachment["tools"])
        ),
    ]
    found = [file for file_id in dict.fromkeys(wanted) if (file := tx.get(FILES, file_id)) is not None]
    names = distinct_names([bare_name(file["filename"]) or file["id"] for file in found])
    return [FileRef(file["id"], name, file["bytes"]) for file, name in zip(found, names, strict=True)]


def request_of(
    tx: Transaction, run: Document, messages: Sequence[Document], files: Sequence[FileRef], results: Sequence[ToolResult]
) -> ModelRequest:
    """What the model is asked in the next turn of a run."""
    tools = run["tools"] if run["tool_choice"] != "none" else ()
    return ModelRequest(
        model=run["model"],
        instructions=run["instructions"] or "",
        messages=tuple(_chat_message(tx, message) for message in messages),
        tools=tuple(tools),
        files=tuple(files),
        results=tuple(results),
        tool_choice=run["tool_choice"],
        response_format=run["response_format"],
    )


def prompt_tokens(request: ModelRequest) -> int:
    """About how many tokens a model reads for this request: instructions, messages and outcomes of calls."""
    texts = [request.instructions, *(message.text for message in request.messages)]
    for result in request.results:
        texts += [result.call.arguments, result.call.input, result.output]
    return sum(count_tokens(text) for text in texts)


def _chat_message(tx: Transaction, message: Document) -> ChatMessage:
    attached = (tx.get(FILES, attachment["file_id"]) for attachment in message["attachments"])
    return ChatMessage(
        role=message["role"],
        text="\n".join(block["text"]["value"] for block in message["content"] if block["type"] == "text"),
        files=tuple(FileRef(file["id"], file["filename"], file["bytes"]) for file in attached if file),
    )


def _interpreter_files(resources: Mapping[str, Any] | None) -> list[str]:
    return ((resources or {}).get("code_interpreter") or {}).get("file_ids") or []
