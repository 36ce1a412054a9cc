# mypy: ignore-errors
"""A script as people wrote them for azure-ai-projects 1.0.0b10: functions, a data file, a search in documents, and a stream."""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from azure.ai.projects import AIProjectClient
from azure.ai.projects.models import (
    AgentEventHandler,
    CodeInterpreterTool,
    FilePurpose,
    FileSearchTool,  # documents
    FunctionTool,
    MessageDeltaChunk,
    MessageRole,
    RunStatus,
    ThreadRun,
    ToolSet,
)
from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceNotFoundError

MODEL = "gpt-4o-mini"
CSV = "month,sales\nJanuary,120\nFebruary,150\nMarch,90\n"
HANDBOOK = "The office opens at eight in the morning.\n\nHolidays are requested four weeks ahead.\n"


class KeyCredential:
    """Shows the key of the service as a token."""

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken(os.environ["AGENTKIT_LOCAL_KEY"], int(time.time()) + 3600)


class Collector(AgentEventHandler):
    """Keeps the text and the states of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.states: list[str] = []

    def on_message_delta(self, delta: MessageDeltaChunk) -> None:
        self.text += delta.text

    def on_thread_run(self, run: ThreadRun) -> None:
        self.states.append(str(run.status.value))

    def on_error(self, data: str) -> None:
        print("error in the stream:", data)


def fetch_weather(location: str) -> str:
    """
    Tells the weather of a place.

    :param location: The place.
    """
    weather = {"Paris": "Rainy, 15 degrees", "Rome": "Sunny, 27 degrees"}
    return json.dumps({"weather": weather.get(location, "unknown")})


def last_text(client: AIProjectClient, thread_id: str) -> str:
    message = client.agents.list_messages(thread_id=thread_id).get_last_text_message_by_role(MessageRole.AGENT)
    return message.text.value if message else "(nothing)"


def functions(client: AIProjectClient) -> None:
    toolset = ToolSet()
    toolset.add(FunctionTool(functions={fetch_weather}))
    client.agents.enable_auto_function_calls(toolset=toolset)
    agent = client.agents.create_agent(model=MODEL, name="weather", instructions="You tell the weather.", toolset=toolset)
    print("agent:", agent.name, agent.model, [tool.type for tool in agent.tools])
    thread = client.agents.create_thread()
    client.agents.create_message(thread_id=thread.id, role=MessageRole.USER, content="What is the weather in Rome?")
    run = client.agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id, sleep_interval=0)
    print("run:", run.status == RunStatus.COMPLETED, run.last_error)
    print("answer:", last_text(client, thread.id))
    steps = client.agents.list_run_steps(thread_id=thread.id, run_id=run.id, order="asc")
    print("steps:", [str(step.type.value) for step in steps.data])
    print("called:", [call.function.name for call in steps.data[0].step_details.tool_calls])
    print("agent is gone:", client.agents.delete_agent(agent.id).deleted)


def data_file(client: AIProjectClient) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sales.csv"
        path.write_text(CSV, encoding="utf-8")
        file = client.agents.upload_file_and_poll(file_path=str(path), purpose=FilePurpose.AGENTS, sleep_interval=0)
    print("file:", file.filename, file.bytes, file.purpose == FilePurpose.AGENTS)
    interpreter = CodeInterpreterTool(file_ids=[file.id])
    agent = client.agents.create_agent(
        model=MODEL,
        name="analyst",
        instructions="You work with data.",
        tools=interpreter.definitions,
        tool_resources=interpreter.resources,
    )
    thread = client.agents.create_thread()
    client.agents.create_message(thread_id=thread.id, role="user", content="Draw a bar chart of the sales by month.")
    run = client.agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id, sleep_interval=0)
    messages = client.agents.list_messages(thread_id=thread.id)
    print("chart:", run.status == RunStatus.COMPLETED, len(messages.image_contents) > 0)
    with tempfile.TemporaryDirectory() as folder:
        for image in messages.image_contents[:1]:
            client.agents.save_file(file_id=image.image_file.file_id, file_name="chart.png", target_dir=folder)
            print("saved:", (Path(folder) / "chart.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n")
    client.agents.delete_file(file.id)
    client.agents.delete_agent(agent.id)


def documents(client: AIProjectClient) -> None:
    file = client.agents.upload_file(file=("handbook.txt", HANDBOOK.encode()), purpose="assistants")
    store = client.agents.create_vector_store_and_poll(file_ids=[file.id], name="handbook", sleep_interval=0.05)
    print("store:", store.name, store.status == "completed", store.file_counts.completed)
    search = FileSearchTool(vector_store_ids=[store.id])
    agent = client.agents.create_agent(
        model=MODEL,
        name="clerk",
        instructions="Answer from the files.",
        tools=search.definitions,
        tool_resources=search.resources,
    )
    thread = client.agents.create_thread()
    client.agents.create_message(thread_id=thread.id, role="user", content="When does the office open?")
    with client.agents.create_stream(thread_id=thread.id, agent_id=agent.id, event_handler=Collector()) as stream:
        stream.until_done()
        print("stream:", stream.states[-1], "eight" in stream.text)
    newest = client.agents.list_messages(thread_id=thread.id).data[0]
    print("cited:", [annotation["type"] for annotation in newest["content"][0]["text"]["annotations"]])
    client.agents.delete_vector_store(store.id)
    try:
        client.agents.get_vector_store(store.id)
    except ResourceNotFoundError as error:
        print("gone:", error.status_code)
    client.agents.delete_agent(agent.id)


if __name__ == "__main__":
    with AIProjectClient.from_connection_string(
        conn_str=os.environ["PROJECT_CONNECTION_STRING"], credential=KeyCredential()
    ) as project_client:
        functions(project_client)
        data_file(project_client)
        documents(project_client)
