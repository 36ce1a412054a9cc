# Derived by `python -m codegen` from src/agentkit/aio/_areas/__init__.py; change that and run it again.
"""The operations on agents by area, as azure-ai-agents 1.x has them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..operations import AgentsOperations
    from .files import FilesOperations
    from .messages import MessagesOperations
    from .run_steps import RunStepsOperations
    from .runs import RunsOperations
    from .threads import ThreadsOperations
    from .vector_store_file_batches import VectorStoreFileBatchesOperations
    from .vector_store_files import VectorStoreFilesOperations
    from .vector_stores import VectorStoresOperations

__all__ = ["Areas"]


class Areas:
    """Has the areas as attributes."""

    @property
    def _operations(self) -> AgentsOperations:
        """What the methods of the areas call."""
        raise AttributeError("_operations")

    @cached_property
    def threads(self) -> ThreadsOperations:
        """Threads, the conversations that messages and runs belong to."""
        from .threads import ThreadsOperations

        return ThreadsOperations(self._operations)

    @cached_property
    def messages(self) -> MessagesOperations:
        """The messages of a thread."""
        from .messages import MessagesOperations

        return MessagesOperations(self._operations)

    @cached_property
    def runs(self) -> RunsOperations:
        """The runs of an agent on a thread."""
        from .runs import RunsOperations

        return RunsOperations(self._operations)

    @cached_property
    def run_steps(self) -> RunStepsOperations:
        """The steps of a run."""
        from .run_steps import RunStepsOperations

        return RunStepsOperations(self._operations)

    @cached_property
    def files(self) -> FilesOperations:
        """Files, uploaded for agents or made by them."""
        from .files import FilesOperations

        return FilesOperations(self._operations)

    @cached_property
    def vector_stores(self) -> VectorStoresOperations:
        """Vector stores, in which agents search files."""
        from .vector_stores import VectorStoresOperations

        return VectorStoresOperations(self._operations)

    @cached_property
    def vector_store_files(self) -> VectorStoreFilesOperations:
        """The files of a vector store."""
        from .vector_store_files import VectorStoreFilesOperations

        return VectorStoreFilesOperations(self._operations)

    @cached_property
    def vector_store_file_batches(self) -> VectorStoreFileBatchesOperations:
        """Files that are put into a vector store together."""
        from .vector_store_file_batches import VectorStoreFileBatchesOperations

        return VectorStoreFileBatchesOperations(self._operations)
