"""Listings of the local service: every object exactly once, in order, whatever happens between two pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from service_wire import Wire, answer

from agentkit.local import LocalService

LISTS = ["agents", "threads", "messages", "runs", "vector stores", "vector store files"]
COUNT = 7


@pytest.fixture(scope="module")
def listings(shared: Wire) -> dict[str, tuple[str, list[str]]]:
    """For each kind of listing its path, and the ids in the order in which they were made, all within a second or two."""
    agents = [shared.agent()["id"] for _ in range(COUNT)]
    threads = [shared.thread()["id"] for _ in range(COUNT)]
    thread = threads[0]
    messages = [shared.post(f"/threads/{thread}/messages", role="user", content=str(n))["id"] for n in range(COUNT)]
    other = {"id": threads[1]}
    runs = [shared.finished(other, {"id": agents[0]})["id"] for _ in range(COUNT)]
    stores = [shared.post("/vector_stores")["id"] for _ in range(COUNT)]
    files = [shared.upload(name=f"{n}.txt")["id"] for n in range(COUNT)]
    for file in files:
        shared.post(f"/vector_stores/{stores[0]}/files", file_id=file)
    return {
        "agents": ("/assistants", agents),
        "threads": ("/threads", threads),
        "messages": (f"/threads/{thread}/messages", messages),
        "runs": (f"/threads/{threads[1]}/runs", runs),
        "vector stores": ("/vector_stores", stores),
        "vector store files": (f"/vector_stores/{stores[0]}/files", files),
    }


def ids(page: Any) -> list[str]:
    return [entry["id"] for entry in page["data"]]


@pytest.mark.parametrize("kind", LISTS)
class TestEveryListing:
    @pytest.mark.parametrize("limit", [1, 3, 7, 100])
    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_pages_hold_every_object_once(
        self, shared: Wire, listings: dict[str, tuple[str, list[str]]], kind: str, limit: int, order: str
    ) -> None:
        path, made = listings[kind]
        expected = made if order == "asc" else made[::-1]
        assert [entry["id"] for entry in shared.pages(path, limit=limit, order=order)] == expected

    def test_the_newest_come_first_unless_asked_otherwise(
        self, shared: Wire, listings: dict[str, tuple[str, list[str]]], kind: str
    ) -> None:
        path, made = listings[kind]
        page = shared.get(path)
        assert ids(page) == made[::-1]
        assert (page["first_id"], page["last_id"], page["has_more"]) == (made[-1], made[0], False)

    @pytest.mark.parametrize(
        ("query", "expected", "more"),
        [
            ({"order": "asc", "after": 1, "limit": 2}, [2, 3], True),
            ({"order": "asc", "after": 4}, [5, 6], False),
            ({"order": "desc", "after": 2}, [1, 0], False),
            ({"order": "asc", "before": 5, "limit": 2}, [3, 4], True),
            ({"order": "asc", "before": 2}, [0, 1], False),
            ({"order": "desc", "before": 4, "limit": 1}, [5], True),
            ({"order": "desc", "before": 4}, [6, 5], False),
            ({"order": "asc", "after": 1, "before": 5}, [2, 3, 4], False),
            ({"order": "desc", "after": 5, "before": 1, "limit": 2}, [4, 3], True),
            ({"order": "asc", "after": 6}, [], False),
        ],
    )
    def test_cursors(
        self,
        shared: Wire,
        listings: dict[str, tuple[str, list[str]]],
        kind: str,
        query: dict[str, Any],
        expected: list[int],
        more: bool,
    ) -> None:
        path, made = listings[kind]
        sent = {name: made[value] if name in ("after", "before") else value for name, value in query.items()}
        page = shared.get(path, **sent)
        assert ids(page) == [made[index] for index in expected]
        assert page["has_more"] is more

    @pytest.mark.parametrize(
        ("query", "param"),
        [
            ({"limit": "0"}, "limit"),
            ({"limit": "101"}, "limit"),
            ({"limit": "few"}, "limit"),
            ({"order": "up"}, "order"),
            ({"after": "no_such_id"}, "after"),
            ({"before": "no_such_id"}, "before"),
        ],
    )
    def test_a_bad_query_is_refused_by_the_name_of_the_parameter(
        self, shared: Wire, listings: dict[str, tuple[str, list[str]]], kind: str, query: dict[str, str], param: str
    ) -> None:
        error = shared.refused("GET", listings[kind][0], params=query)
        assert error["param"] == param
        assert query[param] in error["message"]


def test_twenty_are_given_unless_asked_otherwise(serve: Callable[..., Wire]) -> None:
    wire = serve()
    made = [wire.thread()["id"] for _ in range(21)]
    page = wire.get("/threads")
    assert ids(page) == made[:0:-1]
    assert page["has_more"] is True


def test_what_was_deleted_still_marks_a_place(serve: Callable[..., Wire]) -> None:
    wire = serve()
    made = [wire.agent()["id"] for _ in range(6)]
    seen = []
    for agent in wire.pages("/assistants", limit=2, order="asc"):
        seen.append(agent["id"])
        wire.delete(f"/assistants/{agent['id']}")
    assert seen == made


def test_what_is_added_between_pages_does_not_move_them(serve: Callable[..., Wire]) -> None:
    wire = serve()
    made = [wire.agent()["id"] for _ in range(4)]
    seen = []
    for agent in wire.pages("/assistants", limit=2):
        seen.append(agent["id"])
        wire.agent()
    assert seen == made[::-1]


def test_messages_can_be_listed_by_their_run(serve: Callable[..., Wire]) -> None:
    wire = serve()
    thread, agent = wire.thread("hello"), wire.agent()
    run = wire.finished(thread, agent)
    page = wire.get(f"/threads/{thread['id']}/messages", run_id=run["id"])
    assert [message["run_id"] for message in page["data"]] == [run["id"]]
    assert wire.get(f"/threads/{thread['id']}/messages", run_id="run_none")["data"] == []


def test_a_cursor_of_another_thread_is_refused(shared: Wire) -> None:
    one, other = shared.thread("hello"), shared.thread("hello")
    (message,) = shared.messages(other)
    assert shared.refused("GET", f"/threads/{one['id']}/messages", params={"after": message["id"]})["param"] == "after"


@dataclass(frozen=True)
class Long:
    """A listing of many objects: where it is, and the ids in the order in which they were made."""

    wire: Wire
    path: str
    made: list[str]


@pytest.fixture(scope="module", params=["messages", "agents", "vector store files"])
def long(request: pytest.FixtureRequest) -> Iterator[Long]:
    with LocalService(model=answer) as service, Wire(service) as wire:
        yield {"messages": thousand_messages, "agents": many_agents, "vector store files": many_files}[request.param](wire)


def thousand_messages(wire: Wire) -> Long:
    thread = wire.http.post("/threads", json={"messages": [{"role": "user", "content": str(n)} for n in range(1000)]}).json()
    path = f"/threads/{thread['id']}/messages"
    texts = [(message["content"][0]["text"]["value"], message["id"]) for message in pages_of(wire, path, order="asc")]
    assert [text for text, _ in texts] == [str(number) for number in range(1000)]
    return Long(wire, path, [message_id for _, message_id in texts])


def many_agents(wire: Wire) -> Long:
    return Long(wire, "/assistants", [wire.http.post("/assistants", json={"model": "m"}).json()["id"] for _ in range(300)])


def many_files(wire: Wire) -> Long:
    files = [wire.upload(name=f"{number}.txt")["id"] for number in range(250)]
    store = wire.store(*files)
    return Long(wire, f"/vector_stores/{store['id']}/files", files)


def pages_of(wire: Wire, path: str, cursor: str = "after", **query: Any) -> Iterator[Any]:
    """Every object of a listing, by hundreds, without a look at their shapes."""
    while True:
        page = wire.http.get(path, params={"limit": 100, **query}).json()
        yield from page["data"] if cursor == "after" else page["data"][::-1]
        if not page["data"]:
            return
        query[cursor] = page["last_id" if cursor == "after" else "first_id"]


class TestLong:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("cursor", ["after", "before"])
    def test_each_is_given_once_from_any_cursor(self, long: Long, order: str, cursor: str) -> None:
        listed = long.made if order == "asc" else long.made[::-1]
        for place in range(0, len(listed), 97):
            seen = [one["id"] for one in pages_of(long.wire, long.path, cursor, order=order, **{cursor: listed[place]})]
            assert seen == (listed[place + 1 :] if cursor == "after" else listed[:place][::-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("limit", [7, 100])
    def test_each_is_given_once_by_pages_of_any_size(self, long: Long, order: str, limit: int) -> None:
        seen = [one["id"] for one in pages_of(long.wire, long.path, order=order, limit=limit)]
        assert seen == (long.made if order == "asc" else long.made[::-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_every_cursor_has_its_neighbours(self, long: Long, order: str) -> None:
        listed = long.made if order == "asc" else long.made[::-1]
        for place in range(len(listed)):
            for cursor, expected in (("after", listed[place + 1 : place + 2]), ("before", listed[:place][-1:])):
                page = long.wire.http.get(long.path, params={"order": order, "limit": 1, cursor: listed[place]}).json()
                assert ids(page) == expected
