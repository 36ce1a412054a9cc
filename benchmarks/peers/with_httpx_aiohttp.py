"""The works of the comparison, done with httpx over the transport of httpx-aiohttp, where that is another than httpx's own."""

from __future__ import annotations

import with_httpx
from httpx_aiohttp import AiohttpTransport

Sync = with_httpx.Sync


class Async(with_httpx.Async):
    """A client that is awaited."""

    def __init__(self, url: str) -> None:
        super().__init__(url, AiohttpTransport())
