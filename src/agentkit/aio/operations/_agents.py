"""All operations on agents and what belongs to them."""

from __future__ import annotations

from .._api import AgentsApi
from ._files import FileHelpers
from ._runs import RunHelpers
from ._thread_runs import ThreadRunHelpers
from ._vector_stores import VectorStoreHelpers

__all__ = ["AgentsOperations"]


class AgentsOperations(RunHelpers, ThreadRunHelpers, FileHelpers, VectorStoreHelpers, AgentsApi):
    """Agents, threads, messages, runs, files and vector stores of one endpoint. A client makes it; it is not made by hand."""
