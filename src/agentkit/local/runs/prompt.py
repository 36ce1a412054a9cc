"""Reads from the store what a model is told of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentkit.local.blobs import bare_name, distinct_names
from agentkit.local.models.base import ChatMessage, FileRef, ImageRef, ModelRequest, ToolCall, ToolResult
from agentkit.local.runs import documents
from agentkit.local.runs.choice import Demand
from agentkit.local.runs.tokens import count_tokens
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import FILES, MESSAGES, STEPS, THREADS

__all__ = ["conversation", "files_of_run", "prompt_tokens", "request_of", "shortened"]


def conversation(tx: Transaction, run: Document) -> list[Document]:
    """The messages that the run sees, oldest first, cut as its truncation strategy says."""
    messages = tx.select(MESSAGES, "thread_id = ?", run["thread_id"])
    strategy = run["truncation_strategy"]
    if strategy["type"] == "last_messages" and strategy["last_messages"]:
        return messages[-strategy["last_messages"] :]
    return messages


def files_of_run(tx: Transaction, run: Document) -> list[FileRef]:
    """The files that code of this run finds under ``/mnt/data``, by the names that they have there.

    They are those of the run's tool resources, of the thread's, and the attachments for the code interpreter of all messages: what a
    truncation strategy leaves out is what the model reads, not what its code can open.
    """
    thread = tx.require(THREADS, run["thread_id"])
    wanted = [
        *_interpreter_files(run["tool_resources"]),
        *_interpreter_files(thread["tool_resources"]),
        *(
            attachment["file_id"]
            for message in tx.select(MESSAGES, "thread_id = ?", run["thread_id"])
            for attachment in message["attachments"]
            if any(tool["type"] == "code_interpreter" for tool in attachment["tools"])
        ),
    ]
    found = [file for file_id in dict.fromkeys(wanted) if (file := tx.get(FILES, file_id)) is not None]
    names = distinct_names([bare_name(file["filename"]) or file["id"] for file in found])
    return [FileRef(file["id"], name, file["bytes"]) for file, name in zip(found, names, strict=True)]


def request_of(
    tx: Transaction,
    run: Document,
    messages: Sequence[Document],
    files: Sequence[FileRef],
    results: Sequence[ToolResult],
    demand: Demand | None,
    completion_left: int | None,
    path_of: Callable[[str], Path],
) -> ModelRequest:
    """What the model is asked in the next turn of a run.

    :param demand: The call that is still to be made, where the run's tool choice forces one.
    :param completion_left: How many tokens the run may still write.
    :param path_of: Where the content of a file lies, by its id.
    """
    choice = run["tool_choice"]
    return ModelRequest(
        model=run["model"],
        instructions=run["instructions"] or "",
        messages=tuple(_chat_message(tx, message, path_of) for message in messages),
        tools=tuple(run["tools"] if choice != "none" else ()),
        files=tuple(files),
        results=tuple(results),
        tool_choice=choice if choice == "none" or demand is not None else "auto",
        response_format=run["response_format"],
        earlier_calls=tuple(_calls_before(tx, run)),
        temperature=run["temperature"],
        top_p=run["top_p"],
        max_completion_tokens=completion_left,
        parallel_tool_calls=run["parallel_tool_calls"],
    )


def shortened(request: ModelRequest, limit: int | None) -> ModelRequest:
    """The request without the oldest messages that make it longer than a number of tokens; the newest message always stays."""
    if limit is None:
        return request
    left = limit - prompt_tokens(replace(request, messages=()))
    kept = 0
    for message in reversed(request.messages):
        left -= count_tokens(message.text)
        if left < 0 and kept:
            break
        kept += 1
    return replace(request, messages=request.messages[len(request.messages) - kept :])


def prompt_tokens(request: ModelRequest) -> int:
    """About how many tokens a model reads for this request: instructions, messages and outcomes of calls."""
    texts = [request.instructions, *(message.text for message in request.messages)]
    for result in request.results:
        texts += [result.call.arguments, result.call.input, result.output]
    return sum(count_tokens(text) for text in texts)


def _calls_before(tx: Transaction, run: Document) -> Iterator[ToolCall]:
    """The calls that earlier runs of the thread made, oldest first; of a file search only that there was one."""
    for step in tx.select(STEPS, "thread_id = ? AND run_id != ? AND status = 'completed'", run["thread_id"], run["id"]):
        for call in step["step_details"].get("tool_calls", ()):
            yield documents.call_of(call)


def _chat_message(tx: Transaction, message: Document, path_of: Callable[[str], Path]) -> ChatMessage:
    attached = (tx.get(FILES, attachment["file_id"]) for attachment in message["attachments"])
    return ChatMessage(
        role=message["role"],
        text="\n".join(block["text"]["value"] for block in message["content"] if block["type"] == "text"),
        files=tuple(_file_ref(file) for file in attached if file),
        images=tuple(_images(tx, message["content"], path_of)),
    )


def _images(tx: Transaction, content: Sequence[Mapping[str, Any]], path_of: Callable[[str], Path]) -> Iterator[ImageRef]:
    """The images that a message shows, without those whose file was deleted."""
    for block in content:
        shown = block.get(block["type"]) or {}
        if block["type"] == "image_url":
            shown = block["image_url"]
            yield ImageRef(url=shown["url"], detail=shown.get("detail") or "auto")
        elif block["type"] == "image_file":
            shown = block["image_file"]
            file = tx.get(FILES, shown["file_id"])
            if file is not None:
                yield ImageRef(file=_file_ref(file), path=path_of(file["id"]), detail=shown.get("detail") or "auto")


def _file_ref(file: Document) -> FileRef:
    return FileRef(file["id"], file["filename"], file["bytes"])


def _interpreter_files(resources: Mapping[str, Any] | None) -> list[str]:
    return ((resources or {}).get("code_interpreter") or {}).get("file_ids") or []
