"""The hand-written members of messages, pages of messages and streamed pieces."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.models import (
    MessageDeltaChunk,
    MessageImageFileContent,
    MessageRole,
    MessageTextContent,
    OpenAIPageableListOfThreadMessage,
    ThreadMessage,
)

CITATION = {"type": "file_citation", "text": "[1]", "file_citation": {"file_id": "file-1", "quote": "q"}}
PATH = {"type": "file_path", "text": "sandbox:/mnt/data/a.png", "file_path": {"file_id": "file-2"}}
URL = {"type": "url_citation", "text": "[2]", "url_citation": {"url": "https://example.org", "title": "t"}}


def text(value: Any, *annotations: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": list(annotations)}}


def image(file_id: str) -> dict[str, Any]:
    return {"type": "image_file", "image_file": {"file_id": file_id}}


def message(role: str, *content: Any, id: str = "msg") -> dict[str, Any]:
    return {"id": id, "role": role, "content": list(content)}


class TestThreadMessage:
    def test_its_parts_by_kind(self) -> None:
        read = ThreadMessage(message("assistant", text("a", CITATION, PATH), image("file-3"), text("b", URL, PATH)))
        assert [part.text.value for part in read.text_messages] == ["a", "b"]
        assert all(isinstance(part, MessageTextContent) for part in read.text_messages)
        assert [part.image_file.file_id for part in read.image_contents] == ["file-3"]
        assert isinstance(read.image_contents[0], MessageImageFileContent)
        assert [found.file_citation.file_id for found in read.file_citation_annotations] == ["file-1"]
        assert [found.file_path.file_id for found in read.file_path_annotations] == ["file-2", "file-2"]
        assert [found.url_citation.url for found in read.url_citation_annotations] == ["https://example.org"]

    def test_the_parts_are_those_of_the_message(self) -> None:
        read = ThreadMessage(message("assistant", text("a", PATH)))
        read.text_messages[0].text.value = "b"
        read.file_path_annotations[0].file_path.file_id = "file-9"
        assert read["content"][0]["text"]["value"] == "b"
        assert read["content"][0]["text"]["annotations"][0]["file_path"]["file_id"] == "file-9"

    @pytest.mark.parametrize(
        "content",
        [
            None,
            [],
            "a text",
            5,
            {"type": "text"},
            [None, 5, "text", [], {}, {"type": None}],
            [{"type": "text"}, {"type": "text", "text": None}, {"type": "text", "text": 5}, {"type": "text", "text": "x"}],
            [text("a", None, 5, "x", {}, {"type": "of_tomorrow"})],
            [{"type": "text", "text": {"value": "a", "annotations": 5}}],
            [{"type": "of_tomorrow", "text": {"annotations": [PATH]}}, {"type": "image_url", "image_url": {"url": "x"}}],
        ],
    )
    def test_odd_parts_are_passed_over(self, content: Any) -> None:
        for read in (ThreadMessage({"content": content}), OpenAIPageableListOfThreadMessage({"data": [{"content": content}]})):
            assert read.image_contents == []
            assert read.file_citation_annotations == []
            assert read.file_path_annotations == []
            assert read.url_citation_annotations == []
            assert all(isinstance(part, MessageTextContent) for part in read.text_messages)

    def test_without_content_there_is_nothing(self) -> None:
        assert ThreadMessage().text_messages == []
        assert ThreadMessage().file_path_annotations == []


class TestPage:
    page = OpenAIPageableListOfThreadMessage(
        {
            "data": [
                message("assistant", image("file-4"), id="newest"),
                message("user", text("question 2"), id="asked"),
                5,
                None,
                message("assistant", text("answer", PATH, URL), text("more", CITATION), id="answered"),
                message("user", text("question 1"), id="oldest"),
            ]
        }
    )

    def test_the_parts_of_all_messages_in_order(self) -> None:
        assert [part.text.value for part in self.page.text_messages] == ["question 2", "answer", "more", "question 1"]
        assert [part.image_file.file_id for part in self.page.image_contents] == ["file-4"]
        assert [found.text for found in self.page.file_path_annotations] == ["sandbox:/mnt/data/a.png"]
        assert [found.text for found in self.page.file_citation_annotations] == ["[1]"]
        assert [found.text for found in self.page.url_citation_annotations] == ["[2]"]

    @pytest.mark.parametrize("role", [MessageRole.AGENT, "assistant", "agent"])
    def test_the_last_of_the_agent(self, role: Any) -> None:
        for newest in (self.page.get_last_message_by_role(role), self.page.get_last_message_by_sender(role)):
            assert newest is not None
            assert newest.id == "newest"
        for part in (self.page.get_last_text_message_by_role(role), self.page.get_last_text_message_by_sender(role)):
            assert part is not None
            assert part.text.value == "answer"

    @pytest.mark.parametrize("role", [MessageRole.USER, "user"])
    def test_the_last_of_the_user(self, role: Any) -> None:
        asked = self.page.get_last_message_by_role(role=role)
        assert asked is self.page.data[1]
        part = self.page.get_last_text_message_by_role(role=role)
        assert part is asked.text_messages[0]

    @pytest.mark.parametrize(
        "page", [OpenAIPageableListOfThreadMessage(), OpenAIPageableListOfThreadMessage({"data": 5}), page]
    )
    def test_no_message_of_a_role(self, page: Any) -> None:
        assert page.get_last_message_by_role("system") is None
        assert page.get_last_text_message_by_role("system") is None

    @pytest.mark.parametrize("data", [None, [], 5, "text", {}, [5, None, "x", []]])
    def test_an_odd_page_has_nothing(self, data: Any) -> None:
        page = OpenAIPageableListOfThreadMessage({"data": data})
        assert page.text_messages == page.image_contents == page.file_path_annotations == []
        assert page.get_last_message_by_role("user") is None


class TestMessageDeltaChunk:
    @pytest.mark.parametrize(
        ("delta", "expected"),
        [
            ({"content": [{"type": "text", "text": {"value": "a"}}, {"type": "text", "text": {"value": "b"}}]}, "ab"),
            ({"content": [{"type": "image_file", "image_file": {"file_id": "x"}}, text("c")]}, "c"),
            ({"content": [{"type": "text"}, {"type": "text", "text": {}}, {"type": "text", "text": {"value": None}}]}, ""),
            ({"content": [text(5), {"type": "text", "text": "x"}, 5, None, {"type": "new", "text": {"value": "n"}}]}, ""),
            ({"content": None}, ""),
            ({"content": 5}, ""),
            ({}, ""),
            (5, ""),
            (None, ""),
        ],
    )
    def test_its_text(self, delta: Any, expected: str) -> None:
        assert MessageDeltaChunk({"id": "msg_1", "delta": delta}).text == expected
        assert MessageDeltaChunk.model_validate({"delta": delta}).text == expected

    def test_without_a_delta_it_is_empty(self) -> None:
        assert MessageDeltaChunk().text == ""
