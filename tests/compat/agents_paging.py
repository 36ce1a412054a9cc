"""The lists of azure-ai-agents: it goes on until a page has no last id, whatever ``has_more`` says, and every item must come once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from azure.ai.agents import models as m
from listening import each
from scenarios import CSV

if TYPE_CHECKING:
    from clients import Api, Report

ITEMS = 7
LIMITS = (1, 3, ITEMS, 100)  # pages of one, a last page that is not full, one page that is just full, and one that is not


async def all_of(listed: Any) -> list[str]:
    """The ids of all items of a list."""
    return [item.id async for item in each(listed)]


async def pages_of(listed: Any, token: str | None = None) -> list[list[str]]:
    """The ids of the items of each page of a list.

    :param token: What the list goes on from.
    """
    return [await all_of(page) async for page in each(listed.by_page(continuation_token=token))]


async def hold(report: Report, name: str, listing: Callable[..., Any], made: list[str]) -> None:
    """Hold a list, which has nothing but what was made, in both orders and in pages of several sizes.

    :param name: The name of the operation.
    :param listing: Lists, with the keywords that it is given.
    :param made: The ids of what was made, in the order in which it was.
    """
    with report.check(name):
        for limit in LIMITS:
            assert await all_of(await listing(limit=limit, order="asc")) == made, limit
            assert await all_of(await listing(limit=limit, order=m.ListSortOrder.DESCENDING)) == made[::-1], limit
        assert await all_of(await listing()) == made[::-1]
    with report.check(f"the pages of {name}"):
        assert await pages_of(await listing(limit=3, order="asc")) == [made[:3], made[3:6], made[6:], []]
        assert await pages_of(await listing(limit=3, order="asc"), made[4]) == [made[5:], []]
        assert await all_of(await listing(order="asc", before=made[2])) == made[:2]


async def runs_and_messages(api: Api, report: Report) -> None:
    agent = await api.create_agent(model="m", name="listed")
    thread = await api.threads.create()
    messages = [(await api.messages.create(thread.id, role="user", content=str(n))).id for n in range(ITEMS)]
    await hold(report, "messages.list", lambda **keywords: api.messages.list(thread.id, **keywords), messages)
    runs = []
    for _ in range(ITEMS):
        run = await api.runs.create_and_process(thread.id, agent_id=agent.id, polling_interval=0.02)
        runs.append(run.id)
    await hold(report, "runs.list", lambda **keywords: api.runs.list(thread.id, **keywords), runs)
    with report.check("messages.list"):
        (answer,) = [message async for message in each(await api.messages.list(thread.id, run_id=runs[2]))]
        assert (answer.run_id, answer.role) == (runs[2], "assistant")


async def vector_store_files(api: Api, report: Report) -> None:
    store = await api.vector_stores.create(name="listed")
    files = [(await api.files.upload(file=(f"{n}.csv", CSV), purpose="assistants")).id for n in range(ITEMS)]
    for file in files:
        await api.vector_store_files.create_and_poll(store.id, file_id=file, polling_interval=0.02)
    await hold(report, "vector_store_files.list", lambda **keywords: api.vector_store_files.list(store.id, **keywords), files)
    with report.check("vector_store_files.list"):
        failed = await api.vector_store_files.list(store.id, filter=m.VectorStoreFileStatusFilter.FAILED)
        assert await all_of(failed) == []
    other = await api.vector_stores.create()
    batch = await api.vector_store_file_batches.create_and_poll(other.id, file_ids=files, polling_interval=0.02)

    async def listing(**keywords: Any) -> Any:
        return await api.vector_store_file_batches.list_files(other.id, batch.id, **keywords)

    await hold(report, "vector_store_file_batches.list_files", listing, files)


async def among_others(api: Api, report: Report) -> None:
    """The lists that hold also what others made."""
    for name, make, listing in (
        ("list_agents", lambda: api.create_agent(model="m"), api.list_agents),
        ("threads.list", api.threads.create, api.threads.list),
        ("vector_stores.list", api.vector_stores.create, api.vector_stores.list),
    ):
        made = [(await make()).id for _ in range(ITEMS)]
        with report.check(name):
            for limit in LIMITS[1:]:
                newest = await all_of(await listing(limit=limit))
                assert newest[:ITEMS] == made[::-1], limit
                assert len(newest) == len(set(newest))
                assert await all_of(await listing(limit=limit, order="asc")) == newest[::-1], limit
            assert (await pages_of(await listing(limit=4)))[:1] == [made[:2:-1]]


OFFLINE = (runs_and_messages, vector_store_files, among_others)
"""What runs on a service with the offline model."""
