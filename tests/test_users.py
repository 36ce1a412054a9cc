"""What users of these APIs suffer from elsewhere: one short scenario for each, by the number of its row in the list of complaints."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential
from pydantic import BaseModel

from agentkit._core.endpoint import SERVICE_VARIABLES
from agentkit.exceptions import (
    ActiveRunError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceResponseError,
    WaitTimeoutError,
)
from agentkit.local import LocalService
from agentkit.models import CodeInterpreterTool, MessageRole, ThreadMessage
from client.faces import KEY, Connect, Face, done, inside, iterator, pieces
from client.fixtures import *  # noqa: F403
from client.fixtures import Naps
from client.servers import AGENT, Answer, RawServer

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "created_at": 1}


def _run_program(text: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, with no service in its environment and every warning an error."""
    environ = {name: value for name, value in os.environ.items() if name not in SERVICE_VARIABLES}
    command = [sys.executable, "-W", "error", *arguments, "-c", text]
    return subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=False)


CHART = """
from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool
with AIProjectClient.from_env() as client:
    tool = CodeInterpreterTool()
    agent = client.agents.create_agent(model="m", tools=tool.definitions, tool_resources=tool.resources)
    thread = client.agents.create_thread()
    client.agents.create_message(thread.id, role="user", content="Make a bar chart: Apples: 3, Pears: 5, Plums: 4")
    run = client.agents.create_and_process_run(thread.id, agent_id=agent.id)
    messages = client.agents.list_messages(thread.id)
    image = messages.image_contents[0].image_file.file_id
    print(run.status, client.agents.save_file(image, "chart.png").read_bytes()[1:4].decode())
"""


def test_users_row_01_everything_runs_offline_without_account_or_key(tmp_path: Path) -> None:
    """An agent draws a chart in a process with nothing set but the package."""
    ran = _run_program(CHART, folder=tmp_path)
    assert ran.stdout == "completed PNG\n", ran.stderr
    assert len(ran.stderr.splitlines()) == 1


async def test_users_row_02_every_historical_name_works(service: LocalService, connect: Connect) -> None:
    """Names of earlier versions do what those of today do, and an unknown one says which was meant."""
    agents = connect(service).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "hi"}]))
    for name in ("agent_id", "assistant_id"):
        run = await done(agents.create_and_process_run(thread_id=thread.id, **{name: agent.id}))
        assert run.agent_id == run.assistant_id == run["assistant_id"] == agent.id
    messages = await done(agents.list_messages(thread.id))
    latest = messages.get_last_text_message_by_role("assistant")
    assert latest == messages.get_last_text_message_by_sender(MessageRole.AGENT)
    with pytest.raises(AttributeError, match="Did you mean 'create_and_process_run'"):
        _ = agents.create_and_process_runs
    with pytest.raises(TypeError, match="Did you mean 'assistant_id'"):
        await done(agents.create_run(thread.id, asistant_id=agent.id))


async def test_users_row_03_polls_end_on_incomplete_and_time_out(raw: RawServer, connect: Connect, naps: Naps) -> None:
    """A wait ends on every status that is not active, and after its time with the run in hand."""
    agents = connect(raw).agents
    raw.answers = [Answer(body={**RUN, "status": status}) for status in ("queued", "incomplete")]
    assert (await done(agents.create_and_process_run("t", agent_id="a"))).status == "incomplete"
    raw.seen.clear()
    raw.answers = [Answer(body={**RUN, "status": "in_progress"})]
    with pytest.raises(WaitTimeoutError) as caught:
        await done(agents.create_and_process_run("t", agent_id="a", timeout=60))
    assert (caught.value.last.id, caught.value.last.status) == ("run_1", "in_progress")


async def test_users_row_12_a_busy_thread_is_named_or_waited_for(serve: Callable[..., LocalService], connect: Connect) -> None:
    """A message for a thread with an active run is an error with the run's id, or waits for it, or cancels it."""
    gate = threading.Event()
    agents = connect(serve(model=lambda request: str(gate.wait(30)))).agents
    agent = await done(agents.create_agent(model="m"))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "one"}]))
    run = await done(agents.create_run(thread.id, agent_id=agent.id))
    with pytest.raises(ActiveRunError, match=f"the run {run.id} is active on {thread.id}") as caught:
        await done(agents.create_message(thread.id, role="user", content="two"))
    assert (caught.value.run_id, caught.value.thread_id, caught.value.status_code) == (run.id, thread.id, 400)
    opener = threading.Timer(0.2, gate.set)
    opener.start()
    await done(agents.create_message(thread.id, role="user", content="two", if_active="cancel"))
    opener.join()
    assert (await done(agents.get_run(thread.id, run.id))).status == "cancelled"
    again = await done(agents.create_and_process_run(thread.id, agent_id=agent.id, if_active="wait"))
    assert again.status == "completed"


async def test_users_row_14_retry_after_is_kept_up_to_a_visible_cap(raw: RawServer, connect: Connect, naps: Naps) -> None:
    """Two minutes are waited for; a day is not, and the error says so."""
    agents = connect(raw).agents
    raw.answers = [Answer(429, headers={"Retry-After": "120"}), Answer(body=AGENT)]
    await done(agents.get_agent("asst_1"))
    assert naps.slept == [120]
    raw.seen.clear()
    raw.answers = [Answer(429, headers={"Retry-After": "86400"})]
    with pytest.raises(HttpResponseError, match=r"86400 s is beyond the cap of 300 s \(retry_after_max\)"):
        await done(agents.get_agent("asst_1"))
    assert naps.slept == [120]


async def test_users_row_15_errors_name_the_kind_of_endpoint_and_what_it_wants(
    raw: RawServer, face: Face, connect: Connect
) -> None:
    """A 401 and a 403 name the endpoint's kind, what was sent and what it takes; a 404 tells a wrong address from a wrong id; a wrong URL
    fails when the client is made."""
    client = connect(f"{raw.url}/api/projects/p", KEY)
    raw.answers = [Answer(401)]
    with pytest.raises(
        ClientAuthenticationError, match=r"a local service spoken to as a Foundry project at 127\.0\.0\.1.* takes the key"
    ):
        await done(client.agents.get_agent("asst_1"))
    raw.answers = [Answer(404)]
    with pytest.raises(ResourceNotFoundError, match=r"Check the id, and that it belongs to this endpoint: .* Foundry project"):
        await done(client.agents.get_agent("asst_1"))
    with pytest.raises(ResourceNotFoundError, match=r"No id was asked for, so the address itself is wrong"):
        await done(client.agents.list_agents())
    raw.answers = [Answer(403)]
    with pytest.raises(HttpResponseError, match=r"Check the role, .*: a key went to a local service spoken to as a Foundry"):
        await done(client.agents.get_agent("asst_1"))
    foundry = face.Client("https://r.services.ai.azure.com/api/projects/p", KEY)
    assert "(token scope https://ai.azure.com/.default)" in foundry._pipeline.endpoint.describe()
    assert "role 'Azure AI User'" in foundry._pipeline.endpoint.describe()
    await done(foundry.close())
    with pytest.raises(ValueError, match="/api/projects/<project>"):
        face.Client("https://r.services.ai.azure.com", KEY)


async def test_users_row_16_keys_tokens_and_sovereign_clouds(raw: RawServer, connect: Connect, face: Face) -> None:
    """A key authenticates; a token is asked for with the scope of the host's cloud, or with the scopes that the caller names."""
    await done(connect(raw, AzureKeyCredential("a-key")).agents.get_agent("asst_1"))
    assert raw.last.headers["api-key"] == "a-key"
    asked: list[tuple[str, ...]] = []

    class Stop(Exception):
        """Raised in place of a token."""

    class Asked:
        def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            asked.append(scopes)
            raise Stop

    for host, options in (
        ("https://r.services.ai.azure.us/api/projects/p", {}),
        ("https://r.services.ai.azure.cn/api/projects/p", {}),
        ("https://r.services.ai.azure.us/api/projects/p", {"credential_scopes": ["https://own/.default"]}),
    ):
        client = face.Client(host, Asked(), **options)
        with pytest.raises(Stop):
            await done(client.agents.get_agent("asst_1"))
        await done(client.close())
    assert asked == [("https://ai.azure.us/.default",), ("https://ai.azure.cn/.default",), ("https://own/.default",)]


async def test_users_row_17_uploads_stream_keep_their_name_and_survive_a_retry(
    raw: RawServer, service: LocalService, connect: Connect, naps: Naps, tmp_path: Path
) -> None:
    """A large file with accents in its name is read piece by piece, and again from its start when the service was busy."""
    path = tmp_path / "Übersicht 名.bin"
    path.write_bytes(os.urandom(1000))
    raw.answers = [Answer(503), Answer(body={"id": "f", "object": "file", "status": "processed"})]
    told: list[tuple[int, int]] = []
    progress = {"progress": lambda sent, total: told.append((sent, total))}
    await done(connect(raw).agents.upload_file(file_path=path, purpose="assistants", **progress))
    assert told == [(1000, 1000)] * 2
    assert [seen.parts()["file"].get_payload(decode=True) for seen in raw.seen] == [path.read_bytes()] * 2
    with path.open("r+b") as large:
        large.truncate(16 * 1024 * 1024)
    agents = connect(service).agents
    tracemalloc.start()
    file = await done(agents.upload_file(file_path=path, purpose="assistants"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (file.filename, file.bytes, peak < 6_000_000) == (path.name, 16 * 1024 * 1024, True)


async def test_users_row_18_save_file_is_whole_or_not_there_and_returns_its_path(
    raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    """A download that breaks off keeps the old file; a good one replaces it, where that is wanted, under a name that cannot leave the
    folder. All files of a message are saved by one call."""
    agents = connect(raw).agents
    (tmp_path / "x.txt").write_bytes(b"old")
    raw.answers = [Answer(body=b"new" * 1000, cut=True), Answer(body=b"new")]
    with pytest.raises(ServiceResponseError):
        await done(agents.save_file("f", "x.txt", tmp_path))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
    saved = await done(agents.save_file("f", "../../x.txt", tmp_path))
    assert (saved, saved.read_bytes()) == (tmp_path / "x.txt", b"new")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        await done(agents.save_file("f", "x.txt", tmp_path, overwrite=False))
    images = [{"type": "image_file", "image_file": {"file_id": f"i{n}"}} for n in range(2)]
    paths = await done(agents.save_message_files(ThreadMessage({"content": images}), tmp_path))
    assert [path.name for path in paths] == ["i0_image_file.png", "i1_image_file.png"]


async def test_users_row_19_the_failed_files_of_a_batch_are_named(service: LocalService, connect: Connect) -> None:
    """The batch says which of its files could not be taken in, and why."""
    agents = connect(service).agents
    files = [("good.txt", b"words"), ("picture.bin", bytes(range(256))), ("more.md", b"# words")]
    ids = [(await done(agents.upload_file(file=file, purpose="assistants"))).id for file in files]
    store = await done(agents.create_vector_store())
    batch = await done(agents.create_vector_store_file_batch_and_poll(store.id, file_ids=ids))
    assert (batch.file_counts.completed, batch.file_counts.failed) == (2, 1)
    (failed,) = batch.failed_files
    assert (failed.id, bool(failed.last_error.code), bool(failed.last_error.message)) == (ids[1], True, True)


CITED: dict[str, Any] = {
    "id": "msg_1",
    "object": "thread.message",
    "role": "assistant",
    "content": [
        {
            "type": "text",
            "text": {
                "value": "It rains【4:0†source】.",
                "annotations": [
                    {
                        "type": "file_citation",
                        "text": "【4:0†source】",
                        "start_index": 8,
                        "end_index": 20,
                        "file_citation": {"file_id": "file-1", "quote": "rain"},
                    }
                ],
            },
        }
    ],
}


async def test_users_row_20_citations_can_be_read(raw: RawServer, connect: Connect) -> None:
    """The markers of a model become footnotes with the files' names, Markdown, or nothing."""
    raw.answers = [Answer(body=CITED), Answer(body={"id": "file-1", "object": "file", "filename": "weather.md"})]
    agents = connect(raw).agents
    message = await done(agents.get_message("t", "msg_1"))
    assert await done(agents.render_message(message)) == "It rains [0].\n[0] rain from weather.md"
    assert message.render("markdown", {"file-1": "weather.md"}) == "It rains[^0].\n\n[^0]: rain from weather.md"
    assert message.render("strip") == "It rains."
    assert message.render("keep") == "It rains【4:0†source】."


async def test_users_row_21_a_page_is_one_page_and_a_walk_ends(service: LocalService, raw: RawServer, connect: Connect) -> None:
    """A limit gives that many; all pages come when they are asked for, each item once, and never without an end."""
    agents = connect(service).agents
    thread = await done(agents.create_thread())
    ids = [(await done(agents.create_message(thread.id, role="user", content=str(n)))).id for n in range(7)]
    page = await done(agents.list_messages(thread.id, limit=3, order="asc"))
    assert ([message.id for message in page.data], page.has_more) == (ids[:3], True)
    assert [message.id for message in await pieces(iterator(page.auto_paging_iter()))] == ids
    endless = {"object": "list", "data": [{"id": "a"}], "first_id": "a", "last_id": "a", "has_more": True}
    raw.answers = [Answer(body=endless)]
    stuck = await done(connect(raw).agents.list_agents())
    with pytest.raises(RuntimeError, match="the same cursor again"):
        await pieces(iterator(stuck.auto_paging_iter()))
    assert len(raw.seen) == 2


async def test_users_row_22_unknown_kinds_keep_their_data(raw: RawServer, connect: Connect) -> None:
    """New tools, step types and statuses are read, and lose nothing."""
    tool = {"type": "telepathy", "telepathy": {"range": 5}}
    step = {
        "id": "s",
        "object": "thread.run.step",
        "type": "dream",
        "status": "drifting",
        "step_details": {"type": "dream", "of": [1]},
    }
    agents = connect(raw).agents
    raw.answers = [Answer(body={**AGENT, "tools": [tool], "mood": "new"}), Answer(body=step)]
    agent = await done(agents.get_agent("asst_1"))
    assert (agent.tools[0].type, agent.tools[0]["telepathy"], agent["mood"]) == ("telepathy", {"range": 5}, "new")
    read = await done(agents.get_run_step("t", "r", "s"))
    assert (read.type, read.status, read.step_details["of"]) == ("dream", "drifting", [1])
    assert read.as_dict() == step


LOOPS = """
import asyncio, gc, logging, sys
import agentkit
from agentkit.local import LocalService
# In development mode the loop also tells what took long, which is no fault.
logging.getLogger("asyncio").addFilter(lambda record: not record.getMessage().startswith("Executing "))
with LocalService(model=lambda request: "yes") as service:
    sync = agentkit.AIProjectClient(service.url, service.key)
    sync.agents.create_thread()
    sync.close()
    client = agentkit.aio.AIProjectClient(service.url, service.key)
    for _ in range(2):
        asyncio.run(client.agents.create_thread())
        gc.collect()
    asyncio.run(client.close())
async def embedded():
    async with agentkit.aio.AIProjectClient.local() as client:
        await client.agents.create_thread()
asyncio.run(embedded())
asyncio.run(embedded())
"""


def test_users_row_23_nothing_is_left_open_over_several_event_loops(tmp_path: Path) -> None:
    """Clients of both kinds, one of them over two event loops, end without a warning, an error or a thread that lasts."""
    ran = _run_program(LOOPS, "-X", "dev", folder=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_users_row_24_importing_is_light_and_nothing_is_pinned(tmp_path: Path) -> None:
    """The package's root imports none of its dependencies, and asks for ranges of versions."""
    heavy = "{'pydantic', 'httpx', 'azure', 'starlette', 'uvicorn', 'matplotlib', 'asyncio'}"
    ran = _run_program(f"import sys, agentkit; print(sorted({heavy} & set(sys.modules)))", folder=tmp_path)
    assert ran.stdout == "[]\n"
    ranges = [line.partition(";")[0] for line in requires("agentkit") or ()]
    assert ranges
    assert [line for line in ranges if "==" in line or "~=" in line] == []


class Weather(BaseModel):
    """What the weather is."""

    place: str
    degrees: int


async def test_users_row_25_models_serialise_and_answers_have_a_form(
    serve: Callable[..., LocalService], connect: Connect
) -> None:
    """An answer comes as a value of the caller's own model, and every object goes through JSON, pickle and a copy unharmed."""
    agents = connect(serve(model=lambda request: '{"place": "Oslo", "degrees": -3}')).agents
    agent = await done(agents.create_agent(model="m", response_format=Weather))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "How is it in Oslo?"}]))
    run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
    messages = await done(agents.list_messages(thread.id))
    assert messages.parse_last(Weather) == Weather(place="Oslo", degrees=-3)
    for model in (agent, thread, run, messages):
        assert type(model)(json.loads(json.dumps(model.as_dict()))) == model
        assert type(model).model_validate_json(model.model_dump_json()) == model
        assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model


async def test_users_row_27_nothing_of_a_block_is_left_behind(serve: Callable[..., LocalService], connect: Connect) -> None:
    """What is made for a block goes with it, also where an error ends it: nothing is there that was not before."""
    agents = connect(serve()).agents
    lists = (agents.list_agents, agents.list_threads, agents.list_vector_stores, agents.list_files)

    async def block() -> None:
        async with (
            inside(agents.temporary_file(file=("a.txt", b"words"))) as file,
            inside(agents.temporary_vector_store(file_ids=[file.id])) as store,
            inside(agents.temporary_agent(model="m")) as agent,
            inside(agents.temporary_thread(messages=[{"role": "user", "content": "hi"}])) as thread,
        ):
            assert (await done(agents.create_and_process_run(thread.id, agent_id=agent.id))).status == "completed"
            kept = [[each.id for each in (await done(every())).data] for every in lists]
            assert kept == [[agent.id], [thread.id], [store.id], [file.id]]
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        await block()
    assert [(await done(every())).data for every in lists] == [[], [], [], []]


@pytest.mark.parametrize("version", ["2024-05-01-preview", "2030-12-31", "v9", "latest"])
async def test_users_row_28_any_api_version_is_accepted(version: str, service: LocalService, connect: Connect) -> None:
    """The local service answers whatever version a client asks for."""
    agents = connect(service, api_version=version).agents
    tool = CodeInterpreterTool()
    agent = await done(agents.create_agent(model="m", tools=tool.definitions))
    assert (await done(agents.get_agent(agent.id))).tools[0].type == "code_interpreter"
