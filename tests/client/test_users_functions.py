"""What users of these APIs suffer from elsewhere, where functions are concerned: rows 4, 5 and 6, one test for each promise."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from agentkit.exceptions import MissingToolError
from agentkit.local import LocalService
from agentkit.local.models.scripted import call
from agentkit.tools import FunctionTool

from .faces import Connect, Face, done
from .rounds import both_ways, definitions, talk, toolset

Serve = Callable[..., LocalService]

# --- row 4: functions are not called, or "not found" ten times ----------------------------------------------------------------


@both_ways
async def test_users_row_04_tools_are_bound_to_the_run(way: str, face: Face, serve: Serve, connect: Connect) -> None:
    """The toolset of an agent, or of one call, is enough for its functions to be called: nothing is enabled for the client."""

    def stock(item: str) -> int:
        """Says how many there are."""
        return len(item)

    def price(item: str) -> str:
        """Says what it costs."""
        return f"{len(item)} €"

    turns = [call("stock", item="pear"), "4", call("price", item="pear"), "4 €"]
    spoken = await talk(serve, connect, *turns, toolset=toolset(face, stock))
    assert (await spoken.run(way)).status == "completed"
    assert (await spoken.run(way, toolset=toolset(face, price))).status == "completed"
    assert (spoken.outputs(1), spoken.outputs(3)) == (["4"], ["4 €"])


async def test_users_row_04_a_missing_function_is_named_before_the_run_starts(
    serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """An agent that was given definitions and no functions: the warning says which, and how to register them; no request is made for it."""

    def stock(item: str) -> int:
        """Says how many there are."""
        return len(item)

    spoken = await talk(serve, connect, "There are four.", tools=definitions(stock))
    run = await spoken.run()
    assert run.status == "completed"
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "agentkit"]
    assert "may ask for functions without an implementation here: stock." in warning
    assert "Register functions with enable_auto_function_calls()" in warning
    first, *looks = spoken.sent
    assert first.startswith("POST")
    assert all(look.startswith("GET") and look.endswith(run.id) for look in looks), "looks at the run alone follow"


@both_ways
async def test_users_row_04_a_missing_function_can_be_an_error(way: str, serve: Serve, connect: Connect) -> None:
    """``on_missing_tool="raise"``: the run is cancelled, and the error has it, the names, and what to do."""

    def stock(item: str) -> int:
        """Says how many there are."""
        return len(item)

    spoken = await talk(serve, connect, call("stock", item="pear"), tools=definitions(stock))
    with pytest.raises(
        MissingToolError, match=r"asks for stock: .* Register functions with enable_auto_function_calls"
    ) as caught:
        await spoken.run(way, on_missing_tool="raise")
    assert caught.value.names == ("stock",)
    assert (await done(spoken.agents.get_run(spoken.thread.id, caught.value.run.id))).status == "cancelled"


# --- row 5: everything but plain types arrives as "string" ----------------------------------------------------------------------


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Address(BaseModel):
    street: str
    floor: int | None = None


@dataclass
class Parcel:
    size: Size
    weight: float


def deliver(
    parcel: Parcel,
    to: Address,
    speed: Literal["slow", "fast"] = "slow",
    floor: int | None = None,
    copies: Annotated[int, Field(ge=1, description="How many.")] = 1,
) -> str:
    """Delivers a parcel."""
    kinds = [type(value).__name__ for value in (parcel, parcel.size, to, speed, floor, copies)]
    return " ".join(kinds)


async def test_users_row_05_the_schema_says_what_the_annotations_say(serve: Serve, connect: Connect) -> None:
    """This module's annotations are text at run time; the service is told their types all the same."""
    agents = connect(serve()).agents
    agent = await done(agents.create_agent(model="m", tools=definitions(deliver)))
    (tool,) = (await done(agents.get_agent(agent.id))).tools
    parameters = tool.function.parameters
    properties = parameters["properties"]
    assert parameters["required"] == ["parcel", "to"]
    assert properties["parcel"]["properties"]["size"] == {"type": "string", "enum": ["s", "l"]}
    assert properties["parcel"]["properties"]["weight"] == {"type": "number"}
    assert properties["to"]["properties"]["floor"]["type"] == ["integer", "null"]
    assert properties["speed"] == {"type": "string", "enum": ["slow", "fast"], "description": "No description"}
    assert properties["floor"]["type"] == ["integer", "null"]
    assert properties["copies"] == {"type": "integer", "minimum": 1, "description": "How many."}


@both_ways
async def test_users_row_05_arguments_become_those_types(way: str, serve: Serve, connect: Connect) -> None:
    """What the model sends as JSON is checked and coerced; what does not fit goes back to it with the reason."""
    good = call("deliver", parcel={"size": "l", "weight": "1.5"}, to={"street": "High St"}, copies="2")
    bad = call("deliver", parcel={"size": "xl", "weight": 1}, to={}, copies=0)
    spoken = await talk(serve, connect, bad, good, "Done.", tools=definitions(deliver), enable_auto_function_calls=[deliver])
    assert (await spoken.run(way)).status == "completed"
    refusal, answer = spoken.outputs(2)
    assert answer == "Parcel Size Address str NoneType int"
    for place in ("parcel.size", "to.street", "copies"):
        assert f" {place}: " in json.loads(refusal)["error"]


def _sphinx(city: str, days: int) -> None:
    """Forecasts.

    :param city: The city.
    :param days: How many days.
    """


def _google(city: str, days: int) -> None:
    """Forecasts.

    Args:
        city: The city.
        days (int): How many days.
    """


def _numpy(city: str, days: int) -> None:
    """Forecasts.

    Parameters
    ----------
    city : str
        The city.
    days : int
        How many days.
    """


@pytest.mark.parametrize("function", [_sphinx, _google, _numpy])
def test_users_row_05_docstrings_of_three_styles_are_read(function: Callable[..., Any]) -> None:
    """The first line describes the function, the rest its parameters."""
    (definition,) = FunctionTool([function]).definitions
    assert definition.function.description == "Forecasts."
    described = definition.function.parameters["properties"]
    assert [described[name]["description"] for name in ("city", "days")] == ["The city.", "How many days."]


async def test_users_row_05_what_cannot_be_expressed_is_refused_when_registered(
    face: Face, service: LocalService, connect: Connect
) -> None:
    """A type that JSON cannot carry is an error at once, with the function's name and the parameter's, however it is registered."""

    def stream_to(target: threading.Thread) -> None:
        """Streams."""

    expected = r"stream_to\(\): parameter 'target' has a type that cannot be described to a model: .*Thread"
    with pytest.raises(TypeError, match=expected):
        toolset(face, stream_to)
    with pytest.raises(TypeError, match=expected):
        connect(service).agents.enable_auto_function_calls(functions=[stream_to])


# --- row 6: values that crash, results that are misread ---------------------------------------------------------------------------


@both_ways
async def test_users_row_06_success_and_failure_are_typed_not_read_from_the_text(
    way: str, serve: Serve, connect: Connect
) -> None:
    """42, None and a result that has a key ``error`` are successes; an exception is none, whatever its text."""
    results: dict[str, Any] = {"number": 42, "nothing": None, "data": {"error": None}, "text": '{"error": "old"}'}
    told: list[Any] = []

    def look_up(name: str) -> Any:
        """Looks a value up."""
        return results[name]

    calls = [call("look_up", name=name) for name in (*results, "missing")]
    spoken = await talk(serve, connect, calls, "Done.", tools=definitions(look_up), enable_auto_function_calls=[look_up])
    assert (await spoken.run(way, on_tool_result=told.append)).status == "completed"
    assert [outcome.ok for outcome in told] == [True, True, True, True, False]
    assert [outcome.value for outcome in told[:4]] == list(results.values())
    assert isinstance(told[4].error, KeyError)
    failure = '{"error": "look_up() failed: KeyError: \'missing\'"}'
    assert spoken.outputs() == ["42", "null", '{"error":null}', '{"error": "old"}', failure]


@both_ways
async def test_users_row_06_results_are_sent_as_json(way: str, serve: Serve, connect: Connect) -> None:
    """Mappings, dataclasses, models and moments are JSON, not the text that Python prints of them; text stays as it is."""
    moment = datetime(2030, 1, 5, 12, tzinfo=timezone.utc)
    results = [{"ok": True, "at": moment}, Parcel(Size.SMALL, 1.5), [Address(street="High St")], "it's text"]

    def result(number: int) -> Any:
        """Gives a result."""
        return results[number]

    calls = [call("result", number=number) for number in range(4)]
    spoken = await talk(serve, connect, calls, "Done.", tools=definitions(result), enable_auto_function_calls=[result])
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == [
        '{"ok":true,"at":"2030-01-05T12:00:00Z"}',
        '{"size":"s","weight":1.5}',
        '[{"street":"High St","floor":null}]',
        "it's text",
    ]


@both_ways
async def test_users_row_06_async_functions_are_awaited(way: str, serve: Serve, connect: Connect) -> None:
    """By both clients: the model reads what the function returns, not that there is a coroutine."""

    async def later(number: int) -> int:
        """Doubles a number."""
        await asyncio.sleep(0)
        return number * 2

    spoken = await talk(
        serve, connect, call("later", number=21), "Done.", tools=definitions(later), enable_auto_function_calls=[later]
    )
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == ["42"]


@both_ways
@pytest.mark.parametrize("face", ["async"], indirect=True)
async def test_users_row_06_sync_functions_leave_the_event_loop_on_request(way: str, serve: Serve, connect: Connect) -> None:
    """With ``in_thread=True`` a function may block: what else runs on the loop goes on, here what the function waits for."""
    waiting, gate = threading.Event(), threading.Event()

    def wait() -> bool:
        """Waits for the event loop to open the gate."""
        waiting.set()
        return gate.wait(30)

    spoken = await talk(serve, connect, call("wait"), "Done.", tools=definitions(wait), enable_auto_function_calls=[wait])

    async def opens() -> None:
        while not waiting.is_set():
            await asyncio.sleep(0.005)
        gate.set()

    opening = asyncio.create_task(opens())
    assert (await spoken.run(way, in_thread=True)).status == "completed"
    await opening
    assert spoken.outputs() == ["true"]
