"""One client in many hands: threads, tasks, one event loop after the other; and a client that is closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import agentkit
import agentkit.aio
from agentkit.local import LocalService
from agentkit.models import ThreadMessageOptions
from client.faces import Connect, done
from client.servers import RawServer

from .concurrent_walk import busy_connections

THREADS = 32
ROUNDS = 6
TASKS = {"aiohttp": 1_000, "httpx": 250}


@pytest.fixture(params=["aiohttp", "httpx"])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The async client's connections, of each kind in turn."""
    monkeypatch.setattr("agentkit._http.USE_AIOHTTP", request.param == "aiohttp")
    return str(request.param)


class Mixed:
    """What a thread does with a client that others use at the same time; each answer has to be the one to its own question."""

    def __init__(self, client: agentkit.AIProjectClient, agent: str, folder: Path) -> None:
        self._agents, self._agent, self._folder = client.agents, agent, folder

    def work(self, number: int) -> int:
        """Go through all operations, beginning with another one than the next thread; how many were right."""
        kinds = (self._messages, self._run, self._stream, self._file, self._metadata, self._missing)
        for turn in range(ROUNDS):
            kinds[(number + turn) % len(kinds)](f"{number}-{turn}")
        return ROUNDS

    def _messages(self, word: str) -> None:
        thread = self._agents.create_thread()
        made = [self._agents.create_message(thread.id, role="user", content=f"{word} {n}").id for n in range(3)]
        listed = self._agents.list_messages(thread.id, order="asc").data
        assert [(one.id, one.text_messages[0].text.value) for one in listed] == [(made[n], f"{word} {n}") for n in range(3)]

    def _run(self, word: str) -> None:
        thread = self._agents.create_thread(messages=[ThreadMessageOptions(role="user", content=word)])
        run = self._agents.create_and_process_run(thread.id, agent_id=self._agent)
        assert (run.status, run.thread_id) == ("completed", thread.id)
        assert self._answer(thread.id) == f"You said: {word}"

    def _stream(self, word: str) -> None:
        thread = self._agents.create_thread(messages=[ThreadMessageOptions(role="user", content=word)])
        with self._agents.create_stream(thread.id, agent_id=self._agent) as events:
            assert "".join(events.text_deltas()) == f"You said: {word}"

    def _file(self, word: str) -> None:
        content = word.encode() * 5_000
        file = self._agents.upload_file_and_poll(file=(f"{word}.txt", content), purpose="assistants")
        assert self._agents.save_file(file.id, f"{word}.txt", str(self._folder)).read_bytes() == content
        assert b"".join(self._agents.get_file_content(file.id)) == content

    def _metadata(self, word: str) -> None:
        thread = self._agents.create_thread(metadata={"word": word})
        assert self._agents.update_thread(thread.id, metadata={"word": word[::-1]}).metadata == {"word": word[::-1]}
        assert self._agents.get_thread(thread.id).metadata == {"word": word[::-1]}

    def _missing(self, word: str) -> None:
        with pytest.raises(agentkit.exceptions.ResourceNotFoundError, match=f"thread_{word}"):
            self._agents.get_thread(f"thread_{word}")

    def _answer(self, thread_id: str) -> str:
        return str(self._agents.list_messages(thread_id).data[0].text_messages[0].text.value)


class TestThreads:
    def test_each_gets_its_own_answers(self, service: LocalService, tmp_path: Path) -> None:
        with agentkit.AIProjectClient(service.url, service.key) as client:
            mixed = Mixed(client, client.agents.create_agent(model="m").id, tmp_path)
            with ThreadPoolExecutor(THREADS) as threads:
                assert sum(threads.map(mixed.work, range(THREADS))) == THREADS * ROUNDS

    def test_the_first_requests_of_all_share_one_pool(self, service: LocalService) -> None:
        """Whichever comes first makes it, and the others wait for that."""
        with agentkit.AIProjectClient(service.url, service.key) as client:
            start = threading.Barrier(THREADS)

            def first() -> int:
                start.wait()
                client.agents.list_files()
                return id(client._pipeline._http._pool)

            with ThreadPoolExecutor(THREADS) as threads:
                pools = {one.result() for one in [threads.submit(first) for _ in range(THREADS)]}
            assert len(pools) == 1

    def test_a_close_meanwhile_is_told_to_those_who_go_on(self, service: LocalService) -> None:
        client = agentkit.AIProjectClient(service.url, service.key)
        under_way = threading.Barrier(9)

        def work() -> BaseException:
            under_way.wait()
            while True:
                try:
                    client.agents.list_agents(limit=1)
                except Exception as error:  # noqa: BLE001 - which error it is, is what is asked
                    return error

        with ThreadPoolExecutor(8) as threads:
            errors = [threads.submit(work) for _ in range(8)]
            under_way.wait()
            client.close()
        for error in errors:
            told = error.result()
            assert isinstance(told, (ValueError, agentkit.exceptions.AzureError)), told


class TestTasks:
    async def test_each_of_a_thousand_gets_its_own_answers(self, transport: str, service: LocalService) -> None:
        async with agentkit.aio.AIProjectClient(service.url, service.key) as client:
            threads = [(await client.agents.create_thread(metadata={"n": str(n)})).id for n in range(20)]

            async def one(number: int) -> None:
                expected = number % len(threads)
                thread = await client.agents.get_thread(threads[expected])
                assert (thread.id, thread.metadata) == (threads[expected], {"n": str(expected)})

            await asyncio.gather(*map(one, range(TASKS[transport])))
            assert busy_connections(client) == []
            assert len(client._pipeline._http._pools) == 1

    async def test_mixed_work_of_many(self, transport: str, service: LocalService, tmp_path: Path) -> None:
        async with agentkit.aio.AIProjectClient(service.url, service.key) as client:
            agent = (await client.agents.create_agent(model="m")).id

            async def one(number: int) -> None:
                word = f"word-{number}"
                thread = await client.agents.create_thread(messages=[ThreadMessageOptions(role="user", content=word)])
                if number % 2:
                    async with client.agents.create_stream(thread.id, agent_id=agent) as events:
                        assert "".join([text async for text in events.text_deltas()]) == f"You said: {word}"
                else:
                    file = await client.agents.upload_file(file=(f"{word}.txt", word.encode() * 100), purpose="assistants")
                    saved = await client.agents.save_file(file.id, f"{word}.txt", str(tmp_path))
                    assert saved.read_bytes() == word.encode() * 100

            await asyncio.gather(*map(one, range(60)))
            assert busy_connections(client) == []


class TestEventLoops:
    def test_one_after_the_other(self, transport: str, service: LocalService) -> None:
        """Each asyncio.run has its own connections, and leaves none behind; the client outlives them all."""
        client = agentkit.aio.AIProjectClient(service.url, service.key)

        async def work() -> str:
            thread = await client.agents.create_thread()
            return str((await client.agents.get_thread(thread.id)).id)

        assert len({asyncio.run(work()) for _ in range(3)}) == 3
        asyncio.run(client.close())
        with pytest.raises(ValueError, match="was called on a client that is closed"):
            asyncio.run(work())

    def test_in_several_threads_at_once(self, transport: str, service: LocalService) -> None:
        client = agentkit.aio.AIProjectClient(service.url, service.key)

        async def work(number: int) -> None:
            for turn in range(5):
                thread = await client.agents.create_thread(metadata={"n": f"{number}-{turn}"})
                assert (await client.agents.get_thread(thread.id)).metadata == {"n": f"{number}-{turn}"}

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: asyncio.run(work(number)), range(8)))
        asyncio.run(client.close())

    def test_a_token_is_asked_for_once_for_all(self, transport: str, raw: RawServer) -> None:
        asked = []

        class Caller:
            async def get_token(self, *scopes: str, **_: Any) -> Any:
                from azure.core.credentials import AccessToken

                asked.append(scopes)
                await asyncio.sleep(0)
                return AccessToken("t", 4_000_000_000)

            async def close(self) -> None:
                """Nothing is open."""

        caller: Any = Caller()
        client = agentkit.aio.AIProjectClient(raw.url, caller, credential_scopes=["s"])

        async def work() -> None:
            await asyncio.gather(*(client.agents.get_agent("asst_1") for _ in range(10)))

        for _ in range(2):
            asyncio.run(work())
        asyncio.run(client.close())
        assert len(asked) == 1


class TestAClosedClient:
    CALLS: tuple[Callable[[Any], Any], ...] = (
        lambda agents: agents.list_agents(),
        lambda agents: agents.create_message("t", role="user", content="hi"),
        lambda agents: agents.create_stream("t", agent_id="a"),
        lambda agents: agents.create_and_process_run("t", agent_id="a"),
        lambda agents: agents.upload_file(file=b"x", purpose="assistants"),
        lambda agents: agents.save_file("f", "x.txt"),
    )

    @pytest.mark.parametrize("number", range(len(CALLS)))
    async def test_says_so(
        self, number: int, raw: RawServer, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        client = connect(raw)
        await done(client.agents.get_agent("asst_1"))
        await done(client.close())
        await done(client.close())
        with pytest.raises(ValueError, match=r"\(\) was called on a client that is closed; make a new client"):
            await done(self.CALLS[number](client.agents))
        assert len(raw.seen) == 1
        assert list(tmp_path.iterdir()) == []
