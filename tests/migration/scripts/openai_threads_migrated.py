"""A script as people wrote them for the Assistants API of the openai package: functions, a data file, a search, and a stream."""

import io
import json
import os

from azure.core.credentials import AzureKeyCredential

from agentkit import AIProjectClient
from agentkit.exceptions import ResourceNotFoundError
from agentkit.models import CodeInterpreterTool, FileSearchTool, FunctionTool, MessageDeltaChunk, ThreadMessageOptions, ToolSet

MODEL = "gpt-4o-mini"
CSV = b"month,sales\nJanuary,120\nFebruary,150\nMarch,90\n"
HANDBOOK = b"The office opens at eight in the morning.\n\nHolidays are requested four weeks ahead.\n"


def fetch_weather(location: str) -> str:
    """Tells the weather of a place.

    :param location: The place.
    """
    weather = {"Paris": "Rainy, 15 degrees", "Rome": "Sunny, 27 degrees"}
    return json.dumps({"weather": weather.get(location, "unknown")})


def last_text(client: AIProjectClient, thread_id: str) -> str:
    newest = client.agents.list_messages(thread_id=thread_id, limit=1).data[0]
    return newest.text_messages[0].text.value


def functions(client: AIProjectClient) -> None:
    toolset = ToolSet()
    toolset.add(FunctionTool({fetch_weather}))
    assistant = client.agents.create_agent(model=MODEL, name="weather", instructions="You tell the weather.", toolset=toolset)
    print("assistant:", assistant.name, assistant.model, [tool.type for tool in assistant.tools])
    thread = client.agents.create_thread()
    client.agents.create_message(thread_id=thread.id, role="user", content="What is the weather in Rome?")
    run = client.agents.create_and_process_run(thread_id=thread.id, assistant_id=assistant.id, sleep_interval=0.05)
    print("run:", run.status, run.last_error)
    print("answer:", last_text(client, thread.id))
    steps = client.agents.list_run_steps(thread_id=thread.id, run_id=run.id, order="asc")
    print("steps:", [str(step.type) for step in steps.data])
    print("assistant is gone:", client.agents.delete_agent(assistant.id).deleted)


def data_file(client: AIProjectClient) -> None:
    file = client.agents.upload_file(file=("sales.csv", io.BytesIO(CSV)), purpose="assistants")
    print("file:", file.filename, file.bytes, file.purpose)
    interpreter = CodeInterpreterTool(file_ids=[file.id])
    assistant = client.agents.create_agent(
        model=MODEL,
        name="analyst",
        instructions="You work with data.",
        tools=interpreter.definitions,
        tool_resources=interpreter.resources,
    )
    question = ThreadMessageOptions(role="user", content="Draw a bar chart of the sales by month.")
    thread = client.agents.create_thread(messages=[question])
    run = client.agents.create_and_process_run(thread_id=thread.id, assistant_id=assistant.id, sleep_interval=0.05)
    newest = client.agents.list_messages(thread_id=thread.id, limit=1).data[0]
    images = [image.image_file.file_id for image in newest.image_contents]
    print("chart:", run.status, len(images) > 0)
    print("content:", b"".join(client.agents.get_file_content(images[0]))[:8] == b"\x89PNG\r\n\x1a\n")
    client.agents.delete_file(file.id)
    client.agents.delete_agent(assistant.id)


def documents(client: AIProjectClient) -> None:
    file = client.agents.upload_file(file=("handbook.txt", io.BytesIO(HANDBOOK)), purpose="assistants")
    store = client.agents.create_vector_store(name="handbook")
    batch = client.agents.create_vector_store_file_batch_and_poll(store.id, file_ids=[file.id], sleep_interval=0.05)
    print("store:", store.name, batch.status, batch.file_counts.completed)
    search = FileSearchTool(vector_store_ids=[store.id])
    assistant = client.agents.create_agent(
        model=MODEL,
        name="clerk",
        instructions="Answer from the files.",
        tools=search.definitions,
        tool_resources=search.resources,
    )
    question = ThreadMessageOptions(role="user", content="When does the office open?")
    thread = client.agents.create_thread(messages=[question])
    text = ""
    with client.agents.create_stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
        for _, data, _ in stream:
            if isinstance(data, MessageDeltaChunk):
                text += data.text
    print("stream:", client.agents.list_runs(thread.id).data[0].status, "eight" in text)
    client.agents.delete_vector_store(store.id)
    try:
        client.agents.get_vector_store(store.id)
    except ResourceNotFoundError as error:
        print("gone:", error.status_code)
    client.agents.delete_agent(assistant.id)


if __name__ == "__main__":
    with AIProjectClient(
        endpoint=os.environ["AZURE_OPENAI_ENDPOINT"],
        credential=AzureKeyCredential(os.environ["AZURE_OPENAI_API_KEY"]),
    ) as project_client:
        functions(project_client)
        data_file(project_client)
        documents(project_client)
