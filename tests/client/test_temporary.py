"""Agents, threads, files and vector stores that are there for one block."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

import agentkit._http
import agentkit._primitives
from agentkit.exceptions import HttpResponseError, ResourceNotFoundError, WaitTimeoutError
from agentkit.local import LocalService
from agentkit.models import FunctionTool, ToolSet
from reliability.concurrent_walk import cancelled_at

from .faces import Connect, Face, done, inside
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer

KINDS = ("agent", "thread", "file", "vector_store")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "agent": {"model": "m", "name": "short"},
    "thread": {"metadata": {"k": "v"}},
    "file": {"file": ("a.txt", b"words")},
    "vector_store": {"name": "short"},
}


def temporary(agents: Any, kind: str, **more: Any) -> Any:
    return getattr(agents, f"temporary_{kind}")(**ARGUMENTS[kind], **more)


def object_of(kind: str, **more: Any) -> Answer:
    return Answer(body={**AGENT, "id": "id_1", "status": "processed" if kind == "file" else "completed", **more})


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_there_for_the_block_and_gone_after_it(kind: str, service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    get = getattr(agents, f"get_{kind}")
    async with inside(temporary(agents, kind)) as made:
        assert (await done(get(made.id))).id == made.id
        assert getattr(made, "status", "completed") in ("completed", "processed")
    with pytest.raises(ResourceNotFoundError):
        await done(get(made.id))


@pytest.mark.parametrize("kind", KINDS)
async def test_by_area_it_is_called_temporary(kind: str, service: LocalService, connect_agents: Connect) -> None:
    client = connect_agents(service)
    area = {"agent": client, "thread": client.threads, "file": client.files, "vector_store": client.vector_stores}[kind]
    get = client.get_agent if kind == "agent" else area.get
    made_by = client.temporary_agent if kind == "agent" else area.temporary
    async with inside(made_by(**ARGUMENTS[kind])) as made:
        assert (await done(get(made.id))).id == made.id
    with pytest.raises(ResourceNotFoundError):
        await done(get(made.id))


async def test_nothing_is_sent_before_the_block(raw: RawServer, connect: Connect) -> None:
    agents = connect(raw).agents
    for kind in KINDS:
        temporary(agents, kind)
    assert not raw.seen


async def test_a_store_is_entered_when_its_files_are_taken_in(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    async with inside(agents.temporary_file(file=("a.txt", b"words"))) as file:
        assert file.purpose == "assistants"
        async with inside(agents.temporary_vector_store(file_ids=[file.id], name="s")) as store:
            assert store.file_counts.completed == 1
        assert (await done(agents.get_file(file.id))).id == file.id, "its files stay"


class Oops(Exception):
    """Raised inside a block."""


@pytest.mark.parametrize("kind", KINDS)
async def test_an_error_of_the_block_deletes_it_and_comes_out(kind: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [object_of(kind)]
    oops = Oops()
    with pytest.raises(Oops) as caught:
        async with inside(temporary(connect(raw).agents, kind)):
            raise oops
    assert caught.value is oops
    assert [seen.method for seen in raw.seen] == ["POST", "DELETE"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_deletion_that_fails_does_not_hide_the_error_of_the_block(
    kind: str, raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    raw.answers = [object_of(kind), Answer(403)]
    with caplog.at_level(logging.WARNING, "agentkit"), pytest.raises(Oops):
        async with inside(temporary(connect(raw).agents, kind)):
            raise Oops
    assert f"the temporary {kind.replace('_', ' ')} id_1 could not be deleted and stays" in caplog.text
    assert "403" in caplog.text


@pytest.mark.parametrize("kind", KINDS)
async def test_a_deletion_that_fails_is_raised_where_the_block_did_not_fail(
    kind: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [object_of(kind), Answer(403)]
    with pytest.raises(HttpResponseError) as caught:
        async with inside(temporary(connect(raw).agents, kind)):
            pass
    assert caught.value.status_code == 403


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_block_has_deleted_itself_is_no_error(
    kind: str, service: LocalService, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    agents = connect(service).agents
    async with inside(temporary(agents, kind)) as made:
        await done(getattr(agents, f"delete_{kind}")(made.id))
    raised = False
    try:
        async with inside(temporary(agents, kind)) as made:
            await done(getattr(agents, f"delete_{kind}")(made.id))
            raise Oops
    except Oops:
        raised = True
    assert raised
    assert not caplog.records


async def test_what_cannot_be_created_is_not_deleted(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(400)]
    entered = False
    with pytest.raises(HttpResponseError):
        async with inside(connect(raw).agents.temporary_agent(model="m")):
            entered = True
    assert not entered
    assert [seen.method for seen in raw.seen] == ["POST"]


@pytest.mark.parametrize(("kind", "status"), [("file", "pending"), ("vector_store", "in_progress")])
async def test_a_wait_that_takes_too_long_deletes_what_was_created(
    kind: str, status: str, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [object_of(kind, status=status)]
    with pytest.raises(WaitTimeoutError):
        async with inside(temporary(connect(raw).agents, kind, timeout=2)):
            pass
    methods = [seen.method for seen in raw.seen]
    assert methods[0] == "POST"
    assert set(methods[1:-1]) == {"GET"}
    assert methods[-1] == "DELETE"


@pytest.mark.parametrize("progress", ["yes", print])
async def test_a_store_whose_progress_cannot_be_shown_is_not_created(progress: Any, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(TypeError, match=r"temporary_vector_store\(\) takes progress= as True or False, not \w+$"):
        temporary(connect(raw).agents, "vector_store", progress=progress)
    assert not raw.seen


async def test_a_cancelled_block_deletes_it(face: Face, raw: RawServer, connect: Connect) -> None:
    if not face.waits:
        return  # nobody can cancel a block that is no coroutine's
    raw.answers = [object_of("agent")]
    entered = asyncio.Event()

    async def work() -> None:
        async with connect(raw).agents.temporary_agent(model="m"):
            entered.set()
            await asyncio.sleep(60)

    working = asyncio.ensure_future(work())
    await entered.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert [seen.method for seen in raw.seen] == ["POST", "DELETE"]


class TestACancelledCreation:
    """The service may have made it already, so it is seen through, and what was made goes again."""

    @pytest.fixture
    def entering(self, face: Face, raw: RawServer, connect: Connect) -> Callable[[str], Awaitable[asyncio.Task[None]]] | None:
        """Begins to create one, in a task, until the service has the request; None for blocks that no coroutine has."""
        if not face.waits:
            return None
        agents = connect(raw).agents

        async def work(kind: str) -> None:
            async with temporary(agents, kind):
                pytest.fail("the block is entered")

        async def enter(kind: str) -> asyncio.Task[None]:
            task = asyncio.ensure_future(work(kind))
            while not raw.seen:
                await asyncio.sleep(0.001)
            task.cancel()
            return task

        return enter

    @pytest.mark.parametrize("kind", KINDS)
    async def test_leaves_nothing(self, kind: str, raw: RawServer, entering: Any) -> None:
        if entering is None:
            return
        raw.answers = [replace(object_of(kind), wait=0.1)]
        working = await entering(kind)
        with pytest.raises(asyncio.CancelledError):
            await working
        assert [seen.method for seen in raw.seen] == ["POST", "DELETE"]

    async def test_that_the_service_refuses_is_cancelled_all_the_same(
        self, raw: RawServer, entering: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        if entering is None:
            return
        raw.answers = [Answer(400, wait=0.1)]
        working = await entering("agent")
        with pytest.raises(asyncio.CancelledError):
            await working
        assert [seen.method for seen in raw.seen] == ["POST"]
        assert "that was cancelled, and failed: create_agent failed on /assistants" in caplog.text

    async def test_of_which_the_deletion_fails_tells_so(
        self, raw: RawServer, entering: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        if entering is None:
            return
        raw.answers = [replace(object_of("agent"), wait=0.1), Answer(400, wait=0.1)]
        working = await entering("agent")
        while len(raw.seen) < 2:
            await asyncio.sleep(0.001)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert "the temporary agent id_1 may not be deleted yet: that was cancelled, and failed: delete_agent" in caplog.text

    @pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
    async def test_that_takes_too_long_is_given_up(
        self, again: bool, raw: RawServer, entering: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """After some seconds, or where the task is cancelled a second time."""
        if entering is None:
            return
        monkeypatch.setattr(agentkit._primitives, "_SECONDS_TO_SEE_THROUGH", 60 if again else 0.05)
        raw.answers = [Answer(wait=60)]
        working = await entering("agent")
        if again:
            await asyncio.sleep(0.01)
            working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert [seen.method for seen in raw.seen] == ["POST"]
        assert "a temporary agent may have been created: that was cancelled" in caplog.text

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("aiohttp", [True, False])
    async def test_nor_does_a_cancellation_anywhere_else(
        self, aiohttp: bool, kind: str, face: Face, service: LocalService, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """At each place where creation, waiting and deletion wait: what was there in the block is gone afterwards."""
        if not face.waits:
            return
        monkeypatch.setattr(agentkit._http, "USE_AIOHTTP", aiohttp)
        agents = connect(service).agents
        ids: set[str] = set()

        async def block() -> None:
            async with temporary(agents, kind) as made:
                ids.add(made.id)

        for place in range(1, 60):
            outcome = await cancelled_at(place, block)
            if not outcome.cancelled:
                break
        assert place > 2
        assert ids
        for made in ids:
            with pytest.raises(ResourceNotFoundError):
                await getattr(agents, f"get_{kind}")(made)


def weather(place: str) -> str:
    """What the weather is like.

    :param place: where.
    """
    return f"sun in {place}"


async def test_the_functions_of_a_temporary_agent_are_known_until_it_is_gone(raw: RawServer, connect: Connect) -> None:
    agents = connect(raw).agents
    toolset = ToolSet()
    toolset.add(FunctionTool({weather}))
    raw.answers = [object_of("agent"), Answer(404)]
    async with inside(agents.temporary_agent(model="m", toolset=toolset)) as agent:
        assert agents._levels(agent.id, None)[1] is toolset
    assert agents._levels(agent.id, None)[1] is None
    assert raw.seen[0].json()["tools"][0]["function"]["name"] == "weather"


@pytest.mark.parametrize("kind", KINDS)
async def test_the_keywords_of_a_call_go_with_both_requests(kind: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [object_of(kind)]
    async with inside(temporary(connect(raw).agents, kind, headers={"x-mark": "1"})):
        pass
    assert [seen.headers["x-mark"] for seen in raw.seen] == ["1", "1"]


@pytest.mark.parametrize("kind", KINDS)
async def test_wrong_keywords_are_refused_at_once(kind: str, raw: RawServer, connect: Connect) -> None:
    agents = connect(raw).agents
    with pytest.raises(TypeError, match=rf"temporary_{kind}\(\) got an unexpected keyword argument 'metdata'"):
        temporary(agents, kind, metdata={})
    with pytest.raises(TypeError, match="does not take cls="):
        temporary(agents, kind, cls=lambda *_: None)
    if kind in ("file", "vector_store"):
        with pytest.raises(ValueError, match="timeout="):
            temporary(agents, kind, timeout=-1)
        with pytest.raises(TypeError, match="sleep_interval="):
            temporary(agents, kind, sleep_interval="1")
