"""Runs that search files: what the model is told, what the steps show, what the answer cites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from service_index import HeldIndex
from service_script import path_of
from service_wire import Clock, Wire

from agentkit.local import retrieval
from agentkit.local.models.base import ModelRequest, ModelTurn, Passage, ToolCall
from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.runs.annotations import annotations_of, file_citation_annotations
from agentkit.local.runs.filesearch import ranking_options, told

Serve = Callable[..., Wire]

DAY = 86_400
SEARCH = {"type": "file_search"}
CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
APPLES, PEARS = "apples are red", "pears are green"
FOUND = {
    "【0:0†source】": Passage("【0:0†source】", "f1", "a.txt", "red", 0.9),
    "【0:1†source】": Passage("【0:1†source】", "f2", "b.txt", "green", 0.5),
}


def searches(*queries: str) -> ModelTurn:
    return ModelTurn(tool_calls=[ToolCall("file_search", input=query) for query in queries])


def resources(*store_ids: str) -> dict[str, Any]:
    return {"file_search": {"vector_store_ids": list(store_ids)}}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> HeldIndex:
    held = HeldIndex()
    held.release()
    monkeypatch.setattr(retrieval, "open_index", lambda _folder: held)
    return held


@pytest.mark.usefixtures("index")
class TestSearch:
    def test_what_is_found_is_told_shown_and_cited(self, serve: Serve) -> None:
        text = "Grüße: red 【0:0†source】, indeed 【0:0†apples.txt】, not 【0:7†source】 or 【1:0†source】."
        model = ScriptedModel([searches("apples red"), text])
        wire = serve(model=model)
        one, two = wire.upload(APPLES.encode(), "one.txt"), wire.upload(PEARS.encode(), "two.txt")
        store = wire.store(one["id"], two["id"])
        agent = wire.agent(tools=[SEARCH], tool_resources=resources(store["id"]))
        thread = wire.thread("What colour are apples?")
        run = wire.finished(thread, agent)
        assert run["status"] == "completed", run["last_error"]

        (result,) = model.requests[1].results
        (passage,) = result.passages
        assert passage == Passage("【0:0†source】", one["id"], f"{one['id']}.txt", APPLES, 1.0)
        assert result.output == f"[1] 【0:0†source】 {one['id']}.txt ({one['id']})\n{APPLES}"
        calls, _answer = wire.steps(run)
        (call,) = calls["step_details"]["tool_calls"]
        assert call["id"].startswith("call_")
        assert {**call, "id": ""} == {
            "id": "",
            "type": "file_search",
            "file_search": {
                "ranking_options": {"ranker": "auto", "score_threshold": 0.0},
                "results": [{"file_id": one["id"], "file_name": f"{one['id']}.txt", "score": 1.0}],
            },
        }
        (words,) = wire.messages(thread)[1]["content"]
        citations = words["text"]["annotations"]
        assert [citation["text"] for citation in citations] == ["【0:0†source】", "【0:0†apples.txt】"]
        for citation in citations:
            assert text[citation["start_index"] : citation["end_index"]] == citation["text"]
            assert citation["file_citation"] == {"file_id": one["id"], "quote": APPLES}

    def test_the_text_is_shown_only_where_it_is_asked_for(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([searches("apples"), "Red."]))
        store = wire.store(wire.upload(APPLES.encode(), "one.txt")["id"])
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[SEARCH], tool_resources=resources(store["id"])))
        plain, _ = wire.steps(run)
        full, _ = wire.steps(run, **{"include[]": CONTENT})
        path = f"{path_of(run)}/steps/{plain['id']}"
        for shown, expected in (
            (plain, None),
            (wire.get(path), None),
            (full, [{"type": "text", "text": APPLES}]),
            (wire.get(path, **{"include[]": CONTENT}), [{"type": "text", "text": APPLES}]),
        ):
            (result,) = shown["step_details"]["tool_calls"][0]["file_search"]["results"]
            assert result.get("content") == expected
            assert ("content" in result) is (expected is not None)
        error = wire.refused("GET", path, params={"include[]": "other"})
        assert error["param"] == "include[][0]"

    def test_stores_of_the_agent_the_run_and_the_thread_are_searched(self, serve: Serve) -> None:
        model = ScriptedModel([searches("apples"), "one", searches("apples"), "two"])
        wire = serve(model=model)
        files = [wire.upload(f"apples {number}".encode(), f"{number}.txt")["id"] for number in range(4)]
        stores = [wire.store(file)["id"] for file in files]
        agent = wire.agent(tools=[SEARCH], tool_resources=resources(stores[0]))
        thread = wire.post("/threads", tool_resources=resources(stores[1]))
        wire.finished(thread, agent)
        wire.finished(thread, agent, tool_resources=resources(stores[2]))
        for request, expected in ((model.requests[1], {files[0], files[1]}), (model.requests[3], {files[2], files[1]})):
            assert {passage.file_id for passage in request.results[0].passages} == expected

    def test_several_questions_have_markers_of_their_own(self, serve: Serve) -> None:
        model = ScriptedModel([searches("apples", "pears"), searches("nothing", " "), "【1:0†source】【0:0†source】"])
        wire = serve(model=model)
        one, two = wire.upload(APPLES.encode(), "one.txt"), wire.upload(PEARS.encode(), "two.txt")
        store = wire.store(one["id"], two["id"])
        thread = wire.thread("hi")
        wire.finished(thread, wire.agent(tools=[SEARCH], tool_resources=resources(store["id"])))
        outcomes = model.requests[2].results
        assert [[passage.marker for passage in result.passages] for result in outcomes] == [
            ["【0:0†source】"],
            ["【1:0†source】"],
            [],
            [],
        ]
        assert [result.output for result in outcomes[2:]] == ["Nothing was found."] * 2
        (words,) = wire.messages(thread)[-1]["content"]
        cited = [citation["file_citation"]["file_id"] for citation in words["text"]["annotations"]]
        assert cited == [two["id"], one["id"]]

    def test_the_tool_says_how_many_results_there_are_and_how_good(self, serve: Serve) -> None:
        model = ScriptedModel([searches("apples are"), "ok"] * 3)
        wire = serve(model=model)
        files = [wire.upload(text.encode(), "x.txt")["id"] for text in (APPLES, APPLES, APPLES, PEARS)]
        store = wire.store(*files)
        ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.6}
        for details, count in (
            ({"max_num_results": 2}, 2),
            ({"ranking_options": {"score_threshold": 0.6}}, 3),
            ({"ranking_options": ranking}, 3),
        ):
            tool = {"type": "file_search", "file_search": details}
            agent = wire.agent(tools=[tool], tool_resources=resources(store["id"]))
            run = wire.finished(wire.thread("hi"), agent)
            search = wire.steps(run)[0]["step_details"]["tool_calls"][0]["file_search"]
            assert len(search["results"]) == count
        assert search["ranking_options"] == ranking

    def test_a_run_without_a_store_finds_nothing(self, serve: Serve) -> None:
        model = ScriptedModel([searches("apples"), "Nothing."])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[SEARCH]))
        assert run["status"] == "completed"
        assert model.requests[1].results[0].output == "Nothing was found."

    def test_what_was_taken_out_is_not_found(self, serve: Serve, index: HeldIndex, monkeypatch: pytest.MonkeyPatch) -> None:
        model = ScriptedModel([searches("apples"), "Nothing."])
        wire = serve(model=model)
        file = wire.upload(APPLES.encode(), "one.txt")
        store = wire.store(file["id"])
        monkeypatch.setattr(index, "remove", lambda *_: None)  # an index that is late
        wire.delete(f"/vector_stores/{store['id']}/files/{file['id']}")
        wire.finished(wire.thread("hi"), wire.agent(tools=[SEARCH], tool_resources=resources(store["id"])))
        assert model.requests[1].results[0].passages == ()


@pytest.mark.usefixtures("index")
class TestStores:
    def test_use_lets_a_store_live_longer(self, serve: Serve, clock: Clock) -> None:
        wire = serve(model=ScriptedModel([searches("apples"), "Red.", "Unused."]), clock=clock)
        store = wire.store(expires_after={"anchor": "last_active_at", "days": 2})
        agent = wire.agent(tools=[SEARCH], tool_resources=resources(store["id"]))
        clock.now += DAY
        wire.finished(wire.thread("hi"), agent)
        used = wire.get(f"/vector_stores/{store['id']}")
        assert (used["last_active_at"], used["expires_at"]) == (clock.now, clock.now + 2 * DAY)
        clock.now += DAY
        wire.finished(wire.thread("hi"), agent, tools=[])
        assert wire.get(f"/vector_stores/{store['id']}") == used

    def test_a_run_with_an_expired_store_fails_and_says_so(self, serve: Serve, clock: Clock) -> None:
        model = ScriptedModel([])
        wire = serve(model=model, clock=clock)
        store = wire.store(expires_after={"anchor": "last_active_at", "days": 1})
        thread = wire.post("/threads", tool_resources=resources(store["id"]))
        clock.now += DAY
        run = wire.finished(thread, wire.agent(tools=[SEARCH]))
        assert run["status"] == "failed"
        assert f"vector store '{store['id']}' of this run has expired" in run["last_error"]["message"]
        assert model.requests == ()

    def test_a_run_with_a_deleted_store_fails_and_says_so(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([]))
        store = wire.store()
        agent = wire.agent(tools=[SEARCH], tool_resources=resources(store["id"]))
        wire.delete(f"/vector_stores/{store['id']}")
        run = wire.finished(wire.thread("hi"), agent)
        assert run["status"] == "failed"
        assert f"vector store '{store['id']}' of this run was deleted" in run["last_error"]["message"]

    def test_a_run_waits_for_files_that_are_on_their_way(self, serve: Serve, index: HeldIndex) -> None:
        while index.let_go.acquire(blocking=False):
            continue
        model = ScriptedModel([searches("apples"), "Red."])
        wire = serve(model=model)
        file = wire.upload(APPLES.encode(), "one.txt")
        attachments = [{"file_id": file["id"], "tools": [SEARCH]}]
        thread = wire.post("/threads", messages=[{"role": "user", "content": "hi", "attachments": attachments}])
        run = wire.wait(wire.run(thread, wire.agent(tools=[SEARCH])), until="in_progress")
        assert index.begun.acquire(timeout=10)
        assert list(model.requests) == []
        index.release()
        assert wire.wait(run)["status"] == "completed"
        assert [passage.file_id for passage in model.requests[1].results[0].passages] == [file["id"]]

    def test_a_run_that_waits_for_files_can_be_cancelled(self, serve: Serve, index: HeldIndex) -> None:
        while index.let_go.acquire(blocking=False):
            continue
        wire = serve(model=ScriptedModel([]))
        store = wire.post("/vector_stores", file_ids=[wire.upload(name="one.txt")["id"]])
        agent = wire.agent(tools=[SEARCH], tool_resources=resources(store["id"]))
        run = wire.wait(wire.run(wire.thread("hi"), agent), until="in_progress")
        wire.post(f"{path_of(run)}/cancel")
        assert wire.wait(run, until="cancelled")["status"] == "cancelled"
        index.release()


def test_the_search_of_this_service_finds_what_was_uploaded(serve: Serve) -> None:
    def model(request: ModelRequest) -> ModelTurn:
        if not request.results:
            return searches(request.last_user_text)
        best = request.results[0].passages[0]
        return ModelTurn(f"{best.text.strip()} {best.marker}")

    wire = serve(model=model)
    texts = {
        "fruit.txt": "Quinces are yellow when they are ripe, and they are cooked before they are eaten.",
        "rivers.md": "# Rivers\n\nThe Danube is the longest river of the European Union.",
        "metals.txt": "Copper conducts electricity better than iron does.",
    }
    files = {name: wire.upload(text.encode(), name)["id"] for name, text in texts.items()}
    store = wire.store(*files.values())
    assert store["file_counts"]["completed"] == 3
    assert store["usage_bytes"] > 0
    agent = wire.agent(tools=[SEARCH], tool_resources=resources(store["id"]))
    for question, name, words in (
        ("Which river is the longest of the European Union?", "rivers.md", "Danube"),
        ("What colour are ripe quinces?", "fruit.txt", "yellow"),
        ("What conducts electricity better, copper or iron?", "metals.txt", "Copper"),
    ):
        thread = wire.thread(question)
        run = wire.finished(thread, agent)
        assert run["status"] == "completed", run["last_error"]
        best = wire.steps(run)[0]["step_details"]["tool_calls"][0]["file_search"]["results"][0]
        assert (best["file_id"], best["file_name"]) == (files[name], name)
        assert 0 < best["score"] <= 1
        (content,) = wire.messages(thread)[-1]["content"]
        (citation,) = content["text"]["annotations"]
        assert citation["file_citation"]["file_id"] == files[name]
        assert words in citation["file_citation"]["quote"]


class TestRules:
    @pytest.mark.parametrize(
        ("text", "cited"),
        [
            ("nothing", []),
            ("red【0:0†source】", ["f1"]),
            ("【0:0†source】【0:0†source】【0:1†source】", ["f1", "f1", "f2"]),
            ("【0:1†b.txt】 【0:1†】", ["f2", "f2"]),
            ("【0:2†source】 【00:0†source】 [0:0†source] 【0:0】 【0†source】", []),
            ("【0:0†a【0:1†source】", ["f2"]),
        ],
    )
    def test_citations(self, text: str, cited: list[str]) -> None:
        found = file_citation_annotations(text, FOUND)
        assert [citation["file_citation"]["file_id"] for citation in found] == cited
        for citation in found:
            assert text[citation["start_index"] : citation["end_index"]] == citation["text"]

    def test_all_annotations_stand_in_the_order_of_the_text(self) -> None:
        text = "【0:1†source】 sandbox:/mnt/data/a.png 【0:0†source】"
        kinds = [one["type"] for one in annotations_of(text, {"a.png": "f3"}, FOUND)]
        assert kinds == ["file_citation", "file_path", "file_citation"]

    def test_passages_are_told_with_number_marker_file_and_text(self) -> None:
        assert told(list(FOUND.values())) == "[1] 【0:0†source】 a.txt (f1)\nred\n\n[2] 【0:1†source】 b.txt (f2)\ngreen"
        assert told([]) == "Nothing was found."

    @pytest.mark.parametrize(
        ("tools", "options"),
        [
            ([], {"ranker": "auto", "score_threshold": 0.0}),
            ([{"type": "file_search", "file_search": None}], {"ranker": "auto", "score_threshold": 0.0}),
            (
                [{"type": "file_search", "file_search": {"ranking_options": {"ranker": "x", "score_threshold": 0.5}}}],
                {"ranker": "x", "score_threshold": 0.5},
            ),
        ],
    )
    def test_ranking_options(self, tools: list[Any], options: dict[str, Any]) -> None:
        assert ranking_options(tools) == options
