"""Walking over all pages of a list: the pure rules, and what a page hands out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ._attached import attached
from ._request import Request

__all__ = ["AutoPager", "PageMembers", "check_progress", "from_token", "next_page", "page_items", "token_of"]

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
            raise TypeError(
                "this page did not come from the async client: iterate with `for item in page.auto_paging_iter()`, without async"
            )
        return self._items


class PageMembers(Generic[T]):
    """What every page of a list can do besides holding its items."""

    def auto_paging_iter(self) -> AutoPager[T]:
        """All items from this page on, the next pages fetched as they are needed: ``for`` with the sync client, ``async for`` with
        the async one. Order, filter and page size stay those of this page; from a page that was asked for with ``before`` alone, it
        goes back page by page.

        :return: an iterable that can be walked once.
        :rtype: ~agentkit._paging.AutoPager
        :raises RuntimeError: the service makes no progress from page to page, or there are more pages and the page has no client to
            fetch them, because it was pickled (raised by the iteration).
        """
        walk = attached(self, "walk")
        return AutoPager(_alone(self) if walk is None else walk(self))


def _alone(page: Any) -> Iterator[Any]:
    """The items of a page that no client stands behind."""
    yield from page_items(page)
    if getattr(page, "has_more", None):
        raise RuntimeError(
            f"there is more after {_cursor(page, going_back=False)!r}, but this page has no client to fetch it: it was made by hand or "
            "from a pickle. Ask a client for the list again, with after= that id"
        )


def page_items(page: Any) -> list[Any]:
    """The items of a page; a page without data is an empty one."""
    items = page.value if hasattr(page, "next_link") else page.data
    return items if isinstance(items, list) else []


def next_page(
    request: Request[Any], page: Any, seen: set[str], base_url: str, *, when_unsaid: bool = False
) -> Request[Any] | None:
    """The request for what comes after a page, or None when the page is the last one.

    :param request: the request of the page; its order, filter and limit stay, and so does the other end of a range.
    :param page: the page as it came.
    :param seen: the cursors or links that were asked for so far; the next one is added.
    :param base_url: where the service stands, which links have to lead to.
    :keyword when_unsaid: whether a page that says where it ends, and not whether there is more, is followed by another.
    :raises RuntimeError: the service says that there is more, but does not say where, or says a place that is not the service's own.
    """
    if request.by_links:
        link = page.next_link
        if not isinstance(link, str) or not link:
            return None
        following = _linked(request, link, base_url)
        seen.add(following.url or "")
        return following
    more = getattr(page, "has_more", None)
    if more is None and when_unsaid:
        more = getattr(page, "last_id", None)
    if not more or not page_items(page):
        return None
    going_back = _goes_back(request)
    cursor = _cursor(page, going_back=going_back)
    if cursor is None:
        raise RuntimeError(
            f"{request.operation}: the service says that there is more, but gives no cursor; stopped after {len(seen) + 1} pages. "
            "What was read so far is complete up to here."
        )
    seen.add(cursor)
    return replace(request, params={**request.params, ("before" if going_back else "after"): cursor})


def token_of(request: Request[Any]) -> str:
    """Where the page of a request begins, as text that :func:`from_token` takes."""
    if request.url is not None:
        return request.url
    token: str = request.params["before" if _goes_back(request) else "after"]
    return token


def from_token(request: Request[Any], token: str, base_url: str) -> Request[Any]:
    """The request for the page that begins at a token.

    :param base_url: where the service stands, which a token that is a link has to lead to.
    :raises RuntimeError: it does not.
    """
    if request.by_links:
        return _linked(request, token, base_url)
    return replace(request, params={**request.params, ("before" if _goes_back(request) else "after"): token})


def check_progress(request: Request[Any], page: Any, seen: set[str]) -> None:
    """Refuse a page that ends where an earlier one ended, before its items are handed out a second time.

    :raises RuntimeError: it does.
    """
    if request.by_links:
        link = page.next_link
        # A page is known by where the next one is: a link that was followed before begins the same pages again.
        if isinstance(link, str) and request.url is not None and _absolute(request.url, link) in seen:
            raise RuntimeError(
                f"{request.operation}: the service names a page as the next one that was read already; stopped after {len(seen)} pages. "
                "What was read so far is complete up to here."
            )
        return
    cursor = _cursor(page, going_back=_goes_back(request))
    if page_items(page) and cursor in seen:
        raise RuntimeError(
            f"{request.operation}: the service gives the same cursor again: {cursor!r}; stopped after {len(seen)} pages. What was read "
            "so far is complete up to here."
        )


def _linked(request: Request[Any], link: str, base_url: str) -> Request[Any]:
    """The request for the page that a link names: the caller's key or token goes to the service alone, and only the way it went before."""
    url = _absolute(request.url or base_url + request.path, link)
    if url is None:
        raise RuntimeError(
            f"{request.operation}: the service names a next page that is not on its own host, {urlsplit(base_url).netloc}. It is not asked "
            "for, because the credential would go there. What was read so far is complete up to here."
        )
    return replace(request, url=url)


def _absolute(base: str, link: str) -> str | None:
    """The address that a link leads to from a page, without fragment; None where that is another origin, or cannot be read surely."""
    try:
        own, parts = urlsplit(base), urlsplit(urljoin(base, link))
        same = (parts.scheme, parts.hostname, _port(parts)) == (own.scheme, own.hostname, _port(own))
    except ValueError:
        return None
    # Parsers disagree on where the host ends in URLs with these.
    if not same or "@" in parts.netloc or "\\" in link:
        return None
    return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, ""))


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _goes_back(request: Request[Any]) -> bool:
    return "before" in request.params and "after" not in request.params


def _cursor(page: Any, *, going_back: bool) -> str | None:
    """The id from which the next page goes on: as the page has it, else the id of its last item, or going back its first."""
    items = page_items(page)
    said = page.first_id if going_back else page.last_id
    cursor = said or (getattr(items[0 if going_back else -1], "id", None) if items else None)
    return cursor if isinstance(cursor, str) and cursor else None
