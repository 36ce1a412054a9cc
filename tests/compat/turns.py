"""The turns that a scenario has its model make, as they stand in the instructions of its agent. Needs nothing but Python.

The program of the published client writes them, the service's model reads them: ``script(calls(call("weather", city="Rome")), "Rain.")``.
A text is an answer, and ends the run.
"""

from __future__ import annotations

import json
from typing import Any

OUTPUTS = "{outputs}"
"""Stands in a text for what came of all calls so far."""

Turn = str | dict[str, Any]


def script(*turns: Turn) -> str:
    """Instructions that have the model make these turns, one after the other."""
    return json.dumps([{"text": turn} if isinstance(turn, str) else turn for turn in turns])


def calls(*made: dict[str, str]) -> Turn:
    """A turn that makes these calls."""
    return {"calls": list(made)}


def call(name: str, /, kind: str = "function", **arguments: Any) -> dict[str, str]:
    """A call of a function, or of an operation of an API.

    :param kind: ``function`` or ``openapi``.
    """
    return {"kind": kind, "name": name, "arguments": json.dumps(arguments)}


def hand_over(name: str, text: str) -> dict[str, str]:
    """A call that tells a connected agent something."""
    return {"kind": "connected_agent", "name": name, "input": text}


def talk(text: str, times: int, pause: float) -> Turn:
    """An answer that is the same text over and over.

    :param pause: Seconds before each of them.
    """
    return {"text": text, "times": times, "pause": pause}


def failure(message: str, code: str, after: str = "") -> Turn:
    """A turn that fails the run.

    :param after: What is said before.
    """
    return {"text": after, "failure": message, "code": code}
