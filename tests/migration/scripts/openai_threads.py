# mypy: ignore-errors
"""A script as people wrote them for the Assistants API of the openai package: functions, a data file, a search, and a stream."""

import io
import json
import os
import warnings
from typing import Any

from openai import AzureOpenAI, NotFoundError

warnings.simplefilter("ignore", DeprecationWarning)

MODEL = "gpt-4o-mini"
CSV = b"month,sales\nJanuary,120\nFebruary,150\nMarch,90\n"
HANDBOOK = b"The office opens at eight in the morning.\n\nHolidays are requested four weeks ahead.\n"
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "fetch_weather",
        "description": "Tells the weather of a place.",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string", "description": "The place."}},
            "required": ["location"],
        },
    },
}


def fetch_weather(location: str) -> str:
    weather = {"Paris": "Rainy, 15 degrees", "Rome": "Sunny, 27 degrees"}
    return json.dumps({"weather": weather.get(location, "unknown")})


def last_text(client: AzureOpenAI, thread_id: str) -> str:
    newest = client.beta.threads.messages.list(thread_id=thread_id, limit=1).data[0]
    return next(part.text.value for part in newest.content if part.type == "text")


def functions(client: AzureOpenAI) -> None:
    assistant = client.beta.assistants.create(
        model=MODEL, name="weather", instructions="You tell the weather.", tools=[WEATHER]
    )
    print("assistant:", assistant.name, assistant.model, [tool.type for tool in assistant.tools])
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread_id=thread.id, role="user", content="What is the weather in Rome?")
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=50)
    while run.status == "requires_action" and run.required_action:
        outputs = []
        for call in run.required_action.submit_tool_outputs.tool_calls:
            arguments = json.loads(call.function.arguments)
            outputs.append({"tool_call_id": call.id, "output": fetch_weather(**arguments)})
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            thread_id=thread.id, run_id=run.id, tool_outputs=outputs, poll_interval_ms=50
        )
    print("run:", run.status, run.last_error)
    print("answer:", last_text(client, thread.id))
    steps = client.beta.threads.runs.steps.list(thread_id=thread.id, run_id=run.id, order="asc")
    print("steps:", [step.type for step in steps])
    print("assistant is gone:", client.beta.assistants.delete(assistant.id).deleted)


def data_file(client: AzureOpenAI) -> None:
    file = client.files.create(file=("sales.csv", io.BytesIO(CSV)), purpose="assistants")
    print("file:", file.filename, file.bytes, file.purpose)
    assistant = client.beta.assistants.create(
        model=MODEL,
        name="analyst",
        instructions="You work with data.",
        tools=[{"type": "code_interpreter"}],
        tool_resources={"code_interpreter": {"file_ids": [file.id]}},
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Draw a bar chart of the sales by month."}])
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=50)
    parts = client.beta.threads.messages.list(thread_id=thread.id, limit=1).data[0].content
    images = [part.image_file.file_id for part in parts if part.type == "image_file"]
    print("chart:", run.status, len(images) > 0)
    print("content:", client.files.content(images[0]).read()[:8] == b"\x89PNG\r\n\x1a\n")
    client.files.delete(file.id)
    client.beta.assistants.delete(assistant.id)


def documents(client: AzureOpenAI) -> None:
    file = client.files.create(file=("handbook.txt", io.BytesIO(HANDBOOK)), purpose="assistants")
    store = client.vector_stores.create(name="handbook")
    batch = client.vector_stores.file_batches.create_and_poll(store.id, file_ids=[file.id], poll_interval_ms=50)
    print("store:", store.name, batch.status, batch.file_counts.completed)
    assistant = client.beta.assistants.create(
        model=MODEL,
        name="clerk",
        instructions="Answer from the files.",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "When does the office open?"}])
    text = ""
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
        for delta in stream.text_deltas:
            text += delta
    print("stream:", stream.get_final_run().status, "eight" in text)
    client.vector_stores.delete(store.id)
    try:
        client.vector_stores.retrieve(store.id)
    except NotFoundError as error:
        print("gone:", error.status_code)
    client.beta.assistants.delete(assistant.id)


if __name__ == "__main__":
    with AzureOpenAI(
        azure_endpoint=os.environ["AZURE_OPENAI_ENDPOINT"],
        api_key=os.environ["AZURE_OPENAI_API_KEY"],
        api_version="2024-05-01-preview",
    ) as openai_client:
        functions(openai_client)
        data_file(openai_client)
        documents(openai_client)
