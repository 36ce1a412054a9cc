"""The function tools: what they are made of, what they send, how functions are added."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.models import FunctionToolDefinition, ToolResources
from agentkit.tools import AsyncFunctionTool, FunctionTool, Tool

from . import later_functions as later
from .calls import call
from .plain_functions import doubled, shout

both = pytest.mark.parametrize("make", [FunctionTool, AsyncFunctionTool])


def names(tool: Any) -> list[str]:
    return [definition.function.name for definition in tool.definitions]


def another(name: str) -> Callable[..., Any]:
    """Another function of a name."""

    def function() -> str:
        """Does something else."""
        return "another"

    function.__name__ = function.__qualname__ = name
    return function


@both
def test_a_definition_has_the_form_of_the_service(make: Any) -> None:
    tool = make([shout])
    assert isinstance(tool, Tool)
    assert all(type(definition) is FunctionToolDefinition for definition in tool.definitions)
    assert tool.definitions == [
        {
            "type": "function",
            "function": {
                "name": "shout",
                "description": "Shouts a text.",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string", "description": "No description"},
                        "times": {"type": "integer", "description": "No description"},
                    },
                    "required": ["text"],
                },
            },
        }
    ]
    assert tool.resources == {}
    assert type(tool.resources) is ToolResources


@both
def test_a_function_without_a_docstring_says_so(make: Any) -> None:
    def bare() -> None: ...

    assert make([bare]).definitions[0].function == {
        "name": "bare",
        "description": "No description",
        "parameters": {"type": "object", "properties": {}, "required": []},
    }


@both
def test_any_iterable_of_functions_will_do_and_keeps_its_order(make: Any) -> None:
    functions = [shout, doubled, later.paint, later.limited]
    wanted = ["shout", "doubled", "paint", "limited"]
    for iterable in (functions, tuple(functions), iter(functions), dict.fromkeys(functions).keys()):
        assert names(make(iterable)) == wanted
    assert sorted(names(make(set(functions)))) == sorted(wanted)
    assert names(make([])) == []
    assert names(make([shout, shout])) == ["shout"]
    ulm = later.Weather("Ulm")
    assert names(make([ulm.at, ulm.at])) == ["at"]
    assert repr(make(functions[:2])) == f"{make.__name__}(shout, doubled)"


@both
def test_two_functions_of_one_name_are_refused(make: Any) -> None:
    with pytest.raises(
        ValueError, match=r"two different functions named 'shout': .*plain_functions\.shout and .*; .* rename one"
    ):
        make([shout, another("shout")])
    with pytest.raises(ValueError, match="two different functions named 'at'"):
        make({later.Weather("Ulm").at, later.Weather("Bonn").at})
    with pytest.raises(ValueError, match="two different functions named 'limited'"):
        make([later.limited, functools.partial(later.limited, 3)])


@both
def test_added_functions_replace_those_of_their_name(make: Any) -> None:
    tool = make([shout, doubled])
    tool.add_functions({another("shout")})
    tool.add_functions([later.limited])
    assert names(tool) == ["shout", "doubled", "limited"]
    assert tool.definitions[0].function.description == "Does something else."
    assert tool.find("shout").function() == "another"
    assert tool.find("nothing") is None


@both
def test_a_mistake_leaves_the_tool_as_it_was(make: Any) -> None:
    tool = make([shout])

    def wrong(x: object) -> None: ...

    wrong.__annotations__["x"] = type("Opaque", (), {})
    with pytest.raises(TypeError, match=r"wrong\(\): parameter 'x'"):
        tool.add_functions([doubled, wrong])
    with pytest.raises(ValueError, match="two different"):
        tool.add_functions([another("a"), another("a")])
    assert names(tool) == ["shout"]


@both
def test_a_definition_that_was_changed_stays_so(make: Any) -> None:
    tool = make([shout])
    tool.definitions[0].function.description = "Shouts very loud."
    tool.add_functions([doubled])
    assert [definition.function.description for definition in tool.definitions] == ["Shouts very loud.", "Doubles a number."]


@both
@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (None, "takes an iterable of functions, such as a list, not NoneType"),
        (5, "not int"),
        ("shout", "not str"),
        ({"shout": shout}, "not dict"),
        (shout, r"takes an iterable of functions, not one function; write \[shout\]"),
        ([shout, 5], "a function tool takes functions, not int: 5"),
        ([shout, None], "a function tool takes functions, not NoneType"),
    ],
)
def test_what_is_no_list_of_functions_is_refused(make: Any, wrong: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        make(wrong)


def test_a_plan_shows_a_call_before_it_is_run() -> None:
    tool = FunctionTool([shout])
    plan = tool.plan(call("shout", {"text": "a", "times": "2"}, "call_3"))
    assert (plan.call_id, plan.name, plan.arguments) == ("call_3", "shout", {"text": "a", "times": "2"})
    assert plan.kwargs == {"text": "a", "times": 2}
    assert plan.call() == "A!A!"
    wrong = tool.plan(call("shout", {"text": 5}))
    assert (wrong.name, wrong.arguments) == ("shout", {"text": 5})
    with pytest.raises(Exception, match="do not fit"):
        wrong.call()
