"""Agents of an Azure OpenAI resource: the same calls, an endpoint and a key of their own.

Until when Azure answers these calls stands in docs/migration.md. Needs the extra "openai" for its last part.

Offline, where a local service stands in for the resource and speaks as it does: python samples/22_azure_openai.py
In Azure: the same, with AZURE_OPENAI_ENDPOINT set to https://RESOURCE.openai.azure.com, AZURE_OPENAI_API_KEY to its key
(without one, the login of "az login" counts), and MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from azure.identity import DefaultAzureCredential

from agentkit import AIProjectClient
from agentkit.local import LocalService
from agentkit.models import CodeInterpreterTool

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
PROMPT = "Solve 3x + 11 = 14, please."


@contextmanager
def open_client() -> Iterator[AIProjectClient]:
    """A client of the resource, or of a local service under the address at which a resource has its agents."""
    endpoint = os.environ.get("AZURE_OPENAI_ENDPOINT")
    if endpoint:
        credential = os.environ.get("AZURE_OPENAI_API_KEY") or DefaultAzureCredential()
        with AIProjectClient(endpoint, credential) as project_client:
            yield project_client
    else:
        with LocalService() as service, AIProjectClient(f"{service.url}/openai", service.key) as project_client:
            yield project_client


def main() -> None:
    with open_client() as project_client:
        print(f"The client speaks to: {project_client.endpoint_kind}")
        agents = project_client.agents
        # model= is the name of a deployment of the resource. Its agents are called assistants there; both names work.
        agent = agents.create_agent(
            model=MODEL, name="math-tutor", instructions="You help with mathematics.", tools=CodeInterpreterTool().definitions
        )
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        run = agents.create_and_process_run(thread_id=thread.id, assistant_id=agent.id)
        print(f"Run finished with status: {run.status}")
        answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
        print(f"Agent: {answer.text.value if answer else 'no answer'}")

        # What a resource has not, says so before anything is sent.
        try:
            project_client.connections.list()
        except ValueError as error:
            print(f"Connections: {error}")

        # For everything else that the resource can do there is the openai package, with the same endpoint and key.
        try:
            with project_client.get_openai_client() as openai_client:
                response = openai_client.responses.create(model=MODEL, input="What are you?")
                print(f"openai: {response.output_text.partition('.')[0]}")
        except ModuleNotFoundError as missing:  # of an extra; the error says which, and how it is installed
            print(f"left out: {missing}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
