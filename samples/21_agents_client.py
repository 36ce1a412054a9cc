"""The client of agents alone, in the names of azure-ai-agents 1.x: calls by area.

An agent reads an uploaded file, calls a function of this program, and answers; the figures are invented.

Offline, on the embedded local service: python samples/21_agents_client.py
In Azure: the same, with PROJECT_ENDPOINT set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named
gpt-4o-mini.
"""

import json
import os

from agentkit import AgentsClient
from agentkit.models import (
    AgentEventHandler,
    FilePurpose,
    FileSearchTool,
    FunctionTool,
    ListSortOrder,
    MessageDeltaChunk,
    MessageRole,
    ToolSet,
)

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
HOUSE_RULES = b"""House rules of the hotel Bristol

Breakfast is served from 7 to 10 in the winter garden.
The sauna is open from 16 to 22; towels are at the reception.
Dogs are welcome and cost 15 euros a night.
"""


def fetch_weather(city: str) -> str:
    """Fetch the weather in a city.

    :param city: The city, such as Oslo.
    """
    return json.dumps({"city": city, "weather": {"Oslo": "rain", "Rome": "sunshine"}.get(city, "clouds")})


class Printer(AgentEventHandler[None]):
    """Prints the answer as it comes."""

    def on_message_delta(self, delta: MessageDeltaChunk) -> None:
        print(delta.text, end="")

    def on_done(self) -> None:
        print()


def main() -> None:
    with AgentsClient.from_env() as client:
        file = client.files.upload_and_poll(
            file=("house-rules.txt", HOUSE_RULES), purpose=FilePurpose.AGENTS, polling_interval=0.5
        )
        store = client.vector_stores.create_and_poll(file_ids=[file.id], name="house rules", polling_interval=0.5)
        print(f"The store has {store.file_counts.completed} file: {file.filename}")

        toolset = ToolSet()
        toolset.add(FunctionTool([fetch_weather]))
        toolset.add(FileSearchTool(vector_store_ids=[store.id]))
        client.enable_auto_function_calls(toolset)
        agent = client.create_agent(
            model=MODEL, name="concierge", instructions="You are the concierge of a hotel.", toolset=toolset
        )

        thread = client.threads.create()
        client.messages.create(thread_id=thread.id, role=MessageRole.USER, content="What is the weather in Oslo?")
        run = client.runs.create_and_process(thread_id=thread.id, agent_id=agent.id)
        print(f"The run ended as {run.status}, after {len(list(client.run_steps.list(thread.id, run.id)))} steps")
        answer = client.messages.get_last_message_text_by_role(thread.id, MessageRole.AGENT)
        if answer:
            print(f"Concierge: {answer.text.value}")

        client.messages.create(thread_id=thread.id, role=MessageRole.USER, content="When is the sauna open?")
        with client.runs.stream(thread.id, agent_id=agent.id, event_handler=Printer()) as stream:
            stream.until_done()

        # The list asks for two messages at a time, and goes on by itself.
        for message in client.messages.list(thread.id, order=ListSortOrder.ASCENDING, limit=2):
            print(f"  {message.role}: {message.text_messages[0].text.value.splitlines()[0]}")

        client.threads.delete(thread.id)
        client.delete_agent(agent.id)
        client.vector_stores.delete(store.id)
        client.files.delete(file.id)
        print("Deleted thread, agent, store and file")


if __name__ == "__main__":
    main()
