# Derived by `python -m codegen` from src/agentkit/aio/_areas/vector_store_file_batches.py; change that and run it again.
"""Files that are put into a vector store together."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._area import Area
from .._waiting import STORE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, VectorStoreFileStatusFilter
    from ..._generated.models.tools import VectorStoreDataSource
    from ..._generated.models.vector_stores import VectorStoreChunkingStrategyRequest, VectorStoreFile, VectorStoreFileBatch
    from ..._types import Body, CallOptions
    from .._pages import ItemPaged

__all__ = ["VectorStoreFileBatchesOperations"]


class VectorStoreFileBatchesOperations(Area):
    """Files that are put into a vector store together."""

    _area = "vector_store_file_batches"

    @overload
    def create(
        self,
        vector_store_id: str,
        *,
        file_ids: Sequence[str] | None = ...,
        data_sources: Sequence[VectorStoreDataSource] | None = ...,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFileBatch: ...

    @overload
    def create(self, vector_store_id: str, body: Body, **options: Unpack[CallOptions]) -> VectorStoreFileBatch: ...

    def create(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        file_ids: Sequence[str] | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFileBatch:
        """Add several files to a vector store.

        Give either `file_ids` or `data_sources`. The files are taken in after the call has returned.

        :param vector_store_id: Id of the vector store.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword file_ids: Ids of the uploaded files, at most 500; null with data sources.
        :keyword data_sources: Files outside the service; null with file ids.
        :keyword chunking_strategy: How to cut the files into chunks; null means `auto`.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreFileBatch
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: VectorStoreFileBatch = self._overloaded.create_vector_store_file_batch(
            vector_store_id,
            body,
            file_ids=file_ids,
            data_sources=data_sources,
            chunking_strategy=chunking_strategy,
            **self._checked("create", options),
        )
        return answer

    def create_and_poll(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        file_ids: Sequence[str] | None = None,
        data_sources: Sequence[VectorStoreDataSource] | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = STORE_TIMEOUT,
        polling_timeout: float | None = UNSET,
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
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword on_timeout: ``raise`` lets the batch go on when the time is over, ``cancel`` cancels it before raising.
        :keyword on_update: called with each state of the batch, from the first on.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the batch as it ended; ``failed_files`` names the files that failed, with their reasons.
        :rtype: ~agentkit.models.VectorStoreFileBatch
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the batch.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        return self._agents.create_vector_store_file_batch_and_poll(
            vector_store_id,
            body,
            file_ids=file_ids,
            data_sources=data_sources,
            chunking_strategy=chunking_strategy,
            sleep_interval=self._either("create_and_poll", 1, polling_interval=polling_interval, sleep_interval=sleep_interval),
            timeout=self._either("create_and_poll", STORE_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            on_timeout=on_timeout,
            on_update=on_update,
            progress=progress,
            **self._checked("create_and_poll", options),
        )

    def get(self, vector_store_id: str, batch_id: str, **options: Unpack[CallOptions]) -> VectorStoreFileBatch:
        """Get a batch of files.

        Tells how many of its files have been taken in.

        :param vector_store_id: Id of the vector store.
        :param batch_id: Id of the batch.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreFileBatch
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_vector_store_file_batch(vector_store_id, batch_id, **self._checked("get", options))

    def cancel(self, vector_store_id: str, batch_id: str, **options: Unpack[CallOptions]) -> VectorStoreFileBatch:
        """Cancel a batch of files.

        Files that are not yet taken in are left out; the others stay.

        :param vector_store_id: Id of the vector store.
        :param batch_id: Id of the batch.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreFileBatch
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.cancel_vector_store_file_batch(vector_store_id, batch_id, **self._checked("cancel", options))

    def list_files(
        self,
        vector_store_id: str,
        batch_id: str,
        *,
        filter: str | VectorStoreFileStatusFilter | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[VectorStoreFile]:
        """List the files of a batch.

        The pages are requested one by one; ``limit`` is the size of each.

        :param vector_store_id: Id of the vector store.
        :param batch_id: Id of the batch.
        :keyword filter: Only files in this state.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.VectorStoreFile]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._listed(
            "list_files",
            requests.list_vector_store_file_batch_files(
                vector_store_id, batch_id, filter=filter, limit=limit, order=order, after=after, before=before
            ),
            options,
        )
