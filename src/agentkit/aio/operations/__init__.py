"""The operation groups of a client. Those of the areas of azure-ai-agents 1.x are loaded when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._agents import AgentsOperations

if TYPE_CHECKING:
    from .._areas.files import FilesOperations
    from .._areas.messages import MessagesOperations
    from .._areas.run_steps import RunStepsOperations
    from .._areas.runs import RunsOperations
    from .._areas.threads import ThreadsOperations
    from .._areas.vector_store_file_batches import VectorStoreFileBatchesOperations
    from .._areas.vector_store_files import VectorStoreFilesOperations
    from .._areas.vector_stores import VectorStoresOperations
    from ._connections import ConnectionsOperations
    from ._evaluations import EvaluationsOperations
    from ._inference import InferenceOperations
    from ._telemetry import TelemetryOperations

__all__ = [
    "AgentsOperations",
    "ConnectionsOperations",
    "EvaluationsOperations",
    "FilesOperations",
    "InferenceOperations",
    "MessagesOperations",
    "RunStepsOperations",
    "RunsOperations",
    "TelemetryOperations",
    "ThreadsOperations",
    "VectorStoreFileBatchesOperations",
    "VectorStoreFilesOperations",
    "VectorStoresOperations",
]

_HOMES = {
    "ConnectionsOperations": "._connections",
    "EvaluationsOperations": "._evaluations",
    "FilesOperations": ".._areas.files",
    "InferenceOperations": "._inference",
    "MessagesOperations": ".._areas.messages",
    "RunStepsOperations": ".._areas.run_steps",
    "RunsOperations": ".._areas.runs",
    "TelemetryOperations": "._telemetry",
    "ThreadsOperations": ".._areas.threads",
    "VectorStoreFileBatchesOperations": ".._areas.vector_store_file_batches",
    "VectorStoreFilesOperations": ".._areas.vector_store_files",
    "VectorStoresOperations": ".._areas.vector_stores",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
        globals()[name] = value
        return value
    from ..._suggest import unknown_attribute

    raise unknown_attribute(f"module {__name__!r}", name, __all__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
