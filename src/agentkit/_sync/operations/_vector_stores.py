# Derived by `python -m codegen` from src/agentkit/aio/operations/_vector_stores.py; change that and run it again.
"""Helpers for vector stores: create something and wait until the service has taken it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ... import _hooks
from ..._attached import attach
from ..._generated import requests
from ..._progress import waiting
from ..._types import UNSET
from .._waiting import STORE_TIMEOUT, Waiting, Watch

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._core.options import CallSettings
    from ..._core.polling import Wait
    from ..._generated.models.tools import VectorStoreDataSource
    from ..._generated.models.vector_stores import (
        VectorStore,
        VectorStoreChunkingStrategyRequest,
        VectorStoreExpirationPolicy,
        VectorStoreFile,
        VectorStoreFileBatch,
    )
    from ..._types import Body, CallOptions

__all__ = ["VectorStoreHelpers"]


class VectorStoreHelpers(Waiting):
    """Vector stores, their files and batches, created and waited for."""

    def create_vector_store_and_poll(
        self,
        body: Body = UNSET,
        *,
        file_ids: Sequence[str] | None = None,
        name: str | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        expires_after: VectorStoreExpirationPolicy | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        metadata: dict[str, str] | None = None,
        sleep_interval: float = 1,
        timeout: float | None = STORE_TIMEOUT,
        on_update: Callable[[VectorStore], Any] | None = None,
        progress: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStore:
        """Create a vector store and wait until its files are taken in.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword file_ids: files to put into the store.
        :keyword name: the store's name.
        :keyword data_sources: assets to put into the store.
        :keyword expires_after: when an unused store is to expire.
        :keyword chunking_strategy: how the files are cut into chunks.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword on_update: called with each state of the store, from the first on.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the store as it ended, whatever its status; ``failed_files`` names the files that failed, with their reasons.
        :rtype: ~agentkit.models.VectorStore
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the store.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        settings = self._settings("create_vector_store_and_poll", options, several=True)
        wait = self._wait("create_vector_store_and_poll", sleep_interval, timeout, on_update)
        request = requests.create_vector_store(
            body,
            file_ids=file_ids,
            name=name,
            store_configuration=None if data_sources is None else {"data_sources": data_sources},
            expires_after=expires_after,
            chunking_strategy=chunking_strategy,
            metadata=metadata,
        )
        shown = waiting("create_vector_store_and_poll", "vector store", progress, on_update)
        with _hooks.helper(self._pipeline.endpoint, "create_vector_store_and_poll", request.path) as watched, shown as tell:
            store = self._pipeline.send(request, settings)
            return watched.saw(self._filled(store, settings, wait, tell))

    def create_vector_store_file_and_poll(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        file_id: str | None = None,
        data_source: VectorStoreDataSource | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        sleep_interval: float = 1,
        timeout: float | None = STORE_TIMEOUT,
        on_update: Callable[[VectorStoreFile], Any] | None = None,
        progress: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFile:
        """Put a file into a vector store and wait until it is taken in.

        :param vector_store_id: the store.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword file_id: the file.
        :keyword data_source: an asset in place of a file.
        :keyword chunking_strategy: how the file is cut into chunks.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword on_update: called with each state of the file, from the first on.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the file as it ended; where its status is ``failed``, ``last_error`` says why.
        :rtype: ~agentkit.models.VectorStoreFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the file.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        settings = self._settings("create_vector_store_file_and_poll", options, several=True)
        wait = self._wait("create_vector_store_file_and_poll", sleep_interval, timeout, on_update)
        request = requests.create_vector_store_file(
            vector_store_id, body, file_id=file_id, data_source=data_source, chunking_strategy=chunking_strategy
        )
        shown = waiting("create_vector_store_file_and_poll", "file", progress, on_update)
        with (
            _hooks.helper(self._pipeline.endpoint, "create_vector_store_file_and_poll", request.path) as watched,
            shown as tell,
        ):
            file = self._pipeline.send(request, settings)
            look = requests.get_vector_store_file(vector_store_id, file.id)
            watch = Watch("vector_store_file", look, self._lasting(settings), wait, tell)
            return watched.saw(self._at_rest(watch, file))

    def create_vector_store_file_batch_and_poll(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        file_ids: Sequence[str] | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        sleep_interval: float = 1,
        timeout: float | None = STORE_TIMEOUT,
        on_timeout: str = "raise",
        on_update: Callable[[VectorStoreFileBatch], Any] | None = None,
        progress: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFileBatch:
        """Put several files into a vector store and wait until they are taken in.

        :param vector_store_id: the store.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword file_ids: the files.
        :keyword data_sources: assets in place of files.
        :keyword chunking_strategy: how the files are cut into chunks.
        :keyword sleep_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword on_timeout: ``raise`` lets the batch go on when the time is over, ``cancel`` cancels it before raising.
        :keyword on_update: called with each state of the batch, from the first on.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the batch as it ended; ``failed_files`` names the files that failed, with their reasons.
        :rtype: ~agentkit.models.VectorStoreFileBatch
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the batch.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        settings = self._settings("create_vector_store_file_batch_and_poll", options, several=True)
        wait = self._wait("create_vector_store_file_batch_and_poll", sleep_interval, timeout, on_update)
        cancelling = self._cancels("create_vector_store_file_batch_and_poll", on_timeout)
        request = requests.create_vector_store_file_batch(
            vector_store_id, body, file_ids=file_ids, data_sources=data_sources, chunking_strategy=chunking_strategy
        )
        shown = waiting("create_vector_store_file_batch_and_poll", "batch of files", progress, on_update)
        with (
            _hooks.helper(self._pipeline.endpoint, "create_vector_store_file_batch_and_poll", request.path) as watched,
            shown as tell,
        ):
            batch = self._pipeline.send(request, settings)
            look = requests.get_vector_store_file_batch(vector_store_id, batch.id)
            cancel = requests.cancel_vector_store_file_batch(vector_store_id, batch.id) if cancelling else None
            watch = Watch("vector_store_file_batch", look, self._lasting(settings), wait, tell, cancel)
            batch = self._at_rest(watch, batch)
            if _failed(batch):
                listed = requests.list_vector_store_file_batch_files(vector_store_id, batch.id, filter="failed", limit=100)
                self._name_failures(batch, listed, settings)
            return watched.saw(batch)

    def _filled(
        self, store: VectorStore, settings: CallSettings, wait: Wait, on_update: Callable[[VectorStore], Any] | None
    ) -> VectorStore:
        """Wait until the files of a store are taken in, and name those that failed.

        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over.
        """
        look = requests.get_vector_store(store.id)
        store = self._at_rest(Watch("vector_store", look, self._lasting(settings), wait, on_update), store)
        if _failed(store):
            failed = requests.list_vector_store_files(store.id, filter="failed", limit=100)
            self._name_failures(store, failed, settings)
        return store

    def _name_failures(self, owner: Any, listed: Any, settings: CallSettings) -> None:
        """Put the failed files on the object that they belong to."""
        settings = self._lasting(settings)
        pager = self._page(self._pipeline.send(listed, settings), listed, settings).auto_paging_iter()
        attach(owner, "failed_files", [file for file in pager])


def _failed(owner: Any) -> int:
    counts = owner.file_counts
    failed = counts.get("failed") if isinstance(counts, Mapping) else None
    return failed if isinstance(failed, int) else 0
