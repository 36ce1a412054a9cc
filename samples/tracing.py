"""Trace what a program does with agents: every call, every run from its start to its end, every function that is called.

Needs the extra "telemetry". The spans are printed here; with destination="http://localhost:4317" a collector on this machine takes them,
and with no destination they go wherever the program brings its own. What people and models write stays out of them unless
AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED is "true".
"""

import sys

from agentkit import AIProjectClient
from agentkit.models import FunctionTool, ToolSet
from agentkit.telemetry import trace_function


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


with AIProjectClient.from_env() as client:
    client.telemetry.enable(destination=sys.stdout)

    toolset = ToolSet()
    toolset.add(FunctionTool([get_temperature]))
    agent = client.agents.create_agent(model="gpt-4o-mini", name="weather", instructions="Tell the weather.", toolset=toolset)
    thread = client.agents.create_thread()
    client.agents.create_message(thread.id, role="user", content="What is the temperature in Rome?")
    with client.agents.create_stream(thread.id, agent_id=agent.id) as stream:
        answer = "".join(stream.text_deltas())
    client.agents.delete_agent(agent.id)

print(answer)
