"""An agent calls functions of this program: one is async, one takes nested models, one gives a number.

The functions are called in this process, whatever service the agent lives on; the figures in them are invented.

Offline, on the embedded local service: python samples/08_functions.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import asyncio
import os
from typing import Annotated

from pydantic import BaseModel, Field

from agentkit import AIProjectClient
from agentkit.models import FunctionOutcome, FunctionTool, ToolSet

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
FORECASTS = {"Oslo": ("rain", 11.5), "Rome": ("sunshine", 29.0)}
QUESTIONS = (
    "What is the weather in Oslo and in Rome?",
    "How much is 29 degrees Celsius in Fahrenheit?",
    "Please book a room for 3 nights for the guest Anna Berg, anna@example.com.",
)


class Weather(BaseModel):
    city: str
    sky: str
    celsius: float


class Guest(BaseModel):
    name: Annotated[str, Field(description="First and last name of the guest.")]
    email: Annotated[str, Field(description="The guest's e-mail address.")]


class Booking(BaseModel):
    guest: Guest
    nights: Annotated[int, Field(description="How many nights the guest stays.", ge=1)]


async def fetch_weather(city: str) -> Weather:
    """Fetch the weather in a city.

    :param city: The city, such as Oslo.
    """
    await asyncio.sleep(0.05)  # a real one would ask a weather service here
    sky, celsius = FORECASTS.get(city, ("clouds", 15.0))
    return Weather(city=city, sky=sky, celsius=celsius)


def convert_temperature(celsius: float) -> float:
    """Convert a temperature from degrees Celsius to degrees Fahrenheit.

    :param celsius: The temperature in degrees Celsius.
    """
    return celsius * 9 / 5 + 32


def book_room(booking: Booking) -> str:
    """Book a hotel room for a guest.

    :param booking: Who stays, and for how many nights.
    """
    return f"Booked for {booking.guest.name}, {booking.nights} nights; the confirmation goes to {booking.guest.email}"


def show(outcome: FunctionOutcome) -> None:
    """Print what came of a call."""
    print(f"  {outcome.name}({dict(outcome.arguments)}) -> {outcome.output}")


def main() -> None:
    toolset = ToolSet()
    toolset.add(FunctionTool([fetch_weather, convert_temperature, book_room]))

    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        agent = agents.create_agent(
            model=MODEL,
            name="concierge",
            instructions="You are the concierge of a hotel. Call functions where they help.",
            toolset=toolset,
        )
        thread = agents.create_thread()

        for question in QUESTIONS:
            print(f"Guest: {question}")
            agents.create_message(thread_id=thread.id, role="user", content=question)
            run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id, on_tool_result=show)
            if run.status != "completed":
                print(f"The run ended as {run.status}: {run.last_error}")
                break
            answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
            if answer:
                print(f"Concierge: {answer.text.value}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
