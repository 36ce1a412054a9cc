"""What a run gets for its function calls: values as JSON, failures as text that the model reads, rounds that are counted."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timezone
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from agentkit.local import LocalService
from agentkit.local.models.base import ToolCall
from agentkit.local.models.scripted import call
from agentkit.models import FunctionDefinition, FunctionToolDefinition
from agentkit.tools import AsyncFunctionTool, FunctionTool

from .faces import Connect, Face, inside, pieces
from .rounds import Talk, both_ways, definitions, submissions, talk

Serve = Callable[..., LocalService]


class Unit(Enum):
    CELSIUS = "c"
    KELVIN = "k"


class Place(BaseModel):
    city: str
    floor: int = 0


@dataclass
class Forecast:
    day: date
    degrees: float


def weather(place: Place, day: date, unit: Unit = Unit.CELSIUS, style: Literal["short", "long"] | None = None) -> str:
    """Says what the weather will be."""
    return f"{type(place).__name__} {place.city} {place.floor + 1} {day.year} {unit.name} {style}"


def divide(number: int, by: int) -> float:
    """Divides."""
    return number / by


DIVIDE = definitions(divide)


# --- arguments -------------------------------------------------------------------------------------------------------------


@both_ways
async def test_arguments_arrive_as_their_types(way: str, serve: Serve, connect: Connect) -> None:
    asked = call("weather", place={"city": "Ulm", "floor": "2"}, day="2030-01-05", unit="k", style="long")
    spoken = await talk(serve, connect, asked, "Cold.", tools=definitions(weather), enable_auto_function_calls=[weather])
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == ["Place Ulm 3 2030 KELVIN long"]


@both_ways
async def test_what_does_not_fit_goes_back_to_the_model_which_can_mend_it(way: str, serve: Serve, connect: Connect) -> None:
    made: list[Any] = []

    def book(seats: int) -> str:
        """Books seats."""
        made.append(seats)
        return f"booked {seats}"

    turns = [
        call("book", seats="two"),
        call("book", seat=2),
        ToolCall("function", name="book", arguments="{"),
        call("book", seats="2"),
    ]
    spoken = await talk(serve, connect, *turns, "Done.", tools=definitions(book), enable_auto_function_calls=[book])
    assert (await spoken.run(way)).status == "completed"
    wrong_type, wrong_name, no_json, good = spoken.outputs(4)
    assert "do not fit book(): seats: Input should be a valid integer" in json.loads(wrong_type)["error"]
    assert "seat: there is no such parameter. Did you mean 'seats'?" in json.loads(wrong_name)["error"]
    assert "the arguments of book() are no JSON" in json.loads(no_json)["error"]
    assert (good, made) == ("booked 2", [2])


# --- values ----------------------------------------------------------------------------------------------------------------

VALUES: list[tuple[Any, str]] = [
    (42, "42"),
    (None, "null"),
    (False, "false"),
    ([], "[]"),
    ("", ""),
    ("as it is", "as it is"),
    ({"error": None}, '{"error":null}'),
    ({"error": "of the data"}, '{"error":"of the data"}'),
    ('{"error": "of the data"}', '{"error": "of the data"}'),
    ("Error: of the data", "Error: of the data"),
    ({"ä": (1, Unit.KELVIN)}, '{"ä":[1,"k"]}'),
    (Place(city="Ulm"), '{"city":"Ulm","floor":0}'),
    (Forecast(date(2030, 1, 5), 1.5), '{"day":"2030-01-05","degrees":1.5}'),
    (datetime(2030, 1, 5, 12, tzinfo=timezone.utc), '"2030-01-05T12:00:00Z"'),
]


@both_ways
async def test_every_value_is_a_success_and_its_json_is_sent(way: str, serve: Serve, connect: Connect) -> None:
    def look_up(number: int) -> Any:
        """Looks a value up."""
        return VALUES[number][0]

    turns = [call("look_up", number=number) for number in range(len(VALUES))]
    spoken = await talk(serve, connect, turns, "Done.", tools=definitions(look_up))
    # No failure at all is borne, so that a value which counted as one would cancel the run.
    spoken.agents.enable_auto_function_calls(functions=[look_up], max_retry=0)
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == [text for _, text in VALUES]


@both_ways
async def test_async_functions_are_awaited(way: str, serve: Serve, connect: Connect) -> None:
    async def later(number: int) -> dict[str, int]:
        """Doubles a number."""
        return {"doubled": number * 2}

    spoken = await talk(
        serve, connect, call("later", number=21), "42", tools=definitions(later), enable_auto_function_calls=[later]
    )
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == ['{"doubled":42}']


@both_ways
async def test_the_calls_of_a_round_run_in_their_order_and_are_answered_at_once(
    way: str, serve: Serve, connect: Connect
) -> None:
    order: list[int] = []

    def note(number: int) -> int:
        """Notes a number."""
        order.append(number)
        return -number

    turns = [[call("note", number=n) for n in (3, 1, 2)], [call("note", number=4)]]
    spoken = await talk(serve, connect, *turns, "Done.", tools=definitions(note), enable_auto_function_calls=[note])
    run = await spoken.run(way)
    assert (run.status, order) == ("completed", [3, 1, 2, 4])
    assert spoken.outputs(1) == ["-3", "-1", "-2"]
    assert submissions(spoken.sent) == 2


@both_ways
async def test_a_function_may_use_the_client(way: str, face: Face, serve: Serve, connect: Connect) -> None:
    spoken: Talk

    def names() -> list[str]:
        """Names the agents."""
        return [agent.id for agent in spoken.agents.list_agents().data]

    async def names_later() -> list[str]:
        return [agent.id for agent in (await spoken.agents.list_agents()).data]

    names_later.__name__ = "names"
    own = names_later if face.waits else names
    spoken = await talk(serve, connect, call("names"), "Done.", tools=definitions(names), enable_auto_function_calls=[own])
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == [json.dumps([spoken.agent.id])]


# --- failures --------------------------------------------------------------------------------------------------------------


@both_ways
async def test_a_failure_is_told_to_the_model_and_logged_with_its_traceback(
    way: str, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    turns = [call("divide", number=1, by=0), "I cannot."]
    spoken = await talk(serve, connect, *turns, tools=DIVIDE, enable_auto_function_calls=[divide])
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == ['{"error": "divide() failed: ZeroDivisionError: division by zero"}']
    assert "return number / by" in caplog.text


@both_ways
async def test_bytes_are_refused_with_a_reason(way: str, serve: Serve, connect: Connect) -> None:
    def picture() -> bytes:
        """Takes a picture."""
        return b"\x89PNG"

    spoken = await talk(
        serve, connect, call("picture"), "No.", tools=definitions(picture), enable_auto_function_calls=[picture]
    )
    assert (await spoken.run(way)).status == "completed"
    reason = json.loads(spoken.outputs()[0])["error"]
    assert reason.startswith("picture() returned what cannot be sent: bytes")
    assert "write them to a file" in reason


@both_ways
async def test_the_eleventh_failing_round_cancels_the_run(
    way: str, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    turns = [call("divide", number=1, by=0)] * 11
    spoken = await talk(serve, connect, *turns, tools=DIVIDE, enable_auto_function_calls=[divide])
    run = await spoken.run(way)
    assert run.status == "cancelled"
    assert (await spoken.last_run()).status == "cancelled"
    assert submissions(spoken.sent) == 10
    assert f"the run {run.id} is cancelled: too many rounds" in caplog.text


@both_ways
async def test_all_failing_rounds_are_counted_also_with_good_ones_between(way: str, serve: Serve, connect: Connect) -> None:
    good, bad = call("divide", number=4, by=2), call("divide", number=1, by=0)
    spoken = await talk(serve, connect, [good, bad], good, [bad, bad], good, bad, "Too late.", tools=DIVIDE)
    spoken.agents.enable_auto_function_calls(functions=[divide], max_retry=2)
    assert (await spoken.run(way)).status == "cancelled"
    assert submissions(spoken.sent) == 4


@both_ways
async def test_without_retries_the_first_failure_cancels(way: str, serve: Serve, connect: Connect) -> None:
    spoken = await talk(serve, connect, call("divide", number=1, by=0), tools=DIVIDE, enable_auto_function_calls=[divide])
    spoken.agents.enable_auto_function_calls(max_retry=0)
    assert (await spoken.run(way)).status == "cancelled"
    assert submissions(spoken.sent) == 0


async def test_a_handler_may_have_its_own_number_of_retries(serve: Serve, connect: Connect, face: Face) -> None:
    from agentkit.models import AgentEventHandler, AsyncAgentEventHandler

    turns = [call("divide", number=1, by=0)] * 3
    spoken = await talk(serve, connect, *turns, tools=DIVIDE, enable_auto_function_calls=[divide])
    handler: Any = (AsyncAgentEventHandler if face.waits else AgentEventHandler)()
    handler.set_max_retry(2)
    options = {"agent_id": spoken.agent.id, "event_handler": handler}
    async with inside(spoken.agents.create_stream(spoken.thread.id, **options)) as events:
        names = [name for name, *_ in await pieces(events)]
    assert (names[-2:], submissions(spoken.sent)) == (["thread.run.cancelled", "done"], 2)


# --- tools with a way of their own ------------------------------------------------------------------------------------------


def _watched(face: Face, seen: list[str]) -> Any:
    """A function tool that looks at each call before it is made as ever."""

    class Watched(FunctionTool):
        def execute(self, tool_call: Any) -> Any:
            seen.append(tool_call.function.name)
            return super().execute(tool_call)

    class WatchedAsync(AsyncFunctionTool):
        async def execute(self, tool_call: Any) -> Any:
            seen.append(tool_call.function.name)
            return await super().execute(tool_call)

    return (WatchedAsync if face.waits else Watched)([divide])


@both_ways
async def test_a_subclass_runs_its_calls_and_a_failure_that_it_hands_through_counts(
    way: str, face: Face, serve: Serve, connect: Connect
) -> None:
    seen: list[str] = []
    outcomes: list[Any] = []
    turns = [call("divide", number=1, by=1), call("divide", number=1, by=0), call("divide", number=1, by=0)]
    spoken = await talk(serve, connect, *turns, toolset=_watched(face, seen))
    spoken.agents.enable_auto_function_calls(max_retry=1)
    assert (await spoken.run(way, on_tool_result=outcomes.append)).status == "cancelled"
    assert seen == ["divide"] * 3
    assert [(outcome.ok, type(outcome.error)) for outcome in outcomes] == [
        (True, type(None)),
        (False, ZeroDivisionError),
        (False, ZeroDivisionError),
    ]
    assert spoken.outputs(2) == ["1.0", '{"error": "divide() failed: ZeroDivisionError: division by zero"}']


class Remote(FunctionTool):
    """Functions that are somewhere else: their definitions are known, and a way to call them."""

    def __init__(self) -> None:
        super().__init__([])

    @property
    def definitions(self) -> list[FunctionToolDefinition]:
        schema = {"type": "object", "properties": {"text": {"type": "string"}}}
        return [FunctionToolDefinition(function=FunctionDefinition(name="echo", description="Echoes.", parameters=schema))]

    def execute(self, tool_call: Any) -> Any:
        if tool_call.function.name != "echo":
            raise LookupError(tool_call.function.name)
        return json.loads(tool_call.function.arguments)["text"] * 2


@both_ways
async def test_a_subclass_may_serve_functions_that_are_elsewhere(
    way: str, serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = await talk(serve, connect, call("echo", text="ab"), "Done.", toolset=Remote())
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == ["abab"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING and record.name == "agentkit"]


@both_ways
async def test_each_client_runs_the_function_tool_of_the_other(way: str, face: Face, serve: Serve, connect: Connect) -> None:
    async def later(number: int) -> int:
        """Doubles a number."""
        return number * 2

    other: Any = (FunctionTool if face.waits else AsyncFunctionTool)([later, divide])
    turns = [call("later", number=2), call("divide", number=6, by=2)]
    spoken = await talk(serve, connect, turns, "Done.", tools=other.definitions)
    spoken.agents.enable_auto_function_calls(function_tool=other)
    assert (await spoken.run(way)).status == "completed"
    assert spoken.outputs() == ["4", "3.0"]
