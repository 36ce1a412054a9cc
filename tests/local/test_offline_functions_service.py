"""The offline model behind a service, over HTTP: its calls become required actions and steps, their outputs its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from function_talk import EMAIL, USUAL, agent
from service_script import path_of, submit
from service_wire import Wire


@pytest.fixture
def wire(serve: Callable[..., Wire]) -> Wire:
    return serve(model=None)


def asked_for(run: Any) -> list[tuple[str, Any]]:
    assert run["status"] == "requires_action", run["last_error"]
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]


def answer(wire: Wire, thread: Any) -> Any:
    return wire.messages(thread)[-1]["content"][0]["text"]["value"]


@pytest.mark.parametrize("parallel", [True, False])
def test_functions_are_called_one_after_the_other_or_at_once(wire: Wire, parallel: bool) -> None:
    thread = wire.thread("Send an email with the weather in Oslo and the time to ann@contoso.example")
    run = wire.finished(thread, wire.agent(tools=list(USUAL)), parallel_tool_calls=parallel)
    first = [("fetch_weather", {"location": "Oslo"}), ("fetch_current_datetime", {})]
    outputs = {"fetch_weather": '{"weather": "rain"}', "fetch_current_datetime": '"noon"'}
    for calls in [first] if parallel else [[call] for call in first]:
        assert asked_for(run) == calls
        submit(wire, run, *(outputs[name] for name, _ in calls))
        run = wire.wait(wire.get(path_of(run)))
    body = "Weather for Oslo: rain.\nDatetime: noon."
    assert asked_for(run) == [
        ("send_email", {"recipient": "ann@contoso.example", "subject": "Weather and datetime", "body": body})
    ]
    submit(wire, run, '{"message": "Sent."}')
    assert wire.wait(wire.get(path_of(run)))["status"] == "completed"
    assert "- Send email: Sent.\n" in answer(wire, thread)


def test_a_forced_function_is_called_and_what_is_missing_asked_for_where_nothing_is_forced(wire: Wire) -> None:
    offered = wire.agent(tools=[EMAIL])
    choice = {"type": "function", "function": {"name": "send_email"}}
    run = wire.finished(wire.thread("Hello"), offered, tool_choice=choice)
    assert asked_for(run) == [("send_email", {"recipient": "", "subject": "", "body": ""})]
    thread = wire.thread("Send an email to ann@contoso.example")
    assert wire.finished(thread, offered)["status"] == "completed"
    assert "To call send_email, I still need: subject and body." in answer(wire, thread)


def test_another_agent_is_asked_and_its_answer_told(wire: Wire) -> None:
    tool = agent("sum_agent", "Solves equations.")
    tool["connected_agent"]["id"] = wire.agent(tools=[{"type": "code_interpreter"}], name="sum_agent")["id"]
    thread = wire.thread("Ask the sum agent to solve the equation 2x = 6")
    run = wire.finished(thread, wire.agent(tools=[tool]))
    assert run["status"] == "completed", run["last_error"]
    told = answer(wire, thread)
    assert told.startswith("sum_agent answered: Here is how to solve `2x = 6`:")
    assert "**x = 3**" in told
    assert told.count("(From agentkit's offline model") == 1


def test_a_tool_of_a_cloud_is_called_and_said_to_be_missing(wire: Wire) -> None:
    thread = wire.thread("Search the web for Euler's identity")
    bing = {"type": "bing_grounding", "bing_grounding": {"connections": [{"connection_id": "c"}]}}
    assert wire.finished(thread, wire.agent(tools=[bing]))["status"] == "completed"
    assert answer(wire, thread).startswith(
        "Bing grounding (Euler's identity) failed: The tool 'bing_grounding' is not available offline"
    )
