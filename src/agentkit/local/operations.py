"""The registry of operations: which function answers which operationId of the description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentkit.local.blobs import Blobs
from agentkit.local.dialects import Dialect
from agentkit.local.hosting import Hosting
from agentkit.local.store import Document, Store, Transaction

if TYPE_CHECKING:
    from agentkit.local.completions import Completions
    from agentkit.local.connections import Connection
    from agentkit.local.responses.desk import Responses
    from agentkit.local.retrieval import Retrieval
    from agentkit.local.runs.engine import RunEngine
    from agentkit.local.runs.events import EventStream

__all__ = [
    "Answered",
    "Awaited",
    "BrokenOff",
    "Call",
    "Context",
    "Events",
    "FileContent",
    "Form",
    "Handler",
    "Later",
    "Result",
    "handlers",
    "operation",
]


@dataclass(frozen=True)
class Context:
    """What every operation works on: the store, the content of files, the search index, the runs, the chat completions, the
    responses, and the clock (unix seconds).

    ``allow_download`` says whether files that were uploaded for agents may be downloaded too; ``connections`` is what the project is
    connected to; ``app_insights`` is the connection string of its Application Insights resource, where it has one; ``hosting`` is how hosted agents are deployed.
    """

    store: Store
    blobs: Blobs
    retrieval: Retrieval
    runs: RunEngine
    completions: Completions
    responses: Responses
    clock: Callable[[], float]
    allow_download: bool = False
    connections: Sequence[Connection] = ()
    app_insights: str | None = field(default=None, repr=False)
    hosting: Hosting = field(default_factory=Hosting)

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
class Answered:
    """An answer with a status of its own; without a document it has no body."""

    status: int
    document: Document | None = None


@dataclass(frozen=True)
class Events:
    """An answer that comes event by event, until the stream ends; ``leave`` is called when nobody reads it any more.

    ``first`` is the name and the data of an event that tells what the stream is of. Whoever asks again gets that alone, as from a
    stream that broke off after it.
    """

    stream: EventStream
    leave: Callable[[], None]
    first: tuple[str, Document] | None = None


@dataclass(frozen=True)
class BrokenOff:
    """An answer that is the first event of a stream and nothing more: its name and its data."""

    name: str
    data: Document


@dataclass(frozen=True)
class Later:
    """An answer that is made after the transaction, for it takes longer than others should wait."""

    make: Callable[[], Document]


@dataclass(frozen=True)
class Awaited:
    """An answer that a model has to give first; ``leave`` is called when nobody waits for it any more."""

    result: Callable[[], Awaitable[Document | Events]]
    leave: Callable[[], None]


@dataclass(frozen=True)
class Call:
    """One request, checked against the description; ``url`` is where it was sent."""

    context: Context
    path: Mapping[str, str]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    form: Form | None = None
    dialect: Dialect = Dialect.PROJECT
    url: str = ""

    def given(self, *names: str) -> Document:
        """The body's fields of these names that were sent with a value."""
        return {name: self.body[name] for name in names if self.body.get(name) is not None}


Result = Document | Answered | FileContent | Events | BrokenOff | Later | Awaited
Handler = Callable[[Transaction, Call], Result]
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
