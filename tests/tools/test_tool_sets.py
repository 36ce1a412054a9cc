"""Sets of tools, sync and async."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from agentkit.models import (
    CodeInterpreterToolDefinition,
    CodeInterpreterToolResource,
    RequiredToolCall,
    ToolDefinition,
    ToolResources,
)
from agentkit.tools import (
    AsyncFunctionTool,
    AsyncToolSet,
    AzureAISearchTool,
    CodeInterpreterTool,
    FileSearchTool,
    FunctionTool,
    Tool,
    ToolSet,
)

from .calls import call
from .plain_functions import doubled, shout

both = pytest.mark.parametrize(("make", "functions"), [(ToolSet, FunctionTool), (AsyncToolSet, AsyncFunctionTool)])


class MoreFiles(Tool[CodeInterpreterToolDefinition]):
    """A tool of a user's own."""

    def __init__(self, resources: ToolResources) -> None:
        self._resources = resources

    @property
    def definitions(self) -> list[CodeInterpreterToolDefinition]:
        return []

    @property
    def resources(self) -> ToolResources:
        return self._resources

    def execute(self, tool_call: Any) -> None: ...


class SpecialSearch(FileSearchTool):
    """A kind of file search."""


def files(*ids: str) -> ToolResources:
    return ToolResources(code_interpreter=CodeInterpreterToolResource(file_ids=list(ids)))


def execute(tools: ToolSet | AsyncToolSet, calls: list[Any], **options: Any) -> list[dict[str, Any]]:
    """What the set's execute_tool_calls returns."""
    result = tools.execute_tool_calls(calls, **options)
    return result if isinstance(result, list) else asyncio.run(result)


@both
def test_a_new_set_is_empty(make: Any, functions: Any) -> None:
    tools = make()
    assert tools.definitions == []
    assert tools.resources == {}
    assert tools.get_definitions_and_resources() == {"tools": [], "tool_resources": {}}
    assert type(tools.resources) is ToolResources
    assert repr(tools) == f"{make.__name__}()"


@both
def test_definitions_and_resources_are_those_of_all_tools(make: Any, functions: Any) -> None:
    tools = make()
    tools.add(functions([shout]))
    tools.add(FileSearchTool(["vs_1"]))
    tools.add(CodeInterpreterTool(["file-1"]))
    tools.add(AzureAISearchTool("connection", "index"))
    assert [definition.type for definition in tools.definitions] == [
        "function",
        "file_search",
        "code_interpreter",
        "azure_ai_search",
    ]
    assert all(isinstance(definition, ToolDefinition) for definition in tools.definitions)
    both_parts = tools.get_definitions_and_resources()
    assert both_parts == {"tools": tools.definitions, "tool_resources": tools.resources}
    assert tools.resources.file_search.vector_store_ids == ["vs_1"]
    assert tools.resources.code_interpreter.file_ids == ["file-1"]
    assert tools.resources.azure_ai_search.index_list[0].index_name == "index"


@both
def test_resources_of_tools_are_merged(make: Any, functions: Any) -> None:
    tools = make()
    tools.add(CodeInterpreterTool(["file-1", "file-2"]))
    tools.add(MoreFiles(files("file-2", "file-3")))
    assert tools.resources == files("file-1", "file-2", "file-3")
    # The tools themselves are as they were.
    assert tools.get_tool(CodeInterpreterTool).resources == files("file-1", "file-2")

    other = make()
    other.add(CodeInterpreterTool(["file-1"]))
    other.add(MoreFiles(ToolResources({"code_interpreter": {"file_ids": None, "more": 1}, "own": "a"})))
    assert other.resources == {"code_interpreter": {"file_ids": ["file-1"], "more": 1}, "own": "a"}

    class Others(MoreFiles): ...

    other.add(Others(ToolResources({"own": "b"})))
    with pytest.raises(ValueError, match="Others gives 'b' as own, and a tool before it in the set gives 'a'"):
        _ = other.resources


@both
def test_a_class_of_tools_is_there_once(make: Any, functions: Any) -> None:
    tools = make()
    tools.add(SpecialSearch())
    with pytest.raises(ValueError, match=f"there is a FileSearchTool in this {make.__name__} already"):
        tools.add(FileSearchTool())
    other = make()
    other.add(FileSearchTool())
    other.add(SpecialSearch())
    other.add(functions([shout]))
    with pytest.raises(ValueError, match=r"already; add functions to it with get_tool\(...\).add_functions\(\)"):
        other.add(functions([doubled]))


@both
def test_tools_are_found_and_removed_by_class(make: Any, functions: Any) -> None:
    tools = make()
    search, interpreter = SpecialSearch(), CodeInterpreterTool()
    tools.add(search)
    tools.add(interpreter)
    assert tools.get_tool(FileSearchTool) is search
    assert tools.get_tool(Tool) is search
    tools.remove(FileSearchTool)
    for act in (tools.remove, tools.get_tool):
        with pytest.raises(
            ValueError, match=f"there is no FileSearchTool in this {make.__name__}, which holds CodeInterpreterTool"
        ):
            act(FileSearchTool)
    tools.remove(CodeInterpreterTool)
    with pytest.raises(ValueError, match="which holds nothing"):
        tools.remove(CodeInterpreterTool)


def test_each_client_has_its_own_function_tool() -> None:
    with pytest.raises(ValueError, match="a ToolSet takes a FunctionTool"):
        ToolSet().add(AsyncFunctionTool([shout]))
    with pytest.raises(ValueError, match="an AsyncToolSet takes an AsyncFunctionTool"):
        AsyncToolSet().add(FunctionTool([shout]))
    ToolSet().validate_tool_type(FunctionTool([shout]))
    AsyncToolSet().validate_tool_type(AsyncFunctionTool([shout]))


@both
@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (None, "takes a tool, such as .*, not NoneType$"),
        (FileSearchTool, "not the class FileSearchTool$"),
        (shout, r"not function; wrap functions: FunctionTool\(\[...\]\)$"),
        (CodeInterpreterToolDefinition(), "not CodeInterpreterToolDefinition$"),
    ],
)
def test_what_is_no_tool_is_refused(make: Any, functions: Any, wrong: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        make().add(wrong)


def test_a_subclass_decides_what_it_takes() -> None:
    class Strict(ToolSet):
        def validate_tool_type(self, tool: Tool[Any]) -> None:
            raise ValueError(f"no {type(tool).__name__} here")

    with pytest.raises(ValueError, match="no FileSearchTool here"):
        Strict().add(FileSearchTool())


# --- running calls --------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("options", [{}, {"max_parallel": 3}, {"timeout": 60}])
def test_calls_are_answered_in_their_order(make: Any, functions: Any, options: dict[str, Any]) -> None:
    def fail() -> None:
        raise ValueError("no")

    def table() -> dict[str, Any]:
        return {"a": [1, None]}

    tools = make()
    tools.add(CodeInterpreterTool())
    tools.add(functions([shout, doubled, fail, table]))
    calls = [
        call("doubled", {"number": 21}, "call_1"),
        RequiredToolCall({"id": "call_2", "type": "code_interpreter"}),
        call("fail", {}, "call_3"),
        {"id": "call_4", "type": "function", "function": {"name": "table", "arguments": "{}"}},
        {"id": "call_5", "type": "other", "function": {"name": "table"}},
        call("nothing", {}, "call_6"),
        call("shout", {"text": "a"}, "call_7"),
    ]
    outputs = execute(tools, calls, **options)
    assert [entry["tool_call_id"] for entry in outputs] == ["call_1", "call_3", "call_4", "call_6", "call_7"]
    assert outputs[0] == {"tool_call_id": "call_1", "output": "42"}
    assert json.loads(outputs[1]["output"]) == {"error": "fail() failed: ValueError: no"}
    assert outputs[2] == {"tool_call_id": "call_4", "output": '{"a":[1,null]}'}
    assert "there is no function 'nothing' here" in json.loads(outputs[3]["output"])["error"]
    assert outputs[4] == {"tool_call_id": "call_7", "output": "A!"}


@both
def test_without_a_function_tool_every_call_gets_a_typed_error(make: Any, functions: Any) -> None:
    outputs = execute(make(), [call("shout", {"text": "a"}, "call_1"), call("doubled", "{", "call_2")])
    assert [entry["tool_call_id"] for entry in outputs] == ["call_1", "call_2"]
    assert json.loads(outputs[0]["output"]) == {"error": "there is no function 'shout' here."}
    assert json.loads(outputs[1]["output"]).keys() == {"error"}


@both
def test_no_calls_have_no_outputs(make: Any, functions: Any) -> None:
    assert execute(make(), []) == []
    assert execute(make(), [RequiredToolCall({"id": "c", "type": "other"})]) == []


def test_a_subclass_that_runs_calls_itself_is_asked() -> None:
    class Counting(FunctionTool):
        runs = 0

        def execute(self, tool_call: Any) -> Any:
            self.runs += 1
            return {"run": self.runs, "value": super().execute(tool_call)}

    class CountingAsync(AsyncFunctionTool):
        async def execute(self, tool_call: Any) -> Any:
            return {"value": await super().execute(tool_call)}

    tools = ToolSet()
    tools.add(Counting([doubled]))
    calls = [call("doubled", {"number": 1}, "call_1"), call("doubled", {"number": 2}, "call_2")]
    assert execute(tools, calls) == [
        {"tool_call_id": "call_1", "output": '{"run":1,"value":2}'},
        {"tool_call_id": "call_2", "output": '{"run":2,"value":4}'},
    ]
    async_tools = AsyncToolSet()
    async_tools.add(CountingAsync([doubled]))
    assert execute(async_tools, calls[:1]) == [{"tool_call_id": "call_1", "output": '{"value":2}'}]


async def test_sync_functions_leave_the_event_loop_on_request() -> None:
    def name() -> str:
        return threading.current_thread().name

    tools = AsyncToolSet()
    tools.add(AsyncFunctionTool([name]))
    here = threading.current_thread().name
    assert (await tools.execute_tool_calls([call("name")]))[0]["output"] == here
    assert (await tools.execute_tool_calls([call("name")], in_thread=True))[0]["output"] != here
