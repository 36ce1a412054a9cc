"""One step of the doctor: what was looked at, how it went, and what to do next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__ = ["Status", "Step", "within"]

R = TypeVar("R")

Status = str
OK, FAILED, NOT_RUN = "ok", "failed", "not run"


@dataclass(frozen=True)
class Step:
    """How one step went.

    :param name: what was looked at.
    :param status: ``ok``, ``failed`` or ``not run``.
    :param detail: what was found, or why it was not run, in one line.
    :param next: what to do about it; empty where there is nothing to do.
    :param facts: what was found, by name.
    """

    name: str
    status: Status
    detail: str
    next: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def ok(cls, name: str, detail: str, **facts: Any) -> Step:
        """A step that went well."""
        return cls(name, OK, detail, facts=facts)

    @classmethod
    def failed(cls, name: str, detail: str, next: str, **facts: Any) -> Step:
        """A step that did not."""
        return cls(name, FAILED, detail, next, facts)

    @classmethod
    def not_run(cls, name: str, why: str) -> Step:
        """A step that cannot be made, or need not be."""
        return cls(name, NOT_RUN, why)

    @property
    def is_failed(self) -> bool:
        """Whether something is to be done about it."""
        return self.status == FAILED


def within(seconds: float, what: str, function: Callable[[], R]) -> R:
    """Call something that has no timeout of its own, such as the resolver of names.

    :raises TimeoutError: it takes longer; it is left behind in its thread.
    """
    returned: list[R] = []
    raised: list[Exception] = []

    def call() -> None:
        try:
            returned.append(function())
        except Exception as error:  # noqa: BLE001 - it is raised again, in the thread that waits
            raised.append(error)

    thread = threading.Thread(target=call, name=what, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not returned:
        raise TimeoutError(f"{what} took more than {seconds:g} s")
    return returned[0]
