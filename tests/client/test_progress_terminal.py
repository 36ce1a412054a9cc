"""Progress at a terminal: what is seen while it goes on, and that nothing is left of it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from agentkit._progress import Screen, waiting
from agentkit.exceptions import HttpResponseError
from agentkit.local import LocalService
from agentkit.models import ThreadRun

from .faces import Connect, Face, done, pieces
from .fixtures import Naps
from .servers import Answer, RawServer
from .terminals import Tty, is_untouched, screens_of, shown

STORED = Answer(
    body={"id": "file_1", "object": "file", "bytes": 1, "filename": "n", "purpose": "assistants", "status": "processed"}
)
SIZE = 1_000_000


# --- the calls that show it ---------------------------------------------------------------------------------------------------------


async def test_uploads_and_downloads_are_shown_while_they_last(
    tty: Tty, screen: Screen, raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    agents = connect(raw).agents
    raw.answers = [STORED]
    await done(agents.upload_file(file=("up.bin", b"x" * SIZE), purpose="assistants", progress=True))
    assert shown(tty, "up.bin", "/1.0 MB")
    raw.answers = [Answer(body=b"y" * SIZE)]
    await done(agents.save_file("file_1", "down.bin", tmp_path, progress=True))
    assert shown(tty, "down.bin", "/1.0 MB")
    content = await done(agents.get_file_content("file_1", progress=True))
    assert b"".join(await pieces(content)) == b"y" * SIZE
    assert shown(tty, "file_1", "/1.0 MB")
    assert tty.screen == ""
    assert is_untouched(tty)


async def test_a_download_that_is_left_early_takes_its_line_along(
    tty: Tty, screen: Screen, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(body=b"y" * 3 * SIZE)]
    content = await done(connect(raw).agents.get_file_content("file_1", progress=True))
    async for _ in _some(content):
        break
    assert "file_1" in tty.screen
    await done(content.aclose() if hasattr(content, "aclose") else content.close())
    assert tty.screen == ""


async def _some(content: Any) -> Any:
    yield await anext(content) if hasattr(content, "__anext__") else next(content)


@pytest.mark.parametrize("answer", [Answer(500), Answer(body=b"x" * SIZE, cut=True)], ids=["refused", "broken off"])
async def test_an_error_takes_the_line_away(
    answer: Answer, tty: Tty, screen: Screen, raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    agents = connect(raw, retry_total=0).agents
    raw.answers = [answer]
    with pytest.raises(Exception):  # noqa: B017, PT011 - which error it is, others test
        await done(agents.save_file("file_1", "a", tmp_path, progress=True))
    raw.answers = [Answer(500)]
    with pytest.raises(HttpResponseError):
        await done(agents.upload_file(file=b"x" * SIZE, purpose="assistants", progress=True))
    assert shown(tty, "/1.0 MB")
    assert tty.screen == ""
    assert is_untouched(tty)


async def test_a_cancelled_upload_takes_its_line_away(
    face: Face, tty: Tty, screen: Screen, raw: RawServer, connect: Connect
) -> None:
    if not face.waits:
        return  # nobody can cancel a call that blocks
    raw.answers = [Answer(wait=30)]
    uploading = asyncio.ensure_future(
        connect(raw).agents.upload_file(file=("up.bin", b"x" * SIZE), purpose="assistants", progress=True)
    )
    while "up.bin" not in tty.screen:
        await asyncio.sleep(0.01)
    uploading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await uploading
    assert tty.screen == ""
    assert is_untouched(tty)


async def test_uploads_at_once_have_a_line_each(face: Face, tty: Tty, screen: Screen, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=STORED.body, wait=0.3)]
    agents = connect(raw).agents

    def upload(name: str) -> Any:
        return agents.upload_file(file=(name, b"x" * SIZE), purpose="assistants", progress=True)

    names = ["one.bin", "two.bin", "three.bin"]
    if face.waits:
        await asyncio.gather(*map(upload, names))
    else:
        threads = [threading.Thread(target=upload, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert shown(tty, *names)
    assert tty.screen == ""


def _run(status: str) -> Answer:
    return Answer(
        body={"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "status": status, "created_at": 1}
    )


async def test_a_wait_shows_the_state_of_the_run(
    tty: Tty, screen: Screen, clock: list[float], raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [_run("queued"), _run("in_progress"), _run("completed")]
    states: list[str] = []

    def note(run: Any) -> None:
        clock[0] += 5.0
        states.append(run.status)
        print("now", run.status, file=tty)

    run = await done(connect(raw).agents.create_and_process_run("t", agent_id="a", progress=True, on_update=note))
    assert run.status == "completed"
    assert states == ["queued", "in_progress", "completed"], "a callback is called all the same"
    assert shown(tty, "run run_1", "in_progress", "5 s")
    assert tty.screen == "now queued\nnow in_progress\nnow completed"


async def test_a_run_that_takes_the_place_of_another_is_shown_under_its_own_id(
    tty: Tty, screen: Screen, clock: list[float]
) -> None:
    with waiting("create_and_process_run", "run", True, None) as tell:
        assert tell is not None
        for run_id in ("run_1", "run_2"):
            clock[0] += 1.0
            tell(ThreadRun({"id": run_id, "status": "queued"}))
            assert f"run {run_id}" in tty.screen
    assert tty.screen == ""


async def test_a_wait_that_fails_takes_its_line_away(
    tty: Tty, screen: Screen, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [_run("queued"), Answer(404)]
    with pytest.raises(HttpResponseError):
        await done(connect(raw).agents.create_thread_and_process_run(agent_id="a", progress=True))
    assert shown(tty, "run run_1", "queued")
    assert tty.screen == ""
    assert is_untouched(tty)


async def test_an_upload_is_shown_and_then_the_wait_for_it(
    tty: Tty, screen: Screen, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [Answer(body={**_body(STORED), "status": "pending"}), STORED]
    await done(connect(raw).agents.upload_file_and_poll(file=("up.bin", b"x" * 10), purpose="assistants", progress=True))
    assert shown(tty, "up.bin")
    assert shown(tty, "file file_1", "pending")
    assert tty.screen == ""


def _body(answer: Answer) -> dict[str, Any]:
    assert isinstance(answer.body, dict)
    return answer.body


COUNTS = {"in_progress": 1, "completed": 2, "failed": 0, "cancelled": 0, "total": 3}
STORE = {"id": "vs_1", "object": "vector_store", "created_at": 1, "status": "in_progress", "file_counts": COUNTS}


@pytest.mark.parametrize(
    ("call", "arguments", "words"),
    [
        ("create_vector_store_and_poll", [], ["vector store vs_1", "in_progress, 2 of 3 files"]),
        ("create_vector_store_file_and_poll", ["vs_1"], ["file vs_1", "in_progress"]),
        ("create_vector_store_file_batch_and_poll", ["vs_1"], ["batch of files vs_1", "2 of 3 files"]),
    ],
)
async def test_waits_for_vector_stores_are_shown(
    call: str, arguments: list[str], words: list[str], tty: Tty, screen: Screen, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [Answer(body=STORE), Answer(body={**STORE, "status": "completed"})]
    more = {"file_id": "f"} if "file_and" in call else {"file_ids": ["f"]}
    await done(getattr(connect(raw).agents, call)(*arguments, **more, progress=True))
    assert shown(tty, *words)
    assert tty.screen == ""


async def test_the_wait_for_a_version_is_shown(tty: Tty, screen: Screen, raw: RawServer, connect: Connect, naps: Naps) -> None:
    version = {"object": "agent.version", "id": "helper:1", "name": "helper", "version": "1", "created_at": 1}
    raw.answers = [Answer(body={**version, "status": status}) for status in ("creating", "active")]
    await done(connect(raw).agents.wait_for_version("helper", "1", progress=True))
    assert shown(tty, "version helper:1", "creating")
    assert tty.screen == ""


async def test_a_callable_goes_to_on_update(raw: RawServer, connect: Connect) -> None:
    agents: Any = connect(raw).agents
    for call, arguments in (
        (agents.create_and_process_run, {"thread_id": "t", "agent_id": "a"}),
        (agents.create_thread_and_process_run, {"agent_id": "a"}),
        (agents.create_vector_store_and_poll, {}),
    ):
        with pytest.raises(TypeError, match="a callable goes to on_update="):
            await done(call(**arguments, progress=print))
    assert not raw.seen


async def test_what_cls_makes_of_a_content_is_not_counted(raw: RawServer, connect: Connect) -> None:
    with pytest.raises(TypeError, match="progress= or cls="):
        await done(connect(raw).agents.get_file_content("f", progress=True, cls=lambda *_: None))
    assert not raw.seen


# --- at a terminal of its own ---------------------------------------------------------------------------------------------------

SCRIPT = """
import asyncio, sys
from pathlib import Path
import agentkit, agentkit.aio

def main(client):
    print("uploading ... ", end="", flush=True)
    file = client.agents.upload_file(file=("data.bin", b"x" * 3_000_000), purpose="assistants", progress=True)
    print("done", file.filename)
    with client.agents.temporary_agent(model="m") as agent, client.agents.temporary_thread() as thread:
        client.agents.create_message(thread.id, role="user", content="hi")
        run = client.agents.create_and_process_run(thread.id, agent_id=agent.id, progress=True, on_update=lambda r: print("state"))
    print(run.status, file=sys.stderr)

async def async_main(client):
    print("uploading ... ", end="", flush=True)
    file = await client.agents.upload_file(file=("data.bin", b"x" * 3_000_000), purpose="assistants", progress=True)
    print("done", file.filename)
    async with client.agents.temporary_agent(model="m") as agent, client.agents.temporary_thread() as thread:
        await client.agents.create_message(thread.id, role="user", content="hi")
        run = await client.agents.create_and_process_run(
            thread.id, agent_id=agent.id, progress=True, on_update=lambda r: print("state")
        )
    print(run.status, file=sys.stderr)

async def with_client(url, key):
    async with agentkit.aio.AIProjectClient(url, key) as client:
        await async_main(client)

face, url, key = sys.argv[1:]
if face == "async":
    asyncio.run(with_client(url, key))
else:
    with agentkit.AIProjectClient(url, key) as client:
        main(client)
"""


def test_a_script_at_a_terminal_looks_as_if_nothing_had_been_shown(face: Face, service: LocalService, tmp_path: Path) -> None:
    tty = screens_of(SCRIPT, face.name, service.url, service.key, folder=tmp_path)
    first, *states, last = tty.screen.splitlines()
    assert first == "uploading ... done data.bin"
    assert set(states) == {"state"}
    assert last == "completed"
    assert shown(tty, "uploading ...", "data.bin", "/3.0 MB")
    assert shown(tty, "run run_")
