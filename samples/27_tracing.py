"""Traces what a program does with agents: every call, every run, every function that is called.

The spans are printed here; with destination="http://localhost:4317" a collector on this machine takes them, and with no
destination they go wherever the program brings its own. What people and models write stays out of them unless
AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED is "true".

Needs the extra "telemetry".

Offline, on the embedded local service: python samples/27_tracing.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
import sys

from agentkit import AIProjectClient
from agentkit.models import FunctionTool, ToolSet
from agentkit.telemetry import trace_function

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")


@trace_function()
def convert(celsius: float) -> float:
    """A temperature in degrees Fahrenheit."""
    return celsius * 9 / 5 + 32


def get_temperature(city: str) -> str:
    """Get how warm it is in a city.

    :param city: the city
    """
    celsius = {"Oslo": 12.0, "Rome": 27.0}.get(city, 20.0)
    return f"{celsius:.0f} degrees Celsius, {convert(celsius):.0f} degrees Fahrenheit"


def main() -> None:
    with AIProjectClient.from_env() as client:
        client.telemetry.enable(destination=sys.stdout)

        toolset = ToolSet()
        toolset.add(FunctionTool([get_temperature]))
        agent = client.agents.create_agent(model=MODEL, name="weather", instructions="Tell the weather.", toolset=toolset)
        thread = client.agents.create_thread()
        client.agents.create_message(thread.id, role="user", content="What is the temperature in Rome?")
        with client.agents.create_stream(thread.id, agent_id=agent.id) as stream:
            answer = "".join(stream.text_deltas())
        print(f"Agent: {answer}")

        client.agents.delete_thread(thread.id)
        client.agents.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except ModuleNotFoundError as missing:  # of an extra; the error says which, and how it is installed
        print(missing)
