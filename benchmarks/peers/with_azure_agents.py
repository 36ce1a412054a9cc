"""The works of the comparison, done with azure-ai-agents 1.1.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from azure.ai.agents import AgentsClient
from azure.ai.agents.models import MessageDeltaChunk
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy


def settings(url: str) -> dict[str, Any]:
    """The client sends no token over http, so it is a policy that shows the key."""
    key = AzureKeyCredential("a-key")
    return {
        "endpoint": f"{url}/api/projects/local",
        "credential": key,
        "authentication_policy": AzureKeyCredentialPolicy(key, "api-key"),
    }


class Sync:
    """The sync client."""

    def __init__(self, url: str) -> None:
        self._client = AgentsClient(**settings(url))

    def get_run(self) -> Any:
        return self._client.runs.get("thread_any_1", "run_1").status

    def read_messages(self, thread: str) -> int:
        length = 0
        for message in self._client.messages.list(thread, limit=100):
            length += sum(len(part.text.value) for part in message.text_messages)
            length += sum(len(part.image_file.file_id) for part in message.image_contents)
        return length

    def stream(self, thread: str) -> int:
        length = 0
        with self._client.runs.stream(thread, agent_id="asst_1") as handler:
            for _, data, _ in handler:
                if isinstance(data, MessageDeltaChunk):
                    length += len(data.text)
        return length

    def upload(self, path: Path) -> str:
        return str(self._client.files.upload(file_path=str(path), purpose="assistants").id)

    def download(self, file_id: str, folder: Path) -> None:
        self._client.files.save(file_id, "download.bin", folder)


class Async:
    """The async client."""

    def __init__(self, url: str) -> None:
        from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient

        self._client = AsyncAgentsClient(**settings(url))

    async def get_run(self) -> Any:
        return (await self._client.runs.get("thread_any_1", "run_1")).status

    async def close(self) -> None:
        await self._client.close()
