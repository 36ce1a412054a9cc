"""The operation groups of the sync client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._sync.operations import (
        AgentsOperations,
        ConnectionsOperations,
        EvaluationsOperations,
        FilesOperations,
        InferenceOperations,
        MessagesOperations,
        RunsOperations,
        RunStepsOperations,
        TelemetryOperations,
        ThreadsOperations,
        VectorStoreFileBatchesOperations,
        VectorStoreFilesOperations,
        VectorStoresOperations,
    )

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


def __getattr__(name: str) -> Any:
    if name in __all__:
        from ._sync import operations

        return getattr(operations, name)
    from ._suggest import unknown_attribute

    raise unknown_attribute(f"module {__name__!r}", name, __all__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
