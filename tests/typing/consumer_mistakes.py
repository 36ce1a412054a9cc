"""Mistakes that a type checker finds; never run. A line in which one of the two finds nothing fails, since its comment is then unused."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

from agentkit import AIProjectClient, aio
from agentkit.models import (
    Agent,
    AgentEventHandler,
    AsyncAgentEventHandler,
    CodeInterpreterTool,
    FileSearchTool,
    FunctionTool,
    ThreadRun,
    ToolSet,
)


def calls(client: AIProjectClient) -> None:
    """Arguments and results of calls."""
    client.agents.create_agent(modle="gpt-4o-mini")  # type: ignore[call-overload]
    client.agents.create_agent(name="no model")  # type: ignore[call-overload]
    client.agents.create_agent(model=4)  # type: ignore[call-overload]
    client.agents.create_thread(headers=["a"])  # type: ignore[call-overload]
    client.agents.get_thread()  # type: ignore[call-arg]
    client.agents.get_agent("asst_1", retries=3)  # type: ignore[call-arg]
    client.agents.get_agent("asst_1", read_timeout="soon")  # type: ignore[arg-type]
    client.agents.creat_agent(model="gpt-4o-mini")  # type: ignore[attr-defined]
    _ = client.agents.get_agent("asst_1").nmae  # type: ignore[attr-defined]
    _ = client.assistants  # type: ignore[attr-defined]
    number: int = client.agents.get_agent("asst_1").name  # type: ignore[assignment]
    assert_type(client.agents.get_agent("asst_1"), ThreadRun)  # type: ignore[assert-type]
    client.agents.list_messages("thread_1").parse_last("Weather")  # type: ignore[arg-type]
    AIProjectClient("http://127.0.0.1:1", credential="key", api_versoin="v1")  # type: ignore[call-arg]
    print(number)


def handlers(client: AIProjectClient, other: aio.AIProjectClient) -> None:
    """Handlers of the other client, and callbacks of the wrong type."""
    client.agents.create_stream("t", agent_id="a", event_handler=AsyncAgentEventHandler[Any]())  # type: ignore[call-overload]
    other.agents.create_stream("t", agent_id="a", event_handler=AgentEventHandler[Any]())  # type: ignore[call-overload]
    client.agents.create_stream("t", agent="a")  # type: ignore[call-overload]

    class Wrong(AgentEventHandler[str]):
        """A callback that takes something else than is given to it."""

        def on_thread_run(self, run: Agent) -> str | None:  # type: ignore[override]
            return run.name

    print(Wrong)


def tools() -> None:
    """Tools, and the forms of them that belong to agentkit.models.hosted."""
    FunctionTool(len)  # type: ignore[arg-type]
    FunctionTool(name="weather", parameters={})  # type: ignore[call-arg]
    CodeInterpreterTool(container="auto")  # type: ignore[call-arg]
    FileSearchTool(vector_store_ids=[1])  # type: ignore[list-item]
    ToolSet().get_tool("FunctionTool")  # type: ignore[arg-type]
    ToolSet().add(len)  # type: ignore[arg-type]


async def awaited(client: aio.AIProjectClient) -> None:
    """Calls of the async client that are not awaited."""
    _ = client.agents.get_agent("asst_1").name  # type: ignore[attr-defined]
    for agent in await client.agents.list_agents():
        assert_type(agent, Agent)  # type: ignore[assert-type]
    for _ in client.agents.threads.list():  # type: ignore[attr-defined]
        break
