"""Calls whose answer was lost: with a service that honours keys they are made again, once as far as the service is concerned."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from agentkit.exceptions import ServiceResponseError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel
from faults.gate import Exchange, Gate

from .conversations import *  # noqa: F403
from .conversations import Conversation, Conversations
from .faces import Connect, Face, done, inside, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer
from .streaming import each

ID, SENT = "Repeatability-Request-ID", "Repeatability-First-Sent"
FOUNDRY, HUB = "/api/projects/p", "{};sub;group;project"


def _lost(exchange: Exchange) -> None:
    """The service has carried it out, and its answer does not come."""
    exchange.forward()
    exchange.reset()


def _gave_up(exchange: Exchange) -> None:
    """The service has carried it out, and a gateway did not wait for it."""
    exchange.forward()
    exchange.send(b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n")


def _broken(exchange: Exchange) -> None:
    """The service has carried it out, and its answer breaks off."""
    raw = exchange.forward().raw()
    exchange.send(raw[:-20])
    exchange.close()


LOSSES = pytest.mark.parametrize("loss", [_lost, _gave_up, _broken], ids=["reset", "504", "broken off"])


@pytest.fixture
def gate(service: LocalService) -> Iterator[Gate]:
    with Gate(service.url) as gate:
        yield gate


@pytest.fixture
async def agents(gate: Gate, service: LocalService, connect: Connect, naps: Naps) -> Any:
    """Operations on the service behind the gate, by a client that it has told that it honours keys."""
    agents = connect(gate.url, service.key).agents
    await done(agents.create_thread())
    return agents


@pytest.fixture
def direct(service: LocalService, connect: Connect) -> Any:
    return connect(service).agents


class TestOneObjectIsMade:
    """By counts at the service: two requests came, one object is there, and the caller has it."""

    @LOSSES
    async def test_a_message(self, loss: Callable[..., None], gate: Gate, agents: Any, direct: Any) -> None:
        thread = await done(direct.create_thread())
        gate.arm(loss)
        message = await done(agents.create_message(thread.id, role="user", content="Hello"))
        assert gate.forwarded == 2
        assert [one.id for one in (await done(direct.list_messages(thread.id))).data] == [message.id]

    @LOSSES
    async def test_a_run(self, loss: Callable[..., None], gate: Gate, agents: Any, direct: Any) -> None:
        agent, thread = await done(direct.create_agent(model="m")), await done(direct.create_thread())
        gate.arm(loss)
        run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
        assert str(run.status) == "completed"
        assert [one.id for one in (await done(direct.list_runs(thread.id))).data] == [run.id]

    @LOSSES
    async def test_a_thread_with_its_run(self, loss: Callable[..., None], gate: Gate, agents: Any, direct: Any) -> None:
        agent = await done(direct.create_agent(model="m"))
        gate.arm(loss)
        run = await done(agents.create_thread_and_run(agent_id=agent.id))
        assert gate.forwarded == 2
        assert [one.id for one in (await done(direct.list_runs(run.thread_id))).data] == [run.id]

    @LOSSES
    async def test_a_file_from_a_path(
        self, loss: Callable[..., None], gate: Gate, agents: Any, direct: Any, tmp_path: Path
    ) -> None:
        path = tmp_path / f"{loss.__name__}.txt"
        path.write_bytes(b"0123456789" * 50_000)
        before = {one.id for one in (await done(direct.list_files())).data}
        told: list[int] = []
        gate.arm(loss)
        file = await done(
            agents.upload_file(file_path=str(path), purpose="assistants", progress=lambda sent, _: told.append(sent))
        )
        assert gate.forwarded == 2
        assert {one.id for one in (await done(direct.list_files())).data} - before == {file.id}
        assert (file.bytes, told[-1]) == (500_000, 500_000)

    async def test_a_file_from_memory(self, gate: Gate, agents: Any, direct: Any) -> None:
        before = len((await done(direct.list_files())).data)
        gate.arm(_lost)
        file = await done(agents.upload_file(file=io.BytesIO(b"text"), filename="a.txt", purpose="assistants"))
        assert (gate.forwarded, len((await done(direct.list_files())).data)) == (2, before + 1)
        assert b"".join(await pieces(await done(direct.get_file_content(file.id)))) == b"text"

    async def test_a_file_that_cannot_be_read_again_is_an_error(self, gate: Gate, agents: Any, direct: Any) -> None:
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

            def seek(self, *_: Any) -> int:
                raise io.UnsupportedOperation("seek")

            def tell(self) -> int:
                raise io.UnsupportedOperation("tell")

        gate.arm(_lost)
        with pytest.raises(ServiceResponseError, match="cannot be read twice"):
            await done(agents.upload_file(file=Pipe(b"text"), filename="a.txt", purpose="assistants"))
        assert gate.forwarded == 1

    async def test_a_vector_store(self, gate: Gate, agents: Any, direct: Any) -> None:
        before = {one.id for one in (await done(direct.list_vector_stores(limit=100))).data}
        gate.arm(_lost)
        store = await done(agents.create_vector_store(name="mine"))
        assert gate.forwarded == 2
        assert {one.id for one in (await done(direct.list_vector_stores(limit=100))).data} - before == {store.id}


async def test_what_was_deleted_is_told_so(gate: Gate, agents: Any, direct: Any) -> None:
    thread = await done(direct.create_thread())
    gate.arm(_lost)
    deleted = await done(agents.delete_thread(thread.id))
    assert (deleted.id, deleted.deleted, gate.forwarded) == (thread.id, True, 2)


async def test_a_run_is_cancelled_once(serve: Callable[..., LocalService], connect: Connect, naps: Naps) -> None:
    """Without a key the second request would be told that the run has ended already."""
    service = serve(model=ScriptedModel([ModelTurn(tool_calls=[ToolCall(kind="function", name="f", arguments="{}")])]))
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    with Gate(service.url) as gate:
        agents = connect(gate.url, service.key).agents
        agent = await done(agents.create_agent(model="m", tools=[tool]))
        run = await done(agents.create_thread_and_run(agent_id=agent.id))
        while str(run.status) != "requires_action":
            run = await done(agents.get_run(run.thread_id, run.id))
        gate.arm(_lost)
        assert str((await done(agents.cancel_run(run.thread_id, run.id))).status) == "cancelled"
        assert gate.forwarded == 2


async def test_answers_that_go_on_being_lost_are_an_error_and_one_object(gate: Gate, agents: Any, direct: Any) -> None:
    thread = await done(direct.create_thread())
    gate.arm(_lost, times=None)
    with pytest.raises(ServiceResponseError, match="retry_read=3"):
        await done(agents.create_message(thread.id, role="user", content="Hello"))
    assert gate.forwarded == 4
    assert len((await done(direct.list_messages(thread.id))).data) == 1


async def test_retry_total_0_turns_it_off(gate: Gate, agents: Any, direct: Any) -> None:
    thread = await done(direct.create_thread())
    gate.arm(_lost)
    with pytest.raises(ServiceResponseError):
        await done(agents.create_message(thread.id, role="user", content="Hello", retry_total=0))
    assert gate.forwarded == 1


class TestStreams:
    """A streamed run whose connection breaks before it has told of anything goes on all the same."""

    async def test_the_head_of_the_answer_is_lost(self, gate: Gate, agents: Any, direct: Any) -> None:
        agent, thread = await done(direct.create_agent(model="m")), await done(direct.create_thread())
        await done(direct.create_message(thread.id, role="user", content="Hello"))
        gate.arm(_lost)
        async with inside(agents.create_stream(thread.id, agent_id=agent.id)) as events:
            told = [name async for name, _, _ in each(events)]
            assert str((await done(events.get_final_run())).status) == "completed"
        assert told[0] == "thread.run.created"
        assert "thread.message.completed" in told
        assert told[-2:] == ["thread.run.completed", "done"]
        assert len((await done(direct.list_runs(thread.id))).data) == 1

    async def test_outputs_are_submitted_once(self, conversations: Conversations) -> None:
        one = conversations.new()
        start = await one.begin()
        conversations.proxy.cut("up", rb'{"tool_outputs": \[[^]]*\](, "stream": \w+)?}')
        async with inside(conversations.keyed.create_stream(**start)) as events:
            Conversation.check_told_whole([name async for name, _, _ in each(events)])
        assert conversations.proxy.cuts == 1
        await conversations.check_done_once(one)


async def test_a_run_may_lose_its_connection_anywhere(conversations: Conversations) -> None:
    """At each of 25 places in what the service sends; without a key the answer that starts the run cannot be done without."""
    for number in range(25):
        one = conversations.new()
        start = await one.begin()
        conversations.proxy.cut("down", 50 + 250 * number, ("close", "reset")[number % 2])
        run = await done(conversations.keyed.create_and_process_run(**start))
        assert str(run.status) == "completed"
        await conversations.check_done_once(one)
    assert conversations.proxy.cuts == 25


class TestTheKey:
    """What is sent, to whom."""

    async def test_every_attempt_has_the_same(self, raw: RawServer, connect: Connect, naps: Naps) -> None:
        raw.answers = [Answer(503), Answer(drop=True), Answer(500), Answer(body=AGENT)]
        began = naps.unix
        await done(connect(raw.url, "key", repeatability=True).agents.create_agent(model="m"))
        assert len({(seen.headers[ID], seen.headers[SENT]) for seen in raw.seen}) == 1
        assert len(raw.seen) == 4
        assert UUID(raw.last.headers[ID])
        assert parsedate_to_datetime(raw.last.headers[SENT]).timestamp() == began

    async def test_every_call_has_its_own(self, raw: RawServer, connect: Connect) -> None:
        agents = connect(raw.url, "key", headers={"x-mine": "1"}).agents
        for _ in range(2):
            await done(agents.create_agent(model="m", request_id="mine"))
        assert len({seen.headers[ID] for seen in raw.seen}) == 2

    async def test_what_only_reads_has_none(self, raw: RawServer, connect: Connect) -> None:
        await done(connect(raw.url, "key").agents.get_agent("asst_1"))
        assert (raw.last.headers[ID], raw.last.headers[SENT]) == (None, None)

    @pytest.mark.parametrize(
        ("path", "told", "sent"),
        [
            ("", True, True),
            ("", False, False),
            (FOUNDRY, None, False),
            (FOUNDRY, True, True),
            (FOUNDRY, False, False),
            ("/openai", None, False),
            ("/openai", True, True),
        ],
    )
    async def test_services_get_one_that_are_known_to_honour_it(
        self, path: str, told: bool | None, sent: bool, raw: RawServer, connect: Connect, naps: Naps
    ) -> None:
        raw.answers = [Answer(drop=True), Answer(body=AGENT)]
        agents = connect(raw.url + path, "key", repeatability=told).agents
        if sent:
            await done(agents.create_agent(model="m"))
        else:
            with pytest.raises(ServiceResponseError, match="may have processed it"):
                await done(agents.create_agent(model="m"))
        assert [ID in seen.headers for seen in raw.seen] == [sent] * (1 + sent)
        assert [SENT in seen.headers for seen in raw.seen] == [sent] * (1 + sent)

    @pytest.mark.parametrize("said", ["accepted", "Accepted", "rejected", None])
    async def test_an_address_of_this_machine_is_trusted_once_it_says_so(
        self, said: str | None, raw: RawServer, connect: Connect, naps: Naps
    ) -> None:
        """Any service may stand there: one that does not know the headers would do the work twice."""
        headers = {} if said is None else {"Repeatability-Result": said}
        raw.answers = [Answer(drop=True), Answer(body=AGENT, headers=headers), Answer(drop=True), Answer(body=AGENT)]
        agents = connect(raw.url, "key").agents
        with pytest.raises(ServiceResponseError, match="may have processed it"):
            await done(agents.create_agent(model="m"))
        await done(agents.create_agent(model="m"))
        if said in ("accepted", "Accepted"):
            await done(agents.create_agent(model="m"))
        else:
            with pytest.raises(ServiceResponseError, match="may have processed it"):
                await done(agents.create_agent(model="m"))
        keys = [seen.headers[ID] for seen in raw.seen]
        assert None not in keys
        assert len(set(keys)) == 3

    async def test_what_stands_there_now_is_trusted_by_what_it_says_itself(
        self, raw: RawServer, connect: Connect, naps: Naps
    ) -> None:
        """One server may have ended and another have begun at its address. That a call fails says nothing of keys."""
        accepted = Answer(body=AGENT, headers={"Repeatability-Result": "accepted"})
        raw.answers = [accepted, Answer(503), Answer(drop=True), accepted, Answer(body=AGENT), Answer(drop=True)]
        agents = connect(raw.url, "key").agents
        for _ in range(3):
            await done(agents.create_agent(model="m"))
        with pytest.raises(ServiceResponseError, match="may have processed it"):
            await done(agents.create_agent(model="m"))
        assert len(raw.seen) == 6

    async def test_what_only_reads_says_nothing_of_it(self, raw: RawServer, connect: Connect, naps: Naps) -> None:
        raw.answers = [Answer(body=AGENT, headers={"Repeatability-Result": "accepted"}), Answer(drop=True)]
        agents = connect(raw.url, "key").agents
        await done(agents.get_agent("asst_1"))
        with pytest.raises(ServiceResponseError, match="may have processed it"):
            await done(agents.create_agent(model="m"))
        assert len(raw.seen) == 2

    async def test_the_embedded_service_is_known_from_the_beginning(self, face: Face) -> None:
        for told, known in ((None, True), (True, True), (False, False)):
            client = face.Client.local(repeatability=told)
            assert client._pipeline._honours_keys is known
            await done(client.close())

    async def test_the_option_is_true_or_false(self, raw: RawServer, connect: Connect) -> None:
        with pytest.raises(TypeError, match="takes repeatability= as True, False or None, not str"):
            connect(raw.url, "key", repeatability="yes")
