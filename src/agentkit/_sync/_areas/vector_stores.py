# Derived by `python -m codegen` from src/agentkit/aio/_areas/vector_stores.py; change that and run it again.
"""Vector stores, in which agents search files."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._area import Area
from .._waiting import STORE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder
    from ..._generated.models.tools import VectorStoreConfiguration, VectorStoreDataSource
    from ..._generated.models.vector_stores import VectorStore, VectorStoreChunkingStrategyRequest, VectorStoreExpirationPolicy
    from ..._types import Body, CallOptions
    from .._pages import ItemPaged

__all__ = ["VectorStoresOperations"]


class VectorStoresOperations(Area):
    """Vector stores, in which agents search files."""

    _area = "vector_stores"

    @overload
    def create(
        self,
        *,
        file_ids: Sequence[str] | None = ...,
        name: str | None = ...,
        store_configuration: VectorStoreConfiguration | None = ...,
        expires_after: VectorStoreExpirationPolicy | None = ...,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = ...,
        metadata: dict[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStore: ...

    @overload
    def create(self, body: Body, **options: Unpack[CallOptions]) -> VectorStore: ...

    def create(
        self,
        body: Body = UNSET,
        *,
        file_ids: Sequence[str] | None = None,
        name: str | None = None,
        store_configuration: VectorStoreConfiguration | None = None,
        expires_after: VectorStoreExpirationPolicy | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStore:
        """Create a vector store.

        Starts a store, empty or with files; files are taken in after the call has returned.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword file_ids: Ids of files to take in, at most 500; null for none.
        :keyword name: Name of the store; null for none.
        :keyword store_configuration: Data outside the service to take in; null for none.
        :keyword expires_after: When the store expires for lack of use; null for never.
        :keyword chunking_strategy: How to cut the files into chunks; needs files, and null means `auto`.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStore
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: VectorStore = self._overloaded.create_vector_store(
            body,
            file_ids=file_ids,
            name=name,
            store_configuration=store_configuration,
            expires_after=expires_after,
            chunking_strategy=chunking_strategy,
            metadata=metadata,
            **self._checked("create", options),
        )
        return answer

    def create_and_poll(
        self,
        body: Body = UNSET,
        *,
        file_ids: Sequence[str] | None = None,
        name: str | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        expires_after: VectorStoreExpirationPolicy | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        metadata: dict[str, str] | None = None,
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = STORE_TIMEOUT,
        polling_timeout: float | None = UNSET,
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
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword on_update: called with each state of the store, from the first on.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the store as it ended, whatever its status; ``failed_files`` names the files that failed, with their
            reasons.
        :rtype: ~agentkit.models.VectorStore
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the store.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        return self._agents.create_vector_store_and_poll(
            body,
            file_ids=file_ids,
            name=name,
            data_sources=data_sources,
            expires_after=expires_after,
            chunking_strategy=chunking_strategy,
            metadata=metadata,
            sleep_interval=self._either("create_and_poll", 1, polling_interval=polling_interval, sleep_interval=sleep_interval),
            timeout=self._either("create_and_poll", STORE_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            on_update=on_update,
            progress=progress,
            **self._checked("create_and_poll", options),
        )

    def get(self, vector_store_id: str, **options: Unpack[CallOptions]) -> VectorStore:
        """Get a vector store.

        Tells whether its files have been taken in.

        :param vector_store_id: Id of the vector store.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStore
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_vector_store(vector_store_id, **self._checked("get", options))

    @overload
    def modify(
        self,
        vector_store_id: str,
        *,
        name: str | None = ...,
        expires_after: VectorStoreExpirationPolicy | None = ...,
        metadata: dict[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStore: ...

    @overload
    def modify(self, vector_store_id: str, body: Body, **options: Unpack[CallOptions]) -> VectorStore: ...

    def modify(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        name: str | None = None,
        expires_after: VectorStoreExpirationPolicy | None = None,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStore:
        """Change a vector store.

        Replaces name, expiry or notes; files have calls of their own.

        :param vector_store_id: Id of the vector store.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword name: New name; null keeps it.
        :keyword expires_after: New rule of expiry; null keeps it.
        :keyword metadata: New notes, in place of the old, of at most 16 pairs; null keeps them.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStore
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: VectorStore = self._overloaded.modify_vector_store(
            vector_store_id, body, name=name, expires_after=expires_after, metadata=metadata, **self._checked("modify", options)
        )
        return answer

    def delete(self, vector_store_id: str, **options: Unpack[CallOptions]) -> None:
        """Delete a vector store.

        Its files stay.

        :param vector_store_id: Id of the vector store.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        self._agents.delete_vector_store(vector_store_id, **self._checked("delete", options))

    def list(
        self,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[VectorStore]:
        """List vector stores.

        The pages are requested one by one; ``limit`` is the size of each.

        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.VectorStore]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        return self._listed("list", requests.list_vector_stores(limit=limit, order=order, after=after, before=before), options)

    def temporary(
        self,
        *,
        file_ids: Sequence[str] | None = None,
        name: str | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        expires_after: VectorStoreExpirationPolicy | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        metadata: dict[str, str] | None = None,
        progress: bool | None = None,
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = STORE_TIMEOUT,
        polling_timeout: float | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> AbstractContextManager[VectorStore]:
        """A vector store for one block, deleted when the block is left, also by an error. The block begins when its files are taken in.

        :keyword file_ids: files to put into the store; they are not deleted with it.
        :keyword name: the store's name.
        :keyword data_sources: assets to put into the store.
        :keyword expires_after: when an unused store is to expire.
        :keyword chunking_strategy: how the files are cut into chunks.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait until the files are taken in, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the store; ``failed_files`` names the files that failed, with their
            reasons.
        :rtype: context manager of ~agentkit.models.VectorStore
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the store is deleted.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; raised by the block.
        :raises TypeError: an argument is unknown, or of the wrong type.
        :raises ValueError: a time is negative.
        """
        return self._agents.temporary_vector_store(
            file_ids=file_ids,
            name=name,
            data_sources=data_sources,
            expires_after=expires_after,
            chunking_strategy=chunking_strategy,
            metadata=metadata,
            progress=progress,
            sleep_interval=self._either("temporary", 1, polling_interval=polling_interval, sleep_interval=sleep_interval),
            timeout=self._either("temporary", STORE_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            **self._checked("temporary", options),
        )
