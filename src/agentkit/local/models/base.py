"""What the run engine asks a model, and what a model answers.

A model is anything with a ``name`` and a ``respond`` method. It sees one :class:`ModelRequest` a turn and answers with one
:class:`ModelTurn`: tool calls, which the engine carries out before it asks again, or the text that ends the run.
Nothing here waits, reads a clock or touches the store, so a model can be tested by a table of requests and turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

__all__ = [
    "CallableModel",
    "ChatMessage",
    "ChatModel",
    "FileRef",
    "ModelRequest",
    "ModelTurn",
    "Passage",
    "ToolCall",
    "ToolResult",
]


@dataclass(frozen=True)
class FileRef:
    """A file that the tools of this run may read: its id, its name as the user gave it, its size in bytes."""

    id: str
    filename: str
    bytes: int = 0


@dataclass(frozen=True)
class ChatMessage:
    """One message of the thread, oldest first, its text parts joined by newlines."""

    role: Literal["user", "assistant"]
    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True)
class ToolCall:
    """One call that the model wants made.

    ``kind`` is the tool's type on the wire; ``name`` and ``arguments`` (a JSON text) are set for ``function``, ``input``
    holds the source code for ``code_interpreter`` and the query for ``file_search``.
    """

    kind: str
    name: str = ""
    arguments: str = "{}"
    input: str = ""


@dataclass(frozen=True)
class Passage:
    """A passage that file search found: the marker that cites it in an answer, its file, its text, and its score from 0 to 1."""

    marker: str
    file_id: str
    file_name: str
    text: str
    score: float = 0.0


@dataclass(frozen=True)
class ToolResult:
    """What came of a call of an earlier turn of the same run.

    ``output`` is the function's output, the interpreter's printed text or the search's passages; ``files`` are the files that
    the code made, by the name that they have under ``/mnt/data``; ``failed`` says that the code raised, or was stopped;
    ``passages`` are what the search found, best first.
    """

    call: ToolCall
    output: str = ""
    files: tuple[FileRef, ...] = ()
    failed: bool = False
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class ModelRequest:
    """Everything that a model may know for one turn of a run.

    ``tools`` are the definitions in force, as on the wire; ``results`` are the outcomes of this run's earlier turns, in order;
    ``earlier_calls`` are the calls that earlier runs of the thread made, oldest first. ``tool_choice`` is ``auto`` again once a
    forced call was made. ``max_completion_tokens`` is what the run has left of them.
    """

    model: str
    instructions: str
    messages: Sequence[ChatMessage]
    tools: Sequence[Mapping[str, Any]] = ()
    files: Sequence[FileRef] = ()
    results: Sequence[ToolResult] = ()
    tool_choice: Any = None
    response_format: Any = None
    earlier_calls: Sequence[ToolCall] = ()
    temperature: float | None = None
    top_p: float | None = None
    max_completion_tokens: int | None = None
    parallel_tool_calls: bool = True

    def offers(self, kind: str) -> bool:
        """Whether a tool of this type may be called in this run."""
        return any(tool.get("type") == kind for tool in self.tools)

    @property
    def last_user_text(self) -> str:
        """The text of the newest message of the user, or an empty string."""
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "")


@dataclass(frozen=True)
class ModelTurn:
    """One answer of a model: ``tool_calls`` to be made first, or, with none, the ``text`` that the run ends with.

    A link to ``sandbox:/mnt/data/NAME`` in the text becomes a ``file_path`` annotation of the message, the marker of a passage
    that file search found a ``file_citation`` annotation.
    """

    text: str = ""
    tool_calls: Sequence[ToolCall] = field(default=())


@runtime_checkable
class ChatModel(Protocol):
    """A model that the local service can put behind a run."""

    @property
    def name(self) -> str:
        """What the service says of itself where it names the model behind it."""
        ...

    def respond(self, request: ModelRequest) -> ModelTurn:
        """Answer one turn; called in a worker thread. An exception fails the run with its text."""
        ...


class CallableModel:
    """Puts any callable from a :class:`ModelRequest` to a :class:`ModelTurn` or a string behind the service."""

    def __init__(self, function: Callable[[ModelRequest], ModelTurn | str]) -> None:
        self._function = function

    @property
    def name(self) -> str:
        return getattr(self._function, "__name__", type(self._function).__name__)

    def respond(self, request: ModelRequest) -> ModelTurn:
        turn = self._function(request)
        return ModelTurn(text=turn) if isinstance(turn, str) else turn
