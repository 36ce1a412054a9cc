"""Reads a run with a handler that says itself what an event becomes: here the text of the answer.

The handler gets each event as two lines of text, the name and the JSON.

Offline, on the embedded local service: python samples/12_stream_base_handler.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import json
import os
from collections.abc import Iterator

from agentkit import AIProjectClient
from agentkit.models import BaseAgentEventHandler, CodeInterpreterTool

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "Solve 5x - 8 = 2x + 19, please."


class TextHandler(BaseAgentEventHandler[str | None]):
    """Turns an event into the text that it adds to the answer, or into None."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def _process_event(self, event_data_str: str) -> str | None:
        name_line, data_line = event_data_str.split("\n", 1)
        name = name_line.removeprefix("event: ")
        self.names.append(name)
        if name != "thread.message.delta":
            return None
        delta = json.loads(data_line.removeprefix("data: "))["delta"]
        return "".join(part["text"]["value"] for part in delta["content"] if part["type"] == "text")

    def get_stream_chunks(self) -> Iterator[str]:
        """The pieces of the answer, and nothing else."""
        for chunk in self:
            if chunk:
                yield chunk


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agent = project_client.agents.create_agent(
            model=MODEL,
            name="math-tutor",
            instructions="You help with mathematics.",
            tools=CodeInterpreterTool().definitions,
        )
        thread = project_client.agents.create_thread()
        project_client.agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"You: {PROMPT}\nAgent: ", end="")

        handler = TextHandler()
        with project_client.agents.create_stream(thread_id=thread.id, agent_id=agent.id, event_handler=handler) as stream:
            for chunk in stream.get_stream_chunks():
                print(chunk, end="", flush=True)
        print()
        print(f"{len(handler.names)} events came, the last three of them: {', '.join(handler.names[-3:])}")

        project_client.agents.delete_thread(thread.id)
        project_client.agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
