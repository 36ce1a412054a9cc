"""Every public method of the clients, as a call with arguments that a service could take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentkit.models import AgentEventHandler, AsyncAgentEventHandler, ConnectionType, ThreadMessage
from client.faces import Face, done, inside, pieces

from .secret_search import SECRETS

__all__ = ["GROUPS", "Call", "calls_of"]

GROUPS = ("agents", "connections", "evaluations", "inference", "telemetry")

SEND_NOTHING = frozenset({"enable", "enable_auto_function_calls"})

GIVES_SECRETS = {
    "get_connection_string": ("connection",),
    "get_application_insights_connection_string": ("connection",),
    "get_azure_openai_client": ("connection", "target"),
    "get_chat_completions_client": ("connection", "target"),
    "get_embeddings_client": ("connection", "target"),
    "get_image_embeddings_client": ("connection", "target"),
    "get_file_content": ("connection",),
}
"""What these give is a secret or holds one, which is what they are called for: a connection string, a client of another package, bytes.

A connection holds the address that it leads to, as it is; printing it shows no query.
"""

MCP = {"type": "mcp", "server_label": "s", "server_url": "https://tools.example/mcp"}
REMOTE = {"mcp": [{"server_label": "s", "headers": {"Authorization": f"Bearer {SECRETS['tool']}"}}]}
MESSAGE = {"id": "msg_1", "role": "assistant", "content": [{"type": "image_file", "image_file": {"file_id": "x_1"}}]}

ARGUMENTS: dict[str, Any] = {
    "agent_name": "helper",
    "agent_version": "1",
    "api_version": "2024-10-21",
    "connection_type": ConnectionType.AZURE_OPEN_AI,
    "content": "hello",
    "definition": {"kind": "prompt", "model": "m"},
    "file_ids": ["x_1"],
    "evaluation": {"data": {"type": "dataset", "id": "d"}, "evaluators": {}},
    "include_credentials": True,
    "manifest_id": "manifest",
    "message": ThreadMessage(MESSAGE),
    "model": "m",
    "name": "n",
    "parameter_values": {},
    "purpose": "assistants",
    "resource": {"name": "n"},
    "role": "user",
    "sleep_interval": 0.001,
    "tool_outputs": [{"tool_call_id": "call_1", "output": "rain"}],
    "tool_resources": REMOTE,
    "tools": [MCP],
}
"""By the name of the parameter; one whose name ends in ``id`` or ``name`` is an id."""

ALTERNATIVES = frozenset({"assistant_id", "version"})
"""Other names of what is given."""


@dataclass(frozen=True)
class Call:
    """A method of a group of operations.

    :param gives: The secrets that its result holds, since they are what is asked for.
    """

    group: str
    name: str
    gives: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.group}.{self.name}"

    async def made(self, client: Any, face: Face, folder: Path, **options: Any) -> Any:
        """Make the call, and take all that it gives: the pieces of a download, the events of a stream, the items of a list."""
        method = getattr(getattr(client, self.group), self.name)
        handler: Any = AsyncAgentEventHandler() if face.waits else AgentEventHandler()
        given = _arguments(method, folder, handler)
        if self.group == "inference" and self.name != "get_azure_openai_client":
            options = {}  # arguments of what it makes
        result = method(**given, **options)
        if self.name == "create_stream":
            async with inside(result) as events:
                await done(events.until_done())
            return None
        result = await done(result)
        if self.name == "submit_tool_outputs_to_stream":
            await done(handler.until_done())
        elif self.group == "inference":
            await done(result.close())
        elif hasattr(result, "__next__") or hasattr(result, "__anext__"):
            return await pieces(result)
        return result


def calls_of(client: Any) -> Iterator[Call]:
    """All methods of a client's groups that send something."""
    for group in GROUPS:
        for name, _ in inspect.getmembers(type(getattr(client, group)), inspect.isfunction):
            if not name.startswith("_") and name not in SEND_NOTHING:
                yield Call(group, name, ("target",) if group == "connections" else GIVES_SECRETS.get(name, ()))


def _arguments(method: Callable[..., Any], folder: Path, handler: Any) -> dict[str, Any]:
    parameters = inspect.signature(method).parameters.values()
    names = [one.name for one in parameters if one.kind is not one.VAR_KEYWORD and one.name not in ALTERNATIVES]
    given = {name: ARGUMENTS[name] for name in names if name in ARGUMENTS}
    needed = [one.name for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    given |= {name: "x_1" for name in names if name.endswith("_id") and name not in given and name != "run_id"}
    given |= {name: "x_1" for name in needed if name not in given}
    made: dict[str, Callable[[], Any]] = {
        "event_handler": lambda: handler,
        "file_name": lambda: "down.txt",
        "target_dir": lambda: str(folder),
        "file": lambda: ("up.txt", b"words of a file"),
    }
    return given | {
        name: make() for name, make in made.items() if (name in names and name != "event_handler") or name in needed
    }
