"""The helpers that put files into vector stores and wait: every form of their body, their ends, their failures by name."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import dataclass
from typing import Any

import pytest

from agentkit import models
from agentkit.exceptions import HttpResponseError, WaitTimeoutError
from agentkit.local import LocalService

from .faces import Connect, Face, done
from .fixtures import Naps
from .servers import Answer, RawServer

COUNTS = {"in_progress": 0, "completed": 1, "failed": 0, "cancelled": 0, "total": 1}


@dataclass(frozen=True)
class Helper:
    """One of the helpers: how it is called, what it sends, and where it looks."""

    name: str
    ids: tuple[str, ...]
    named: dict[str, Any]
    sent: dict[str, Any]
    paths: tuple[str, str]
    answer: dict[str, Any]
    what: str

    def call(self, agents: Any, **options: Any) -> Any:
        return getattr(agents, self.name)(*self.ids, **self.named, **options)

    def state(self, status: str | None, **fields: Any) -> Answer:
        return Answer(body={**self.answer, "status": status, **fields})


STORE = Helper(
    "create_vector_store_and_poll",
    (),
    {"file_ids": ["f"], "name": "é", "metadata": {"k": "v"}},
    {"file_ids": ["f"], "name": "é", "metadata": {"k": "v"}},
    ("/vector_stores", "/vector_stores/vs_1"),
    {"id": "vs_1", "object": "vector_store", "file_counts": COUNTS},
    "vector store vs_1",
)
FILE = Helper(
    "create_vector_store_file_and_poll",
    ("vs_1",),
    {"file_id": "f", "chunking_strategy": models.VectorStoreAutoChunkingStrategyRequest()},
    {"file_id": "f", "chunking_strategy": {"type": "auto"}},
    ("/vector_stores/vs_1/files", "/vector_stores/vs_1/files/f"),
    {"id": "f", "object": "vector_store.file", "vector_store_id": "vs_1"},
    "vector store file f",
)
BATCH = Helper(
    "create_vector_store_file_batch_and_poll",
    ("vs_1",),
    {"file_ids": ["f", "g"]},
    {"file_ids": ["f", "g"]},
    ("/vector_stores/vs_1/file_batches", "/vector_stores/vs_1/file_batches/vsfb_1"),
    {"id": "vsfb_1", "object": "vector_store.file_batch", "vector_store_id": "vs_1", "file_counts": COUNTS},
    "vector store file batch vsfb_1",
)
HELPERS = [pytest.param(helper, id=helper.name) for helper in (STORE, FILE, BATCH)]


def _paths(raw: RawServer) -> list[str]:
    return [f"{seen.method} {seen.path.removeprefix('/api/projects/local')}" for seen in raw.seen]


@pytest.mark.parametrize("helper", HELPERS)
async def test_every_form_of_the_body_sends_the_same(helper: Helper, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [helper.state("completed")]
    agents = connect(raw).agents
    method = getattr(agents, helper.name)
    binary = json.dumps(helper.sent).encode()
    await done(helper.call(agents))
    await done(method(*helper.ids, helper.sent))
    await done(method(*helper.ids, body=helper.sent, content_type="application/json", sleep_interval=0.5))
    await done(method(*helper.ids, io.BytesIO(binary)))
    await done(method(*helper.ids, body=io.BytesIO(binary), content_type="application/json", timeout=None))
    assert _paths(raw) == [f"POST {helper.paths[0]}"] * 5
    assert [seen.json() for seen in raw.seen] == [helper.sent] * 5
    assert {(seen.target, seen.headers["Content-Type"]) for seen in raw.seen} == {(raw.last.target, "application/json")}


SOURCE = models.VectorStoreDataSource(asset_identifier="azureml://x", asset_type="uri_asset")
SENT_SOURCE = {"uri": "azureml://x", "type": "uri_asset"}


@pytest.mark.parametrize(
    ("helper", "named", "sent"),
    [
        (STORE, {"data_sources": [SOURCE]}, {"configuration": {"data_sources": [SENT_SOURCE]}}),
        (FILE, {"data_source": SOURCE}, {"data_source": SENT_SOURCE}),
        (BATCH, {"data_sources": [SOURCE]}, {"data_sources": [SENT_SOURCE]}),
    ],
    ids=lambda value: value.name if isinstance(value, Helper) else None,
)
async def test_sources_outside_the_service(
    helper: Helper, named: dict[str, Any], sent: dict[str, Any], raw: RawServer, connect: Connect
) -> None:
    raw.answers = [helper.state("completed")]
    await done(getattr(connect(raw).agents, helper.name)(*helper.ids, **named))
    assert raw.last.json() == sent


@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize("body", [5, "text", b"bytes", [1]])
async def test_a_body_of_another_kind_is_refused(body: Any, helper: Helper, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(TypeError, match="takes as body a mapping by wire names or a binary stream"):
        await done(getattr(connect(raw).agents, helper.name)(*helper.ids, body=body))
    assert not raw.seen


# --- waiting --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("helper", HELPERS)
async def test_it_looks_at_once_and_then_ever_less_often(helper: Helper, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [*[helper.state("in_progress")] * 10, helper.state("completed")]
    ended = await done(helper.call(connect(raw).agents, sleep_interval=0.5))
    assert ended.status == "completed"
    assert _paths(raw) == [f"POST {helper.paths[0]}", *[f"GET {helper.paths[1]}"] * 10]
    assert naps.slept[0] == 0
    assert naps.slept[1:3] == pytest.approx([0.1, 0.15])
    assert naps.slept[-3:] == [0.5] * 3


@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "expired", "quite_new", None])
async def test_every_status_but_the_active_one_ends_the_wait(
    status: str | None, helper: Helper, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [helper.state("in_progress"), helper.state(status), helper.state("in_progress")]
    assert (await done(helper.call(connect(raw).agents))).status == status
    assert len(raw.seen) == 2
    raw.seen.clear()
    raw.answers = [helper.state(status)]
    assert (await done(helper.call(connect(raw).agents))).status == status
    assert len(raw.seen) == 1, "what came back at rest is not looked at again"


@pytest.mark.parametrize("helper", HELPERS)
async def test_it_waits_half_an_hour_and_no_longer(helper: Helper, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [helper.state("in_progress")]
    with pytest.raises(
        WaitTimeoutError, match=rf"the {helper.what} is still in_progress after 1800\.0 s; it goes on"
    ) as caught:
        await done(helper.call(connect(raw).agents, sleep_interval=60))
    assert caught.value.last.id == helper.answer["id"]
    assert sum(naps.slept) == pytest.approx(1800)


@pytest.mark.parametrize(("helper", "of_calls"), [(STORE, 3), (FILE, 3), (BATCH, 3)], ids=lambda v: getattr(v, "name", None))
async def test_the_options_of_the_call_hold_for_every_request(
    helper: Helper, of_calls: int, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [helper.state("in_progress"), helper.state("in_progress"), helper.state("completed")]
    agents = connect(raw, params={"every": "2"}).agents
    await done(helper.call(agents, headers={"X-Mine": "1"}, params={"p": "1"}))
    assert [seen.headers["X-Mine"] for seen in raw.seen] == ["1"] * of_calls
    assert [seen.query.get("p") for seen in raw.seen] == ["1", None, None]
    assert [seen.query.get("every") for seen in raw.seen] == ["2"] * of_calls


@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize(
    "options",
    [
        {"sleep_interval": -1},
        {"timeout": "1"},
        {"timeout": True},
        {"on_update": 5},
        {"cls": print},
        {"stream": True},
        {"wat": 1},
    ],
    ids=lambda options: next(iter(options)),
)
async def test_bad_options_are_refused_before_anything_is_sent(
    options: dict[str, Any], helper: Helper, raw: RawServer, connect: Connect
) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"{helper.name}\(.*{next(iter(options))}"):
        await done(helper.call(connect(raw).agents, **options))
    assert not raw.seen


@pytest.mark.parametrize("face", ["async"], indirect=True)
@pytest.mark.parametrize("helper", HELPERS)
async def test_waiting_leaves_the_event_loop_free(helper: Helper, face: Face, raw: RawServer, connect: Connect) -> None:
    raw.answers = [helper.state("in_progress")]
    waiting = asyncio.create_task(helper.call(connect(raw).agents, sleep_interval=60, timeout=10))
    while len(raw.seen) < 4:
        await asyncio.sleep(0.01)
    raw.answers = [helper.state("completed")]
    assert (await waiting).status == "completed"


# --- what a caller is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("helper", HELPERS)
async def test_each_new_state_is_told(helper: Helper, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [helper.state("in_progress"), helper.state("in_progress"), helper.state("completed")]
    told: list[Any] = []
    ended = await done(helper.call(connect(raw).agents, on_update=told.append))
    assert [one.status for one in told] == ["in_progress", "in_progress", "completed"]
    assert told[-1] is ended
    assert len({id(one) for one in told}) == 3


@pytest.mark.parametrize("helper", HELPERS)
async def test_a_coroutine_function_is_awaited_or_refused(
    helper: Helper, face: Face, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    raw.answers = [helper.state("in_progress"), helper.state("completed")]
    told: list[str] = []

    async def tell(one: Any) -> None:
        await asyncio.sleep(0)
        told.append(one.status)

    if face.waits:
        await helper.call(connect(raw).agents, on_update=tell)
        assert told == ["in_progress", "completed"]
    else:
        with pytest.raises(TypeError, match=r"does not await them: give a plain function, or use agentkit\.aio"):
            helper.call(connect(raw).agents, on_update=tell)


@pytest.mark.parametrize("helper", HELPERS)
async def test_what_the_caller_raises_comes_out(helper: Helper, raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [helper.state("in_progress")]

    def stop(one: Any) -> None:
        raise LookupError(one.status)

    with pytest.raises(LookupError, match="in_progress"):
        await done(helper.call(connect(raw).agents, on_update=stop))


# --- cancelling when the time is over -------------------------------------------------------------------------------------


async def test_a_batch_is_cancelled_when_the_time_is_over(raw: RawServer, connect: Connect, naps: Naps) -> None:
    looks = 3
    raw.answers = [*[BATCH.state("in_progress")] * (1 + looks), BATCH.state("cancelling")]
    with pytest.raises(WaitTimeoutError, match=r"is still in_progress after 0\.2 s; it was asked to cancel") as caught:
        await done(BATCH.call(connect(raw).agents, timeout=0.2, on_timeout="cancel"))
    assert caught.value.last.status == "cancelling"
    assert _paths(raw)[-1] == f"POST {BATCH.paths[1]}/cancel"


async def test_a_batch_that_ends_before_it_is_cancelled_is_returned(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [
        *[BATCH.state("in_progress")] * 2,
        Answer(400, {"error": {"message": "it has ended"}}),
        BATCH.state("completed"),
    ]
    batch = await done(BATCH.call(connect(raw).agents, timeout=0, on_timeout="cancel"))
    assert batch.status == "completed"


async def test_a_batch_that_cannot_be_cancelled_is_still_a_timeout(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [
        *[BATCH.state("in_progress")] * 2,
        Answer(403, {"error": {"message": "not yours"}}),
        BATCH.state("in_progress"),
    ]
    with pytest.raises(WaitTimeoutError, match="it could not be cancelled and goes on") as caught:
        await done(BATCH.call(connect(raw).agents, timeout=0, on_timeout="cancel"))
    assert isinstance(caught.value.__cause__, HttpResponseError)
    assert "not yours" in str(caught.value.__cause__)


async def test_on_timeout_is_one_of_two(raw: RawServer, connect: Connect) -> None:
    with pytest.raises(
        ValueError, match=r"create_vector_store_file_batch_and_poll\(\) takes on_timeout= as 'raise' or 'cancel'"
    ):
        await done(BATCH.call(connect(raw).agents, on_timeout="stop"))
    assert not raw.seen


# --- failed files ---------------------------------------------------------------------------------------------------------


async def test_failed_files_are_named_with_their_reasons(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    good = await done(agents.upload_file(file=("good.txt", b"some words"), purpose="assistants"))
    bad = await done(agents.upload_file(file=("bad.bin", bytes(range(256))), purpose="assistants"))
    store = await done(agents.create_vector_store_and_poll(file_ids=[good.id, bad.id]))
    other = await done(agents.create_vector_store())
    batch = await done(agents.create_vector_store_file_batch_and_poll(other.id, file_ids=[good.id, bad.id]))
    for owner in (store, batch):
        assert owner.status == "completed"
        assert (owner.file_counts.completed, owner.file_counts.failed) == (1, 1)
        (failed,) = owner.failed_files
        assert isinstance(failed, models.VectorStoreFile)
        assert (failed.id, failed.status, failed.vector_store_id in (store.id, other.id)) == (bad.id, "failed", True)
        assert failed.last_error.code
        assert failed.last_error.message
        assert "failed_files" not in owner.as_dict()
    alone = await done(agents.create_vector_store_file_and_poll(other.id, file_id=bad.id))
    assert (alone.status, alone.last_error.code) == ("failed", failed.last_error.code)


async def test_where_nothing_failed_nothing_is_asked(raw: RawServer, connect: Connect) -> None:
    for helper in (STORE, BATCH):
        raw.answers = [helper.state("completed")]
        assert (await done(helper.call(connect(raw).agents))).failed_files == []
        raw.answers = [helper.state("completed", file_counts=None)]
        assert (await done(helper.call(connect(raw).agents))).failed_files == []
        assert {seen.method for seen in raw.seen} == {"POST"}


@pytest.mark.parametrize("helper", [STORE, BATCH], ids=lambda helper: helper.name)
async def test_failed_files_of_several_pages(helper: Helper, raw: RawServer, connect: Connect, naps: Naps) -> None:
    def page(*ids: str, more: bool) -> Answer:
        data = [{"id": one, "status": "failed", "last_error": {"code": "unsupported_file", "message": one}} for one in ids]
        return Answer(body={"object": "list", "data": data, "first_id": ids[0], "last_id": ids[-1], "has_more": more})

    counts = {**COUNTS, "failed": 3}
    raw.answers = [helper.state("completed", file_counts=counts), page("a", "b", more=True), page("c", more=False)]
    ended = await done(helper.call(connect(raw).agents))
    assert [(file.id, file.last_error.message) for file in ended.failed_files] == [("a", "a"), ("b", "b"), ("c", "c")]
    assert raw.last.path.endswith(f"{helper.paths[1]}/files")
    assert [seen.query.get("filter") for seen in raw.seen] == [None, "failed", "failed"]
    assert raw.last.query["after"] == "b"
    ended.status = "changed"
    assert len(ended.failed_files) == 3
    assert all(not key.startswith("_") and key != "failed_files" for key in ended)
