"""Walking over the pages of a list: each item once, in order, from any place, and never in a circle."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

import agentkit
from agentkit import models
from agentkit.exceptions import HttpResponseError
from agentkit.local import LocalService
from agentkit.operations import AgentsOperations

from .faces import Connect, Face, done, iterator, next_piece, pieces
from .servers import Answer, RawServer

COUNT = 230
CURSORS = [0, 1, 99, 100, 115, 228, 229]


@dataclass
class Thread:
    """A thread with many messages, by their ids from the oldest to the newest."""

    id: str
    messages: list[str]

    def in_order(self, order: str) -> list[str]:
        return self.messages if order == "asc" else self.messages[::-1]


@pytest.fixture(scope="module")
def thread(service: LocalService) -> Iterator[Thread]:
    with agentkit.AIProjectClient(service.url, service.key) as client, ThreadPoolExecutor(4) as pool:
        made = client.agents.create_thread()
        list(pool.map(lambda n: client.agents.create_message(made.id, role="user", content=f"m{n}"), range(COUNT)))
        pages = []
        after = None
        while after is None or pages[-1].has_more:
            pages.append(client.agents.list_messages(made.id, order="asc", limit=100, after=after))
            after = pages[-1].last_id
        messages = [message.id for page in pages for message in page.data]
        assert len(messages) == len(set(messages)) == COUNT
        yield Thread(made.id, messages)


async def walked(page: Any) -> list[Any]:
    """The ids of what a page's iterator gives."""
    return [item.id for item in await pieces(iterator(page.auto_paging_iter()))]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [7, 100, None])
async def test_every_item_comes_once_and_in_order(
    limit: int | None, order: str, thread: Thread, service: LocalService, connect: Connect
) -> None:
    asked: list[str] = []
    agents = connect(service, raw_request_hook=lambda request: asked.append(request.http_request.url)).agents
    page = await done(agents.list_messages(thread.id, order=order, limit=limit))
    assert len(page.data) == (limit or 20), "one page is one page"
    assert await walked(page) == thread.in_order(order)
    assert len(asked) == -(-COUNT // (limit or 20))
    assert all(f"order={order}" in url and (limit is None or f"limit={limit}" in url) for url in asked)
    assert all("after=" in url and "before=" not in url for url in asked[1:])


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("place", CURSORS)
async def test_it_goes_on_after_any_item(
    place: int, order: str, thread: Thread, service: LocalService, connect: Connect
) -> None:
    agents, ids = connect(service).agents, thread.in_order(order)
    page = await done(agents.list_messages(thread.id, order=order, limit=50, after=ids[place]))
    assert await walked(page) == ids[place + 1 :]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("place", CURSORS)
async def test_it_goes_back_from_before_any_item(
    place: int, order: str, thread: Thread, service: LocalService, connect: Connect
) -> None:
    """Page by page towards the start, each page in its order."""
    agents, ids = connect(service).agents, thread.in_order(order)
    page = await done(agents.list_messages(thread.id, order=order, limit=50, before=ids[place]))
    found = await walked(page)
    assert sorted(found) == sorted(ids[:place])
    assert found[: min(50, place)] == ids[max(0, place - 50) : place]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_range_ends_where_it_was_to_end(order: str, thread: Thread, service: LocalService, connect: Connect) -> None:
    agents, ids = connect(service).agents, thread.in_order(order)
    page = await done(agents.list_messages(thread.id, order=order, limit=20, after=ids[9], before=ids[150]))
    assert await walked(page) == ids[10:150]


async def test_a_walk_may_start_on_a_later_page_and_be_left_early(
    thread: Thread, service: LocalService, connect: Connect
) -> None:
    agents = connect(service).agents
    first = await done(agents.list_messages(thread.id, order="asc", limit=100))
    second = await done(agents.list_messages(thread.id, order="asc", limit=100, after=first.last_id))
    assert await walked(second) == thread.messages[100:]
    some = iterator(first.auto_paging_iter())
    for expected in thread.messages[:150]:
        assert (await next_piece(some)).id == expected
    assert await walked(first) == thread.messages, "a second walk starts again"


async def test_a_filter_is_kept(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "hi"}]))
    runs = [await done(agents.create_and_process_run(thread.id, agent_id=agent.id)) for _ in range(3)]
    of_run = [await walked(await done(agents.list_messages(thread.id, run_id=run.id, limit=1))) for run in runs]
    assert [len(ids) for ids in of_run] == [1, 1, 1]
    assert len(await walked(await done(agents.list_messages(thread.id, limit=1)))) == 4
    assert await walked(await done(agents.list_runs(thread.id, limit=1, order="asc"))) == [run.id for run in runs]
    steps = await done(agents.list_run_steps(thread.id, runs[0].id, limit=1))
    assert await walked(steps) == [step.id for step in steps.data]


# --- every list -----------------------------------------------------------------------------------------------------------

LISTS: dict[str, tuple[list[str], type[Any]]] = {
    "list_agents": ([], models.Agent),
    "list_threads": ([], models.AgentThread),
    "list_messages": (["t"], models.ThreadMessage),
    "list_runs": (["t"], models.ThreadRun),
    "list_run_steps": (["t", "r"], models.RunStep),
    "list_vector_stores": ([], models.VectorStore),
    "list_vector_store_files": (["v"], models.VectorStoreFile),
    "list_vector_store_file_batch_files": (["v", "b"], models.VectorStoreFile),
    "list_files": ([], models.OpenAIFile),
}


def _page(*ids: Any, more: bool = False, **fields: Any) -> Answer:
    data = [{"id": one} for one in ids]
    body = {"object": "list", "data": data, "first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
    return Answer(body={**body, "has_more": more, **fields})


def test_no_list_is_missing_here() -> None:
    lazy = {"list_versions"}
    assert sorted(LISTS) == sorted({name for name in dir(AgentsOperations) if name.startswith("list_")} - lazy)


@pytest.mark.parametrize("name", LISTS)
async def test_every_list_can_be_walked(name: str, raw: RawServer, connect: Connect) -> None:
    ids, kind = LISTS[name]
    raw.answers = [_page("a", "b", more=name != "list_files"), _page("c")]
    page = await done(getattr(connect(raw).agents, name)(*ids))
    found = await pieces(iterator(page.auto_paging_iter()))
    assert all(type(item) is kind for item in found)
    assert [item.id for item in found] == (["a", "b"] if name == "list_files" else ["a", "b", "c"])
    assert raw.last.query.get("after") == (None if name == "list_files" else "b")


async def test_all_files_come_in_one_list(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    made = {(await done(agents.upload_file(file=(f"{n}.txt", b"x"), purpose="assistants"))).id for n in range(25)}
    assert made <= set(await walked(await done(agents.list_files(purpose="assistants"))))


# --- services that do not page well ---------------------------------------------------------------------------------------


async def _until_it_stops(page: Any) -> tuple[list[str], str]:
    """What a walk gave, and the error that ended it."""
    found: list[str] = []
    some = iterator(page.auto_paging_iter())
    try:
        while True:
            found.append((await next_piece(some)).id)
    except RuntimeError as error:
        return found, str(error)


@pytest.mark.parametrize(
    ("answers", "expected", "message"),
    [
        ([_page("a", "b", more=True)], ["a", "b"], "list_agents: the service gives the same cursor again: 'b'"),
        ([_page("a", more=True), _page("b", more=True), _page("a", more=True)], ["a", "b"], "'a'; stopped after 2 pages"),
        ([_page("a", more=True), _page("a")], ["a"], "same cursor again"),
        ([_page("a", more=True), _page(None, more=True, last_id=None)], ["a", None], "gives no cursor; stopped after 2 pages"),
        ([_page("a", more=True, last_id=""), _page(5, more=True)], ["a", 5], "no cursor"),
    ],
    ids=["the same page for ever", "a circle", "the same page as the last one", "no ids", "ids of a wrong type"],
)
async def test_no_progress_is_an_error_and_nothing_comes_twice(
    answers: list[Answer], expected: list[Any], message: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = answers
    found, error = await _until_it_stops(await done(connect(raw).agents.list_agents(limit=2)))
    assert found == expected
    assert message in error
    assert "complete up to here" in error
    assert len(raw.seen) <= 3


@pytest.mark.parametrize(
    ("answers", "expected", "requests"),
    [
        ([_page("a", more=True), _page(more=True)], ["a"], 2),
        ([_page("a", more=True), _page(more=True, last_id="a")], ["a"], 2),
        ([_page("a", more=True, last_id=None), _page("b")], ["a", "b"], 2),
        ([_page(more=True)], [], 1),
        ([_page("a", has_more=None)], ["a"], 1),
        ([Answer(body={"object": "list"})], [], 1),
        ([Answer(body={"data": "none", "has_more": True})], [], 1),
    ],
    ids=["empty", "empty with a cursor", "no last_id", "empty at once", "has_more unsaid", "no data", "data of a wrong type"],
)
async def test_odd_pages_come_to_an_end(
    answers: list[Answer], expected: list[str], requests: int, raw: RawServer, connect: Connect
) -> None:
    raw.answers = answers
    assert await walked(await done(connect(raw).agents.list_agents())) == expected
    assert len(raw.seen) == requests


async def test_an_error_between_pages_comes_out(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a", more=True), Answer(404, {"error": {"message": "gone"}})]
    page = await done(connect(raw).agents.list_agents())
    with pytest.raises(HttpResponseError, match="list_agents failed on /assistants: gone"):
        await walked(page)


async def test_the_options_of_the_call_hold_for_every_page(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a", more=True), _page("b")]
    page = await done(connect(raw).agents.list_agents(headers={"X-Mine": "1"}, params={"p": "1"}))
    await walked(page)
    assert [(seen.headers["X-Mine"], seen.query["p"]) for seen in raw.seen] == [("1", "1")] * 2


# --- pages as objects -----------------------------------------------------------------------------------------------------


async def test_the_wrong_kind_of_for_is_told(face: Face, raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a")]
    pager = (await done(connect(raw).agents.list_agents())).auto_paging_iter()
    with pytest.raises(TypeError, match="`for item in page" if not face.waits else "`async for item in page"):
        iter(pager) if face.waits else aiter(pager)


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "model_copy": lambda page: page.model_copy(update={"object": "list"}),
}


@pytest.mark.parametrize("how", COPIES)
async def test_a_copied_page_goes_on(how: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a", more=True), _page("b")]
    page = await done(connect(raw).agents.list_agents())
    copied = COPIES[how](page)
    assert copied == page
    assert await walked(copied) == ["a", "b"]


async def test_a_page_that_was_changed_is_still_data_and_nothing_else(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a", more=True), _page("b")]
    page = await done(connect(raw).agents.list_agents())
    was = page.as_dict()
    page.first_id = "z"
    page["note"] = 1
    assert json.loads(page.model_dump_json()) == {**was, "first_id": "z", "note": 1}
    assert dict(page) == page.as_dict()
    assert await walked(page) == ["a", "b"]


async def test_a_pickled_page_has_its_items_and_says_that_it_cannot_go_on(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a", "b", more=True), _page("c")]
    page = await done(connect(raw).agents.list_agents())
    again = pickle.loads(pickle.dumps(page))
    assert again == page
    found, error = await _until_it_stops(again)
    assert found == ["a", "b"]
    assert "there is more after 'b'" in error
    last = pickle.loads(pickle.dumps(await done(connect(raw).agents.list_agents())))
    assert [item.id for item in last.auto_paging_iter()] == ["c"]
    with pytest.raises(TypeError, match="did not come from the async client"):
        aiter(last.auto_paging_iter())


async def test_pages_of_a_cls_are_what_it_made_of_them(raw: RawServer, connect: Connect) -> None:
    raw.answers = [_page("a", more=True)]
    ids = await done(connect(raw).agents.list_agents(cls=lambda response, page, headers: [item.id for item in page.data]))
    assert ids == ["a"]
