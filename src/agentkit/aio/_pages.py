"""Fetching page after page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from .._core.options import CallSettings
from .._paging import check_progress, from_token, next_page, page_items, token_of
from .._request import Request

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._pipeline import Pipeline

__all__ = ["AsyncItemPaged", "AsyncItemPages", "all_items"]

T = TypeVar("T")


async def all_items(pipeline: Pipeline, request: Request[Any], settings: CallSettings, page: Any) -> AsyncIterator[Any]:
    """The items of a page and of all pages after it.

    :param request: the request that gave the page.
    :raises RuntimeError: the service makes no progress from page to page.
    """
    seen: set[str] = set()
    while True:
        for item in page_items(page):
            yield item
        following = next_page(request, page, seen, pipeline.endpoint.base_url)
        if following is None:
            return
        request, page = following, await pipeline.send(following, settings)
        check_progress(request, page, seen)


class AsyncItemPaged(AsyncIterator[T]):
    """All items of a list, page after page as they are asked for. Nothing is requested before.

    It can be walked once, by item or, with :meth:`by_page`, page by page. The limit of the call is the size of a page.
    """

    def __init__(self, pipeline: Pipeline, request: Request[Any], settings: CallSettings) -> None:
        self._pages = AsyncItemPages[T](pipeline, request, settings)
        self._items: AsyncIterator[T] | None = None

    def by_page(self, continuation_token: str | None = None) -> AsyncItemPages[T]:
        """The pages, each an iterator of its items.

        :param continuation_token: where to go on: the ``continuation_token`` of pages that were walked before.
        :raises ValueError: the walk has begun.
        """
        if self._items is not None:
            raise ValueError("by_page() was called on a list that is being walked item by item: make the list anew")
        return self._pages.going_on_from(continuation_token)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._items is None:
            self._items = self._walk()
        return await self._items.__anext__()

    async def _walk(self) -> AsyncIterator[T]:
        async for page in self._pages:
            async for item in page:
                yield item


class AsyncItemPages(AsyncIterator[AsyncIterator[T]]):
    """The pages of a list, requested one by one.

    ``continuation_token`` says where the page after the last one that was given begins; None before the first page and at the end.
    """

    def __init__(self, pipeline: Pipeline, request: Request[Any], settings: CallSettings) -> None:
        self.continuation_token: str | None = None
        self._pipeline = pipeline
        self._next: Request[Any] | None = request
        # A callback gets the items of a page, as with azure-core's lists, and gives the items in their place.
        self._cls: Any = settings.cls
        self._settings = replace(settings, cls=None)
        self._seen: set[str] = set()
        self._astray: RuntimeError | None = None

    def going_on_from(self, token: str | None) -> Self:
        """These pages from a token on; from their beginning without one."""
        if token is not None and self._next is not None:
            self._next = from_token(self._next, token, self._pipeline.endpoint.base_url)
        return self

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AsyncIterator[T]:
        if self._astray is not None:
            raise self._astray
        request = self._next
        if request is None:
            raise StopAsyncIteration
        page = await self._pipeline.send(request, self._settings)
        check_progress(request, page, self._seen)
        # A request that fails can be made again: the walk goes on where it was.
        try:
            self._next = next_page(request, page, self._seen, self._pipeline.endpoint.base_url, when_unsaid=True)
        except RuntimeError as error:
            # The page itself is good, and is given first; it is the way on from it that is not.
            self._next, self._astray = None, error
        self.continuation_token = None if self._next is None else token_of(self._next)
        items = page_items(page)
        return _each(items if self._cls is None else self._cls(items))


async def _each(items: Any) -> AsyncIterator[Any]:
    for item in items:
        yield item
