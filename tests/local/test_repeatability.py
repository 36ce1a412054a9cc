"""Requests with a key: carried out once, however often they come; refused where nobody can tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from service_wire import PROJECT, Wire

from agentkit.local import LocalService, repeatability
from agentkit.local.models.base import ModelRequest
from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.store import Store
from agentkit.local.tables import ANSWERS

NOW = "Sun, 22 Nov 2026 06:00:00 GMT"


def _key(request_id: str | None = None, sent: str | None = NOW) -> dict[str, str]:
    headers = {"Repeatability-Request-ID": request_id or str(uuid4())}
    return headers if sent is None else {**headers, "Repeatability-First-Sent": sent}


def _accepted(response: httpx.Response, status: int = 200) -> Any:
    assert (response.status_code, response.headers.get("Repeatability-Result")) == (status, "accepted"), response.text
    return response.json()


def _rejected(response: httpx.Response, status: int) -> str:
    assert (response.status_code, response.headers.get("Repeatability-Result")) == (status, "rejected"), response.text
    assert response.json()["error"]["code"] == "RepeatabilityRejected"
    return str(response.json()["error"]["message"])


def _count(wire: Wire, path: str) -> int:
    return sum(1 for _ in wire.pages(path))


@pytest.fixture
def thread(shared: Wire) -> str:
    return str(shared.post("/threads")["id"])


class TestOnce:
    def test_a_message_that_comes_twice_is_written_once(self, shared: Wire, thread: str) -> None:
        path, key = f"/threads/{thread}/messages", _key()
        first, second = (
            _accepted(shared.http.post(path, json={"role": "user", "content": "Hello"}, headers=key)) for _ in range(2)
        )
        assert first == second
        assert [message["id"] for message in shared.pages(path)] == [first["id"]]

    def test_other_keys_are_other_requests(self, shared: Wire, thread: str) -> None:
        path = f"/threads/{thread}/messages"
        for _ in range(2):
            _accepted(shared.http.post(path, json={"role": "user", "content": "Hello"}, headers=_key()))
        assert _count(shared, path) == 2

    def test_the_answer_is_the_first_one_whatever_became_of_the_object(self, shared: Wire, thread: str) -> None:
        key = _key()
        first = _accepted(shared.http.post(f"/threads/{thread}", json={"metadata": {"a": "1"}}, headers=key))
        shared.post(f"/threads/{thread}", metadata={"a": "2"})
        assert _accepted(shared.http.post(f"/threads/{thread}", json={"metadata": {"a": "1"}}, headers=key)) == first
        assert shared.get(f"/threads/{thread}")["metadata"] == {"a": "2"}

    def test_what_was_deleted_is_told_so_again(self, shared: Wire, thread: str) -> None:
        key = _key()
        answers = [_accepted(shared.http.delete(f"/threads/{thread}", headers=key)) for _ in range(2)]
        assert answers == [{"id": thread, "object": "thread.deleted", "deleted": True}] * 2
        shared.refused("DELETE", f"/threads/{thread}", 404, headers=_key())

    def test_a_file_that_comes_twice_is_kept_once(self, serve: Callable[..., Wire]) -> None:
        wire = serve()
        upload: Mapping[str, Any] = {
            "content": b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + b"x" * 300_000 + b"\r\n--b--\r\n",
            "headers": {**_key(), "Content-Type": "multipart/form-data; boundary=b"},
        }
        first, second = (_accepted(wire.http.post("/files", **upload)) for _ in range(2))
        assert first == second
        assert first["bytes"] == 300_000
        assert [file["id"] for file in wire.get("/files")["data"]] == [first["id"]]

    def test_a_created_status_is_given_again(self, shared: Wire) -> None:
        body = {"data": {"type": "dataset", "id": "d"}, "evaluators": {"f1": {"id": "f"}}}
        key = _key()
        first = shared.http.post("/evaluations/runs:run", json=body, headers=key)
        again = shared.http.post("/evaluations/runs:run", json=body, headers=key)
        assert (_accepted(first, 201)["id"], again.status_code) == (_accepted(again, 201)["id"], 201)

    def test_a_run_is_started_once_by_many_at_the_same_moment(self, serve: Callable[..., Wire]) -> None:
        asked: list[ModelRequest] = []
        held = threading.Event()

        def model(request: ModelRequest) -> str:
            asked.append(request)
            held.wait(10)
            return "done"

        wire = serve(model=model)
        agent, thread, key = wire.post("/assistants", model="m")["id"], wire.post("/threads")["id"], _key()
        wire.post(f"/threads/{thread}/messages", role="user", content="Hi")

        def ask(_: int) -> Any:
            return _accepted(wire.http.post(f"/threads/{thread}/runs", json={"assistant_id": agent}, headers=key))

        with ThreadPoolExecutor(8) as pool:
            runs = list(pool.map(ask, range(16)))
        held.set()
        assert len({run["id"] for run in runs}) == 1
        assert [run["id"] for run in wire.pages(f"/threads/{thread}/runs")] == [runs[0]["id"]]
        assert wire.wait(runs[0])["status"] == "completed"
        assert len(asked) == 1

    def test_a_run_that_was_streamed_is_told_of_and_not_started_again(self, serve: Callable[..., Wire]) -> None:
        wire = serve(model=ScriptedModel(["Hello"]))
        agent, thread, key = wire.post("/assistants", model="m")["id"], wire.post("/threads")["id"], _key()
        body = {"assistant_id": agent, "stream": True}
        first, second = (wire.http.post(f"/threads/{thread}/runs", json=body, headers=key) for _ in range(2))
        assert first.headers["Repeatability-Result"] == second.headers["Repeatability-Result"] == "accepted"
        assert first.text.endswith("event: done\ndata: [DONE]\n\n")
        # As of a stream that broke off: the client finds out the rest by itself.
        assert second.headers["content-type"].startswith("text/event-stream")
        assert second.text == first.text.partition("\n\n")[0] + "\n\n"
        assert second.text.startswith("event: thread.run.created\n")
        assert _count(wire, f"/threads/{thread}/runs") == 1


class TestAgain:
    def test_a_refused_request_is_looked_at_anew(self, shared: Wire, thread: str) -> None:
        path, key, body = f"/threads/{thread}/runs", _key(), {"assistant_id": "asst_none"}
        for _ in range(2):
            assert shared.http.post(path, json=body, headers=key).status_code == 404
        assert _count(shared, path) == 0

    def test_what_changes_nothing_may_be_done_again_and_keeps_no_answer(self, tmp_path: Path) -> None:
        connections = {"mine": {"type": "ApiKey", "target": "https://example.com", "key": "topsecret"}}
        key = _key()
        with LocalService(tmp_path, connections=connections) as service, Wire(service) as wire:
            for _ in range(2):
                answer = wire.http.post("/connections/mine/getConnectionWithCredentials", json={}, headers=key)
                assert "topsecret" in str(_accepted(answer))
            _accepted(wire.http.post("/threads", json={"metadata": {"a": "written"}}, headers=_key()))
        kept = b"".join(file.read_bytes() for file in tmp_path.glob("agentkit.sqlite3*"))
        assert b"written" in kept
        assert b"topsecret" not in kept

    def test_reading_has_no_key(self, shared: Wire) -> None:
        unreadable = {b"Repeatability-Request-ID": "\N{DEGREE SIGN}".encode()}
        keys: list[Any] = [_key(), unreadable]
        for headers in keys:
            response = shared.http.get("/threads", headers=headers)
            assert response.status_code == 200
            assert "Repeatability-Result" not in response.headers

    def test_an_answer_that_is_still_to_be_made_is_not_promised(self, shared: Wire) -> None:
        body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
        response = httpx.post(
            f"{shared.service.url}/v1/chat/completions", json=body, headers={"api-key": shared.service.key, **_key()}
        )
        assert response.status_code == 200
        assert "Repeatability-Result" not in response.headers


class TestRejected:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", "/threads", {"metadata": {"a": "2"}}),
            ("POST", "/threads?x=1", {"metadata": {"a": "1"}}),
            ("POST", "/vector_stores", {"metadata": {"a": "1"}}),
        ],
    )
    def test_a_key_of_another_request(self, shared: Wire, method: str, path: str, body: Any) -> None:
        key = _key()
        _accepted(shared.http.post("/threads", json={"metadata": {"a": "1"}}, headers=key))
        answer = shared.http.request(method, path, json=body, headers=key)
        assert "give each request an id of its own" in _rejected(answer, 400)

    @pytest.mark.parametrize("request_id", ["", "a b", "x" * 129, "\N{DEGREE SIGN}"])
    def test_an_id_that_is_none(self, shared: Wire, request_id: str) -> None:
        headers = {b"Repeatability-Request-ID": request_id.encode(), b"Repeatability-First-Sent": NOW.encode()}
        assert "1 to 128 visible characters" in _rejected(shared.http.post("/threads", headers=headers), 400)

    @pytest.mark.parametrize("sent", [None, "", "yesterday", "2026-11-22T06:00:00Z", "Sun, 99 Nov 2026 06:00:00 GMT"])
    def test_a_moment_that_is_none(self, shared: Wire, sent: str | None) -> None:
        assert "send" in _rejected(shared.http.post("/threads", headers=_key(sent=sent)), 400) or sent is not None


class TestKept:
    def test_answers_outlive_the_service(self, tmp_path: Path, serve: Callable[..., Wire]) -> None:
        key = _key()
        with LocalService(tmp_path) as service, Wire(service) as wire:
            first = _accepted(wire.http.post("/threads", headers=key))
        wire = serve(tmp_path)
        assert _accepted(wire.http.post("/threads", headers=key)) == first
        assert _count(wire, "/threads") == 1

    def test_there_are_only_so_many(self, serve: Callable[..., Wire], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(repeatability, "MOST_KEPT", 10)
        monkeypatch.setattr(repeatability, "_TRIMMED_EVERY", 5)
        wire = serve()
        keys = [_key() for _ in range(40)]
        first, *_, last = [_accepted(wire.http.post("/threads", headers=key))["id"] for key in keys]
        assert _accepted(wire.http.post("/threads", headers=keys[-1]))["id"] == last
        assert _count(wire, "/threads") == 40
        assert _accepted(wire.http.post("/threads", headers=keys[0]))["id"] != first

    @pytest.mark.parametrize("sent", [NOW, "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 2999 23:59:59 GMT"])
    def test_the_clocks_of_clients_do_not_matter(self, shared: Wire, sent: str) -> None:
        key = _key(sent=sent)
        assert len({_accepted(shared.http.post("/threads", headers=key))["id"] for _ in range(2)}) == 1


class TestAnswers:
    """The bookkeeping, with a clock of its own."""

    @pytest.fixture
    def store(self) -> Any:
        store = Store()
        yield store
        store.close()

    def test_old_ones_are_forgotten_however_few_come(self, store: Store) -> None:
        now = [1_000_000]
        answers = repeatability.Answers(lambda: now[0])
        for name in ("first", "second", "third"):
            with store.transaction() as tx:
                assert answers.find(tx, repeatability.Key(name)) is None
                assert answers.keep(tx, repeatability.Key(name), {"id": name}, changed=True)
            now[0] += repeatability.KEPT_SECONDS // 2 + 1
        with store.transaction() as tx:
            assert [kept["id"] for kept in tx.select(ANSWERS)] == ["second", "third"]

    def test_what_is_taken_back_is_not_kept(self, store: Store) -> None:
        answers, key = repeatability.Answers(), repeatability.Key("a")
        with pytest.raises(RuntimeError), store.transaction() as tx:  # noqa: PT012  (the error has to come inside of the block)
            answers.keep(tx, key, {"id": "x"}, changed=True)
            raise RuntimeError
        with store.transaction() as tx:
            assert answers.find(tx, key) is None


def test_every_dialect_honours_keys(shared: Wire) -> None:
    headers = {"api-key": shared.service.key, **_key()}
    for base in (PROJECT, "/openai", "/v1"):
        own = {**headers, **_key()}
        ids = {_accepted(httpx.post(f"{shared.service.url}{base}/threads", json={}, headers=own))["id"] for _ in range(2)}
        assert len(ids) == 1
