# mypy: ignore-errors
"""A script as people wrote them for azure-ai-agents 1.1.0: functions, a data file, a search in documents, and a stream."""

import json
import os
import time
from typing import Any

import azure.ai.agents.models as models
from azure.ai.agents import AgentsClient
from azure.ai.agents.models import FileInfo, FunctionTool, ListSortOrder, MessageRole, RunStatus, ToolSet
from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceNotFoundError

MODEL = "gpt-4o-mini"
CSV = b"month,sales\nJanuary,120\nFebruary,150\nMarch,90\n"
HANDBOOK = b"The office opens at eight in the morning.\n\nHolidays are requested four weeks ahead.\n"


class KeyCredential:
    """Shows the key of the service as a token."""

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken(os.environ["AGENTKIT_LOCAL_KEY"], int(time.time()) + 3600)


def fetch_weather(location: str) -> str:
    """
    Tells the weather of a place.

    :param location: The place.
    """
    weather = {"Paris": "Rainy, 15 degrees", "Rome": "Sunny, 27 degrees"}
    return json.dumps({"weather": weather.get(location, "unknown")})


class Collector(models.AgentEventHandler):
    """Keeps the text and the states of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.states: list[str] = []

    def on_message_delta(self, delta: models.MessageDeltaChunk) -> None:
        self.text += delta.text

    def on_thread_run(self, run: models.ThreadRun) -> None:
        self.states.append(str(run.status.value))


def upload(client: AgentsClient, name: str, content: bytes) -> FileInfo:
    file = client.files.upload_and_poll(file=(name, content), purpose=models.FilePurpose.AGENTS, polling_interval=0)
    print("file:", file.filename, file.bytes, type(file).__name__ in ("FileInfo", "OpenAIFile"))
    return file


def functions(client: AgentsClient) -> None:
    toolset = ToolSet()
    toolset.add(FunctionTool(functions={fetch_weather}))
    client.enable_auto_function_calls(toolset)
    agent = client.create_agent(model=MODEL, name="weather", instructions="You tell the weather.", toolset=toolset)
    print("agent:", agent.name, agent.model, [tool.type for tool in agent.tools])
    thread = client.threads.create()
    client.messages.create(thread_id=thread.id, role=MessageRole.USER, content="What is the weather in Rome?")
    run = client.runs.create_and_process(thread_id=thread.id, agent_id=agent.id, polling_interval=0)
    print("run:", run.status == RunStatus.COMPLETED, run.last_error)
    text = client.messages.get_last_message_text_by_role(thread_id=thread.id, role=MessageRole.AGENT)
    print("answer:", text.text.value if text else "(nothing)")
    steps = list(client.run_steps.list(thread_id=thread.id, run_id=run.id, order=ListSortOrder.ASCENDING))
    print("steps:", [str(step.type.value) for step in steps])
    print("called:", [call.function.name for call in steps[0].step_details.tool_calls])
    print("deleted:", client.delete_agent(agent.id))


def paging(client: AgentsClient) -> None:
    thread = client.threads.create(metadata={"kind": "paging"})
    for number in range(5):
        client.messages.create(thread.id, role="user", content=f"message {number}")
    listed = client.messages.list(thread.id, limit=2, order=ListSortOrder.ASCENDING)
    print("messages:", [message.text_messages[0].text.value for message in listed])
    pages = client.messages.list(thread.id, limit=2, order=ListSortOrder.ASCENDING).by_page()
    sizes = [len(list(page)) for page in pages]
    print("pages:", [size for size in sizes if size])
    print("thread:", client.threads.get(thread.id).metadata)
    client.threads.delete(thread.id)


def data_file(client: AgentsClient) -> None:
    file = upload(client, "sales.csv", CSV)
    interpreter = models.CodeInterpreterTool(file_ids=[file.id])
    agent = client.create_agent(
        model=MODEL,
        name="analyst",
        instructions="You work with data.",
        tools=interpreter.definitions,
        tool_resources=interpreter.resources,
    )
    thread = client.threads.create()
    client.messages.create(thread_id=thread.id, role="user", content="Draw a bar chart of the sales by month.")
    run = client.runs.create_and_process(thread_id=thread.id, agent_id=agent.id, polling_interval=0)
    message = client.messages.get_last_message_by_role(thread_id=thread.id, role=MessageRole.AGENT)
    images = message.image_contents if message else []
    print("chart:", run.status == RunStatus.COMPLETED, len(images) > 0)
    for image in images[:1]:
        content = b"".join(client.files.get_content(image.image_file.file_id))
        print("content:", content[:8] == b"\x89PNG\r\n\x1a\n")
    client.files.delete(file.id)
    client.delete_agent(agent.id)


def documents(client: AgentsClient) -> None:
    file = upload(client, "handbook.txt", HANDBOOK)
    store = client.vector_stores.create_and_poll(file_ids=[file.id], name="handbook", polling_interval=0.05)
    print("store:", store.name, store.status == "completed", store.file_counts.completed)
    search = models.FileSearchTool(vector_store_ids=[store.id])
    agent = client.create_agent(
        model=MODEL,
        name="clerk",
        instructions="Answer from the files.",
        tools=search.definitions,
        tool_resources=search.resources,
    )
    thread = client.threads.create()
    client.messages.create(thread_id=thread.id, role="user", content="When does the office open?")
    with client.runs.stream(thread_id=thread.id, agent_id=agent.id, event_handler=Collector()) as stream:
        stream.until_done()
        print("stream:", stream.states[-1], "eight" in stream.text)
    client.vector_stores.delete(store.id)
    try:
        client.vector_stores.get(store.id)
    except ResourceNotFoundError as error:
        print("gone:", error.status_code)
    client.delete_agent(agent.id)


if __name__ == "__main__":
    with AgentsClient(endpoint=os.environ["PROJECT_ENDPOINT"], credential=KeyCredential()) as agents_client:
        functions(agents_client)
        paging(agents_client)
        data_file(agents_client)
        documents(agents_client)
