"""What comes of a call that is carried out outside of its run: by another agent, by an API, or by nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CallOutcome", "refusal"]


@dataclass(frozen=True)
class CallOutcome:
    """What the model is told, and what is added to the call's entry in its step.

    ``failed`` says that the call did not do what it was made for; ``usage`` is what it used up of tokens.
    """

    text: str
    details: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    usage: dict[str, int] | None = None

    @property
    def entry(self) -> dict[str, str]:
        """What is added to the call's entry."""
        return {**self.details, "output": self.text}


def refusal(text: str) -> CallOutcome:
    """A call that was not made, with the reason."""
    return CallOutcome(text, failed=True)
