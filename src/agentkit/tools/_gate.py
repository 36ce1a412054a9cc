"""Lets a caller's own rule refuse a call before it is made."""

from __future__ import annotations

import dataclasses
from typing import Any

from .._core.functions import CallError, PlannedCall

__all__ = ["Refuse", "RefusedError", "checked"]


@dataclasses.dataclass(frozen=True)
class Refuse:
    """What ``on_tool_call=`` returns to keep a function from being called.

    :param reason: why; the model reads it as the call's outcome.
    """

    reason: str = "the user did not allow this call"


class RefusedError(CallError):
    """The caller's ``on_tool_call`` refused the call."""


def checked(plan: PlannedCall, verdict: Any) -> PlannedCall:
    """The plan of a call after ``on_tool_call`` has seen it.

    :param plan: the call.
    :param verdict: what ``on_tool_call`` returned: None, or a :class:`Refuse`.
    :raises TypeError: it returned anything else, which may have been meant either way.
    """
    if verdict is None:
        return plan
    if isinstance(verdict, Refuse):
        return dataclasses.replace(plan, function=None, error=RefusedError(f"{plan.name}() was not called: {verdict.reason}"))
    raise TypeError(
        f"on_tool_call= returned {type(verdict).__name__} for {plan.name}(); return None to allow the call, or Refuse(reason)"
    )
