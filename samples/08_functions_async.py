"""Functions in the async client: several run at once, a slow one is kept off the loop, one is refused.

A rule of the program, on_tool_call, decides which calls are made.

Offline, on the embedded local service: python samples/08_functions_async.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import asyncio
import os
import time
from collections.abc import Mapping
from typing import Any

from agentkit import Refuse
from agentkit.aio import AIProjectClient
from agentkit.models import AsyncFunctionTool, AsyncToolSet, FunctionOutcome

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
QUESTIONS = (
    "What is the weather in Oslo, Rome and Lima?",
    "Please count the guests in the hotel Bristol.",
    "Please delete the guest list of the hotel Bristol.",
)


async def fetch_weather(city: str) -> dict[str, Any]:
    """Fetch the weather in a city.

    :param city: The city, such as Oslo.
    """
    await asyncio.sleep(0.3)  # a real one would ask a weather service here
    return {"city": city, "weather": {"Oslo": "rain", "Rome": "sunshine"}.get(city, "clouds")}


def count_guests(hotel: str) -> int:
    """Count the guests in a hotel.

    :param hotel: The name of the hotel.
    """
    time.sleep(0.3)  # a slow query; it would hold the event loop up, were it not for in_thread=True
    return len(hotel) * 17


def delete_guest_list(hotel: str) -> str:
    """Delete the guest list of a hotel.

    :param hotel: The name of the hotel.
    """
    return f"The guest list of {hotel} is deleted"


def allow(name: str, arguments: Mapping[str, Any]) -> Refuse | None:
    """The rule of this program: nothing is deleted. The agent reads the reason."""
    return Refuse("the guest lists must be kept for a year") if name.startswith("delete_") else None


def show(outcome: FunctionOutcome) -> None:
    """Print what came of a call."""
    print(f"  {outcome.name}({dict(outcome.arguments)}) -> {outcome.output}")


async def main() -> None:
    toolset = AsyncToolSet()
    toolset.add(AsyncFunctionTool([fetch_weather, count_guests, delete_guest_list]))

    async with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        agent = await agents.create_agent(
            model=MODEL,
            name="concierge",
            instructions="You are the concierge of a chain of hotels. Call functions where they help.",
            toolset=toolset,
        )
        thread = await agents.create_thread()

        for question in QUESTIONS:
            print(f"Guest: {question}")
            await agents.create_message(thread_id=thread.id, role="user", content=question)
            run = await agents.create_and_process_run(
                thread_id=thread.id,
                agent_id=agent.id,
                max_parallel=3,
                in_thread=True,
                tool_timeout=10,
                on_tool_call=allow,
                on_tool_result=show,
            )
            if run.status != "completed":
                print(f"The run ended as {run.status}: {run.last_error}")
                break
            answer = (await agents.list_messages(thread_id=thread.id)).get_last_text_message_by_role("assistant")
            if answer:
                print(f"Concierge: {answer.text.value}")

        await agents.delete_thread(thread.id)
        await agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    asyncio.run(main())
