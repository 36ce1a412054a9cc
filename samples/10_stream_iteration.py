"""Reads a run event by event: its states, what its code printed, the answer as it is written.

Offline, on the embedded local service: python samples/10_stream_iteration.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient
from agentkit.models import (
    AgentStreamEvent,
    CodeInterpreterTool,
    MessageDeltaChunk,
    RunStep,
    RunStepCodeInterpreterLogOutput,
    RunStepCodeInterpreterToolCall,
    RunStepToolCallDetails,
    ThreadRun,
)

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "I need to solve the equation `3x + 11 = 14`. Can you help me?"


def print_logs(step: RunStep) -> None:
    """Print what the code of a step printed."""
    if not isinstance(step.step_details, RunStepToolCallDetails):
        return
    for call in step.step_details.tool_calls:
        if isinstance(call, RunStepCodeInterpreterToolCall):
            for output in call.code_interpreter.outputs:
                if isinstance(output, RunStepCodeInterpreterLogOutput):
                    print(*(f"    {line}" for line in output.logs.splitlines()), sep="\n")


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agent = project_client.agents.create_agent(
            model=MODEL,
            name="math-tutor",
            instructions="You help with mathematics. Run code where it helps.",
            tools=CodeInterpreterTool().definitions,
        )
        thread = project_client.agents.create_thread()
        project_client.agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"You: {PROMPT}")

        pieces = 0
        with project_client.agents.create_stream(thread_id=thread.id, agent_id=agent.id) as stream:
            for event_type, event_data, _ in stream:
                if isinstance(event_data, MessageDeltaChunk):
                    pieces += 1
                    print(event_data.text, end="", flush=True)
                elif isinstance(event_data, ThreadRun):
                    print(event_type)
                elif isinstance(event_data, RunStep):
                    print(f"{event_type} ({event_data.type})")
                    if event_data.status == "completed":
                        print_logs(event_data)
                elif event_type == AgentStreamEvent.THREAD_MESSAGE_COMPLETED:
                    print()
                elif event_type == AgentStreamEvent.ERROR:
                    print(f"The service reports: {event_data}")
                elif event_type == AgentStreamEvent.DONE:
                    print(f"{event_type}: the answer came in {pieces} pieces")

        project_client.agents.delete_thread(thread.id)
        project_client.agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
