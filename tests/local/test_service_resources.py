"""The life of each kind of resource, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from service_wire import Wire

CLOUD = {"uri": "azureml://datastores/x", "type": "uri_asset"}


class TestAgents:
    def test_a_new_agent_has_the_defaults_of_what_was_not_sent(self, shared: Wire) -> None:
        agent = shared.post("/assistants", model="some-model")
        assert agent["id"].startswith("asst_")
        assert {key: agent[key] for key in agent.keys() - {"id", "created_at"}} == {
            "object": "assistant",
            "name": None,
            "description": None,
            "model": "some-model",
            "instructions": None,
            "tools": [],
            "tool_resources": {},
            "temperature": 1.0,
            "top_p": 1.0,
            "response_format": "auto",
            "metadata": {},
        }

    def test_what_was_sent_is_kept(self, shared: Wire) -> None:
        file = shared.upload()
        settings = {
            "name": "an agent",
            "description": "for a test",
            "instructions": "Be brief.",
            "tools": [{"type": "code_interpreter"}, {"type": "function", "function": {"name": "f", "parameters": {}}}],
            "tool_resources": {"code_interpreter": {"file_ids": [file["id"]]}},
            "temperature": 0.5,
            "top_p": 0.25,
            "response_format": {"type": "json_object"},
            "metadata": {"Größe": "42"},
        }
        agent = shared.post("/assistants", model="some-model", **settings)
        assert {key: agent[key] for key in settings} == settings
        assert shared.get(f"/assistants/{agent['id']}") == agent

    def test_an_update_changes_what_it_names_and_nothing_else(self, shared: Wire) -> None:
        agent = shared.agent(name="before", instructions="Stay.", metadata={"a": "1", "b": "2"})
        changed = shared.post(f"/assistants/{agent['id']}", name="after", metadata={"c": "3"})
        assert changed == {**agent, "name": "after", "metadata": {"c": "3"}}
        assert shared.get(f"/assistants/{agent['id']}") == changed

    def test_null_brings_a_field_back_to_its_default(self, shared: Wire) -> None:
        agent = shared.agent(name="before", temperature=0.1)
        assert shared.post(f"/assistants/{agent['id']}", name=None, temperature=None) == {
            **agent,
            "name": None,
            "temperature": 1.0,
        }

    def test_the_model_cannot_be_taken_away(self, shared: Wire) -> None:
        agent = shared.agent()
        error = shared.refused("POST", f"/assistants/{agent['id']}", json={"model": None})
        assert error["param"] == "model"

    def test_a_deleted_agent_is_gone(self, shared: Wire) -> None:
        agent = shared.agent()
        assert shared.delete(f"/assistants/{agent['id']}") == {
            "id": agent["id"],
            "object": "assistant.deleted",
            "deleted": True,
        }
        for method in ("GET", "DELETE"):
            error = shared.refused(method, f"/assistants/{agent['id']}", 404)
            assert error["code"] == "NotFound"
            assert f"No assistant found with id '{agent['id']}'" in error["message"]
        assert agent["id"] not in [other["id"] for other in shared.pages("/assistants")]

    @pytest.mark.parametrize(
        ("resources", "param"),
        [
            ({"code_interpreter": {"file_ids": ["assistant-none"]}}, "tool_resources.code_interpreter.file_ids"),
            ({"file_search": {"vector_store_ids": ["vs_none"]}}, "tool_resources.file_search.vector_store_ids"),
            (
                {"code_interpreter": {"data_sources": [{"uri": "azureml://x", "type": "uri_asset"}]}},
                "tool_resources.code_interpreter.data_sources",
            ),
            (
                {"file_search": {"vector_stores": [{"name": "x", "configuration": {"data_sources": [CLOUD]}}]}},
                "tool_resources.file_search.vector_stores[0].configuration.data_sources",
            ),
        ],
    )
    def test_resources_that_are_not_here_are_refused(self, shared: Wire, resources: Any, param: str) -> None:
        error = shared.refused("POST", "/assistants", json={"model": "m", "tool_resources": resources})
        assert error["param"] == param


class TestThreadsAndMessages:
    def test_a_thread_is_made_with_its_messages_in_order(self, shared: Wire) -> None:
        thread = shared.post("/threads", metadata={"a": "1"}, messages=[{"role": "user", "content": "one"}])
        assert thread["id"].startswith("thread_")
        assert (thread["metadata"], thread["tool_resources"]) == ({"a": "1"}, {})
        shared.post(f"/threads/{thread['id']}/messages", role="assistant", content="two")
        texts = [message["content"][0]["text"]["value"] for message in shared.messages(thread)]
        assert texts == ["one", "two"]
        assert shared.get(f"/threads/{thread['id']}") == thread

    def test_a_thread_needs_no_body(self, shared: Wire) -> None:
        response = shared.http.post("/threads")
        assert response.status_code == 200
        assert response.json()["metadata"] == {}

    def test_a_thread_is_changed_and_deleted_with_all_that_is_in_it(self, shared: Wire) -> None:
        thread = shared.thread("hello")
        (message,) = shared.messages(thread)
        assert shared.post(f"/threads/{thread['id']}", metadata={"b": "2"})["metadata"] == {"b": "2"}
        assert shared.delete(f"/threads/{thread['id']}")["object"] == "thread.deleted"
        for path in ("", "/messages", f"/messages/{message['id']}", "/runs"):
            error = shared.refused("GET", f"/threads/{thread['id']}{path}", 404)
            assert thread["id"] in error["message"]

    def test_a_message_has_every_field(self, shared: Wire) -> None:
        thread, file = shared.thread(), shared.upload()
        attachments = [{"file_id": file["id"], "tools": [{"type": "code_interpreter"}]}]
        message = shared.post(
            f"/threads/{thread['id']}/messages", role="user", content="hi", attachments=attachments, metadata={"a": "1"}
        )
        assert message["id"].startswith("msg_")
        assert {key: message[key] for key in message.keys() - {"id", "created_at", "completed_at"}} == {
            "object": "thread.message",
            "thread_id": thread["id"],
            "status": "completed",
            "incomplete_details": None,
            "incomplete_at": None,
            "role": "user",
            "content": [{"type": "text", "text": {"value": "hi", "annotations": []}}],
            "assistant_id": None,
            "run_id": None,
            "attachments": attachments,
            "metadata": {"a": "1"},
        }
        assert shared.get(f"/threads/{thread['id']}/messages/{message['id']}") == message

    def test_content_may_be_blocks(self, shared: Wire) -> None:
        thread, image = shared.thread(), shared.upload(b"\x89PNG", "plot.png", "vision")
        blocks = [
            {"type": "text", "text": "look"},
            {"type": "image_file", "image_file": {"file_id": image["id"]}},
            {"type": "image_url", "image_url": {"url": "http://localhost/plot.png"}},
        ]
        message = shared.post(f"/threads/{thread['id']}/messages", role="user", content=blocks)
        assert message["content"] == [{"type": "text", "text": {"value": "look", "annotations": []}}, *blocks[1:]]

    def test_only_the_metadata_of_a_message_changes(self, shared: Wire) -> None:
        thread = shared.thread("hello")
        (message,) = shared.messages(thread)
        path = f"/threads/{thread['id']}/messages/{message['id']}"
        assert shared.post(path, metadata={"seen": "yes"}) == {**message, "metadata": {"seen": "yes"}}
        assert shared.post(path, content="other")["content"] == message["content"]

    def test_a_message_is_found_in_its_own_thread_only(self, shared: Wire) -> None:
        thread, other = shared.thread("hello"), shared.thread()
        (message,) = shared.messages(thread)
        error = shared.refused("GET", f"/threads/{other['id']}/messages/{message['id']}", 404)
        assert message["id"] in error["message"]
        assert other["id"] in error["message"]

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"role": "system", "content": "x"}, "role"),
            ({"role": "user", "content": ""}, "content"),
            ({"role": "user", "content": []}, "content"),
            ({"role": "user"}, "content"),
            ({"role": "user", "content": [{"type": "sound"}]}, "content[0].type"),
            (
                {"role": "user", "content": [{"type": "image_file", "image_file": {"file_id": "assistant-none"}}]},
                "content[0].image_file.file_id",
            ),
            (
                {"role": "user", "content": "x", "attachments": [{"file_id": "assistant-none", "tools": []}]},
                "attachments[0].file_id",
            ),
            ({"role": "user", "content": "x", "attachments": [{"tools": []}]}, "attachments[0].file_id"),
            ({"role": "user", "content": "x", "attachments": [{"file_id": "f"}]}, "attachments[0].tools"),
        ],
    )
    def test_a_bad_message_is_refused_by_the_name_of_the_field(self, shared: Wire, body: Any, param: str) -> None:
        thread = shared.thread()
        assert shared.refused("POST", f"/threads/{thread['id']}/messages", json=body)["param"] == param
        assert shared.messages(thread) == []
