# mypy: ignore-errors
"""A script for hosted agents as users write it for azure-ai-projects 2.0.0b3; only its imports are those of agentkit."""

import os

from azure.identity import DefaultAzureCredential

from agentkit import AIProjectClient
from agentkit.models import AgentProtocol, ImageBasedHostedAgentDefinition, ProtocolVersionRecord

client = AIProjectClient(endpoint=os.environ["AZURE_AI_PROJECT_ENDPOINT"], credential=DefaultAzureCredential())

agent = client.agents.create_version(
    agent_name="invoice-reader",
    definition=ImageBasedHostedAgentDefinition(
        container_protocol_versions=[ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version="v1")],
        cpu="1",
        memory="2Gi",
        image="registry.example/invoices/reader:3.1",
        tools=[{"type": "code_interpreter"}],
        environment_variables={
            "AZURE_AI_PROJECT_ENDPOINT": os.environ["AZURE_AI_PROJECT_ENDPOINT"],
            "MODEL_NAME": "gpt-4o-mini",
        },
    ),
)
print(f"made {agent.name}, version {agent.version}, {agent.state}")

versions = client.agents.list_versions(agent_name="invoice-reader")
for version in versions:
    print(f"version {version.version}: {version.state}")

client.agents.delete_version(agent_name="invoice-reader", version=agent.version)


def create_hosted_agent():
    """Make an agent with several tools and more room."""
    client = AIProjectClient(endpoint=os.environ["AZURE_AI_PROJECT_ENDPOINT"], credential=DefaultAzureCredential())
    agent = client.agents.create_version(
        agent_name="table-reader",
        definition=ImageBasedHostedAgentDefinition(
            container_protocol_versions=[ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version="v1")],
            image="registry.example/tables/reader:2.0",
            cpu="2",
            memory="4Gi",
            tools=[
                {"type": "code_interpreter"},
                {"type": "file_search"},
                {"type": "mcp", "server_label": "tables", "server_url": "https://tables.example"},
            ],
            environment_variables={
                "AZURE_AI_PROJECT_ENDPOINT": os.environ["AZURE_AI_PROJECT_ENDPOINT"],
                "MODEL_NAME": "gpt-4o-mini",
                "LOG_LEVEL": "INFO",
            },
        ),
    )
    print(f"made {agent.name}")
    print(f"version {agent.version}")
    print(f"state {agent.state}")
    return agent


if __name__ == "__main__":
    create_hosted_agent()
