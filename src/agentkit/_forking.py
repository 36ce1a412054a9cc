"""What has to be made anew in a process that was forked: locks that other threads held, connections that are the parent's."""

from __future__ import annotations

import os
from typing import Any, Protocol
from weakref import WeakSet

__all__ = ["held_over_forks", "renewed_in_children"]


class Renewable(Protocol):
    """Something that is not to be used in a child as it was in the parent."""

    def _forked(self) -> None:
        """Begin anew. No other thread runs."""


def renewed_in_children(owner: Renewable) -> None:
    """Have an object told when the process is a new child, for as long as the object lives.

    :param owner: What holds locks or connections.
    """
    _OWNERS.add(owner)


def held_over_forks(lock: Any) -> None:
    """Have the process forked only while no other thread holds a lock: what it guards is whole in the child.

    :param lock: A lock of a module, which lives as long as the process.
    """
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)


_OWNERS: WeakSet[Any] = WeakSet()


def _renew() -> None:
    for owner in list(_OWNERS):
        owner._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
