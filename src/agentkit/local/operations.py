"""The registry of operations: which function answers which operationId of the description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentkit.local.blobs import Blobs
from agentkit.local.store import Document, Store, Transaction

if TYPE_CHECKING:
    from agentkit.local.retrieval import Retrieval
    from agentkit.local.runs.engine import RunEngine
    from agentkit.local.runs.events import EventStream

__all__ = ["Call", "Context", "FileContent", "Form", "Handler", "RunEvents", "handlers", "operation"]


@dataclass(frozen=True)
class Context:
    """What every operation works on: the store, the content of files, the search index, the runs, and the clock (unix seconds).

    ``allow_download`` says whether files that were uploaded for agents may be downloaded too.
    """

    store: Store
    blobs: Blobs
    retrieval: Retrieval
    runs: RunEngine
    clock: Callable[[], float]
    allow_download: bool = False

    def now(self) -> int:
        """The present in whole unix seconds."""
        return int(self.clock())


@dataclass(frozen=True)
class Form:
    """A multipart form that was read: its text fields, and its file, which lies on the disk already."""

    fields: Mapping[str, str] = field(default_factory=dict)
    part: Path | None = None
    filename: str | None = None


@dataclass(frozen=True)
class FileContent:
    """An answer that is the content of a file."""

    path: Path
    filename: str


@dataclass(frozen=True)
class RunEvents:
    """An answer that is what becomes of a run, event by event."""

    run_id: str
    stream: EventStream


@dataclass(frozen=True)
class Call:
    """One request, checked against the description."""

    context: Context
    path: Mapping[str, str]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    form: Form | None = None

    def given(self, *names: str) -> Document:
        """The body's fields of these names that were sent with a value."""
        return {name: self.body[name] for name in names if self.body.get(name) is not None}


Handler = Callable[[Transaction, Call], "Document | FileContent | RunEvents"]
_HANDLERS: dict[str, Handler] = {}


def operation(operation_id: str) -> Callable[[Handler], Handler]:
    """Make the function below answer this operation; it runs inside one transaction of the store."""

    def register(handler: Handler) -> Handler:
        if operation_id in _HANDLERS:
            raise ValueError(f"two functions answer the operation '{operation_id}'")
        _HANDLERS[operation_id] = handler
        return handler

    return register


def handlers() -> Mapping[str, Handler]:
    """Every operation of the service with the function that answers it."""
    import_module("agentkit.local.resources")  # registers them
    return dict(_HANDLERS)
