"""What the tools of a response work with whose calls the service makes itself: a container with its files, vector stores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agentkit.local.models.base import FileRef

__all__ = ["Means"]


@dataclass(frozen=True)
class Means:
    """What there is to work with.

    :param container: The id of the container in which code is run: what one program leaves there, the next one finds.
    :param files: The files that are put there.
    :param vector_stores: The ids of the vector stores that are searched.
    :param search: How they are searched, as the tool says it.
    :param searched_files: The ids of the files that pass the tool's filters; None is all.
    :param most_calls: How many calls there may be; None is any number.
    """

    container: str = ""
    files: tuple[FileRef, ...] = ()
    vector_stores: tuple[str, ...] = ()
    search: Mapping[str, Any] | None = None
    searched_files: Collection[str] | None = None
    most_calls: int | None = None
