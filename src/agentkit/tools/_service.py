"""Tools that the service runs itself."""

from __future__ import annotations

from .._generated.models.tools import (
    CodeInterpreterToolDefinition,
    CodeInterpreterToolResource,
    FileSearchToolDefinition,
    FileSearchToolResource,
    ToolResources,
)
from ._arguments import any_text, unique_ids
from ._base import ServiceTool
from ._keywords import telling_of_later_forms

__all__ = ["CodeInterpreterTool", "FileSearchTool"]


class CodeInterpreterTool(ServiceTool[CodeInterpreterToolDefinition]):
    """Lets an agent write and run Python code.

    :param file_ids: ids of the files that the code may read.
    :raises TypeError: it is one text, or holds something else than texts.
    """

    @telling_of_later_forms
    def __init__(self, file_ids: list[str] | None = None) -> None:
        self.file_ids: dict[str, None] = unique_ids("CodeInterpreterTool", "file_ids", file_ids)

    def add_file(self, file_id: str) -> None:
        """Let the code read one more file; an id that is there already changes nothing.

        :param file_id: id of an uploaded file.
        :raises TypeError: it is no text.
        """
        self.file_ids.setdefault(any_text("CodeInterpreterTool.add_file", "file_id", file_id))

    def remove_file(self, file_id: str) -> None:
        """Take a file away.

        :param file_id: id of the file.
        :raises KeyError: it is not there.
        """
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


class FileSearchTool(ServiceTool[FileSearchToolDefinition]):
    """Lets an agent search uploaded documents.

    :param vector_store_ids: ids of the vector stores that hold the documents.
    :raises TypeError: it is one text, or holds something else than texts.
    """

    @telling_of_later_forms
    def __init__(self, vector_store_ids: list[str] | None = None) -> None:
        self.vector_store_ids: dict[str, None] = unique_ids("FileSearchTool", "vector_store_ids", vector_store_ids)

    def add_vector_store(self, store_id: str) -> None:
        """Search one more vector store; an id that is there already changes nothing.

        :param store_id: id of the vector store.
        :raises TypeError: it is no text.
        """
        self.vector_store_ids.setdefault(any_text("FileSearchTool.add_vector_store", "store_id", store_id))

    def remove_vector_store(self, store_id: str) -> None:
        """Take a vector store away.

        :param store_id: id of the vector store.
        :raises KeyError: it is not there.
        """
        del self.vector_store_ids[store_id]

    @property
    def definitions(self) -> list[FileSearchToolDefinition]:
        """One file_search definition without options."""
        return [FileSearchToolDefinition()]

    @property
    def resources(self) -> ToolResources:
        """The vector stores; present even when there are none."""
        return ToolResources(file_search=FileSearchToolResource(vector_store_ids=list(self.vector_store_ids)))
