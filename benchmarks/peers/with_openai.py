"""The works of the comparison, done with the openai package, by its helper for streams."""

from __future__ import annotations

import warnings
from pathlib import Path

from openai import AsyncOpenAI, OpenAI

# The package says of every call of the Assistants API that it is deprecated, which costs time and is not what is measured.
warnings.simplefilter("ignore", DeprecationWarning)


class Sync:
    """The sync client."""

    def __init__(self, url: str) -> None:
        self._client = OpenAI(base_url=f"{url}/v1", api_key="a-key")

    def get_run(self) -> str:
        return self._client.beta.threads.runs.retrieve("run_1", thread_id="thread_any_1").status

    def read_messages(self, thread: str) -> int:
        length = 0
        for message in self._client.beta.threads.messages.list(thread, limit=100).data:
            for part in message.content:
                if part.type == "text":
                    length += len(part.text.value)
                elif part.type == "image_file":
                    length += len(part.image_file.file_id)
        return length

    def stream(self, thread: str) -> int:
        length = 0
        with self._client.beta.threads.runs.stream(thread_id=thread, assistant_id="asst_1") as events:
            for event in events:
                if event.event == "thread.message.delta":
                    for part in event.data.delta.content or ():
                        if part.type == "text" and part.text is not None:
                            length += len(part.text.value or "")
        return length

    def upload(self, path: Path) -> str:
        return self._client.files.create(file=path, purpose="assistants").id

    def download(self, file_id: str, folder: Path) -> None:
        self._client.files.content(file_id).write_to_file(folder / "download.bin")


class Async:
    """The async client."""

    def __init__(self, url: str) -> None:
        self._client = AsyncOpenAI(base_url=f"{url}/v1", api_key="a-key")

    async def get_run(self) -> str:
        return (await self._client.beta.threads.runs.retrieve("run_1", thread_id="thread_any_1")).status

    async def close(self) -> None:
        await self._client.close()
