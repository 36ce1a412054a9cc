"""What the openai package is put through with files and vector stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
from openai_surface import items, refused, text_of

if TYPE_CHECKING:
    from clients import Api, Report

GUIDE = b"The harbour of Trondheim opens at six in the morning. Ferries leave every hour."
MENU = b"The canteen serves herring on Mondays and pancakes on Fridays."


async def files(api: Api, report: Report) -> None:
    with report.check("files.create"):
        made = await api.files.create(file=("guide.txt", GUIDE), purpose="assistants")
        assert (made.object, made.bytes, made.filename, made.purpose) == ("file", len(GUIDE), "guide.txt", "assistants")
        for purpose in ("batch", "fine-tune", "vision", "user_data"):
            other = await api.files.create(file=(f"{purpose}.txt", MENU), purpose=purpose)
            assert other.purpose == purpose
    with report.check("files.retrieve"):
        assert await api.files.retrieve(made.id) == made
    with report.check("files.wait_for_processing"):
        assert (await api.files.wait_for_processing(made.id)).status == "processed"
    with report.check("files.list"):
        ids = [one.id for one in await items(await api.files.list(limit=2))]
        assert len(ids) == len(set(ids)) >= 5, "each file once, in pages of two"
        assert [one.id for one in await items(await api.files.list(purpose="user_data", order="asc"))][-1] == other.id
        assert ids == [one.id for one in await items(await api.files.list())]
    with report.check("files.content"):
        assert (await api.files.content(other.id)).read() == MENU
    with report.check("files.retrieve_content"):
        assert await api.files.retrieve_content(other.id) == MENU.decode()
    with report.check("files.delete"):
        gone = await api.files.delete(made.id)
        assert (gone.id, gone.object, gone.deleted) == (made.id, "file", True)
        await refused(api.files.retrieve(made.id), openai.NotFoundError)


async def vector_stores(api: Api, report: Report) -> None:
    stores = api.vector_stores
    guide = await api.files.create(file=("guide.txt", GUIDE), purpose="assistants")
    with report.check("vector_stores.create"):
        expiry = {"anchor": "last_active_at", "days": 1}
        store = await stores.create(name="town", file_ids=[guide.id], expires_after=expiry, metadata={"n": "1"})
        assert (store.object, store.name, store.file_counts.total) == ("vector_store", "town", 1)
        assert (store.expires_after.days, store.metadata) == (1, {"n": "1"})
    with report.check("vector_stores.files.poll"):
        entry = await stores.files.poll(guide.id, vector_store_id=store.id, poll_interval_ms=20)
        assert (entry.status, entry.object, entry.chunking_strategy.type) == ("completed", "vector_store.file", "static")
    with report.check("vector_stores.retrieve"):
        filled = await stores.retrieve(store.id)
        assert (filled.status, filled.file_counts.completed) == ("completed", 1)
    with report.check("vector_stores.update"):
        assert (await stores.update(store.id, name="city", metadata={})).name == "city"
    with report.check("vector_stores.list"):
        others = [await stores.create(name=f"n{number}") for number in range(3)]
        listed = await items(await stores.list(limit=1, order="asc", after=store.id))
        assert [one.id for one in listed] == [one.id for one in others]
    with report.check("vector_stores.delete"):
        for other in others:
            gone = await stores.delete(other.id)
            assert (gone.id, gone.object, gone.deleted) == (other.id, "vector_store.deleted", True)
    await files_of_stores(api, report, store, guide)
    await batches(api, report, store)
    await searches(api, report, store)


async def files_of_stores(api: Api, report: Report, store: Any, guide: Any) -> None:
    inside = api.vector_stores.files
    with report.check("vector_stores.files.retrieve"):
        entry = await inside.retrieve(guide.id, vector_store_id=store.id)
        assert (entry.id, entry.vector_store_id, entry.usage_bytes) == (guide.id, store.id, len(GUIDE))
    with report.check("vector_stores.files.update"):
        entry = await inside.update(guide.id, vector_store_id=store.id, attributes={"kind": "guide", "year": 2024})
        assert entry.attributes == {"kind": "guide", "year": 2024}
    with report.check("vector_stores.files.content"):
        (part,) = await items(await inside.content(guide.id, vector_store_id=store.id))
        assert (part.type, part.text) == ("text", GUIDE.decode())
    with report.check("vector_stores.files.delete"):
        gone = await inside.delete(guide.id, vector_store_id=store.id)
        assert (gone.id, gone.object, gone.deleted) == (guide.id, "vector_store.file.deleted", True)
        await refused(inside.retrieve(guide.id, vector_store_id=store.id), openai.NotFoundError)
    with report.check("vector_stores.files.create"):
        chunking = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}
        entry = await inside.create(store.id, file_id=guide.id, attributes={"kind": "guide"}, chunking_strategy=chunking)
        assert (entry.status, entry.attributes) == ("in_progress", {"kind": "guide"})
        assert entry.chunking_strategy.static.max_chunk_size_tokens == 200
    with report.check("vector_stores.files.create_and_poll"):
        again = await inside.create_and_poll(guide.id, vector_store_id=store.id, poll_interval_ms=20)
        assert again.status == "completed"
    with report.check("vector_stores.files.upload"):
        entry = await inside.upload(vector_store_id=store.id, file=("menu.txt", MENU))
        assert (await inside.poll(entry.id, vector_store_id=store.id, poll_interval_ms=20)).status == "completed"
    with report.check("vector_stores.files.upload_and_poll"):
        entry = await inside.upload_and_poll(vector_store_id=store.id, file=("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00"))
        assert (entry.status, entry.last_error.code) == ("failed", "unsupported_file")
    with report.check("vector_stores.files.list"):
        ids = [one.id for one in await items(await inside.list(store.id, limit=1))]
        assert len(ids) == 3
        assert [one.id for one in await items(await inside.list(store.id, filter="failed"))] == [entry.id]


async def batches(api: Api, report: Report, store: Any) -> None:
    together = api.vector_stores.file_batches
    made = [await api.files.create(file=(f"{n}.txt", MENU), purpose="assistants") for n in range(2)]
    with report.check("vector_stores.file_batches.create"):
        described = [{"file_id": file.id, "attributes": {"n": n}} for n, file in enumerate(made)]
        batch = await together.create(store.id, files=described)
        assert (batch.object, batch.vector_store_id, batch.file_counts.total) == ("vector_store.files_batch", store.id, 2)
    with report.check("vector_stores.file_batches.poll"):
        batch = await together.poll(batch.id, vector_store_id=store.id, poll_interval_ms=20)
        assert (batch.status, batch.file_counts.completed) == ("completed", 2)
    with report.check("vector_stores.file_batches.retrieve"):
        assert await together.retrieve(batch.id, vector_store_id=store.id) == batch
    with report.check("vector_stores.file_batches.list_files"):
        listed = await items(await together.list_files(batch.id, vector_store_id=store.id, limit=1, order="asc"))
        assert [(one.id, one.attributes) for one in listed] == [(file.id, {"n": n}) for n, file in enumerate(made)]
    with report.check("vector_stores.file_batches.create_and_poll"):
        ids = [file.id for file in made]
        batch = await together.create_and_poll(store.id, file_ids=ids, attributes={"kind": "menu"}, poll_interval_ms=20)
        assert (batch.status, batch.file_counts.completed) == ("completed", 2)
    with report.check("vector_stores.file_batches.upload_and_poll"):
        named = [(f"{name}.txt", MENU) for name in ("one", "two", "three")]
        batch = await together.upload_and_poll(store.id, files=named, poll_interval_ms=20)
        assert (batch.status, batch.file_counts.completed) == ("completed", 3)
    with report.check("vector_stores.file_batches.cancel"):
        batch = await together.create(store.id, file_ids=ids)
        cancelled = await together.cancel(batch.id, vector_store_id=store.id)
        counts = cancelled.file_counts
        assert cancelled.status in ("cancelled", "completed")
        assert counts.in_progress == 0
        assert counts.cancelled + counts.completed == 2


async def searches(api: Api, report: Report, store: Any) -> None:
    with report.check("vector_stores.search"):
        page = await api.vector_stores.search(store.id, query="When does the harbour open?", max_num_results=1)
        (hit,) = await items(page)
        assert (hit.filename, hit.content[0].text, 0 < hit.score <= 1) == ("guide.txt", GUIDE.decode(), True)
    with report.check("a search is narrowed by attributes"):
        kind = {"type": "eq", "key": "kind", "value": "menu"}
        both = {"type": "and", "filters": [kind, {"type": "ne", "key": "kind", "value": "guide"}]}
        queries = ["harbour", "pancakes on Fridays"]
        ranking = {"ranker": "auto", "score_threshold": 0.0}
        page = await api.vector_stores.search(
            store.id, query=queries, filters=both, ranking_options=ranking, rewrite_query=True
        )
        assert {hit.filename for hit in await items(page)} <= {"0.txt", "1.txt"}
    with report.check("a search that is asked wrongly is refused"):
        error = await refused(api.vector_stores.search(store.id, query="q", max_num_results=51), openai.BadRequestError)
        assert error.param == "max_num_results"


async def file_search(api: Api, report: Report) -> None:
    """The offline model answers from an uploaded file, and cites it."""
    beta = api.beta
    store = await api.vector_stores.create(name="town")
    await api.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=("guide.txt", GUIDE))
    with report.check("an answer cites the file that it comes from"):
        agent = await beta.assistants.create(
            model="gpt-4o-mini",
            tools=[{"type": "file_search"}],
            tool_resources={"file_search": {"vector_store_ids": [store.id]}},
        )
        thread = await beta.threads.create(messages=[{"role": "user", "content": "When does the harbour of Trondheim open?"}])
        run = await beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=agent.id, poll_interval_ms=50)
        assert run.status == "completed", run.last_error
        (answer, *_) = (await beta.threads.messages.list(thread.id)).data
        assert "six in the morning" in text_of(answer)
        assert answer.content[0].text.annotations[0].type == "file_citation"
    with report.check("the text that was found comes where it is asked for"):
        found = "step_details.tool_calls[*].file_search.results[*].content"
        for include, expected in ((openai.omit, None), ([found], GUIDE.decode())):
            listed = await items(await beta.threads.runs.steps.list(run.id, thread_id=thread.id, order="asc", include=include))
            (result, *_) = listed[0].step_details.tool_calls[0].file_search.results
            assert (result.content[0].text if result.content else None) == expected


OFFLINE = (files, vector_stores, file_search)
