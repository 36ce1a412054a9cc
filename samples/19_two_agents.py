"""Two agents on one client, each with a function of its own, and both functions have the same name.

A client remembers the tools that it made an agent with, so each agent's calls go to its own shop.

Offline, on the embedded local service: python samples/19_two_agents.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from typing import ClassVar

from agentkit import AIProjectClient
from agentkit.models import Agent, FunctionOutcome, FunctionTool, ToolSet

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
QUESTION = 'What is the price of "Aurora"?'


class Bakery:
    """Sells bread."""

    prices: ClassVar = {"Aurora": 4.2, "Sunrise": 3.6}

    def find_price(self, item: str) -> str:
        """Find the price of an item of the shop.

        :param item: The name of the item.
        """
        price = self.prices.get(item)
        return f"{item} costs {price:.2f} euros a loaf" if price else f"there is no bread called {item}"


class Gallery:
    """Sells paintings."""

    prices: ClassVar = {"Aurora": 1800, "Harbour at night": 950}

    def find_price(self, item: str) -> str:
        """Find the price of an item of the shop.

        :param item: The name of the item.
        """
        price = self.prices.get(item)
        return f"{item}, oil on canvas, costs {price} euros" if price else f"there is no painting called {item}"


def show(outcome: FunctionOutcome) -> None:
    """Print what came of a call."""
    print(f"  {outcome.name}({dict(outcome.arguments)}) -> {outcome.output}")


def make_agent(project_client: AIProjectClient, name: str, shop: Bakery | Gallery) -> Agent:
    """Make an agent whose one function is the shop's."""
    toolset = ToolSet()
    toolset.add(FunctionTool([shop.find_price]))
    return project_client.agents.create_agent(
        model=MODEL,
        name=name,
        instructions=f"You serve the customers of a {name}. Look prices up.",
        toolset=toolset,
    )


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        staff = [make_agent(project_client, "bakery", Bakery()), make_agent(project_client, "gallery", Gallery())]
        print(f"Customer, in both shops: {QUESTION}")

        for agent in staff:
            thread = agents.create_thread()
            agents.create_message(thread_id=thread.id, role="user", content=QUESTION)
            run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id, on_tool_result=show)
            if run.status != "completed":
                print(f"The run ended as {run.status}: {run.last_error}")
            answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
            if answer:
                print(f"{agent.name}: {answer.text.value}")
            agents.delete_thread(thread.id)

        for agent in staff:
            agents.delete_agent(agent.id)
        print("Deleted threads and agents")


if __name__ == "__main__":
    main()
