"""Arguments of function tools: whatever a model sends, into functions of every kind of annotation."""

from __future__ import annotations

import json
from typing import Any

from agentkit._core.function_schema import describe_function
from agentkit._core.functions import CallError, failed, plan_call, succeeded
from tools import later_functions as later
from tools import plain_functions as plain

from ..mutate import Mutator
from ..target import Target
from .functions import every_kind, spread

__all__ = ["TARGETS"]

_PERSON = {"name": "a", "addresses": [{"street": "b", "zip_code": None}]}
_SAMPLES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        plain.plain,
        {
            "text": "a",
            "count": 1,
            "share": 0.5,
            "flag": True,
            "items": [1],
            "table": {"a": 1},
            "names": ["a"],
            "rows": [[1]],
            "maybe": None,
            "either": "a",
            "any_of": 1,
            "anything": {},
            "tables": [{"a": "b"}],
            "size": 2,
        },
    ),
    (plain.add, {"a": 1, "b": 2}),
    (plain.doubled, {"number": 2}),
    (later.paint, {"colour": "red", "size": "s", "mode": "slow"}),
    (
        later.register,
        {"person": _PERSON, "at": {"x": 1}, "options": {"depth": 1}, "tree": {"label": "a", "children": [{"label": "b"}]}},
    ),
    (later.limited, {"count": 3}),
    (later.Weather("here"), {"day": 1, "unit": "f"}),
    (
        every_kind,
        {
            "day": "2024-05-01",
            "moment": "2024-05-01T12:00:00Z",
            "at": "12:00:00",
            "span": "PT5S",
            "price": "1.50",
            "key": "a" * 32,
            "place": "a/b",
            "address": "127.0.0.1",
            "raw": "YQ==",
            "few": [1],
            "fixed": [1, "a"],
            "many": [1, 2],
            "table": {"1": [0.5]},
            "choice": 3,
            "pattern": "ab",
            "deep": [[{"a": [None]}]],
            "secret": "s",
            "url": "https://a/b",
            "union": {"x": 1},
            "number": 7,
        },
    ),
    (spread, {"a": 1, "rest": [1, 2], "b": "c", "more": 1}),
)
_SPECS = {spec.name: spec for function, _ in _SAMPLES for spec in [describe_function(function)]}
_BY_NAME = {describe_function(function).name: sample for function, sample in _SAMPLES}
_TEXTS = ('"', "{", "}", ":", ",", "null", "NaN", "1e999", "-0", "\\ud800", '"self":1,', '"__class__":1,', "9" * 30)


def _make(mutator: Mutator) -> tuple[str, Any]:
    """The name of a function, and what a model sends as its arguments."""
    name = mutator.random.choice(list(_BY_NAME))
    chance = mutator.random.random()
    if chance < 0.25:
        return name, mutator.text(json.dumps(_BY_NAME[name]), _TEXTS)
    made = mutator.json(_BY_NAME[name], ("2024-13-01", "PT99999999999999S", "1e999", "aa", "s", 3, {"x": "1"}, "{}", "[]"))
    if chance < 0.26:
        levels = mutator.random.choice((100, 300, 900, 2000))
        return name, json.dumps(made).replace(": ", ": " + "[" * levels + "]" * levels + ', "x": ', 1)
    return (name + "?" if chance > 0.98 else name), made if chance > 0.9 else json.dumps(made)


def _check(given: tuple[str, Any]) -> None:
    name, arguments = given
    asked = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    plan = plan_call(asked, _SPECS.get, tuple(_SPECS))
    if plan.error is not None:
        # None of these functions has a validator of its own, so that nothing but a mistake of the model can be wrong.
        assert isinstance(plan.error, CallError), repr(plan.error)
        outcome = failed(plan, plan.error)
        assert json.loads(outcome.output)["error"]
    elif plan.is_async:
        plan.call().close()
        return
    else:
        outcome = succeeded(plan, plan.call())
    assert json.loads(json.dumps(outcome.as_tool_output()))["tool_call_id"] == "call_1"
    outcome.output.encode()


TARGETS = (Target("tool arguments", _make, _check),)
