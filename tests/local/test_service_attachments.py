"""What messages, threads, agents and runs bring along for their tools: attachments, tool resources, stores described in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from service_index import HeldIndex
from service_script import PYTHON
from service_wire import Clock, Wire

from agentkit.local import retrieval
from agentkit.local.filetypes import CODE_INTERPRETER, extension
from agentkit.local.models.scripted import ScriptedModel

Serve = Callable[..., Wire]

DAY = 86_400
SEARCH = {"type": "file_search"}
IDLE = {"anchor": "last_active_at", "days": 7}


def attached(file: Any, *tools: Any) -> dict[str, Any]:
    return {"file_id": file["id"], "tools": list(tools or (SEARCH,))}


def say(wire: Wire, thread: Any, *attachments: Any) -> Any:
    return wire.post(f"/threads/{thread['id']}/messages", role="user", content="look", attachments=list(attachments))


def stores_of(wire: Wire, thread: Any) -> list[str]:
    resources = wire.get(f"/threads/{thread['id']}")["tool_resources"]
    ids: list[str] = resources.get("file_search", {}).get("vector_store_ids", [])
    return ids


def files_in(wire: Wire, store_id: str) -> list[str]:
    return [entry["id"] for entry in wire.get(f"/vector_stores/{store_id}/files", order="asc")["data"]]


class TestAttachments:
    def test_a_file_to_search_gives_the_thread_a_store_for_seven_idle_days(self, serve: Serve, clock: Clock) -> None:
        wire = serve(clock=clock)
        thread, one, two = wire.thread(), wire.upload(name="one.txt"), wire.upload(name="two.txt")
        message = say(wire, thread, attached(one))
        assert message["attachments"] == [attached(one)]
        (store_id,) = stores_of(wire, thread)
        store = wire.taken_in(f"/vector_stores/{store_id}")
        assert (store["expires_after"], store["expires_at"]) == (IDLE, clock.now + 7 * DAY)
        assert (store["status"], store["file_counts"]["completed"]) == ("completed", 1)

        clock.now += DAY
        say(wire, thread, attached(one), attached(two, SEARCH, PYTHON))
        assert stores_of(wire, thread) == [store_id]
        assert files_in(wire, store_id) == [one["id"], two["id"]]
        assert wire.get(f"/vector_stores/{store_id}")["expires_at"] == clock.now + 7 * DAY

    def test_the_store_that_a_thread_has_is_used(self, shared: Wire) -> None:
        store, file = shared.store(), shared.upload(name="a.txt")
        thread = shared.post("/threads", tool_resources={"file_search": {"vector_store_ids": [store["id"]]}})
        say(shared, thread, attached(file))
        assert stores_of(shared, thread) == [store["id"]]
        assert files_in(shared, store["id"]) == [file["id"]]

    def test_messages_that_come_with_a_thread_or_a_run_may_have_them_too(self, shared: Wire) -> None:
        one, two, three = (shared.upload(name=f"{number}.txt") for number in range(3))
        message = {"role": "user", "content": "look"}
        thread = shared.post("/threads", messages=[{**message, "attachments": [attached(one)]}])
        (store_id,) = thread["tool_resources"]["file_search"]["vector_store_ids"]
        agent = shared.agent()
        shared.finished(thread, agent, additional_messages=[{**message, "attachments": [attached(two)]}])
        assert files_in(shared, store_id) == [one["id"], two["id"]]
        body = {"messages": [{**message, "attachments": [attached(three)]}]}
        run = shared.post("/threads/runs", assistant_id=agent["id"], thread=body)
        (other_id,) = stores_of(shared, {"id": run["thread_id"]})
        assert other_id != store_id
        assert files_in(shared, other_id) == [three["id"]]

    def test_a_file_for_code_makes_no_store(self, shared: Wire) -> None:
        thread = shared.thread()
        say(shared, thread, attached(shared.upload(), PYTHON))
        assert stores_of(shared, thread) == []

    def test_a_store_that_was_deleted_is_made_anew(self, shared: Wire) -> None:
        thread, file = shared.thread(), shared.upload(name="a.txt")
        say(shared, thread, attached(file))
        (gone,) = stores_of(shared, thread)
        shared.delete(f"/vector_stores/{gone}")
        say(shared, thread, attached(file))
        (store_id,) = stores_of(shared, thread)
        assert store_id != gone
        assert files_in(shared, store_id) == [file["id"]]

    def test_a_store_that_has_expired_is_named(self, serve: Serve, clock: Clock) -> None:
        wire = serve(clock=clock)
        thread, file = wire.thread(), wire.upload(name="a.txt")
        say(wire, thread, attached(file))
        (store_id,) = stores_of(wire, thread)
        clock.now += 7 * DAY
        body = {"role": "user", "content": "look", "attachments": [attached(file)]}
        error = wire.refused("POST", f"/threads/{thread['id']}/messages", json=body)
        assert error["param"] == "attachments"
        assert store_id in error["message"]
        assert "expired" in error["message"]
        assert len(wire.messages(thread)) == 1

    def test_a_refused_request_leaves_nothing(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        index = HeldIndex()
        index.release()
        monkeypatch.setattr(retrieval, "open_index", lambda _folder: index)
        wire = serve()
        thread, file = wire.thread(), wire.upload(name="a.txt")
        additional = [{"role": "user", "content": "look", "attachments": [attached(file)]}]
        body = {"assistant_id": "asst_none", "additional_messages": additional}
        wire.refused("POST", f"/threads/{thread['id']}/runs", 404, json=body)
        assert (wire.messages(thread), stores_of(wire, thread)) == ([], [])
        assert wire.get("/vector_stores")["data"] == []
        wire.store(wire.upload(name="b.txt")["id"])  # behind which the worker has done the rest
        assert len(index.texts) == 1

    def test_what_is_left_out_of_the_conversation_can_still_be_opened(self, serve: Serve) -> None:
        model = ScriptedModel(["fine"])
        wire = serve(model=model)
        file = wire.upload()
        thread = wire.thread()
        say(wire, thread, attached(file, PYTHON))
        wire.post(f"/threads/{thread['id']}/messages", role="user", content="newest")
        last = {"type": "last_messages", "last_messages": 1}
        wire.finished(thread, wire.agent(tools=[PYTHON]), truncation_strategy=last)
        assert [message.text for message in model.requests[0].messages] == ["newest"]
        assert [one.id for one in model.requests[0].files] == [file["id"]]


class TestCodeFiles:
    @pytest.mark.parametrize(
        ("name", "kind"), [("a.csv", ".csv"), ("A.CSV", ".csv"), ("a.tar.gz", ".gz"), ("csv", ""), (".csv", ""), ("", "")]
    )
    def test_the_extension_of_a_name(self, name: str, kind: str) -> None:
        assert extension(name) == kind

    @pytest.mark.parametrize("name", ["data.parquet", "archive.tar.gz", "noextension", "page.htm"])
    def test_other_files_are_refused_wherever_they_come(self, shared: Wire, name: str) -> None:
        file, agent, thread = shared.upload(b"x", name), shared.agent(), shared.thread()
        resources = {"code_interpreter": {"file_ids": [file["id"]]}}
        message = {"role": "user", "content": "x", "attachments": [attached(file, SEARCH, PYTHON)]}
        of_resources, of_message = "tool_resources.code_interpreter.file_ids", "attachments[0].file_id"
        for path, body, param in (
            ("/assistants", {"model": "m", "tool_resources": resources}, of_resources),
            (f"/assistants/{agent['id']}", {"tool_resources": resources}, of_resources),
            ("/threads", {"tool_resources": resources}, of_resources),
            (f"/threads/{thread['id']}", {"tool_resources": resources}, of_resources),
            (f"/threads/{thread['id']}/messages", message, of_message),
            ("/threads", {"messages": [message]}, f"messages[0].{of_message}"),
            (f"/threads/{thread['id']}/runs", {"assistant_id": agent["id"], "tool_resources": resources}, of_resources),
            (
                f"/threads/{thread['id']}/runs",
                {"assistant_id": agent["id"], "additional_messages": [message]},
                f"additional_messages[0].{of_message}",
            ),
        ):
            error = shared.refused("POST", path, json=body)
            assert error["param"] == param
            has = f"extension '{extension(name)}'" if extension(name) else "no extension"
            for words in (file["id"], f"'{name}'", has, ".csv, .docx"):
                assert words in error["message"]

    def test_every_supported_kind_is_taken(self, shared: Wire) -> None:
        kinds = sorted(CODE_INTERPRETER)
        assert len(kinds) == 26
        files = [shared.upload(b"x", f"file{kind.upper() if number % 2 else kind}")["id"] for number, kind in enumerate(kinds)]
        for some in (files[:20], files[20:]):
            resources = {"code_interpreter": {"file_ids": some}}
            assert shared.agent(tool_resources=resources)["tool_resources"] == resources

    def test_any_file_may_be_searched(self, shared: Wire) -> None:
        say(shared, shared.thread(), attached(shared.upload(b"x", "page.htm")))


class TestStoresInPlace:
    def test_a_store_described_in_place_is_made(self, serve: Serve, clock: Clock) -> None:
        wire = serve(clock=clock)
        file = wire.upload(name="a.txt")
        source = {"uri": file["id"], "type": "id_asset"}
        for described, name in (
            ({"name": "mine", "configuration": {"data_sources": [source]}}, "mine"),
            ({"file_ids": [file["id"]], "metadata": {"a": "1"}, "chunking_strategy": {"type": "auto"}}, None),
        ):
            resources = {"file_search": {"vector_stores": [described]}}
            for made, idle in (
                (wire.agent(tool_resources=resources), None),
                (wire.post(f"/assistants/{wire.agent()['id']}", tool_resources=resources), None),
                (wire.post("/threads", tool_resources=resources), IDLE),
                (wire.post(f"/threads/{wire.thread()['id']}", tool_resources=resources), IDLE),
            ):
                (store_id,) = made["tool_resources"]["file_search"]["vector_store_ids"]
                assert set(made["tool_resources"]["file_search"]) == {"vector_store_ids"}
                store = wire.taken_in(f"/vector_stores/{store_id}")
                assert (store["name"], store["expires_after"]) == (name, idle)
                assert store["metadata"] == described.get("metadata", {})
                assert files_in(wire, store_id) == [file["id"]]

    @pytest.mark.parametrize(
        ("search", "param"),
        [
            ({"vector_stores": [{"name": "x", "configuration": {}}]}, ".vector_stores[0].configuration.data_sources"),
            ({"vector_stores": [{"file_ids": "x"}]}, ".vector_stores[0].file_ids"),
            ({"vector_stores": [{}, {}]}, ".vector_stores"),
            (
                {"vector_stores": [{"chunking_strategy": {"type": "static"}}]},
                ".vector_stores[0].chunking_strategy.static",
            ),
            ({"vector_store_ids": ["vs_1", "vs_2"]}, ".vector_store_ids"),
        ],
    )
    def test_a_bad_description_is_refused_by_the_name_of_the_field(self, shared: Wire, search: Any, param: str) -> None:
        body = {"tool_resources": {"file_search": search}}
        assert shared.refused("POST", "/threads", json=body)["param"] == f"tool_resources.file_search{param}"

    def test_there_is_one_store_only(self, shared: Wire) -> None:
        search = {"vector_store_ids": [shared.store()["id"]], "vector_stores": [{"name": "x"}]}
        error = shared.refused("POST", "/threads", json={"tool_resources": {"file_search": search}})
        assert error["param"] == "tool_resources.file_search.vector_stores"

    def test_a_file_of_this_service_may_come_as_a_data_source(self, shared: Wire) -> None:
        file, other = shared.upload(), shared.upload()
        source = {"uri": other["id"], "type": "id_asset"}
        agent = shared.agent(tool_resources={"code_interpreter": {"file_ids": [file["id"]], "data_sources": [source]}})
        assert agent["tool_resources"] == {"code_interpreter": {"file_ids": [file["id"], other["id"]]}}
        thread = shared.thread()
        message = say(shared, thread, {"data_source": source, "tools": [PYTHON]})
        assert message["attachments"] == [attached(other, PYTHON)]
