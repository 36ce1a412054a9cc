"""What a client does for a run that asks for functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "HOW_TO_REGISTER",
    "MAX_ERROR_ROUNDS",
    "check_rounds",
    "function_calls",
    "function_names",
    "names_of_calls",
]

MAX_ERROR_ROUNDS = 10
"""So many rounds in which a call failed are answered; the next one cancels the run."""

HOW_TO_REGISTER = (
    "Register functions with enable_auto_function_calls(), or give them to create_agent() or to this call with toolset="
)


def function_calls(run: Any) -> list[Any] | None:
    """The function calls that a run waits for; None when it waits for nothing that a client could answer."""
    action = getattr(run, "required_action", None)
    details = getattr(action, "submit_tool_outputs", None)
    if str(getattr(run, "status", "")) != "requires_action" or details is None:
        return None
    return [call for call in details.tool_calls or () if getattr(call, "type", None) == "function"]


def names_of_calls(calls: Sequence[Any]) -> tuple[str, ...]:
    """The names of the functions that calls, or definitions, are of; each once, in order."""
    names = (getattr(getattr(call, "function", None), "name", None) for call in calls)
    return tuple(dict.fromkeys(str(name) for name in names if name))


def function_names(tools: Any) -> tuple[str, ...]:
    """The names of the functions among tool definitions; of what is none, nothing."""
    return names_of_calls([tool for tool in tools or () if getattr(tool, "type", None) == "function"])


def check_rounds(operation: str, value: Any) -> int:
    """A number of rounds from 0 up. Raises TypeError or ValueError that name the keyword."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{operation}(max_retry=) is a number of rounds, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{operation}(max_retry=) is a number of rounds from 0 up, not {value}")
    return value
