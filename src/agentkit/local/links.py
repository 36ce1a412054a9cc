"""Pages of a listing that name the next one by a link. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from agentkit.local.errors import bad_request

__all__ = ["MAX_PAGE", "TOKEN", "linked_page"]

MAX_PAGE = 100
"""The most entries on one page."""

TOKEN = "skipToken"
"""The query parameter of a link that says after which entry the page begins."""


def linked_page(
    entries: Sequence[Mapping[str, Any]], query: Mapping[str, Any], url: str
) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    """The entries of one page, and the link to the next one.

    Entries that are added while somebody walks over the pages are on none of the pages that are left, and move nothing.

    :param entries: All there are, newest first, each with its ``id``.
    :param query: ``top`` is the most entries on all pages together, ``skip`` how many are left out at the beginning, ``maxpagesize``
        the most on one page; the token stands in links.
    :param url: The request's, from which the link is made.
    :return: The page, and the link; None on the last page.
    :raises ApiError: 400, the token is of no entry.
    """
    left = entries[_start(entries, query) :]
    top = query.get("top")
    if top is not None:
        left = left[:top]
    page = left[: min(query.get("maxpagesize", MAX_PAGE), MAX_PAGE)]
    if len(page) == len(left):
        return page, None
    more = {TOKEN: page[-1]["id"]} | ({"top": str(top - len(page))} if top is not None else {})
    return page, _link(url, more)


def _start(entries: Sequence[Mapping[str, Any]], query: Mapping[str, Any]) -> int:
    token = query.get(TOKEN)
    if token is None:
        return int(query.get("skip", 0))
    place = next((index for index, entry in enumerate(entries) if entry["id"] == token), None)
    if place is None:
        raise bad_request(
            f"{TOKEN}: '{token}' is of no entry of this listing; follow the nextLink that it gave as it is.", TOKEN
        )
    return place + 1


def _link(url: str, more: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in (*more, "skip")]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*kept, *more.items()]), ""))
