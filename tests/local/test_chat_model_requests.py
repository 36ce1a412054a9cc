"""What a chat endpoint is asked, and how its answers are read, without a service and without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from chat_server import call_delta, completion, counted, delta, function, usage

from agentkit.local.models.base import (
    ChatMessage,
    Failure,
    FileRef,
    ImageRef,
    ModelRequest,
    ModelTurn,
    ToolCall,
    ToolResult,
    Usage,
)
from agentkit.local.models.chat_answer import StreamedAnswer, turn_of
from agentkit.local.models.chat_dialect import Dialect
from agentkit.local.models.chat_request import chat_body
from agentkit.local.models.chat_tools import Toolbox

PYTHON = {"type": "code_interpreter"}
SEARCH = {"type": "file_search"}
AGENT = {"type": "connected_agent", "connected_agent": {"id": "asst_1", "name": "stocks", "description": "Knows prices."}}


def body(images: bool = False, **fields: Any) -> dict[str, Any]:
    request = ModelRequest(**{"model": "m", "instructions": "", "messages": [ChatMessage("user", "hi")], **fields})
    return chat_body(request, Toolbox(request.tools), request.model, images=images)


def names(asked: Mapping[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in asked["tools"]]


class TestSettings:
    def test_what_is_not_set_is_not_sent(self) -> None:
        assert body() == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}

    def test_settings_are_sent_as_they_are(self) -> None:
        asked = body(temperature=0.0, top_p=0.5, max_completion_tokens=300)
        assert (asked["temperature"], asked["top_p"], asked["max_completion_tokens"]) == (0.0, 0.5, 300)

    @pytest.mark.parametrize("wanted", [None, "auto", "none", {"type": "text"}])
    def test_a_format_that_takes_any_text_is_not_sent(self, wanted: Any) -> None:
        assert body(response_format=wanted) == body()

    def test_a_json_object_is_asked_for_in_words_too(self) -> None:
        asked = body(response_format={"type": "json_object"})
        assert asked["response_format"] == {"type": "json_object"}
        assert "JSON" in asked["messages"][0]["content"]

    def test_a_schema_without_a_name_gets_one(self) -> None:
        schema = {"schema": {"type": "object"}, "strict": True, "description": None}
        asked = body(response_format={"type": "json_schema", "json_schema": schema})
        expected = {"name": "answer", "schema": {"type": "object"}, "strict": True}
        assert asked["response_format"] == {"type": "json_schema", "json_schema": expected}

    @pytest.mark.parametrize(
        ("choice", "sent", "offered"),
        [
            (None, None, ["add", "code_interpreter", "stocks", "other"]),
            ("auto", None, ["add", "code_interpreter", "stocks", "other"]),
            ("required", "required", ["add", "code_interpreter", "stocks", "other"]),
            ({"type": "function", "function": {"name": "add"}}, "add", ["add"]),
            ({"type": "code_interpreter"}, "code_interpreter", ["code_interpreter"]),
            ({"type": "connected_agent"}, "required", ["stocks", "other"]),
        ],
    )
    def test_a_tool_choice_names_a_function_or_leaves_none_but_those_that_are_meant(
        self, choice: Any, sent: str | None, offered: list[str]
    ) -> None:
        other = {"type": "connected_agent", "connected_agent": {"id": "asst_2", "name": "other", "description": ""}}
        asked = body(tools=[PYTHON, AGENT, function("add"), other], tool_choice=choice)
        named = {"type": "function", "function": {"name": sent}}
        assert asked.get("tool_choice") == (sent if sent in (None, "required") else named)
        assert names(asked) == offered

    def test_calls_one_at_a_time_are_asked_for_where_there_are_tools(self) -> None:
        assert body(tools=[SEARCH], parallel_tool_calls=False)["parallel_tool_calls"] is False
        assert "parallel_tool_calls" not in body(tools=[SEARCH])
        assert "parallel_tool_calls" not in body(parallel_tool_calls=False)


class TestMessages:
    def test_files_of_the_code_are_listed_only_where_there_is_code(self) -> None:
        files = [FileRef("file_1", "numbers.csv", 12), FileRef("file_2", "numbers-2.csv", 3)]
        told = body(tools=[PYTHON], files=files, instructions="Be brief.")["messages"][0]["content"]
        assert told.startswith("Be brief.\n\n")
        assert "- /mnt/data/numbers.csv (12 bytes)\n- /mnt/data/numbers-2.csv (3 bytes)" in told
        assert "sandbox:/mnt/data/" in told
        assert body(files=files) == body()

    def test_attachments_are_mentioned(self) -> None:
        message = ChatMessage("user", "Read this", (FileRef("file_1", "report.pdf", 9),))
        assert body(messages=[message])["messages"] == [{"role": "user", "content": "Read this\n[Attached file: report.pdf]"}]

    def test_images_are_mentioned_to_a_model_that_does_not_see(self, tmp_path: Path) -> None:
        message = ChatMessage("user", "Look", images=self.images(tmp_path))
        assert body(messages=[message])["messages"][0]["content"] == (
            "Look\n[Image: https://images.example/cat.png]\n[Image]\n[Image file: dog.jpg]\n[Image file: gone.png]"
        )

    def test_images_are_shown_to_a_model_that_sees(self, tmp_path: Path) -> None:
        images = self.images(tmp_path)
        shown = body(images=True, messages=[ChatMessage("user", "Look", images=images)])["messages"][0]["content"]
        assert shown == [
            {"type": "text", "text": "Look\n[Image file: gone.png]"},
            {"type": "image_url", "image_url": {"url": "https://images.example/cat.png", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "auto"}},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,QUJD", "detail": "auto"}},
        ]
        # Only users may show images to a chat endpoint.
        spoken = body(images=True, messages=[ChatMessage("assistant", "", images=images[:1])])["messages"][0]
        assert spoken == {"role": "assistant", "content": "[Image: https://images.example/cat.png]"}

    @staticmethod
    def images(folder: Path) -> tuple[ImageRef, ...]:
        (folder / "file_1").write_bytes(b"ABC")
        return (
            ImageRef(url="https://images.example/cat.png", detail="low"),
            ImageRef(url="data:image/png;base64,AAAA"),
            ImageRef(file=FileRef("file_1", "dog.jpg", 3), path=folder / "file_1"),
            ImageRef(file=FileRef("file_2", "gone.png", 3), path=folder / "file_2"),
        )

    @pytest.mark.parametrize(
        ("result", "told"),
        [
            (ToolResult(ToolCall("code_interpreter", input="1"), "3\n"), "3"),
            (ToolResult(ToolCall("code_interpreter", input="1")), "[The call was made; there is no output.]"),
            (ToolResult(ToolCall("code_interpreter", input="1"), "boom", failed=True), "[The call failed.]\nboom"),
            (
                ToolResult(
                    ToolCall("code_interpreter", input="1"), files=(FileRef("f", "a b.txt"),), images=(FileRef("i", "x"),)
                ),
                "[The code saved /mnt/data/a b.txt: sandbox:/mnt/data/a b.txt]\n[Figures shown to the user: 1]",
            ),
        ],
    )
    def test_outcomes_are_told_in_words(self, result: ToolResult, told: str) -> None:
        *_, call, outcome = body(tools=[PYTHON], results=[result])["messages"]
        assert outcome == {"role": "tool", "tool_call_id": call["tool_calls"][0]["id"], "content": told}

    def test_calls_of_tools_that_are_offered_no_more_keep_their_names(self) -> None:
        results = [
            ToolResult(ToolCall("connected_agent", name="stocks", input="MSFT?"), "400"),
            ToolResult(ToolCall("code_interpreter", input="print(1)"), "1"),
            ToolResult(ToolCall("function", name="add", arguments='{"a": 1}'), "1"),
        ]
        calls = [
            message["tool_calls"][0]["function"] for message in body(results=results)["messages"] if "tool_calls" in message
        ]
        assert calls == [
            {"name": "stocks", "arguments": '{"message": "MSFT?"}'},
            {"name": "code_interpreter", "arguments": '{"code": "print(1)"}'},
            {"name": "add", "arguments": '{"a": 1}'},
        ]


class TestAnswers:
    TOOLS = Toolbox([function("add"), PYTHON])

    def test_a_text_and_its_usage(self) -> None:
        assert turn_of(completion("Hi", usage=usage(3, 1)), self.TOOLS) == ModelTurn("Hi", [], Usage(3, 1))

    @pytest.mark.parametrize("told", [None, {}, {"prompt_tokens": 3}, {"prompt_tokens": -1, "completion_tokens": 1}, "many"])
    def test_usage_that_is_none_is_left_out(self, told: Any) -> None:
        assert turn_of(completion("Hi", usage=told), self.TOOLS).usage is None

    def test_parts_of_text_are_joined(self) -> None:
        parts: Any = [{"type": "text", "text": "Good "}, {"type": "text", "text": "day"}]
        assert turn_of(completion(parts), self.TOOLS).text == "Good day"

    def test_calls_and_what_was_said_before_them(self) -> None:
        turn = turn_of(completion("Adding.", ("add", '{"a": 1}'), ("code_interpreter", '{"code": "1"}')), self.TOOLS)
        calls = [ToolCall("function", name="add", arguments='{"a": 1}'), ToolCall("code_interpreter", input="1")]
        assert turn == ModelTurn("Adding.", calls)

    @pytest.mark.parametrize(
        ("answer", "reason", "code"),
        [
            ({"choices": []}, "without a choice", "server_error"),
            ({}, "without a choice", "server_error"),
            ({"choices": [{"message": None}]}, "without a choice", "server_error"),
            (completion(None, refusal="I cannot help with that."), "refused to answer: I cannot help with that.", "refusal"),
            (completion("Hal", finish="content_filter"), "content filter", "content_filter"),
            (completion(None, ("gone", "{}")), "'gone', which it was not offered", "server_error"),
        ],
    )
    def test_what_is_no_answer_is_a_failure(self, answer: Any, reason: str, code: str) -> None:
        with pytest.raises(Failure) as caught:
            turn_of(answer, self.TOOLS)
        assert reason in str(caught.value)
        assert caught.value.code == code

    @pytest.mark.parametrize(
        "chunks",
        [
            [call_delta(0, "add", '{"a"', "x"), call_delta(0, None, ": 1}"), call_delta(1, "add", "{}", "y")],
            [call_delta(0, "add", '{"a": 1}', "x"), call_delta(0, "add", "{}", "y")],
            [call_delta(None, "add", '{"a"'), call_delta(None, None, ": 1}"), call_delta(None, "add", "{}")],
            [call_delta(0, "add", '{"a"', "x"), call_delta(0, "add", ": 1}", "x"), call_delta(1, "add", "", "y")],
        ],
        ids=["as a rule", "all numbered alike", "not numbered", "names repeated"],
    )
    def test_pieces_of_calls_are_joined(self, chunks: list[Any]) -> None:
        answer = StreamedAnswer(self.TOOLS)
        for chunk in [*chunks, delta(finish="tool_calls"), counted(5, 6)]:
            assert answer.add(chunk) == ""
        calls = [ToolCall("function", name="add", arguments=arguments) for arguments in ('{"a": 1}', "{}")]
        assert answer.turn() == ModelTurn("", calls, Usage(5, 6))

    def test_a_refusal_in_pieces_is_a_failure(self) -> None:
        answer = StreamedAnswer(self.TOOLS)
        for chunk in (delta(refusal="I can"), delta(refusal="not."), delta(finish="stop")):
            answer.add(chunk)
        with pytest.raises(Failure, match=r"I cannot\."):
            answer.turn()


class Refused(Exception):
    def __init__(self, text: str, param: str | None = None) -> None:
        super().__init__(text)
        self.param = param


class TestDialect:
    ASKED: Mapping[str, Any] = {
        "model": "m",
        "max_completion_tokens": 9,
        "parallel_tool_calls": False,
        "temperature": 1.0,
        "top_p": 0.5,
    }

    def test_what_is_refused_is_left_out_or_said_in_the_older_way_from_then_on(self) -> None:
        dialect, sent = Dialect(), []

        def send(adapted: dict[str, Any]) -> str:
            sent.append(adapted)
            for name in ("max_completion_tokens", "temperature"):
                if name in adapted:
                    raise Refused("Unsupported parameter.", name)
            if "parallel_tool_calls" in adapted:
                raise Refused("extra inputs: body.parallel_tool_calls")
            return "answer"

        for tries in (4, 1):
            sent.clear()
            assert dialect.spoken(self.ASKED, send, (Refused,)) == "answer"
            assert len(sent) == tries
            assert sent[-1] == {"model": "m", "max_tokens": 9, "top_p": 0.5}
        sent.clear()
        dialect.spoken({**self.ASKED, "model": "other"}, send, (Refused,))
        assert len(sent) == 4

    @pytest.mark.parametrize("named", ["top_p", "tools", "max_tokens", None])
    def test_a_refusal_that_cannot_be_met_is_passed_on(self, named: str | None) -> None:
        sent = []

        def send(adapted: dict[str, Any]) -> str:
            sent.append(adapted)
            raise Refused("No.", named)

        with pytest.raises(Refused):
            Dialect().spoken(self.ASKED, send, (Refused,))
        assert len(sent) == 1

    def test_a_refusal_that_leaving_out_does_not_help_is_passed_on(self) -> None:
        sent = []

        def send(adapted: dict[str, Any]) -> str:
            sent.append(adapted)
            raise Refused("max_completion_tokens or max_tokens is too large", None)

        dialect = Dialect()
        for _ in range(2):
            sent.clear()
            with pytest.raises(Refused):
                dialect.spoken(self.ASKED, send, (Refused,))
            assert [set(adapted) - set(self.ASKED) for adapted in sent] == [set(), {"max_tokens"}]
