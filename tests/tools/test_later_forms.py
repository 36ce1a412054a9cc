"""Tools whose names mean something else in azure-ai-projects 2.x: what is said where they are made the way they are made there."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from agentkit import models
from agentkit.models import hosted
from agentkit.models.hosted import CodeInterpreterToolAuto

LATER: dict[str, dict[str, Any]] = {
    "FunctionTool": {"name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": True, "description": "d"},
    "CodeInterpreterTool": {"container": CodeInterpreterToolAuto(file_ids=["file-1"])},
    "FileSearchTool": {"vector_store_ids": ["vs_1"], "max_num_results": 3},
}
FIRST = {"FunctionTool": "name", "CodeInterpreterTool": "container", "FileSearchTool": "max_num_results"}


@pytest.mark.parametrize(("tool", "keywords"), LATER.items(), ids=LATER)
def test_the_later_form_is_told_where_it_is(tool: str, keywords: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as raised:
        getattr(models, tool)(**keywords)
    said = str(raised.value)
    assert said.startswith(f"{tool}() got an unexpected keyword argument {FIRST[tool]!r}. ")
    assert f"the one that takes {FIRST[tool]}=, as in azure-ai-projects 2.x, is for agents with versions" in said
    assert said.endswith(f": from agentkit.models.hosted import {tool}")


@pytest.mark.parametrize(("tool", "keywords"), LATER.items(), ids=LATER)
def test_what_the_error_says_to_import_takes_the_keywords(tool: str, keywords: dict[str, Any]) -> None:
    made = getattr(hosted, tool)(**keywords)
    assert {name: made[name] for name in keywords} == keywords


def test_the_async_tool_and_a_subclass_are_told_under_their_own_names() -> None:
    class Mine(models.FunctionTool):
        """A tool that is made as its base class is."""

    for made in (models.AsyncFunctionTool, Mine):
        with pytest.raises(TypeError, match=rf"^{made.__name__}\(\) got .* from agentkit\.models\.hosted import FunctionTool$"):
            made(parameters={})  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("tool", "keyword", "hint"),
    [
        ("FunctionTool", "function", ". Did you mean 'functions'?"),
        ("CodeInterpreterTool", "file_id", ". Did you mean 'file_ids'?"),
        ("FileSearchTool", "stores", ""),
    ],
)
def test_a_keyword_of_neither_form_is_an_ordinary_mistake(tool: str, keyword: str, hint: str) -> None:
    with pytest.raises(TypeError) as raised:
        getattr(models, tool)(**{keyword: []})
    assert str(raised.value) == f"{tool}() got an unexpected keyword argument {keyword!r}{hint}"


@pytest.mark.parametrize("tool", LATER)
def test_the_signature_is_the_tool_s_own(tool: str) -> None:
    own = {"FunctionTool": "functions", "CodeInterpreterTool": "file_ids", "FileSearchTool": "vector_store_ids"}
    assert list(inspect.signature(getattr(models, tool)).parameters) == [own[tool]]


def test_a_missing_argument_is_said_as_before() -> None:
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'functions'"):
        models.FunctionTool()  # type: ignore[call-arg]
