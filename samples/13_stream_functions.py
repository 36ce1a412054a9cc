"""Functions inside a stream: the agent asks in the middle of its run, and the stream goes on.

Offline, on the embedded local service: python samples/13_stream_functions.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import json
import os

from agentkit import AIProjectClient
from agentkit.models import (
    AgentEventHandler,
    FunctionTool,
    MessageDeltaChunk,
    RequiredFunctionToolCall,
    SubmitToolOutputsAction,
    ThreadRun,
    ToolSet,
)

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "Hello, send an email with the datetime and weather information in New York to ann@example.com, please."


def fetch_current_datetime() -> str:
    """Get the current date and time."""
    return json.dumps({"current_time": "2025-03-07 09:30:00"})


def fetch_weather(location: str) -> str:
    """Fetch the weather information for a location.

    :param location: The location to fetch the weather for.
    """
    weather = {"New York": "Sunny, 25 degrees", "London": "Cloudy, 18 degrees"}
    return json.dumps({"weather": weather.get(location, "Weather data not available for this location.")})


def send_email(recipient: str, subject: str, body: str) -> str:
    """Send an email to a recipient.

    :param recipient: The email address of the recipient.
    :param subject: The subject of the email.
    :param body: The text of the email.
    """
    print(f"  | To: {recipient}\n  | Subject: {subject}")
    print(*(f"  | {line}" for line in body.splitlines()), sep="\n")
    return json.dumps({"message": f"Email successfully sent to {recipient}."})


class Watcher(AgentEventHandler[None]):
    """Prints what the agent asks for, and its answer as it is written."""

    def on_thread_run(self, run: ThreadRun) -> None:
        if run.status == "requires_action" and isinstance(run.required_action, SubmitToolOutputsAction):
            for call in run.required_action.submit_tool_outputs.tool_calls:
                if isinstance(call, RequiredFunctionToolCall):
                    print(f"The agent asks for {call.function.name}({call.function.arguments})")
        elif run.status == "failed":
            print(f"The run failed: {run.last_error}")

    def on_message_delta(self, delta: MessageDeltaChunk) -> None:
        print(delta.text, end="", flush=True)


def main() -> None:
    toolset = ToolSet()
    toolset.add(FunctionTool([fetch_current_datetime, fetch_weather, send_email]))

    with AIProjectClient.from_env() as project_client:
        agent = project_client.agents.create_agent(
            model=MODEL, name="assistant", instructions="You are a helpful agent.", toolset=toolset
        )
        thread = project_client.agents.create_thread()
        project_client.agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"You: {PROMPT}")

        with project_client.agents.create_stream(thread_id=thread.id, agent_id=agent.id, event_handler=Watcher()) as stream:
            run = stream.get_final_run()
        print()
        if run.usage:
            print(f"The run took {len(stream.current_steps)} steps and {run.usage.total_tokens} tokens")

        project_client.agents.delete_thread(thread.id)
        project_client.agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
