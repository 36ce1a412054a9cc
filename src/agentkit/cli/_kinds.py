"""The kinds of things that a service keeps: how each is listed, fetched, deleted, and what of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._finding import find_agent

if TYPE_CHECKING:
    from .. import AIProjectClient

__all__ = ["KINDS", "Kind", "moment", "page_size", "size"]

_LARGEST_PAGE = 100


@dataclass(frozen=True)
class Kind:
    """One kind of things.

    :param name: what the command is called.
    :param one: one of them, in words.
    :param identifier: what a command line names one by.
    :param columns: the headings of their list, and what stands below each.
    :param pages: the first page of their list; the second argument is the most that it may hold.
    :param get: one of them.
    :param delete: deletes one of them by its id.
    """

    name: str
    one: str
    identifier: str
    columns: dict[str, Callable[[Any], str]]
    pages: Callable[[AIProjectClient, int], Any]
    get: Callable[[AIProjectClient, str], Any]
    delete: Callable[[AIProjectClient, str], Any]

    def some(self, client: AIProjectClient, limit: int) -> Iterable[Any]:
        """All of them, the newest first, in pages that suit a limit."""
        items: Iterable[Any] = self.pages(client, page_size(limit)).auto_paging_iter()
        return items

    def row(self, thing: Any) -> list[str]:
        """The cells of one of them."""
        return [show(thing) for show in self.columns.values()]


def page_size(limit: int) -> int:
    """How much to ask for at once: one more than is shown tells whether there is more."""
    return min(limit + 1, _LARGEST_PAGE)


def moment(value: Any) -> str:
    """A moment in local time, without what nobody reads in a list."""
    return value.astimezone().strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else ""


def size(value: Any) -> str:
    """A number of bytes in the unit that suits it."""
    if not isinstance(value, int):
        return ""
    if value < 1000:
        return f"{value} B"
    number, unit = next(
        (value / 1000**power, unit)
        for power, unit in ((1, "kB"), (2, "MB"), (3, "GB"))
        if value < 1000 ** (power + 1) or power == 3
    )
    return f"{number:.1f} {unit}"


def _text(name: str) -> Callable[[Any], str]:
    def show(thing: Any) -> str:
        value = getattr(thing, name, None)
        return "" if value is None else str(value)

    return show


def _created(thing: Any) -> str:
    return moment(thing.created_at)


def _tools(agent: Any) -> str:
    kinds: Sequence[str] = [str(tool.type) for tool in agent.tools or ()]
    return ", ".join(dict.fromkeys(kinds))


def _metadata(thread: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in (thread.metadata or {}).items())


def _counts(store: Any) -> str:
    counts = store.file_counts
    if counts is None:
        return ""
    return f"{counts.completed} of {counts.total}" + (f", {counts.failed} failed" if counts.failed else "")


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "agents",
            "agent",
            "ID|NAME",
            {"id": _text("id"), "name": _text("name"), "model": _text("model"), "tools": _tools, "created": _created},
            lambda client, limit: client.agents.list_agents(limit=limit),
            find_agent,
            lambda client, identifier: client.agents.delete_agent(identifier),
        ),
        Kind(
            "threads",
            "thread",
            "ID",
            {"id": _text("id"), "created": _created, "metadata": _metadata},
            lambda client, limit: client.agents.list_threads(limit=limit),
            lambda client, identifier: client.agents.get_thread(identifier),
            lambda client, identifier: client.agents.delete_thread(identifier),
        ),
        Kind(
            "files",
            "file",
            "ID",
            {
                "id": _text("id"),
                "name": _text("filename"),
                "size": lambda file: size(file.bytes),
                "purpose": _text("purpose"),
                "created": _created,
            },
            lambda client, limit: client.agents.list_files(),
            lambda client, identifier: client.agents.get_file(identifier),
            lambda client, identifier: client.agents.delete_file(identifier),
        ),
        Kind(
            "stores",
            "vector store",
            "ID",
            {
                "id": _text("id"),
                "name": _text("name"),
                "status": _text("status"),
                "files": _counts,
                "size": lambda store: size(store.usage_bytes),
                "created": _created,
            },
            lambda client, limit: client.agents.list_vector_stores(limit=limit),
            lambda client, identifier: client.agents.get_vector_store(identifier),
            lambda client, identifier: client.agents.delete_vector_store(identifier),
        ),
    )
}
