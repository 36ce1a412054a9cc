# Derived by `python -m codegen` from src/agentkit/aio/_areas/files.py; change that and run it again.
"""Files, uploaded for agents or made by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._types import UNSET
from .._area import Area
from .._waiting import FILE_TIMEOUT

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from typing_extensions import Unpack

    from ..._generated.enums import FilePurpose
    from ..._generated.models.files import FileListResponse, OpenAIFile
    from ..._types import JSON, CallOptions, FileType, Progress

__all__ = ["FilesOperations"]


class FilesOperations(Area):
    """Files, uploaded for agents or made by them."""

    _area = "files"

    def upload(
        self,
        body: JSON | None = None,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose | None = None,
        filename: str | None = None,
        progress: Progress | bool | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIFile:
        """Upload a file, read piece by piece as it is sent.

        :param body: ``file``, ``purpose`` and ``filename`` in one mapping, instead of the keywords.
        :keyword file: the content (bytes, text, an open binary file), or (name, content), or (name, content, content
            type).
        :keyword file_path: the path of the file instead; only its last component travels.
        :keyword purpose: what the file is for; ``FilePurpose.AGENTS`` for files that agents read.
        :keyword filename: the name that the service stores the file under.
        :keyword progress: called with the bytes sent so far and the bytes in all, 0 while that is not known; True shows
            them at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the stored file.
        :rtype: ~agentkit.models.OpenAIFile
        :raises FileNotFoundError: there is no regular file at the path.
        :raises ValueError: there is nothing to upload, or no purpose.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        return self._agents.upload_file(
            body,
            file=file,
            file_path=file_path,
            purpose=purpose,
            filename=filename,
            progress=progress,
            **self._checked("upload", options),
        )

    def upload_and_poll(
        self,
        body: JSON | None = None,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose | None = None,
        filename: str | None = None,
        progress: Progress | bool | None = None,
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = FILE_TIMEOUT,
        polling_timeout: float | None = UNSET,
        on_update: Callable[[OpenAIFile], Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIFile:
        """Upload a file and wait until the service has taken it in.

        :param body: ``file``, ``purpose`` and ``filename`` in one mapping, instead of the keywords.
        :keyword file: the content, or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels.
        :keyword purpose: what the file is for; ``FilePurpose.AGENTS`` for files that agents read.
        :keyword filename: the name that the service stores the file under.
        :keyword progress: called with the bytes sent so far and the bytes in all, 0 while that is not known; True shows
            them at a terminal.
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword on_update: called with each state of the file, from the first on.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the file as it ended, whatever its status.
        :rtype: ~agentkit.models.OpenAIFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the file.
        :raises FileNotFoundError: there is no regular file at the path.
        :raises ValueError: there is nothing to upload, no purpose, or a time is negative.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        return self._agents.upload_file_and_poll(
            body,
            file=file,
            file_path=file_path,
            purpose=purpose,
            filename=filename,
            progress=progress,
            sleep_interval=self._either("upload_and_poll", 1, polling_interval=polling_interval, sleep_interval=sleep_interval),
            timeout=self._either("upload_and_poll", FILE_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            on_update=on_update,
            **self._checked("upload_and_poll", options),
        )

    def get(self, file_id: str, **options: Unpack[CallOptions]) -> OpenAIFile:
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
        return self._agents.get_file(file_id, **self._checked("get", options))

    def get_content(
        self, file_id: str, *, progress: Progress | bool | None = None, **options: Unpack[CallOptions]
    ) -> Iterator[bytes]:
        """Download a file's content piece by piece.

        :param file_id: the file.
        :keyword progress: called with the bytes received so far and the bytes in all, 0 while that is not known; True
            shows them at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the pieces, at most 64 KiB each; errors of the service are raised here, not by the iteration. As a
            context manager it frees the connection also where the iteration is left early.
        :rtype: iterator of bytes
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: the id is empty or cannot stand in a path.
        """
        return self._agents.get_file_content(file_id, progress=progress, **self._checked("get_content", options))

    def save(
        self,
        file_id: str,
        file_name: str,
        target_dir: str | os.PathLike[str] | None = None,
        *,
        overwrite: bool = True,
        progress: Progress | bool | None = None,
        **options: Unpack[CallOptions],
    ) -> Path:
        """Download a file to disk, where it appears under its name only when it is complete.

        :param file_id: the file.
        :param file_name: its name on disk; folders in it are dropped, only the last component counts.
        :param target_dir: the folder, made if it is missing; by default the current one. ``~`` is expanded.
        :keyword overwrite: whether a file that is there is replaced.
        :keyword progress: called with the bytes received so far and the bytes in all, 0 while that is not known; True
            shows them at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the path that was written.
        :rtype: ~pathlib.Path
        :raises ValueError: the name is empty or ``..``, or the id cannot stand in a path.
        :raises FileExistsError: the target folder is a file, or the file is there and ``overwrite`` is False.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; no file is left.
        """
        return self._agents.save_file(
            file_id, file_name, target_dir, overwrite=overwrite, progress=progress, **self._checked("save", options)
        )

    def delete(self, file_id: str, **options: Unpack[CallOptions]) -> None:
        """Delete a file.

        Entry and content are gone for good.

        :param file_id: Id of the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        self._agents.delete_file(file_id, **self._checked("delete", options))

    def list(self, *, purpose: str | FilePurpose | None = None, **options: Unpack[CallOptions]) -> FileListResponse:
        """List files.

        Answers all files at once, or all of one purpose; there are no pages.

        :keyword purpose: Only files with this purpose.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.FileListResponse
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        return self._agents.list_files(purpose=purpose, **self._checked("list", options))

    def temporary(
        self,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose = "assistants",
        filename: str | None = None,
        progress: Progress | bool | None = None,
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = FILE_TIMEOUT,
        polling_timeout: float | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> AbstractContextManager[OpenAIFile]:
        """An uploaded file for one block, deleted when the block is left, also by an error. The block begins when it is taken in.

        :keyword file: the content, or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels, and the file on disk stays.
        :keyword purpose: what the file is for.
        :keyword filename: the name that the service stores the file under.
        :keyword progress: called with the bytes sent so far and the bytes in all, 0 while that is not known; True shows
            them at a terminal.
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait until it is taken in, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the stored file.
        :rtype: context manager of ~agentkit.models.OpenAIFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the file is deleted.
        :raises FileNotFoundError: there is no regular file at the path; raised by the block, as the next one is.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises TypeError: an argument is unknown, or of the wrong type.
        :raises ValueError: there is nothing to upload, or a time is negative.
        """
        return self._agents.temporary_file(
            file=file,
            file_path=file_path,
            purpose=purpose,
            filename=filename,
            progress=progress,
            sleep_interval=self._either("temporary", 1, polling_interval=polling_interval, sleep_interval=sleep_interval),
            timeout=self._either("temporary", FILE_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            **self._checked("temporary", options),
        )
