"""The operations that only clients of OpenAI have, and what its dialect has otherwise: messages, pages of files, models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from service_wire import Wire

from agentkit.local.bodies import parsed
from agentkit.local.errors import ApiError
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel

Serve = Callable[..., Wire]


@pytest.fixture(scope="module")
def openai(shared: Wire) -> Iterator[Wire]:
    """The service of the module, spoken to as Azure OpenAI."""
    with Wire(shared.service, "/openai") as wire:
        yield wire


class TestMessages:
    def test_a_message_is_deleted(self, shared: Wire) -> None:
        thread = shared.thread("one", "two", "three")
        first, second, third = shared.messages(thread)
        path = f"/threads/{thread['id']}/messages"
        gone = {"id": second["id"], "object": "thread.message.deleted", "deleted": True}
        assert shared.delete(f"{path}/{second['id']}") == gone
        shared.refused("GET", f"{path}/{second['id']}", 404)
        shared.refused("DELETE", f"{path}/{second['id']}", 404)
        assert shared.messages(thread) == [first, third]
        after = shared.get(path, order="asc", after=second["id"])["data"]
        assert after == [third], "a cursor may name what was deleted"

    def test_a_message_is_deleted_from_its_own_thread_only(self, shared: Wire) -> None:
        thread, other = shared.thread("one"), shared.thread("two")
        (message,) = shared.messages(thread)
        shared.refused("DELETE", f"/threads/{other['id']}/messages/{message['id']}", 404)
        assert shared.messages(thread) == [message]

    def test_a_thread_with_an_active_run_keeps_its_messages(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([ModelTurn(tool_calls=[ToolCall("function", name="f")])]))
        thread = wire.thread("hi")
        tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
        run = wire.finished(thread, wire.agent(tools=[tool]))
        (message,) = wire.messages(thread)
        error = wire.refused("DELETE", f"/threads/{thread['id']}/messages/{message['id']}")
        assert run["id"] in error["message"]
        assert "cancel it" in error["message"]


class TestFiles:
    @pytest.mark.parametrize("purpose", ["assistants", "batch", "evals", "fine-tune", "user_data", "vision"])
    def test_files_have_the_purposes_of_openai(self, openai: Wire, purpose: str) -> None:
        file = openai.upload(purpose=purpose)
        listed = openai.http.get("/files", params={"purpose": purpose}).json()["data"]
        assert [one["id"] for one in listed] == [file["id"]]

    def test_files_come_page_by_page(self, serve: Serve) -> None:
        wire = serve()
        ids = [wire.upload(name=f"{n}.csv")["id"] for n in range(5)]
        with Wire(wire.service, "/v1") as openai:
            page = openai.http.get("/files", params={"limit": 2, "order": "asc"}).json()
            assert [file["id"] for file in page["data"]] == ids[:2]
            assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[0], ids[1], True)
            rest = openai.http.get("/files", params={"order": "asc", "after": ids[1]}).json()
            assert ([file["id"] for file in rest["data"]], rest["has_more"]) == (ids[2:], False)
            assert openai.refused("GET", "/files", params={"limit": 10_001})["param"] == "limit"
        assert [file["id"] for file in wire.get("/files")["data"]] == ids[::-1], "a project gives them all at once"
        page = wire.http.get("/files", params={"limit": 1}).json()
        assert [file["id"] for file in page["data"]] == [ids[-1]], "unless it is asked for a page"


class TestModels:
    def test_the_model_behind_the_service_is_listed(self, openai: Wire) -> None:
        listed = openai.get("/models")
        (model,) = listed["data"]
        assert (listed["object"], model["id"], model["object"]) == ("list", "answer", "model")

    @pytest.mark.parametrize("name", ["gpt-4o-mini", "vendor/name-7b", "a b"])
    def test_any_name_is_answered_by_it(self, openai: Wire, name: str) -> None:
        model = openai.http.get(f"/models/{name}").json()
        assert (model["id"], model["owned_by"]) == (name, "agentkit (answer)")

    def test_it_cannot_be_deleted(self, openai: Wire) -> None:
        assert openai.refused("DELETE", "/models/answer", 405)["code"] == "method_not_supported"


class TestRequests:
    def test_clients_are_told_when_to_look_again(self, openai: Wire) -> None:
        headers = {"X-Stainless-Poll-Helper": "true", "OpenAI-Beta": "assistants=v2"}
        assert openai.http.get("/threads", headers=headers).headers["openai-poll-after-ms"] == "100"
        assert "openai-poll-after-ms" not in openai.http.get("/threads").headers

    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            (b"", {}),
            (b" \n", {}),
            (b'{"a": 1,}', {"a": 1}),
            (b'{"a": [1, 2, ], "b": {"c": ",]",\n},}', {"a": [1, 2], "b": {"c": ",]"}}),
            (b'{"a": "say \\",}\\"",}', {"a": 'say ",}"'}),
            ("{'ä': 1}".replace("'", '"').encode(), {"ä": 1}),
        ],
    )
    def test_a_comma_may_stand_after_the_last_field(self, raw: bytes, value: Any) -> None:
        assert parsed(raw) == value

    @pytest.mark.parametrize(
        "raw", [b"{,,}", b"[1,,]", b'{"a" 1}', b'{"a": "open,}', b"a=1&b=2", b'{"a": "\xff",}', b'"' + b'\\"' * 200_000 + b","]
    )
    def test_what_is_no_json_is_refused(self, raw: bytes) -> None:
        with pytest.raises(ApiError, match="not valid JSON"):
            parsed(raw)

    def test_a_comma_too_many_is_let_pass_in_what_is_typed_by_hand_alone(self) -> None:
        large = b'{"a": "%b"%b}'
        with pytest.raises(ApiError, match="not valid JSON"):
            parsed(large % (b"x" * 65_536, b","))
        assert len(parsed(large % (b"x" * 65_536, b""))["a"]) == 65_536

    @pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 400 + b".0"])
    def test_a_number_that_could_not_be_given_back_is_refused(self, number: bytes) -> None:
        with pytest.raises(ApiError, match="too large a number"):
            parsed(b'{"a": [%b]}' % number)

    @pytest.mark.parametrize(("opened", "closed"), [(b'{"a":', b"}"), (b"[", b"]")])
    def test_a_body_that_is_nested_too_deeply_is_refused(self, opened: bytes, closed: bytes) -> None:
        assert parsed(opened * 200 + b"1" + closed * 200)
        assert parsed(b'["%b"]' % (b"[" * 500)) == ["[" * 500]
        for levels in (201, 900, 100_000):
            with pytest.raises(ApiError, match="more than 200 levels deep"):
                parsed(opened * levels + b"1" + closed * levels)

    def test_a_body_is_json_whatever_it_is_called(self, shared: Wire) -> None:
        body = json.dumps({"metadata": {"k": "v"}})
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/merge-patch+json"):
            assert shared.http.post("/threads", content=body, headers={"content-type": kind}).json()["metadata"] == {"k": "v"}

    def test_a_form_that_does_not_say_its_boundary_is_read(self, shared: Wire) -> None:
        form = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
        form += b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
        for headers in ({}, {"content-type": "multipart/form-data"}):
            file = shared.http.post("/files", content=form, headers=headers)
            assert (file.json()["filename"], file.json()["bytes"]) == ("a.txt", 5)

    def test_a_form_with_a_boundary_or_a_header_without_end_is_refused(self, shared: Wire) -> None:
        boundary = "b" * 71
        form = {"content-type": f"multipart/form-data; boundary={boundary}"}
        assert "71 characters" in shared.refused("POST", "/files", content=f"--{boundary}--\r\n", headers=form)["message"]
        for header in ("X-Odd: " + "v" * 17_000, "X" * 17_000 + ": v"):
            content = f"--b\r\n{header}\r\n\r\nassistants\r\n--b--\r\n"
            form = {"content-type": "multipart/form-data; boundary=b"}
            assert "header" in shared.refused("POST", "/files", content=content, headers=form)["message"]

    @pytest.mark.parametrize(
        ("kind", "content"),
        [("", b"hello"), ("", b""), ("multipart/form-data", b"--" + b"x" * 100), ("text/csv", b"--x\r\n")],
    )
    def test_what_is_no_form_is_refused(self, shared: Wire, kind: str, content: bytes) -> None:
        error = shared.refused("POST", "/files", content=content, headers={"content-type": kind} if kind else {})
        assert "multipart/form-data with the parts purpose and file" in error["message"]
