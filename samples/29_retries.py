"""A run that hits a rate limit is started anew when the service says so, on the same thread.

As a rate limit cannot be had by asking, that part runs on a local service with a script in place of a model, wherever
the rest runs: its first run fails, its second one answers.

Offline, on embedded local services: python samples/29_retries.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient, RunRetry
from agentkit.local import Failure, ScriptedModel
from agentkit.models import ThreadRun

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
LIMIT = Failure("Rate limit is exceeded. Try again in 1 second.", "rate_limit_exceeded")


def tell(run: ThreadRun, seconds: float) -> None:
    """Called before each wait, with the run that failed."""
    print(f"  {run.last_error.message if run.last_error else run.status} Waiting for {seconds:g} s.")


def ask(project_client: AIProjectClient, question: str) -> None:
    """Ask a question, with at most three runs and two minutes for all of it."""
    agents = project_client.agents
    agent = agents.create_agent(model=MODEL, name="patient", instructions="You help.")
    thread = agents.create_thread()
    agents.create_message(thread_id=thread.id, role="user", content=question)

    print(f"User: {question}")
    run = agents.create_and_process_run(
        thread_id=thread.id,
        agent_id=agent.id,
        run_retry=RunRetry(max_attempts=3, max_wait=60, on_retry=tell),
        timeout=120,
    )
    answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
    print(f"Agent: {answer.text.value}" if answer else f"The run ended as {run.status}: {run.last_error}")
    print(f"  runs on the thread: {', '.join(str(one.status) for one in agents.list_runs(thread.id, order='asc').data)}")

    agents.delete_thread(thread.id)
    agents.delete_agent(agent.id)


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        ask(project_client, "Hello, who are you?")
    with AIProjectClient.local(model=ScriptedModel([LIMIT, "It is sunny."])) as project_client:
        ask(project_client, "How is the weather?")


if __name__ == "__main__":
    main()
