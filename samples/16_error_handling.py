"""What can go wrong, and how a program finds out: refusals, no connection, runs and streams that fail.

The errors are those of azure-core, so that "except azure.core.exceptions.HttpResponseError" catches them too. A run
fails when its model does; as that cannot be had by asking, those parts run on a local service with a script in place of
a model, wherever the rest runs.

Offline, on embedded local services: python samples/16_error_handling.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os

from agentkit import AIProjectClient
from agentkit.exceptions import HttpResponseError, ResourceNotFoundError, RunFailedError, ServiceRequestError
from agentkit.local import Failure, ScriptedModel

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
LIMIT = Failure("Rate limit is exceeded. Try again in 22 seconds.", "rate_limit_exceeded")


def refusals(project_client: AIProjectClient) -> None:
    """What a service refuses is an error with the service's words, its request id and the next step to take."""
    try:
        project_client.agents.get_agent("asst_of_nobody")
    except ResourceNotFoundError as error:
        print(f"not found: {error}")

    try:
        project_client.agents.create_agent(model=MODEL, name="too-warm", temperature=7)
    except HttpResponseError as error:
        print(f"refused with {error.status_code}: {error.error.message if error.error else error.reason}")


def wrong_arguments(project_client: AIProjectClient) -> None:
    """What cannot be right is refused before anything is sent."""
    try:
        project_client.agents.create_thread(metadat={"room": "12"})  # type: ignore[call-overload]
    except TypeError as error:
        print(f"wrong argument: {error}")


def no_connection() -> None:
    """Nobody listens there. By default a client tries again for a while; here it does not."""
    with AIProjectClient("http://127.0.0.1:9", "a-key", retry_total=0) as nowhere:
        try:
            nowhere.agents.list_agents()
        except ServiceRequestError as error:
            print(f"no connection: {error}")


def failed_runs() -> None:
    """A run that failed is not an error of the call: it says so by its status."""
    with AIProjectClient.local(model=ScriptedModel([LIMIT, LIMIT])) as project_client:
        agents = project_client.agents
        agent = agents.create_agent(model=MODEL, name="unlucky")
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content="Hello")

        run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        print(f"the run is {run.status}: {run.last_error.code if run.last_error else 'no reason is told'}")

        # A stream tells by its events, and raises where it is asked to.
        try:
            with agents.create_stream(thread_id=thread.id, agent_id=agent.id, raise_on_failure=True) as stream:
                stream.until_done()
        except RunFailedError as error:
            print(f"the streamed run: {error}")


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        refusals(project_client)
        wrong_arguments(project_client)
    no_connection()
    failed_runs()


if __name__ == "__main__":
    main()
