"""Tools whose work is done in a cloud: agents may have them, and are told that they are not available here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from outside_calls import api, connected, entries
from service_wire import Wire

from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel

Serve = Callable[..., Wire]

CONNECTIONS = {"connections": [{"connection_id": "some-connection"}]}
QUEUE = {"type": "storage_queue", "storage_queue": {"queue_service_endpoint": "https://queues", "queue_name": "q"}}
CLOUD: dict[str, Any] = {
    "azure_ai_search": {"type": "azure_ai_search"},
    "azure_function": {
        "type": "azure_function",
        "azure_function": {"function": {"name": "f", "parameters": {}}, "input_binding": QUEUE, "output_binding": QUEUE},
    },
    "bing_custom_search": {
        "type": "bing_custom_search",
        "bing_custom_search": {"search_configurations": [{"connection_id": "c", "instance_name": "i"}]},
    },
    "bing_grounding": {"type": "bing_grounding", "bing_grounding": CONNECTIONS},
    "fabric_dataagent": {"type": "fabric_dataagent", "fabric_dataagent": CONNECTIONS},
    "sharepoint_grounding": {"type": "sharepoint_grounding", "sharepoint_grounding": CONNECTIONS},
    "deep_research": {"type": "deep_research", "deep_research": {"model": "m"}},
    "mcp": {"type": "mcp", "server_label": "tools", "server_url": "https://mcp"},
}


@pytest.mark.parametrize("kind", CLOUD)
def test_a_call_is_told_that_it_was_not_made_and_the_run_goes_on(serve: Serve, kind: str) -> None:
    model = ScriptedModel([ModelTurn(tool_calls=[ToolCall(kind, input="what is new?")]), "I could not look it up."])
    wire = serve(model=model)
    agent = wire.agent(tools=[CLOUD[kind]])
    assert agent["tools"] == [CLOUD[kind]]
    thread = wire.thread("What is new?")
    run = wire.finished(thread, agent)
    assert run["status"] == "completed", run["last_error"]
    (result,) = model.requests[1].results
    assert result.failed
    assert f"The tool '{kind}' is not available offline" in result.output
    step = wire.steps(run)[0]
    (call,) = step["step_details"]["tool_calls"]
    assert (step["status"], call["type"], call["id"][:5]) == ("completed", kind, "call_")
    assert call[kind] == {"input": "what is new?", "output": result.output}
    assert wire.messages(thread)[-1]["content"][0]["text"]["value"] == "I could not look it up."


def test_a_tool_that_is_called_like_a_function_keeps_its_arguments(serve: Serve) -> None:
    call = ToolCall("azure_function", name="f", arguments='{"a": 1}')
    wire = serve(model=ScriptedModel([ModelTurn(tool_calls=[call]), "No."]))
    run = wire.finished(wire.thread("hi"), wire.agent(tools=[CLOUD["azure_function"]]))
    (entry,) = entries(wire, run)
    assert (entry["name"], entry["arguments"]) == ("f", '{"a": 1}')
    assert "Azure Functions cannot be reached" in entry["output"]


def test_calls_of_several_kinds_in_one_turn_are_all_answered_in_order(serve: Serve) -> None:
    turn = ModelTurn(tool_calls=[ToolCall("mcp", input="a"), ToolCall("bing_grounding", input="b"), ToolCall("mcp", input="c")])
    model = ScriptedModel([turn, "Done."])
    wire = serve(model=model)
    run = wire.finished(wire.thread("hi"), wire.agent(tools=[CLOUD["mcp"], CLOUD["bing_grounding"]]))
    assert [entry["input"] for entry in entries(wire, run)] == ["a", "b", "c"]
    assert [result.call.input for result in model.requests[1].results] == ["a", "b", "c"]


def test_a_later_run_of_the_thread_knows_of_the_calls(serve: Serve) -> None:
    first = ModelTurn(
        tool_calls=[
            ToolCall("bing_grounding", input="news"),
            ToolCall("azure_function", name="f", arguments='{"a": 1}'),
            ToolCall("connected_agent", name="other", input='say "hé"'),
            ToolCall("openapi", name="call", arguments="{}"),
        ]
    )
    model = ScriptedModel([first, "inner", "Done.", "Again."])
    wire = serve(model=model)
    spec = {"paths": {"/": {"get": {"operationId": "call"}}}}
    tools = [CLOUD["bing_grounding"], CLOUD["azure_function"], connected(wire.agent(), "other"), api(spec)]
    thread, agent = wire.thread("hi"), wire.agent(tools=tools)
    assert wire.finished(thread, agent)["status"] == "completed"
    assert wire.finished(thread, agent)["status"] == "completed"
    assert list(model.requests[-1].earlier_calls) == list(first.tool_calls)


@pytest.mark.parametrize("kind", ["bing_grounding", "mcp"])
def test_a_call_of_a_tool_that_the_run_has_not_fails_it(serve: Serve, kind: str) -> None:
    wire = serve(model=ScriptedModel([ModelTurn(tool_calls=[ToolCall(kind, input="x")])]))
    run = wire.finished(wire.thread("hi"), wire.agent())
    assert run["status"] == "failed"
    assert f"{kind}, which is not among the tools of this run" in run["last_error"]["message"]


def test_a_choice_that_forces_one_is_met_by_its_call(serve: Serve) -> None:
    model = ScriptedModel(["I would rather not.", ModelTurn(tool_calls=[ToolCall("bing_grounding", input="x")]), "Sorry."])
    wire = serve(model=model)
    agent = wire.agent(tools=[CLOUD["bing_grounding"]])
    run = wire.finished(wire.thread("hi"), agent, tool_choice={"type": "bing_grounding"})
    assert run["status"] == "completed", run["last_error"]
    assert "Call bing_grounding now" in model.requests[1].instructions
    assert model.requests[2].tool_choice == "auto"


@pytest.mark.parametrize(("kind", "known"), [("code_interpretor", "code_interpreter"), ("functions", "function")])
def test_a_known_kind_misspelt_is_refused_with_the_known_ones(shared: Wire, kind: str, known: str) -> None:
    error = shared.refused("POST", "/assistants", json={"model": "m", "tools": [{"type": kind}]})
    assert error["param"] == "tools[0].type"
    assert f"'{kind}' was sent, allowed are " in error["message"]
    assert f"'{known}'" in error["message"]


def test_the_fields_of_a_known_kind_are_still_asked_for(shared: Wire) -> None:
    error = shared.refused("POST", "/assistants", json={"model": "m", "tools": [{"type": "bing_grounding"}]})
    assert error["param"] == "tools[0].bing_grounding"
