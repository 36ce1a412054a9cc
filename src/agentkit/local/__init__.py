"""The embedded service: agents, threads, messages, runs, files and vector stores on a loopback port of this machine.

>>> from agentkit.local import LocalService
>>> with LocalService() as service:
...     service.url.startswith("http://127.0.0.1:")
True

Its packages come with the extra ``local``; they are imported when a service starts, not before.
"""

from __future__ import annotations

from agentkit.local.hosting import Hosting
from agentkit.local.models import ChatEndpoint, Delay, Failure, ModelRequest, ModelTurn, ScriptedModel, ToolCall, call, code
from agentkit.local.service import LocalService

__all__ = [
    "ChatEndpoint",
    "Delay",
    "Failure",
    "Hosting",
    "LocalService",
    "ModelRequest",
    "ModelTurn",
    "ScriptedModel",
    "ToolCall",
    "call",
    "code",
]
