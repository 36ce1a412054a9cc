"""The tools that the service runs itself."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.models import (
    Agent,
    CodeInterpreterTool,
    CodeInterpreterToolDefinition,
    FileSearchTool,
    FileSearchToolDefinition,
    FunctionToolDefinition,
    OpenAIFile,
    Tool,
    ToolDefinition,
    ToolResources,
)


class TestTool:
    def test_it_is_abstract(self) -> None:
        with pytest.raises(TypeError, match="abstract"):
            Tool()
        assert Tool.__abstractmethods__ == {"definitions", "resources", "execute"}

    def test_a_users_tool(self) -> None:
        class Mine(Tool[ToolDefinition]):
            @property
            def definitions(self) -> list[ToolDefinition]:
                return [FunctionToolDefinition(function={"name": "f"})]

            @property
            def resources(self) -> ToolResources:
                return ToolResources()

            def execute(self, tool_call: Any) -> Any:
                return tool_call

        assert Mine().execute(5) == 5
        assert Mine().definitions == [{"type": "function", "function": {"name": "f"}}]


class TestCodeInterpreterTool:
    def test_without_files_it_has_empty_resources(self) -> None:
        for tool in (
            CodeInterpreterTool(),
            CodeInterpreterTool(None),
            CodeInterpreterTool([]),
            CodeInterpreterTool(file_ids=[]),
        ):
            assert isinstance(tool, Tool)
            assert tool.definitions == [{"type": "code_interpreter"}]
            assert type(tool.definitions[0]) is CodeInterpreterToolDefinition
            assert tool.resources == {}
            assert isinstance(tool.resources, ToolResources)
            assert tool.execute(object()) is None

    def test_files_come_and_go_in_their_order(self) -> None:
        tool = CodeInterpreterTool(["file-c", "file-a", "file-c"])
        tool.add_file("file-b")
        tool.add_file("file-a")
        assert tool.resources == {"code_interpreter": {"file_ids": ["file-c", "file-a", "file-b"]}}
        tool.remove_file("file-c")
        assert tool.resources.code_interpreter.file_ids == ["file-a", "file-b"]
        assert list(tool.file_ids) == ["file-a", "file-b"]
        tool.remove_file("file-a")
        tool.remove_file("file-b")
        assert tool.resources == {}

    def test_removing_what_is_not_there_is_an_error(self) -> None:
        with pytest.raises(KeyError, match="file-1"):
            CodeInterpreterTool().remove_file("file-1")


class TestFileSearchTool:
    def test_its_resources_are_there_even_without_stores(self) -> None:
        for tool in (FileSearchTool(), FileSearchTool([]), FileSearchTool(vector_store_ids=None)):
            assert tool.definitions == [{"type": "file_search"}]
            assert type(tool.definitions[0]) is FileSearchToolDefinition
            assert tool.resources == {"file_search": {"vector_store_ids": []}}
            assert tool.execute(None) is None

    def test_stores_come_and_go_in_their_order(self) -> None:
        tool = FileSearchTool(["vs_b", "vs_a"])
        tool.add_vector_store("vs_c")
        tool.add_vector_store("vs_b")
        tool.remove_vector_store("vs_a")
        assert tool.resources == {"file_search": {"vector_store_ids": ["vs_b", "vs_c"]}}
        with pytest.raises(KeyError, match="vs_a"):
            tool.remove_vector_store("vs_a")


@pytest.mark.parametrize(
    ("make", "parameter"),
    [(CodeInterpreterTool, "file_ids"), (FileSearchTool, "vector_store_ids")],
)
class TestBadInput:
    def test_one_text_is_no_list(self, make: Any, parameter: str) -> None:
        with pytest.raises(TypeError, match=rf"takes {parameter} as a list of ids, not one text; write \['x'\]"):
            make("x")

    @pytest.mark.parametrize("wrong", [5, None, b"x", ["x"]])
    def test_an_id_is_a_text(self, make: Any, parameter: str, wrong: Any) -> None:
        with pytest.raises(TypeError, match=rf"takes {parameter} as a str, not {type(wrong).__name__}$"):
            make([wrong])

    def test_an_object_with_an_id_is_none(self, make: Any, parameter: str) -> None:
        tool = make()
        for add in (lambda found: make([found]), tool.add_file if make is CodeInterpreterTool else tool.add_vector_store):
            with pytest.raises(TypeError, match=r"not OpenAIFile; pass its id"):
                add(OpenAIFile(id="file-1"))


def test_an_agent_takes_what_a_tool_gives() -> None:
    tool = CodeInterpreterTool(["file-1"])
    agent = Agent(tools=tool.definitions, tool_resources=tool.resources)
    assert agent == {
        "object": "assistant",
        "tools": [{"type": "code_interpreter"}],
        "tool_resources": {"code_interpreter": {"file_ids": ["file-1"]}},
    }
    tool.add_file("file-2")
    assert agent.tool_resources.code_interpreter.file_ids == ["file-1"]
