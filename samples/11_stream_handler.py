"""Reads a run with a handler of its own: one method for each kind of event.

The chart is saved in samples-output/11_stream_handler.

Offline, on the embedded local service: python samples/11_stream_handler.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import (
    AgentEventHandler,
    CodeInterpreterTool,
    MessageDeltaChunk,
    RunStep,
    RunStepDeltaChunk,
    RunStepDeltaCodeInterpreterToolCall,
    RunStepDeltaToolCallObject,
    ThreadMessage,
    ThreadRun,
)

OUTPUT = Path("samples-output/11_stream_handler")
MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "Please draw a pie chart of the rooms that we sold: Single: 12, Double: 30, Family: 8"


class Watcher(AgentEventHandler[None]):
    """Prints the answer as it is written, counts the lines of code, and notes which images were shown."""

    def __init__(self) -> None:
        super().__init__()
        self.code = ""
        self.image_ids: list[str] = []

    def on_thread_run(self, run: ThreadRun) -> None:
        if run.status == "failed":
            print(f"The run failed: {run.last_error}")

    def on_run_step(self, step: RunStep) -> None:
        if step.type == "tool_calls" and step.status == "completed":
            print(f"The agent wrote and ran {len(self.code.splitlines())} lines of Python")

    def on_run_step_delta(self, delta: RunStepDeltaChunk) -> None:
        details = delta.delta.step_details
        if isinstance(details, RunStepDeltaToolCallObject):
            for call in details.tool_calls or []:
                if isinstance(call, RunStepDeltaCodeInterpreterToolCall) and call.code_interpreter:
                    self.code += call.code_interpreter.input or ""

    def on_message_delta(self, delta: MessageDeltaChunk) -> None:
        print(delta.text, end="", flush=True)

    def on_thread_message(self, message: ThreadMessage) -> None:
        if message.status == "completed":
            print()
            self.image_ids += [image.image_file.file_id for image in message.image_contents]

    def on_error(self, data: str) -> None:
        print(f"The service reports: {data}")

    def on_unhandled_event(self, event_type: str, event_data: str) -> None:
        print(f"Something new, {event_type}: {event_data}")


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agent = project_client.agents.create_agent(
            model=MODEL,
            name="chart-maker",
            instructions="You draw charts. Run Python to do so.",
            tools=CodeInterpreterTool().definitions,
        )
        thread = project_client.agents.create_thread()
        project_client.agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"You: {PROMPT}")

        with project_client.agents.create_stream(thread_id=thread.id, agent_id=agent.id, event_handler=Watcher()) as stream:
            stream.until_done()

        for file_id in stream.image_ids:
            saved = project_client.agents.save_file(file_id, "rooms.png", OUTPUT)
            print(f"Saved the image to: {saved}")

        project_client.agents.delete_thread(thread.id)
        project_client.agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
