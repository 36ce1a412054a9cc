"""Tools that the service runs itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._generated.models.tools import (
    CodeInterpreterToolDefinition,
    CodeInterpreterToolResource,
    FileSearchToolDefinition,
    FileSearchToolResource,
    ToolResources,
)
from ._base import Tool

__all__ = ["CodeInterpreterTool", "FileSearchTool"]


class CodeInterpreterTool(Tool[CodeInterpreterToolDefinition]):
    """Lets an agent write and run Python code.

    :param file_ids: ids of the files that the code may read.
    """

    def __init__(self, file_ids: list[str] | None = None) -> None:
        self.file_ids = _unique("CodeInterpreterTool", "file_ids", file_ids)

    def add_file(self, file_id: str) -> None:
        """Let the code read one more file; an id that is there already changes nothing."""
        self.file_ids.setdefault(file_id)

    def remove_file(self, file_id: str) -> None:
        """Take a file away. Raises KeyError when it is not there."""
        del self.file_ids[file_id]

    @property
    def definitions(self) -> list[CodeInterpreterToolDefinition]:
        """One code_interpreter definition."""
        return [CodeInterpreterToolDefinition()]

    @property
    def resources(self) -> ToolResources:
        """The files, or empty resources when there are none."""
        if not self.file_ids:
            return ToolResources()
        return ToolResources(code_interpreter=CodeInterpreterToolResource(file_ids=list(self.file_ids)))

    def execute(self, tool_call: Any) -> None:
        """Nothing: the service runs this tool."""


class FileSearchTool(Tool[FileSearchToolDefinition]):
    """Lets an agent search uploaded documents.

    :param vector_store_ids: ids of the vector stores that hold the documents.
    """

    def __init__(self, vector_store_ids: list[str] | None = None) -> None:
        self.vector_store_ids = _unique("FileSearchTool", "vector_store_ids", vector_store_ids)

    def add_vector_store(self, store_id: str) -> None:
        """Search one more vector store; an id that is there already changes nothing."""
        self.vector_store_ids.setdefault(store_id)

    def remove_vector_store(self, store_id: str) -> None:
        """Take a vector store away. Raises KeyError when it is not there."""
        del self.vector_store_ids[store_id]

    @property
    def definitions(self) -> list[FileSearchToolDefinition]:
        """One file_search definition without options."""
        return [FileSearchToolDefinition()]

    @property
    def resources(self) -> ToolResources:
        """The vector stores; present even when there are none."""
        return ToolResources(file_search=FileSearchToolResource(vector_store_ids=list(self.vector_store_ids)))

    def execute(self, tool_call: Any) -> None:
        """Nothing: the service runs this tool."""


def _unique(tool: str, parameter: str, ids: Iterable[str] | None) -> dict[str, None]:
    """The ids without repetitions, in their order: a dict, since a set would lose it."""
    if isinstance(ids, str):
        raise TypeError(f"{tool}() takes {parameter} as a list of ids, not one text; write [{ids!r}]")
    return dict.fromkeys(ids or ())
