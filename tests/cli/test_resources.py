"""``agentkit agents``, ``threads``, ``files`` and ``stores``: tables, documents, questions, and how they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentkit import AIProjectClient
from agentkit.local import LocalService
from agentkit.models import CodeInterpreterToolDefinition, ThreadMessageOptions
from cli.command import Command

KINDS = ["agents", "threads", "files", "stores"]


@pytest.fixture(scope="module")
def offline() -> Iterator[LocalService]:
    """A service that gives out what was uploaded."""
    with LocalService(allow_download=True) as running:
        yield running


@pytest.fixture
def things(client: AIProjectClient) -> Iterator[dict[str, str]]:
    """One of each kind, by the command's name; they are gone after the test."""
    agents = client.agents
    file = agents.upload_file_and_poll(file=("hand\x1b[31mbook.md", "# Holidays\n\n30 days a year.\n"), purpose="assistants")
    store = agents.create_vector_store_and_poll(file_ids=[file.id], name="papers")
    agent = agents.create_agent(model="m", name="guide", instructions="One.\nTwo.", tools=[CodeInterpreterToolDefinition()])
    thread = agents.create_thread(messages=[ThreadMessageOptions(role="user", content=f"Question {n}") for n in range(3)])
    yield {"agents": agent.id, "threads": thread.id, "files": file.id, "stores": store.id}
    for delete, listed in (
        (agents.delete_agent, agents.list_agents().data),
        (agents.delete_thread, agents.list_threads().data),
        (agents.delete_vector_store, agents.list_vector_stores().data),
        (agents.delete_file, agents.list_files().data),
    ):
        for thing in listed:
            delete(thing.id)


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_a_list_is_a_table(self, command: Command, things: dict[str, str], kind: str) -> None:
        said = command(kind, "list")
        assert said.status == 0
        heading, line = said.out.splitlines()
        assert heading.startswith("ID ")
        assert heading.split()[-1] == ("METADATA" if kind == "threads" else "CREATED")
        assert line.startswith(f"{things[kind]} ")
        assert "\x1b" not in said.out

    def test_a_list_is_a_document(self, command: Command, things: dict[str, str], kind: str) -> None:
        said = command(kind, "list", "--json")
        assert (said.status, said.err) == (0, "")
        assert set(said.document) == {"data", "has_more"}
        assert [thing["id"] for thing in said.document["data"]] == [things[kind]]
        assert said.document["has_more"] is False

    def test_nothing_is_an_empty_list(self, command: Command, service: LocalService, kind: str) -> None:
        assert command(kind, "list", "--json").document == {"data": [], "has_more": False}
        said = command(kind, "list")
        assert (said.status, said.out) == (0, "")
        assert said.err.startswith("there are no ")

    def test_one_is_shown(self, command: Command, things: dict[str, str], kind: str) -> None:
        said = command(kind, "show", things[kind])
        assert said.status == 0
        assert said.out.split()[:2] == ["id", things[kind]]
        assert "\x1b" not in said.out

    def test_one_is_shown_as_a_document(self, command: Command, things: dict[str, str], kind: str) -> None:
        document = command(kind, "show", things[kind], "--json").document
        inner = {"threads": "thread", "stores": "vector_store"}.get(kind)
        assert (document[inner] if inner else document)["id"] == things[kind]

    def test_one_that_is_not_there_is_an_error(self, command: Command, service: LocalService, kind: str) -> None:
        unknown = {"agents": "asst_unknown", "threads": "thread_unknown", "files": "assistant-unknown", "stores": "vs_unknown"}[
            kind
        ]
        for action in (["show", unknown], ["delete", unknown, "--yes"]):
            said = command(kind, *action)
            assert (said.status, said.out) == (1, "")
            assert said.err.startswith(f"agentkit {kind}: ")
            assert unknown in said.err
            assert len(said.err.splitlines()) == 1
            assert service.key not in said.err

    def test_deleting_asks(self, command: Command, things: dict[str, str], kind: str) -> None:
        said = command(kind, "delete", things[kind], typed="n\n")
        assert (said.status, said.out) == (1, "")
        assert f"{things[kind]}? [y/N]" in said.err
        assert "nothing was deleted" in said.err
        said = command(kind, "delete", things[kind], typed="y\n")
        assert (said.status, said.out) == (0, f"deleted {things[kind]}\n")
        assert command(kind, "list", "--json").document["data"] == []

    def test_deleting_needs_somebody_to_ask(self, command: Command, things: dict[str, str], kind: str) -> None:
        said = command(kind, "delete", things[kind], stdin="y\n")
        assert (said.status, said.out) == (1, "")
        assert "There is no terminal to ask at: say --yes" in said.err

    def test_deleting_is_a_document(self, command: Command, things: dict[str, str], kind: str) -> None:
        said = command(kind, "delete", things[kind], things[kind], "--yes", "--json")
        assert (said.status, said.err) == (0, "")
        assert said.document == {"deleted": [things[kind]], "failed": []}
        said = command(kind, "delete", things[kind], "--yes", "--json")
        assert said.status == 1
        assert (said.document["deleted"], [one["id"] for one in said.document["failed"]]) == ([], [things[kind]])

    def test_without_a_service_it_says_how_to_name_one(self, command: Command, kind: str) -> None:
        said = command(kind, "list", "--json")
        assert said.status == 1
        assert said.document["error"]["type"] == "ValueError"
        assert "PROJECT_ENDPOINT" in said.err
        assert "agentkit doctor" in said.err


class TestLimits:
    def test_the_newest_are_shown_and_more_is_told_of(self, command: Command, client: AIProjectClient) -> None:
        made = [client.agents.create_agent(model="m", name=f"a{number:03}").id for number in range(103)]
        try:
            said = command("agents", "list", "--limit", "2")
            assert [line.split()[1] for line in said.out.splitlines()[1:]] == ["a102", "a101"]
            assert said.err == "There are more: --limit 4 shows up to 4.\n"
            assert command("agents", "list", "--limit", "2", "--json").document["has_more"] is True
            told = command("agents", "list", "--limit", "101", "--json").document
            assert ([agent["id"] for agent in told["data"]], told["has_more"]) == (made[:1:-1], True)
            told = command("agents", "list", "--limit", "103", "--json").document
            assert (len(told["data"]), told["has_more"]) == (103, False)
        finally:
            for agent in made:
                client.agents.delete_agent(agent)

    def test_files_have_no_pages_and_a_limit_all_the_same(
        self, command: Command, client: AIProjectClient, things: dict[str, str]
    ) -> None:
        newest = client.agents.upload_file(file=("b.txt", "b"), purpose="assistants").id
        told = command("files", "list", "--limit", "1", "--json").document
        assert ([file["id"] for file in told["data"]], told["has_more"]) == ([newest], True)

    def test_a_threads_last_messages_are_shown_in_order(self, command: Command, things: dict[str, str]) -> None:
        said = command("threads", "show", things["threads"], "--limit", "2")
        assert said.out.index("Question 1") < said.out.index("Question 2")
        assert "Question 0" not in said.out
        assert "There are older messages than the 2 below" in said.err
        document = command("threads", "show", things["threads"], "--json").document
        assert [message["content"][0]["text"]["value"] for message in document["messages"]] == [
            f"Question {n}" for n in range(3)
        ]


def test_an_agent_is_shown_by_its_name(command: Command, things: dict[str, str]) -> None:
    said = command("agents", "show", "guide")
    assert things["agents"] in said.out
    assert re.search(r"^instructions +One\.\n +Two\.$", said.out, re.MULTILINE)
    assert command("agents", "delete", "guide", "--yes").status == 1, "what is deleted is named by its id"


def test_a_store_is_shown_with_its_files(command: Command, things: dict[str, str]) -> None:
    said = command("stores", "show", things["stores"])
    assert f"{things['files']}  completed" in said.out
    document = command("stores", "show", things["stores"], "--json").document
    assert [file["id"] for file in document["files"]] == [things["files"]]


def test_an_answer_is_shown_with_its_sources(command: Command, service: LocalService, folder: Path) -> None:
    (folder / "handbook.md").write_text("# Holidays\n\nEvery employee has 30 days of holiday a year.\n", encoding="utf-8")
    question = "How many days of holiday do employees have?"
    thread = command("chat", question, "--file", "handbook.md", "--json").document["thread_id"]
    shown = command("threads", "show", thread).out
    assert shown.index("user  ") < shown.index(question) < shown.index("[file ") < shown.index("assistant  ")
    assert "[sources: handbook.md]" in shown
    assert "\u3010" not in shown


class TestSaving:
    def test_a_file_is_saved_under_its_name(self, command: Command, client: AIProjectClient, folder: Path) -> None:
        file = client.agents.upload_file(file=("notes.txt", "text"), purpose="assistants").id
        said = command("files", "save", file, "--to", "kept")
        assert (said.status, said.out) == (0, f"saved {folder / 'kept' / 'notes.txt'}\n")
        assert (folder / "kept" / "notes.txt").read_text(encoding="utf-8") == "text"

    def test_a_file_that_is_there_is_not_replaced_unless_asked_to(
        self, command: Command, client: AIProjectClient, folder: Path
    ) -> None:
        file = client.agents.upload_file(file=("notes.txt", "text"), purpose="assistants").id
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
        said = command("files", "save", file)
        assert (said.status, said.out) == (1, "")
        assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
        assert "--overwrite" in said.err
        said = command("files", "save", file, "--overwrite", "--json")
        assert said.document == {"file_id": file, "path": str(folder / "notes.txt")}
        assert (folder / "notes.txt").read_text(encoding="utf-8") == "text"


def test_a_folder_of_data_is_used_whatever_the_environment_names(command: Command, service: LocalService, folder: Path) -> None:
    thread = command("chat", "Hello", "--data", "data", "--json").document["thread_id"]
    told = command("threads", "list", "--data", "data", "--json").document
    assert [one["id"] for one in told["data"]] == [thread]
    assert thread not in command("threads", "list", "--json").out
