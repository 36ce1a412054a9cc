"""The works of the comparison, done with nothing but httpx and ``json.loads``: what remains when a client costs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

HEADERS = {"api-key": "a-key"}


def where(url: str) -> str:
    return f"{url}/api/projects/local"


class Sync:
    """A client that blocks."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=where(url), headers=HEADERS)

    def get_run(self) -> str:
        return str(json.loads(self._client.get("/threads/thread_any_1/runs/run_1").content)["status"])

    def read_messages(self, thread: str) -> int:
        length = 0
        for message in json.loads(self._client.get(f"/threads/{thread}/messages", params={"limit": 100}).content)["data"]:
            for part in message["content"]:
                if part["type"] == "text":
                    length += len(part["text"]["value"])
                elif part["type"] == "image_file":
                    length += len(part["image_file"]["file_id"])
        return length

    def stream(self, thread: str) -> int:
        length, name = 0, ""
        body = {"assistant_id": "asst_1", "stream": True}
        with self._client.stream("POST", f"/threads/{thread}/runs", json=body) as response:
            for line in response.iter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif name == "thread.message.delta" and line.startswith("data: "):
                    for part in json.loads(line[6:])["delta"]["content"]:
                        length += len(part["text"]["value"])
        return length

    def upload(self, path: Path) -> str:
        with path.open("rb") as file:
            answer = self._client.post("/files", files={"file": file}, data={"purpose": "assistants"})
        return str(json.loads(answer.content)["id"])

    def download(self, file_id: str, folder: Path) -> None:
        with (
            self._client.stream("GET", f"/files/{file_id}/content") as response,
            (folder / "download.bin").open("wb") as file,
        ):
            for chunk in response.iter_bytes():
                file.write(chunk)


class Async:
    """A client that is awaited.

    :param url: The server.
    :param transport: None is httpx's own.
    """

    def __init__(self, url: str, transport: Any = None) -> None:
        self._client = httpx.AsyncClient(base_url=where(url), headers=HEADERS, transport=transport)

    async def get_run(self) -> str:
        answer = await self._client.get("/threads/thread_any_1/runs/run_1")
        return str(json.loads(answer.content)["status"])

    async def close(self) -> None:
        await self._client.aclose()
