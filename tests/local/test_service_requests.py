"""What the service asks of every request: a key, a path, a body as the description says."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from service_wire import PROJECT, Wire

from agentkit.local.paging import Paging

HUB = "/agents/v1.0/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
BASES = [PROJECT, "/api/projects/another", HUB, "/openai", "/v1"]


class TestKey:
    @pytest.mark.parametrize("base", BASES)
    @pytest.mark.parametrize("header", ["api-key", "Authorization"])
    def test_the_key_opens_every_base_by_either_header(self, shared: Wire, base: str, header: str) -> None:
        key = shared.service.key
        value = key if header == "api-key" else f"Bearer {key}"
        assert httpx.get(f"{shared.service.url}{base}/threads", headers={header: value}).status_code == 200

    @pytest.mark.parametrize("base", BASES)
    def test_without_a_key_nothing_is_answered(self, shared: Wire, base: str) -> None:
        for method, path in (("GET", "/threads"), ("POST", "/assistants"), ("POST", "/files"), ("GET", "/no/such/path")):
            response = httpx.request(method, f"{shared.service.url}{base}{path}")
            assert response.status_code == 401
            assert response.json()["error"]["type"] == "authentication_error"
            assert "'api-key: KEY' or 'Authorization: Bearer KEY'" in response.json()["error"]["message"]

    @pytest.mark.parametrize(
        "headers",
        [
            {"api-key": "wrong"},
            {"api-key": ""},
            {"api-key": "schlüssel".encode()},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic d3Jvbmc6d3Jvbmc="},
        ],
    )
    def test_a_wrong_key_is_refused_without_being_repeated(self, shared: Wire, headers: Any) -> None:
        response = httpx.get(f"{shared.service.url}{PROJECT}/threads", headers=headers)
        assert response.status_code == 401
        assert "wrong" not in response.text
        assert shared.service.key not in response.text

    def test_a_key_may_have_any_letters(self, serve: Callable[..., Wire]) -> None:
        service = serve(key="Schlüssel").service
        headers = {b"api-key": "Schlüssel".encode()}
        assert httpx.get(f"{service.url}/v1/threads", headers=headers).status_code == 200

    def test_a_refused_upload_is_told_why(self, shared: Wire) -> None:
        content = b"x" * 3_000_000
        response = httpx.post(f"{shared.service.url}{PROJECT}/files", files={"file": ("large.bin", content)})
        assert response.status_code == 401

    def test_health_asks_for_none(self, serve: Callable[..., Wire]) -> None:
        health = httpx.get(f"{serve(code_interpreter=True).service.url}/health").json()
        assert (health["status"], health["model"]) == ("ok", "answer")
        assert health["code_interpreter"] in ("bubblewrap", "namespaces", "subprocess")

    def test_health_says_that_the_interpreter_is_off(self, serve: Callable[..., Wire]) -> None:
        assert httpx.get(f"{serve(code_interpreter=False).service.url}/health").json()["code_interpreter"] == "off"


class TestPaths:
    def test_all_bases_stand_on_one_store(self, shared: Wire) -> None:
        agent = shared.agent()
        for base in BASES:
            with Wire(shared.service, base) as wire:
                assert wire.get(f"/assistants/{agent['id']}") == agent

    @pytest.mark.parametrize(
        "query", [{}, {"api-version": "2024-12-01-preview"}, {"apiVersion": "v1"}, {"api_version": "x", "other": "y"}]
    )
    def test_any_version_is_taken(self, shared: Wire, query: dict[str, str]) -> None:
        assert shared.http.get("/threads", params=query).status_code == 200

    @pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("GET", "/assistants/a/b"), ("POST", "/threads/")])
    def test_an_unknown_path_is_a_404_in_json(self, shared: Wire, method: str, path: str) -> None:
        error = shared.refused(method, path, 404)
        assert path in error["message"]

    def test_an_unknown_base_is_a_404_in_json(self, shared: Wire) -> None:
        response = httpx.get(f"{shared.service.url}/assistants", headers={"api-key": shared.service.key})
        assert response.status_code == 404
        assert "/api/projects/PROJECT" in response.json()["error"]["message"]

    def test_an_unknown_method_is_a_405_that_names_the_known_ones(self, shared: Wire) -> None:
        assert "GET, POST" in shared.refused("PUT", "/threads", 405)["message"]


class TestIds:
    def test_every_answer_has_an_id_of_its_own_and_the_one_of_the_client(self, shared: Wire) -> None:
        seen = set()
        for path in ("/threads", "/threads/none", "/nothing"):
            response = shared.http.get(path, headers={"x-ms-client-request-id": "mine-1"})
            assert response.headers["x-ms-client-request-id"] == "mine-1"
            seen.add(UUID(response.headers["x-ms-request-id"]))
        assert len(seen) == 3

    def test_a_fault_of_the_service_is_logged_under_the_id_that_the_client_sees(
        self, shared: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(_query: Any) -> None:
            raise ZeroDivisionError("the secret reason")

        monkeypatch.setattr(Paging, "of", broken)
        with caplog.at_level(logging.ERROR, "agentkit.local"):
            response = shared.http.get("/assistants")
        request_id = response.headers["x-ms-request-id"]
        error = response.json()["error"]
        assert response.status_code == 500
        assert request_id in error["message"]
        assert "secret" not in response.text
        assert request_id in caplog.text
        assert "ZeroDivisionError: the secret reason" in caplog.text


class TestBodies:
    @pytest.mark.parametrize(
        ("metadata", "param", "words"),
        [
            ({str(n): "" for n in range(17)}, "metadata", "17 pairs were sent, at most 16"),
            ({"k" * 65: ""}, "metadata", "is 65 characters long, at most 64"),
            ({"k": "v" * 513}, "metadata.k", "is 513 characters long, at most 512"),
            ({"k": 1}, "metadata.k", "1 was sent, a text"),
            ("k=v", "metadata", "'k=v' was sent, an object or null"),
        ],
    )
    def test_metadata_beyond_its_limits(self, shared: Wire, metadata: Any, param: str, words: str) -> None:
        thread = shared.thread("hello")
        for path, body in (("/assistants", {"model": "m"}), ("/threads", {}), (f"/threads/{thread['id']}", {})):
            error = shared.refused("POST", path, json={**body, "metadata": metadata})
            assert error["param"] == param
            assert words in error["message"]

    def test_metadata_at_its_limits(self, shared: Wire) -> None:
        metadata = {f"{n:02}" + "ü" * 62: "v" * 512 for n in range(16)}
        assert shared.agent(metadata=metadata)["metadata"] == metadata

    @pytest.mark.parametrize(
        ("body", "param", "words"),
        [
            ({}, "model", "required"),
            ({"model": None}, "model", "null was sent, a text"),
            ({"modle": "m"}, "model", "nothing was sent. Was 'modle' meant for it?"),
            ({"model": "m", "name": "n" * 257}, "name", "257 characters long, at most 256"),
            ({"model": "m", "temperature": 2.5}, "temperature", "2.5 was sent, at most 2"),
            ({"model": "m", "temperature": "warm"}, "temperature", "'warm' was sent, a number or null"),
            (
                {"model": "m", "tools": [{"type": "code_interpreters"}]},
                "tools[0].type",
                "'code_interpreters' was sent, allowed are",
            ),
            ({"model": "m", "tools": [{"type": "function"}]}, "tools[0].function", "required"),
            ({"model": "m", "tools": [{}]}, "tools[0].type", "required"),
            ({"model": "m", "tools": [{"type": "code_interpreter"}] * 129}, "tools", "129 items were sent, at most 128"),
            ({"model": "m", "response_format": 1}, "response_format", "1 was sent, a text or an object"),
        ],
    )
    def test_a_bad_field_is_named_with_what_was_sent_and_what_is_allowed(
        self, shared: Wire, body: Any, param: str, words: str
    ) -> None:
        error = shared.refused("POST", "/assistants", json=body)
        assert (error["param"], error["code"], error["type"]) == (param, "invalid_request_error", "invalid_request_error")
        assert words in error["message"]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"{", "not valid JSON"),
            (b"[]", "must be a JSON object"),
            (b'"text"', "must be a JSON object"),
            (b"\xff\xfe", "not valid JSON"),
            (b'{"metadata": {"a": NaN}}', "NaN"),
            (b'{"metadata": {"a": "\\ud800"}}', "not valid JSON"),
            (b"[" * 100_000, "nested more than 200 levels deep"),
        ],
    )
    def test_a_body_that_is_no_json_object(self, shared: Wire, content: bytes, words: str) -> None:
        assert words in shared.refused("POST", "/threads", content=content)["message"]

    def test_a_body_that_is_too_large(self, shared: Wire) -> None:
        content = json.dumps({"metadata": {"a": "x" * 34_000_000}}).encode()
        assert shared.refused("POST", "/threads", 413, content=content)["code"] == "PayloadTooLarge"

    def test_text_of_any_script_comes_back(self, shared: Wire) -> None:
        text = "Grüße, 你好, \U0001f600, \x00, \u2028"
        thread = shared.thread(text)
        assert shared.messages(thread)[0]["content"][0]["text"]["value"] == text
