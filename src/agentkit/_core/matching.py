"""Whether an object has what it was asked to have, when services add to what they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["holds"]


def holds(there: Any, asked: Any) -> bool:
    """Whether all that is asked for is there; mappings may have more, as services fill in what was left out.

    :param there: a value in its wire form.
    :param asked: what it should hold, in its wire form.
    """
    if isinstance(asked, Mapping):
        return isinstance(there, Mapping) and all(name in there and holds(there[name], value) for name, value in asked.items())
    if isinstance(asked, Sequence) and not isinstance(asked, (str, bytes)):
        listed = isinstance(there, Sequence) and not isinstance(there, (str, bytes)) and len(there) == len(asked)
        return listed and all(map(holds, there, asked))
    return bool(there == asked)
