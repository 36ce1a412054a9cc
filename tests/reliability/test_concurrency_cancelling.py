"""A task that is cancelled, wherever it waits just then, leaves nothing: no busy connection, no open or half-written file, no warning."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import types
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

import agentkit._cancellation
import agentkit._http
import agentkit.aio
from agentkit._http import AsyncHttp, ConnectionSettings, HttpRequest, Timeouts
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall
from agentkit.models import AsyncFunctionTool, AsyncToolSet
from client.servers import Answer, RawServer

from .concurrent_walk import busy_connections, busy_of, cancelled_at

Call = Callable[[], Coroutine[Any, Any, Any]]

CONTENT = b"words of a file " * 20_000
MOST_WAITS = 200


def answer(request: ModelRequest) -> str | ModelTurn:
    """A call of the function first, then an answer."""
    if request.instructions == "calls" and not request.results:
        return ModelTurn(tool_calls=[ToolCall(kind="function", name="weather", arguments="{}")])
    return f"You said: {request.last_user_text}"


async def weather() -> str:
    """What the weather is like."""
    await asyncio.sleep(0)
    return "rain"


class Scene:
    """A client, what its calls need, and what they may leave behind."""

    def __init__(self, client: agentkit.aio.AIProjectClient, folder: Path) -> None:
        self.client, self.agents, self.folder = client, client.agents, folder
        self.up = folder / "up.txt"
        self.down = folder / "down.txt"
        self.complaints: list[Any] = []
        self.ids: dict[str, str] = {}

    async def prepare(self) -> None:
        self.up.write_bytes(CONTENT)
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.complaints.append(context))
        toolset = AsyncToolSet()
        toolset.add(AsyncFunctionTool({weather}))
        self.ids["agent"] = (await self.agents.create_agent(model="m", instructions="calls", toolset=toolset)).id
        self.ids["file"] = (await self.agents.upload_file(file_path=str(self.up), purpose="assistants")).id

    async def create_and_process_run(self) -> None:
        thread = await self.agents.create_thread()
        run = await self.agents.create_and_process_run(thread.id, agent_id=self.ids["agent"])
        assert run.status == "completed", run

    async def create_stream(self) -> None:
        thread = await self.agents.create_thread()
        async with self.agents.create_stream(thread.id, agent_id=self.ids["agent"]) as events:
            names = [kind async for kind, *_ in events]
        assert names[-1] == "done"

    async def upload_file_and_poll(self) -> None:
        file = await self.agents.upload_file_and_poll(file_path=str(self.up), purpose="assistants")
        assert file.bytes == len(CONTENT)

    async def save_file(self) -> None:
        assert await self.agents.save_file(self.ids["file"], "down.txt", str(self.folder)) == self.down

    async def list_agents(self) -> None:
        found = [agent async for agent in (await self.agents.list_agents(limit=1)).auto_paging_iter()]
        assert found

    def left(self) -> list[str]:
        """What there is that should not be."""
        left = [f"busy: {one}" for one in busy_connections(self.client)]
        left += [f"open: {one}" for one in _open_files() if str(self.folder) in one]
        left += [f"complaint: {one}" for one in self.complaints]
        names = {path.name for path in self.folder.iterdir()}
        left += [f"file: {name}" for name in names - {"up.txt", "down.txt"}]
        if self.down.exists() and self.down.read_bytes() != CONTENT:
            left.append("half a file")
        self.down.unlink(missing_ok=True)
        return left


def _open_files() -> list[str]:
    """What this process has open, by path; one that a thread closes meanwhile is not."""
    folder, found = Path("/proc/self/fd"), []
    for one in list(folder.iterdir()) if folder.exists() else []:
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(one))
    return found


class Connection:
    """A connection of a pool, as httpx has them."""

    def __init__(self, *, idle: bool, closing: Callable[[], object] = lambda: None) -> None:
        self.idle, self.closed, self._closing = idle, False, closing

    def is_idle(self) -> bool:
        return self.idle

    def is_closed(self) -> bool:
        return self.closed

    async def aclose(self) -> None:
        self.closed = True
        self._closing()


async def test_a_connection_that_is_taken_up_meanwhile_stays() -> None:
    """While one that nobody has is closed, another request may begin, over a connection that was idle until then."""

    def begin() -> None:
        pool._requests.append(types.SimpleNamespace(connection=idle))
        idle.idle = False

    idle = Connection(idle=True)
    left = [Connection(idle=False, closing=begin), Connection(idle=False)]
    connections = [left[0], idle, left[1]]
    pool = types.SimpleNamespace(_requests=[], _connections=connections, connections=list(connections))
    transport = agentkit._cancellation.Transport(verify=False)
    transport._pool = pool  # type: ignore[assignment]
    await transport._let_go()
    assert [one.closed for one in (idle, *left)] == [False, True, True]
    assert connections == [idle]


ENVIRONMENT = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
async def proxied(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[AsyncHttp, RawServer]]:
    """Connections through a proxy that the environment names, and the proxy, which answers itself."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name.upper(), raising=False)
    with RawServer(Answer(body=b"x" * 300_000)) as proxy:
        for name in ENVIRONMENT[:2]:
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "near.example")
        http = AsyncHttp(ConnectionSettings(verify=False))
        yield http, proxy
        await http.aclose()


async def test_through_a_proxy_of_the_environment_too(proxied: tuple[AsyncHttp, RawServer]) -> None:
    http, proxy = proxied

    async def get() -> None:
        response = await http.send(HttpRequest("GET", "http://far.example/", {}), Timeouts(10, 10))
        assert len(await response.aread()) == 300_000

    cancelled = 0
    for place in range(1, MOST_WAITS):
        outcome = await cancelled_at(place, get)
        assert busy_of(http) == [], f"cancelled at wait {place}"
        cancelled += outcome.cancelled
        if outcome.waits < place:
            break
    assert cancelled >= 1
    assert proxy.last.target == "http://far.example/"


async def test_whichever_connections_a_client_makes_are_of_this_kind(proxied: tuple[AsyncHttp, RawServer]) -> None:
    await (await proxied[0].send(HttpRequest("GET", "http://far.example/", {}), Timeouts(10, 10))).aread()
    (pool,) = proxied[0]._pools.values()
    mounted = {pattern.pattern: transport for pattern, transport in pool.client._mounts.items()}
    assert {type(one) for one in (pool.client._transport, mounted["http://"], mounted["https://"])} == {
        agentkit._cancellation.Transport
    }
    assert [one for name, one in mounted.items() if "near" in name] == [None]  # what needs no proxy goes over the first


@pytest.fixture(params=["aiohttp", "httpx"])
async def scene(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(agentkit._http, "USE_AIOHTTP", request.param == "aiohttp")
    with LocalService(model=answer, allow_download=True) as service:
        async with agentkit.aio.AIProjectClient(service.url, service.key) as client:
            made = Scene(client, tmp_path)
            await made.prepare()
            yield made
        gc.collect()  # pytest makes an error of every warning about what was left open


@pytest.mark.parametrize(
    "name", ["create_and_process_run", "create_stream", "upload_file_and_poll", "save_file", "list_agents"]
)
async def test_wherever_it_waits(name: str, scene: Scene) -> None:
    call: Call = getattr(scene, name)
    cancelled = 0
    for place in range(1, MOST_WAITS):
        outcome = await cancelled_at(place, call)
        for _ in range(100):  # what a thread was at ends in its own time
            left = scene.left()
            if not left:
                break
            await asyncio.sleep(0.01)
        assert left == [], f"cancelled at wait {place}"
        assert (await scene.agents.get_agent(scene.ids["agent"])).id == scene.ids["agent"]
        cancelled += outcome.cancelled
        if outcome.waits < place:
            break
    else:
        pytest.fail(f"the call still waits after {MOST_WAITS} times")
    assert cancelled >= 1
