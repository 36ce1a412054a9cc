"""Starts a local service whose model calls the first function that it is offered: ``serve.py --port-file F``."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall

ARGUMENTS = '{"city": "Paris"}'


def call_the_function(request: ModelRequest) -> ModelTurn:
    """One call of the first function, then an answer with what came of it."""
    if request.results:
        return ModelTurn(text=f"The function said: {request.results[-1].output}")
    names = [tool["function"]["name"] for tool in request.tools if tool.get("type") == "function"]
    if not names:
        return ModelTurn(text="There is no function to call.")
    return ModelTurn(tool_calls=[ToolCall(kind="function", name=names[0], arguments=ARGUMENTS)])


def main() -> None:
    """Serve with the key of AGENTKIT_LOCAL_KEY until the process is asked to end."""
    parser = argparse.ArgumentParser(description="A local service whose model calls functions.")
    parser.add_argument("--port-file", type=Path, required=True, help="file that the port is written to")
    options = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with LocalService(key=os.environ["AGENTKIT_LOCAL_KEY"], model=call_the_function, allow_download=True) as service:
        draft = options.port_file.with_suffix(".tmp")
        draft.write_text(service.url.rpartition(":")[2], encoding="utf-8")
        draft.replace(options.port_file)
        while not ended.wait(1.0):
            continue


if __name__ == "__main__":
    main()
