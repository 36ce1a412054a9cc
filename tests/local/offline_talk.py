"""Talks with the offline model as a run does: its code is executed, and what came of it is handed back."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentkit.local.interpreter import InputFile, Interpreter
from agentkit.local.models.base import ChatMessage, FileRef, ModelRequest, ToolCall, ToolResult
from agentkit.local.models.offline import OfflineModel

_MOST_TURNS = 5


@dataclass
class Talk:
    """What one message came to: the answer, the calls, what they printed, and the files that they left by name."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    shown: int = 0

    @property
    def numbers(self) -> dict[str, str]:
        """The ``label: number`` lines of the last output, as they were printed."""
        rows = [
            line.rsplit(": ", 1) for line in self.outputs[-1].splitlines() if ": " in line and not line.startswith("Note: ")
        ]
        return {label: value for label, value in rows if value.lstrip("-").replace(".", "", 1).isdigit()}


def request(
    *messages: str, tools: Sequence[str | Mapping[str, Any]] = ("code_interpreter",), files: Sequence[str] = (), **more: Any
) -> ModelRequest:
    """A request with these messages of the user, the newest last."""
    offered = [{"type": tool} if isinstance(tool, str) else tool for tool in tools]
    refs = [FileRef(f"file-{number}", name) for number, name in enumerate(files)]
    return ModelRequest("any", "", [ChatMessage("user", text) for text in messages], tools=offered, files=refs, **more)


def talk(*messages: str, files: Mapping[str, bytes] | None = None, folder: Path | None = None, **more: Any) -> Talk:
    """Ask the offline model and carry out its code until it answers.

    :param messages: The messages of the user, the newest last.
    :param files: The content of the files under ``/mnt/data`` by their names.
    :param folder: Where to put them for the interpreter.
    """
    given = files or {}
    inputs = []
    for name, content in given.items():
        assert folder is not None
        (folder / name).write_bytes(content)
        inputs.append(InputFile(name, folder / name))
    asked, done = request(*messages, files=list(given), **more), Talk()
    with Interpreter(trusted=True) as interpreter:
        for _ in range(_MOST_TURNS):
            turn = OfflineModel().respond(asked)
            if not turn.tool_calls:
                done.text = turn.text
                return done
            (call,) = turn.tool_calls
            outcome = interpreter.execute(call.input, inputs)
            made = [file for file in outcome.files if not file.shown]
            done.calls.append(call)
            done.outputs.append(outcome.stdout + (outcome.error or ""))
            done.files.update({file.name: file.path.read_bytes() for file in made})
            done.shown += sum(file.shown for file in outcome.files)
            refs = tuple(FileRef("made", file.name) for file in made)
            result = ToolResult(call, done.outputs[-1], refs, outcome.error is not None)
            asked = dataclasses.replace(asked, results=[*asked.results, result])
    raise AssertionError(f"no answer after {_MOST_TURNS} turns")


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels."""
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def corner(content: bytes) -> tuple[int, ...]:
    """The colour of a PNG's first pixel."""
    from io import BytesIO

    from matplotlib.image import imread

    return tuple(round(float(part) * 255) for part in imread(BytesIO(content))[0][0][:3])
