"""An agent with functions, a thread, and a model that follows a script: what tests of function calls begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from agentkit.local import LocalService
from agentkit.local.models.scripted import ScriptedModel
from agentkit.models import ToolResources
from agentkit.tools import AsyncFunctionTool, AsyncToolSet, FunctionTool, Tool, ToolSet

from .faces import Connect, Face, done, inside, pieces

__all__ = [
    "Offer",
    "Talk",
    "ask",
    "both_ways",
    "definitions",
    "function_tool",
    "offering",
    "ran",
    "submissions",
    "talk",
    "toolset",
]

both_ways = pytest.mark.parametrize("way", ["process", "stream"])
"""The two ways in which a client makes the function calls of a run."""


def function_tool(face: Face, *functions: Callable[..., Any]) -> Any:
    """The function tool of a client."""
    return (AsyncFunctionTool if face.waits else FunctionTool)(functions)


def toolset(face: Face, *functions: Callable[..., Any]) -> Any:
    """A set of tools of a client, with a function tool in it."""
    tools: Any = (AsyncToolSet if face.waits else ToolSet)()
    tools.add(function_tool(face, *functions))
    return tools


def offering(tools: Any, *functions: Callable[..., Any]) -> Any:
    """The set of tools, which now offers these functions as well, without anything that could call them."""
    tools.add(Offer(*functions))
    return tools


class Offer(Tool[Any]):
    """A tool that describes functions and cannot call them."""

    def __init__(self, *functions: Callable[..., Any]) -> None:
        self._definitions = definitions(*functions)

    @property
    def definitions(self) -> list[Any]:
        return self._definitions

    @property
    def resources(self) -> ToolResources:
        return ToolResources()

    def execute(self, tool_call: Any) -> None: ...


def definitions(*functions: Callable[..., Any]) -> list[Any]:
    """What an agent is told of functions, without a client that could call them."""
    return list(FunctionTool(functions).definitions)


@dataclass
class Talk:
    """A client's operations, the thread, the agent, what the model was asked, and the requests that the client sent."""

    agents: Any
    thread: Any
    agent: Any
    model: ScriptedModel
    service: LocalService
    sent: list[str] = field(default_factory=list)

    def outputs(self, turn: int = 1) -> list[str]:
        """The outputs of calls that the model had read by its turn of this number, counted from 0."""
        return [result.output for result in self.model.requests[turn].results]

    async def run(self, way: str = "process", **options: Any) -> Any:
        """Run the agent on the thread in one of the two ways, and return the run as it was last seen."""
        return await ran(self.agents, way, self.thread.id, **{"agent_id": self.agent.id, **options})

    async def last_run(self) -> Any:
        """The newest run on the thread, as the service has it."""
        return (await done(self.agents.list_runs(self.thread.id, limit=1))).data[0]


async def talk(
    serve: Callable[..., LocalService],
    connect: Connect,
    *turns: Any,
    tools: Iterable[Any] | None = None,
    toolset: Any = None,
    **options: Any,
) -> Talk:
    """Start a service whose model takes these turns, and make an agent and a thread with a question on it.

    :param tools: the agent's tools, of which the client knows no more than their definitions.
    :param toolset: the agent's tools, which the client remembers.
    :param options: those of the client.
    """
    model = ScriptedModel(turns)
    service = serve(model=model)
    sent: list[str] = []
    client = connect(service, raw_request_hook=lambda request: sent.append(_told(request)), **options)
    given = {"tools": list(tools)} if tools is not None else {}
    agent = await done(client.agents.create_agent(model="m", **given, toolset=toolset))
    thread = await done(ask(client.agents))
    sent.clear()
    return Talk(client.agents, thread, agent, model, service, sent)


def ask(agents: Any, question: str = "?") -> Any:
    """A new thread with a question."""
    return agents.create_thread(messages=[{"role": "user", "content": question}])


async def ran(agents: Any, way: str, thread_id: str, **options: Any) -> Any:
    """Run an agent on a thread in one of the two ways, and return the run as it was last seen."""
    if way == "process":
        return await done(agents.create_and_process_run(thread_id, sleep_interval=0.01, **options))
    async with inside(agents.create_stream(thread_id, **options)) as handler:
        await pieces(handler)
        return handler.current_run


def submissions(sent: list[str]) -> int:
    """How often outputs of functions were submitted."""
    return sum(line.endswith("/submit_tool_outputs") for line in sent)


def _told(request: Any) -> str:
    return f"{request.http_request.method} {request.http_request.url.partition('?')[0]}"
