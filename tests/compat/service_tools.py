"""What the published client is put through with the tools that the service itself works with."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from event_streams import told
from installed import models as m
from listening import ANSWER, BEGINNING, CALLS, collected, data, expect_classes, last, names, pieces_of_calls, said
from scenarios import PROMPT
from turns import OUTPUTS, call, calls, hand_over

if TYPE_CHECKING:
    from clients import Api, Report

HANDBOOK = b"# The museum\n\nThe museum opens at ten. On Thursdays the museum is open until nine in the evening.\n"
FOUND_TEXT = m.RunAdditionalFieldList.FILE_SEARCH_CONTENTS
WITH_CALLS = [*BEGINNING, *CALLS, "thread.run.step.completed", *ANSWER]


async def code_interpreter(api: Api, report: Report) -> None:
    agent = await api.create_agent(model="m", name="coder", tools=m.CodeInterpreterTool().definitions)
    thread = await api.create_thread(messages=[m.ThreadMessageOptions(role="user", content=PROMPT)])
    with report.check("code and what it makes come in a stream"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
        assert names(events) == WITH_CALLS, names(events)
        expect_classes(events)
    with report.check("the pieces of code come to the code"):
        (made,) = data(events, "thread.run.step.completed")[0].step_details.tool_calls
        assert isinstance(made, m.RunStepCodeInterpreterToolCall)
        pieces = pieces_of_calls(events)
        assert all(isinstance(piece, m.RunStepDeltaCodeInterpreterToolCall) for piece in pieces)
        assert pieces[0].id == made.id
        assert "".join(piece.code_interpreter.input or "" for piece in pieces) == made.code_interpreter.input
    with report.check("the outputs of code come in its pieces"):
        outputs = [output for piece in pieces for output in piece.code_interpreter.outputs or ()]
        assert [output.index for output in outputs] == [0, 1]
        logs, image = outputs
        assert isinstance(logs, m.RunStepDeltaCodeInterpreterLogOutput)
        assert isinstance(image, m.RunStepDeltaCodeInterpreterImageOutput)
        whole_logs, whole_image = made.code_interpreter.outputs
        assert (logs.logs, image.image.file_id) == (whole_logs.logs, whole_image.image.file_id)
    with report.check("images and links come in the pieces of the answer"):
        blocks = [block for delta in data(events, "thread.message.delta") for block in delta.delta.content]
        assert isinstance(blocks[0], m.MessageDeltaImageFileContent)
        assert blocks[0].image_file.file_id == image.image.file_id
        assert all(isinstance(block, m.MessageDeltaTextContent) for block in blocks[1:])
        message = last(events, "thread.message.completed")
        assert said(events) == message.text_messages[0].text.value
        (link,) = [one for block in blocks[1:] for one in block.text.annotations or ()]
        assert isinstance(link, m.MessageDeltaTextFilePathAnnotation)
        (whole_link,) = message.file_path_annotations
        assert link.file_path.file_id == whole_link.file_path.file_id
        assert (link.text, link.start_index, link.end_index) == (whole_link.text, whole_link.start_index, whole_link.end_index)


async def file_search(api: Api, report: Report) -> None:
    file = await api.upload_file_and_poll(file=("museum.md", HANDBOOK), purpose="assistants", sleep_interval=0.1)
    store = await api.create_vector_store_and_poll(file_ids=[file.id], name="museum", sleep_interval=0.1)
    tool = m.FileSearchTool(vector_store_ids=[store.id])
    agent = await api.create_agent(model="m", name="searcher", tools=tool.definitions, tool_resources=tool.resources)
    question = m.ThreadMessageOptions(role="user", content="Until when is the museum open on Thursdays?")
    thread = await api.create_thread(messages=[question])
    with report.check("a search and its results come in a stream"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
        assert names(events) == WITH_CALLS, names(events)
        expect_classes(events)
        pieces = pieces_of_calls(events)
        assert all(isinstance(piece, m.RunStepDeltaFileSearchToolCall) for piece in pieces)
        (result,) = [result for piece in pieces for result in piece.file_search.results or ()]
        assert isinstance(result, m.RunStepFileSearchToolCallResult)
        assert (result.file_id, result.file_name, result.score > 0, result.content) == (file.id, "museum.md", True, None)
    with report.check("the steps of a search have their classes"):
        (made,) = data(events, "thread.run.step.completed")[0].step_details.tool_calls
        assert isinstance(made, m.RunStepFileSearchToolCall)
        assert made.id == pieces[0].id
        assert made.file_search.results[0].file_id == file.id
    with report.check("citations come in the pieces of the answer"):
        blocks = [block for delta in data(events, "thread.message.delta") for block in delta.delta.content]
        cited = [one for block in blocks for one in block.text.annotations or ()]
        assert cited
        assert all(isinstance(one, m.MessageDeltaTextFileCitationAnnotation) for one in cited)
        message = last(events, "thread.message.completed")
        whole = [one.file_citation.file_id for one in message.file_citation_annotations]
        assert [one.file_citation.file_id for one in cited] == whole == [file.id] * len(cited)
    with report.check("a stream that includes what was found has it"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id, include=[FOUND_TEXT]))
        (made,) = data(events, "thread.run.step.completed")[0].step_details.tool_calls
        assert "until nine" in made.file_search.results[0].content[0].text


async def connected_agents(api: Api, report: Report) -> None:
    desk, _ = await told(api, "Until nine.")
    tool = m.ConnectedAgentTool(id=desk.id, name="desk", description="Knows when the museum is open.")
    turns = (calls(hand_over("desk", "Until when?")), f"The desk says: {OUTPUTS}")
    with report.check("a connected agent is accepted"):
        guide, thread = await told(api, *turns, tools=tool.definitions)
        (definition,) = (await api.get_agent(guide.id)).tools
        assert isinstance(definition, m.ConnectedAgentToolDefinition)
        assert (definition.connected_agent.id, definition.connected_agent.name) == (desk.id, "desk")
    with report.check("create_and_process_run has a connected agent answer"):
        run = await api.create_and_process_run(thread.id, agent_id=guide.id, sleep_interval=0.1)
        assert run.status == "completed", run.last_error
        answer = (await api.list_messages(thread.id)).get_last_text_message_by_role("assistant")
        assert answer.text.value == "The desk says: Until nine."
    with report.check("create_stream has a connected agent answer"):
        events = await collected(await api.create_stream(thread.id, agent_id=guide.id))
        assert names(events) == WITH_CALLS, names(events)
        expect_classes(events)
        (made,) = data(events, "thread.run.step.completed")[0].step_details.tool_calls
        assert (made.type, made["connected_agent"]["output"]) == ("connected_agent", "Until nine.")
        assert said(events) == answer.text.value


async def open_api(api: Api, report: Report) -> None:
    with weather_api() as url:
        tool = m.OpenApiTool("weather", "The weather of cities.", document(url), m.OpenApiAnonymousAuthDetails())
        turns = (calls(call("forecast", kind="openapi", city="Oslo")), f"It says: {OUTPUTS}")
        with report.check("an API is accepted"):
            agent, thread = await told(api, *turns, tools=tool.definitions)
            (definition,) = (await api.get_agent(agent.id)).tools
            assert isinstance(definition, m.OpenApiToolDefinition)
            assert isinstance(definition.openapi.auth, m.OpenApiAnonymousAuthDetails)
            assert definition.openapi.spec == document(url)
        with report.check("create_and_process_run has an API called"):
            run = await api.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.1)
            assert run.status == "completed", run.last_error
            (step, _) = (await api.list_run_steps(thread.id, run.id, order="asc")).data
            (made,) = step.step_details.tool_calls
            assert isinstance(made, m.RunStepOpenAPIToolCall)
            assert json.loads(made.open_api["output"]) == {"asked": "/forecast?city=Oslo"}
        with report.check("create_stream has an API called"):
            events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
            assert names(events) == WITH_CALLS, names(events)
            expect_classes(events)
            assert said(events).startswith("It says: ")
            assert "/forecast?city=Oslo" in said(events)


async def definitions(api: Api, report: Report) -> None:
    with report.check("the definitions of tools that work in a cloud are accepted"):
        queue = m.AzureFunctionStorageQueue(storage_service_endpoint="https://storage.invalid", queue_name="q")
        tools = [
            *m.BingGroundingTool(connection_id="c").definitions,
            *m.BingCustomSearchTool(connection_id="c", instance_name="i").definitions,
            *m.SharepointTool(connection_id="c").definitions,
            *m.FabricTool(connection_id="c").definitions,
            *m.AzureAISearchTool("c", "index").definitions,
            *m.AzureFunctionTool("lookup", "Looks up.", {"type": "object"}, queue, queue).definitions,
        ]
        agent = await api.create_agent(model="m", name="cloudy", tools=tools)
        assert [type(tool) for tool in (await api.get_agent(agent.id)).tools] == [type(tool) for tool in tools]


class _Weather(BaseHTTPRequestHandler):
    """Says what it was asked for."""

    def do_GET(self) -> None:
        body = json.dumps({"asked": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing of it on stderr."""


@contextmanager
def weather_api() -> Iterator[str]:
    """An HTTP API of this machine, as its URL."""
    with HTTPServer(("127.0.0.1", 0), _Weather) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="weather-api")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def document(url: str) -> dict[str, Any]:
    """The OpenAPI document of the API."""
    city = {"name": "city", "in": "query", "required": True, "schema": {"type": "string"}}
    operation = {
        "operationId": "forecast",
        "summary": "The forecast for a city.",
        "parameters": [city],
        "responses": {"200": {"description": "What is expected."}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Weather", "version": "1"},
        "servers": [{"url": url}],
        "paths": {"/forecast": {"get": operation}},
    }


ON_OFFLINE = (code_interpreter, file_search)
"""What the offline model does by itself."""

ON_TOLD = (connected_agents, open_api, definitions)
"""What needs a model that does what it is told."""
