"""``agentkit chat`` with one message: what is sent, what is printed, what is saved, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agentkit import AIProjectClient
from agentkit.local import Failure, LocalService, ModelRequest, ModelTurn, ScriptedModel, ToolCall
from agentkit.models import FileSearchToolDefinition, FunctionTool
from cli.command import Command

Serve = Callable[..., LocalService]
CHART = "Make a bar chart of the operating profit. Company A: 1.2, Company B: 2.5"
FIELDS = {"status", "text", "tool_calls", "files", "sources", "thread_id", "run_id", "error", "usage"}


def repeat(request: ModelRequest) -> str:
    """A model that says what it was asked, and how it was instructed."""
    return f"{request.instructions} | {request.model} | {request.last_user_text}"


class TestAnswers:
    def test_an_argument_is_answered(self, command: Command, serve: Serve) -> None:
        serve(model=repeat)
        said = command("chat", "Hello there")
        assert said.status == 0
        assert said.out == "You are a helpful agent. | gpt-4o-mini | Hello there\n"
        assert "[to go on: agentkit chat --thread thread_" in said.err

    def test_what_is_piped_in_is_answered(self, command: Command, serve: Serve) -> None:
        serve(model=repeat)
        assert command("chat", stdin="line one\nline two\n").out.endswith(" | line one\nline two\n")

    def test_instructions_and_model_are_those_that_are_given(
        self, command: Command, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        serve(model=repeat)
        monkeypatch.setenv("MODEL_DEPLOYMENT_NAME", "from-the-environment")
        assert command("chat", "Hi", "--instructions", "Be brief.").out == "Be brief. | from-the-environment | Hi\n"
        assert command("chat", "Hi", "--model", "given").out == "You are a helpful agent. | given | Hi\n"

    @pytest.mark.parametrize("how", [[], ["--no-stream"]])
    def test_tool_calls_are_shown_and_files_saved(
        self, command: Command, service: LocalService, folder: Path, how: list[str]
    ) -> None:
        said = command("chat", CHART, "--code-interpreter", *how)
        assert said.status == 0
        lines = said.out.splitlines()
        assert lines[0] == "[code interpreter]"
        assert "  Company A: 1.2" in lines
        assert lines.count("  an image") == 1
        assert 'Here is the bar chart "Operating profit"' in said.out
        saved = [folder / line.removeprefix("[saved ").removesuffix("]") for line in lines if line.startswith("[saved ")]
        assert len(saved) == 2
        assert all(path.read_bytes().startswith(b"\x89PNG") and path.parent.parent.name == "agentkit-files" for path in saved)

    def test_a_second_chart_replaces_none(self, command: Command, service: LocalService, folder: Path) -> None:
        first = command("chat", CHART, "--code-interpreter", "--json", "--save", "made").document
        again = command("chat", CHART, "--code-interpreter", "--json", "--save", "made", "--thread", first["thread_id"])
        names = [Path(file["path"]).name for file in again.document["files"]]
        assert "operating_profit_bar_chart-2.png" in names
        assert len(list((folder / "made" / first["thread_id"]).iterdir())) == 4

    def test_json_is_one_document(self, command: Command, service: LocalService, client: AIProjectClient) -> None:
        said = command("chat", CHART, "--code-interpreter", "--json")
        told = said.document
        assert (said.status, set(told), told["status"], told["error"]) == (0, FIELDS, "completed", None)
        assert told["tool_calls"][0]["name"] == "code interpreter"
        assert told["usage"]["total_tokens"] > 0
        assert all(Path(file["path"]).is_file() for file in told["files"])
        assert client.agents.get_run(told["thread_id"], told["run_id"]).status == "completed"

    def test_a_thread_is_gone_on_with(self, command: Command, serve: Serve) -> None:
        serve(model=lambda request: " / ".join(message.text for message in request.messages if message.role == "user"))
        thread = command("chat", "one", "--json").document["thread_id"]
        assert command("chat", "two", "--thread", thread).out == "one / two\n"

    def test_the_agent_made_for_it_is_deleted(self, command: Command, service: LocalService, client: AIProjectClient) -> None:
        before = [agent.id for agent in client.agents.list_agents().data]
        assert command("chat", "Hello").status == 0
        assert [agent.id for agent in client.agents.list_agents().data] == before


class TestFiles:
    @pytest.mark.parametrize("how", [[], ["--no-stream"]])
    def test_data_goes_to_code(self, command: Command, service: LocalService, folder: Path, how: list[str]) -> None:
        (folder / "sales.csv").write_text("region,profit\nNorth,3\nSouth,5\nNorth,4\n", encoding="utf-8")
        said = command("chat", "What is the total profit in the North region?", "--file", "sales.csv", *how)
        assert "**Sum: 7**" in said.out
        assert "[sales.csv goes with the message, for code interpreter]" in said.err

    @pytest.mark.parametrize("how", [[], ["--no-stream"]])
    def test_text_goes_to_search_and_sources_are_named(
        self, command: Command, service: LocalService, folder: Path, how: list[str]
    ) -> None:
        text = "# Holidays\n\nEvery employee has 30 days of holiday a year.\n"
        (folder / "handbook.md").write_text(text, encoding="utf-8")
        said = command("chat", "How many days of holiday do employees have?", "--file", "handbook.md", *how)
        assert "[file search]\n  handbook.md (score 0." in said.out
        assert "30 days" in said.out
        assert "[sources: handbook.md]" in said.out
        assert "\u3010" not in said.out

    def test_an_agents_own_tools_stay(
        self, command: Command, service: LocalService, client: AIProjectClient, folder: Path
    ) -> None:
        (folder / "sales.csv").write_text("region,profit\nNorth,3\n", encoding="utf-8")
        agent = client.agents.create_agent(model="m", name="searcher", tools=[FileSearchToolDefinition()])
        arguments = ["chat", "What is the total profit?", "--agent", agent.id, "--file", "sales.csv", "--json"]
        told = command(*arguments).document
        run = client.agents.get_run(told["thread_id"], told["run_id"])
        assert [tool.type for tool in run.tools] == ["file_search", "code_interpreter"]
        assert [tool.type for tool in client.agents.get_agent(agent.id).tools] == ["file_search"]
        client.agents.delete_agent(agent.id)

    def test_a_file_that_is_not_there_is_a_wrong_command_line(self, command: Command) -> None:
        said = command("chat", "Hello", "--file", "missing.csv")
        assert (said.status, said.out) == (2, "")
        assert "--file: there is no file 'missing.csv'" in said.err


class TestAgents:
    def test_one_is_found_by_id_and_by_name(self, command: Command, serve: Serve) -> None:
        running = serve(model=repeat)
        with AIProjectClient(running.url, running.key) as client:
            agent = client.agents.create_agent(model="own", name="guide", instructions="You guide.")
            for given in (agent.id, "guide"):
                assert command("chat", "Hi", "--agent", given).out == "You guide. | own | Hi\n"
            said = command("chat", "Hi", "--agent", "guide", "--instructions", "Other.", "--model", "other")
            assert said.out == "Other. | other | Hi\n"
            assert client.agents.get_agent(agent.id).instructions == "You guide."
            assert "--agent guide --thread thread_" in said.err

    def test_a_name_that_none_or_several_have_is_an_error(
        self, command: Command, service: LocalService, client: AIProjectClient
    ) -> None:
        said = command("chat", "Hi", "--agent", "nobody")
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith("agentkit chat: no agent is named 'nobody': 'agentkit agents list' shows")
        twins = [client.agents.create_agent(model="m", name="twin").id for _ in range(2)]
        assert all(twin in command("chat", "Hi", "--agent", "twin").err for twin in twins)
        for twin in twins:
            client.agents.delete_agent(twin)

    @pytest.mark.parametrize("how", [[], ["--no-stream"]])
    def test_one_that_calls_functions_of_a_program_is_told_of(self, command: Command, serve: Serve, how: list[str]) -> None:
        asks = ModelTurn(tool_calls=[ToolCall(kind="function", name="fetch_weather", arguments='{"location": "Oslo"}')])
        running = serve(model=ScriptedModel([asks]))

        def fetch_weather(location: str) -> str:
            """Fetch the weather.

            :param location: Where.
            """
            return location

        with AIProjectClient(running.url, running.key) as client:
            agent = client.agents.create_agent(model="m", name="guide", tools=FunctionTool([fetch_weather]).definitions)
            thread = client.agents.create_thread()
            said = command("chat", "Hi", "--agent", agent.id, "--thread", thread.id, *how)
            assert said.status == 1
            assert "fetch_weather" in said.err.splitlines()[-1]
            assert client.agents.list_runs(thread.id).data[0].status in ("cancelled", "cancelling")


class TestFailures:
    @pytest.mark.parametrize("how", [[], ["--no-stream"]])
    def test_a_run_that_fails_is_one_line_and_status_1(self, command: Command, serve: Serve, how: list[str]) -> None:
        serve(model=ScriptedModel([Failure("Rate limit is exceeded.", "rate_limit_exceeded")]))
        said = command("chat", "Hello", *how)
        assert (said.status, said.out) == (1, "")
        assert said.err.splitlines()[-1] == "agentkit chat: the run ended as failed: Rate limit is exceeded."

    def test_a_run_that_fails_is_a_document_with_json(self, command: Command, serve: Serve) -> None:
        serve(model=ScriptedModel([Failure("Rate limit is exceeded.", "rate_limit_exceeded")]))
        said = command("chat", "Hello", "--json")
        assert (said.status, set(said.document), said.document["status"]) == (1, FIELDS, "failed")
        assert said.document["error"] == "the run ended as failed: Rate limit is exceeded."

    def test_an_error_is_one_line_and_a_document(self, command: Command, service: LocalService) -> None:
        said = command("chat", "Hello", "--thread", "thread_unknown", "--json")
        assert said.status == 1
        assert len(said.err.splitlines()) == 1
        assert said.document["error"]["type"] == "ResourceNotFoundError"
        assert said.document["error"]["status_code"] == 404
        assert "thread_unknown" in said.document["error"]["message"]

    def test_a_service_that_is_not_there_leads_to_the_doctor(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROJECT_ENDPOINT", "http://127.0.0.1:9")
        monkeypatch.setenv("AGENTKIT_LOCAL_KEY", "the-key-of-nobody")
        monkeypatch.setattr("agentkit._sync._pipeline.sync_sleep", lambda seconds: None)
        said = command("chat", "Hello")
        assert said.status == 1
        assert said.err.rstrip().endswith("Run 'agentkit doctor' to see which step fails.")
        assert len(said.err.splitlines()) == 1
        assert "the-key-of-nobody" not in said.err

    @pytest.mark.parametrize("stdin", ["", " \n"])
    def test_nothing_to_say_is_a_wrong_command_line(self, command: Command, stdin: str) -> None:
        said = command("chat", stdin=stdin)
        assert (said.status, said.out) == (2, "")
        assert "the message is empty" in said.err

    def test_json_needs_a_message(self, command: Command) -> None:
        said = command("chat", "--json", typed="Hello\n")
        assert (said.status, said.out) == (2, "")
        assert "--json prints one answer" in said.err


class TestConversations:
    def test_a_failure_is_told_and_it_goes_on(self, command: Command, serve: Serve) -> None:
        serve(model=ScriptedModel([Failure("Rate limit is exceeded.", "rate_limit_exceeded"), "It works."]))
        said = command("chat", typed="Hello\n\nAgain\n/file missing.txt\n/exit\nnever sent\n")
        assert said.status == 0
        assert said.out.count("> ") == 5
        assert "It works.\n" in said.out
        assert "agentkit chat: the run ended as failed: Rate limit is exceeded.\n" in said.err
        assert "missing.txt" in said.err
        assert "[to go on: agentkit chat --thread thread_" in said.err

    def test_one_that_said_nothing_has_nothing_to_go_on_with(self, command: Command, service: LocalService) -> None:
        said = command("chat", typed="")
        assert said.status == 0
        assert "to go on" not in said.err

    def test_a_second_ctrl_c_while_the_run_is_cancelled_ends(
        self, command: Command, service: LocalService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> None:
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt:
                raise KeyboardInterrupt  # noqa: B904 - as Python itself chains them

        monkeypatch.setattr("agentkit.cli._conversation.Conversation.send", interrupted)
        said = command("chat", typed="Hello\nAgain\n")
        assert (said.status, said.out.count("> ")) == (0, 1)


class TestEmbedded:
    def test_without_a_service_it_says_that_nothing_is_kept(self, command: Command) -> None:
        said = command("chat", "Hello")
        assert said.status == 0
        assert "agentkit's offline model" in said.out
        assert "using the embedded local service" in said.err
        assert "this conversation was in memory and ends here; with --data DIR it is kept" in said.err

    def test_with_a_folder_it_goes_on_later(self, command: Command, folder: Path) -> None:
        said = command("chat", "Hello", "--data", folder / "my data")
        thread = said.err.rpartition("--thread ")[2].rstrip("]\n")
        assert f"[to go on: agentkit chat --data '{folder}/my data' --thread {thread}]" in said.err
        assert command("chat", "Again", "--data", folder / "my data", "--thread", thread).status == 0
        shown = command("threads", "show", thread, "--data", folder / "my data", "--json").document
        users = [message["content"][0]["text"]["value"] for message in shown["messages"] if message["role"] == "user"]
        assert users == ["Hello", "Again"]

    def test_a_folder_that_is_a_file_is_an_error(self, command: Command, folder: Path) -> None:
        (folder / "taken").write_text("x", encoding="utf-8")
        said = command("chat", "Hello", "--data", folder / "taken")
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith("agentkit chat: path: ")


def test_control_characters_of_an_answer_do_not_reach_the_terminal(command: Command, serve: Serve) -> None:
    serve(model=lambda request: "red \x1b[31m and \x07 bell")
    assert command("chat", "Hi").out == "red \\x1b[31m and \\x07 bell\n"


def test_nothing_secret_is_printed(command: Command, service: LocalService) -> None:
    for arguments in (["chat", "Hello"], ["chat", "Hello", "--json"], ["chat", "Hello", "--thread", "thread_unknown"]):
        said = command(*arguments)
        assert service.key not in said.out + said.err


def test_documents_are_ascii(command: Command, serve: Serve) -> None:
    serve(model=lambda request: "caf\u00e9 \u4e2d")
    said = command("chat", "Hi", "--json")
    assert said.out.isascii()
    assert json.loads(said.out)["text"] == "caf\u00e9 \u4e2d"
