"""What a conversation is to be like, and what one message of it led to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._view import call_name, call_outputs

if TYPE_CHECKING:
    from ..models import RunStepToolCall, ThreadMessage, ThreadRun

__all__ = ["Settings", "Turn"]


@dataclass(frozen=True)
class Settings:
    """What a conversation is to be like.

    :param agent: id or name of an agent that exists; None makes one for this conversation.
    :param thread: the thread to go on with; None starts one.
    :param instructions: the agent's, or in place of those of an agent that exists.
    :param model: the same for the model.
    :param code_interpreter: whether the agent may run code.
    :param streams: whether the answer is read as it comes.
    :param folder: where made files are saved, in a folder of the thread's.
    """

    agent: str | None = None
    thread: str | None = None
    instructions: str | None = None
    model: str | None = None
    code_interpreter: bool = False
    streams: bool = True
    folder: Path = Path("agentkit-files")


@dataclass
class Turn:
    """What one message led to."""

    run: ThreadRun
    messages: list[ThreadMessage] = field(default_factory=list)
    calls: list[RunStepToolCall] = field(default_factory=list)
    files: list[tuple[str, Path]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    @property
    def failure(self) -> str | None:
        """How the run ended in one line, where it did not complete."""
        if self.run.status == "completed":
            return None
        error, details = self.run.last_error, self.run.incomplete_details
        said = (error.message if error is not None else None) or (details.reason if details is not None else None)
        return f"the run ended as {self.run.status}" + (f": {said}" if said else "")

    def as_dict(self) -> dict[str, Any]:
        """The turn as a document: names of the wire, paths as text."""
        return {
            "status": str(self.run.status),
            "text": "\n".join(message.render(citations="strip") for message in self.messages),
            "tool_calls": [{"name": call_name(call), "output": call_outputs(call)} for call in self.calls],
            "files": [{"file_id": file_id, "path": str(path)} for file_id, path in self.files],
            "sources": self.sources,
            "thread_id": self.run.thread_id,
            "run_id": self.run.id,
            "error": self.failure,
            "usage": None if self.run.usage is None else self.run.usage.as_dict(),
        }
