"""What people and models have written is in the spans where that is asked for, and nowhere else; secrets never are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import HttpResponseError
from agentkit.local import LocalService
from agentkit.local.models.scripted import call
from agentkit.telemetry.agents import AIAgentsInstrumentor
from client.faces import KEY, Connect, Face, done
from client.rounds import both_ways, talk, toolset
from client.servers import Answer, RawServer
from telemetry.spans import Spans, contents

Serve = Callable[..., LocalService]

WRITTEN = ("QUESTION-TEXT", "ANSWER-TEXT", "RULES-TEXT", "MORE-RULES", "ARGUMENT-TEXT", "RESULT-TEXT", "ADDED-TEXT")


def look_up(word: str) -> str:
    """Look a word up."""
    return f"RESULT-TEXT for {word}"


async def whole_story(face: Face, serve: Serve, connect: Connect, way: str) -> LocalService:
    """A run in which something is written in every place where something can be."""
    tools = toolset(face, look_up)
    talking = await talk(serve, connect, call("look_up", word="ARGUMENT-TEXT"), "ANSWER-TEXT", toolset=tools)
    agents = talking.agents
    await done(agents.update_agent(talking.agent.id, instructions="RULES-TEXT"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "QUESTION-TEXT"}]))
    await done(agents.create_message(thread.id, role="user", content="QUESTION-TEXT"))
    talking.thread = thread
    added = [{"role": "user", "content": "ADDED-TEXT"}]
    run = await talking.run(way, additional_instructions="MORE-RULES", additional_messages=added)
    await done(agents.list_messages(thread.id))
    await done(agents.list_run_steps(thread.id, run.id))
    return talking.service


@both_ways
async def test_without_content_nothing_that_was_written_is_in_the_spans(
    spans: Spans, face: Face, serve: Serve, connect: Connect, way: str
) -> None:
    service = await whole_story(face, serve, connect, way)
    text = spans.text()
    assert [word for word in WRITTEN if word in text] == []
    assert service.key not in text
    # That there were messages, and who wrote them, is told.
    assert contents(spans.one("create_message"), "gen_ai.user.message") == [{"role": "user"}]
    (output,) = contents(spans.one("submit_tool_outputs"), "gen_ai.tool.message")
    assert output["content"] == ""
    assert output["id"].startswith("call_")


@both_ways
async def test_with_content_all_of_it_is(recorded: Spans, face: Face, serve: Serve, connect: Connect, way: str) -> None:
    service = await whole_story(face, serve, connect, way)
    text = recorded.text()
    assert [word for word in WRITTEN if word not in text] == []
    assert service.key not in text
    assert contents(recorded.one("create_message"), "gen_ai.user.message") == [{"role": "user", "content": "QUESTION-TEXT"}]
    (output,) = contents(recorded.one("submit_tool_outputs"), "gen_ai.tool.message")
    assert output["content"] == "RESULT-TEXT for ARGUMENT-TEXT"
    tool = recorded.told("execute_tool look_up")
    assert tool["gen_ai.tool.call.arguments"] == '{"word": "ARGUMENT-TEXT"}'
    assert tool["gen_ai.tool.call.result"] == "RESULT-TEXT for ARGUMENT-TEXT"


async def test_the_words_of_an_error_are_content(spans: Spans, connect: Connect, raws: Callable[..., RawServer]) -> None:
    refusal = {"error": {"code": "bad_text", "message": "cannot take QUESTION-TEXT"}}
    server = raws(Answer(400, body=refusal), Answer(400, body=refusal))
    agents = connect(server).agents
    for content in (False, True):
        AIAgentsInstrumentor().instrument(enable_content_recording=content)
        spans.clear()
        with pytest.raises(HttpResponseError):
            await done(agents.get_agent("asst_1"))
        span = spans.one("get_agent")
        assert ("QUESTION-TEXT" in spans.text()) is content
        assert KEY not in spans.text()
        assert "400" in str(span.status.description)


async def test_headers_and_parameters_of_a_call_are_not_told(recorded: Spans, connect: Connect, service: LocalService) -> None:
    agents = connect(service).agents
    await done(agents.create_thread(headers={"X-Token": "HEADER-SECRET"}, params={"sig": "PARAMETER-SECRET"}))
    assert "SECRET" not in recorded.text()


async def test_secrets_of_a_run_s_own_tools_are_not_told(recorded: Spans, connect: Connect, raws: Any) -> None:
    server = raws(Answer(body={"id": "asst_1", "object": "assistant", "created_at": 1, "model": "m"}))
    tools = [
        {"type": "mcp", "server_label": "s", "server_url": "https://127.0.0.1", "headers": {"Authorization": "TOOL-SECRET"}}
    ]
    await done(connect(server).agents.create_agent(model="m", tools=tools))
    assert "SECRET" not in recorded.text()
