"""Tools, sets of them and models, as a user with a strict type checker writes them; both checkers read it, and it is run."""

# pyright: strict
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from typing_extensions import assert_type

from agentkit import AIProjectClient, Refuse
from agentkit.models import (
    CodeInterpreterTool,
    CodeInterpreterToolDefinition,
    FileSearchTool,
    FunctionTool,
    FunctionToolDefinition,
    OpenApiAnonymousAuthDetails,
    OpenApiTool,
    RequiredFunctionToolCall,
    RequiredFunctionToolCallDetails,
    RunStatus,
    ThreadMessageOptions,
    ThreadRun,
    ToolDefinition,
    ToolOutput,
    ToolResources,
    ToolSet,
    hosted,
)


def weather(city: str) -> str:
    """The weather of a city.

    :param city: Its name.
    """
    return json.dumps({"city": city, "weather": "rain"})


def tools() -> ToolSet:
    """Every tool has definitions of its own kind; a set gives them as their base class, and a tool back as what it is."""
    code, search, functions = CodeInterpreterTool(), FileSearchTool(vector_store_ids=["vs_1"]), FunctionTool({weather})
    assert_type(code.definitions, list[CodeInterpreterToolDefinition])
    assert_type(functions.definitions, list[FunctionToolDefinition])
    assert_type(search.resources, ToolResources)
    described: dict[str, Any] = {"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    OpenApiTool(name="api", spec=described, description="An API.", auth=OpenApiAnonymousAuthDetails())
    together = ToolSet()
    together.add(code)
    together.add(functions)
    assert_type(together.definitions, list[ToolDefinition])
    assert_type(together.get_tool(FunctionTool), FunctionTool)
    assert_type(together.get_tool(tool_type=CodeInterpreterTool), CodeInterpreterTool)
    return together


def models() -> None:
    """A model is made by keywords or from a mapping, and read by attribute or as a mapping."""
    call = RequiredFunctionToolCall(id="call_1", function=RequiredFunctionToolCallDetails(name="weather", arguments="{}"))
    assert_type(call.function.name, str)
    run = ThreadRun({"id": "run_1", "status": "completed"})
    assert_type(run["status"], Any)
    assert_type(run.get("status"), Any | None)
    assert_type(dict(run), dict[str, Any])
    assert_type(run.as_dict(exclude_readonly=True), dict[str, Any])
    assert run.status == RunStatus.COMPLETED
    by_name: Mapping[str, Any] = run
    assert_type(sorted(by_name), list[str])
    assert_type(ThreadMessageOptions(role="user", content="Hello"), ThreadMessageOptions)
    described = hosted.FunctionTool(name="weather", parameters={"type": "object", "properties": {}}, strict=True)
    assert_type(described.name, str)


def allow(name: str, arguments: Mapping[str, Any]) -> Refuse | None:
    """Which calls are made."""
    return None if name == "weather" and "city" in arguments else Refuse("Only the weather.")


def main(client: AIProjectClient) -> None:
    """An agent with tools; its calls are answered by the client, and once by hand."""
    models()
    toolset = tools()
    with (
        client.agents.temporary_agent(model="gpt-4o-mini", toolset=toolset) as agent,
        client.agents.temporary_thread() as thread,
    ):
        client.agents.create_message(thread.id, role="user", content="What is the weather in Oslo?")
        done = client.agents.create_and_process_run(
            thread.id, agent_id=agent.id, on_tool_call=allow, max_parallel=2, timeout=30
        )
        assert done.status == RunStatus.COMPLETED, done.last_error
        asking = client.agents.create_run(thread.id, agent_id=agent.id, model=None, temperature=0.2)
        asking = client.agents.cancel_run(thread.id, asking.id) if asking.status == RunStatus.QUEUED else asking
        assert_type(asking, ThreadRun)
    assert ToolOutput(tool_call_id="call_1", output="{}").as_dict() == {"tool_call_id": "call_1", "output": "{}"}
