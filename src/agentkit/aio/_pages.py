"""Fetching page after page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .._core.options import CallSettings
from .._paging import check_progress, next_page, page_items
from .._request import Request

if TYPE_CHECKING:
    from ._pipeline import Pipeline

__all__ = ["all_items"]


async def all_items(pipeline: Pipeline, request: Request[Any], settings: CallSettings, page: Any) -> AsyncIterator[Any]:
    """The items of a page and of all pages after it.

    :param request: the request that gave the page.
    :raises RuntimeError: the service makes no progress from page to page.
    """
    seen: set[str] = set()
    while True:
        for item in page_items(page):
            yield item
        following = next_page(request, page, seen)
        if following is None:
            return
        request, page = following, await pipeline.send(following, settings)
        check_progress(request, page, seen)
