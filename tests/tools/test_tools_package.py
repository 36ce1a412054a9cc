"""The package of the tools: its names, and what using one loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

import agentkit.models
import agentkit.tools

NAMES = sorted(agentkit.tools.__all__)


def test_every_name_is_there_in_both_places() -> None:
    for name in NAMES:
        assert getattr(agentkit.tools, name).__name__ == name
        assert getattr(agentkit.models, name) is getattr(agentkit.tools, name)
    assert set(NAMES) <= set(dir(agentkit.tools))
    assert set(NAMES) <= set(dir(agentkit.models))


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(
        AttributeError, match=r"module 'agentkit.tools' has no attribute 'FunctionTol'. Did you mean 'FunctionTool'\?"
    ):
        agentkit.tools.FunctionTol  # noqa: B018


def loaded_by(statement: str) -> set[str]:
    """The modules that are there after the statement in a new process."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_tool_loads_only_what_it_needs() -> None:
    assert "pydantic" not in loaded_by("import agentkit.tools")
    functions = {"agentkit.tools._functions", "asyncio", "concurrent.futures.thread", "docstring_parser"}
    assert not functions & loaded_by("from agentkit.models import CodeInterpreterTool")
    assert functions - loaded_by("from agentkit.models import FunctionTool") >= {"docstring_parser"}


def test_a_sphinx_docstring_is_read_without_a_parser() -> None:
    program = (
        "from agentkit.models import FunctionTool\n"
        "def f(x: int) -> None:\n    '''Does.\\n\\n    :param x: An x.'''\n"
        "assert FunctionTool([f]).definitions[0].function.parameters['properties']['x']['description'] == 'An x.'"
    )
    assert "docstring_parser" not in loaded_by(program)
