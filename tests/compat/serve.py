"""Starts a local service whose model does what the instructions of its agent say: ``serve.py``, or ``serve.py --tls``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import turns

from agentkit.local import LocalService
from agentkit.local.models.base import Failure, ModelRequest, ModelTurn, ToolCall
from agentkit.local.variables import export_line


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
    """Print the variables by which clients find the service, and serve until the process is asked to end."""
    parser = argparse.ArgumentParser(description="A local service whose model does what its instructions say.")
    parser.add_argument("--tls", action="store_true", help="speak HTTPS")
    options = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with LocalService(
        key=os.environ["AGENTKIT_LOCAL_KEY"], model=Obedient(), tls=options.tls, code_interpreter=True, allow_download=True
    ) as service:
        print(*(export_line(name, value) for name, value in service.variables.items()), sep="\n", flush=True)
        while not ended.wait(1.0):
            continue


if __name__ == "__main__":
    main()
