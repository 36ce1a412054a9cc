# Derived by `python -m codegen` from src/agentkit/aio/_api/files.py; change that and run it again.
"""Files: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._generated import requests
from .._group import OperationGroup

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._generated.enums import FilePurpose
    from ..._generated.models.files import FileDeletionStatus, FileListResponse, OpenAIFile
    from ..._types import CallOptions

__all__ = ["FilesCalls"]


class FilesCalls(OperationGroup):
    """Files."""

    def list_files(self, *, purpose: str | FilePurpose | None = None, **options: Unpack[CallOptions]) -> FileListResponse:
        """List files.

        Answers all files at once, or all of one purpose; there are no pages.

        :keyword purpose: Only files with this purpose.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.FileListResponse
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        settings = self._settings("list_files", options)
        request = requests.list_files(purpose=purpose)
        return self._page(self._pipeline.send(request, settings), request, settings)

    def get_file(self, file_id: str, **options: Unpack[CallOptions]) -> OpenAIFile:
        """Get a file.

        Tells name, size and purpose; the content is a separate call.

        :param file_id: Id of the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIFile
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get_file", options)
        return self._pipeline.send(requests.get_file(file_id), settings)

    def delete_file(self, file_id: str, **options: Unpack[CallOptions]) -> FileDeletionStatus:
        """Delete a file.

        Entry and content are gone for good.

        :param file_id: Id of the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.FileDeletionStatus
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("delete_file", options)
        return self._pipeline.send(requests.delete_file(file_id), settings)
