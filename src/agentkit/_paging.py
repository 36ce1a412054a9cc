"""Walking over all pages of a list: the pure rules, and what a page hands out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

from ._request import Request

__all__ = ["AutoPager", "PageMembers", "next_page", "page_items"]

T = TypeVar("T")


class AutoPager(Generic[T]):
    """All items from a page on, fetched page by page as they are asked for: ``for`` with the sync client, ``async for`` with the
    async one."""

    def __init__(self, items: Iterator[T] | AsyncIterator[T]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[T]:
        if not isinstance(self._items, Iterator):
            raise TypeError("this page came from the async client: iterate with `async for item in page.auto_paging_iter()`")
        return self._items

    def __aiter__(self) -> AsyncIterator[T]:
        if not isinstance(self._items, AsyncIterator):
            raise TypeError("this page came from the sync client: iterate with `for item in page.auto_paging_iter()`")
        return self._items


class PageMembers(Generic[T]):
    """What every page of a list can do besides holding its items."""

    def auto_paging_iter(self) -> AutoPager[T]:
        """All items from this page on, the next pages fetched as they are needed: ``for`` with the sync client, ``async for`` with
        the async one. Order, filter and page size stay those of this page.

        :return: an iterable that can be walked once.
        :rtype: ~agentkit._paging.AutoPager
        :raises RuntimeError: the service makes no progress from page to page (raised by the iteration).
        """
        walk = self.__dict__.get("_walk")
        return AutoPager(iter(page_items(self)) if walk is None else walk())


def page_items(page: Any) -> list[Any]:
    """The items of a page; a page without data is an empty one."""
    return page.data if isinstance(page.data, list) else []


def next_page(request: Request[Any], page: Any, seen: set[str]) -> Request[Any] | None:
    """The request for what comes after a page, or None when the page is the last one.

    :param request: the request of the page; its order, filter and limit stay.
    :param page: the page as it came.
    :param seen: the cursors that were asked for so far; the next one is added.
    :raises RuntimeError: the service says that there is more but leads to no new page.
    """
    items = page_items(page)
    if not getattr(page, "has_more", None) or not items:
        return None
    going_back = "before" in request.params and "after" not in request.params
    cursor = (page.first_id if going_back else page.last_id) or getattr(items[0 if going_back else -1], "id", None)
    if not cursor or cursor in seen:
        raise RuntimeError(
            f"{request.operation}: the service says that there is more, but gives "
            f"{'the same cursor again: ' + repr(cursor) if cursor else 'no cursor'}; stopped after {len(seen) + 1} pages. "
            "What was read so far is complete up to here."
        )
    seen.add(cursor)
    params = {name: value for name, value in request.params.items() if name not in ("after", "before")}
    return replace(request, params={**params, ("before" if going_back else "after"): cursor})
