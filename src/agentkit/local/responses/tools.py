"""Makes the calls of a response that are the service's own to make: runs code, searches files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.local.blobs import Blobs
from agentkit.local.models.base import FileRef, ToolCall, ToolResult
from agentkit.local.responses.draft import Draft
from agentkit.local.responses.means import Means
from agentkit.local.retrieval import Retrieval
from agentkit.local.runs.annotations import annotations_of
from agentkit.local.runs.deltas import pieces
from agentkit.local.runs.filesearch import FileSearch
from agentkit.local.runs.offline_tools import not_available
from agentkit.local.runs.openapi import call_api
from agentkit.local.runs.problems import RunProblem
from agentkit.local.runs.sandbox import Sandbox
from agentkit.local.runs.sessions import CodeSessions
from agentkit.local.store import Document, Store

__all__ = ["OwnTools", "Shed"]

_CODE = "response.code_interpreter_call"
_SEARCH = "response.file_search_call"


@dataclass(frozen=True)
class Shed:
    """What the tools of all responses need.

    :param sessions: The code sessions of all containers.
    :param code_interpreter: Whether code is run at all.
    :param trusted: Whether the code that the model writes comes from the service's own rules.
    :param now: The present in whole unix seconds.
    """

    store: Store
    blobs: Blobs
    retrieval: Retrieval
    sessions: CodeSessions
    code_interpreter: bool
    trusted: bool
    now: Callable[[], int]


class OwnTools:
    """The service's own tools as one response uses them.

    :param means: What they work with.
    :param offered: The definitions of all tools, as the model sees them.
    :param cancelled: Is set when the response is wanted no more.
    """

    def __init__(self, shed: Shed, means: Means, offered: Sequence[Mapping[str, Any]], cancelled: threading.Event) -> None:
        self._means = means
        self._offered = offered
        self._sandbox = Sandbox(
            shed.store,
            shed.blobs,
            shed.now,
            shed.sessions,
            enabled=shed.code_interpreter,
            trusted=shed.trusted,
            cancelled=cancelled,
        )
        self._search = FileSearch(shed.store, shed.retrieval, shed.now, means.vector_stores)
        self._settings: Document = {"tools": [{"type": "file_search", "file_search": means.search or {}}]}
        self._shown: list[FileRef] = []
        self._calls = 0

    def await_files(self, abandoned: Callable[[], bool]) -> None:
        """Wait a while for files that are still on their way into the vector stores.

        :raises RunProblem: A vector store has expired, or is not there any more.
        """
        if self._means.vector_stores:
            self._search.await_files(self._settings, abandoned)

    def result_of(self, call: ToolCall, draft: Draft, abandoned: Callable[[], bool]) -> ToolResult:
        """Make a call.

        :param draft: The response, which gets an item for it.
        :raises RunProblem: There are more calls than there may be, or a vector store cannot be searched.
        """
        self._calls += 1
        if self._means.most_calls is not None and self._calls > self._means.most_calls:
            raise RunProblem(f"The model makes more calls of tools than max_tool_calls allows ({self._means.most_calls}).")
        if call.kind == "code_interpreter":
            return self._run(call, draft)
        if call.kind == "file_search":
            return self._find(call, draft)
        is_api = call.kind == "openapi"
        outcome = call_api(self._offered, call, abandoned) if is_api else not_available(call)
        return ToolResult(call, outcome.text, failed=outcome.failed)

    def annotations_of(self, text: str) -> list[Document]:
        """What a text refers to: files that code has made, files that passages were found in, and images that code has shown."""
        found = annotations_of(text, self._sandbox.names, self._search.passages)
        shown, self._shown = self._shown, []
        images = [self._file(image.id, image.filename, len(text), len(text)) for image in shown]
        return [*map(self._annotation, found), *images]

    def _run(self, call: ToolCall, draft: Draft) -> ToolResult:
        item = draft.begin_item("code_interpreter_call", code="", container_id=self._means.container, outputs=None)
        draft.tell_item(f"{_CODE}.in_progress", item_id=item["id"])
        for piece in pieces(call.input):
            draft.tell_item(f"{_CODE}_code.delta", item_id=item["id"], delta=piece)
        draft.tell_item(f"{_CODE}_code.done", item_id=item["id"], code=call.input)
        draft.tell_item(f"{_CODE}.interpreting", item_id=item["id"])
        outcome = self._sandbox.execute(self._means.container, call.input, self._means.files)
        self._sandbox.take_images()
        self._shown += outcome.images
        draft.tell_item(f"{_CODE}.completed", item_id=item["id"])
        logs = [output for output in outcome.outputs if output["type"] == "logs"]
        draft.end_item({"code": call.input, "outputs": logs, "status": "completed"})
        return ToolResult(call, outcome.text, outcome.files, outcome.failed, images=outcome.images)

    def _find(self, call: ToolCall, draft: Draft) -> ToolResult:
        item = draft.begin_item("file_search_call", queries=[call.input], results=None)
        for state in ("in_progress", "searching"):
            draft.tell_item(f"{_SEARCH}.{state}", item_id=item["id"])
        outcome = self._search.execute(self._settings, call.input, self._means.searched_files)
        draft.tell_item(f"{_SEARCH}.completed", item_id=item["id"])
        results = [
            {
                "file_id": passage.file_id,
                "filename": passage.file_name,
                "score": passage.score,
                "text": passage.text,
                "attributes": {},
            }
            for passage in outcome.passages
        ]
        draft.end_item({"results": results, "status": "completed"})
        return ToolResult(call, outcome.text, passages=outcome.passages)

    def _annotation(self, found: Document) -> Document:
        start, end = found["start_index"], found["end_index"]
        if found["type"] == "file_path":
            file_id = found["file_path"]["file_id"]
            return self._file(file_id, found["text"].rpartition("/")[2], start, end)
        file_id = found["file_citation"]["file_id"]
        names = {passage.file_id: passage.file_name for passage in self._search.passages.values()}
        return {"type": "file_citation", "file_id": file_id, "filename": names[file_id], "index": start}

    def _file(self, file_id: str, name: str, start: int, end: int) -> Document:
        return {
            "type": "container_file_citation",
            "container_id": self._means.container,
            "file_id": file_id,
            "filename": name,
            "start_index": start,
            "end_index": end,
        }
