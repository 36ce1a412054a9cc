"""The first call, done with httpx and pydantic and nothing of agentkit: what remains of its cost when agentkit costs nothing.

It runs in agentkit's environment. As agentkit does it, certificates are loaded for no service over plain http.
"""

from __future__ import annotations

import httpx
from pydantic import BaseModel
from with_httpx import HEADERS, where


class Run(BaseModel):
    """What is read of a run."""

    id: str
    status: str


class Sync:
    """One transport, and one class that answers are read into."""

    def __init__(self, url: str) -> None:
        self._base = where(url)
        self._transport = httpx.HTTPTransport(verify=False)

    def get_run(self) -> str:
        request = httpx.Request("GET", f"{self._base}/threads/thread_any_1/runs/run_1", headers=HEADERS)
        return Run.model_validate_json(self._transport.handle_request(request).read()).status
