"""What the run engine asks a model, and what a model answers.

A model is anything with a ``name`` and a ``respond`` method. It sees one :class:`ModelRequest` a turn and answers with one
:class:`ModelTurn`: tool calls, which the engine carries out before it asks again, or the text that ends the run.
Nothing here waits, reads a clock or touches the store, so a model can be tested by a table of requests and turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

__all__ = [
    "CallableModel",
    "ChatMessage",
    "ChatModel",
    "Failure",
    "FileRef",
    "ImageRef",
    "ModelRequest",
    "ModelTurn",
    "Passage",
    "StreamingChatModel",
    "ToolCall",
    "ToolResult",
    "Usage",
]


@dataclass(frozen=True)
class FileRef:
    """A file that the tools of this run may read: its id, its name as the user gave it, its size in bytes."""

    id: str
    filename: str
    bytes: int = 0


@dataclass(frozen=True)
class ImageRef:
    """An image that a message shows: one behind a ``url``, or a ``file`` of the service, whose content lies at ``path``."""

    url: str = ""
    file: FileRef | None = None
    path: Path | None = None
    detail: str = "auto"


@dataclass(frozen=True)
class ChatMessage:
    """One message of the thread, oldest first, its text parts joined by newlines; ``files`` are attached to it."""

    role: Literal["user", "assistant"]
    text: str
    files: tuple[FileRef, ...] = ()
    images: tuple[ImageRef, ...] = ()


@dataclass(frozen=True)
class ToolCall:
    """One call that the model wants made.

    ``kind`` is the tool's type on the wire, as its definition has it. What else is set depends on it:

    - ``function``: ``name`` and ``arguments``, a JSON text;
    - ``code_interpreter``: ``input``, the source code; ``file_search``: ``input``, the query;
    - ``connected_agent``: ``name``, that of the definition, and ``input``, what the other agent is told;
    - ``openapi``: ``name``, the operation's ``operationId`` (``TOOL_OPERATION`` where two APIs of the run share one), and
      ``arguments``, a JSON text of an object: the parameters by their names, with the fields of a body beside them or the whole
      body under ``body``;
    - any other: ``input``, the query, or ``name`` and ``arguments`` where the tool is called like a function.
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

    ``output`` is the function's output, the interpreter's printed text, the search's passages, the other agent's answer or the
    text of an API's response, which begins with a line such as ``HTTP 404 Not Found`` where it is no success; ``files`` are the
    files that the code made, by the name that they have under ``/mnt/data``; ``failed`` says that the code raised or was stopped,
    or that an agent, an API or another tool did not do what it was called for: then ``output`` says why, in words;
    ``passages`` are what the search found, best first; ``images`` are those that the code showed, which the answer shows too.
    """

    call: ToolCall
    output: str = ""
    files: tuple[FileRef, ...] = ()
    failed: bool = False
    passages: tuple[Passage, ...] = ()
    images: tuple[FileRef, ...] = ()


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
class Usage:
    """How many tokens a model read and wrote for one turn, as it counts them itself."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class ModelTurn:
    """One answer of a model: ``tool_calls`` to be made first, or, with none, the ``text`` that the run ends with.

    A link to ``sandbox:/mnt/data/NAME`` in the text becomes a ``file_path`` annotation of the message, the marker of a passage
    that file search found a ``file_citation`` annotation.

    ``usage`` is what the turn has cost, where the model knows it; else the service estimates it. ``cut_short`` says that the model
    came to its limit of tokens before it was done, so that the run ends incomplete; such a turn has no calls.
    """

    text: str = ""
    tool_calls: Sequence[ToolCall] = field(default=())
    usage: Usage | None = None
    cut_short: bool = False


class Failure(Exception):
    """A model cannot answer; a run whose model raises it fails with exactly this text and code.

    :param text: What the run's ``last_error`` says.
    :param code: Its code: ``server_error``, ``rate_limit_exceeded`` or another.
    """

    def __init__(self, text: str, code: str = "server_error") -> None:
        super().__init__(text)
        self.code = code


@runtime_checkable
class ChatModel(Protocol):
    """A model that the local service can put behind a run.

    One that keeps this machine busy while it answers may say so by an attribute ``computes`` that is true: a few of its runs are then
    worked on at a time. Other models are only waited for, and any number of their runs goes on at once.
    """

    @property
    def name(self) -> str:
        """What the service says of itself where it names the model behind it."""
        ...

    def respond(self, request: ModelRequest) -> ModelTurn:
        """Answer one turn; called in a worker thread. An exception fails the run with its text, a :class:`Failure` also with its code."""
        ...


@runtime_checkable
class StreamingChatModel(ChatModel, Protocol):
    """A model that can also write its text piece by piece, which the readers of a streamed run get as it comes.

    ``stream`` is used in place of ``respond`` while somebody reads the events of the run, except for a turn in which a tool choice
    forces a call. Both must come to the same turn.
    """

    def stream(self, request: ModelRequest) -> Iterator[str | ModelTurn]:
        """Answer one turn in pieces; runs in a worker thread, and is closed at its next piece when the run has ended.

        :return: Pieces of text, of which there may be none, and then one ModelTurn, with which it ends. Its text is that of all
            pieces, or empty. Where it has tool calls, the pieces before it become a message of their own, ahead of the calls.
        """
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
