"""What a client does for a run that asks for functions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

__all__ = ["MAX_ERROR_ROUNDS", "function_calls", "unavailable_outputs"]

MAX_ERROR_ROUNDS = 10
"""So many rounds of nothing but errors are answered; the next one cancels the run."""


def function_calls(run: Any) -> list[Any] | None:
    """The function calls that a run waits for; None when it waits for nothing that a client could answer."""
    action = getattr(run, "required_action", None)
    details = getattr(action, "submit_tool_outputs", None)
    if str(getattr(run, "status", "")) != "requires_action" or details is None:
        return None
    return [call for call in details.tool_calls or () if getattr(call, "type", None) == "function"]


def unavailable_outputs(calls: Sequence[Any]) -> list[dict[str, str]]:
    """Outputs that tell the model that its functions have no implementation here, so that the run can go on."""
    return [
        {"tool_call_id": call.id, "output": json.dumps({"error": f"Function '{call.function.name}' not found."})}
        for call in calls
    ]
