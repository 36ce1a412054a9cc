"""A hosted agent in two versions: made, waited for, listed, and deleted again.

On the local service no container runs, but what is asked of the definitions is the same.

Offline, on the embedded local service: python samples/25_hosted_agents.py
In Azure: the same, with PROJECT_ENDPOINT set, and with HOSTED_AGENT_IMAGE set to an image that the project may pull,
without its tag: the sample wants the tags 3.1 and 3.2 of it.
"""

import os

from agentkit import AIProjectClient
from agentkit.exceptions import HttpResponseError
from agentkit.models import AgentProtocol, ImageBasedHostedAgentDefinition, ProtocolVersionRecord

IMAGE = os.environ.get("HOSTED_AGENT_IMAGE", "registry.example/invoices/reader")
NAME = "invoice-reader"


def definition(tag: str, protocol_version: str = "v1") -> ImageBasedHostedAgentDefinition:
    """The agent as the container image of a tag."""
    return ImageBasedHostedAgentDefinition(
        container_protocol_versions=[ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version=protocol_version)],
        image=f"{IMAGE}:{tag}",
        cpu="1",
        memory="2Gi",
        environment_variables={"MODEL_NAME": "gpt-4o-mini"},
    )


def main() -> None:
    with AIProjectClient.from_env() as client:
        for tag in ("3.1", "3.2"):
            version = client.agents.create_version(NAME, definition=definition(tag), description=f"image {tag}")
            print(f"version {version.version} is {version.state}")
            version = client.agents.wait_for_version(NAME, version.version, timeout=600)
            print(f"version {version.version} is {version.state}: {version.description}")

        try:
            client.agents.create_version(NAME, definition=definition("3.3", protocol_version="v2"))
        except HttpResponseError as error:
            print(f"refused: {error.error.code if error.error else error.status_code}")

        agent = client.agents.get(NAME)
        print(f"{agent.name} is {agent.state} in version {agent.versions.latest.version}")
        client.agents.delete_version(agent_name=NAME, version="1")
        print("versions left:", ", ".join(version.version for version in client.agents.list_versions(NAME)))
        client.agents.delete(NAME)
        print("Deleted agent")


if __name__ == "__main__":
    main()
