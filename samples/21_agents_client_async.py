"""The async client of agents alone, in the names of azure-ai-agents 1.x.

A thread and a run are made in one call; another run is streamed. Lists are not awaited: they are walked with
``async for``, and request page after page.

Offline, on the embedded local service: python samples/21_agents_client_async.py
In Azure: the same, with PROJECT_ENDPOINT set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named
gpt-4o-mini.
"""

import asyncio
import os

from agentkit.aio import AgentsClient
from agentkit.models import (
    AgentThreadCreationOptions,
    AsyncFunctionTool,
    AsyncToolSet,
    MessageDeltaChunk,
    MessageRole,
    ThreadMessageOptions,
)

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")


async def fetch_weather(city: str) -> str:
    """Fetch the weather in a city.

    :param city: The city, such as Oslo.
    """
    await asyncio.sleep(0.05)  # a real one would ask a weather service here
    return {"Oslo": "rain", "Rome": "sunshine"}.get(city, "clouds")


async def main() -> None:
    toolset = AsyncToolSet()
    toolset.add(AsyncFunctionTool([fetch_weather]))

    async with AgentsClient.from_env() as client:
        agent = await client.create_agent(
            model=MODEL, name="traveller", instructions="You help people who travel.", toolset=toolset
        )

        question = ThreadMessageOptions(role=MessageRole.USER, content="What is the weather in Rome?")
        run = await client.create_thread_and_process_run(
            agent_id=agent.id, thread=AgentThreadCreationOptions(messages=[question]), toolset=toolset
        )
        print(f"The run ended as {run.status}")
        answer = await client.messages.get_last_message_text_by_role(run.thread_id, MessageRole.AGENT)
        if answer:
            print(f"Agent: {answer.text.value}")

        await client.messages.create(run.thread_id, role=MessageRole.USER, content="And in Oslo?")
        async with await client.runs.stream(run.thread_id, agent_id=agent.id) as stream:
            async for _, data, _ in stream:
                if isinstance(data, MessageDeltaChunk):
                    print(data.text, end="")
        print()

        print("Messages:", len([message async for message in client.messages.list(run.thread_id, limit=2)]))
        await client.threads.delete(run.thread_id)
        await client.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    asyncio.run(main())
