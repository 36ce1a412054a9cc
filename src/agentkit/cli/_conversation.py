"""A conversation with an agent on one thread: what is sent, what is read of the run, and what is saved of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._citations import message_files
from .._core.polling import is_active
from .._naming import safe_file_name
from ..models import (
    CodeInterpreterToolDefinition,
    FileSearchToolDefinition,
    MessageAttachment,
    RunEventHandler,
)
from ._finding import find_agent, source_names
from ._turn import Settings, Turn
from ._view import View

if TYPE_CHECKING:
    from .. import AIProjectClient
    from ..models import Agent, AgentThread, RunStep, RunStepToolCall, ThreadMessage, ToolDefinition

__all__ = ["Conversation"]

_MODEL_VARIABLE, _MODEL = "MODEL_DEPLOYMENT_NAME", "gpt-4o-mini"
_NAME = "agentkit-chat"
_INSTRUCTIONS = "You are a helpful agent."
# What the services' file search reads; everything else is for code.
_SEARCHED = frozenset(
    {".c", ".cpp", ".cs", ".css", ".doc", ".docx", ".go", ".html", ".java", ".js", ".md", ".pdf", ".php", ".pptx", ".py", ".rb"}
    | {".sh", ".tex", ".ts", ".txt"}
)


@dataclass(frozen=True)
class _Tools:
    """The tools of one run, in place of its agent's."""

    definitions: Sequence[ToolDefinition]
    resources: Any = None


class _Handler(RunEventHandler[None]):
    """Shows a run as it is streamed."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self.calls: list[RunStepToolCall] = []

    def on_text_delta(self, text: str, message_snapshot: ThreadMessage) -> None:
        self._view.text(text)

    def on_message_completed(self, message: ThreadMessage) -> None:
        self._view.end_of_text()

    def on_tool_call_created(self, call: RunStepToolCall, step: RunStep) -> None:
        if getattr(call, "function", None) is None:
            self._view.call_begins(call)

    def on_tool_call_completed(self, call: RunStepToolCall, step: RunStep) -> None:
        self.calls.append(call)
        self._view.call_ends(call)

    def on_error(self, data: str) -> None:
        # The run's own end says the same, and comes after it.
        """The service reports an error."""


class Conversation:
    """A conversation on one thread. Leaving its block deletes the agent that was made for it; the thread stays.

    :param client: of the service.
    :param view: shows what happens.
    :param settings: what it is to be like.
    """

    def __init__(self, client: AIProjectClient, view: View, settings: Settings) -> None:
        self._client, self._view, self._settings = client, view, settings
        self._files: list[MessageAttachment] = []
        self._if_active = "error"
        self.needs = {"code_interpreter"} if settings.code_interpreter else set()
        self.agent: Agent | None = None
        self.thread: AgentThread | None = None

    def __enter__(self) -> Conversation:
        settings = self._settings
        if settings.agent is not None:
            self.agent = find_agent(self._client, settings.agent)
        if settings.thread is not None:
            self.thread = self._client.agents.get_thread(settings.thread)
        return self

    def __exit__(self, *_: object) -> None:
        if self._settings.agent is None and self.agent is not None:
            self._client.agents.delete_agent(self.agent.id)

    def attach(self, path: Path) -> str:
        """Upload a file that goes with the next message.

        :return: what will read it, in words.
        """
        searched = path.suffix.lower() in _SEARCHED and not self._settings.code_interpreter
        kind = "file_search" if searched else "code_interpreter"
        file = self._client.agents.upload_file_and_poll(file_path=path, purpose="assistants")
        if file.status == "error":
            raise ValueError(f"the service could not take in {path}: {file.status_details or 'it does not say why'}")
        definition = FileSearchToolDefinition() if searched else CodeInterpreterToolDefinition()
        self._files.append(MessageAttachment(file_id=file.id, tools=[definition]))
        self.needs.add(kind)
        return kind.replace("_", " ")

    def send(self, text: str) -> Turn:
        """Send a message, show what the agent does, and save the files that it makes.

        :raises ~agentkit.exceptions.MissingToolError: the agent asks for functions of a program; the run was cancelled.
        :raises KeyboardInterrupt: the run was cancelled by the user.
        """
        agents = self._client.agents
        if self.thread is None:
            self.thread = agents.create_thread()
        agent, files = self._agent(), self._files
        agents.create_message(self.thread.id, role="user", content=text, attachments=files or None, if_active=self._if_active)
        self._files = []
        options: dict[str, Any] = {"toolset": self._run_tools(agent), "on_missing_tool": "raise", "if_active": self._if_active}
        if self._settings.agent is not None:
            options |= {"instructions": self._settings.instructions, "model": self._settings.model}
        # A run that was broken off may take a while to be cancelled, and nobody else may wait on this thread.
        self._if_active = "cancel"
        try:
            turn = (self._streamed if self._settings.streams else self._polled)(self.thread.id, agent.id, options)
        except KeyboardInterrupt:
            self._cancel(self.thread.id)
            raise
        if not is_active("run", turn.run.status):
            self._if_active = "error"
        self._look_after(turn)
        return turn

    def _agent(self) -> Agent:
        """The agent, which is made or changed where it was made here and lacks a tool that is needed by now."""
        if self._settings.agent is not None and self.agent is not None:
            return self.agent
        tools = self._tools()
        if self.agent is None:
            self.agent = self._client.agents.create_agent(
                model=self._settings.model or os.environ.get(_MODEL_VARIABLE, "").strip() or _MODEL,
                name=_NAME,
                instructions=self._settings.instructions or _INSTRUCTIONS,
                tools=tools,
            )
        elif len(tools) > len(self.agent.tools or ()):
            self.agent = self._client.agents.update_agent(self.agent.id, tools=tools)
        return self.agent

    def _tools(self) -> list[ToolDefinition]:
        made: dict[str, ToolDefinition] = {
            "code_interpreter": CodeInterpreterToolDefinition(),
            "file_search": FileSearchToolDefinition(),
        }
        return [made[kind] for kind in sorted(self.needs)]

    def _run_tools(self, agent: Agent) -> _Tools | None:
        """An agent's tools with those that it lacks; None where it lacks none."""
        own = list(agent.tools or ())
        lacking = [tool for tool in self._tools() if tool.type not in {known.type for known in own}]
        return _Tools([*own, *lacking]) if lacking else None

    def _streamed(self, thread_id: str, agent_id: str, options: dict[str, Any]) -> Turn:
        handler = _Handler(self._view)
        stream = self._client.agents.create_stream(
            thread_id, agent_id=agent_id, event_handler=handler, cancel_on_exit=True, **options
        )
        with stream:
            handler.until_done()
            run = handler.current_run
        if run is None:
            raise RuntimeError("the stream of the run ended without telling of a run: try again, or with --no-stream")
        return Turn(run, list(handler.current_messages), handler.calls)

    def _cancel(self, thread_id: str) -> None:
        """Cancel the run that the user broke off, which may have been started without its answer being read."""
        runs = self._client.agents.list_runs(thread_id, limit=1).data
        if runs and is_active("run", runs[0].status) and runs[0].status != "cancelling":
            self._client.agents.cancel_run(thread_id, runs[0].id)

    def _polled(self, thread_id: str, agent_id: str, options: dict[str, Any]) -> Turn:
        agents = self._client.agents
        run = agents.create_and_process_run(thread_id, agent_id=agent_id, on_timeout="cancel", **options)
        steps = list(agents.list_run_steps(thread_id, run.id, order="asc", limit=100).auto_paging_iter())
        calls = [call for step in steps for call in getattr(step.step_details, "tool_calls", None) or ()]
        for call in calls:
            if getattr(call, "function", None) is None:
                self._view.call_begins(call)
            self._view.call_ends(call)
        listed = agents.list_messages(thread_id, run_id=run.id, order="asc", limit=100).auto_paging_iter()
        messages = [message for message in listed if message.role == "assistant"]
        for message in messages:
            self._view.text("\n".join(part.text.value for part in message.text_messages))
            self._view.end_of_text()
        return Turn(run, messages, calls)

    def _look_after(self, turn: Turn) -> None:
        """Name the sources of an answer, and save the files that it shows or links to."""
        folder = self._settings.folder / safe_file_name(turn.run.thread_id)
        for message in turn.messages:
            turn.sources += source_names(self._client, message)
            for file_id, name in message_files(message):
                path = self._client.agents.save_file(file_id, _free_name(folder, name), folder)
                turn.files.append((file_id, path))
        turn.sources = list(dict.fromkeys(turn.sources))
        self._view.sources(turn.sources)
        for _, path in turn.files:
            self._view.saved(path)


def _free_name(folder: Path, name: str) -> str:
    """The name, with a number before its ending where a file of an earlier turn has it."""
    chosen, count, path = name, 1, Path(name)
    while (folder / chosen).exists():
        count += 1
        chosen = f"{path.stem}-{count}{path.suffix}"
    return chosen
