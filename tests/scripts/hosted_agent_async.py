# mypy: ignore-errors
"""An async script for hosted agents as users write it for azure-ai-projects 2.0.0b3; only its imports are those of agentkit."""

import asyncio
import os

from azure.identity.aio import DefaultAzureCredential

from agentkit.aio import AIProjectClient
from agentkit.models import AgentProtocol, ImageBasedHostedAgentDefinition, ProtocolVersionRecord


async def create_hosted_agent_async():
    """Make an agent, look at its versions, and delete one."""
    async with (
        DefaultAzureCredential() as credential,
        AIProjectClient(endpoint=os.environ["AZURE_AI_PROJECT_ENDPOINT"], credential=credential) as client,
    ):
        agent = await client.agents.create_version(
            agent_name="mail-sorter",
            definition=ImageBasedHostedAgentDefinition(
                container_protocol_versions=[ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version="v1")],
                image="registry.example/mail/sorter:latest",
                cpu="1",
                memory="2Gi",
            ),
        )
        print(f"made {agent.name}, version {agent.version}, {agent.state}")
        versions = client.agents.list_versions(agent_name="mail-sorter")
        async for version in versions:
            print(f"version {version.version}: {version.state}")
        await client.agents.delete_version(agent_name="mail-sorter", version=agent.version)
        return agent


asyncio.run(create_hosted_agent_async())
