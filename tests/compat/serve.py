"""Starts a local service whose model does what the instructions of its agent say: ``serve.py --port-file F``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import turns

from agentkit.local import LocalService
from agentkit.local.models.base import Failure, ModelRequest, ModelTurn, ToolCall


class Obedient:
    """Makes the turns that stand in the instructions, in the order in which they stand there; see ``turns.py``."""

    name = "obedient"

    def respond(self, request: ModelRequest) -> ModelTurn:
        *pieces, turn = self.stream(request)
        whole: ModelTurn = replace(turn, text="".join(pieces) or turn.text)
        return whole

    def stream(self, request: ModelRequest) -> Iterator[Any]:
        """The pieces of text that come slowly or before a failure, and then the next turn."""
        turn = next_turn(request)
        text = turn.get("text", "").replace(turns.OUTPUTS, "; ".join(result.output for result in request.results))
        if "failure" in turn:
            if text:
                yield text
            raise Failure(turn["failure"], turn["code"])
        for _ in range(turn.get("times", 0)):
            time.sleep(turn["pause"])
            yield text
        calls = [ToolCall(**call) for call in turn.get("calls", ())]
        yield ModelTurn("" if "times" in turn else text, calls)


def next_turn(request: ModelRequest) -> dict[str, Any]:
    """The first turn of which nothing was done yet.

    :raises Failure: The instructions have no such turn.
    """
    made = 0
    for turn in json.loads(request.instructions):
        if "calls" not in turn or made == len(request.results):
            return dict(turn)
        made += len(turn["calls"])
    raise Failure(f"the instructions have no turn for what follows {len(request.results)} calls")


def main() -> None:
    """Serve with the key of AGENTKIT_LOCAL_KEY until the process is asked to end."""
    parser = argparse.ArgumentParser(description="A local service whose model does what its instructions say.")
    parser.add_argument("--port-file", type=Path, required=True, help="file that the port is written to")
    options = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with LocalService(key=os.environ["AGENTKIT_LOCAL_KEY"], model=Obedient(), allow_download=True) as service:
        draft = options.port_file.with_suffix(".tmp")
        draft.write_text(service.url.rpartition(":")[2], encoding="utf-8")
        draft.replace(options.port_file)
        while not ended.wait(1.0):
            continue


if __name__ == "__main__":
    main()
