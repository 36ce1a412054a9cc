"""All operations on agents and what belongs to them."""

from __future__ import annotations

from .._api import AgentsApi
from .._areas import Areas
from ._files import FileHelpers
from ._runs import RunHelpers
from ._thread_runs import ThreadRunHelpers
from ._vector_stores import VectorStoreHelpers
from ._versions import VersionHelpers

__all__ = ["AgentsOperations"]


class AgentsOperations(RunHelpers, ThreadRunHelpers, FileHelpers, VectorStoreHelpers, VersionHelpers, AgentsApi, Areas):
    """Agents, threads, messages, runs, files and vector stores of one endpoint. A client makes it; it is not made by hand.

    The operations are there twice: each by a name of its own, as ``create_thread``, and by area, as ``threads.create``.
    """

    # As azure-ai-projects 1.0.0b1 and b2 called it.
    get_messages = AgentsApi.list_messages

    @property
    def _operations(self) -> AgentsOperations:
        return self
