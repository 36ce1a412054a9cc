"""What a chat completion asks a model, and how its answer is written: the pure parts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.local.completions.reading import read
from agentkit.local.completions.stops import Stops
from agentkit.local.completions.writing import Ending, Heading, data, piece_of_text, pieces_of_ending, whole
from agentkit.local.errors import ApiError
from agentkit.local.models.base import ChatMessage, ImageRef, ToolCall, ToolResult
from agentkit.local.runs.choice import Demand

USER = {"role": "user", "content": "hi"}
WEATHER: dict[str, Any] = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
HEADING = Heading("chatcmpl-1", "m", 1_750_000_000)
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def called(*ids: str) -> dict[str, Any]:
    """The assistant's message that makes a call with each id."""
    made = [{"id": one, "type": "function", "function": {"name": "weather", "arguments": f'"{one}"'}} for one in ids]
    return {"role": "assistant", "content": None, "tool_calls": made}


def output(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": f"of {call_id}"}


def call(call_id: str) -> ToolCall:
    return ToolCall("function", name="weather", arguments=f'"{call_id}"')


class TestReading:
    def test_a_conversation_is_sorted_as_a_model_sees_it(self) -> None:
        parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "u", "detail": "low"}}]
        messages = [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "first"},
            called("a"),
            output("a"),
            {"role": "assistant", "content": "answered"},
            {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "user", "content": [*parts, {"type": "text", "text": "there"}]},
            called("b", "c"),
            output("c"),
            output("b"),
        ]
        request = read({"messages": messages}, "m").request
        assert (request.model, request.instructions) == ("m", "Be kind.\nBe brief.")
        assert request.messages == (
            ChatMessage("user", "first"),
            ChatMessage("assistant", "answered"),
            ChatMessage("user", "look\nthere", images=(ImageRef(url="u", detail="low"),)),
        )
        assert request.earlier_calls == (call("a"),)
        assert request.results == (ToolResult(call("c"), "of c"), ToolResult(call("b"), "of b"))

    def test_settings_are_handed_on(self) -> None:
        body = {
            "messages": [USER],
            "temperature": 0.1,
            "top_p": 0.2,
            "max_tokens": 7,
            "parallel_tool_calls": False,
            "response_format": {"type": "json_object"},
            "tools": [{"type": "function", "function": {"name": "f"}}, WEATHER],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "stop": "END",
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        asked = read(body, "m")
        request = asked.request
        assert (request.temperature, request.top_p, request.max_completion_tokens) == (0.1, 0.2, 7)
        assert (request.parallel_tool_calls, request.response_format) == (False, {"type": "json_object"})
        assert request.tools[0]["function"]["parameters"] == {"type": "object", "properties": {}}
        assert (asked.demand, asked.stop, asked.stream, asked.with_usage) == (Demand("function", "f"), ("END",), True, True)

    def test_what_is_left_out_or_null_is_as_usual(self) -> None:
        names = ("temperature", "max_completion_tokens", "tools", "tool_choice", "stop", "n", "stream", "stream_options")
        usual = read({"messages": [USER]}, "m")
        assert usual == read({"messages": [USER], **dict.fromkeys(names)}, "m")
        assert (usual.request.tool_choice, usual.request.tools, usual.demand, usual.stop) == ("auto", (), None, ())

    def test_no_tools_are_offered_where_none_may_be_called(self) -> None:
        request = read({"messages": [USER], "tools": [WEATHER], "tool_choice": "none"}, "m").request
        assert (request.tools, request.tool_choice) == ((), "none")

    @pytest.mark.parametrize(
        ("body", "param", "words"),
        [
            ({"n": 2}, "n", "one choice"),
            ({"tool_choice": "always"}, "tool_choice", "'always' was sent"),
            ({"tool_choice": "required"}, "tool_choice", "no tools"),
            ({"tools": [WEATHER], "tool_choice": {"type": "function"}}, "tool_choice", "has to name a function"),
            ({"tools": [WEATHER], "tool_choice": {"type": "custom", "custom": {}}}, "tool_choice", "has to name a function"),
            (
                {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "g"}}},
                "tool_choice",
                "it offers: weather",
            ),
            ({"response_format": {"type": "xml"}}, "response_format", "'xml' was sent"),
            ({"messages": [USER, output("a")]}, "messages[1].tool_call_id", "'a' is no call"),
            ({"messages": [USER, called("a"), USER]}, "messages[2]", "missing: 'a'"),
            ({"messages": [USER, called("a", "b"), output("a")]}, "messages", "missing: 'b'"),
            ({"messages": [USER, called("a"), output("a"), output("a")]}, "messages[3].tool_call_id", "'a' is no call"),
            ({"messages": [{"role": "user"}]}, "messages[0].content", "required"),
            ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages[0].content[0]", "'input_audio'"),
            ({"messages": [{"role": "system", "content": [{"type": "image_url"}]}]}, "messages[0].content[0]", "of the user"),
            (
                {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
                "messages[0].content[0].image_url.url",
                "required",
            ),
        ],
    )
    def test_what_cannot_be_had_is_refused(self, body: dict[str, Any], param: str, words: str) -> None:
        with pytest.raises(ApiError) as caught:
            read({"messages": [USER], **body}, "m")
        assert (caught.value.status, caught.value.param) == (400, param)
        assert words in caught.value.message


class TestStops:
    @given(st.text("ab ", max_size=30), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3), st.data())
    def test_a_text_ends_before_the_first_word_however_it_is_cut(
        self, text: str, words: list[str], drawn: st.DataObject
    ) -> None:
        stops, told, rest = Stops(words), "", text
        while rest:
            cut = drawn.draw(st.integers(1, len(rest)))
            told, rest = told + stops.admit(rest[:cut]), rest[cut:]
        told += stops.rest()
        ends = [at for word in words if (at := text.find(word)) >= 0]
        # In pieces, a word that has come to its end counts before one that began earlier and has not.
        assert text.startswith(told)
        assert stops.reached is bool(ends)
        if not ends:
            assert told == text
        elif len(words) == 1:
            assert told == text[: ends[0]]

    def test_nothing_comes_after_it(self) -> None:
        stops = Stops(["END"])
        assert [stops.admit(piece) for piece in ("one E", "N", "X E", "ND two", "three")] == ["one ", "", "ENX ", "", ""]
        assert (stops.rest(), stops.reached) == ("", True)


class TestWriting:
    def test_a_completion_in_one_piece(self) -> None:
        made = whole(HEADING, Ending("Hello.", (), False, USAGE))
        assert made == {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_750_000_000,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "Hello.", "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "system_fingerprint": None,
            "usage": USAGE,
        }

    @pytest.mark.parametrize(
        ("ending", "content", "reason"),
        [
            (Ending("", (), False, USAGE), "", "stop"),
            (Ending("a", (), True, USAGE), "a", "length"),
            (Ending("", (call("a"),), False, USAGE), None, "tool_calls"),
            (Ending("I look.", (call("a"),), False, USAGE), "I look.", "tool_calls"),
        ],
    )
    def test_how_it_ends(self, ending: Ending, content: str | None, reason: str) -> None:
        (choice,) = whole(HEADING, ending)["choices"]
        assert (choice["message"]["content"], choice["finish_reason"]) == (content, reason)

    def test_the_pieces_come_to_the_completion(self) -> None:
        arguments = '{"city": "São Paulo", "days": 12345678901}'
        calls = (ToolCall("function", name="f", arguments=arguments), ToolCall("function", name="g"))
        sent = [
            data(HEADING, piece_of_text("", first=True)),
            data(HEADING, piece_of_text("Hel")),
            data(HEADING, piece_of_text("lo.")),
            *pieces_of_ending(HEADING, Ending("Hello.", calls, False, USAGE), with_usage=True),
        ]
        pieces = [json.loads(one.removeprefix(b"data: ")) for one in sent]
        assert all(one.endswith(b"\n\n") and one.count(b"\n") == 2 for one in sent)
        assert {(piece["id"], piece["object"]) for piece in pieces} == {("chatcmpl-1", "chat.completion.chunk")}
        assert (pieces[-1]["choices"], pieces[-1]["usage"]) == ([], USAGE)
        deltas = [piece["choices"][0]["delta"] for piece in pieces[:-1]]
        assert "".join(delta.get("content", "") for delta in deltas) == "Hello."
        made: dict[int, str] = {}
        for entry in (entry for delta in deltas for entry in delta.get("tool_calls", ())):
            made[entry["index"]] = made.get(entry["index"], "") + entry["function"]["arguments"]
        assert made == {0: arguments, 1: "{}"}
        assert [piece["choices"][0]["finish_reason"] for piece in pieces[:-1]] == [*[None] * (len(deltas) - 1), "tool_calls"]
