"""Three streams at once on one client: each answer grows while the others do.

Nobody waits for anybody: each conversation is a task of its own.

Offline, on the embedded local service: python samples/10_stream_iteration_async.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import asyncio
import os

from agentkit.aio import AIProjectClient
from agentkit.models import Agent, CodeInterpreterTool

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPTS = {
    "first": "Solve 3x + 11 = 14, please.",
    "second": "Solve 5x - 8 = 2x + 19, please.",
    "third": "Solve 7 - x = 10, please.",
}


async def ask(project_client: AIProjectClient, agent: Agent, who: str, prompt: str) -> tuple[str, str]:
    """Ask on a thread of its own, and tell how the answer comes in."""
    agents = project_client.agents
    thread = await agents.create_thread()
    await agents.create_message(thread_id=thread.id, role="user", content=prompt)
    pieces: list[str] = []
    # Left before its end, by an exception or a task that is cancelled, the run is cancelled too.
    async with agents.create_stream(thread_id=thread.id, agent_id=agent.id, cancel_on_exit=True) as stream:
        async for piece in stream.text_deltas():
            if not pieces:
                print(f"The {who} answer begins: {piece!r}")
            pieces.append(piece)
        run = await stream.get_final_run()
    print(f"The {who} run is {run.status}, after {len(pieces)} pieces")
    await agents.delete_thread(thread.id)
    return who, "".join(pieces)


async def main() -> None:
    async with AIProjectClient.from_env() as project_client:
        agent = await project_client.agents.create_agent(
            model=MODEL,
            name="math-tutor",
            instructions="You help with mathematics. Run code where it helps.",
            tools=CodeInterpreterTool().definitions,
        )
        answers = await asyncio.gather(*(ask(project_client, agent, who, prompt) for who, prompt in PROMPTS.items()))
        for who, answer in answers:
            print(f"\n--- {who}: {PROMPTS[who]}\n{answer}")
        await project_client.agents.delete_agent(agent.id)
        print("\nDeleted threads and agent")


if __name__ == "__main__":
    asyncio.run(main())
