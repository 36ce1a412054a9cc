"""A thread takes one run at a time: cancel the active one, wait for it, limit the wait.

Offline, on the embedded local service: python samples/15_busy_threads.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
import time

from agentkit import AIProjectClient
from agentkit.exceptions import ActiveRunError, WaitTimeoutError
from agentkit.models import CodeInterpreterTool, FunctionTool, RunStatus, ThreadRun

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
ACTIVE = (RunStatus.QUEUED, RunStatus.IN_PROGRESS, RunStatus.CANCELLING)
QUESTION = "What is the weather in Oslo?"
CHART = "Please make a bar chart. North: 3, South: 5, East: 4, West: 6"


def fetch_weather(city: str) -> str:
    """Fetch the weather in a city.

    :param city: The city, such as Oslo.
    """
    return f"Rain in {city}"


def wait_while_active(project_client: AIProjectClient, run: ThreadRun) -> ThreadRun:
    """Look at a run until the service has nothing more to do for it."""
    while run.status in ACTIVE:
        time.sleep(0.1)
        run = project_client.agents.get_run(run.thread_id, run.id)
    return run


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        asker = agents.create_agent(model=MODEL, name="asker", tools=FunctionTool([fetch_weather]).definitions)
        chart_maker = agents.create_agent(model=MODEL, name="chart-maker", tools=CodeInterpreterTool().definitions)
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content=QUESTION)

        # create_run only starts a run. This one asks for a function, and nobody answers: it keeps the thread busy for ten minutes.
        stuck = wait_while_active(project_client, agents.create_run(thread_id=thread.id, agent_id=asker.id))
        print(f"The first run: {stuck.status}")
        try:
            agents.create_message(thread_id=thread.id, role="user", content=CHART)
        except ActiveRunError as error:
            print(f"The message is refused, and the error names the run: {error.run_id == stuck.id}")

        # The next message can cancel it, where it makes the run pointless.
        agents.create_message(thread_id=thread.id, role="user", content=QUESTION, if_active="cancel")
        print(f"The first run: {agents.get_run(thread.id, stuck.id).status}")

        # Or it is cancelled by hand. While it is "cancelling" it is still active.
        stuck = wait_while_active(project_client, agents.create_run(thread_id=thread.id, agent_id=asker.id))
        stuck = wait_while_active(project_client, agents.cancel_run(thread_id=thread.id, run_id=stuck.id))
        print(f"The second run: {stuck.status}")

        # A run that ends by itself is waited for.
        agents.create_message(thread_id=thread.id, role="user", content=CHART)
        third = agents.create_run(thread_id=thread.id, agent_id=chart_maker.id)
        agents.create_message(thread_id=thread.id, role="user", content=CHART, if_active="wait")
        print(f"The third run: {agents.get_run(thread.id, third.id).status}")

        # How long a run may take in all. Without on_timeout="cancel" it would go on.
        try:
            agents.create_and_process_run(thread_id=thread.id, agent_id=chart_maker.id, timeout=0.05, on_timeout="cancel")
        except WaitTimeoutError as error:
            print(f"The fourth run took too long; its last known status: {error.last.status}")

        fifth = agents.create_and_process_run(thread_id=thread.id, agent_id=chart_maker.id, if_active="wait")
        print(f"The fifth run: {fifth.status}")

        agents.delete_thread(thread.id)
        agents.delete_agent(asker.id)
        agents.delete_agent(chart_maker.id)
        print("Deleted thread and agents")


if __name__ == "__main__":
    main()
