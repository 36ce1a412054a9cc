"""Searches of vector stores without a run: what is found, by which questions, among which files."""

from __future__ import annotations

from typing import Any

import pytest
from service_wire import Clock, Wire

from agentkit.local.filters import matches

TEXTS = {
    "harbour.txt": b"The harbour opens at six in the morning. Ferries leave every hour.",
    "canteen.txt": b"The canteen serves herring on Mondays and pancakes on Fridays.",
    "museum.txt": b"The museum shows boats from the harbour, and opens at ten.",
}


def compare(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


def both(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "and", "filters": list(filters)}


def either(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "or", "filters": list(filters)}


class TestFilters:
    @pytest.mark.parametrize(
        ("wanted", "passes"),
        [
            (compare("eq", "kind", "guide"), True),
            (compare("eq", "kind", "menu"), False),
            (compare("ne", "kind", "menu"), True),
            (compare("eq", "year", 2024), True),
            (compare("eq", "year", 2024.0), True),
            (compare("eq", "year", "2024"), False),
            (compare("eq", "open", True), True),
            (compare("eq", "open", 1), False),
            (compare("eq", "one", True), False),
            (compare("gt", "year", 2023), True),
            (compare("gt", "year", 2024), False),
            (compare("gte", "year", 2024), True),
            (compare("lt", "year", 2024.5), True),
            (compare("lte", "year", 2023), False),
            (compare("gt", "kind", "atlas"), True),
            (compare("gt", "kind", 1), False),
            (compare("lt", "open", 2), False),
            (compare("in", "kind", ["menu", "guide"]), True),
            (compare("nin", "kind", ["menu", "guide"]), False),
            (compare("in", "one", [True]), False),
            (compare("eq", "missing", "x"), False),
            (compare("ne", "missing", "x"), True),
            (compare("nin", "missing", ["x"]), True),
            (compare("lt", "missing", 1), False),
            (both(compare("eq", "kind", "guide"), compare("gt", "year", 2000)), True),
            (both(compare("eq", "kind", "guide"), compare("gt", "year", 3000)), False),
            (either(compare("eq", "kind", "menu"), both()), True),
            (either(), False),
        ],
    )
    def test_what_passes(self, wanted: dict[str, Any], passes: bool) -> None:
        attributes = {"kind": "guide", "year": 2024, "open": True, "one": 1}
        assert matches(wanted, attributes) is passes


@pytest.fixture(scope="module")
def town(shared: Wire) -> str:
    """The path of a vector store with three files, each with attributes but for the last."""
    files = {name: shared.upload(content, name)["id"] for name, content in TEXTS.items()}
    store = shared.post("/vector_stores", name="town")
    path = f"/vector_stores/{store['id']}"
    described: dict[str, dict[str, Any]] = {"harbour.txt": {"kind": "guide", "year": 2024}, "canteen.txt": {"kind": "menu"}}
    for name, file_id in files.items():
        shared.post(f"{path}/files", file_id=file_id, attributes=described.get(name))
        shared.taken_in(f"{path}/files/{file_id}")
    return path


class TestSearch:
    def test_a_page_has_the_passages_the_best_first(self, shared: Wire, town: str) -> None:
        page = shared.post(f"{town}/search", query="When does the harbour open?")
        assert (page["object"], page["has_more"], page["next_page"]) == ("vector_store.search_results.page", False, None)
        assert page["search_query"] == ["When does the harbour open?"]
        first, second = page["data"]
        assert (first["filename"], second["filename"]) == ("harbour.txt", "museum.txt")
        assert 1 >= first["score"] > second["score"] > 0
        assert first["content"] == [{"type": "text", "text": TEXTS["harbour.txt"].decode()}]
        assert (first["attributes"], second["attributes"]) == ({"kind": "guide", "year": 2024}, {})

    def test_several_questions_are_answered_together(self, shared: Wire, town: str) -> None:
        page = shared.post(f"{town}/search", query=["pancakes", "ferries", "harbour"])
        names = [hit["filename"] for hit in page["data"]]
        assert sorted(names) == sorted(TEXTS), "each passage once"
        assert page["search_query"] == ["pancakes", "ferries", "harbour"]

    @pytest.mark.parametrize(
        ("settings", "names"),
        [
            ({"max_num_results": 1}, ["harbour.txt"]),
            ({"ranking_options": {"score_threshold": 1}}, []),
            ({"ranking_options": {"ranker": "none", "score_threshold": None}}, ["harbour.txt", "museum.txt"]),
            ({"filters": compare("eq", "kind", "guide")}, ["harbour.txt"]),
            ({"filters": compare("ne", "kind", "guide")}, ["museum.txt"]),
            ({"filters": both(compare("gte", "year", 2024), compare("in", "kind", ["guide"]))}, ["harbour.txt"]),
            ({"filters": either(compare("eq", "kind", "nothing"))}, []),
            ({"filters": None, "max_num_results": None, "rewrite_query": True}, ["harbour.txt", "museum.txt"]),
        ],
    )
    def test_what_is_asked_for_is_heeded(self, shared: Wire, town: str, settings: dict[str, Any], names: list[str]) -> None:
        found = shared.post(f"{town}/search", query="harbour opens", **settings)
        assert [hit["filename"] for hit in found["data"]] == names

    @pytest.mark.parametrize(
        ("body", "param", "words"),
        [
            ({}, "query", "required"),
            ({"query": ""}, "query", "it is empty"),
            ({"query": []}, "query", "0 items were sent"),
            ({"query": [" "]}, "query", "it is empty"),
            ({"query": 1}, "query", "a text or a list"),
            ({"query": "q", "max_num_results": 51}, "max_num_results", "51 was sent, at most 50"),
            ({"query": "q", "max_num_results": 0}, "max_num_results", "at least 1"),
            ({"query": "q", "ranking_options": {"score_threshold": 2}}, "ranking_options.score_threshold", "at most 1"),
            ({"query": "q", "ranking_options": {"ranker": "best"}}, "ranking_options.ranker", "'best' was sent, allowed are"),
            ({"query": "q", "filters": {"type": "like"}}, "filters.type", "'like' was sent, allowed are 'and', 'or', 'eq'"),
            ({"query": "q", "filters": {"type": "eq", "key": "k"}}, "filters.value", "required"),
            ({"query": "q", "filters": both(compare("in", "k", "x"))}, "filters.filters[0].value", "'x' was sent, a list"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(
        self, shared: Wire, town: str, body: dict[str, Any], param: str, words: str
    ) -> None:
        error = shared.refused("POST", f"{town}/search", json=body)
        assert error["param"] == param
        assert words in error["message"]

    def test_a_store_that_is_not_there_or_has_expired_is_not_searched(self, serve: Any, clock: Clock) -> None:
        wire = serve(clock=clock)
        wire.refused("POST", "/vector_stores/vs_none/search", 404, json={"query": "q"})
        store = wire.post("/vector_stores", expires_after={"anchor": "last_active_at", "days": 1})
        clock.now += 86_000
        wire.post(f"/vector_stores/{store['id']}/search", query="a search keeps it alive")
        clock.now += 86_000
        wire.post(f"/vector_stores/{store['id']}/search", query="q")
        clock.now += 87_000
        assert "expired" in wire.refused("POST", f"/vector_stores/{store['id']}/search", json={"query": "q"})["message"]


class TestFiles:
    def test_the_text_that_was_read_is_given_out(self, shared: Wire, town: str) -> None:
        listed = shared.http.get(f"{town}/files").json()["data"]
        texts = [shared.get(f"{town}/files/{entry['id']}/content")["data"] for entry in listed]
        assert texts == [[{"type": "text", "text": text.decode()}] for text in reversed(TEXTS.values())]

    def test_what_was_not_read_has_no_text(self, shared: Wire, town: str) -> None:
        shared.refused("GET", f"{town}/files/assistant-none/content", 404)
        store = shared.post("/vector_stores", file_ids=["assistant-none"])
        error = shared.refused("GET", f"/vector_stores/{store['id']}/files/assistant-none/content")
        assert "status failed" in error["message"]

    def test_attributes_are_changed_and_taken_away(self, shared: Wire) -> None:
        file = shared.upload(b"The tower is high.", "tower.txt")
        path = f"/vector_stores/{shared.store(file['id'])['id']}"
        assert "attributes" not in shared.get(f"{path}/files/{file['id']}"), "as the description has it"
        entry = shared.http.post(f"{path}/files/{file['id']}", json={"attributes": {"high": True, "metres": 96.5}}).json()
        assert entry["attributes"] == {"high": True, "metres": 96.5}
        assert shared.http.get(f"{path}/files/{file['id']}").json() == entry
        assert shared.post(f"{path}/search", query="tower", filters=compare("gt", "metres", 96))["data"]
        assert shared.http.post(f"{path}/files/{file['id']}", json={"attributes": None}).json()["attributes"] == {}
        assert not shared.post(f"{path}/search", query="tower", filters=compare("gt", "metres", 96))["data"]

    @pytest.mark.parametrize(
        ("attributes", "param", "words"),
        [
            ({str(n): n for n in range(17)}, "attributes", "17 pairs were sent, at most 16"),
            ({"k" * 65: 1}, "attributes", "is 65 characters long, at most 64"),
            ({"k": "v" * 513}, "attributes.k", "is 513 characters long, at most 512"),
            ({"k": [1]}, "attributes.k", "[1] was sent, a text, a number or true or false"),
        ],
    )
    def test_attributes_beyond_their_limits(
        self, shared: Wire, town: str, attributes: dict[str, Any], param: str, words: str
    ) -> None:
        entry = shared.http.get(f"{town}/files").json()["data"][0]
        error = shared.refused("POST", f"{town}/files/{entry['id']}", json={"attributes": attributes})
        assert error["param"] == param
        assert words in error["message"]

    def test_the_files_of_a_batch_have_their_own_attributes_and_chunks(self, shared: Wire) -> None:
        one, other, third = (shared.upload(b"text", f"{n}.txt")["id"] for n in range(3))
        path = f"/vector_stores/{shared.post('/vector_stores')['id']}"
        chunking = {"type": "static", "static": {"max_chunk_size_tokens": 300, "chunk_overlap_tokens": 10}}
        described = [{"file_id": one, "attributes": {"n": 1}}, {"file_id": other, "chunking_strategy": chunking}]
        batch = shared.post(f"{path}/file_batches", file_ids=[third], files=described, attributes={"n": 0})
        assert batch["file_counts"]["total"] == 3
        entries = {entry["id"]: entry for entry in shared.http.get(f"{path}/files").json()["data"]}
        assert [entries[file_id]["attributes"] for file_id in (one, other, third)] == [{"n": 1}, {"n": 0}, {"n": 0}]
        assert entries[other]["chunking_strategy"] == chunking
        assert entries[one]["chunking_strategy"]["static"]["max_chunk_size_tokens"] == 800
