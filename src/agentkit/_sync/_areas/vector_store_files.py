# Derived by `python -m codegen` from src/agentkit/aio/_areas/vector_store_files.py; change that and run it again.
"""The files of a vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._area import Area
from .._waiting import STORE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, VectorStoreFileStatusFilter
    from ..._generated.models.tools import VectorStoreDataSource
    from ..._generated.models.vector_stores import VectorStoreChunkingStrategyRequest, VectorStoreFile
    from ..._types import Body, CallOptions
    from .._pages import ItemPaged

__all__ = ["VectorStoreFilesOperations"]


class VectorStoreFilesOperations(Area):
    """The files of a vector store."""

    _area = "vector_store_files"

    @overload
    def create(
        self,
        vector_store_id: str,
        *,
        file_id: str | None = ...,
        data_source: VectorStoreDataSource | None = ...,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFile: ...

    @overload
    def create(self, vector_store_id: str, body: Body, **options: Unpack[CallOptions]) -> VectorStoreFile: ...

    def create(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        file_id: str | None = None,
        data_source: VectorStoreDataSource | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFile:
        """Add a file to a vector store.

        Give either `file_id` or `data_source`. The file is taken in after the call has returned.

        :param vector_store_id: Id of the vector store.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword file_id: Id of the uploaded file; null with a data source.
        :keyword data_source: File outside the service; null with a file id.
        :keyword chunking_strategy: How to cut the file into chunks; null means `auto`.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreFile
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: VectorStoreFile = self._overloaded.create_vector_store_file(
            vector_store_id,
            body,
            file_id=file_id,
            data_source=data_source,
            chunking_strategy=chunking_strategy,
            **self._checked("create", options),
        )
        return answer

    def create_and_poll(
        self,
        vector_store_id: str,
        body: Body = UNSET,
        *,
        file_id: str | None = None,
        data_source: VectorStoreDataSource | None = None,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = None,
        polling_interval: float = 1,
        sleep_interval: float = UNSET,
        timeout: float | None = STORE_TIMEOUT,
        polling_timeout: float | None = UNSET,
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
        :keyword polling_interval: the longest time between two looks, in seconds; the first looks come sooner.
        :keyword sleep_interval: another name of ``polling_interval``.
        :keyword timeout: the longest time to wait in all, in seconds; None waits for ever.
        :keyword polling_timeout: another name of ``timeout``.
        :keyword on_update: called with each state of the file, from the first on.
        :keyword progress: True shows the state at a terminal while the wait lasts.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the file as it ended; where its status is ``failed``, ``last_error`` says why.
        :rtype: ~agentkit.models.VectorStoreFile
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; ``last`` holds the file.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused.
        """
        return self._agents.create_vector_store_file_and_poll(
            vector_store_id,
            body,
            file_id=file_id,
            data_source=data_source,
            chunking_strategy=chunking_strategy,
            sleep_interval=self._either("create_and_poll", 1, polling_interval=polling_interval, sleep_interval=sleep_interval),
            timeout=self._either("create_and_poll", STORE_TIMEOUT, timeout=timeout, polling_timeout=polling_timeout),
            on_update=on_update,
            progress=progress,
            **self._checked("create_and_poll", options),
        )

    def get(self, vector_store_id: str, file_id: str, **options: Unpack[CallOptions]) -> VectorStoreFile:
        """Get a file of a vector store.

        Tells whether the file has been taken in.

        :param vector_store_id: Id of the vector store.
        :param file_id: Id of the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreFile
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_vector_store_file(vector_store_id, file_id, **self._checked("get", options))

    def delete(self, vector_store_id: str, file_id: str, **options: Unpack[CallOptions]) -> None:
        """Take a file out of a vector store.

        The file itself stays.

        :param vector_store_id: Id of the vector store.
        :param file_id: Id of the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        self._agents.delete_vector_store_file(vector_store_id, file_id, **self._checked("delete", options))

    def list(
        self,
        vector_store_id: str,
        *,
        filter: str | VectorStoreFileStatusFilter | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[VectorStoreFile]:
        """List the files of a vector store.

        The pages are requested one by one; ``limit`` is the size of each.

        :param vector_store_id: Id of the vector store.
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
            "list",
            requests.list_vector_store_files(
                vector_store_id, filter=filter, limit=limit, order=order, after=after, before=before
            ),
            options,
        )
