"""The works of the comparison, done with agentkit; with the extra ``aio`` where that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agentkit import AIProjectClient


class Sync:
    """The sync client."""

    def __init__(self, url: str) -> None:
        self._client = AIProjectClient(url, "a-key")
        self._agents = self._client.agents

    def get_run(self) -> Any:
        return self._agents.get_run("thread_any_1", "run_1").status

    def read_messages(self, thread: str) -> int:
        length = 0
        for message in self._agents.list_messages(thread, limit=100).data:
            length += sum(len(part.text.value) for part in message.text_messages)
            length += sum(len(part.image_file.file_id) for part in message.image_contents)
        return length

    def stream(self, thread: str) -> int:
        from agentkit.models import MessageDeltaChunk

        length = 0
        with self._agents.create_stream(thread, agent_id="asst_1") as handler:
            for _, data, _ in handler:
                if isinstance(data, MessageDeltaChunk):
                    length += len(data.text)
        return length

    def upload(self, path: Path) -> str:
        return str(self._agents.upload_file(file_path=path, purpose="assistants").id)

    def download(self, file_id: str, folder: Path) -> None:
        self._agents.save_file(file_id, "download.bin", folder)


class Async:
    """The async client."""

    def __init__(self, url: str) -> None:
        from agentkit.aio import AIProjectClient as AsyncAIProjectClient

        self._client = AsyncAIProjectClient(url, "a-key")

    async def get_run(self) -> Any:
        return (await self._client.agents.get_run("thread_any_1", "run_1")).status

    async def close(self) -> None:
        await self._client.close()
