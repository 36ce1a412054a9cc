"""Agents, threads, files and vector stores that are there for one block of a program."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..._generated import requests
from ..._primitives import async_seen_through
from ..._progress import check_shown, waiting
from ..._types import UNSET
from .._api import AgentsApi
from .._waiting import FILE_TIMEOUT, STORE_TIMEOUT, Watch
from ._files import FileHelpers
from ._vector_stores import VectorStoreHelpers

if TYPE_CHECKING:
    import os

    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._generated.enums import FilePurpose
    from ..._generated.models.agents import Agent
    from ..._generated.models.files import OpenAIFile
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.threads import AgentThread
    from ..._generated.models.tools import (
        AgentsApiResponseFormatOption,
        ToolDefinition,
        ToolResources,
        VectorStoreDataSource,
    )
    from ..._generated.models.vector_stores import (
        VectorStore,
        VectorStoreChunkingStrategyRequest,
        VectorStoreExpirationPolicy,
    )
    from ..._request import Request
    from ..._types import CallOptions, FileType, Progress, ToolSource

__all__ = ["TemporaryHelpers"]

_log = logging.getLogger("agentkit")


class TemporaryHelpers(FileHelpers, VectorStoreHelpers, AgentsApi):
    """What is created when a block is entered, and deleted when it is left."""

    def temporary_agent(
        self,
        *,
        model: str = UNSET,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDefinition] | None = None,
        tool_resources: ToolResources | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        response_format: type[Any] | Mapping[str, Any] | AgentsApiResponseFormatOption | None = None,
        metadata: dict[str, str] | None = None,
        toolset: ToolSource | None = None,
        **options: Unpack[CallOptions],
    ) -> AbstractAsyncContextManager[Agent]:
        """An agent for one block, deleted when the block is left, also by an error.

        An error of the block comes out as it is: if the agent cannot be deleted then, that is logged. One that is gone already is no error.

        :keyword model: the model or deployment that answers.
        :keyword name: the agent's name.
        :keyword description: what the agent is for.
        :keyword instructions: what the agent is told to do.
        :keyword tools: the tools that the agent may use.
        :keyword tool_resources: the files, vector stores and indexes of those tools; they are not deleted.
        :keyword temperature: 0 to 2; lower is more deterministic.
        :keyword top_p: the probability mass of the tokens considered, 0 to 1.
        :keyword response_format: the form of the answers; a pydantic model class stands for its JSON schema.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword toolset: gives tools and tool_resources together, and functions to call.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the agent.
        :rtype: context manager of ~agentkit.models.Agent
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; raised by the block.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("temporary_agent", options, several=True)

        def make() -> Any:
            return self.create_agent(
                model=model,
                name=name,
                description=description,
                instructions=instructions,
                tools=tools,
                tool_resources=tool_resources,
                temperature=temperature,
                top_p=top_p,
                response_format=response_format,
                metadata=metadata,
                toolset=toolset,
                **options,
            )

        return self._until_left("agent", make, requests.delete_agent, settings)

    def temporary_thread(
        self,
        *,
        messages: Sequence[ThreadMessageOptions] | None = None,
        tool_resources: ToolResources | None = None,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> AbstractAsyncContextManager[AgentThread]:
        """A thread for one block, deleted with its messages and runs when the block is left, also by an error.

        :keyword messages: the messages to begin with.
        :keyword tool_resources: files and vector stores for this conversation only; they are not deleted.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the thread.
        :rtype: context manager of ~agentkit.models.AgentThread
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; raised by the block.
        :raises TypeError: an argument is unknown, or of the wrong type.
        """
        settings = self._settings("temporary_thread", options, several=True)

        def make() -> Any:
            return self.create_thread(messages=messages, tool_resources=tool_resources, metadata=metadata, **options)

        return self._until_left("thread", make, requests.delete_thread, settings)

    def temporary_file(
        self,
        *,
        file: FileType | None = None,
        file_path: str | os.PathLike[str] | None = None,
        purpose: str | FilePurpose = "assistants",
        filename: str | None = None,
        progress: Progress | bool | None = None,
        sleep_interval: float = 1,
        timeout: float | None = FILE_TIMEOUT,
        **options: Unpack[CallOptions],
    ) -> AbstractAsyncContextManager[OpenAIFile]:
        """An uploaded file for one block, deleted when the block is left, also by an error. The block begins when it is taken in.

        :keyword file: the content, or (name, content), or (name, content, content type).
        :keyword file_path: the path of the file instead; only its last component travels, and the file on disk stays.
        :keyword purpose: what the file is for.
        :keyword filename: the name that the service stores the file under.
        :keyword progress: called with the bytes sent so far and the bytes in all, 0 while that is not known; True shows them
            at a terminal.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait until it is taken in, in seconds; None waits for ever.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the stored file.
        :rtype: context manager of ~agentkit.models.OpenAIFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the file is deleted.
        :raises FileNotFoundError: there is no regular file at the path; raised by the block, as the next one is.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        :raises TypeError: an argument is unknown, or of the wrong type.
        :raises ValueError: there is nothing to upload, or a time is negative.
        """
        settings = self._settings("temporary_file", options, several=True)
        self._wait("temporary_file", sleep_interval, timeout)  # checks the two at once; the wait itself begins later

        def make() -> Any:
            return self.upload_file(
                file=file, file_path=file_path, purpose=purpose, filename=filename, progress=progress, **options
            )

        async def ready(stored: Any) -> Any:
            with waiting("temporary_file", "file", progress is True, None) as tell:
                wait = self._wait("temporary_file", sleep_interval, timeout)
                watch = Watch("file", requests.get_file(stored.id), self._lasting(settings), wait, tell)
                return await self._at_rest(watch, stored)

        return self._until_left("file", make, requests.delete_file, settings, ready)

    def temporary_vector_store(
        self,
        *,
        file_ids: Sequence[str] | None = None,
        name: str | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        expires_after: VectorStoreExpirationPolicy | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        metadata: dict[str, str] | None = None,
        progress: bool | None = None,
        sleep_interval: float = 1,
        timeout: float | None = STORE_TIMEOUT,
        **options: Unpack[CallOptions],
    ) -> AbstractAsyncContextManager[VectorStore]:
        """A vector store for one block, deleted when the block is left, also by an error. The block begins when its files are taken in.

        :keyword file_ids: files to put into the store; they are not deleted with it.
        :keyword name: the store's name.
        :keyword data_sources: assets to put into the store.
        :keyword expires_after: when an unused store is to expire.
        :keyword chunking_strategy: how the files are cut into chunks.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait until the files are taken in, in seconds; None waits for ever.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the store; ``failed_files`` names the files that failed, with their reasons.
        :rtype: context manager of ~agentkit.models.VectorStore
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the store is deleted.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; raised by the block.
        :raises TypeError: an argument is unknown, or of the wrong type.
        :raises ValueError: a time is negative.
        """
        settings = self._settings("temporary_vector_store", options, several=True)
        self._wait("temporary_vector_store", sleep_interval, timeout)
        check_shown("temporary_vector_store", progress)

        def make() -> Any:
            request = requests.create_vector_store(
                file_ids=file_ids,
                name=name,
                store_configuration=None if data_sources is None else {"data_sources": data_sources},
                expires_after=expires_after,
                chunking_strategy=chunking_strategy,
                metadata=metadata,
            )
            return self._pipeline.send(request, settings)

        async def ready(store: Any) -> Any:
            with waiting("temporary_vector_store", "vector store", progress, None) as tell:
                wait = self._wait("temporary_vector_store", sleep_interval, timeout)
                return await self._filled(store, settings, wait, tell)

        return self._until_left("vector store", make, requests.delete_vector_store, settings, ready)

    @asynccontextmanager
    async def _until_left(
        self,
        kind: str,
        make: Callable[[], Any],
        delete: Callable[[str], Request[Any]],
        settings: CallSettings,
        ready: Callable[[Any], Any] | None = None,
    ) -> AsyncIterator[Any]:
        """Create an object, have it for the block, and delete it.

        :param ready: waits until it can be used. If that fails, it is there and has to go.
        """
        made, cancelled = await async_seen_through(make, f"a temporary {kind} may have been created")
        request = delete(made.id)
        try:
            if cancelled is not None:
                raise cancelled
            yield made if ready is None else await ready(made)
        except BaseException:
            try:
                await self._surely_deleted(kind, made, request, settings)
            except Exception as error:  # noqa: BLE001 - the error of the block is the one that its caller has to see
                _log.warning("the temporary %s %s could not be deleted and stays: %s", kind, made.id, error)
            raise
        await self._surely_deleted(kind, made, request, settings)

    async def _surely_deleted(self, kind: str, made: Any, request: Request[Any], settings: CallSettings) -> None:
        """Delete an object, also where the task is cancelled while that is under way."""

        def delete() -> Any:
            return self._deleted(made, request, settings)

        _, cancelled = await async_seen_through(delete, f"the temporary {kind} {made.id} may not be deleted yet")
        if cancelled is not None:
            raise cancelled

    async def _deleted(self, made: Any, request: Request[Any], settings: CallSettings) -> bool:
        """Delete an object; False where it is gone already.

        :raises ~azure.core.exceptions.HttpResponseError: the service refused for another reason.
        """
        there = True
        try:
            await self._pipeline.send(request, self._lasting(settings))
        except Exception as error:
            if getattr(error, "status_code", None) != 404:
                raise
            there = False
        if request.operation == "delete_agent":
            self._agent_gone(made)
        return there
