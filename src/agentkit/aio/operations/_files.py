"""Files: uploaded, waited for, downloaded, saved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ... import _hooks
from ..._generated import requests
from ..._naming import check_id
from ..._primitives import async_call, async_owned
from ..._progress import waiting
from ..._request import Request
from .._pipeline import ByteStream
from .._waiting import FILE_TIMEOUT, Waiting, Watch

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from typing_extensions import Unpack

    from ..._citations import CitationStyle
    from ..._generated.enums import FilePurpose
    from ..._generated.models.files import OpenAIFile
    from ..._generated.models.messages import ThreadMessage
    from ..._types import JSON, CallOptions, FileType, Progress

__all__ = ["FileHelpers"]


class FileHelpers(Waiting):
    """Files, and the messages that refer to them."""

    async def upload_file(
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
        :keyword file: the content (bytes, text, an open binary file), or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels.
        :keyword purpose: what the file is for; ``FilePurpose.AGENTS`` for files that agents read.
        :keyword filename: the name that the service stores the file under.
        :keyword progress: called with the bytes sent so far and the bytes in all, 0 while that is not known; True shows them
            at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the stored file.
        :rtype: ~agentkit.models.OpenAIFile
        :raises FileNotFoundError: there is no regular file at the path.
        :raises ValueError: there is nothing to upload, or no purpose.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        from ..._files import open_upload

        settings = self._settings("upload_file", options)
        upload = await async_owned(
            lambda: open_upload(body, file=file, file_path=file_path, purpose=purpose, filename=filename, progress=progress)
        )
        try:
            request: Request[OpenAIFile] = Request("upload_file", "POST", "/files", "OpenAIFile", parts=upload)
            stored = await self._pipeline.send(request, settings)
        finally:
            upload.close()
        return stored

    async def upload_file_and_poll(
        self,
        body: JSON | None = None,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose | None = None,
        filename: str | None = None,
        progress: Progress | bool | None = None,
        sleep_interval: float = 1,
        timeout: float | None = FILE_TIMEOUT,
        on_update: Callable[[OpenAIFile], Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIFile:
        """Upload a file and wait until the service has taken it in.

        :param body: ``file``, ``purpose`` and ``filename`` in one mapping, instead of the keywords.
        :keyword file: the content, or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels.
        :keyword purpose: what the file is for; ``FilePurpose.AGENTS`` for files that agents read.
        :keyword filename: the name that the service stores the file under.
        :keyword progress: called with the bytes sent so far and the bytes in all, 0 while that is not known; True shows them
            at a terminal.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword on_update: called with each state of the file, from the first on.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the file as it ended, whatever its status.
        :rtype: ~agentkit.models.OpenAIFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the file.
        :raises FileNotFoundError: there is no regular file at the path.
        :raises ValueError: there is nothing to upload, no purpose, or a time is negative.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        settings = self._settings("upload_file_and_poll", options, several=True)
        wait = self._wait("upload_file_and_poll", sleep_interval, timeout, on_update)
        shown = waiting("upload_file_and_poll", "file", progress is True, on_update)
        with _hooks.helper(self._pipeline.endpoint, "upload_file_and_poll", "/files") as watched, shown as tell:
            stored = await self.upload_file(
                body, file=file, file_path=file_path, purpose=purpose, filename=filename, progress=progress, **options
            )
            watch = Watch("file", requests.get_file(stored.id), self._lasting(settings), wait, tell)
            return watched.saw(await self._at_rest(watch, stored))

    async def get_file_content(
        self, file_id: str, *, progress: Progress | bool | None = None, **options: Unpack[CallOptions]
    ) -> AsyncIterator[bytes]:
        """Download a file's content piece by piece.

        :param file_id: the file.
        :keyword progress: called with the bytes received so far and the bytes in all, 0 while that is not known; True shows them
            at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the pieces, at most 64 KiB each; errors of the service are raised here, not by the iteration. As a context manager
            it frees the connection also where the iteration is left early.
        :rtype: iterator of bytes
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: the id is empty or cannot stand in a path.
        """
        from ..._files import Counter

        settings = self._settings("get_file_content", options)
        counter = Counter("get_file_content", file_id, progress)
        if progress and settings.cls is not None:
            raise TypeError("get_file_content() takes progress= or cls=: what cls= makes of the content is not counted")
        content: AsyncIterator[bytes] = await self._pipeline.send(requests.get_file_content(file_id), settings)
        if isinstance(content, ByteStream):
            content.count_with(counter)
        return content

    async def save_file(
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
        :keyword progress: called with the bytes received so far and the bytes in all, 0 while that is not known; True shows them
            at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the path that was written.
        :rtype: ~pathlib.Path
        :raises ValueError: the name is empty or ``..``, or the id cannot stand in a path.
        :raises FileExistsError: the target folder is a file, or the file is there and ``overwrite`` is False.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; no file is left.
        """
        from ..._files import AtomicFile, Counter

        settings = self._settings("save_file", options, several=True)
        check_id("save_file", "file_id", file_id)
        target = AtomicFile(file_name, target_dir, overwrite=overwrite)
        counter = Counter("save_file", target.path.name, progress)
        request = replace(requests.get_file_content(file_id), operation="save_file")
        content: ByteStream = await self._pipeline.send(request, settings)
        try:
            async with content:
                content.count_with(counter)
                async for chunk in content:
                    await async_call(target.write, chunk)
            return await async_call(target.commit)
        finally:
            target.discard()  # at once: a task that is cancelled again would not wait for it

    async def save_message_files(
        self,
        message: ThreadMessage,
        target_dir: str | os.PathLike[str] | None = None,
        *,
        overwrite: bool = True,
        progress: Progress | bool | None = None,
        **options: Unpack[CallOptions],
    ) -> list[Path]:
        """Download all files that a message shows or links to: its images, and what the code interpreter made.

        :param message: the message; files that it merely cites are not among them.
        :param target_dir: the folder, made if it is missing; by default the current one.
        :keyword overwrite: whether files that are there are replaced.
        :keyword progress: called for each file as ``save_file`` does it; True shows them at a terminal.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the paths that were written, in the message's order. Two files of one name get distinct names.
        :rtype: list of ~pathlib.Path
        :raises FileExistsError: the target folder is a file, or a file is there and ``overwrite`` is False.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; files saved before stay.
        """
        from ..._citations import message_files

        self._settings("save_message_files", options, several=True)
        return [
            await self.save_file(file_id, name, target_dir, overwrite=overwrite, progress=progress, **options)
            for file_id, name in message_files(message)
        ]

    async def render_message(
        self,
        message: ThreadMessage,
        *,
        citations: CitationStyle = "footnotes",
        **options: Unpack[CallOptions],
    ) -> str:
        """A message's text with its citations made readable, the cited files called by their names.

        :param message: the message.
        :keyword citations: ``footnotes``, ``markdown``, ``strip`` or ``keep``; see :meth:`agentkit.models.ThreadMessage.render`.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the text. Each file is looked up once; one that is gone is called by its id.
        :rtype: str
        :raises ValueError: the style is unknown.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused for another reason than that a file is gone.
        """
        from ..._citations import check_style, cited_files

        settings = self._lasting(self._settings("render_message", options, several=True))
        check_style(citations)
        names: dict[str, str] = {}
        for file_id in cited_files(message) if citations in ("footnotes", "markdown") else ():
            try:
                file = await self._pipeline.send(requests.get_file(file_id), settings)
            except Exception as error:
                if getattr(error, "status_code", None) != 404:
                    raise
                continue
            names[file_id] = file.filename or file_id
        return message.render(citations=citations, files=names)
