"""Vector stores, their files and batches, over HTTP: what is in progress, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from service_index import HeldIndex
from service_wire import Clock, Wire

from agentkit.local import retrieval, stores
from agentkit.local.store import Store
from agentkit.local.tables import VECTOR_STORE_FILES

Serve = Callable[..., Wire]

DAY = 86_400
CLOUD = {"uri": "azureml://datastores/x", "type": "uri_asset"}
AUTO = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}


def counts(**files: int) -> dict[str, int]:
    none = dict.fromkeys(("in_progress", "completed", "failed", "cancelled"), 0)
    return {**none, **files, "total": sum(files.values())}


def texts(wire: Wire, count: int) -> list[str]:
    return [wire.upload(b"some text", f"{number}.txt")["id"] for number in range(count)]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldIndex]:
    index = HeldIndex()
    monkeypatch.setattr(retrieval, "open_index", lambda _folder: index)
    yield index
    index.release()


class TestStores:
    def test_a_store_counts_its_files(self, shared: Wire) -> None:
        one, two = shared.upload(b"12345", "one.txt"), shared.upload(b"123", "two.txt")
        made = shared.post("/vector_stores", name="texts", file_ids=[one["id"], two["id"], "assistant-none"])
        assert made["id"].startswith("vs_")
        assert (made["status"], made["expires_at"]) == ("in_progress", None)
        assert made["file_counts"]["total"] == 3
        store = shared.taken_in(f"/vector_stores/{made['id']}")
        assert (store["status"], store["file_counts"]) == ("completed", counts(completed=2, failed=1))
        assert store["usage_bytes"] > 0
        assert store in list(shared.pages("/vector_stores"))

    def test_an_empty_store_is_ready(self, shared: Wire) -> None:
        store = shared.post("/vector_stores")
        assert (store["status"], store["file_counts"], store["usage_bytes"]) == ("completed", counts(), 0)

    def test_a_store_is_changed_and_deleted_with_its_entries(self, shared: Wire) -> None:
        (file,) = texts(shared, 1)
        store = shared.store(file)
        changed = shared.post(f"/vector_stores/{store['id']}", name="new", metadata={"a": "1"})
        assert changed == {**store, "name": "new", "metadata": {"a": "1"}, "last_active_at": changed["last_active_at"]}
        assert shared.delete(f"/vector_stores/{store['id']}")["object"] == "vector_store.deleted"
        for path in ("", "/files", f"/files/{file}"):
            error = shared.refused("GET", f"/vector_stores/{store['id']}{path}", 404)
            assert store["id"] in error["message"]

    def test_a_store_expires_after_days_without_use(self, serve: Serve, clock: Clock) -> None:
        wire = serve(clock=clock)
        store = wire.post("/vector_stores", expires_after={"anchor": "last_active_at", "days": 2})
        assert store["expires_at"] == clock.now + 2 * DAY
        clock.now += DAY
        used = wire.post(f"/vector_stores/{store['id']}", name="used")
        assert (used["last_active_at"], used["expires_at"]) == (clock.now, clock.now + 2 * DAY)
        clock.now += DAY
        wire.post(f"/vector_stores/{store['id']}/files", file_id=texts(wire, 1)[0])
        assert wire.taken_in(f"/vector_stores/{store['id']}")["expires_at"] == clock.now + 2 * DAY
        clock.now += 2 * DAY
        assert wire.get(f"/vector_stores/{store['id']}")["status"] == "expired"
        error = wire.refused("POST", f"/vector_stores/{store['id']}/files", json={"file_id": texts(wire, 1)[0]})
        assert "expired" in error["message"]
        forever = wire.post(f"/vector_stores/{store['id']}", expires_after=None)
        assert (forever["status"], forever["expires_at"]) == ("completed", None)

    def test_a_file_of_this_service_may_come_as_a_data_source(self, shared: Wire) -> None:
        one, two, three = texts(shared, 3)
        store = shared.post("/vector_stores", configuration={"data_sources": [{"uri": one, "type": "id_asset"}]})
        path = f"/vector_stores/{store['id']}"
        shared.post(f"{path}/files", data_source={"uri": two, "type": "id_asset"})
        shared.post(f"{path}/file_batches", data_sources=[{"uri": three, "type": "id_asset"}])
        assert [entry["id"] for entry in shared.get(f"{path}/files", order="asc")["data"]] == [one, two, three]

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
            ({"expires_after": {"anchor": "last_active_at", "days": 0}}, "expires_after.days"),
            ({"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
            ({"chunking_strategy": {"type": "clever"}}, "chunking_strategy.type"),
            ({"configuration": {"data_sources": [CLOUD]}}, "configuration.data_sources"),
            ({"file_ids": ["x"] * 501}, "file_ids"),
            ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ],
    )
    def test_a_bad_store_is_refused_by_the_name_of_the_field(self, shared: Wire, body: Any, param: str) -> None:
        assert shared.refused("POST", "/vector_stores", json=body)["param"] == param


class TestChunking:
    @pytest.mark.parametrize(
        ("size", "overlap", "at_fault"),
        [
            (100, 50, ""),
            (4096, 2048, ""),
            (4096, 0, ""),
            (99, 0, "max_chunk_size_tokens"),
            (4097, 0, "max_chunk_size_tokens"),
            (800, 401, "chunk_overlap_tokens"),
            (800, -1, "chunk_overlap_tokens"),
        ],
    )
    def test_the_bounds_of_static_chunks(self, shared: Wire, size: int, overlap: int, at_fault: str) -> None:
        static = {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}
        store, (file,) = shared.post("/vector_stores"), texts(shared, 1)
        path, body = (
            f"/vector_stores/{store['id']}/files",
            {"file_id": file, "chunking_strategy": {"type": "static", "static": static}},
        )
        if at_fault:
            error = shared.refused("POST", path, json=body)
            assert error["param"] == f"chunking_strategy.static.{at_fault}"
        else:
            assert shared.post(path, **body)["chunking_strategy"] == {"type": "static", "static": static}

    @pytest.mark.parametrize("body", [{}, {"chunking_strategy": None}, {"chunking_strategy": {"type": "auto"}}])
    def test_auto_is_shown_in_numbers(self, shared: Wire, body: Any) -> None:
        store, (file,) = shared.post("/vector_stores"), texts(shared, 1)
        assert shared.post(f"/vector_stores/{store['id']}/files", file_id=file, **body)["chunking_strategy"] == AUTO


class TestFiles:
    def test_a_file_is_in_progress_at_first_and_then_completed(self, serve: Serve, held: HeldIndex) -> None:
        wire = serve()
        store, (file,) = wire.post("/vector_stores"), texts(wire, 1)
        path = f"/vector_stores/{store['id']}"
        entry = wire.post(f"{path}/files", file_id=file)
        assert (entry["status"], entry["usage_bytes"], entry["last_error"]) == ("in_progress", 0, None)
        assert held.begun.acquire(timeout=10)
        assert wire.get(f"{path}/files/{file}") == entry
        store = wire.get(path)
        assert (store["status"], store["file_counts"], store["usage_bytes"]) == ("in_progress", counts(in_progress=1), 0)
        held.release()
        assert wire.taken_in(f"{path}/files/{file}") == {**entry, "status": "completed", "usage_bytes": 9}
        store = wire.get(path)
        assert (store["status"], store["file_counts"], store["usage_bytes"]) == ("completed", counts(completed=1), 9)

    @pytest.mark.parametrize(
        ("content", "name", "code", "words"),
        [
            (b"x", "x.bin", "unsupported_file", "'x.bin' is of no kind that can be read."),
            (b"\x00", "x.txt", "invalid_file", "'x.txt' is broken."),
            (b"crash", "x.txt", "server_error", "The service failed at this file: ZeroDivisionError: the reader broke"),
        ],
    )
    def test_a_file_that_cannot_be_read_has_failed_with_the_reason(
        self, serve: Serve, held: HeldIndex, content: bytes, name: str, code: str, words: str
    ) -> None:
        held.release()
        wire = serve()
        store = wire.store(wire.upload(content, name)["id"])
        assert store["file_counts"] == counts(failed=1)
        (entry,) = wire.get(f"/vector_stores/{store['id']}/files")["data"]
        assert (entry["status"], entry["usage_bytes"]) == ("failed", 0)
        assert entry["last_error"] == {"code": code, "message": words}

    def test_a_file_that_is_not_there_is_a_failed_entry(self, shared: Wire) -> None:
        store = shared.post("/vector_stores", file_ids=["assistant-none"])
        entry = shared.get(f"/vector_stores/{store['id']}/files/assistant-none")
        assert (entry["status"], entry["last_error"]["code"]) == ("failed", "invalid_file")
        assert "assistant-none" in entry["last_error"]["message"]

    def test_a_single_file_that_is_not_there_is_a_404(self, shared: Wire) -> None:
        store = shared.post("/vector_stores")
        error = shared.refused("POST", f"/vector_stores/{store['id']}/files", 404, json={"file_id": "assistant-none"})
        assert "assistant-none" in error["message"]

    def test_files_are_listed_by_status(self, serve: Serve, held: HeldIndex) -> None:
        wire = serve()
        one, two, three = texts(wire, 3)
        path = f"/vector_stores/{wire.post('/vector_stores', file_ids=[one, two, three, 'assistant-none'])['id']}"
        held.release(1)
        wire.taken_in(f"{path}/files/{one}")
        for status, expected in (
            ("completed", [one]),
            ("in_progress", [two, three]),
            ("failed", ["assistant-none"]),
            ("cancelled", []),
        ):
            assert [entry["id"] for entry in wire.get(f"{path}/files", filter=status, order="asc")["data"]] == expected
        assert wire.refused("GET", f"{path}/files", params={"filter": "lost"})["param"] == "filter"

    def test_a_file_is_taken_out_and_stays_a_file(self, serve: Serve, held: HeldIndex) -> None:
        held.release()
        wire = serve()
        one, two = texts(wire, 2)
        store = wire.store(one, two)
        path = f"/vector_stores/{store['id']}"
        assert wire.delete(f"{path}/files/{one}") == {"id": one, "object": "vector_store.file.deleted", "deleted": True}
        assert wire.get(path)["file_counts"] == counts(completed=1)
        assert wire.get(path)["usage_bytes"] == 9
        assert wire.get(f"/files/{one}")["id"] == one
        wire.delete(f"/files/{two}")
        assert wire.get(path)["file_counts"] == counts()
        wire.store(*texts(wire, 1))  # behind which the worker has done the rest
        assert [key for key in held.texts if key[0] == store["id"]] == []

    def test_what_is_taken_out_while_it_is_read_is_not_kept(self, serve: Serve, held: HeldIndex) -> None:
        wire = serve()
        (file,) = texts(wire, 1)
        store = wire.post("/vector_stores", file_ids=[file])
        assert held.begun.acquire(timeout=10)
        wire.delete(f"/vector_stores/{store['id']}/files/{file}")
        held.release()
        other = wire.store(*texts(wire, 1))
        assert {key[0] for key in held.texts} == {other["id"]}

    def test_a_file_may_come_again_with_other_chunks(self, shared: Wire) -> None:
        (file,) = texts(shared, 1)
        store = shared.store(file)
        static = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}}
        path = f"/vector_stores/{store['id']}/files"
        assert shared.post(path, file_id=file, chunking_strategy=static)["status"] == "in_progress"
        assert shared.taken_in(f"{path}/{file}")["chunking_strategy"] == static
        assert shared.get(f"/vector_stores/{store['id']}")["file_counts"] == counts(completed=1)

    def test_a_store_holds_so_many_files_and_no_more(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        assert stores.MAX_FILES == 10_000
        monkeypatch.setattr(stores, "MAX_FILES", 3)
        wire = serve()
        one, two, three, four = texts(wire, 4)
        store = wire.store(one, two)
        path = f"/vector_stores/{store['id']}"
        error = wire.refused("POST", f"{path}/file_batches", json={"file_ids": [three, four]})
        assert error["param"] == "file_ids"
        assert "would hold 4 files, at most 3 are allowed" in error["message"]
        assert wire.get(path)["file_counts"] == counts(completed=2)
        wire.post(f"{path}/files", file_id=three)
        wire.post(f"{path}/files", file_id=one)
        assert wire.refused("POST", f"{path}/files", json={"file_id": four})["param"] == "file_id"

    def test_what_was_in_progress_goes_on_after_a_restart(self, serve: Serve, held: HeldIndex, tmp_path: Path) -> None:
        held.release()
        wire = serve(tmp_path)
        store = wire.store(*texts(wire, 3))
        wire.service.stop()
        held.texts.clear()
        data = Store(tmp_path)
        with data.transaction() as tx:
            for entry in tx.select(VECTOR_STORE_FILES):
                tx.replace(VECTOR_STORE_FILES, {**entry, "status": "in_progress", "usage_bytes": 0})
        data.close()
        again = serve(tmp_path)
        assert again.taken_in(f"/vector_stores/{store['id']}") == store
        assert len(held.texts) == 3


class TestBatches:
    def test_a_batch_knows_its_own_files(self, shared: Wire) -> None:
        store = shared.store(*texts(shared, 1))
        files = texts(shared, 3)
        path = f"/vector_stores/{store['id']}/file_batches"
        batch = shared.post(path, file_ids=[*files, "assistant-none"])
        assert batch["status"] == "in_progress"
        done = shared.taken_in(f"{path}/{batch['id']}")
        assert done == {**batch, "status": "completed", "file_counts": counts(completed=3, failed=1)}
        listed = [entry["id"] for entry in shared.pages(f"{path}/{batch['id']}/files", limit=2, order="asc")]
        assert listed == [*files, "assistant-none"]
        failed = shared.get(f"{path}/{batch['id']}/files", filter="failed")["data"]
        assert [entry["id"] for entry in failed] == ["assistant-none"]
        assert shared.post(f"{path}/{batch['id']}/cancel") == done

    def test_a_batch_of_which_nothing_could_be_read_has_failed(self, shared: Wire) -> None:
        store = shared.post("/vector_stores")
        batch = shared.post(f"/vector_stores/{store['id']}/file_batches", file_ids=["assistant-none"])
        assert (batch["status"], batch["file_counts"]) == ("failed", counts(failed=1))

    def test_a_batch_moves_with_its_files(self, serve: Serve, held: HeldIndex) -> None:
        wire = serve()
        files = texts(wire, 3)
        store = wire.post("/vector_stores")
        path = f"/vector_stores/{store['id']}/file_batches"
        path = f"{path}/{wire.post(path, file_ids=files)['id']}"
        for done in range(3):
            assert held.begun.acquire(timeout=10)
            batch = wire.get(path)
            assert (batch["status"], batch["file_counts"]) == (
                "in_progress",
                counts(completed=done, in_progress=3 - done),
            )
            held.release(1)
        assert wire.taken_in(path)["status"] == "completed"

    def test_a_cancelled_batch_holds_back_what_is_left(self, serve: Serve, held: HeldIndex) -> None:
        wire = serve()
        files = texts(wire, 4)
        store = wire.post("/vector_stores")
        path = f"/vector_stores/{store['id']}/file_batches"
        path = f"{path}/{wire.post(path, file_ids=files)['id']}"
        held.release(1)
        wire.taken_in(f"/vector_stores/{store['id']}/files/{files[0]}")
        cancelled = wire.post(f"{path}/cancel")
        assert (cancelled["status"], cancelled["file_counts"]) == ("cancelled", counts(completed=1, cancelled=3))
        held.release()
        wire.store(*texts(wire, 1))  # behind which the worker has done the rest
        assert wire.get(path) == cancelled
        assert wire.post(f"{path}/cancel") == cancelled
        assert [key[1] for key in held.texts if key[0] == store["id"]] == files[:1]
        assert wire.get(f"/vector_stores/{store['id']}")["status"] == "completed"

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({}, "file_ids"),
            ({"file_ids": []}, "file_ids"),
            ({"file_ids": ["x"] * 501}, "file_ids"),
            ({"data_sources": [CLOUD]}, "data_sources"),
        ],
    )
    def test_a_bad_batch_is_refused_by_the_name_of_the_field(self, shared: Wire, body: Any, param: str) -> None:
        store = shared.post("/vector_stores")
        assert shared.refused("POST", f"/vector_stores/{store['id']}/file_batches", json=body)["param"] == param

    def test_a_batch_has_up_to_five_hundred_files(self, shared: Wire) -> None:
        store = shared.post("/vector_stores")
        ids = [f"assistant-{number}" for number in range(500)]
        batch = shared.post(f"/vector_stores/{store['id']}/file_batches", file_ids=ids)
        assert batch["file_counts"] == counts(failed=500)
