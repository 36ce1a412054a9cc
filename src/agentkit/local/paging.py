"""The rules of a listing: how many, in which order, after or before which object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentkit.local.errors import bad_request

__all__ = ["DEFAULT_LIMIT", "MAX_LIMIT", "Paging"]

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


@dataclass(frozen=True)
class Paging:
    """One page of a listing: at most ``limit`` objects, newest first unless ``ascending``, between two cursors."""

    limit: int = DEFAULT_LIMIT
    ascending: bool = False
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, query: Mapping[str, Any], limit: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> Paging:
        """The page that these query parameters ask for.

        :param limit: How many objects there are on it unless they say so.
        :param most: How many they may ask for.
        :raises ApiError: ``limit`` or ``order`` is out of its range.
        """
        limit = query.get("limit", limit)
        if not 1 <= limit <= most:
            raise bad_request(f"limit: {limit} was sent, a whole number from 1 to {most} is allowed.", "limit")
        order = query.get("order", "desc")
        if order not in ("asc", "desc"):
            raise bad_request(f"order: '{order}' was sent, 'asc' or 'desc' is allowed.", "order")
        return cls(limit, order == "asc", query.get("after") or None, query.get("before") or None)
