# Derived by `python -m codegen` from src/agentkit/aio/_api/vector_stores.py; change that and run it again.
"""Vector stores: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._group import OperationGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, VectorStoreFileStatusFilter
    from ..._generated.models.tools import VectorStoreConfiguration, VectorStoreDataSource
    from ..._generated.models.vector_stores import (
        OpenAIPageableListOfVectorStore,
        OpenAIPageableListOfVectorStoreFile,
        VectorStore,
        VectorStoreChunkingStrategyRequest,
        VectorStoreDeletionStatus,
        VectorStoreExpirationPolicy,
        VectorStoreFile,
        VectorStoreFileBatch,
        VectorStoreFileDeletionStatus,
    )
    from ..._types import Body, CallOptions

__all__ = ["VectorStoresCalls"]


class VectorStoresCalls(OperationGroup):
    """Vector stores."""

    def list_vector_stores(
        self,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIPageableListOfVectorStore:
        """List vector stores.

        Answers one page, newest first unless `order` says otherwise; pass its `last_id` as `after` for the next.

        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIPageableListOfVectorStore
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        settings = self._settings("list_vector_stores", options)
        request = requests.list_vector_stores(limit=limit, order=order, after=after, before=before)
        return self._page(self._pipeline.send(request, settings), request, settings)

    @overload
    def create_vector_store(
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
    def create_vector_store(self, body: Body, **options: Unpack[CallOptions]) -> VectorStore: ...

    def create_vector_store(
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
        settings = self._settings("create_vector_store", options)
        return self._pipeline.send(
            requests.create_vector_store(
                body,
                file_ids=file_ids,
                name=name,
                store_configuration=store_configuration,
                expires_after=expires_after,
                chunking_strategy=chunking_strategy,
                metadata=metadata,
            ),
            settings,
        )

    def get_vector_store(self, vector_store_id: str, **options: Unpack[CallOptions]) -> VectorStore:
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
        settings = self._settings("get_vector_store", options)
        return self._pipeline.send(requests.get_vector_store(vector_store_id), settings)

    @overload
    def modify_vector_store(
        self,
        vector_store_id: str,
        *,
        name: str | None = ...,
        expires_after: VectorStoreExpirationPolicy | None = ...,
        metadata: dict[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStore: ...

    @overload
    def modify_vector_store(self, vector_store_id: str, body: Body, **options: Unpack[CallOptions]) -> VectorStore: ...

    def modify_vector_store(
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
        settings = self._settings("modify_vector_store", options)
        return self._pipeline.send(
            requests.modify_vector_store(vector_store_id, body, name=name, expires_after=expires_after, metadata=metadata),
            settings,
        )

    def delete_vector_store(self, vector_store_id: str, **options: Unpack[CallOptions]) -> VectorStoreDeletionStatus:
        """Delete a vector store.

        Its files stay.

        :param vector_store_id: Id of the vector store.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreDeletionStatus
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("delete_vector_store", options)
        return self._pipeline.send(requests.delete_vector_store(vector_store_id), settings)

    def list_vector_store_files(
        self,
        vector_store_id: str,
        *,
        filter: str | VectorStoreFileStatusFilter | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIPageableListOfVectorStoreFile:
        """List the files of a vector store.

        Answers one page, newest first unless `order` says otherwise; pass its `last_id` as `after` for the next.

        :param vector_store_id: Id of the vector store.
        :keyword filter: Only files in this state.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIPageableListOfVectorStoreFile
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("list_vector_store_files", options)
        request = requests.list_vector_store_files(
            vector_store_id, filter=filter, limit=limit, order=order, after=after, before=before
        )
        return self._page(self._pipeline.send(request, settings), request, settings)

    @overload
    def create_vector_store_file(
        self,
        vector_store_id: str,
        *,
        file_id: str | None = ...,
        data_source: VectorStoreDataSource | None = ...,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFile: ...

    @overload
    def create_vector_store_file(self, vector_store_id: str, body: Body, **options: Unpack[CallOptions]) -> VectorStoreFile: ...

    def create_vector_store_file(
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
        settings = self._settings("create_vector_store_file", options)
        return self._pipeline.send(
            requests.create_vector_store_file(
                vector_store_id, body, file_id=file_id, data_source=data_source, chunking_strategy=chunking_strategy
            ),
            settings,
        )

    def get_vector_store_file(self, vector_store_id: str, file_id: str, **options: Unpack[CallOptions]) -> VectorStoreFile:
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
        settings = self._settings("get_vector_store_file", options)
        return self._pipeline.send(requests.get_vector_store_file(vector_store_id, file_id), settings)

    def delete_vector_store_file(
        self, vector_store_id: str, file_id: str, **options: Unpack[CallOptions]
    ) -> VectorStoreFileDeletionStatus:
        """Take a file out of a vector store.

        The file itself stays.

        :param vector_store_id: Id of the vector store.
        :param file_id: Id of the file.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.VectorStoreFileDeletionStatus
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("delete_vector_store_file", options)
        return self._pipeline.send(requests.delete_vector_store_file(vector_store_id, file_id), settings)

    @overload
    def create_vector_store_file_batch(
        self,
        vector_store_id: str,
        *,
        file_ids: Sequence[str] | None = ...,
        data_sources: Sequence[VectorStoreDataSource] | None = ...,
        chunking_strategy: VectorStoreChunkingStrategyRequest | None = ...,
        **options: Unpack[CallOptions],
    ) -> VectorStoreFileBatch: ...

    @overload
    def create_vector_store_file_batch(
        self, vector_store_id: str, body: Body, **options: Unpack[CallOptions]
    ) -> VectorStoreFileBatch: ...

    def create_vector_store_file_batch(
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
        settings = self._settings("create_vector_store_file_batch", options)
        return self._pipeline.send(
            requests.create_vector_store_file_batch(
                vector_store_id, body, file_ids=file_ids, data_sources=data_sources, chunking_strategy=chunking_strategy
            ),
            settings,
        )

    def get_vector_store_file_batch(
        self, vector_store_id: str, batch_id: str, **options: Unpack[CallOptions]
    ) -> VectorStoreFileBatch:
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
        settings = self._settings("get_vector_store_file_batch", options)
        return self._pipeline.send(requests.get_vector_store_file_batch(vector_store_id, batch_id), settings)

    def cancel_vector_store_file_batch(
        self, vector_store_id: str, batch_id: str, **options: Unpack[CallOptions]
    ) -> VectorStoreFileBatch:
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
        settings = self._settings("cancel_vector_store_file_batch", options)
        return self._pipeline.send(requests.cancel_vector_store_file_batch(vector_store_id, batch_id), settings)

    def list_vector_store_file_batch_files(
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
    ) -> OpenAIPageableListOfVectorStoreFile:
        """List the files of a batch.

        Answers one page, newest first unless `order` says otherwise; pass its `last_id` as `after` for the next.

        :param vector_store_id: Id of the vector store.
        :param batch_id: Id of the batch.
        :keyword filter: Only files in this state.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIPageableListOfVectorStoreFile
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("list_vector_store_file_batch_files", options)
        request = requests.list_vector_store_file_batch_files(
            vector_store_id, batch_id, filter=filter, limit=limit, order=order, after=after, before=before
        )
        return self._page(self._pipeline.send(request, settings), request, settings)
