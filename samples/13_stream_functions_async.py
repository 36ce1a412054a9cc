"""The async twin of 13_stream_functions.py: callbacks and functions are coroutines.

A handler of this kind has a callback for each thing, and each is called once.

Offline, on the embedded local service: python samples/13_stream_functions_async.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import asyncio
import os

from agentkit.aio import AIProjectClient
from agentkit.models import (
    AsyncFunctionTool,
    AsyncRunEventHandler,
    AsyncToolSet,
    RunStep,
    RunStepFunctionToolCall,
    RunStepToolCall,
    ThreadMessage,
    ThreadRun,
)

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "What is the weather in Oslo, in Rome and in Lima?"
FORECASTS = {"Oslo": "rain, 11 degrees", "Rome": "sunshine, 29 degrees"}


async def fetch_weather(city: str) -> str:
    """Fetch the weather in a city.

    :param city: The city, such as Oslo.
    """
    await asyncio.sleep(0.1)  # a real one would ask a weather service here
    return FORECASTS.get(city, "clouds, 15 degrees")


class Watcher(AsyncRunEventHandler[None]):
    """Prints each call with its outcome, and the answer as it is written."""

    async def on_run_created(self, run: ThreadRun) -> None:
        print(f"The run begins, with {len(run.tools)} tool")

    async def on_tool_call_completed(self, call: RunStepToolCall, step: RunStep) -> None:
        if isinstance(call, RunStepFunctionToolCall):
            print(f"  {call.function.name}({call.function.arguments}) -> {call['function']['output']}")

    async def on_text_delta(self, text: str, message_snapshot: ThreadMessage) -> None:
        print(text, end="", flush=True)

    async def on_message_completed(self, message: ThreadMessage) -> None:
        print()

    async def on_run_ended(self, run: ThreadRun) -> None:
        print(f"The run is {run.status}")


async def main() -> None:
    toolset = AsyncToolSet()
    toolset.add(AsyncFunctionTool([fetch_weather]))

    async with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        agent = await agents.create_agent(
            model=MODEL, name="guide", instructions="You help people who travel.", toolset=toolset
        )
        thread = await agents.create_thread()
        await agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"You: {PROMPT}")

        # The three calls of one round run at once.
        async with agents.create_stream(
            thread_id=thread.id, agent_id=agent.id, event_handler=Watcher(), max_parallel=3
        ) as stream:
            await stream.until_done()

        await agents.delete_thread(thread.id)
        await agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    asyncio.run(main())
